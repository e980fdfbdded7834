"""A workspace into a file and back, on either engine; nothing counts as done that was not read again.

The copy is made by the database itself (``VACUUM INTO``; on PostgreSQL one transaction that sees one
moment), never from the files of a live database. It is a SQLite workspace on both engines, so that a
backup moves between them: see docs/decisions/0017.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EDQUOT, ENOENT, ENOSPC
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from indicators.findings import Finding, Refused
from survey_data.workspace import registry
from survey_data.workspace import schema as t
from survey_data.workspace.faults import unusable
from survey_data.workspace.keeping.container import DATABASE, Manifest, damaged, pack, unpack
from survey_data.workspace.keeping.copying import copy_tables
from survey_data.workspace.keeping.digests import Contents, contents, same_kind, tables_of
from survey_data.workspace.location import shown_location, workspace_files
from survey_data.workspace.opening import (
    HEAD,
    Workspace,
    WorkspaceUnusable,
    connected,
    now,
    open_workspace,
    revision,
    upgrade,
)
from survey_data.workspace.progress import FINISHED

_BESIDE = ".fourfold-"
_ILL_TYPED = (ValueError, TypeError, OverflowError)


@dataclass(frozen=True)
class Restored:
    """A restored workspace: the backup's manifest, and how many jobs were under way in it."""

    location: str
    manifest: Manifest
    interrupted: int


def back_up(workspace: Workspace, target: Path, program: str) -> Manifest:
    """Write a backup over ``target``, open it again and check all that it holds.

    The workspace stays as it is, also at an older revision. Raises Refused: E938 where what was
    written is not what is read again; WorkspaceUnusable, E906 for a damaged workspace.
    """
    with _folder(target.parent) as folder:
        copy = folder / DATABASE
        if workspace.engine.dialect.name == "sqlite":
            with workspace.outside_transactions() as connection:
                connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))
        else:
            try:
                _copy_out(workspace, copy)
            except ValueError as error:
                raise unusable("E906", workspace.location, error) from None
        try:
            at, found = _checked(copy, target)
        except Refused as refusal:
            # A copy that the database made itself is as sound as the workspace is.
            problem = refusal.first.params["problem"]
            raise unusable("E906", workspace.location, problem=problem) from None
        manifest = pack(
            copy,
            target,
            program=program,
            engine=workspace.engine.dialect.name,
            revision=at,
            made_at=now(),
            tables=found.tables,
            blobs=found.blobs,
        )
        copy.unlink()
        _unpacked(target, folder)
    return manifest


def restore(file: Path, location: str, user: str) -> Restored:
    """Bring a backup to a place where nothing is, brought to the newest revision.

    Everything is checked beside the place, which then holds the whole workspace or nothing.

    Raises Refused: E939 where something is at the place, E921, E938 and E941 for the file, E926 for
    a folder that cannot be written; WorkspaceUnusable.
    """
    files = workspace_files(location)
    if not files:
        return _restore_into_server(file, location, user)
    for one in files:
        if os.path.lexists(one):
            raise _taken(str(one))
    place = files[0]
    with _folder(place.parent) as folder:
        manifest, database = _unpacked(file, folder)
        workspace = _upgraded(database, file)
        with workspace.writing() as connection:
            _check_form(connection, file)
            interrupted = _arrive(connection, manifest, file, user)
        workspace.forget()
        workspace.close()
        _checked(database, file)
        _publish(database, place)
    return Restored(location, manifest, interrupted)


def _restore_into_server(file: Path, location: str, user: str) -> Restored:
    with _folder(Path(tempfile.gettempdir())) as folder:
        target = connected(location, create=False)
        with target.reading() as connection:
            if sa.inspect(connection).get_table_names():
                raise _taken(shown_location(location))
        manifest, database = _unpacked(file, folder)
        source = _upgraded(database, file)
        with source.reading() as read, target.writing() as write:
            # Another restore may have come first.
            if sa.inspect(write).get_table_names():
                raise _taken(shown_location(location))
            _check_form(read, file)
            upgrade(write)
            try:
                copy_tables(read, write)
            except exc.DBAPIError as error:
                raise damaged(file, "copy", problem=str(error.orig).splitlines()[0]) from None
            if contents(write) != contents(read):
                raise damaged(file, "differs")
            interrupted = _arrive(write, manifest, file, user)
        source.close()
        target.close()
    return Restored(shown_location(location), manifest, interrupted)


def takes_lines(workspace: Workspace) -> bool:
    """Whether a line can be added to its trail: it is at the newest revision and may be written."""
    if workspace.read_only:
        return False
    with workspace.reading() as connection:
        return revision(connection) == HEAD


def _copy_out(workspace: Workspace, copy: Path) -> None:
    """A PostgreSQL workspace as it is at one moment, as a SQLite file of the same revision."""
    made = connected(str(copy), create=True)
    with workspace.one_moment() as read, made.writing() as write:
        upgrade(write, revision(read) or HEAD)
        copy_tables(read, write)
    made.forget()
    made.close()


def _unpacked(file: Path, folder: Path) -> tuple[Manifest, Path]:
    """The database of a backup in a folder of ours, checked against its manifest."""
    database = folder / DATABASE
    manifest = unpack(file, database, HEAD)
    at, found = _checked(database, file)
    if at != manifest.revision:
        raise damaged(file, "manifest")
    _compare(found, manifest.contents, file)
    return manifest, database


def _checked(database: Path, file: Path) -> tuple[str, Contents]:
    """Revision and contents of a database that nobody else has open. Raises Refused (E938)."""
    # Immutable: nothing is written beside it. A copy from elsewhere may not run anything.
    address = f"file:{quote(str(database))}?mode=ro&immutable=1"
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA trusted_schema = OFF")
            connection.exec_driver_sql("PRAGMA cell_size_check = ON")
            wrong = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
            if wrong != "ok":
                raise damaged(file, "integrity", problem=str(wrong).splitlines()[0])
            if orphan := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise damaged(file, "orphans", table=orphan[0])
            kinds = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
            if (name := connection.exec_driver_sql(kinds).scalar()) is not None:
                raise damaged(file, "stranger", name=str(name))
            at = revision(connection) or ""
            if at == HEAD:
                _check_form(connection, file)
            found = contents(connection)
            if found.altered:
                raise damaged(file, "altered", blobs=found.altered_shown)
            return at, found
    except exc.DBAPIError as error:
        raise damaged(file, "integrity", problem=str(error.orig).splitlines()[0]) from None
    except ValueError as error:
        # A text in a column of numbers, a number in one of bytes, no JSON in one of JSON.
        raise damaged(file, "integrity", problem=str(error)) from None
    finally:
        engine.dispose()


def _upgraded(database: Path, file: Path) -> Workspace:
    """A checked database at the newest revision. Raises Refused (E938) where it cannot be brought
    there, as one whose texts are not what a migration reads."""
    try:
        return open_workspace(str(database))
    except WorkspaceUnusable as refusal:
        if refusal.first.code in ("E901", "E905"):
            raise
        raise damaged(file, "upgrade", problem=refusal.first.params["problem"]) from None
    except (exc.SQLAlchemyError, KeyError, *_ILL_TYPED) as error:
        raise damaged(file, "upgrade", problem=str(error).splitlines()[0]) from None


def _compare(found: Contents, said: Contents, file: Path) -> None:
    for name in sorted(found.tables.keys() | said.tables.keys()):
        if found.tables.get(name) != said.tables.get(name):
            raise damaged(file, "table", table=name)
    if found.blobs != said.blobs:
        raise damaged(file, "blobs")


def _check_form(connection: sa.Connection, file: Path) -> None:
    """Raises Refused (E938) unless a SQLite database has the tables and indexes of the newest
    revision and nothing else: an index of somebody's could keep later rows out."""
    made = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    known = {index.name for table in t.metadata.tables.values() for index in table.indexes}
    if strange := set(connection.exec_driver_sql(made).scalars()) - known:
        raise damaged(file, "stranger", name=min(strange))
    held = tables_of(connection)
    if strange := held.keys() - t.metadata.tables.keys():
        raise damaged(file, "stranger", name=min(strange))
    for name, mine in sorted(t.metadata.tables.items()):
        theirs = held.get(name)
        if theirs is None or set(mine.columns.keys()) - set(theirs.columns.keys()):
            raise damaged(file, "form", table=name)
        for column in theirs.columns:
            own = mine.columns.get(column.name)
            if own is None or not same_kind(column, own):
                raise damaged(file, "form", table=f"{name}.{column.name}")


def _arrive(connection: sa.Connection, manifest: Manifest, file: Path, user: str) -> int:
    """What a restored workspace knows of itself: no job of it runs, and where it comes from."""
    ended = connection.execute(
        t.jobs.update()
        .where(t.jobs.c.state.not_in(FINISHED))
        .values(state="interrupted", stage="interrupted", changed_at=now())
    )
    detail: Mapping[str, Any] = {"made_at": manifest.made_at, "sha256": manifest.sha256}
    registry.record(connection, user, "workspace.restore", file.name, "done", detail)
    return ended.rowcount


@contextmanager
def _folder(parent: Path) -> Iterator[Path]:
    """A folder of our own in another, gone at the end; only who runs the program can read it."""
    folder = None
    try:
        if not parent.is_dir():
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        folder = tempfile.mkdtemp(prefix=_BESIDE, dir=parent)
        yield Path(folder)
    except OSError as error:
        code = "E901" if error.errno in (ENOSPC, EDQUOT) else "E926"
        params = {"place": str(parent), "path": str(parent), "problem": error.strerror or ""}
        raise Refused(Finding(code, params=params)) from None
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _publish(database: Path, place: Path) -> None:
    """Give a finished file its name, which nothing may have by now."""
    os.chmod(database, 0o600)
    with open(database, "rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(database, place)
    except FileExistsError:
        raise _taken(str(place)) from None
    except OSError:
        # A file system without hard links.
        if os.path.lexists(place):
            raise _taken(str(place)) from None
        os.rename(database, place)
    with contextlib.suppress(OSError):
        handle = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _taken(place: str) -> Refused:
    return Refused(Finding("E939", params={"place": place}))
