"""Looking at headers, as most recognisers do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from survey_data.dialects.export import Column, Meta
from survey_data.reading.table import RawTable


def known_share(headers: Sequence[str], names: Iterable[str]) -> float:
    """Share of the names that stand among the headers, whatever their case."""
    held = {header.strip().casefold() for header in headers}
    wanted = [name.casefold() for name in names]
    return sum(name in held for name in wanted) / len(wanted)


def meta_column(header: str, meta: Mapping[str, Meta]) -> Column | None:
    """The column of metadata that a header names, whatever its case."""
    found = meta.get(header.strip().casefold())
    return None if found is None else Column((header,), found)


def read_columns(
    table: RawTable, meta: Mapping[str, Meta], question: Callable[[str, RawTable, int], Column]
) -> tuple[Column, ...]:
    """Every column's meaning: metadata by its header, else what ``question`` makes of it."""
    return tuple(
        meta_column(header, meta) or question(header, table, index)
        for index, header in enumerate(table.headers)
    )


def first_rows(table: RawTable, count: int) -> list[list[str]]:
    """The texts of the first rows, cell by cell."""
    columns = [column.slice(0, count).to_pylist() for column in table.columns.columns]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def without_rows(table: RawTable, count: int) -> RawTable:
    """The table without its first rows, which belong to the header."""
    if not count:
        return table
    # Encoded anew, so that the header's texts are not among the columns' distinct texts.
    rest = [
        column.slice(count).cast(pa.string()).dictionary_encode()
        for column in table.columns.columns
    ]
    columns = pa.Table.from_arrays(rest, table.columns.column_names)
    return replace(table, columns=columns, row_numbers=table.row_numbers.slice(count))


def split_at(text: str, marks: Sequence[str]) -> tuple[str, str]:
    """Stem and row of a grid's header at the last of the marks; an empty row where there is none."""
    for mark in marks:
        stem, found, row = text.rpartition(mark)
        if found and stem.strip() and row.strip():
            return stem.strip(), row.strip()
    return text.strip(), ""


def bracketed(text: str) -> tuple[str, str]:
    """Stem and row of ``Stem [Row]``."""
    found = re.fullmatch(r"(.*?)\s*\[([^\[\]]+)\]\s*", text, re.S)
    return (found[1].strip(), found[2].strip()) if found else (text.strip(), "")


def texts_of(stem: str, row: str, joint: str = "—") -> tuple[str, ...]:
    """The wordings of a grid's row: stem and row, the row alone."""
    if not row:
        return (stem,)
    return (f"{stem}{joint}{row}", row) if stem else (row,)
