"""Steps back through the versions of an edited content, each kept as what it took out.

Two versions that follow each other share nearly all their text, so a step is where they part, and
the old text between: ``[start, length of the end that is shared, length of the new, old text]``.
"""

from __future__ import annotations

import json
import os
from typing import Any

Step = list[Any]


def step_back(before: Any, after: Any) -> Step:
    """What leads from a content back to the one before it; both are what JSON can hold."""
    old, new = _text(before), _text(after)
    start = len(os.path.commonprefix([old, new]))
    most = min(len(old), len(new)) - start
    end = len(os.path.commonprefix([old[: -most - 1 : -1], new[: -most - 1 : -1]])) if most else 0
    return [start, end, len(new), old[start : len(old) - end]]


def stepped_back(after: Any, step: Step) -> Any:
    """The content before a step. Raises ValueError for a step of another content."""
    new, (start, end, length, between) = _text(after), step
    if len(new) != length:
        raise ValueError("the step belongs to another content")
    return json.loads(new[:start] + between + new[len(new) - end :])


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)
