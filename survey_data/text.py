"""Texts compared as people compare them, and held as files can hold them."""

from __future__ import annotations

import re
import unicodedata

from locales import translate

LONGEST_CELL = 32_767
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def plain(text: str) -> str:
    """A text without what does not tell texts apart: width, case, punctuation and spaces."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in wide if unicodedata.category(c)[0] in "LN")


def without_controls(text: str) -> str:
    """The text without what XML, and so every office document, cannot hold."""
    return _CONTROL.sub("", text)


def safe_text(text: str) -> str:
    """A text that every workbook can hold: without control characters, cut where too long."""
    bare = without_controls(text)
    cut = translate("annotated.cut", "zh")
    return bare if len(bare) <= LONGEST_CELL else bare[: LONGEST_CELL - len(cut)] + cut
