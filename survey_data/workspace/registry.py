"""Frameworks, rounds, departments and settings of a workspace, and its audit trail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from indicators.evidence import Department
from indicators.findings import Finding, Refused
from indicators.framework import Framework, default_framework
from survey_data.roster.departments import KnownDepartments
from survey_data.workspace import schema as t
from survey_data.workspace.location import typed_location
from survey_data.workspace.opening import Workspace, now

_CURRENT = "current-framework"
_ROUND_ID = re.compile(r"\w(?:[\w .\-]{0,38}[\w.\-])?")
_YEAR = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


@dataclass(frozen=True)
class BatchInfo:
    id: str
    kind: str
    state: str
    superseded_by: str | None
    sha256: str
    file: str
    added_at: str
    report: Mapping[str, object]


@dataclass(frozen=True)
class RoundInfo:
    id: str
    name: Mapping[str, str]
    starts_on: str | None
    state: str
    framework: str
    framework_id: str
    framework_version: str
    synthetic: bool
    batches: tuple[BatchInfo, ...]


def framework_by_digest(workspace: Workspace, digest: str) -> Framework:
    with workspace.reading() as connection:
        content = connection.execute(
            sa.select(t.frameworks.c.content).where(t.frameworks.c.digest == digest)
        ).scalar_one()
    return _framework(workspace, content)


def framework_named(workspace: Workspace, name: str) -> Framework:
    """A stored framework by ``ID@VERSION``. Raises Refused (E915)."""
    id, _, version = name.partition("@")
    with workspace.reading() as connection:
        content = connection.execute(
            sa.select(t.frameworks.c.content).where(
                t.frameworks.c.id == id, t.frameworks.c.version == version
            )
        ).scalar()
    if content is None:
        shipped = default_framework()
        if (shipped.id, shipped.version) == (id, version):
            return shipped
        raise Refused(Finding("E915", params={"name": name}))
    return _framework(workspace, content)


def _report(workspace: Workspace, batch: sa.Row) -> Mapping[str, object]:
    """What an import reported. Raises WorkspaceUnusable (E906) for anything else."""
    if isinstance(batch.report, dict):
        return batch.report
    raise workspace.damaged(f"batches.report {batch.id}")


def _name(workspace: Workspace, held: object) -> dict[str, str]:
    """A name in both languages. Raises WorkspaceUnusable (E906) for anything else."""
    if isinstance(held, dict) and all(isinstance(held.get(lang), str) for lang in ("zh", "en")):
        return held
    raise workspace.damaged("name")


def _framework(workspace: Workspace, content: str) -> Framework:
    """Raises WorkspaceUnusable (E906) for content that this program did not write."""
    try:
        return Framework.from_json(content)
    except ValueError:
        raise workspace.damaged("frameworks.content") from None


def framework_names(workspace: Workspace) -> list[str]:
    """Stored frameworks as ``ID@VERSION``, in the order in which they came."""
    query = sa.select(t.frameworks.c.id, t.frameworks.c.version).order_by(t.frameworks.c.added_at)
    with workspace.reading() as connection:
        return [f"{row.id}@{row.version}" for row in connection.execute(query)]


def add_framework(connection: sa.Connection, framework: Framework) -> None:
    """Keep a framework. Raises Refused (E914) when id and version are taken by other content."""
    same_name = connection.execute(
        sa.select(t.frameworks.c.digest).where(
            t.frameworks.c.id == framework.id, t.frameworks.c.version == framework.version
        )
    ).scalar()
    if same_name == framework.digest:
        return
    if same_name is not None:
        params = {"id": framework.id, "version": framework.version}
        raise Refused(Finding("E914", params=params))
    connection.execute(
        t.frameworks.insert().values(
            digest=framework.digest,
            id=framework.id,
            version=framework.version,
            content=framework.to_json(),
            added_at=now(),
        )
    )


def current_framework(workspace: Workspace) -> Framework:
    """The framework for new rounds: the one adopted, else the one that ships."""
    digest = setting(workspace, _CURRENT)
    return (
        default_framework()
        if digest is None
        else framework_by_digest(workspace, digest.decode(errors="replace"))
    )


def use_framework(connection: sa.Connection, framework: Framework) -> None:
    add_framework(connection, framework)
    save_setting(connection, _CURRENT, framework.digest.encode())


def setting(workspace: Workspace, key: str) -> bytes | None:
    with workspace.reading() as connection:
        value = connection.execute(
            sa.select(t.settings.c.value).where(t.settings.c.key == key)
        ).scalar()
    # SQLite gives a number or a text back where somebody has put one.
    if value is not None and not isinstance(value, bytes):
        raise workspace.damaged(f"settings.value {key}")
    return value


def save_setting(connection: sa.Connection, key: str, value: bytes) -> None:
    connection.execute(t.settings.delete().where(t.settings.c.key == key))
    connection.execute(t.settings.insert().values(key=key, value=value))


def rounds(workspace: Workspace) -> list[RoundInfo]:
    """All rounds in time order, with their batches in the order of import."""
    columns = [c for c in t.batches.c if c.name not in ("mapping",)]
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.rounds, t.frameworks.c.id.label("fid"), t.frameworks.c.version).join(
                t.frameworks, t.rounds.c.framework == t.frameworks.c.digest
            )
        ).all()
        found = connection.execute(
            sa.select(*columns, t.raw_files.c.name.label("file"))
            .join(t.raw_files, t.batches.c.sha256 == t.raw_files.c.sha256)
            .order_by(t.batches.c.sequence)
        ).all()
    ordered = sorted(rows, key=lambda row: (row.starts_on or "9999", row.sequence))
    return [
        RoundInfo(
            row.id,
            _name(workspace, row.name),
            row.starts_on,
            row.state,
            row.framework,
            row.fid,
            row.version,
            row.synthetic,
            tuple(
                BatchInfo(
                    b.id,
                    b.kind,
                    b.state,
                    b.superseded_by,
                    b.sha256,
                    b.file,
                    b.added_at,
                    _report(workspace, b),
                )
                for b in found
                if b.round == row.id
            ),
        )
        for row in ordered
    ]


def round_named(workspace: Workspace, id: str) -> RoundInfo:
    """Raises Refused (E913) when there is no such round."""
    for info in rounds(workspace):
        if info.id == id:
            return info
    known = ", ".join(info.id for info in rounds(workspace)) or "—"
    place = typed_location(workspace.location)
    raise Refused(Finding("E913", params={"round": id, "rounds": known, "place": place}))


def starts_on(round_id: str) -> str | None:
    """First day of a round named YYYY, YYYY-MM or YYYY-Qn."""
    match = _YEAR.fullmatch(round_id)
    if match is None:
        return None
    year, quarter, month = match.groups()
    return f"{year}-{int(quarter) * 3 - 2 if quarter else int(month or 1):02}-01"


def require_round_id(round_id: str) -> None:
    """Raises Refused (E916) for a name that a round cannot have."""
    if not _ROUND_ID.fullmatch(round_id):
        raise Refused(Finding("E916", params={"round": round_id}))


def ensure_round(
    connection: sa.Connection, round_id: str, framework: Framework, synthetic: bool = False
) -> None:
    """Create a round bound to the framework, or check that it is bound to it (E912)."""
    require_round_id(round_id)
    bound = connection.execute(
        sa.select(t.rounds.c.framework).where(t.rounds.c.id == round_id)
    ).scalar()
    if bound is None:
        add_framework(connection, framework)
        last = connection.execute(sa.select(sa.func.max(t.rounds.c.sequence))).scalar()
        connection.execute(
            t.rounds.insert().values(
                id=round_id,
                name={"zh": round_id, "en": round_id},
                starts_on=starts_on(round_id),
                state="collecting",
                framework=framework.digest,
                synthetic=synthetic,
                sequence=(last or 0) + 1,
            )
        )
    elif bound != framework.digest:
        raise Refused(Finding("E912", params={"round": round_id}))


def bind_round(connection: sa.Connection, round_id: str, framework: Framework) -> None:
    """Bind a round without batches to another framework. Raises Refused (E917) when it has some."""
    used = connection.execute(
        sa.select(sa.func.count()).select_from(t.batches).where(t.batches.c.round == round_id)
    ).scalar()
    if used:
        raise Refused(Finding("E917", params={"round": round_id}))
    add_framework(connection, framework)
    connection.execute(
        t.rounds.update().where(t.rounds.c.id == round_id).values(framework=framework.digest)
    )


def set_round_state(connection: sa.Connection, round_id: str, state: str) -> None:
    connection.execute(t.rounds.update().where(t.rounds.c.id == round_id).values(state=state))


def departments(workspace: Workspace) -> list[Department]:
    with workspace.reading() as connection:
        rows = connection.execute(sa.select(t.departments).order_by(t.departments.c.id)).all()
    for row in rows:
        if not isinstance(row.weight, int | float) or not isinstance(row.headcount, int | None):
            raise workspace.damaged(f"departments {row.id}")
    return [
        Department(r.id, _name(workspace, r.name), r.grouping, r.headcount, r.weight) for r in rows
    ]


def rostered_ids(workspace: Workspace) -> set[str]:
    with workspace.reading() as connection:
        return set(
            connection.execute(
                sa.select(t.departments.c.id).where(t.departments.c.rostered)
            ).scalars()
        )


def known_departments(workspace: Workspace) -> KnownDepartments:
    with workspace.reading() as connection:
        rows = connection.execute(sa.select(t.aliases)).all()
    names = {d.id: d.name for d in departments(workspace)}
    return KnownDepartments(names, {row.alias: row.department for row in rows})


def save_departments(
    connection: sa.Connection, listed: Iterable[Department], aliases: Mapping[str, str]
) -> None:
    """Write roster entries: a listed department's facts are replaced by the roster's."""
    for department in listed:
        values = {
            "name": dict(department.name),
            "grouping": department.group,
            "headcount": department.headcount,
            "weight": department.weight,
            "rostered": True,
        }
        changed = connection.execute(
            t.departments.update().where(t.departments.c.id == department.id).values(**values)
        )
        if changed.rowcount == 0:
            connection.execute(t.departments.insert().values(id=department.id, **values))
    save_aliases(connection, aliases)


def ensure_departments(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Departments that a file brings and nobody listed: their id is their name."""
    present = set(connection.execute(sa.select(t.departments.c.id)).scalars())
    new = [
        {
            "id": id,
            "name": {"zh": id, "en": id},
            "grouping": "",
            "headcount": None,
            "weight": 1.0,
            "rostered": False,
        }
        for id in ids
        if id not in present
    ]
    if new:
        connection.execute(t.departments.insert(), new)


def save_aliases(connection: sa.Connection, aliases: Mapping[str, str]) -> None:
    for alias, department in aliases.items():
        connection.execute(t.aliases.delete().where(t.aliases.c.alias == alias))
        connection.execute(t.aliases.insert().values(alias=alias, department=department))


def record(
    connection: sa.Connection,
    user: str,
    action: str,
    object: str,
    result: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add a line to the audit trail; lines are never changed."""
    connection.execute(
        t.audit.insert().values(
            at=now(),
            user=user,
            action=action,
            object=object[:255],
            result=result,
            detail=dict(detail or {}),
        )
    )


def audit_trail(workspace: Workspace) -> list[dict[str, object]]:
    with workspace.reading() as connection:
        rows = connection.execute(sa.select(t.audit).order_by(t.audit.c.sequence)).mappings().all()
    return [dict(row) for row in rows]
