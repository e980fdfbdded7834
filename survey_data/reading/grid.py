"""A grid of text cells → headers and columns, with title rows and empty rows left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as _compute

from indicators.findings import Finding
from survey_data.reading.container import refuse

pc: Any = _compute  # its functions are made at run time, unknown to type checkers

Parts = tuple[tuple[str, ...], pa.Table, pa.Array, int, int, list[Finding]]
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufdd0-\ufdef\ufeff"
    "\ufffe\uffff]"
)
_TRIM = " \t\r\n\u3000\u00a0" + _INVISIBLE


def trimmed(text: str) -> str:
    """A header without outer spaces of any kind and without invisible marks."""
    return text.strip(_TRIM)


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def header_position(rows: Sequence[Sequence[str]]) -> int | None:
    """Which row is the header: the first one at least half as full as the fullest near the top.

    Title rows above it hold one cell or two. None when there is no row with any text.
    """
    filled = [sum(1 for cell in row if trimmed(cell)) for row in rows[:30]]
    fullest = max(filled, default=0)
    if fullest == 0:
        return None
    return next(index for index, count in enumerate(filled) if 2 * count >= fullest)


def from_rows(rows: Sequence[Sequence[str]], at: int, width: int) -> Parts:
    """Columns from rows of text, the header at index ``at``."""
    body, numbers, ignored = [], [], at
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if any(trimmed(cell) for cell in row[:width]):
            body.append(row)
            numbers.append(number)
        else:
            ignored += 1
    if not body:
        raise refuse("E126")
    columns = [
        pa.array(
            [row[index] if index < len(row) and row[index] != "" else None for row in body],
            pa.string(),
        ).dictionary_encode()
        for index in range(width)
    ]
    names = [f"c{index}" for index in range(width)]
    table = pa.Table.from_arrays(columns, names)
    headers = [*rows[at][:width], *[""] * (width - len(rows[at]))]
    return table_from_columns(headers, table, pa.array(numbers, pa.int64()), at + 1, ignored)


def table_from_columns(
    headers: Sequence[str], table: pa.Table, rows: pa.Array, header_row: int, ignored: int
) -> Parts:
    """Check headers, leave out empty rows and columns that have neither name nor content."""
    findings: list[Finding] = []
    if table.num_rows == 0:
        raise refuse("E126")
    full = _has_text(table)
    if full is not None:
        ignored += table.num_rows - pc.sum(full).as_py()
        table, rows = table.filter(full), rows.filter(full)
        if table.num_rows == 0:
            raise refuse("E126")
    names = [_UNSEEN.sub("", trimmed(header)) for header in headers]
    keep = []
    for index, name in enumerate(names):
        if name:
            keep.append(index)
            continue
        if table.column(index).null_count < table.num_rows:
            where = {"row": header_row, "column": column_letter(index)}
            findings.append(Finding("E128", "warning", where=where))
            names[index] = f"({column_letter(index)})"
            keep.append(index)
    seen: dict[str, int] = {}
    for index in keep:
        if names[index] in seen:
            columns = f"{column_letter(seen[names[index]])}, {column_letter(index)}"
            where = {"row": header_row, "column": columns}
            findings.append(Finding("E127", "warning", where=where, params={"name": names[index]}))
        seen.setdefault(names[index], index)
    if not keep:
        raise refuse("E126")
    table = table.select(keep).rename_columns([f"c{index}" for index in range(len(keep))])
    table, unseen = _without_unseen(table, rows, [names[index] for index in keep])
    findings += unseen
    return tuple(names[index] for index in keep), table, rows, header_row, ignored, findings


def _without_unseen(
    table: pa.Table, rows: pa.Array, names: Sequence[str]
) -> tuple[pa.Table, list[Finding]]:
    """Take control characters and marks without a shape out of the cells, and say so."""
    findings = []
    for index, column in enumerate(table.columns):
        words = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
        bad = [word for word in words if word and _UNSEEN.search(word)]
        if not bad:
            continue
        texts = column.cast(pa.string()).to_pylist()
        hit = [place for place, text in enumerate(texts) if text and _UNSEEN.search(text)]
        if not hit:
            continue
        where = {"row": rows[hit[0]].as_py(), "column": names[index]}
        findings.append(Finding("W240", "warning", where, {"count": len(hit)}))
        clean = [None if text is None else _UNSEEN.sub("", text) or None for text in texts]
        encoded = pa.chunked_array([pa.array(clean, pa.string()).dictionary_encode()])
        table = table.set_column(index, table.column_names[index], encoded)
    return table, findings


def _has_text(table: pa.Table) -> pa.ChunkedArray | None:
    """Which rows hold anything but spaces; None when all do (then nothing needs copying)."""
    found = None
    for column in table.columns:
        filled = _filled(column)
        if filled is None:
            return None
        found = filled if found is None else pc.or_(found, filled)
        if pc.all(found).as_py():
            return None
    return found


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Which cells hold anything but spaces; None when all do. The dictionary is one for all."""
    words = column.chunk(0).dictionary if column.num_chunks else pa.array([], pa.string())
    empty = pc.equal(pc.utf8_length(pc.utf8_trim(words, characters=_TRIM)), 0)
    if not pc.any(empty).as_py():
        return column.is_valid() if column.null_count else None
    indices = pa.chunked_array([chunk.indices for chunk in column.chunks])
    blank = pc.indices_nonzero(empty).cast(indices.type)
    return pc.and_(column.is_valid(), pc.invert(pc.is_in(indices, value_set=blank)))
