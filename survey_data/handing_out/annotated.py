"""The way back: a person's own sheet with its problems marked where they are.

Written anew from the cells that were read, so that nothing in an upload is ever opened outside the
limited child process, and nothing in what goes back can run: every text is a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from indicators.findings import Finding
from locales import text as said
from survey_data.reading import RawTable
from survey_data.reading.grid import column_letter
from survey_data.text import safe_text

MOST_COMMENTS = 20_000
"""Spreadsheet programs slow down beyond; the sheet of findings holds them all."""

_RED, _AMBER = "#F4C7C3", "#FCE8B2"


def annotate(
    table: RawTable,
    findings: Sequence[Finding],
    lang: str,
    names: Sequence[str] | None = None,
) -> bytes:
    """An .xlsx of the table as it was read, rows and columns in their places, with findings marked.

    Cells named by a finding are filled (red for errors, amber for warnings) and carry code, problem
    and remedy as a comment; a further sheet lists every finding. ``names`` are what the findings
    call the columns, where that is not their headers.
    """
    from survey_data.handing_out.workbook import Book, sheet_name

    book = Book()
    listed = said("annotated.sheet")[lang]
    wanted = table.sheet or said("annotated.data")[lang]
    name = sheet_name(wanted.replace("'", "_"), {listed.casefold()})
    sheet = book.add_worksheet(name)
    places = _write_cells(book, sheet, table, findings, lang, names or table.headers)
    _write_findings(book, book.add_worksheet(listed), name, places, lang)
    return book.content()


Placed = list[tuple[Finding, int | None, int | None]]


def _write_cells(
    book, sheet, table: RawTable, findings: Sequence[Finding], lang: str, names: Sequence[str]
) -> Placed:
    """Write header and cells. Returns each finding with its row and column, counted from 0."""
    header = max(table.header_row - 1, 0)
    shift = 0 if table.header_row else 1  # A statistics file has no header row of its own.
    numbers = [number - 1 + shift for number in table.row_numbers.to_pylist()]
    column_of = {name: index for index, name in enumerate(names)}
    places: Placed = []
    marks: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        row, column = _place(finding, column_of, shift)
        places.append((finding, row, column))
        if row is not None or column is not None:
            marks[(header if row is None else row, column or 0)].append(finding)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    fills = {
        "error": book.add_format({"bg_color": _RED}),
        "warning": book.add_format({"bg_color": _AMBER}),
    }
    rows = {header: list(table.headers)} | dict(
        zip(numbers, zip(*(c.to_pylist() for c in table.columns.columns), strict=True), strict=True)
    )
    comments = 0
    for row in sorted(rows):
        for column, cell in enumerate(rows[row]):
            found = marks.get((row, column))
            if cell is None and found is None:
                continue
            style = bold if row == header else None
            if found is not None:
                serious = any(one.severity == "error" for one in found)
                style = fills["error" if serious else "warning"]
            sheet.write_string(row, column, cell or "", style)
            if found is not None and comments < MOST_COMMENTS:
                comments += 1
                sheet.write_comment(
                    row, column, _comment(found, lang), {"x_scale": 2, "y_scale": 1.5}
                )
    sheet.freeze_panes(header + 1, 0)
    sheet.set_column(0, max(len(table.headers) - 1, 0), 14)
    return places


def _place(
    finding: Finding, column_of: Mapping[str, int], shift: int
) -> tuple[int | None, int | None]:
    row, column = finding.where.get("row"), finding.where.get("column")
    at = None if column is None else column_of.get(str(column))
    if at is None and column is not None and re.fullmatch(r"[A-Z]{1,3}", str(column)):
        letters = {column_letter(index): index for index in range(len(column_of))}
        at = letters.get(str(column))
    return (int(row) - 1 + shift if isinstance(row, int) else None), at


def _comment(found: Sequence[Finding], lang: str) -> str:
    lines = [f"{one.code} {one.message[lang]}\n{one.fix[lang]}" for one in found[:5]]
    return safe_text("\n\n".join(lines))[:2000]


def _write_findings(book, sheet, data: str, places: Placed, lang: str) -> None:
    names = ("sheet", "row", "column", "value", "code", "severity", "problem", "fix")
    bold = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    link = book.add_format({"font_color": "#1B6CA8", "underline": 1})
    for column, name in enumerate(names):
        sheet.write_string(0, column, said(f"annotated.{name}")[lang], bold)
    for row, (finding, at_row, at_column) in enumerate(places, 1):
        where = finding.where
        cells = [
            where.get("sheet", data), where.get("row", ""), where.get("column", ""),
            where.get("value", ""), finding.code, said(f"annotated.{finding.severity}")[lang],
            finding.message[lang], finding.fix[lang],
        ]  # fmt: skip
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, str(cell), wrap)
        if at_row is not None and row <= MOST_COMMENTS:
            target = f"internal:'{data}'!{column_letter(at_column or 0)}{at_row + 1}"
            sheet.write_url(row, 1, target, link, safe_text(str(where.get("row", ""))))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(places), 1), len(names) - 1)
    for column, width in enumerate((12, 8, 20, 20, 8, 8, 50, 50)):
        sheet.set_column(column, column, width)
