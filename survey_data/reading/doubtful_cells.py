"""Cells that a reader would lose without a word: errors, formulas without a result, merged ranges."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from survey_data.reading.container import CheckedArchive

_CELL = re.compile(rb"<c\s([^>]{0,400}[^/>])>(.{0,40000}?)</c>", re.DOTALL)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_FORMULA = re.compile(rb"<f[^>]*>([^<]*)</f>|<f[^>]*/>")
_MERGED = re.compile(
    rb"""<mergeCell\s[^>]{0,100}?ref=["']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["']"""
)
_SHEET = re.compile(r"<sheet\s[^>]*>")
_RELATION = re.compile(r"<Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)=["']([^"']*)["']""")


def part_of_sheet(archive: CheckedArchive, position: int) -> str | None:
    """The worksheet part of the sheet at this position of the workbook's list."""
    book = archive.part("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.part("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    sheets = [dict(_ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(book)]
    if position >= len(sheets):
        return None
    wanted = next((v for k, v in sheets[position].items() if k.endswith(":id")), None)
    for tag in _RELATION.findall(links):
        link = dict(_ATTRIBUTE.findall(tag))
        if link.get("Id") == wanted:
            target = link.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return posixpath.normpath(path)
    return None


def lost_cells(part: bytes) -> Iterator[tuple[int, int, str]]:
    """(row, column from 0, text): ``#DIV/0!`` of an error cell, ``=A1+B1`` of a formula without a
    stored result."""
    for match in _CELL.finditer(part):
        attributes, inside = match[1], match[2]
        is_error = b't="e"' in attributes or b"t='e'" in attributes
        if not is_error and b"<f" not in inside:
            continue
        place, value = _PLACE.search(attributes), _VALUE.search(inside)
        if place is None or (not is_error and value is not None and value[1]):
            continue
        if is_error:
            text = value[1].decode("utf-8", "replace") if value else "#ERROR"
        else:
            formula = _FORMULA.search(inside)
            text = "=" + (formula[1].decode("utf-8", "replace") if formula and formula[1] else "…")
        yield int(place[2]) - 1, column_index(place[1].decode()), text


def merged_ranges(part: bytes) -> list[str]:
    """Merged ranges such as ``A2:A4``."""
    return [match[1].decode() for match in _MERGED.finditer(part)]


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
