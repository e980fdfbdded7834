"""Results as plain values: one writing of every result, for JSON and whoever wants dicts.

Not pydantic's encoder: it refuses the halves of surrogate pairs that a file name may hold, and writes
``with_`` as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def plain(value: object) -> Any:
    """The value in what JSON knows: a result by its fields, arrays and tuples as lists.

    What is not a number (NaN, infinite) is None, here and nowhere else. A field that Python has a
    word for ends in an underscore (``with_``), its key does not. Raises TypeError for anything else.
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if is_dataclass(value):
        return {
            one.name.removesuffix("_"): plain(getattr(value, one.name)) for one in fields(value)
        }
    # Arrays and scalars of NumPy, which a command that needs none does not load.
    listed = getattr(value, "tolist", None)
    if listed is not None:
        return plain(listed())
    raise TypeError(f"no plain value for {type(value).__name__}")
