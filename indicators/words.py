"""Options that are words: one of a few, or refused with the choices named."""

from __future__ import annotations

from collections.abc import Iterable

from indicators.findings import Finding, Refused

MOST_SHOWN = 60


def one_of(option: str, word: object, choices: Iterable[str]) -> str:
    """The word itself, where it is one of the choices. Raises Refused (E959) otherwise."""
    known = tuple(choices)
    if isinstance(word, str) and word in known:
        return word
    params = {
        "option": option,
        "word": str(word)[:MOST_SHOWN],
        "choices": " | ".join(known),
    }
    raise Refused(Finding("E959", where={"path": option}, params=params))
