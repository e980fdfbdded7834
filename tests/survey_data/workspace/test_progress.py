"""Unfinished work: drafts that two tabs cannot overwrite, and jobs with progress and cancel."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from indicators.findings import Refused
from survey_data.workspace import Workspace, open_workspace, progress
from survey_data.workspace import schema as t
from survey_data.workspace.batches import store_raw
from survey_data.workspace.processes import Process, this_process


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


def state(workspace: Workspace, id: str) -> str:
    job = progress.job(workspace, id)
    assert job is not None
    return job.state


def held_by(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, holder: Process) -> str:
    """A job that another process put into its queue."""
    with monkeypatch.context() as patch:
        patch.setattr(progress, "this_process", lambda: holder)
        return progress.new_job(workspace, "import", "owner", {})


@pytest.fixture
def dead() -> Process:
    """A process of this machine that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return Process(this_process().host, child.pid, "12345")


def test_a_second_server_ends_what_a_dead_one_left_and_nothing_of_the_first(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, dead: Process
) -> None:
    waiting, left = (held_by(monkeypatch, workspace, dead) for _ in range(2))
    progress.advance(workspace, left, "read", 0.5)
    mine, running = (progress.new_job(workspace, "import", "owner", {}) for _ in range(2))
    assert progress.claim_job(workspace, running, "1")
    assert progress.interrupt_jobs(workspace) == 2
    states = [state(workspace, id) for id in (waiting, left, mine, running)]
    assert states == ["interrupted", "interrupted", "waiting", "running"]
    assert progress.interrupt_jobs(workspace) == 0


def test_a_process_that_got_the_number_of_a_dead_one_holds_nothing_of_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = this_process()
    if not here.started:
        pytest.skip("this system does not say when a process started")
    id = held_by(monkeypatch, workspace, Process(here.host, here.pid, here.started + "1"))
    assert progress.interrupt_jobs(workspace) == 1
    assert state(workspace, id) == "interrupted"


@pytest.mark.parametrize(("silence", "end"), [(55, "waiting"), (65, "interrupted")])
def test_a_job_of_another_machine_is_ended_after_a_minute_without_a_sign_of_life(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, silence: int, end: str
) -> None:
    elsewhere = Process("another machine", this_process().pid, this_process().started)
    id = held_by(monkeypatch, workspace, elsewhere)
    with workspace.writing() as connection:
        connection.execute(t.jobs.update().values(heartbeat=t.jobs.c.heartbeat - silence))
    progress.interrupt_jobs(workspace)
    assert state(workspace, id) == end
    # It is not silent as long as it says that it is there.
    other = held_by(monkeypatch, workspace, elsewhere)
    with workspace.writing() as connection:
        connection.execute(t.jobs.update().values(heartbeat=t.jobs.c.heartbeat - 65))
    with monkeypatch.context() as patch:
        patch.setattr(progress, "this_process", lambda: elsewhere)
        progress.give_sign_of_life(workspace)
    assert progress.interrupt_jobs(workspace) == 0
    assert state(workspace, other) == "waiting"


def test_a_job_is_taken_by_one_process_and_only_while_it_waits(workspace: Workspace) -> None:
    id = progress.new_job(workspace, "import", "owner", {})
    assert [progress.claim_job(workspace, id, "1") for _ in range(2)] == [True, False]
    ended = progress.new_job(workspace, "import", "owner", {})
    progress.finish(workspace, ended, "interrupted")
    assert not progress.claim_job(workspace, ended, "1")
    assert not progress.advance(workspace, ended, "read", 0.5)


def test_a_result_counts_for_the_person_arguments_and_program_that_made_it(
    workspace: Workspace,
) -> None:
    id = progress.new_job(workspace, "optimise", "owner", {"round": "2025"})
    progress.claim_job(workspace, id, "0.1.0+aaa")
    progress.finish(workspace, id, "done", {"gain": 1.0})
    found = progress.done_job(workspace, "optimise", "owner", {"round": "2025"}, "0.1.0+aaa")
    assert found is not None and found.id == id and found.program == "0.1.0+aaa"
    for owner, arguments, program in (
        ("owner", {"round": "2025"}, "0.1.0+bbb"),
        ("owner", {"round": "2024"}, "0.1.0+aaa"),
        ("another", {"round": "2025"}, "0.1.0+aaa"),
    ):
        assert progress.done_job(workspace, "optimise", owner, arguments, program) is None
