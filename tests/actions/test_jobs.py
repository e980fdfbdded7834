"""Long work in its own process: it ends well, is refused, is cancelled, or dies; nothing half."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from actions import jobs
from actions.access import Access, User, open_access
from actions.data.drafts import get_draft, save_draft, start_draft
from actions.data.imports import import_survey
from actions.errors import Refused
from actions.jobs import (
    FINISHED,
    cancel_job,
    finished_job,
    interrupt_jobs,
    job_state,
    run_job,
    start_job,
)
from actions.portfolio import optimise_arguments
from actions.robustness import robustness_arguments
from actions.rounds import list_rounds
from indicators import program
from indicators.framework import default_framework
from indicators.program import VERSION, program_version
from survey_data.workspace import progress, registry

ROOT = Path(__file__).resolve().parents[2]
ITEMS = [item.id for item in default_framework().items]


def answers(answer: str = "4", people: int = 6) -> bytes:
    rows = [",".join(["部门", *ITEMS])]
    rows += [",".join([name, *[answer] * len(ITEMS)]) for name in ("甲局", "乙局")] * people
    return "\n".join(rows).encode()


@pytest.fixture
def access(tmp_path) -> Access:
    return open_access(str(tmp_path / "own.db"))


def ended(access: Access, id: str) -> progress.Job:
    for _ in range(300):
        job = job_state(access, id)
        assert job is not None
        if job.state in FINISHED:
            return job
        time.sleep(0.1)
    raise AssertionError("the job did not end within half a minute")


def new_job(access: Access, content: bytes) -> str:
    draft = start_draft(access, content, "答卷.csv", "survey", "2026")
    return progress.new_job(access.workspace, "import", "owner", {"draft": draft.id})


def test_a_commit_through_the_worker_is_the_same_as_an_import(access, tmp_path):
    draft = start_draft(access, answers(), "答卷.csv", "survey", "2026")
    job = ended(access, start_job(access, "import", {"draft": draft.id}))
    assert job.state == "done" and job.result is not None
    other = open_access(str(tmp_path / "other.db"))
    assert job.result["batch"] == import_survey(other, answers(), "答卷.csv", "2026")["batch"]
    assert job.result["accepted"] == 12
    assert get_draft(access, draft.id) is None


def test_a_refused_file_leaves_its_draft_and_no_round(access):
    id = new_job(access, "部门,别的\n甲局,3\n".encode())
    run_job(access.workspace.location, id, "published")
    job = job_state(access, id)
    assert job is not None and job.state == "refused" and job.result is not None
    assert job.result["findings"][0]["code"].startswith("E1")
    assert list_rounds(access) == []
    assert get_draft(access, str(job.arguments["draft"])) is not None


def test_a_job_that_is_cancelled_before_its_end_stores_nothing(access):
    id = new_job(access, answers())
    cancel_job(access, id)
    run_job(access.workspace.location, id, "published")
    job = job_state(access, id)
    assert job is not None and job.state == "cancelled"
    assert list_rounds(access) == []


def test_a_worker_that_dies_leaves_a_failed_job(access):
    id = progress.new_job(access.workspace, "unknown-kind", "owner", {})
    with pytest.raises(KeyError):
        run_job(access.workspace.location, id, "published")
    job = job_state(access, id)
    assert job is not None and job.state == "failed"


def test_a_worker_that_is_killed_before_it_can_say_anything_leaves_a_failed_job(
    access, monkeypatch
):
    silent = shutil.which("false")
    if silent is None:
        pytest.skip("no program here that fails at once")
    draft = start_draft(access, answers(), "答卷.csv", "survey", "2026")
    monkeypatch.setattr(sys, "executable", silent)
    job = ended(access, start_job(access, "import", {"draft": draft.id}))
    assert job.state == "failed"
    assert list_rounds(access) == [] and get_draft(access, draft.id) is not None


LEFT_BEHIND = """
import os, sys
from actions.access import open_access
from survey_data.workspace import progress
workspace = open_access(None).workspace
for _ in range(2):
    print(progress.new_job(workspace, "import", "owner", {}))
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""


def test_jobs_that_a_dead_server_left_are_found_at_the_next_start_and_when_asked_for(access):
    mine = new_job(access, answers())
    environment = {**os.environ, "FOURFOLD_WORKSPACE": access.workspace.location}
    command = [sys.executable, "-c", LEFT_BEHIND]
    died = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    first, second = died.stdout.split()
    job = job_state(access, first)
    assert job is not None and job.state == "interrupted"
    job = job_state(access, second)
    assert job is not None and job.state == "interrupted"
    assert interrupt_jobs(access) == 0
    job = job_state(access, mine)
    assert job is not None and job.state == "waiting"


def test_a_job_that_was_ended_while_it_waited_is_not_run_any_more(access):
    id = new_job(access, answers())
    progress.finish(access.workspace, id, "interrupted")
    run_job(access.workspace.location, id, "published")
    assert list_rounds(access) == []


def test_a_job_gives_signs_of_life_while_one_step_takes_long(access, monkeypatch):
    seen = []

    def long_step(access, arguments, step):
        step("compute", 0.5)
        for _ in range(2):
            seen.append(heartbeat(access, id))
            time.sleep(0.3)
        return {}

    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.1)
    monkeypatch.setitem(jobs._KINDS, "import", long_step)
    id = new_job(access, answers())
    run_job(access.workspace.location, id, "published")
    assert seen[1] > seen[0]


def heartbeat(access: Access, id: str) -> float:
    with sqlite3.connect(access.workspace.location) as connection:
        row = connection.execute("SELECT heartbeat FROM jobs WHERE id = ?", (id,)).fetchone()
    return row[0]


def test_a_job_is_seen_and_stopped_by_its_owner_alone(access):
    id = new_job(access, answers())
    other = Access(access.workspace, User("another", frozenset({"owner"})))
    assert job_state(other, id) is None
    cancel_job(other, id)
    run_job(access.workspace.location, id, "published")
    job = job_state(access, id)
    assert job is not None and job.state == "done"
    assert finished_job(other, "import", dict(job.arguments)) is None


def test_a_job_of_somebody_without_roles_is_refused_with_the_reason(access):
    id = progress.new_job(access.workspace, "import", "another", {"draft": "d"})
    run_job(access.workspace.location, id, "published")
    job = job_state(Access(access.workspace, User("another", frozenset({"owner"}))), id)
    assert job is not None and job.state == "refused" and job.result is not None
    assert job.result["findings"][0]["code"] == "E922"


def test_a_result_of_another_version_of_the_program_is_computed_anew(access, monkeypatch):
    draft = start_draft(access, answers(), "答卷.csv", "survey", "2026")
    arguments = {"draft": draft.id}
    id = progress.new_job(access.workspace, "import", "owner", arguments)
    run_job(access.workspace.location, id, "published")
    held = finished_job(access, "import", arguments)
    assert held is not None and held.id == id
    monkeypatch.setattr(jobs, "program_version", lambda: f"{VERSION}+another")
    assert finished_job(access, "import", arguments) is None


def test_a_changed_line_of_code_makes_another_program(tmp_path, monkeypatch):
    for name in ("analysis/sum.py", "locales/zh/x.po", "indicators/data/four.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("1")
    (tmp_path / "analysis" / "notes.md").write_text("1")
    monkeypatch.setattr(program, "_ROOT", tmp_path)
    compute = program_version.__wrapped__

    def after(change) -> str:
        change()
        return compute()

    first = compute()
    assert re.fullmatch(re.escape(VERSION) + r"\+[0-9a-f]{12}", first)
    assert after(lambda: (tmp_path / "analysis" / "notes.md").write_text("2")) == first
    seen = {first}
    for change in (
        lambda: (tmp_path / "analysis" / "sum.py").write_text("2"),
        lambda: (tmp_path / "locales" / "zh" / "x.po").write_text("2"),
        lambda: (tmp_path / "indicators" / "data" / "four.yaml").write_text("2"),
        lambda: (tmp_path / "analysis" / "sum.py").rename(tmp_path / "analysis" / "mean.py"),
    ):
        seen.add(after(change))
    assert len(seen) == 5


@pytest.mark.parametrize("published", [True, False])
def test_no_job_stores_where_the_workspace_is_nor_its_password(demo, tmp_path, published):
    place = str(shutil.copy(demo, tmp_path / "own.db"))
    access = open_access(place, published=published)
    # What `open_workspace` keeps for a database server.
    access.workspace.location = "postgresql+psycopg://fourfold:s3cret-pass@db.local/fourfold"
    optimise = optimise_arguments(access, "2025", {"budget": 100.0})
    robust = robustness_arguments(access, "2025", 200, None)
    for kind, arguments in (("optimise", optimise), ("robustness", robust)):
        progress.new_job(access.workspace, kind, "owner", arguments)
    with sqlite3.connect(place) as connection:
        stored = "\n".join(connection.iterdump())
    assert "optimise" in stored and "s3cret-pass" not in stored and "db.local" not in stored
    assert "s3cret-pass" not in access.scope


def test_two_tabs_do_not_overwrite_each_other(access):
    draft = start_draft(access, answers(), "答卷.csv", "survey", "2026")
    save_draft(access, draft, step=2)
    with pytest.raises(Refused) as caught:
        save_draft(access, draft, step=3)
    assert caught.value.first.code == "E920"
    held = get_draft(access, draft.id)
    assert held is not None and held.content["step"] == 2


def test_every_change_and_every_refusal_leaves_a_line_in_the_audit(access):
    import_survey(access, answers(), "答卷.csv", "2026")
    with pytest.raises(Refused):
        import_survey(access, b"\x00\x01", "x.csv", "2026")
    lines = registry.audit_trail(access.workspace)
    seen = [(line["action"], line["result"]) for line in lines]
    assert ("batch.import", "done") in seen and ("batch.import", "refused") in seen
