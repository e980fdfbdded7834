"""Long work off the page: one worker process, progress and cancel kept in the workspace."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from actions.access import OWNER, Access, User, authorize
from indicators.findings import Refused
from survey_data.workspace import open_workspace, progress
from survey_data.workspace.progress import FINISHED, Job

__all__ = ["FINISHED", "Job", "cancel_job", "interrupt_jobs", "job_state", "start_job"]

_pool: ProcessPoolExecutor | None = None


class Cancelled(Exception):
    """A person asked the job to stop; nothing was stored."""


def start_job(access: Access, kind: str, arguments: dict[str, Any]) -> str:
    """Hand work to the worker process. Returns the job's id."""
    authorize(access.user, "job.run", kind)
    id = progress.new_job(access.workspace, kind, access.user.id, arguments)
    location, published = access.workspace.location, access.published
    try:
        future = _worker().submit(run_job, location, id, access.user.id, published)
    except BrokenProcessPool:
        _forget_worker()
        future = _worker().submit(run_job, location, id, access.user.id, published)
    future.add_done_callback(_on_end(location, id))
    return id


def job_state(access: Access, id: str) -> Job | None:
    authorize(access.user, "job.run", id)
    return progress.job(access.workspace, id)


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


_KINDS: dict[str, Callable[..., dict[str, Any]]] = {"import": _import}


def _worker() -> ProcessPoolExecutor:
    global _pool
    if _pool is None:
        context = multiprocessing.get_context("spawn")
        _pool = ProcessPoolExecutor(max_workers=1, mp_context=context)
    return _pool


def _forget_worker() -> None:
    global _pool
    if _pool is not None:
        _pool.shutdown(wait=False, cancel_futures=True)
        _pool = None


def _on_end(location: str, id: str) -> Callable[[Future[None]], None]:
    def ended(future: Future[None]) -> None:
        if future.cancelled() or future.exception() is not None:
            # The worker died before it could say so itself; the next job gets a new one.
            if isinstance(future.exception(), BrokenProcessPool):
                _forget_worker()
            workspace = open_workspace(location)
            progress.finish(workspace, id, "failed")
            workspace.close()

    return ended
