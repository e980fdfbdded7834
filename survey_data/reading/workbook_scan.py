"""A look through a workbook's parts before any reader opens it: what is unsafe, what is in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from indicators.findings import Finding
from survey_data.reading.container import CheckedArchive, refuse
from survey_data.reading.limits import Limits

_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FIRST_CELL = re.compile(
    rb"""<row\s[^>]{0,300}?r="1"[^>]{0,300}>\s*<c\s[^>]{0,200}?r="A1"[^>]{0,200}[^/]>\s*<(?:v|is)>"""
)
_REFERENCE = re.compile(rb"""r=["']([A-Z]*)(\d*)["']""")
# Three letters, or seven digits: beyond any sheet. The first piece of a part is searched for every
# spelling and for rows beyond the page's limit; elsewhere a stray spelling only costs the reader.
_FAR = re.compile(rb"""<c r="(?:[A-Z]{3}|[A-Z]{0,2}\d{7})""")
_FAR_ANY_FORM = re.compile(
    rb"""<(?:c|row)\s[^>]{0,200}?r=["'](?:[A-Z]{3,}\d*|[A-Z]{0,3}(?:[2-9]\d{5}|\d{7,}))["']"""
)
_LAST_ROW = re.compile(rb"""<row\s[^>]{0,200}?r=["'](\d+)""")
_EMPTY_FORMULA = re.compile(rb"(?:</f>|<f\s[^>]{0,2000}/>|<f/>)\s*(?:<v/>|<v></v>)?\s*</c>")
_ROWS, _COLUMNS = 1_048_576, 16_384
_TAIL = 512
_LEAST_ROW = 20
"""Bytes that a row with a cell in it takes at least."""
_ABOVE = 30
"""Rows of titles above a header."""


@dataclass
class SheetFacts:
    """What the bytes of one worksheet part say.

    ``at_a1``: its first row is row 1 and begins with a filled cell A1.
    """

    at_a1: bool = False
    rows: int = 0
    booleans: bool = False
    errors: bool = False
    formulas: bool = False
    empty_formulas: bool = False
    merged: bool = False

    @property
    def in_doubt(self) -> bool:
        """Cells whose text the quick reader would not give exactly, or any reader would lose."""
        return self.booleans or self.errors or self.empty_formulas or self.merged


def scan_workbook(
    archive: CheckedArchive, limits: Limits
) -> tuple[dict[str, SheetFacts], list[Finding]]:
    """Facts by worksheet part, and remarks. Raises Refused for what must not be opened."""
    _check_format(archive.names)
    facts: dict[str, SheetFacts] = {}
    for name, chunks in archive.parts():
        is_xml = name.lower().endswith((".xml", ".rels", ".vml"))
        if name.startswith("xl/worksheets/") and is_xml:
            facts[name] = _scan_sheet(chunks, limits)
        else:
            _scan_part(chunks, is_xml)
    findings = []
    if any(name.lower().endswith("vbaproject.bin") for name in archive.names):
        findings.append(Finding("W207", "note"))
    if any(name.startswith("xl/externalLinks/") for name in archive.names):
        findings.append(Finding("W201", "warning"))
    return facts, findings


def _check_format(names: set[str]) -> None:
    if "xl/workbook.bin" in names or "mimetype" in names or "Index/Document.iwa" in names:
        raise refuse("E107")
    if "xl/workbook.xml" not in names:
        spreadsheets = [n for n in names if n.lower().endswith((".xlsx", ".xls", ".csv"))]
        if spreadsheets:
            raise refuse("E108")
        raise refuse("E102" if any(n.startswith("xl/") for n in names) else "E103")
    if "[Content_Types].xml" not in names:
        raise refuse("E102")


def _scan_part(chunks: Iterable[bytes], is_xml: bool) -> None:
    tail = b""
    for place, chunk in enumerate(chunks):
        if is_xml:
            _refuse_entities(tail + chunk, first=place == 0)
            tail = chunk[-_TAIL:]


def _refuse_entities(window: bytes, *, first: bool) -> None:
    if _ENTITIES.search(window) or (first and window[:2] in (b"\xff\xfe", b"\xfe\xff")):
        raise refuse("E113")


def _scan_sheet(chunks: Iterable[bytes], limits: Limits) -> SheetFacts:
    """Few passes over the bytes: finding a fixed text costs next to nothing, a pattern does."""
    found = SheetFacts()
    tail = b""
    size = 0
    columns = 0
    for place, chunk in enumerate(chunks):
        window = tail + chunk
        size += len(chunk)
        if place == 0:
            found.at_a1 = _FIRST_CELL.search(window[:65_536]) is not None
        if place == 0 or b"<!" in window:
            _refuse_entities(window, first=place == 0)
        found.booleans |= b't="b"' in window or (place == 0 and b"t='b'" in window)
        found.errors |= b't="e"' in window or (place == 0 and b"t='e'" in window)
        if b"<f" in window:
            found.formulas = True
            found.empty_formulas |= _EMPTY_FORMULA.search(window) is not None
        found.merged |= b"<mergeCell " in window
        for match in (_FAR_ANY_FORM if place == 0 else _FAR).finditer(window):
            letters, row = _reference(window, match.start())
            columns, found.rows = max(columns, _column(letters)), max(found.rows, row)
            if columns > 702 or found.rows > limits.rows + _ABOVE:
                break
        if (at := window.rfind(b"<row ")) >= 0 and (last := _LAST_ROW.match(window, at)):
            found.rows = max(found.rows, int(last[1][:9]))
        if columns > _COLUMNS or found.rows > _ROWS:
            raise refuse("E115")
        tail = chunk[-_TAIL:]
    stray = size < _LEAST_ROW * found.rows
    if columns > 702:
        raise refuse("E112" if stray or size < 50_000 else "E125", limit=limits.columns)
    if found.rows > limits.rows + _ABOVE:
        raise refuse("E112" if stray else "E111", limit=limits.rows)
    return found


def _reference(window: bytes, start: int) -> tuple[str, int]:
    match = _REFERENCE.search(window, start)
    return ("", 0) if match is None else (match[1].decode(), int(match[2][:9] or 0))


def _column(letters: str) -> int:
    number = 0
    for letter in letters[:8]:
        number = 26 * number + ord(letter) - 64
    return number
