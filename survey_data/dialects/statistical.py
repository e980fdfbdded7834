"""Files of SPSS and Stata: the variable's label is the question, its value labels are the options."""

from __future__ import annotations

from types import SimpleNamespace

from survey_data.dialects.export import Column, Export
from survey_data.reading.table import RawTable

SOURCE = "the file formats' own dictionaries, as ReadStat reads them"
_KINDS = {"spss": ("sav", "por"), "stata": ("dta",)}


def _confidence(name: str, table: RawTable) -> float:
    return 1.0 if table.kind in _KINDS[name] else 0.0


def _read(name: str, table: RawTable) -> Export:
    labels = table.labels or ("",) * len(table.headers)
    columns = tuple(
        Column(
            tuple(dict.fromkeys(text for text in (label, header) if text)),
            missing=frozenset(table.user_missing.get(header, ())),
            labels=table.value_labels.get(header, {}),
        )
        for header, label in zip(table.headers, labels, strict=True)
    )
    return Export(name, _confidence(name, table), table, columns)


def dialect(name: str) -> SimpleNamespace:
    """``spss`` or ``stata``, with what a dialect's module has."""
    return SimpleNamespace(
        NAME=name,
        confidence=lambda table: _confidence(name, table),
        read=lambda table: _read(name, table),
    )
