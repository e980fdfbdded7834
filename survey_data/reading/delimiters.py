"""Which character parts the cells of delimited text."""

from __future__ import annotations

import re
from collections import Counter

DELIMITERS = (",", "\t", ";", "|", "，", "¦")
_LOOKED_AT = 30


def delimiter_of(text: str) -> str:
    """The delimiter by which most of the first lines have equally many cells; a comma if none.

    A title above the header, or commas within the texts of a semicolon file, do not mislead it.
    """
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.splitlines()[:_LOOKED_AT]]
    lines = [line for line in lines if line.strip()]

    def agreement(mark: str) -> tuple[int, int, int]:
        counts = Counter(count for line in lines if (count := line.count(mark)))
        most, cells = max(((n, count) for count, n in counts.items()), default=(0, 0))
        return most, cells, -DELIMITERS.index(mark)

    return max(DELIMITERS, key=agreement)
