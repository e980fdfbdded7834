"""Long work off the page: one worker process at a time, progress and cancel kept in the workspace.

Every job runs in a process of its own, so that it can end badly without harm to the pages, and
leaves no memory behind. ``python -m actions.jobs ID VIEW`` is that process. Several servers may
work on one workspace: each job names the process that holds it, which gives signs of life.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from actions.access import Access, authorize, user_named
from indicators.findings import Refused
from indicators.program import program_version
from survey_data.workspace import Workspace, open_workspace, progress
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

BEAT_SECONDS = 10.0
"""Between signs of life; a server of another machine waits six times as long for one."""

_ROOT = Path(__file__).resolve().parent.parent
_queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")


class Cancelled(Exception):
    """A person asked the job to stop; nothing was stored."""


def start_job(access: Access, kind: str, arguments: dict[str, Any]) -> str:
    """Queue work for the worker process. Returns the job's id."""
    authorize(access.user, "job.run", kind)
    id = progress.new_job(access.workspace, kind, access.user.id, arguments)
    location = access.workspace.location
    ended = _queue.submit(_in_own_process, location, id, access.view)
    threading.Thread(target=_while_waiting, args=(location, ended), daemon=True).start()
    return id


def job_state(access: Access, id: str) -> Job | None:
    """A job of this user as it stands, None when there is none; one that nobody holds is ended."""
    authorize(access.user, "job.run", id)
    found = progress.job(access.workspace, id)
    if found is None or found.owner != access.user.id:
        return None
    if found.state not in FINISHED and progress.interrupt_jobs(access.workspace):
        return progress.job(access.workspace, id)
    return found


def finished_job(access: Access, kind: str, arguments: dict[str, Any]) -> Job | None:
    """The newest job of this user, kind and these arguments that this program has done already.

    What another version of the program computed is not shown as a result of this one.
    """
    authorize(access.user, "job.run", kind)
    owner, program = access.user.id, program_version()
    return progress.done_job(access.workspace, kind, owner, arguments, program)


def cancel_job(access: Access, id: str) -> None:
    """Ask a job to stop at its next step; what is already being committed is finished.

    A job of another user goes on.
    """
    authorize(access.user, "job.run", id)
    if job_state(access, id) is not None:
        progress.request_cancel(access.workspace, id)


def interrupt_jobs(access: Access) -> int:
    """Mark what dead servers left; the jobs of other servers that run go on. Returns how many."""
    authorize(access.user, "job.run")
    return progress.interrupt_jobs(access.workspace)


def run_job(location: str, id: str, view: str) -> None:
    """In the worker process: do the work, write its end into the workspace."""
    workspace = open_workspace(location, create=False)
    try:
        job = progress.job(workspace, id)
        if job is None or not progress.claim_job(workspace, id, program_version()):
            return
        access = Access(workspace, user_named(job.owner), view == "published")

        def step(stage: str, share: float) -> None:
            if not progress.advance(workspace, id, stage, share):
                raise Cancelled

        try:
            with _signs_of_life(workspace):
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


@contextmanager
def _signs_of_life(workspace: Workspace) -> Iterator[None]:
    """Beside the work, however long one of its steps computes."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS):
            # A workspace that is busy or away for a moment is asked again.
            with suppress(Refused):
                progress.give_sign_of_life(workspace)

    thread = threading.Thread(target=beat, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _while_waiting(location: str, ended: Future[None]) -> None:
    """For a job in the queue of this process the process itself is the holder."""
    with suppress(Refused):
        workspace = open_workspace(location, create=False)
        with _signs_of_life(workspace):
            wait([ended])
        workspace.close()


def _import(
    access: Access, arguments: dict[str, Any], step: Callable[[str, float], None]
) -> dict[str, Any]:
    from actions.data.drafts import commit_draft

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
    from actions.portfolio import optimise_report

    return optimise_report(access, arguments["round"], **arguments["options"], step=step)


_KINDS: dict[str, Callable[..., dict[str, Any]]] = {
    "import": _import,
    "robustness": _robustness,
    "optimise": _optimise,
}


def _in_own_process(location: str, id: str, view: str) -> None:
    """Run a job's process to its end, and say so where it could not say so itself."""
    # The location may hold a password, so it travels in the environment, not in the arguments.
    environment = {**os.environ, "FOURFOLD_WORKSPACE": location}
    command = [sys.executable, "-m", "actions.jobs", id, view]
    ended = subprocess.run(command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL)
    if ended.returncode != 0:
        workspace = open_workspace(location, create=False)
        progress.finish(workspace, id, "failed")
        workspace.close()


if __name__ == "__main__":
    run_job(os.environ["FOURFOLD_WORKSPACE"], sys.argv[1], sys.argv[2])
