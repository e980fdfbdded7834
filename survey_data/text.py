"""Texts compared as people compare them."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """A text without what does not tell texts apart: width, case, punctuation and spaces."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in wide if unicodedata.category(c)[0] in "LN")
