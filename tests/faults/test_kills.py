"""A write that is killed between two statements of its commit leaves all or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and fork")


def killed(*options: str) -> str:
    """What the kill suite prints; fails with it when a kill left anything else."""
    command = [sys.executable, "-m", "tests.faults.kills", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_kind_of_write_is_all_or_nothing_when_killed_before_its_commit():
    last = next(line for line in killed("--each", "1").splitlines() if line.startswith("| all"))
    _, kills, between, *_ = [part.strip() for part in last.strip("|").split("|")]
    assert kills == between and int(kills) >= 20


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_moment_of_an_import_is_all_or_nothing_when_killed():
    killed("--every", "--only", "survey", "supersede", "metrics", "draft")
