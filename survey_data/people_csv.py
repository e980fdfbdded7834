"""CSV that people open: no text of it is a formula, and none is lost on the way back.

A spreadsheet computes a CSV cell that begins with ``=``, ``+``, ``-``, ``@`` (also full-width), also
behind spaces, a tab or a line break; ``=HYPERLINK(…)`` as a department's name would run on the desk
of whoever fills the blank in. Such a text gets an apostrophe in front, which spreadsheets take as
"this is text"; numbers stay numbers. So that every text comes back as it was, one that begins with
apostrophes and then such a sign gets one more; `without_mark` takes one off again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SIGN = r"\s*[=+\-@＝＋－＠\t\r\n]"
_COMPUTED = re.compile(rf"'*{_SIGN}")
_MARKED = re.compile(rf"'+{_SIGN}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_QUOTED = re.compile(r'[",;|\t\r\n]')
"""Separators of other countries too: unquoted, a spreadsheet there would begin a new cell at them."""


def people_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as UTF-8 with the mark by which spreadsheet programs read Chinese right."""
    lines = [",".join(_cell(cell) for cell in row) + "\r\n" for row in rows]
    return "".join(lines).encode("utf-8-sig", "replace")


def with_mark(text: str) -> str:
    return f"'{text}" if _COMPUTED.match(text) and not _NUMBER.fullmatch(text) else text


def without_mark(text: str) -> str:
    """The text of a cell of a CSV file that was written so, or by a person of the same habit."""
    return text[1:] if _MARKED.match(text) else text


def _cell(value: object) -> str:
    text = with_mark(value) if isinstance(value, str) else "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
