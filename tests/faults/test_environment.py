"""A full disk and a locked workspace are told, leave nothing half done, and pass."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.faults.hostile_case import answers, as_text
from tests.faults.kills import facts

ROOT = Path(__file__).parents[2]


def fourfold(workspace: Path, *arguments: str, largest: int | None = None) -> tuple[int, dict]:
    """The command in a process of its own, whose files may not grow beyond ``largest`` bytes."""

    def limited() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments, "--json"],
        cwd=ROOT,
        env={**os.environ, "FOURFOLD_WORKSPACE": str(workspace)},
        capture_output=True,
        preexec_fn=limited,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def test_a_full_disk_is_told_and_passes(tmp_path):
    workspace, file = tmp_path / "w.db", tmp_path / "s.csv"
    file.write_bytes(as_text(answers("甲局")))
    assert fourfold(workspace, "import", "survey", str(file), "--round", "2025")[0] == 0
    before = facts(workspace)
    file.write_bytes(as_text(answers("乙局", people=3_000)))
    wanted = ("import", "survey", str(file), "--round", "2026")
    status, answer = fourfold(workspace, *wanted, largest=workspace.stat().st_size + 40_000)
    assert status == 4 and answer["error"]["code"].startswith("E90")
    assert facts(workspace) == before
    assert fourfold(workspace, "rounds")[0] == 0
    file.write_bytes(as_text(answers("乙局")))
    assert fourfold(workspace, *wanted)[0] == 0


def test_a_short_lock_is_waited_for(tmp_path):
    workspace, file = tmp_path / "w.db", tmp_path / "s.csv"
    file.write_bytes(as_text(answers("甲局")))
    assert fourfold(workspace, "rounds")[0] == 0
    with closing(sqlite3.connect(workspace, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        command = [
            sys.executable,
            "-m",
            "cli.main",
            "import",
            "survey",
            str(file),
            "--round",
            "2025",
        ]
        environment = {**os.environ, "FOURFOLD_WORKSPACE": str(workspace)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            other.execute("ROLLBACK")
        assert process.wait(30) == 0
