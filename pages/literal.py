"""Data in the texts that Streamlit reads as Markdown: labels, captions, messages, options of a radio."""

from __future__ import annotations

import re

_JOINER = "\u2060"
"""WORD JOINER: takes no room, allows no break, and is no letter of any mark."""

_LETTERS = re.compile(r"[\\`*_{}\[\]<>~$&|]")
"""What means something wherever it stands. ``!`` and ``(`` mean something only beside ``[``."""

_AT_BEGIN = re.compile(r"^(\d{0,9})(?=#|[+\-](?:\s|$)|(?<=\d)[.)](?:\s|$))", re.ASCII)
"""What means something at the begin of a line: headings, lists, rules."""

_REPLACED = re.compile(
    r":(?=[A-Za-z]|//|[\w+\-]+:)|www(?=\.)|@(?=[\w\-]+(?:\.[\w\-]+)*\.[\w\-]*[A-Za-z])"
    r"|[<>~](?==)|<?-(?=[->])|<(?=-)",
    re.ASCII,
)
"""What is replaced after Markdown was read, in its texts, where no backslash helps: ``:smile:``,
``:material/home:``, addresses, ``->`` and its kind. A joiner in it breaks the pattern."""


def literal(text: object) -> str:
    """The text as Markdown that shows it as it is, in one line."""
    line = " ".join(str(text).split())
    line = _REPLACED.sub(lambda found: found[0] + _JOINER, line)
    line = _LETTERS.sub(r"\\\g<0>", line)
    return _AT_BEGIN.sub(r"\1\\", line)
