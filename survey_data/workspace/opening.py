"""Opening a workspace: a SQLite file or a database by URL, brought to the newest revision."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, exc

from survey_data.workspace.faults import WorkspaceUnusable, faults_said, unusable
from survey_data.workspace.location import default_location, is_url

HEAD = "0004"
"""Newest revision in ``migrations/versions``."""

BUSY_SECONDS = 10
"""How long to wait for another program."""

_WRITER = 0x4F0F
"""Names the advisory lock of this program on PostgreSQL."""


class Workspace:
    """An open workspace. Reads and writes are short transactions of their own."""

    def __init__(self, engine: sa.Engine, location: str) -> None:
        self.engine = engine
        self.location = location

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with faults_said(self.location), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: all of it or, after an exception, none of it."""
        with faults_said(self.location), self.engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                _one_writer(connection)
                yield connection

    def damaged(self, what: str) -> WorkspaceUnusable:
        """The refusal (E906) for content that is not what was stored."""
        return unusable("E906", self.location, problem=what)

    def close(self) -> None:
        self.engine.dispose()


def open_workspace(location: str | None = None) -> Workspace:
    """Open, create or migrate a workspace.

    Parameters
    ----------
    location : a file path (SQLite) or a SQLAlchemy URL; None takes `default_location`

    Raises
    ------
    WorkspaceUnusable
        When it cannot be opened, is no workspace, or was made by a newer version.
    """
    place = location or default_location()
    try:
        if is_url(place):
            engine = sa.create_engine(place, pool_pre_ping=True, hide_parameters=True)
        else:
            path = Path(place).expanduser()
            path.parent.mkdir(parents=True, exist_ok=True)
            engine = sa.create_engine(
                sa.URL.create("sqlite", database=str(path)), hide_parameters=True
            )
    except (exc.ArgumentError, ValueError, ModuleNotFoundError, OSError) as error:
        raise unusable("E902", place, error) from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    workspace = Workspace(engine, place if is_url(place) else str(Path(place).expanduser()))
    with faults_said(place):
        _migrate(engine, place)
    return workspace


def now() -> str:
    """The present time in UTC, ISO form."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _prepare_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")
        # For a new file only: whole files are kept, which large pages store in half the time.
        cursor.execute("PRAGMA page_size = 16384")
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to the write-ahead log; on a new file this does not wait for others by itself."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _one_writer(connection: sa.Connection) -> None:
    """Writers take turns on PostgreSQL too, so that what one has read stays so until it commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER)))


def _migrate(engine: sa.Engine, place: str) -> None:
    """Bring the tables to `HEAD`; Alembic is loaded only when there is something to do."""
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        found = None
        if "alembic_version" in tables:
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if found == HEAD:
        return
    if found is None and tables:
        raise unusable("E904", place)
    if found is not None and found > HEAD:
        raise unusable("E903", place)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with engine.connect() as plain:
        connection = plain.execution_options(writing=True)
        with connection.begin():
            _one_writer(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
