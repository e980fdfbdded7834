"""Three-line tables, as journals print them: a rule above, one below the head, one at the end."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from charts.house.picture import Table
from survey_data.text import without_controls


@dataclass(frozen=True)
class Titled:
    """A table with its number and title, and a note below it."""

    title: str
    table: Table
    note: str = ""


@dataclass(frozen=True)
class Statement:
    """What a document says: a heading, paragraphs, tables, and where the numbers are from."""

    heading: str
    paragraphs: Sequence[str]
    tables: Sequence[Titled]
    source: str


def docx(content: Statement) -> bytes:
    """A Word document; Chinese in SimSun, Latin in Times New Roman, 10.5 and 9 points."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document: Any = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    heading = document.add_paragraph()
    run = heading.add_run(without_controls(content.heading))
    run.bold, run.font.size = True, Pt(15)
    for paragraph in content.paragraphs:
        document.add_paragraph(without_controls(paragraph))
    for titled in content.tables:
        _docx_table(document, titled)
    document.add_paragraph().add_run(without_controls(content.source)).font.size = Pt(9)
    document.core_properties.author = "Fourfold"
    store = io.BytesIO()
    document.save(store)
    return store.getvalue()


def _docx_table(document: Any, titled: Titled) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_before = Pt(12)
    title.add_run(without_controls(titled.title)).bold = True
    rows = (titled.table.headers, *titled.table.rows)
    grid = document.add_table(rows=len(rows), cols=len(titled.table.headers))
    grid.autofit = True
    last = len(rows) - 1
    for at, (texts, line) in enumerate(zip(rows, grid.rows, strict=True)):
        for place, (text, cell) in enumerate(zip(texts, line.cells, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.add_run(without_controls(text)).font.size = Pt(9)
            if place:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if at else WD_ALIGN_PARAGRAPH.CENTER
            if at == 0:
                _rule(cell, "top", 12)
                _rule(cell, "bottom", 6)
            if at == last:
                _rule(cell, "bottom", 12)
    if titled.note:
        document.add_paragraph().add_run(without_controls(titled.note)).font.size = Pt(9)


def _rule(cell: Any, side: str, eighths: int) -> None:
    """A line of so many eighths of a point at one side of a cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    line = borders.find(qn(f"w:{side}"))
    if line is None:
        line = OxmlElement(f"w:{side}")
        borders.append(line)
    for name, value in (("val", "single"), ("sz", str(eighths)), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)


def xlsx(content: Statement) -> bytes:
    """A workbook with a sheet for the statement and one for each table; texts stay texts."""
    from survey_data.handing_out.workbook import Book

    book = Book()
    font = {"font_name": "Times New Roman", "font_size": 10}
    plain = book.add_format({**font, "text_wrap": True, "valign": "top"})
    bold = book.add_format({**font, "bold": True})
    first = book.add_worksheet(_sheet(content.heading, 0))
    first.set_column(0, 0, 110)
    first.write_string(0, 0, content.heading, bold)
    for at, text in enumerate((*content.paragraphs, content.source), start=1):
        first.write_string(at, 0, text, plain)
    for number, titled in enumerate(content.tables, start=1):
        sheet = book.add_worksheet(_sheet(titled.title, number))
        sheet.write_string(0, 0, titled.title, bold)
        rows = (titled.table.headers, *titled.table.rows)
        last = len(rows) - 1
        for at, row in enumerate(rows):
            for place, text in enumerate(row):
                # The first column names what a row is of: a department may be called 007.
                value, shown = _number(text) if at and place else (None, "@")
                style = book.add_format(
                    {
                        **font,
                        "top": 2 if at == 0 else 0,
                        "bottom": 1 if at == 0 else 2 if at == last else 0,
                        "align": "right" if place else "left",
                        "num_format": shown,
                    }
                )
                if value is None:
                    sheet.write_string(at + 2, place, text, style)
                else:
                    sheet.write_number(at + 2, place, value, style)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, max(len(titled.table.headers) - 1, 1), 12)
        if titled.note:
            sheet.write_string(len(rows) + 3, 0, titled.note, plain)
    return book.content()


def _number(text: str) -> tuple[float | None, str]:
    """A cell's number and how it is shown, as in the printed table; None for a text."""
    plain = text.replace("−", "-")
    share = plain.endswith("%")
    digits = plain.removesuffix("%")
    if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?|\.\d+", digits, re.ASCII):
        return None, "@"
    places = len(digits.partition(".")[2])
    shown = "0" + ("." + "0" * places if places else "") + ("%" if share else "")
    return float(digits) / (100 if share else 1), shown


def _sheet(title: str, number: int) -> str:
    """A sheet name that every spreadsheet takes: no forbidden sign, at most 31 letters."""
    kept = "".join(letter for letter in title if letter not in "[]:*?/\\'")
    return f"{number} {kept}"[:31].strip() if number else kept[:31].strip()
