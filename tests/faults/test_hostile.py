"""Hostile commands end as the contract says; and the run that looks at them sees what does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.forked import start

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")


def test_a_sample_of_the_hostile_run_has_no_violation():
    command = [sys.executable, "-m", "tests.faults.hostile", "--sample", "16"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_crash_a_traceback_and_a_file_outside_are_seen(tmp_path):
    own = tmp_path / "own"
    own.mkdir()

    def crash() -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def writes() -> None:
        (own / "inside").write_text("x")
        (tmp_path / "outside").write_text("x")

    assert start(crash).end().status == -signal.SIGSEGV
    failed = start(lambda: 1 // 0).end()
    assert failed.status not in (0, 2, 3, 4) and "Traceback" in failed.err
    ended = start(writes, own).end()
    assert ended.status == 0 and ended.outside == (str(tmp_path / "outside"),)
