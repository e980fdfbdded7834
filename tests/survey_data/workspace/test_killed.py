"""On PostgreSQL a process that is killed (SIGKILL) leaves all or none (reliability.md C4).

On SQLite every kind of write is killed in `tests.faults.kills`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey_data.workspace import Workspace, batches, open_workspace, registry
from survey_data.workspace import schema as tables
from tests.survey_data.workspace import dying_import

ROOT = Path(dying_import.__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and fork")
MODULE = [sys.executable, "-m", "tests.survey_data.workspace.dying_import"]


@pytest.fixture
def location(postgres_url: Callable[[], str]) -> str:
    return postgres_url()


def is_whole(workspace: Workspace, round_id: str) -> bool:
    """Whether the round came in. Fails when only a part of it did."""
    with workspace.reading() as connection:
        held = connection.execute(
            sa.select(tables.batches.c.id).where(tables.batches.c.round == round_id)
        ).all()
        rounds = connection.execute(
            sa.select(tables.rounds.c.id).where(tables.rounds.c.id == round_id)
        ).all()
        answers = connection.execute(
            sa.select(tables.answers.c.batch).where(
                tables.answers.c.batch.in_([row.id for row in held])
            )
        ).all()
    lines = [line for line in registry.audit_trail(workspace) if line["object"] == round_id]
    assert len(held) == len(rounds) == len(answers) == len(lines) <= 1
    if held:
        survey = batches.evidence(workspace, round_id)[0].survey
        assert survey is not None
        assert survey.n.tolist() == [1, 1]
        assert batches.answers(workspace, held[0].id).num_rows == 2
    return bool(held)


def test_a_kill_before_any_statement_of_an_import_leaves_all_or_nothing(location: str) -> None:
    steps = 24
    open_workspace(location).close()
    done = subprocess.run(
        [*MODULE, location, "steps", str(steps)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    ends = done.stdout.split("\n")[:steps]
    workspace = open_workspace(location)
    whole = [is_whole(workspace, f"step-{step}") for step in range(1, steps + 1)]
    assert ends[0] == "killed"
    for end, came_in in zip(ends, whole, strict=True):
        assert came_in == (end == "ended 0"), (ends, whole)
    assert ends.count("killed") >= 10
    assert "ended 0" in ends
    dying_import.bring(workspace, "after")
    assert is_whole(workspace, "after")
    workspace.close()


@pytest.mark.parametrize("wait", [0.0, 0.004, 0.011])
def test_a_kill_at_any_moment_leaves_all_or_nothing(location: str, wait: float) -> None:
    open_workspace(location).close()
    program = subprocess.Popen(
        [*MODULE, location, "endless"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    for _ in range(4):
        program.stdout.readline()
    time.sleep(wait)
    program.kill()
    said = [int(line) for line in program.communicate()[0].split()]
    workspace = open_workspace(location)
    promised = max(said, default=3)
    whole = [is_whole(workspace, f"turn-{number}") for number in range(promised + 3)]
    assert all(whole[: promised + 1])
    assert not whole[-1]
    workspace.close()
