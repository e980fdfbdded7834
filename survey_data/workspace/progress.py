"""Unfinished work kept in the workspace: upload drafts, and jobs with progress and cancel."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

import sqlalchemy as sa

from indicators.findings import Finding, Refused
from survey_data.workspace import schema as t
from survey_data.workspace.opening import Workspace, now
from survey_data.workspace.processes import Process, is_alive, this_process

FINISHED = ("done", "refused", "cancelled", "failed", "interrupted")


@dataclass(frozen=True)
class Draft:
    """An upload on its way in. ``version`` grows with every save.

    ``token_sha256``: of the token that opens it on a page, empty when it opens on none.
    ``key``: ``ID.TOKEN`` where the token is known; it is never stored.
    """

    id: str
    owner: str
    sha256: str
    content: Mapping[str, object]
    version: int
    token_sha256: str = ""
    changed_at: str = ""
    key: str = field(default="", repr=False, compare=False)


LOST_SECONDS = 60.0
"""A job of another machine that has given no sign of life for so long is held by nobody."""


@dataclass(frozen=True)
class Job:
    """``program``: what computed the result, empty before."""

    id: str
    kind: str
    owner: str
    state: str
    stage: str
    progress: float
    arguments: Mapping[str, object]
    result: Mapping[str, object] | None
    program: str


def new_draft(
    workspace: Workspace,
    owner: str,
    sha256: str,
    content: Mapping[str, object],
    *,
    id: str | None = None,
    token_sha256: str = "",
) -> Draft:
    draft = Draft(id or new_draft_id(), owner, sha256, content, 1, token_sha256, now())
    with workspace.writing() as connection:
        connection.execute(
            t.drafts.insert().values(
                id=draft.id,
                owner=owner,
                sha256=sha256,
                content=dict(content),
                version=1,
                changed_at=draft.changed_at,
                token_sha256=token_sha256 or None,
            )
        )
    return draft


def new_draft_id() -> str:
    return uuid.uuid4().hex[:12]


def draft(workspace: Workspace, id: str) -> Draft | None:
    with workspace.reading() as connection:
        row = connection.execute(sa.select(t.drafts).where(t.drafts.c.id == id)).one_or_none()
    return None if row is None else _draft(row)


def open_with(workspace: Workspace, id: str, token_sha256: str) -> None:
    """From now on another token opens the draft, and no earlier one."""
    with workspace.writing() as connection:
        connection.execute(
            t.drafts.update().where(t.drafts.c.id == id).values(token_sha256=token_sha256)
        )


def _draft(row: sa.Row) -> Draft:
    token_sha256 = row.token_sha256 or ""
    return Draft(
        row.id, row.owner, row.sha256, row.content, row.version, token_sha256, row.changed_at
    )


def save_draft(workspace: Workspace, held: Draft, content: Mapping[str, object]) -> Draft:
    """Save the next version. Raises Refused (E920) when another tab saved in between."""
    at = now()
    with workspace.writing() as connection:
        changed = connection.execute(
            t.drafts.update()
            .where(t.drafts.c.id == held.id, t.drafts.c.version == held.version)
            .values(content=dict(content), version=held.version + 1, changed_at=at)
        )
        if changed.rowcount == 0:
            raise Refused(Finding("E920"))
    return replace(held, content=content, version=held.version + 1, changed_at=at)


def open_drafts(workspace: Workspace, owner: str) -> list[Draft]:
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.drafts)
            .where(t.drafts.c.owner == owner)
            .order_by(t.drafts.c.changed_at.desc())
        ).all()
    return [_draft(row) for row in rows]


def discard_draft(workspace: Workspace, id: str) -> None:
    with workspace.writing() as connection:
        connection.execute(t.drafts.delete().where(t.drafts.c.id == id))
    workspace.forget()


def end_draft(connection: sa.Connection, held: Draft) -> None:
    """Take a draft away as it is held. Raises Refused (E920) when another tab saved in between."""
    gone = connection.execute(
        t.drafts.delete().where(t.drafts.c.id == held.id, t.drafts.c.version == held.version)
    )
    if gone.rowcount == 0:
        raise Refused(Finding("E920"))


def new_job(workspace: Workspace, kind: str, owner: str, arguments: Mapping[str, object]) -> str:
    """Put a job into the queue of this process."""
    # 128 random bits: who does not know a job cannot guess it.
    id = secrets.token_hex(16)
    with workspace.writing() as connection:
        connection.execute(
            t.jobs.insert().values(
                id=id,
                kind=kind,
                owner=owner,
                state="waiting",
                stage="waiting",
                progress=0.0,
                cancel=False,
                arguments=dict(arguments),
                result=None,
                changed_at=now(),
                **_held_here(connection),
            )
        )
    return id


def job(workspace: Workspace, id: str) -> Job | None:
    with workspace.reading() as connection:
        row = connection.execute(sa.select(t.jobs).where(t.jobs.c.id == id)).one_or_none()
    if row is None:
        return None
    return Job(
        row.id,
        row.kind,
        row.owner,
        row.state,
        row.stage,
        row.progress,
        row.arguments,
        row.result,
        row.program or "",
    )


def done_job(
    workspace: Workspace, kind: str, owner: str, arguments: Mapping[str, object], program: str
) -> Job | None:
    """The newest job of a person, kind and just these arguments that this program did well."""
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.jobs.c.id, t.jobs.c.arguments)
            .where(t.jobs.c.kind == kind, t.jobs.c.owner == owner)
            .where(t.jobs.c.program == program, t.jobs.c.state == "done")
            .order_by(t.jobs.c.changed_at.desc())
        ).all()
    found = next((row.id for row in rows if row.arguments == dict(arguments)), None)
    return None if found is None else job(workspace, found)


def claim_job(workspace: Workspace, id: str, program: str) -> bool:
    """Take a waiting job into this process. False when it waits no more."""
    with workspace.writing() as connection:
        changed = connection.execute(
            t.jobs.update()
            .where(t.jobs.c.id == id, t.jobs.c.state == "waiting")
            .values(state="running", program=program, changed_at=now(), **_held_here(connection))
        )
    return changed.rowcount == 1


def give_sign_of_life(workspace: Workspace) -> None:
    """Say of all jobs that this process holds that it is still there."""
    here = this_process()
    with workspace.writing() as connection:
        connection.execute(
            t.jobs.update()
            .where(t.jobs.c.host == here.host, t.jobs.c.pid == here.pid)
            .where(t.jobs.c.started == here.started, t.jobs.c.state.not_in(FINISHED))
            .values(heartbeat=_clock(connection))
        )


def advance(workspace: Workspace, id: str, stage: str, progress: float) -> bool:
    """Write how far a job is. False when a person cancelled it, or when it has been ended."""
    with workspace.writing() as connection:
        changed = connection.execute(
            t.jobs.update()
            .where(t.jobs.c.id == id, t.jobs.c.state.in_(("waiting", "running")))
            .values(state="running", stage=stage, progress=progress, changed_at=now())
        )
        cancelled = connection.execute(sa.select(t.jobs.c.cancel).where(t.jobs.c.id == id)).scalar()
    return changed.rowcount == 1 and not cancelled


def finish(
    workspace: Workspace, id: str, state: str, result: Mapping[str, object] | None = None
) -> None:
    """End a job; a job that has ended stays as it is."""
    with workspace.writing() as connection:
        connection.execute(
            t.jobs.update()
            .where(t.jobs.c.id == id, t.jobs.c.state.not_in(FINISHED))
            .values(
                state=state,
                stage=state,
                progress=1.0,
                result=None if result is None else dict(result),
                changed_at=now(),
            )
        )


def request_cancel(workspace: Workspace, id: str) -> None:
    with workspace.writing() as connection:
        connection.execute(t.jobs.update().where(t.jobs.c.id == id).values(cancel=True))


def interrupt_jobs(workspace: Workspace) -> int:
    """End the jobs whose process is gone; those of other servers go on. Returns how many."""
    unfinished = t.jobs.c.state.not_in(FINISHED)
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.jobs, _clock(connection).label("present")).where(unfinished)
        ).all()
    lost = [row for row in rows if _is_lost(row)]
    if not lost:
        return 0
    ended = 0
    with workspace.writing() as connection:
        for row in lost:
            # Whoever took the job over meanwhile keeps it.
            changed = connection.execute(
                t.jobs.update()
                .where(t.jobs.c.id == row.id, unfinished)
                .where(t.jobs.c.heartbeat.is_not_distinct_from(row.heartbeat))
                .values(state="interrupted", stage="interrupted", changed_at=now())
            )
            ended += changed.rowcount
    return ended


def _is_lost(row: sa.Row) -> bool:
    if row.heartbeat is None:
        # A server of an earlier version left it, which named no holder.
        return True
    alive = is_alive(Process(row.host, row.pid, row.started))
    return row.present - row.heartbeat > LOST_SECONDS if alive is None else not alive


def _held_here(connection: sa.Connection) -> dict[str, object]:
    return {**asdict(this_process()), "heartbeat": _clock(connection)}


def _clock(connection: sa.Connection) -> sa.ColumnElement[float]:
    """Seconds since 1970 by the database's clock, which all servers of a workspace share."""
    if connection.dialect.name == "sqlite":
        return sa.literal_column("(julianday('now') - 2440587.5) * 86400.0", sa.Float)
    return sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)
