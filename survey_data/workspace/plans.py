"""Catalogues of measures and scenarios, as the workspace keeps them: plain content, by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indicators.findings import Finding, Refused
from survey_data.workspace import schema as t
from survey_data.workspace.opening import Workspace, now
from survey_data.workspace.registry import save_setting, setting

_CURRENT = "catalogue"


@dataclass(frozen=True)
class StoredScenario:
    """A named scenario. ``version`` grows with every save."""

    id: str
    owner: str
    content: Mapping[str, Any]
    version: int
    changed_at: str


def current_catalogue(workspace: Workspace) -> str | None:
    """JSON of the catalogue that was adopted last, None when none was."""
    digest = setting(workspace, _CURRENT)
    if digest is None:
        return None
    with workspace.reading() as connection:
        return connection.execute(
            sa.select(t.catalogues.c.content).where(
                t.catalogues.c.digest == digest.decode(errors="replace")
            )
        ).scalar_one()


def catalogue_names(workspace: Workspace) -> list[str]:
    """Stored catalogues as ``ID@VERSION``, the newest last."""
    query = sa.select(t.catalogues.c.id, t.catalogues.c.version).order_by(t.catalogues.c.added_at)
    with workspace.reading() as connection:
        return [f"{row.id}@{row.version}" for row in connection.execute(query)]


def use_catalogue(
    connection: sa.Connection, digest: str, id: str, version: str, content: str
) -> None:
    """Keep a catalogue and adopt it. Raises Refused (E914) when the version has other content."""
    held = connection.execute(
        sa.select(t.catalogues.c.digest).where(
            t.catalogues.c.id == id, t.catalogues.c.version == version
        )
    ).scalar()
    if held is not None and held != digest:
        raise Refused(Finding("E914", params={"id": id, "version": version}))
    if held is None:
        connection.execute(
            t.catalogues.insert().values(
                digest=digest, id=id, version=version, content=content, added_at=now()
            )
        )
    save_setting(connection, _CURRENT, digest.encode())


def scenarios(workspace: Workspace) -> list[StoredScenario]:
    """Every scenario, by id."""
    with workspace.reading() as connection:
        rows = connection.execute(sa.select(t.scenarios).order_by(t.scenarios.c.id)).all()
    return [StoredScenario(r.id, r.owner, r.content, r.version, r.changed_at) for r in rows]


def scenario(workspace: Workspace, id: str) -> StoredScenario | None:
    return next((one for one in scenarios(workspace) if one.id == id), None)


def save_scenario(
    connection: sa.Connection, id: str, owner: str, content: Mapping[str, Any], version: int
) -> int:
    """Save the next version of a scenario; ``version`` 0 makes a new one.

    Raises Refused (E920) when somebody else saved in between, or took the id.
    """
    values = {"content": dict(content), "version": version + 1, "changed_at": now()}
    if version == 0:
        known = connection.execute(
            sa.select(t.scenarios.c.id).where(t.scenarios.c.id == id)
        ).scalar()
        if known is not None:
            raise Refused(Finding("E920"))
        connection.execute(t.scenarios.insert().values(id=id, owner=owner, **values))
        return 1
    changed = connection.execute(
        t.scenarios.update()
        .where(t.scenarios.c.id == id, t.scenarios.c.version == version)
        .values(**values)
    )
    if changed.rowcount == 0:
        raise Refused(Finding("E920"))
    return version + 1


def delete_scenario(connection: sa.Connection, id: str) -> None:
    connection.execute(t.scenarios.delete().where(t.scenarios.c.id == id))
