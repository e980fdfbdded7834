"""What each survey tool's export looks like: a recogniser and a reader for each, one file a tool."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType, SimpleNamespace

from indicators.findings import Finding, Refused
from survey_data.dialects import (
    google_forms,
    handmade,
    kobo,
    limesurvey,
    microsoft_forms,
    plain,
    qualtrics,
    statistical,
    tencent,
    wenjuan,
    wenjuanxing,
)
from survey_data.dialects.export import Column, Export
from survey_data.reading.table import RawTable

__all__ = ["Column", "Export", "read_export", "recognise"]

DIALECTS: tuple[ModuleType | SimpleNamespace, ...] = (
    wenjuanxing,
    tencent,
    wenjuan,
    qualtrics,
    limesurvey,
    kobo,
    google_forms,
    microsoft_forms,
    statistical.dialect("spss"),
    statistical.dialect("stata"),
    handmade,
    plain,
)


def recognise(table: RawTable) -> dict[str, float]:
    """Every dialect's confidence 0-1 that the table is its own, the surest first."""
    found = {dialect.NAME: dialect.confidence(table) for dialect in DIALECTS}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def read_export(table: RawTable, dialect: str | None = None) -> Export:
    """The table as the named dialect reads it, else as the surest one does.

    Of columns with one name the later ones get a number, so that each can be spoken of.

    Raises
    ------
    Refused
        E285 for a dialect that does not exist.
    """
    name = dialect or next(iter(recognise(table)))
    readers = {one.NAME: one for one in DIALECTS}
    if name not in readers:
        params = {"dialect": name, "dialects": ", ".join(sorted(readers))}
        raise Refused(Finding("E285", params=params))
    found = readers[name].read(table)
    headers = _unique(found.table.headers)
    return replace(found, table=replace(found.table, headers=headers))


def _unique(headers: tuple[str, ...]) -> tuple[str, ...]:
    held: set[str] = set()
    named = []
    for header in headers:
        number, name = 1, header
        while name in held:
            number += 1
            name = f"{header} #{number}"
        held.add(name)
        named.append(name)
    return tuple(named)
