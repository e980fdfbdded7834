"""What a hostile case is, and the sound contents that the damage starts from."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

# Children that each thread their small matrix products wait for one another; before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from indicators.framework import default_framework  # noqa: E402

Content = bytes | Callable[[], bytes]

ROUND, EARLIER, FRESH = "2025", "2024", "2026"
"""Rounds of the base workspace with data, and one that it does not have."""

SCORE = ("score", "--round", ROUND, "--draws", "100")


@dataclass(frozen=True)
class Case:
    """Commands on a copy of the base workspace, in a folder of their own.

    ``door``: the row of the table; ``{case}`` in a word is the folder; ``prepare`` is given the
    folder and may return what ends its doing; ``target`` makes what ``{target}`` stands for; ``largest``: bytes that a file may grow to; ``user``:
    who runs it; ``together``: the commands run at once; ``sound``: the workspace is a database
    before the first command, so that it has to be one afterwards, and a refusal leaves the scores;
    ``control``: nothing is hostile, so that every command has to be done.
    """

    name: str
    door: str
    commands: tuple[tuple[str, ...], ...]
    files: Mapping[str, Content] = field(default_factory=dict)
    prepare: Callable[[Path], Callable[[], object] | None] | None = None
    target: Callable[[Path], str] | None = None
    largest: int | None = None
    user: int | None = None
    together: bool = False
    sound: bool = True
    control: bool = False


def control(name: str, door: str, content: bytes, *options: str, file: str = "x.xlsx") -> Case:
    """What the damage starts from: it has to be read, or the damage would show nothing."""
    return replace(survey(f"sound: {name}", door, content, *options, file=file), control=True)


def survey(name: str, door: str, content: Content, *options: str, file: str = "x.xlsx") -> Case:
    """A file at the door for answers; what was imported is scored."""
    words = ("import", "survey", f"{{case}}/{file}", "--round", FRESH, *options)
    return Case(name, door, (words,), {file: content})


def items() -> list[str]:
    return [item.id for item in default_framework().items]


@functools.cache
def answers(*names: str, people: int = 6) -> tuple[tuple[str, ...], ...]:
    """Head and rows of a sound file: ``people`` rows of each department."""
    head = ("部门", *items())
    body = [
        (name, *(str(1 + (row * 7 + column * 3) % 5) for column in range(len(head) - 1)))
        for name in names or ("甲局", "乙局", "丙局")
        for row in range(people)
    ]
    return (head, *body)


def as_text(rows: tuple[tuple[str, ...], ...], encoding: str = "utf-8") -> bytes:
    """Comma-separated text, every cell quoted that needs it."""
    import csv
    import io

    store = io.StringIO(newline="")
    csv.writer(store).writerows(rows)
    return store.getvalue().encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")
