"""Delimited text: encoding, delimiter and rows, with every cell kept as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
import pyarrow.csv as pacsv

from indicators.findings import Finding, Refused
from survey_data.people_csv import without_mark
from survey_data.reading.columns import array_of, dictionary_encoded
from survey_data.reading.container import refuse
from survey_data.reading.delimiters import delimiter_of
from survey_data.reading.encodings import decoded, likely_big5
from survey_data.reading.grid import (
    column_letter,
    from_rows,
    header_position,
    table_from_columns,
)
from survey_data.reading.limits import Limits
from survey_data.reading.table import RawTable

pc: Any = _compute  # its functions are made at run time, unknown to type checkers

_NUMERIC = re.compile(r"^-?\d+(?:\.\d+)?$")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_TOP = 1 << 18


def read_delimited(
    content: bytes,
    limits: Limits,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> RawTable:
    """Read delimited text. Raises Refused for what cannot be read exactly."""
    text, found = decoded(content, encoding)
    if (position := text.find(b"\x00")) >= 0:
        start = text.rfind(b"\n", 0, position) + 1
        cells = delimiter_of(text[:_TOP].decode("utf-8", "replace"))
        where = {
            "row": text.count(b"\n", 0, position) + 1,
            "column": column_letter(text.count(cells.encode(), start, position)),
        }
        raise Refused(Finding("E121", where=where))
    top = text[:_TOP].decode("utf-8", "replace")
    said = _SEPARATOR_LINE.match(top)
    mark = delimiter or (said[1] if said else delimiter_of(top))
    table = None
    if header_row in (None, 1) and said is None and mark.isascii():
        table = _fast(text, mark, limits)
    if table is None:
        table = _exact(text, mark, limits, 2 if said and header_row is None else header_row)
    headers, columns, rows, first, ignored, findings = table
    headers, columns = tuple(map(without_mark, headers)), _without_marks(columns)
    if found == "gb18030" and encoding is None and likely_big5(content):
        findings.append(Finding("W216", "warning", params={"encoding": "big5"}))
    if header_row is None and _looks_like_data(headers):
        findings.append(Finding("W217", "warning", where={"row": first}))
    return RawTable(
        headers, columns, rows, "csv", first, ignored, found, mark, findings=tuple(findings)
    )


def _without_marks(table: pa.Table) -> pa.Table:
    """Take off the apostrophes that keep a spreadsheet from computing a text."""
    for index, column in enumerate(table.columns):
        words = column.chunk(0).dictionary if column.num_chunks else pa.array([], pa.string())
        if not pc.any(pc.starts_with(words, "'")).as_py():
            continue
        texts = column.cast(pa.string()).to_pylist()
        plain = [None if text is None else without_mark(text) for text in texts]
        encoded = pa.chunked_array([pa.array(plain, pa.string()).dictionary_encode()])
        table = table.set_column(index, table.column_names[index], encoded)
    return table


def _looks_like_data(headers: Sequence[str]) -> bool:
    """A header of numbers alone: the file begins with an answer row."""
    named = [header for header in headers if header.strip()]
    return bool(named) and all(_NUMERIC.match(header.strip()) for header in named)


def _fast(text: bytes, mark: str, limits: Limits):
    """The common case in one pass; None when only the exact reading will do.

    It holds when the header is the first line and every further line is one row: then rows number
    as many as line ends, so that nothing was skipped, joined or split.
    """
    lines = text.count(b"\n") - (1 if text.endswith(b"\n") else 0)
    if lines < 1 or text.startswith((b"\n", b"\r")):
        return None
    if lines > limits.rows:
        raise refuse("E111", limit=limits.rows)
    first = text[: text.index(b"\n")].decode("utf-8").rstrip("\r")
    if first.count('"') % 2 or "\r" in first:
        return None
    headers = next(csv.reader([first], delimiter=mark))
    if len(headers) > limits.columns:
        raise refuse("E125", limit=limits.columns)
    if 2 * sum(bool(h.strip()) for h in headers) < len(headers):
        return None
    names = [f"c{index}" for index in range(len(headers))]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(text),
            read_options=pacsv.ReadOptions(
                skip_rows=1, column_names=names, block_size=1 << 21, use_threads=False
            ),
            parse_options=pacsv.ParseOptions(delimiter=mark),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                check_utf8=False,  # done above for the whole file
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:
        return None
    columns = [dictionary_encoded(column) for column in table.columns]
    for column in columns:
        words = column.dictionary
        if len(words) and pc.max(pc.utf8_length(words)).as_py() > limits.cell:
            return None
    rows = array_of(np.arange(2, lines + 2, dtype=np.int64))
    return table_from_columns(headers, pa.Table.from_arrays(columns, names), rows, 1, 0)


def _exact(text: bytes, mark: str, limits: Limits, header_row: int | None):
    """Row by row, so that every refusal names its row as the spreadsheet counts it."""
    csv.field_size_limit(max(1 << 27, len(text) + 1))
    reader = csv.reader(io.StringIO(text.decode("utf-8"), newline=""), delimiter=mark, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > limits.rows + 20:
                raise refuse("E111", limit=limits.rows)
    except csv.Error:
        raise Refused(Finding("E122", where={"row": len(rows) + 1})) from None
    at = header_position(rows) if header_row is None else header_row - 1
    if at is None or not 0 <= at < len(rows):
        raise refuse("E126")
    width = len(rows[at])
    while width and not rows[at][width - 1].strip():
        width -= 1
    if width > limits.columns:
        raise refuse("E125", limit=limits.columns)
    short: list[int] = []
    for number, row in enumerate(rows[at:], at + 1):
        if any(cell.strip() for cell in row[width:]):
            where = {"row": number}
            raise Refused(Finding("E123", where=where, params={"cells": len(row), "width": width}))
        if any(len(cell) > limits.cell for cell in row):
            raise Refused(Finding("E124", where={"row": number}, params={"limit": limits.cell}))
        if row and len(row) < width and any(cell.strip() for cell in row):
            short.append(number)
    result = from_rows(rows, at, width)
    if short:
        where, params = {"row": short[0]}, {"count": len(short)}
        result[-1].append(Finding("W223", "warning", where=where, params=params))
    return result
