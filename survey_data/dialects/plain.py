"""A table without a survey tool's marks: one header row, one column a question."""

from __future__ import annotations

from survey_data.dialects.export import Column, Export
from survey_data.reading.table import RawTable

NAME = "plain"


def confidence(table: RawTable) -> float:
    """Anything may be plain; any tool's mark outweighs it."""
    return 0.05


def read(table: RawTable) -> Export:
    columns = tuple(Column((header,)) for header in table.headers)
    return Export(NAME, confidence(table), table, columns)
