"""Qualtrics: three header rows, of which the second holds the questions and the third import ids."""

from __future__ import annotations

import re
from dataclasses import replace

from indicators.findings import Finding
from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import (
    first_rows,
    known_share,
    meta_column,
    split_at,
    texts_of,
    without_rows,
)
from survey_data.dialects.sample import distinct_texts, holds_joined
from survey_data.reading.table import RawTable

NAME = "qualtrics"
SOURCE = "Qualtrics support: Data Export Formats, Understanding Your Dataset"

META: dict[str, Meta] = {
    "startdate": "started",
    "enddate": "other",
    "recordeddate": "submitted",
    "status": "status",
    "ipaddress": "ip",
    "progress": "other",
    "duration (in seconds)": "duration",
    "finished": "status",
    "responseid": "respondent",
    "recipientlastname": "user",
    "recipientfirstname": "user",
    "recipientemail": "user",
    "externalreference": "user",
    "locationlatitude": "ip",
    "locationlongitude": "ip",
    "distributionchannel": "source",
    "userlanguage": "other",
}
_OWN = (
    "StartDate",
    "EndDate",
    "Status",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
)
_CODE = re.compile(r"^(Q?[\w.]+?)(?:_(\d+))?(?:_TEXT)?$")
_PREVIEW = ("survey preview", "1")


def confidence(table: RawTable) -> float:
    imported = any("ImportId" in cell for row in first_rows(table, 2) for cell in row[:30])
    return min(0.95 * known_share(table.headers, _OWN) + (0.45 if imported else 0.0), 1.0)


def read(table: RawTable) -> Export:
    sure = confidence(table)
    top = first_rows(table, 2)
    extra = next((n + 1 for n, row in enumerate(top) if any("ImportId" in c for c in row)), 0)
    if not extra and top and known_share(top[0], ("Start Date", "End Date", "Recorded Date")) > 0.5:
        extra = 1
    questions = top[0] if extra else list(table.headers)
    table = without_rows(table, extra)
    columns = []
    for index, (header, question) in enumerate(zip(table.headers, questions, strict=True)):
        column = meta_column(header, META)
        columns.append(column or _question(header, question, table, index))
    return Export(NAME, sure, table, tuple(columns), findings=tuple(_previews(table, columns)))


def _question(header: str, text: str, table: RawTable, index: int) -> Column:
    stem, row = split_at(" ".join(text.split()), (" - ", "—"))
    found = _CODE.match(header)
    column = Column(
        tuple(dict.fromkeys([*texts_of(stem, row, " - "), header])),
        question=found[1] if found else header,
    )
    options = distinct_texts(table, index)
    if row.casefold() in ("", "selected choice") and holds_joined(options, ","):
        return replace(column, kind="joined", separator=",")
    if row and len(options) == 1 and options <= {row, "1"}:
        return replace(column, kind="option", option=row)
    return column


def _previews(table: RawTable, columns: list[Column]) -> list[Finding]:
    """Test answers of the survey's author, which are not respondents."""
    for index, (header, column) in enumerate(zip(table.headers, columns, strict=True)):
        if column.meta == "status" and header.casefold() == "status":
            texts = table.columns.column(index).to_pylist()
            count = sum((text or "").strip().casefold() in _PREVIEW for text in texts)
            return (
                [Finding("W270", "warning", {"column": header}, {"count": count})] if count else []
            )
    return []
