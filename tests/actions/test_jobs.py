"""Long work in its own process: it ends well, is refused, is cancelled, or dies; nothing half."""

from __future__ import annotations

import shutil
import sys
import time

import pytest

from actions.access import Access, open_access
from actions.drafts import get_draft, save_draft, start_draft
from actions.errors import Refused
from actions.imports import import_survey
from actions.jobs import FINISHED, cancel_job, interrupt_jobs, job_state, run_job, start_job
from actions.rounds import list_rounds
from indicators.framework import default_framework
from survey_data.workspace import progress, registry

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
    run_job(access.workspace.location, id, "owner", True)
    job = job_state(access, id)
    assert job is not None and job.state == "refused" and job.result is not None
    assert job.result["findings"][0]["code"].startswith("E1")
    assert list_rounds(access) == []
    assert get_draft(access, str(job.arguments["draft"])) is not None


def test_a_job_that_is_cancelled_before_its_end_stores_nothing(access):
    id = new_job(access, answers())
    cancel_job(access, id)
    run_job(access.workspace.location, id, "owner", True)
    job = job_state(access, id)
    assert job is not None and job.state == "cancelled"
    assert list_rounds(access) == []


def test_a_worker_that_dies_leaves_a_failed_job(access):
    id = progress.new_job(access.workspace, "unknown-kind", "owner", {})
    with pytest.raises(KeyError):
        run_job(access.workspace.location, id, "owner", True)
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


def test_jobs_that_a_dead_server_left_are_marked_at_the_next_start(access):
    id = new_job(access, answers())
    progress.advance(access.workspace, id, "read", 0.2)
    assert interrupt_jobs(access) == 1
    job = job_state(access, id)
    assert job is not None and job.state == "interrupted"
    assert interrupt_jobs(access) == 0


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
