"""LimeSurvey: headers by question code or by text, answers by code or in full."""

from __future__ import annotations

import re

from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import bracketed, known_share, read_columns, texts_of
from survey_data.dialects.sample import distinct_texts
from survey_data.reading.table import RawTable

NAME = "limesurvey"
SOURCE = "LimeSurvey manual: Exporting results"

META: dict[str, Meta] = {
    "id": "respondent",
    "response id": "respondent",
    "submitdate": "submitted",
    "date submitted": "submitted",
    "lastpage": "status",
    "last page": "status",
    "startlanguage": "other",
    "start language": "other",
    "seed": "other",
    "token": "user",
    "access code": "user",
    "startdate": "started",
    "date started": "started",
    "datestamp": "other",
    "date last action": "other",
    "ipaddr": "ip",
    "ip address": "ip",
    "refurl": "source",
    "referrer url": "source",
    "interviewtime": "duration",
    "total time": "duration",
}
_BY_CODE = ("id", "submitdate", "lastpage", "startlanguage")
_BY_TEXT = ("Response ID", "Date submitted", "Last page", "Start language")
_SUBQUESTION = re.compile(r"^([A-Za-z]\w*)\[(\w+)\]\.?\s*(.*)$", re.S)
_CODED = re.compile(r"^([A-Za-z]\w*)\.\s+(.+)$", re.S)


def confidence(table: RawTable) -> float:
    return max(known_share(table.headers, _BY_CODE), known_share(table.headers, _BY_TEXT)) * 0.95


def read(table: RawTable) -> Export:
    columns = read_columns(table, META, _question)
    missing = frozenset({"N/A", "-oth-"})
    return Export(NAME, confidence(table), table, columns, missing)


def _question(header: str, table: RawTable, index: int) -> Column:
    if (found := _SUBQUESTION.match(header)) is not None:
        question, row, text = found.groups()
        stem, title = bracketed(text) if text else ("", "")
        texts = (*texts_of(stem, title), header) if text else (row, header)
        row = title or row
    elif (found := _CODED.match(header)) is not None:
        question, (stem, row) = found[1], bracketed(found[2])
        texts = (*texts_of(stem, row), question, header)
    else:
        stem, row = bracketed(header)
        question, texts = stem, texts_of(stem, row)
    options = distinct_texts(table, index)
    if row and options and options <= {"Y", "Yes", "是", "N/A", "No", "否", "N"}:
        return Column(tuple(dict.fromkeys(texts)), question=question, kind="option", option=row)
    return Column(tuple(dict.fromkeys(texts)), question=question)
