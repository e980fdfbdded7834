"""Long work off the page: one worker process at a time, progress and cancel kept in the workspace.

Every job runs in a process of its own, so that it can end badly without harm to the pages, and
leaves no memory behind. ``python -m actions.jobs ID`` is that process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from actions.access import OWNER, Access, User, authorize
from indicators.findings import Refused
from survey_data.workspace import open_workspace, progress
from survey_data.workspace.progress import FINISHED, Job

__all__ = [
    "FINISHED",
    "Job",
    "cancel_job",
    "finished_job",
    "interrupt_jobs",
    "job_state",
    "start_job",
]

_ROOT = Path(__file__).resolve().parent.parent
_queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")


class Cancelled(Exception):
    """A person asked the job to stop; nothing was stored."""


def start_job(access: Access, kind: str, arguments: dict[str, Any]) -> str:
    """Queue work for the worker process. Returns the job's id."""
    authorize(access.user, "job.run", kind)
    id = progress.new_job(access.workspace, kind, access.user.id, arguments)
    _queue.submit(_in_own_process, access.workspace.location, id, access.user.id, access.published)
    return id


def job_state(access: Access, id: str) -> Job | None:
    authorize(access.user, "job.run", id)
    return progress.job(access.workspace, id)


def finished_job(access: Access, kind: str, arguments: dict[str, Any]) -> Job | None:
    """The newest job of this kind and these arguments that is done, so that it need not run again."""
    authorize(access.user, "job.run", kind)
    return progress.done_job(access.workspace, kind, arguments)


def cancel_job(access: Access, id: str) -> None:
    """Ask a job to stop at its next step; what is already being committed is finished."""
    authorize(access.user, "job.run", id)
    progress.request_cancel(access.workspace, id)


def interrupt_jobs(access: Access) -> int:
    """At start: mark what a dead server left running."""
    authorize(access.user, "job.run")
    return progress.interrupt_jobs(access.workspace)


def run_job(location: str, id: str, user: str, published: bool) -> None:
    """In the worker process: do the work, write its end into the workspace."""
    workspace = open_workspace(location)
    try:
        job = progress.job(workspace, id)
        if job is None:
            return
        access = Access(
            workspace, OWNER if user == OWNER.id else User(user, frozenset()), published
        )

        def step(stage: str, share: float) -> None:
            if not progress.advance(workspace, id, stage, share):
                raise Cancelled

        try:
            result = _KINDS[job.kind](access, dict(job.arguments), step)
        except Cancelled:
            progress.finish(workspace, id, "cancelled")
        except Refused as refusal:
            found = [finding.as_json() for finding in refusal.findings]
            progress.finish(workspace, id, "refused", {"findings": found})
        except BaseException:
            progress.finish(workspace, id, "failed")
            raise
        else:
            progress.finish(workspace, id, "done", result)
    finally:
        workspace.close()


def _import(
    access: Access, arguments: dict[str, Any], step: Callable[[str, float], None]
) -> dict[str, Any]:
    from actions.drafts import commit_draft

    return commit_draft(access, arguments["draft"], step)


def _robustness(
    access: Access, arguments: dict[str, Any], step: Callable[[str, float], None]
) -> dict[str, Any]:
    from actions.robustness import robustness_report

    design = arguments["design"]
    return robustness_report(
        access,
        arguments["round"],
        design=None if design is None else str(design).encode(),
        draws=arguments["draws"],
        seed=arguments["seed"],
        split=True,
        step=step,
    )


def _optimise(
    access: Access, arguments: dict[str, Any], step: Callable[[str, float], None]
) -> dict[str, Any]:
    from actions.portfolios import optimise_report

    return optimise_report(access, arguments["round"], **arguments["options"], step=step)


_KINDS: dict[str, Callable[..., dict[str, Any]]] = {
    "import": _import,
    "robustness": _robustness,
    "optimise": _optimise,
}


def _in_own_process(location: str, id: str, user: str, published: bool) -> None:
    """Run a job's process to its end, and say so where it could not say so itself."""
    # The location may hold a password, so it travels in the environment, not in the arguments.
    environment = {**os.environ, "FOURFOLD_WORKSPACE": location}
    command = [sys.executable, "-m", "actions.jobs", id, user, "published" if published else "all"]
    ended = subprocess.run(command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL)
    if ended.returncode != 0:
        workspace = open_workspace(location)
        progress.finish(workspace, id, "failed")
        workspace.close()


if __name__ == "__main__":
    run_job(os.environ["FOURFOLD_WORKSPACE"], sys.argv[1], sys.argv[2], sys.argv[3] == "published")
