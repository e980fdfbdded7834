"""What is sound in a workspace, looked at as it is: nothing is created, changed or brought up to date."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from locales import text
from survey_data.workspace import schema as t
from survey_data.workspace.faults import unusable
from survey_data.workspace.keeping.digests import contents, tables_of
from survey_data.workspace.location import typed_location, workspace_files
from survey_data.workspace.opening import (
    HEAD,
    Workspace,
    connected,
    revision,
)
from survey_data.workspace.sqlite_file import BUSY_SECONDS

State = Literal["ok", "warning", "refused"]
BACKUP = "workspace.backup"
"""The line of the audit trail that a backup leaves once it was read again."""
BACKUP_DAYS = 7
LEAST_FREE = 1_000_000_000
_SHOWN = 5


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ``fix`` says what to do, None where nothing is to be done."""

    id: str
    state: State
    message: dict[str, str]
    fix: dict[str, str] | None = None


def check(location: str, *, quick: bool = False) -> list[Check]:
    """All checks of a workspace; what is wrong in one does not keep the others from being made.

    ``quick``: only the structure of the database's pages, and no stored file is read. Raises
    WorkspaceUnusable: E902 when the database cannot be opened, E904 when it is no workspace.
    """
    files = workspace_files(location)
    if not files:
        return _of_database(location, quick, None)
    place = files[0]
    if not place.is_file():
        # A pipe would be waited for, and what is not there would be made.
        number = errno.EINVAL if place.exists() else errno.ENOENT
        raise unusable("E902", location, problem=os.strerror(number))
    for _ in range(2):
        before = _state_of(place)
        # Without a log that somebody writes, the file alone is read and nothing is made beside it.
        found = _of_database(
            location, quick, "mode=ro&immutable=1" if before[1] == 0 else "mode=ro"
        )
        if before[1] or _state_of(place) == before:
            break
    else:
        found = _of_database(location, quick, "mode=ro")
    return [*found, _disk(place), *_permissions(place)]


def _of_database(location: str, quick: bool, how: str | None) -> list[Check]:
    with _reading(location, how) as connection:
        held = revision(connection)
        if held is None:
            raise unusable("E904", location)
        parts: list[tuple[str, Callable[[], Check]]] = []
        if how is not None:
            parts.append(("integrity", lambda: _integrity(connection, quick)))
            parts.append(("foreign-keys", lambda: _foreign_keys(connection)))
        parts.append(("revision", lambda: _revision(connection, held, location)))
        if not quick:
            parts.append(("blobs", lambda: _blobs(connection)))
        parts.append(("backup", lambda: _last_backup(connection, location)))
        return [_made(id, part) for id, part in parts]


@contextmanager
def _reading(location: str, how: str | None) -> Iterator[sa.Connection]:
    if how is None:
        workspace = connected(location, create=False)
    else:
        address = f"file:{quote(str(workspace_files(location)[0]))}?{how}"
        engine = sa.create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS),
        )
        workspace = Workspace(engine, location)
    try:
        with workspace.reading() as connection:
            yield connection
    finally:
        workspace.close()


def _made(id: str, part: Callable[[], Check]) -> Check:
    """A check that the database's own fault ends has found one."""
    try:
        return part()
    except exc.DBAPIError as error:
        return _unreadable(id, str(error.orig))
    except (ValueError, TypeError) as error:
        return _unreadable(id, str(error))


def _unreadable(id: str, problem: str) -> Check:
    said = text("doctor.unreadable", problem=(problem.splitlines() or [""])[0])
    return Check(id, "refused", said, text("doctor.damaged-fix"))


def _integrity(connection: sa.Connection, quick: bool) -> Check:
    kind = "quick_check" if quick else "integrity_check"
    found = connection.exec_driver_sql(f"PRAGMA {kind}({_SHOWN})").scalars().all()
    if found == ["ok"]:
        return Check("integrity", "ok", text("doctor.sound"))
    return _unreadable("integrity", str(found[0]))


def _foreign_keys(connection: sa.Connection) -> Check:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if not orphans:
        return Check("foreign-keys", "ok", text("doctor.joined"))
    tables = ", ".join(sorted({str(row[0]) for row in orphans}))
    return Check(
        "foreign-keys",
        "refused",
        text("doctor.orphans", count=len(orphans), tables=tables),
        text("doctor.damaged-fix"),
    )


def _revision(connection: sa.Connection, held: str, location: str) -> Check:
    if held == HEAD:
        missing = t.metadata.tables.keys() - tables_of(connection).keys()
        if missing:
            return _unreadable("revision", f"no such table: {', '.join(sorted(missing))}")
        return Check("revision", "ok", text("doctor.newest", revision=held))
    if "," in held:
        return _unreadable("revision", f"alembic_version: {held}")
    params = {"revision": held, "head": HEAD}
    if held.isdecimal() and held < HEAD:
        fix = text("doctor.older-fix", place=typed_location(location))
        return Check("revision", "warning", text("doctor.older", **params), fix)
    return Check("revision", "refused", text("doctor.newer", **params), text("doctor.newer-fix"))


def _blobs(connection: sa.Connection) -> Check:
    """Stored bytes against the digests that were stored with them, as a backup compares them."""
    found = contents(connection)
    if not found.altered:
        return Check("blobs", "ok", text("doctor.blobs", count=found.digested))
    return Check(
        "blobs",
        "refused",
        text("doctor.changed-blobs", count=len(found.altered), blobs=found.altered_shown),
        text("doctor.damaged-fix"),
    )


def _last_backup(connection: sa.Connection, location: str) -> Check:
    fix = text("doctor.backup-fix", place=typed_location(location))
    audit = t.audit.c
    at = connection.execute(
        sa.select(sa.func.max(audit.at)).where(audit.action == BACKUP, audit.result == "done")
    ).scalar()
    if at is None:
        return Check("backup", "warning", text("doctor.no-backup"), fix)
    age = datetime.now(UTC) - datetime.fromisoformat(at)
    if age <= timedelta(days=BACKUP_DAYS):
        return Check("backup", "ok", text("doctor.backup", at=at))
    said = text("doctor.old-backup", at=at, days=age.days)
    return Check("backup", "warning", said, fix)


def _disk(place: Path) -> Check:
    free = shutil.disk_usage(place.resolve().parent).free
    said = {"free": f"{free / 1e9:.1f}"}
    if free >= LEAST_FREE:
        return Check("disk", "ok", text("doctor.disk", **said))
    return Check("disk", "warning", text("doctor.full-disk", **said), text("doctor.disk-fix"))


def _permissions(place: Path) -> list[Check]:
    """Whether users of the machine whom nobody named can read the file, through all its folders."""
    if sys.platform == "win32":
        return []
    place = place.resolve()
    mode = stat.S_IMODE(place.stat().st_mode)
    reachable = all(folder.stat().st_mode & stat.S_IXOTH for folder in place.parents)
    if not (mode & (stat.S_IROTH | stat.S_IWOTH) and reachable):
        return [Check("permissions", "ok", text("doctor.private"))]
    said = text("doctor.readable", mode=f"{mode:o}")
    return [
        Check(
            "permissions",
            "warning",
            said,
            text("doctor.readable-fix", place=shlex.quote(str(place))),
        )
    ]


def _state_of(place: Path) -> tuple[tuple[int, int, int] | None, int]:
    """What changes when somebody writes, and the size of the write-ahead log."""
    try:
        log = os.stat(f"{place}-wal").st_size
    except OSError:
        log = 0
    try:
        held = place.stat()
    except OSError:
        return None, log
    return (held.st_ino, held.st_size, held.st_mtime_ns), log
