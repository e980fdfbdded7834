"""The workbooks that this program writes: every text is a text, whatever it begins with or holds."""

from __future__ import annotations

import io
import re
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from survey_data.text import safe_text

_LONGEST_NAME = 31


class _Sheet(Worksheet):
    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        return super().write_string(row, col, safe_text(string), cell_format)


class Book(xlsxwriter.Workbook):
    """A workbook in memory; its bytes are `content` once it is closed."""

    def __init__(self) -> None:
        self._store = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        super().__init__(self._store, options)

    def add_worksheet(self, name: str | None = None) -> Any:
        """A sheet called ``name``, as near to it as spreadsheets allow."""
        taken = {(sheet.get_name() or "").casefold() for sheet in self.worksheets()}
        return super().add_worksheet(sheet_name(name or "", taken), worksheet_class=_Sheet)

    def content(self) -> bytes:
        self.close()
        return self._store.getvalue()


def sheet_name(wanted: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """A name that every spreadsheet takes: no forbidden sign, no apostrophe at an end, at most 31
    UTF-16 units, none of ``taken`` (case-folded), and not the one that Excel keeps for itself."""
    bare = _cut(re.sub(r"[\[\]:*?/\\]", "_", safe_text(wanted)).strip(" '"), _LONGEST_NAME)
    bare = bare.strip(" '") or "Sheet"
    name, number = bare, 1
    while name.casefold() in taken | {"history"}:
        number += 1
        name = f"{_cut(bare, _LONGEST_NAME - len(str(number)) - 1)}_{number}"
    return name


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) > 2 * units:
        text = text[:-1]
    return text
