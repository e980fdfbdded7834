"""Sheets made by hand: two header rows joined, units in the headers."""

from __future__ import annotations

import re

from survey_data.dialects.export import Column, Export
from survey_data.dialects.headers import split_at, texts_of
from survey_data.reading.table import RawTable

NAME = "handmade"
SOURCE = "ledgers as offices keep them in Excel or WPS"

_UNIT = re.compile(r"\s*[(（][^()（）]{1,8}[)）]\s*$")


def confidence(table: RawTable) -> float:
    """Titles above the header, or a header that was joined from two rows."""
    joined = any(finding.code == "N208" for finding in table.findings)
    return 0.4 if joined else 0.1 if table.header_row > 1 else 0.0


def read(table: RawTable) -> Export:
    columns = []
    for header in table.headers:
        stem, row = split_at(header, ("—",))
        texts = [*texts_of(stem, row), header]
        texts += [_UNIT.sub("", text) for text in texts]
        columns.append(Column(tuple(dict.fromkeys(text for text in texts if text))))
    return Export(NAME, confidence(table), table, tuple(columns))
