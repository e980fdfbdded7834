"""Workbooks (.xlsx, .xlsm, .xls, .ods): the cells of one visible sheet as text."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping, Sequence

import pyarrow as pa
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from indicators.findings import Finding, Refused
from survey_data.reading.columns import texts_of
from survey_data.reading.container import CheckedArchive, refuse
from survey_data.reading.doubtful_cells import (
    column_index,
    lost_cells,
    merged_ranges,
    part_of_sheet,
)
from survey_data.reading.grid import (
    column_letter,
    from_rows,
    header_position,
    table_from_columns,
    trimmed,
)
from survey_data.reading.limits import Limits
from survey_data.reading.table import RawTable
from survey_data.reading.workbook_scan import SheetFacts, scan_workbook

_LOST_AT_MOST = 100_000
_CHANGED_TEXT = re.compile(r"true|false|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?")
_RENAMED = re.compile(r"(.*)_\d+")


def read_workbook(
    content: bytes,
    limits: Limits,
    kind: str = "xlsx",
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    fill_merged: bool = False,
) -> RawTable:
    """Read one sheet: the one named, else the first visible one that holds a table."""
    findings: list[Finding] = []
    archive, facts = None, {}
    if kind != "xls":
        archive = CheckedArchive(content, limits)
    if archive is not None and kind == "xlsx":
        facts, findings = scan_workbook(archive, limits)
        if sheet is None and header_row in (None, 1):
            quick = _quick(content, archive, facts, limits, findings)
            if quick is not None:
                return quick
    elif archive is not None:
        for _, chunks in archive.parts():
            for _ in chunks:
                pass
    name, filled, hidden = _grids(content, sheet)
    grid = filled[name]
    if sheet is None and len(filled) > 1:
        params = {"sheet": name, "others": ", ".join(n for n in filled if n != name)}
        findings.append(Finding("W203", "warning", where={"sheet": name}, params=params))
    if hidden:
        findings.append(Finding("W202", "warning", params={"sheets": ", ".join(hidden)}))
    rows = [[cell_text(cell) for cell in row] for row in grid]
    merged: list[str] = []
    if archive is not None and kind == "xlsx":
        merged = _mend(rows, content, archive, facts, name)
    at = header_position(rows) if header_row is None else header_row - 1
    if at is None or not 0 <= at < len(rows):
        raise refuse("E126")
    findings += _merged_cells(rows, merged, at, fill=fill_merged)
    at, joined = _joined_header(rows, merged, at)
    if joined:
        findings.append(Finding("N208", "note", where={"sheet": name, "row": at + 1}))
    if any(one.formulas for one in facts.values()):
        findings.append(Finding("W231", "note", where={"sheet": name}))
    _check_size(rows, at, limits)
    headers, columns, numbers, header, ignored, more = from_rows(rows, at, len(rows[at]))
    return RawTable(
        headers,
        columns,
        numbers,
        kind,
        header,
        ignored,
        sheet=name,
        sheets=tuple(filled),
        findings=(*findings, *more),
    )


def _grids(
    content: bytes, sheet: str | None
) -> tuple[str, Mapping[str, Sequence[Sequence[object]]], list[str]]:
    """The sheet to read, the cells of the sheets that hold something, and hidden sheets."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        visible = [entry.name for entry in tables if entry.visible == SheetVisibleEnum.Visible]
        hidden = [entry.name for entry in tables if entry.name not in visible]
        wanted = [sheet] if sheet is not None else visible
        if sheet is not None and sheet not in workbook.sheet_names:
            raise refuse("E119", sheet=sheet, sheets=", ".join(visible))
        grids = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in wanted
        }
    except Refused:
        raise
    except BaseException as error:
        # The reader raises several kinds of error; all but one mean a damaged workbook.
        if not _means_damage(error):
            raise
        raise refuse("E104" if "assword" in str(error) else "E102") from error
    filled = {name: grid for name, grid in grids.items() if any(any(row) for row in grid)}
    if not filled:
        raise refuse("E126" if grids else "E116")
    # A sheet of notes beside the data is no table; without any table the first sheet is judged.
    filled = {name: grid for name, grid in filled.items() if _is_table(grid)} or filled
    return next(iter(filled)), filled, hidden


def _means_damage(error: BaseException) -> bool:
    """A reader's own error, or its panic, which Python does not count among the errors."""
    is_panic = type(error).__name__ == "PanicException"
    return is_panic or (isinstance(error, Exception) and not isinstance(error, MemoryError))


def _mend(
    rows: list[list[str]],
    content: bytes,
    archive: CheckedArchive,
    facts: dict[str, SheetFacts],
    name: str,
) -> list[str]:
    """Put the texts of lost cells in their places. Returns the merged ranges."""
    if not any(one.errors or one.empty_formulas or one.merged for one in facts.values()):
        return []
    names = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    part = part_of_sheet(archive, names.index(name))
    if part is None or part not in facts:
        return []
    known, xml = facts[part], archive.part(part)
    if known.errors or known.empty_formulas:
        for count, (row, column, text) in enumerate(lost_cells(xml)):
            if count >= _LOST_AT_MOST:
                break
            if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
                rows[row][column] = text
    return merged_ranges(xml) if known.merged else []


def _merged_cells(
    rows: list[list[str]], merged: list[str], at: int, *, fill: bool
) -> list[Finding]:
    """Merged cells below the header: named, and filled only where a person asked for it."""
    body = [one for one in merged if _corners(one)[2] > at]
    if not body:
        return []
    for one in body if fill else ():
        left, top, bottom, right = _corners(one)
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    listed = ", ".join(body[:5]) + (", …" if len(body) > 5 else "")
    code = "N226" if fill else "W226"
    severity = "note" if fill else "warning"
    return [Finding(code, severity, params={"count": len(body), "ranges": listed})]


def _corners(merged: str) -> tuple[int, int, int, int]:
    """Left column, top row, bottom row, right column, from 0."""
    first, last = (re.fullmatch(r"([A-Z]+)(\d+)", end) for end in merged.split(":"))
    assert first and last
    return column_index(first[1]), int(first[2]) - 1, int(last[2]) - 1, column_index(last[1])


def _joined_header(rows: list[list[str]], merged: list[str], at: int) -> tuple[int, bool]:
    """Two header rows, the upper one with titles merged over several columns, become one."""
    over = [_corners(one) for one in merged]
    wide = [one for one in over if one[1] == one[2] == at and one[3] > one[0]]
    if not wide or at + 1 >= len(rows):
        return at, False
    upper, lower = list(rows[at]), rows[at + 1]
    for left, _, _, right in wide:
        upper[left : right + 1] = [rows[at][left]] * len(upper[left : right + 1])
    for left, top, bottom, _ in over:
        if top == at and bottom == at + 1 and left < len(lower):
            lower[left] = ""
    rows[at + 1] = [
        f"{a}—{b}" if a.strip() and b.strip() else a or b
        for a, b in zip(upper, [*lower, *[""] * (len(upper) - len(lower))], strict=False)
    ]
    return at + 1, True


def _check_size(rows: list[list[str]], at: int, limits: Limits) -> None:
    if len(rows[at]) > limits.columns:
        raise refuse("E125", limit=limits.columns)
    if len(rows) > limits.rows + at + 1:
        raise refuse("E111", limit=limits.rows)
    for number, row in enumerate(rows, 1):
        if any(len(cell) > limits.cell for cell in row):
            raise Refused(Finding("E124", where={"row": number}, params={"limit": limits.cell}))
        for index, cell in enumerate(row):
            if "\x00" in cell:
                where = {"row": number, "column": column_letter(index)}
                raise Refused(Finding("E121", where=where))


def _quick(
    content: bytes,
    archive: CheckedArchive,
    facts: dict[str, SheetFacts],
    limits: Limits,
    findings: list[Finding],
) -> RawTable | None:
    """One plain sheet from A1 on, column by column; None when only the exact reading will do."""
    if len(facts) != 1:
        return None
    (known,) = facts.values()
    if known.in_doubt or not known.at_a1 or b"idden" in archive.part("xl/workbook.xml"):
        return None
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
        if len(book.sheet_names) != 1:
            return None
        # All rows decide a column's type, so that none is read as another's.
        loaded = book.load_sheet(0, header_row=0, schema_sample_rows=None)
        names = [column.name for column in loaded.available_columns()]
        batch = pa.record_batch(loaded)
    except BaseException as error:
        if not _means_damage(error):
            raise
        return None
    if len(names) > limits.columns:
        raise refuse("E125", limit=limits.columns)
    if batch.num_rows > limits.rows:
        raise refuse("E111", limit=limits.rows)
    if not _is_header(names) or batch.num_rows == 0:
        return None
    columns = [_as_texts(column) for column in batch.columns]
    if any(column is None for column in columns):
        return None
    table = pa.Table.from_arrays(columns, [f"c{index}" for index in range(len(names))])
    if not _within(table, limits):
        return None
    numbers = pa.array(range(2, batch.num_rows + 2), pa.int64())
    headers, table, numbers, header, ignored, more = table_from_columns(names, table, numbers, 1, 0)
    if known.formulas:
        findings = [*findings, Finding("W231", "note", where={"sheet": book.sheet_names[0]})]
    return RawTable(
        headers,
        table,
        numbers,
        "xlsx",
        header,
        ignored,
        sheet=book.sheet_names[0],
        sheets=tuple(book.sheet_names),
        findings=(*findings, *more),
    )


def _is_header(names: list[str]) -> bool:
    """Whether the names are the first row's own texts: none made up, none numbered for being twice."""
    held = set(names)
    if any(name.startswith("__UNNAMED__") or not trimmed(name) for name in names):
        return False
    return not any((found := _RENAMED.fullmatch(name)) and found[1] in held for name in names)


def _as_texts(column: pa.Array) -> pa.Array | None:
    """Texts as `cell_text` gives them; None where the quick reader may have changed one."""
    if pa.types.is_null(column.type):
        return pa.DictionaryArray.from_arrays(
            pa.nulls(len(column), pa.int32()), pa.array([], pa.string())
        )
    encoded = column.dictionary_encode()
    words = encoded.dictionary
    if pa.types.is_string(words.type) or pa.types.is_large_string(words.type):
        texts = words.to_pylist()
        if any(_CHANGED_TEXT.fullmatch(text) for text in texts):
            return None
        if "" in texts:
            return column.cast(pa.string()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(encoded.indices, words.cast(pa.string()))
    if not pa.types.is_floating(words.type) and not pa.types.is_integer(words.type):
        return None
    texts = [cell_text(float(value)) for value in words.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, texts_of(texts))


def _within(table: pa.Table, limits: Limits) -> bool:
    """No cell longer than allowed and none with a NUL: else the exact reading names its row."""
    for column in table.columns:
        for text in column.chunk(0).dictionary.to_pylist():
            if len(text) > limits.cell or "\x00" in text:
                return False
    return True


def _is_table(grid: Sequence[Sequence[object]]) -> bool:
    """A sheet with at least two rows that hold something, one of them in several cells."""
    filled = [sum(cell not in ("", None) for cell in row) for row in grid[:50]]
    return sum(count > 0 for count in filled) >= 2 and max(filled) >= 2


def cell_text(cell: object) -> str:
    """A cell as the text a person sees: 1.0 as 1, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return (
            cell.isoformat(sep=" ") if cell.time() != datetime.time() else cell.date().isoformat()
        )
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
