"""Everything that leaves the program: what commands print and write, what pages send to a browser."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer.main

from cli.commands.app import app
from cli.main import run

_CLOCK = re.compile(r'"elapsed_s": [0-9.e+-]+')
_WRITTEN_AT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?")


def published_commands() -> set[str]:
    """Every command that takes ``--published``, as it is typed."""

    def walk(command: Any, name: str) -> Iterator[str]:
        if any("--published" in option.opts for option in command.params):
            yield name
        for own, child in getattr(command, "commands", {}).items():
            yield from walk(child, f"{name} {own}".strip())

    return set(walk(typer.main.get_command(app), ""))


def said(workspace: Path, *arguments: object, refused: bool = False) -> bytes:
    """What a command prints, seconds aside; it must end well, or may be ``refused``."""
    with _captured() as out, _captured("stderr") as err:
        status = run([*map(str, arguments), "--workspace", str(workspace)])
    text = out.getvalue().decode() + err.getvalue().decode()
    assert status == 0 or (refused and status == 3), (arguments, text[-2000:])
    return _CLOCK.sub('"elapsed_s": 0', text).encode()


@contextmanager
def _captured(name: str = "stdout") -> Iterator[io.BytesIO]:
    held, kept = io.BytesIO(), getattr(sys, name)
    stream = io.TextIOWrapper(held, "utf-8", write_through=True)
    setattr(sys, name, stream)
    try:
        yield held
    finally:
        setattr(sys, name, kept)
        stream.detach()


def content_of(document: bytes) -> dict[str, bytes] | bytes:
    """A document without the time of day at which it was written, which its zip and its core hold."""
    if not document.startswith(b"PK"):
        return document
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        return {
            name: _WRITTEN_AT.sub(b"", parts.read(name))
            if name.startswith("docProps/")
            else parts.read(name)
            for name in parts.namelist()
        }


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two results differ, in words: of JSON each value, of other texts the first character."""
    if type(one) is not type(other):
        yield f"{place}: {str(one)[:120]} | {str(other)[:120]}"
    elif isinstance(one, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from differences(one.get(key), other.get(key), f"{place}/{key}")
    elif isinstance(one, list):
        if len(one) != len(other):
            yield f"{place}: {len(one)} | {len(other)} of them"
        for k, (x, y) in enumerate(zip(one, other, strict=False)):
            yield from differences(x, y, f"{place}[{k}]")
    elif one != other and isinstance(one, str | bytes):
        try:
            yield from differences(json.loads(one), json.loads(other), place)
        except ValueError:
            at = next(
                (k for k, (x, y) in enumerate(zip(one, other, strict=False)) if x != y),
                min(len(one), len(other)),
            )
            near = slice(max(0, at - 60), at + 60)
            yield f"{place}: …{one[near]!r} | …{other[near]!r}"
    elif one != other:
        yield f"{place}: {one} | {other}"
