"""The file of a workspace: how it is opened, what every connection is told, whether it is sound."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

BUSY_SECONDS = 10
"""How long to wait for another program."""


class SqliteFile:
    """One file for the life of an engine: what takes its place meanwhile is not written into."""

    def __init__(self, path: Path, create: bool) -> None:
        """
        Raises
        ------
        OSError
            The file is not there and may not be made, or is none.
        """
        if create and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Made here and nowhere else: a connection that opens the file later never makes one. It
            # holds people's answers, so that other users of the machine cannot read it.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        self.path = path
        self.read_only = not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self._seen = _identity(path)

    def connect(self, options: Mapping[str, Any]) -> sqlite3.Connection:
        """Open the file as far as its rights allow.

        A write-ahead log needs an index beside the file even for reading. Where none can be made and
        nobody has made one, nobody writes either, and the file is read as it stands.
        """
        if not self.read_only:
            return self._opened("rw", options)
        connection = self._opened("ro", options)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
            return connection
        except sqlite3.OperationalError:
            connection.close()
            return self._opened("ro&immutable=1", options)

    def is_in_place(self) -> bool:
        """Whether the path still leads to the file that was opened."""
        try:
            return _identity(self.path) == self._seen
        except OSError:
            return False

    def _opened(self, mode: str, options: Mapping[str, Any]) -> sqlite3.Connection:
        name = quote(os.fsencode(self.path.absolute()), safe="/\\:")
        slash = "" if name.startswith("/") else "/"
        return sqlite3.connect(f"file:{slash}{name}?mode={mode}", uri=True, **options)


def sqlite_engine(file: SqliteFile) -> sa.Engine:
    """An engine on a file; writing transactions take the file's one lock when they begin."""
    url = sa.URL.create("sqlite", database=str(file.path))
    engine = sa.create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def _connected(_: object, __: object, ___: object, options: dict[str, Any]) -> object:
        return file.connect(options)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")
        if not file.read_only:
            # For a new file only: whole files are kept, which large pages store in half the time.
            cursor.execute("PRAGMA page_size = 16384")
            _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted or replaced is overwritten, not left in free pages of the file.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("alone"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")

    return engine


def fault_of(connection: sa.Connection) -> str | None:
    """What SQLite finds wrong with the whole file, None when it is sound; reads all of it."""
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    return None if found == "ok" else str(found).splitlines()[-1]


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


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
