"""Workbooks written part by part, so that every oddity of the format can be made."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def letter(column: int) -> str:
    """0 → A; enough for 26 columns."""
    return chr(65 + column)


def text_row(number: int, cells: Iterable[str]) -> str:
    """One row of inline texts."""
    inner = "".join(
        f'<c r="{letter(column)}{number}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(cell)}</t></is></c>"
        for column, cell in enumerate(cells)
        if cell
    )
    return f'<row r="{number}">{inner}</row>'


def sheet_xml(rows: str) -> str:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def parts_of(sheets: Mapping[str, str], hidden: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Parts of a workbook; ``sheets`` maps names to the XML of their rows."""
    state = dict.fromkeys(hidden, ' state="hidden"')
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"{state.get(name, "")}/>'
        for i, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{links}</Relationships>',
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": sheet_xml(r) for i, r in enumerate(sheets.values(), 1)}
    return {name: content.encode() for name, content in parts.items()}


def zipped(parts: Mapping[str, bytes], again: Mapping[str, bytes] = {}) -> bytes:
    """An archive of the parts; ``again`` are entries that follow, of names used before perhaps."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*parts.items(), *again.items()):
            archive.writestr(name, content)
    return store.getvalue()


def workbook(*rows: Iterable[str]) -> bytes:
    """A sound workbook of texts, one sheet."""
    return raw_workbook("".join(text_row(n, cells) for n, cells in enumerate(rows, 1)))


def raw_workbook(rows_xml: str) -> bytes:
    """One sheet whose rows are given as XML."""
    return zipped(parts_of({"Data": rows_xml}))


def by_xlsxwriter(rows: Iterable[Iterable[object]]) -> bytes:
    """A workbook with each value in the type that it has here."""
    store = io.BytesIO()
    with xlsxwriter.Workbook(store, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif isinstance(cell, datetime.date):
                    sheet.write_datetime(row, column, cell, day)
                elif cell is not None:
                    sheet.write(row, column, cell)
    return store.getvalue()


def by_xlsxwriter_merged() -> bytes:
    """Two rows of one department, whose cell is merged."""
    store = io.BytesIO()
    with xlsxwriter.Workbook(store, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["部门", "q"])
        sheet.merge_range("A2:A3", "甲局")
        sheet.write_column("B2", [1, 2, 3])
        sheet.write("A4", "乙局")
    return store.getvalue()


def by_xlwt(rows: Iterable[Iterable[object]]) -> bytes:
    """A BIFF8 workbook (.xls)."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write(row, column, cell)
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def by_odfpy(rows: Iterable[Iterable[object]]) -> bytes:
    """An OpenDocument workbook (.ods)."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    table = Table(name="Sheet1")
    for cells in rows:
        line = TableRow()
        for cell in cells:
            if isinstance(cell, int | float):
                one = TableCell(valuetype="float", value=str(cell))
            else:
                one = TableCell(valuetype="string")
            one.addElement(P(text="" if cell is None else str(cell)))
            line.addElement(one)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()
