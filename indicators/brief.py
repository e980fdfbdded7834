"""Results as a notebook prints them: what they are and how large, never all that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

LONGEST = 399
_LONGEST_VALUE = 48


def brief(self: object) -> str:
    """A dataclass in at most `LONGEST` characters: arrays by shape, collections by length.

    Given to a class as its ``__repr__``; an `Evidence` of 42 departments printed in full has
    464,140 characters.
    """
    held = (
        f"{one.name}={_value(getattr(self, one.name))}"
        for one in fields(self)  # type: ignore[arg-type]
        if one.repr
    )
    written = f"{type(self).__name__}({', '.join(held)})"
    return written if len(written) <= LONGEST else written[: LONGEST - 2] + "…)"


def _value(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"array{value.shape}".replace(",)", ")")
    if isinstance(value, (str, int, float, type(None))):
        written = repr(value)
        return written if len(written) <= _LONGEST_VALUE else written[: _LONGEST_VALUE - 1] + "…"
    if isinstance(value, Mapping) or hasattr(value, "__len__"):
        return f"{type(value).__name__}[{len(value)}]"  # type: ignore[arg-type]
    return type(value).__name__
