"""Room for labels: how wide texts are, so that margins hold them at any width of the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_WIDE, _NARROW = 1.0, 0.56
"""Widths of an ideograph and of a Latin letter, as shares of the font's size."""

SPACE = "\u00a0"
"""Keeps a label off what it names: points beyond an axis are not drawn, so it cannot be moved."""


def text_width(text: str, size: int) -> float:
    """Pixels that a text takes, roughly."""
    return size * sum(_WIDE if unicodedata.east_asian_width(c) in "WF" else _NARROW for c in text)


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
