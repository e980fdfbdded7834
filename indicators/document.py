"""YAML text from people → one plain mapping with the line of every place in it, within bounds.

The parser hands over one event after the other, and nothing here or in the C library calls itself
while it listens: a file of brackets ends at the bound on depth, not at the end of the stack. What
comes out are dictionaries with text for keys, lists, text, numbers, booleans and None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 50_000
"""Values, keys and ends of lists, with every alias written out."""
MAX_WRITTEN = 4 * 1024 * 1024
"""Characters of all values and keys, with every alias written out: who reads a document may copy
each repetition. Without aliases no file of MAX_BYTES has a quarter of them."""
MAX_TEXT = 20_000
MAX_KEY = 500
LARGEST = 10**15
"""Of a number in a field, either way: above it floating-point numbers are no longer exact in every
digit before the point."""
_LONGEST_PLACE = 300
_LONGEST_WHOLE = 60

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# As YAML 1.1, which the files were written for, but for what surprises there: 1:30 is text, not
# 90; 010 is text, not 8; a date is text.
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{f(w): True for w in ("yes", "true", "on") for f in (str.lower, str.title, str.upper)},
    **{f(w): False for w in ("no", "false", "off") for f in (str.lower, str.title, str.upper)},
}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0b[01][01_]*|0x[0-9a-fA-F][0-9a-fA-F_]*)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?")
_ENDLESS = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NO_NUMBER = (".nan", ".NaN", ".NAN")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG_DIRECTIVE = re.compile(r"^%TAG", re.MULTILINE)


class Unreadable(ValueError):
    """Why a text is no document: a reason's key, the line where it is known, what fills it."""

    def __init__(self, reason: str, line: int | None = None, /, **params: str | int) -> None:
        super().__init__(reason)
        self.reason, self.line, self.params = reason, line, params


@dataclass(frozen=True)
class Document:
    """What a file says, and the line of every place: ``factors[0].id`` → 7.

    Parts that an alias repeats are one object. Places too long to name have no line, nor have those
    after the first MAX_WRITTEN characters of names.
    """

    content: dict[str, Any]
    lines: dict[str, int] = field(repr=False)


def parse(content: bytes | str) -> Document:
    """The document that a YAML text of at most 1 MiB holds.

    Raises Unreadable for a text that is none, that grows when it is read, or that carries tags,
    cycles, keys that are no text or are written twice, and texts out of all bounds.
    """
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        raise Unreadable("too-large")
    try:
        written = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    directive = _TAG_DIRECTIVE.search(written)
    if directive is not None:
        # Many of them take the parser a time that grows with their square.
        raise Unreadable("tag", written.count("\n", 0, directive.start()) + 1)
    builder = _Builder()
    try:
        for event in yaml.parse(written, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise Unreadable("yaml", line, problem=error.problem or "?") from None
    except yaml.reader.ReaderError as error:
        raise Unreadable("character", _line_of_unprintable(written)) from error
    if not isinstance(builder.root, dict):
        raise Unreadable("not-mapping")
    lines: dict[str, int] = {"": builder.first}
    named = 0
    for place, line in _places(builder.root, "", builder.starts):
        named += len(place)
        if named > MAX_WRITTEN:
            break
        lines[place] = line
    return Document(builder.root, lines)


def _line_of_unprintable(written: str) -> int | None:
    found = _UNPRINTABLE.search(written)
    return None if found is None else written.count("\n", 0, found.start()) + 1


def _places(
    holder: dict[str, Any] | list[Any], place: str, starts: dict[int, dict[Any, int]]
) -> Iterator[tuple[str, int]]:
    lines = starts[id(holder)]
    entries = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for step, value in entries:
        if isinstance(step, int):
            inner = f"{place}[{step}]"
        else:
            inner = f"{place}.{step}" if place else step
        if len(inner) > _LONGEST_PLACE:
            continue
        yield inner, lines[step]
        if isinstance(value, dict | list):
            yield from _places(value, inner, starts)


@dataclass
class _Open:
    """A mapping or list that is being filled; how many values and characters there were before."""

    value: dict[str, Any] | list[Any]
    line: int
    anchor: str | None
    values: int
    written: int
    lines: dict[Any, int] = field(default_factory=dict)
    merged: list[dict[str, Any]] = field(default_factory=list)
    key: str | None = None
    merging: bool = False
    height: int = 1


class _Builder:
    """Takes the events of a parser one by one and holds what they have said so far."""

    def __init__(self) -> None:
        self.root: Any = None
        self.first = 1
        self.starts: dict[int, dict[Any, int]] = {}
        """Of every mapping and list, by identity, the line of each entry."""
        self._open: list[_Open] = []
        self._anchored: dict[str, tuple[Any, int, int, int]] = {}
        """By anchor: the value, how many values and characters it holds, how deep it is."""
        self._values = 0
        self._written = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if getattr(event, "tag", None) is not None:
            raise Unreadable("tag", line)
        if isinstance(event, yaml.ScalarEvent):
            self._count(1, len(event.value), line)
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor, line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Unreadable("documents", line)

    def _count(self, values: int, written: int, line: int) -> None:
        self._values += values
        self._written += written
        if self._values > MAX_VALUES or self._written > MAX_WRITTEN:
            raise Unreadable("bomb", line)

    def _begin(self, value: Any, event: Any, line: int) -> None:
        self._refuse_as_key(line)
        self._deeper(1, line)
        self._open.append(_Open(value, line, event.anchor, self._values, self._written))
        self._count(1, 0, line)

    def _deeper(self, levels: int, line: int) -> None:
        if len(self._open) + levels > MAX_DEPTH:
            raise Unreadable("depth", line, most=MAX_DEPTH)

    def _refuse_as_key(self, line: int) -> None:
        if self._awaits_key():
            raise Unreadable("key", line)

    def _awaits_key(self) -> bool:
        around = self._open[-1] if self._open else None
        return around is not None and isinstance(around.value, dict) and around.key is None

    def _end(self) -> None:
        done = self._open.pop()
        value = done.value
        if isinstance(value, dict) and done.merged:
            whole: dict[str, Any] = {}
            lines: dict[Any, int] = {}
            for other in done.merged:
                whole.update(other)
                lines.update(self.starts[id(other)])
            value = {**whole, **value}
            done.lines = {**lines, **done.lines}
        self.starts[id(value)] = done.lines
        if done.anchor is not None:
            values, written = self._values - done.values, self._written - done.written
            self._anchored[done.anchor] = (value, values, written, done.height)
        self._put(value, done.height, done.line)

    def _alias(self, anchor: str, line: int) -> None:
        self._refuse_as_key(line)
        held = self._anchored.get(anchor)
        if held is None or any(one.anchor == anchor for one in self._open):
            raise Unreadable("alias", line, anchor=anchor[:40])
        value, values, written, height = held
        self._count(values, written, line)
        self._deeper(height, line)
        self._put(value, height, line)

    def _scalar(self, event: Any, line: int) -> None:
        text: str = event.value
        if _UNPRINTABLE.search(text):
            raise Unreadable("character", line)
        if self._awaits_key():
            self._key(text, bool(event.implicit[0]), line)
            return
        if len(text) > MAX_TEXT:
            raise Unreadable("long-text", line, most=MAX_TEXT)
        value = _plain_value(text) if event.implicit[0] else text
        if event.anchor is not None:
            self._anchored[event.anchor] = (value, 1, len(text), 0)
        self._put(value, 0, line)

    def _key(self, text: str, plain: bool, line: int) -> None:
        around = self._open[-1]
        if len(text) > MAX_KEY:
            raise Unreadable("long-key", line, most=MAX_KEY)
        around.merging = plain and text == "<<"
        if text in around.value and not around.merging:
            raise Unreadable("twice", line, key=text[:40])
        around.key = text

    def _put(self, value: Any, height: int, line: int) -> None:
        if not self._open:
            self.root, self.first = value, line
            return
        around = self._open[-1]
        around.height = max(around.height, height + 1)
        if isinstance(around.value, list):
            around.lines[len(around.value)] = line
            around.value.append(value)
        elif around.merging:
            # Of several in a list the first one counts.
            others = value[::-1] if isinstance(value, list) else [value]
            if not all(isinstance(one, dict) for one in others):
                raise Unreadable("merge", line)
            around.merged += others
            around.key = None
        else:
            assert around.key is not None
            around.value[around.key] = value
            around.lines[around.key] = line
            around.key = None


def _plain_value(text: str) -> Any:
    """What a text without quotes says. A number that no computer word holds is endless, as ``.inf``
    is: every field refuses it by its own code, with its place."""
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        return float(text.replace(".", ""))
    if text in _NO_NUMBER:
        return float("nan")
    digits = text.replace("_", "")
    if _WHOLE.fullmatch(text):
        if len(digits) > _LONGEST_WHOLE:
            return -math.inf if text.startswith("-") else math.inf
        return int(digits, 0)
    return float(digits) if _DECIMAL.fullmatch(text) else text
