"""Google Forms: a time stamp, then question titles; a grid has one column a row."""

from __future__ import annotations

from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import bracketed, read_columns, texts_of
from survey_data.dialects.sample import distinct_texts, holds_joined
from survey_data.reading.table import RawTable

NAME = "google-forms"
SOURCE = "Google Docs Editors help: View and manage form responses"

META: dict[str, Meta] = {
    "timestamp": "submitted",
    "时间戳记": "submitted",
    "时间戳": "submitted",
    "email address": "user",
    "电子邮件地址": "user",
    "username": "user",
    "score": "score",
    "总分": "score",
}
_TIME = ("timestamp", "时间戳记", "时间戳")


def confidence(table: RawTable) -> float:
    return 0.85 if table.headers and table.headers[0].casefold() in _TIME else 0.0


def read(table: RawTable) -> Export:
    columns = read_columns(table, META, _question)
    return Export(NAME, confidence(table), table, columns)


def _question(header: str, table: RawTable, index: int) -> Column:
    """Checkboxes are joined by a comma and a space: some answer must hold another one whole."""
    stem, row = bracketed(header)
    joined = holds_joined(distinct_texts(table, index), ", ")
    if joined and not row:
        return Column((stem,), question=stem, kind="joined", separator=", ")
    return Column(texts_of(stem, row), question=stem)
