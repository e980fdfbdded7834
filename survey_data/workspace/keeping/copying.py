"""Rows from one database into another of the same tables, on whichever engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from survey_data.workspace.keeping.digests import rows_of, tables_of

_BYTES_AT_ONCE = 8 << 20
_ROWS_AT_ONCE = 500


def copy_tables(source: sa.Connection, target: sa.Connection) -> None:
    """Every row of every table, in the callers' transactions; the target's tables are empty.

    A column that only one side has is a fault of ours and ends in the database's own error.
    """
    into = tables_of(target)
    for name, table in tables_of(source).items():
        if name in into:
            _copy(source, table, target, into[name])
    if target.dialect.name == "postgresql":
        for table in into.values():
            _go_on_counting(target, table)


def _copy(source: sa.Connection, table: sa.Table, target: sa.Connection, into: sa.Table) -> None:
    names = [column.name for column in table.columns]
    # Numbered, since a column may have a name that is none of a parameter.
    values = {
        name: _taken(into.columns[name], f"v{at}", target.dialect.name)
        for at, name in enumerate(names)
    }
    changes = [_changed(into.columns[name]) for name in names]
    insert = into.insert().values(values)
    waiting: list[dict[str, Any]] = []
    size = 0
    for row in rows_of(source, table):
        waiting.append({f"v{at}": changes[at](value) for at, value in enumerate(row)})
        size += sum(len(value) for value in row if isinstance(value, bytes))
        if len(waiting) == _ROWS_AT_ONCE or size > _BYTES_AT_ONCE:
            target.execute(insert, waiting)
            waiting, size = [], 0
    if waiting:
        target.execute(insert, waiting)


def _taken(column: sa.Column[Any], name: str, engine: str) -> sa.ColumnElement[Any]:
    if not isinstance(column.type, sa.JSON):
        return sa.bindparam(name, type_=column.type)
    # The text as it was stored, not written anew. (SQLite would take a cast for one to a number.)
    text = sa.bindparam(name, type_=sa.Text)
    return sa.cast(text, sa.JSON) if engine == "postgresql" else text


def _changed(column: sa.Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, sa.Boolean):
        return lambda value: None if value is None else bool(value)
    return lambda value: value


def _go_on_counting(target: sa.Connection, table: sa.Table) -> None:
    """Rows that came with their numbers are not counted by PostgreSQL's own sequences."""
    for column in table.primary_key.columns:
        if column.autoincrement is True or column.server_default is not None:
            sequence = target.execute(
                sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
            ).scalar()
            last = target.execute(sa.select(sa.func.max(column))).scalar()
            if sequence is not None and last is not None:
                target.execute(sa.select(sa.func.setval(sequence, last)))
