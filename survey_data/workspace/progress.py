"""Unfinished work kept in the workspace: upload drafts, and jobs with progress and cancel."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from indicators.findings import Finding, Refused
from survey_data.workspace import schema as t
from survey_data.workspace.opening import Workspace, now

FINISHED = ("done", "refused", "cancelled", "failed", "interrupted")


@dataclass(frozen=True)
class Draft:
    """An upload on its way in. ``version`` grows with every save."""

    id: str
    owner: str
    sha256: str
    content: Mapping[str, object]
    version: int


@dataclass(frozen=True)
class Job:
    id: str
    kind: str
    state: str
    stage: str
    progress: float
    arguments: Mapping[str, object]
    result: Mapping[str, object] | None


def new_draft(
    workspace: Workspace, owner: str, sha256: str, content: Mapping[str, object]
) -> Draft:
    draft = Draft(uuid.uuid4().hex[:12], owner, sha256, content, 1)
    with workspace.writing() as connection:
        connection.execute(
            t.drafts.insert().values(
                id=draft.id,
                owner=owner,
                sha256=sha256,
                content=dict(content),
                version=1,
                changed_at=now(),
            )
        )
    return draft


def draft(workspace: Workspace, id: str) -> Draft | None:
    with workspace.reading() as connection:
        row = connection.execute(sa.select(t.drafts).where(t.drafts.c.id == id)).one_or_none()
    return None if row is None else Draft(row.id, row.owner, row.sha256, row.content, row.version)


def save_draft(workspace: Workspace, held: Draft, content: Mapping[str, object]) -> Draft:
    """Save the next version. Raises Refused (E920) when another tab saved in between."""
    with workspace.writing() as connection:
        changed = connection.execute(
            t.drafts.update()
            .where(t.drafts.c.id == held.id, t.drafts.c.version == held.version)
            .values(content=dict(content), version=held.version + 1, changed_at=now())
        )
        if changed.rowcount == 0:
            raise Refused(Finding("E920"))
    return Draft(held.id, held.owner, held.sha256, content, held.version + 1)


def open_drafts(workspace: Workspace, owner: str) -> list[Draft]:
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.drafts)
            .where(t.drafts.c.owner == owner)
            .order_by(t.drafts.c.changed_at.desc())
        ).all()
    return [Draft(row.id, row.owner, row.sha256, row.content, row.version) for row in rows]


def discard_draft(workspace: Workspace, id: str) -> None:
    with workspace.writing() as connection:
        connection.execute(t.drafts.delete().where(t.drafts.c.id == id))


def end_draft(connection: sa.Connection, held: Draft) -> None:
    """Take a draft away as it is held. Raises Refused (E920) when another tab saved in between."""
    gone = connection.execute(
        t.drafts.delete().where(t.drafts.c.id == held.id, t.drafts.c.version == held.version)
    )
    if gone.rowcount == 0:
        raise Refused(Finding("E920"))


def new_job(workspace: Workspace, kind: str, owner: str, arguments: Mapping[str, object]) -> str:
    id = uuid.uuid4().hex[:12]
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
            )
        )
    return id


def job(workspace: Workspace, id: str) -> Job | None:
    with workspace.reading() as connection:
        row = connection.execute(sa.select(t.jobs).where(t.jobs.c.id == id)).one_or_none()
    if row is None:
        return None
    return Job(row.id, row.kind, row.state, row.stage, row.progress, row.arguments, row.result)


def done_job(workspace: Workspace, kind: str, arguments: Mapping[str, object]) -> Job | None:
    """The newest job of a kind with just these arguments that ended well."""
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.jobs.c.id, t.jobs.c.arguments)
            .where(t.jobs.c.kind == kind, t.jobs.c.state == "done")
            .order_by(t.jobs.c.changed_at.desc())
        ).all()
    found = next((row.id for row in rows if row.arguments == dict(arguments)), None)
    return None if found is None else job(workspace, found)


def advance(workspace: Workspace, id: str, stage: str, progress: float) -> bool:
    """Write how far a job is. False when a person cancelled it."""
    with workspace.writing() as connection:
        connection.execute(
            t.jobs.update()
            .where(t.jobs.c.id == id, t.jobs.c.state.in_(("waiting", "running")))
            .values(state="running", stage=stage, progress=progress, changed_at=now())
        )
        cancelled = connection.execute(sa.select(t.jobs.c.cancel).where(t.jobs.c.id == id)).scalar()
    return not cancelled


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
    """Mark what a dead server left running. Returns how many."""
    with workspace.writing() as connection:
        changed = connection.execute(
            t.jobs.update()
            .where(t.jobs.c.state.not_in(FINISHED))
            .values(state="interrupted", stage="interrupted", changed_at=now())
        )
    return changed.rowcount
