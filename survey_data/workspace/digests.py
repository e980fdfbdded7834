"""What a database holds, as counts and digests that are the same on every engine."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

VERSION_TABLE = "alembic_version"
"""Holds the revision; Alembic's, not ours."""
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Blob:
    """A stored file or the like; ``key`` is its row's primary key, ``/`` between the parts."""

    table: str
    column: str
    key: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class TableDigest:
    """How many rows, and a SHA-256 that does not depend on their order."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """Every table by name, and every blob in the order of table, column and key."""

    tables: dict[str, TableDigest]
    blobs: tuple[Blob, ...]


def tables_of(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables as the database has them, whatever its revision, parents before children."""
    held = sa.MetaData()
    held.reflect(connection)
    return {table.name: table for table in held.sorted_tables if table.name != VERSION_TABLE}


def rows_of(connection: sa.Connection, table: sa.Table) -> Iterator[tuple[Any, ...]]:
    """Rows with their columns in the table's order, one at a time where they hold blobs.

    Each value is None, a whole number (also for yes and no), a float, a text (also for JSON, as it
    is stored) or bytes.
    """
    plain = [_as_stored(column, connection.dialect.name) for column in table.columns]
    large = any(isinstance(column.type, sa.LargeBinary) for column in table.columns)
    options = {"yield_per": 1 if large else _ROWS_AT_ONCE}
    casts = [_cast(column) for column in table.columns]
    for row in connection.execute(sa.select(*plain), execution_options=options):
        yield tuple(
            None if value is None else cast(value) for cast, value in zip(casts, row, strict=True)
        )


def contents(connection: sa.Connection) -> Contents:
    """Counts and digests of everything, in one pass."""
    tables, blobs = {}, []
    for name, table in sorted(tables_of(connection).items()):
        # A row is the sum of its cells in the order of the columns' names, which engines share.
        order = sorted(range(len(table.columns)), key=lambda at: list(table.columns)[at].name)
        columns = list(table.columns)
        keys = [at for at, column in enumerate(columns) if column.primary_key]
        seen = []
        for row in rows_of(connection, table):
            digest = hashlib.sha256()
            for at in order:
                value = row[at]
                if isinstance(value, bytes):
                    key = "/".join(str(row[place]) for place in keys)
                    sha256 = hashlib.sha256(value).hexdigest()
                    blobs.append(Blob(name, columns[at].name, key, len(value), sha256))
                digest.update(_canonical(value))
            seen.append(digest.digest())
        names = "\0".join(columns[at].name for at in order)
        whole = hashlib.sha256(names.encode())
        for one in sorted(seen):
            whole.update(one)
        tables[name] = TableDigest(len(seen), whole.hexdigest())
    return Contents(tables, tuple(sorted(blobs, key=lambda b: (b.table, b.column, b.key))))


def _as_stored(column: sa.Column[Any], engine: str) -> sa.ColumnElement[Any]:
    if isinstance(column.type, sa.JSON):
        # The text itself: read and written again it could come out otherwise.
        change = sa.cast if engine == "postgresql" else sa.type_coerce
        return change(column, sa.Text).label(column.name)
    if isinstance(column.type, sa.Boolean) and engine == "sqlite":
        return sa.type_coerce(column, sa.Integer).label(column.name)
    return column


def _cast(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Boolean | sa.Integer):
        return int
    if isinstance(kind, sa.Float):
        # SQLite keeps NaN as NULL.
        return lambda value: None if value != value else float(value)
    return bytes if isinstance(kind, sa.LargeBinary) else str


def _canonical(value: object) -> bytes:
    """Every value and kind has bytes of its own, and none is the beginning of another's."""
    if value is None:
        return b"n"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, float):
        return b"f" + struct.pack(">d", value + 0.0)
    if isinstance(value, str):
        text = value.encode("utf-8", "surrogatepass")
        return b"t%d;" % len(text) + text
    assert isinstance(value, bytes)
    return b"b" + hashlib.sha256(value).digest()
