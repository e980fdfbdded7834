"""The server as it is started: one beside another, and what it refuses to start with."""

from __future__ import annotations

from pathlib import Path

from actions.access import open_access
from actions.jobs import job_state
from survey_data.workspace import progress
from tests.browser.server import start_server, stop_server


def test_a_second_server_on_a_workspace_leaves_the_jobs_of_the_first_alone(tmp_path: Path) -> None:
    access = open_access(str(tmp_path / "w.db"))
    waiting, running = (progress.new_job(access.workspace, "import", "owner", {}) for _ in "ab")
    assert progress.claim_job(access.workspace, running, "1")
    stop_server(start_server(tmp_path / "w.db"))
    states = [job.state for id in (waiting, running) if (job := job_state(access, id))]
    assert states == ["waiting", "running"]
