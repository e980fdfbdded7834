"""What a database holds, as counts and digests that are the same on every engine."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

VERSION_TABLE = "alembic_version"
"""Holds the revision; Alembic's, not ours."""
_ROWS_AT_ONCE = 500
_SHOWN = 5


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
    """Every table by name, and every blob in the order of table, column and key.

    ``digested``: how many of the blobs were stored with a digest; ``altered``: those of them whose
    bytes are no longer those of the digest.
    """

    tables: dict[str, TableDigest]
    blobs: tuple[Blob, ...]
    digested: int = 0
    altered: tuple[Blob, ...] = ()

    @property
    def altered_shown(self) -> str:
        """The first of them as ``table.column key``, for a message."""
        shown = [f"{one.table}.{one.column} {one.key}" for one in self.altered[:_SHOWN]]
        return ", ".join(shown) + (" …" if len(self.altered) > _SHOWN else "")


def tables_of(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables as the database has them, whatever its revision, parents before children."""
    held = sa.MetaData()
    held.reflect(connection)
    return {table.name: table for table in held.sorted_tables if table.name != VERSION_TABLE}


def same_kind(one: sa.Column[Any], other: sa.Column[Any]) -> bool:
    """Whether two columns hold values of one kind, and both may be empty or neither."""
    return _taken(one.type)[0] == _taken(other.type)[0] and one.nullable == other.nullable


def rows_of(connection: sa.Connection, table: sa.Table) -> Iterator[tuple[Any, ...]]:
    """Rows with their columns in the table's order, one at a time where they hold blobs.

    Each value is None, a whole number (also for yes and no), a float, a text (also for JSON, as it
    is stored) or bytes. Raises ValueError for a value that its column cannot hold: SQLite keeps
    any kind in any column, and one made to fit would be copied and digested as another.
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
    """Counts and digests of everything, in one pass. Raises ValueError as `rows_of`."""
    tables, blobs, altered = {}, [], []
    digested = 0
    for name, table in sorted(tables_of(connection).items()):
        # A row is the sum of its cells in the order of the columns' names, which engines share.
        order = sorted(range(len(table.columns)), key=lambda at: list(table.columns)[at].name)
        columns = list(table.columns)
        keys = [at for at, column in enumerate(columns) if column.primary_key]
        stored = {columns.index(one): columns.index(own) for one, own in _with_digests(table)}
        seen = []
        for row in rows_of(connection, table):
            digest = hashlib.sha256()
            for at in order:
                value = row[at]
                if isinstance(value, bytes):
                    key = "/".join(str(row[place]) for place in keys)
                    sha256 = hashlib.sha256(value).hexdigest()
                    blobs.append(Blob(name, columns[at].name, key, len(value), sha256))
                    if at in stored:
                        digested += 1
                        if row[stored[at]] != sha256:
                            altered.append(blobs[-1])
                digest.update(_canonical(value))
            seen.append(digest.digest())
        names = "\0".join(columns[at].name for at in order)
        whole = hashlib.sha256(names.encode())
        for one in sorted(seen):
            whole.update(one)
        tables[name] = TableDigest(len(seen), whole.hexdigest())
    return Contents(tables, _in_order(blobs), digested, _in_order(altered))


def _in_order(blobs: list[Blob]) -> tuple[Blob, ...]:
    return tuple(sorted(blobs, key=lambda b: (b.table, b.column, b.key)))


def _with_digests(table: sa.Table) -> Iterator[tuple[sa.Column[Any], sa.Column[Any]]]:
    """Columns of bytes with the column of the digest that was stored with them."""
    for column in table.columns:
        if isinstance(column.type, sa.LargeBinary):
            own = "sha256" if column.name == "content" else f"{column.name}_sha256"
            if own in table.columns:
                yield column, table.columns[own]


def _as_stored(column: sa.Column[Any], engine: str) -> sa.ColumnElement[Any]:
    if isinstance(column.type, sa.JSON):
        # The text itself: read and written again it could come out otherwise.
        change = sa.cast if engine == "postgresql" else sa.type_coerce
        return change(column, sa.Text).label(column.name)
    if isinstance(column.type, sa.Boolean) and engine == "sqlite":
        return sa.type_coerce(column, sa.Integer).label(column.name)
    return column


def _cast(column: sa.Column[Any]) -> Callable[[Any], Any]:
    taken, change = _taken(column.type)

    def cast(value: Any) -> Any:
        if not isinstance(value, taken):
            raise ValueError(f"{column.table.name}.{column.name}: {type(value).__name__}")
        try:
            return change(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{column.table.name}.{column.name}: {error}") from None

    return cast


def _taken(kind: sa.types.TypeEngine[Any]) -> tuple[type | tuple[type, ...], Callable[[Any], Any]]:
    """Which values a column may hold, and how each is given."""
    if isinstance(kind, sa.Boolean):
        return int, _yes_or_no
    if isinstance(kind, sa.Integer):
        return int, int
    if isinstance(kind, sa.Float):
        return (int, float), _finite
    if isinstance(kind, sa.LargeBinary):
        return bytes, bytes
    if isinstance(kind, sa.JSON):
        # SQLite keeps a number in a column of JSON as a number.
        return (str, int, float), _json
    return str, str


def _yes_or_no(value: int) -> int:
    if value not in (0, 1):
        raise ValueError(value)
    return int(value)


def _finite(value: float) -> float | None:
    if math.isinf(value):
        raise ValueError(value)
    # SQLite keeps NaN as NULL.
    return None if value != value else float(value)


def _json(value: str | float) -> str:
    text = str(value)
    json.loads(text)
    return text


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
