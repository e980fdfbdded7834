"""Workbooks (.xlsx): the cells of one visible sheet as text."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from indicators.findings import Finding, Refused
from survey_data.reading.container import check_workbook, refuse
from survey_data.reading.grid import from_rows, header_position
from survey_data.reading.limits import Limits
from survey_data.reading.table import RawTable


def read_workbook(
    content: bytes, limits: Limits, *, sheet: str | None = None, header_row: int | None = None
) -> RawTable:
    """Read one sheet: the one named, else the first visible one that holds a table."""
    silent = check_workbook(content, limits)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            entry.name
            for entry in workbook.sheets_metadata
            if entry.visible == SheetVisibleEnum.Visible
        ]
        hidden = [n for n in workbook.sheet_names if n not in visible]
        wanted = [sheet] if sheet is not None else visible
        if sheet is not None and sheet not in workbook.sheet_names:
            raise refuse("E119", sheet=sheet, sheets=", ".join(visible))
        grids = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in wanted
        }
    except Refused:
        raise
    except Exception as error:
        # The reader raises several kinds of error; all mean that the workbook is damaged.
        raise refuse("E102") from error
    filled = {name: grid for name, grid in grids.items() if any(any(row) for row in grid)}
    if not filled:
        raise refuse("E126" if grids else "E116")
    # A sheet of notes beside the data is no table; without any table the first sheet is judged.
    filled = {name: grid for name, grid in filled.items() if _is_table(grid)} or filled
    name, grid = next(iter(filled.items()))
    findings = silent
    if sheet is None and len(filled) > 1:
        params = {"sheet": name, "others": ", ".join(n for n in filled if n != name)}
        findings.append(Finding("W203", "warning", where={"sheet": name}, params=params))
    if hidden:
        findings.append(Finding("W202", "warning", params={"sheets": ", ".join(hidden)}))
    rows = [[cell_text(cell) for cell in row] for row in grid]
    at = header_position(rows) if header_row is None else header_row - 1
    if at is None or not 0 <= at < len(rows):
        raise refuse("E126")
    width = len(rows[at])
    if width > limits.columns:
        raise refuse("E125", limit=limits.columns)
    if len(rows) > limits.rows + at + 1:
        raise refuse("E111", limit=limits.rows)
    for number, row in enumerate(rows, 1):
        if any(len(cell) > limits.cell for cell in row):
            raise Refused(Finding("E124", where={"row": number}, params={"limit": limits.cell}))
        if any("\x00" in cell for cell in row):
            raise Refused(Finding("E121", where={"row": number}))
    headers, columns, numbers, header, ignored, more = from_rows(rows, at, width)
    return RawTable(
        headers,
        columns,
        numbers,
        "xlsx",
        header,
        ignored,
        sheet=name,
        sheets=tuple(filled),
        findings=(*findings, *more),
    )


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
