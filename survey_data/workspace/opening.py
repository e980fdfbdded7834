"""Opening a workspace: a SQLite file or a database by URL, brought to the newest revision."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from survey_data.workspace import schema
from survey_data.workspace.faults import WorkspaceUnusable, faults_said, unusable
from survey_data.workspace.location import default_location, is_url, workspace_files
from survey_data.workspace.sqlite_file import BUSY_SECONDS, SqliteFile, fault_of, sqlite_engine

HEAD = "0004"
"""Newest revision in ``migrations/versions``."""

FORGET_MILLISECONDS = 500
"""How long a deletion waits for readers, so that it leaves nothing in the write-ahead log."""

_WRITER = 0x4F0F
"""Names the advisory lock of this program on PostgreSQL."""
_MIGRATIONS = Path(__file__).with_name("migrations")


class Workspace:
    """An open workspace. Reads and writes are short transactions of their own.

    ``location``: path or URL, which may hold a password; `location.shown_location` has none.
    """

    def __init__(self, engine: sa.Engine, location: str, file: SqliteFile | None = None) -> None:
        self.engine = engine
        self.location = location
        self._file = file
        self._whole: ContextVar[sa.Connection | None] = ContextVar("whole", default=None)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        if (whole := self._whole.get()) is not None:
            yield whole
            return
        with self._in_place(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: all of it or, after an exception, none of it."""
        if (whole := self._whole.get()) is not None:
            yield whole
            return
        with self._in_place(), self.engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                _one_writer(connection)
                yield connection

    @contextmanager
    def one_moment(self) -> Iterator[sa.Connection]:
        """As `reading`, all of it of one moment on PostgreSQL too."""
        with self._in_place(), self.engine.connect() as plain:
            if plain.dialect.name == "postgresql":
                plain = plain.execution_options(isolation_level="REPEATABLE READ")
            yield plain

    @contextmanager
    def outside_transactions(self) -> Iterator[sa.Connection]:
        """For what a SQLite database does only by itself: ``VACUUM``, checkpoints."""
        with self._in_place(), self.engine.connect() as plain:
            yield plain.execution_options(alone=True)

    def forget(self) -> None:
        """After a deletion: let nothing of what was deleted stay in the write-ahead log.

        Where another program is reading, its next deletion or its end does it.
        """
        if self._file is not None:
            with self.outside_transactions() as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {FORGET_MILLISECONDS}")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")

    @property
    def read_only(self) -> bool:
        """Whether its file may not be written."""
        return self._file is not None and self._file.read_only

    def check(self) -> None:
        """Raises WorkspaceUnusable (E906) when the file is damaged; reads all of it.

        A database server keeps checksums of its own.
        """
        if self._file is not None:
            with self.reading() as connection:
                fault = fault_of(connection)
            if fault is not None:
                raise self.damaged(fault)

    def damaged(self, what: str) -> WorkspaceUnusable:
        """The refusal (E906) for content that is not what was stored."""
        return unusable("E906", self.location, problem=what)

    @contextmanager
    def as_one(self) -> Iterator[None]:
        """Everything that is read and written inside is one transaction, whoever does it.

        A refusal inside takes its own line of the audit back with the rest.
        """
        with self.writing() as connection:
            token = self._whole.set(connection)
            try:
                yield
            finally:
                self._whole.reset(token)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        if self._file is not None and not self._file.is_in_place():
            raise unusable("E907", self.location)
        with faults_said(self.location):
            yield


def open_workspace(location: str | None = None, *, create: bool = True) -> Workspace:
    """Open, create or migrate a workspace.

    Parameters
    ----------
    location : a file path (SQLite) or a SQLAlchemy URL; None takes `default_location`
    create : whether one that is not there is made, and an older one migrated

    Raises
    ------
    WorkspaceUnusable
        When it cannot be opened, is no workspace, or was made by a newer version.
    """
    workspace = connected(location or default_location(), create=create)
    try:
        _migrate(workspace, create)
    except BaseException:
        workspace.close()
        raise
    return workspace


def existing_workspace(location: str | None = None) -> Workspace:
    """A workspace that is there, at the revision that it has: nothing is created or migrated.

    Raises WorkspaceUnusable: E902 where there is none, E903 for one of a newer version, E904 for
    another database, E906 for a damaged one.
    """
    workspace = connected(location or default_location(), create=False)
    try:
        if _known_revision(workspace) is None:
            raise unusable("E904", workspace.location)
    except BaseException:
        workspace.close()
        raise
    return workspace


def connected(place: str, *, create: bool) -> Workspace:
    """A database as it is, whether or not it is a workspace.

    ``create``: its file may be made. Raises WorkspaceUnusable (E902).
    """
    file = None
    try:
        files = workspace_files(place)
        if files:
            file = SqliteFile(files[0], create)
            engine = sqlite_engine(file)
        elif place.startswith("sqlite"):
            # A database in memory keeps nothing.
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        else:
            engine = sa.create_engine(place, pool_pre_ping=True, hide_parameters=True)
    except (exc.ArgumentError, ValueError, ModuleNotFoundError, OSError) as error:
        raise unusable("E902", place, error, getattr(error, "strerror", None) or "") from None
    return Workspace(engine, place if is_url(place) else str(Path(place).expanduser()), file)


def now() -> str:
    """The present time in UTC, ISO form."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _one_writer(connection: sa.Connection) -> None:
    """Writers take turns on PostgreSQL too, so that what one has read stays so until it commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER)))


def _migrate(workspace: Workspace, create: bool) -> None:
    """Bring the tables to `HEAD`; Alembic is loaded only when there is something to do."""
    found = _known_revision(workspace)
    if found == HEAD:
        return
    if not create:
        there = os.strerror(errno.ENOENT) if found is None else f"revision {found} < {HEAD}"
        raise unusable("E902", workspace.location, problem=there)
    workspace.check()
    with workspace.writing() as connection:
        upgrade(connection)


def _known_revision(workspace: Workspace) -> str | None:
    """The revision, None in an empty database.

    Raises WorkspaceUnusable: E903, E904 for what is none of this program's, E906 where tables are
    missing.
    """
    place = workspace.location
    with workspace.reading() as connection:
        tables = set(sa.inspect(connection).get_table_names())
        found = revision(connection)
    if found is not None and "," in found:
        raise workspace.damaged(f"alembic_version: {found}")
    wanted = set(schema.metadata.tables)
    if tables and (found is None or not wanted & tables):
        raise unusable("E904", place)
    if found == HEAD and not wanted <= tables:
        raise workspace.damaged(f"no such table: {', '.join(sorted(wanted - tables))}")
    known = {path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("*.py")}
    if found is not None and found not in known:
        newer = re.fullmatch(r"\d{4}", str(found)) and str(found) > HEAD
        raise unusable("E903" if newer else "E904", place)
    return found


def revision(connection: sa.Connection) -> str | None:
    """The revision of its tables, None where there is none; several, with commas, are damage."""
    if "alembic_version" not in sa.inspect(connection).get_table_names():
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all()
    return ", ".join(sorted(map(str, found))) if found else None


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Bring tables to a revision, in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
