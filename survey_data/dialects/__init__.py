"""What each survey tool's export looks like: a recogniser and a reader for each, one file a tool."""

from __future__ import annotations

from types import ModuleType

from survey_data.dialects import plain
from survey_data.dialects.export import Column, Export
from survey_data.reading.table import RawTable

__all__ = ["Column", "Export", "read_export", "recognise"]

DIALECTS: tuple[ModuleType, ...] = (plain,)


def recognise(table: RawTable) -> dict[str, float]:
    """Every dialect's confidence 0-1 that the table is its own, the surest first."""
    found = {dialect.NAME: dialect.confidence(table) for dialect in DIALECTS}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def read_export(table: RawTable, dialect: str | None = None) -> Export:
    """The table as the named dialect reads it, else as the surest one does.

    Raises ValueError for a dialect that does not exist.
    """
    name = dialect or next(iter(recognise(table)))
    for one in DIALECTS:
        if one.NAME == name:
            return one.read(table)
    raise ValueError(f"no dialect is called {name!r}")
