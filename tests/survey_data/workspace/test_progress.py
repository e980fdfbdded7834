"""Unfinished work: drafts that two tabs cannot overwrite, and jobs with progress and cancel."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from indicators.findings import Refused
from survey_data.workspace import Workspace, open_workspace, progress
from survey_data.workspace.batches import store_raw


@pytest.fixture
def sha256(workspace: Workspace) -> str:
    return store_raw(workspace, b"a,b\n1,2\n", "x.csv")


def test_a_draft_comes_back_as_it_was_left(workspace: Workspace, sha256: str) -> None:
    content = {"kind": "survey", "轮次": "2025", "aliases": {"教委": "教育局"}, "none": None}
    made = progress.new_draft(workspace, "owner", sha256, content)
    assert made.version == 1
    assert progress.draft(workspace, made.id) == made
    assert progress.draft(workspace, "nosuch") is None


def test_every_save_is_the_next_version(workspace: Workspace, sha256: str) -> None:
    draft = progress.new_draft(workspace, "owner", sha256, {"step": 1})
    for step in (2, 3):
        draft = progress.save_draft(workspace, draft, {"step": step})
        assert (draft.version, draft.content) == (step, {"step": step})
        assert progress.draft(workspace, draft.id) == draft


def test_a_save_on_an_old_version_is_refused_and_the_newer_one_stays(
    workspace: Workspace, sha256: str
) -> None:
    first = progress.new_draft(workspace, "owner", sha256, {"step": 1})
    newer = progress.save_draft(workspace, first, {"step": 2})
    with pytest.raises(Refused) as caught:
        progress.save_draft(workspace, first, {"step": "other tab"})
    assert caught.value.first.code == "E920"
    assert progress.draft(workspace, first.id) == newer


def test_of_tabs_that_save_at_the_same_moment_exactly_one_wins(location: str) -> None:
    workspace = open_workspace(location)
    held = progress.new_draft(workspace, "owner", store_raw(workspace, b"x", "x"), {})
    together = threading.Barrier(4)

    def save(tab: int) -> int | None:
        together.wait()
        try:
            return progress.save_draft(workspace, held, {"tab": tab}).version
        except Refused:
            return None

    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(save, range(4)))
    assert sorted(v for v in versions if v) == [2]
    kept = progress.draft(workspace, held.id)
    assert kept is not None
    assert kept.content == {"tab": versions.index(2)}
    workspace.close()


def test_a_discarded_draft_is_gone_and_cannot_be_saved(workspace: Workspace, sha256: str) -> None:
    draft = progress.new_draft(workspace, "owner", sha256, {})
    progress.discard_draft(workspace, draft.id)
    assert progress.draft(workspace, draft.id) is None
    with pytest.raises(Refused):
        progress.save_draft(workspace, draft, {"step": 2})


def test_each_owner_has_drafts_of_their_own(workspace: Workspace, sha256: str) -> None:
    mine = {progress.new_draft(workspace, "me", sha256, {}).id for _ in range(2)}
    progress.new_draft(workspace, "you", sha256, {})
    assert {draft.id for draft in progress.open_drafts(workspace, "me")} == mine


def test_a_job_waits_runs_and_ends_with_its_result(workspace: Workspace) -> None:
    id = progress.new_job(workspace, "import", "owner", {"draft": "d1"})
    job = progress.job(workspace, id)
    assert job is not None
    assert (job.state, job.progress, job.arguments) == ("waiting", 0.0, {"draft": "d1"})
    assert progress.advance(workspace, id, "read", 0.4)
    job = progress.job(workspace, id)
    assert job is not None
    assert (job.state, job.stage, job.progress) == ("running", "read", 0.4)
    progress.finish(workspace, id, "done", {"batch": "B-1"})
    job = progress.job(workspace, id)
    assert job is not None
    assert (job.state, job.progress, job.result) == ("done", 1.0, {"batch": "B-1"})
    assert progress.job(workspace, "nosuch") is None


@pytest.mark.parametrize("end", progress.FINISHED)
def test_a_job_that_has_ended_stays_as_it_is(workspace: Workspace, end: str) -> None:
    id = progress.new_job(workspace, "import", "owner", {})
    progress.finish(workspace, id, end, {"first": True})
    progress.finish(workspace, id, "failed", {"second": True})
    progress.advance(workspace, id, "late", 0.1)
    assert progress.interrupt_jobs(workspace) == 0
    job = progress.job(workspace, id)
    assert job is not None
    assert (job.state, job.stage, job.result) == (end, end, {"first": True})


def test_a_job_learns_at_its_next_step_that_it_was_cancelled(workspace: Workspace) -> None:
    id = progress.new_job(workspace, "import", "owner", {})
    other = progress.new_job(workspace, "import", "owner", {})
    progress.request_cancel(workspace, id)
    assert not progress.advance(workspace, id, "read", 0.2)
    assert progress.advance(workspace, other, "read", 0.2)


def test_jobs_that_a_dead_server_left_behind_are_marked_as_interrupted(
    workspace: Workspace,
) -> None:
    waiting = progress.new_job(workspace, "import", "owner", {})
    running = progress.new_job(workspace, "import", "owner", {})
    done = progress.new_job(workspace, "import", "owner", {})
    progress.advance(workspace, running, "read", 0.5)
    progress.finish(workspace, done, "done")
    assert progress.interrupt_jobs(workspace) == 2
    found = [progress.job(workspace, id) for id in (waiting, running, done)]
    assert [job.state for job in found if job] == ["interrupted", "interrupted", "done"]
