"""Room for labels: how wide texts are, so that margins hold them at any width of the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from charts.house.literal import TAGS

_WIDE, _NARROW = 1.0, 0.56
"""Widths of an ideograph and of a Latin letter, as shares of the font's size."""

_NEVER_FIRST = "、，；：。）”》…"
"""Marks that do not begin a line."""

SPACE = "\u00a0"
"""Keeps a label off what it names: points beyond an axis are not drawn, so it cannot be moved."""


def text_width(text: str, size: int) -> float:
    """Pixels that a text takes, roughly; marks of bold and of line breaks take none."""
    return size * sum(_WIDE if _is_wide(c) else _NARROW for c in text if ord(c) not in TAGS)


def room(texts: Iterable[str], size: int) -> int:
    """Pixels for the widest of the texts, with a little air."""
    return round(max((text_width(text, size) for text in texts), default=0.0)) + 12


def shortened(text: str, pixels: int, size: int) -> str:
    """The text, cut with an ellipsis where it would be wider than ``pixels``."""
    if text_width(text, size) <= pixels:
        return text
    kept = ""
    for letter in text:
        if text_width(kept + letter + "…", size) > pixels:
            break
        kept += letter
    return kept.rstrip() + "…"


def in_two_lines(text: str, pixels: int, size: int) -> list[str]:
    """The text, broken where it would be wider than ``pixels``; the second line is cut if need be."""
    if text_width(text, size) <= pixels:
        return [text]
    at = 0
    for place in range(1, len(text)):
        if text_width(text[:place], size) > pixels:
            break
        before, after = text[place - 1], text[place]
        if after == " " or ((_is_wide(before) or _is_wide(after)) and after not in _NEVER_FIRST):
            at = place
    lines = [text[:at].rstrip(), text[at:].lstrip()]
    return [shortened(line, pixels, size) for line in lines if line]


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
