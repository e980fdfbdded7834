"""A program that brings a survey into one round after another and is killed on the way.

``LOCATION steps N``: in round ``step-K`` the process is killed before its K-th statement, K from 1
to N; a commit counts as a statement. ``LOCATION endless``: imports until somebody kills it.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import event

from survey_data.workspace import Workspace, batches, open_workspace, registry
from tests.survey_data.small import survey_of

ROWS: list[list[str | None]] = [["教育局", "5", "1", "10"], ["民政局", "4", None, "8"]]


def bring(workspace: Workspace, round_id: str) -> None:
    found = survey_of(["部门", "A1-1a", "A1-1b", "A1-2a"], *ROWS)
    sha256 = batches.store_raw(workspace, round_id.encode(), "survey.csv")
    with workspace.writing() as connection:
        id, _ = batches.commit_survey(connection, round_id, found, sha256, {}, {"教委": "教育局"})
        registry.record(connection, "owner", "batch.import", round_id, "done", {"batch": id})


def die_before_statement(workspace: Workspace, last: int) -> None:
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(workspace.engine, "before_cursor_execute", count)
    event.listen(workspace.engine, "commit", count)


def steps(location: str, count: int) -> None:
    for step in range(1, count + 1):
        child = os.fork()
        if child == 0:
            workspace = open_workspace(location)
            die_before_statement(workspace, step)
            bring(workspace, f"step-{step}")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"ended {status}", flush=True)


def endless(location: str) -> None:
    workspace = open_workspace(location)
    for number in range(100_000):
        bring(workspace, f"turn-{number}")
        print(number, flush=True)


if __name__ == "__main__":
    if sys.argv[2] == "steps":
        steps(sys.argv[1], int(sys.argv[3]))
    else:
        endless(sys.argv[1])
