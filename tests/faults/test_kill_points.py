"""An import that is killed anywhere is wholly in or wholly out, and can be done again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from actions.access import open_access
from actions.drafts import open_drafts, save_draft, start_draft
from actions.imports import import_survey
from indicators.framework import default_framework

ROOT = Path(__file__).parents[2]
ITEMS = [item.id for item in default_framework().items][:6]
FACTS = (
    "rounds",
    "departments",
    "aliases",
    "batches",
    "answers",
    "metric_values",
    "confirmed_mappings",
)
VARYING = {"added_at"}


def answers(department: str, answer: int, people: int = 12) -> bytes:
    rows = [",".join(["部门", *ITEMS])] + [",".join([department, *[str(answer)] * 6])] * people
    return "\n".join(rows).encode()


METRICS = "部门,P1-2,I1-1\n甲局,1.5,80\n乙局,1.2,70\n".encode()


def facts(workspace: Path) -> dict[str, list[tuple]]:
    """Everything that an import brings, and that the database is sound."""
    with closing(sqlite3.connect(workspace)) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
        return {
            table: sorted(
                tuple(str(row[key]) for key in row.keys() if key not in VARYING)  # noqa: SIM118
                for row in connection.execute(f"SELECT * FROM {table}")
            )
            for table in FACTS
        }


@dataclass
class Work:
    """One import on copies of a workspace."""

    base: Path
    arguments: tuple[str, ...]
    folder: Path

    def copy(self, name: str) -> Path:
        """A copy that no earlier run has left a log beside."""
        path = self.folder / f"{name}.db"
        for rest in ("", "-wal", "-shm"):
            Path(f"{path}{rest}").unlink(missing_ok=True)
        return Path(shutil.copy(self.base, path))

    def run(self, workspace: Path, k: int, kill_after: float | None = None) -> int | None:
        """Steps taken, None when it was killed."""
        count = self.folder / "count"
        count.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.faults.killed", str(k), str(count), *self.arguments]
        environment = {**os.environ, "FOURFOLD_WORKSPACE": str(workspace)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
        if kill_after is not None:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), errors.decode()
        return int(count.read_text()) if count.exists() else None


def settled(workspace: Path) -> Path:
    """The workspace in one file, so that it can be copied."""
    with closing(sqlite3.connect(workspace)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return workspace


@pytest.fixture(scope="module", params=["first", "supersede", "metrics", "draft"])
def work(request, tmp_path_factory) -> Work:
    folder = tmp_path_factory.mktemp("kill")
    base = folder / "base.db"
    access = open_access(str(base))
    batch = import_survey(access, answers("甲局", 3), "a.csv", "2025")["batch"]
    (folder / "b.csv").write_bytes(answers("乙局", 4))
    (folder / "m.csv").write_bytes(METRICS)
    if request.param == "draft":
        draft = start_draft(access, answers("乙局", 4), "b.csv", "survey", "2025")
        draft = save_draft(access, draft, mode=batch, step=5)
        arguments = ("draft", draft.id)
    else:
        arguments = {
            "first": ("survey", str(folder / "b.csv"), "2026"),
            "supersede": ("survey", str(folder / "b.csv"), "2025", str(batch)),
            "metrics": ("metrics", str(folder / "m.csv"), "2025"),
        }[request.param]
    access.workspace.close()
    return Work(settled(base), arguments, folder)


def check(work: Work, k: int, kill_after: float | None = None) -> bool:
    """Kill it there; whether anything of it had been brought in."""
    before, after = facts(work.base), work.folder / "after.db"
    if not after.exists():
        work.run(work.copy("after"), 0)
    whole = facts(after)
    assert whole != before
    workspace = work.copy("killed")
    work.run(workspace, k, kill_after)
    found = facts(workspace)
    assert found in (before, whole)
    if work.arguments[0] == "draft" and found == before:
        access = open_access(str(workspace))
        assert [draft.id for draft in open_drafts(access)] == [work.arguments[1]]
        access.workspace.close()
    work.run(workspace, 0)
    assert facts(workspace) == whole
    return found == whole


def steps_of(work: Work) -> int:
    steps = work.run(work.copy("counted"), 0)
    assert steps is not None and steps > 20
    return steps


def test_a_sample_of_the_steps_leaves_all_or_nothing(work):
    steps = steps_of(work)
    came = [check(work, k) for k in (2, steps // 2, steps - 8, steps - 2, steps)]
    assert came[0] is False


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_step_leaves_all_or_nothing(work):
    came = [check(work, k) for k in range(1, steps_of(work) + 1)]
    assert came == sorted(came), "what was committed once stays committed"
    assert came[0] is False and came[-1] is True


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_random_moments_leave_all_or_nothing(work):
    started = time.monotonic()
    work.run(work.copy("timed"), 0)
    whole = time.monotonic() - started
    chance = random.Random(11)
    came = [check(work, 0, chance.uniform(0, 1.1 * whole)) for _ in range(50)]
    assert {True, False} == set(came)
