"""YAML from people is bounded before anything is made of it: depth, size, aliases, tags, keys.

The parser in C calls itself for every bracket when it is asked for nodes (yaml/pyyaml #895): 30 kB
of brackets ended the process. It is asked for events only.
"""

from __future__ import annotations

import copy
import math
import time

import pytest
import yaml

from indicators.document import MAX_DEPTH, MAX_WRITTEN, Unreadable, parse
from indicators.findings import Refused
from indicators.framework import default_framework_text, load_framework
from indicators.framework.file import check_content
from indicators.framework.yaml_file import document, unreadable

MIB = 1024 * 1024
SECONDS = 0.2
"""Of the processor, for a refusal."""


def doubling(levels: int, holder: str) -> str:
    """Aliases of aliases: nine of the one before in each (the "billion laughs")."""
    lines = [f"a0: &a0 {holder.format('x, ' * 8 + 'x')}"]
    lines += [
        f"a{k}: &a{k} {holder.format(', '.join([f'*a{k - 1}'] * 9))}" for k in range(1, levels)
    ]
    return "\n".join(lines)


def merging() -> str:
    """Two thousand keys, merged two thousand times over."""
    keys = ", ".join(f"k{n}: 1" for n in range(2000))
    return f"a: &a {{{keys}}}\nb:\n" + "\n".join("  - {<<: *a}" for _ in range(2000))


def deepening() -> str:
    """Every line is one level deeper than the one before, by its alias."""
    return "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))


def long_texts(holder: str, times: int = 12_000) -> str:
    """A text of 20,000 characters, written out by its alias again and again: 56 kB that are 240 MB."""
    return f"a: &a {holder.format('x' * 20_000)}\nb: [{','.join(['*a'] * times)}]\n"


def long_keys() -> str:
    """A hundred keys of 500 characters, merged time and again."""
    keys = ", ".join(f"{n:03}{'k' * 497}: 1" for n in range(100))
    return f"a: &a {{{keys}}}\nb:\n" + "\n".join("  - {<<: *a}" for _ in range(450))


# Text, the reason's key, the line that is named.
REFUSED: dict[str, tuple[str | bytes, str, int | None]] = {
    "brackets without end": ("a: " + "[" * 60_000, "depth", 1),
    "braces without end": ("{a: " * 250_000, "depth", 1),
    "dashes without end": ("- " * 400_000, "depth", 1),
    "keys of keys": ("? " * 400_000, "key", 1),
    "indented lists": ("\n".join(" " * n + "-" for n in range(1200)), "depth", MAX_DEPTH + 1),
    "a list for a key": ("a: 1\n? [x, y]\n: 2\n", "key", 2),
    "an alias for a key": ("a: &a x\n*a : 2\n", "key", 2),
    "aliases that grow without end": (doubling(9, "[{}]"), "bomb", 5),
    "aliases that go down without end": (deepening(), "depth", MAX_DEPTH),
    "merged keys without end": (merging(), "bomb", 14),
    "a long text, repeated": (long_texts('"{}"'), "bomb", 2),
    "a long text in a list, repeated": (long_texts("[x, {}, 1]"), "bomb", 2),
    "a long text in a mapping, repeated": (long_texts("{{k: {{l: '{}'}}}}"), "bomb", 2),
    "a text of many lines, repeated": (
        "a: &a |\n" + "  xxxxxxxx\n" * 2000 + "b:\n" + "  - *a\n" * 12_000,
        "bomb",
        2235,
    ),
    "aliases of a long text in aliases": (
        doubling(5, "[{}]").replace("[x, x, x, x, x, x, x, x, x]", "x" * 2000),
        "bomb",
        5,
    ),
    "long keys, repeated": (long_keys(), "bomb", 85),
    "more values than any file has": ("a: [" + "x," * 500_000 + "]", "bomb", 1),
    "more keys than any file has": ("\n".join(f"k{n}:" for n in range(120_000)), "bomb", 25_000),
    "a list that holds itself": ("a: &a [*a]", "alias", 1),
    "a mapping that holds itself": ("a: &a\n  b: *a\n", "alias", 2),
    "a mapping that merges itself": ("a: &a\n  <<: *a\n", "alias", 2),
    "an alias of nothing": ("a: 1\nb: *c\n", "alias", 2),
    "merging what is no mapping": ("a: 1\n<<: x\n", "merge", 2),
    "a tag that would run code": ("a: 1\nb: !!python/object/apply:os.getcwd []", "tag", 2),
    "a tag of the language": ("a: !!str 1", "tag", 1),
    "a tag of one's own": ("a: !x {b: 1}", "tag", 1),
    "a tag on the whole": ("--- !!map\na: 1", "tag", 1),
    "a hundred thousand declared tags": (
        "".join(f"%TAG !t{n}! tag:x,1:\n" for n in range(45_000)) + "--- a",
        "tag",
        1,
    ),
    "a key written twice": ("a: 1\nb: 2\na: 3\n", "twice", 3),
    "a key written twice below": ("a:\n  b: 1\n  'b': 2\n", "twice", 3),
    "a key of a hundred kilobytes": ("a: 1\n? " + "k" * 100_000 + "\n: 1", "long-key", 2),
    "a text of a hundred kilobytes": ("a: 1\nb: " + "x" * 100_000, "long-text", 2),
    "a text written over many lines": ("a: |\n" + "  xxxxxxxx\n" * 50_000, "long-text", 1),
    "a NUL": ("a: 1\nb: x\0y", "character", 2),
    "a NUL that is written out": ('a: 1\nb: "x\\0y"', "character", 2),
    "an escape": ('a: "\\e[31m"', "character", 1),
    "a control character in a key": ('"a\\x07": 1', "character", 1),
    "UTF-16": ("name: 框架".encode("utf-16"), "encoding", None),
    "GB 18030": ("name: 框架".encode("gb18030"), "encoding", None),
    "half a character": ("\ud800: 1", "encoding", None),
    "two documents": ("a: 1\n---\nb: 2\n", "documents", 2),
    "nothing": ("", "not-mapping", None),
    "a comment": ("# nothing\n" * 100_000, "not-mapping", None),
    "a word": ("word", "not-mapping", None),
    "a list": ("- a\n- b\n", "not-mapping", None),
    "a quotation without an end": ('a: "' + "x\n " * 300_000, "yaml", 300_001),
    "a bracket without an end": ("a: [b\nc: 1", "yaml", 2),
    "more than 1 MiB": ("# " + "x" * MIB, "too-large", None),
}


def refusal(written: str | bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse(written)
    return caught.value


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_at_once_with_its_line(name: str) -> None:
    written, reason, line = REFUSED[name]
    begun = time.process_time()
    found = refusal(written)
    spent = time.process_time() - begun
    assert (found.reason, found.line if line is not None else None) == (reason, line)
    assert spent < SECONDS
    said = unreadable(found).first
    assert said.code == "E305" and said.where.get("line") == found.line
    assert said.message["zh"] != said.message["en"]


def test_bounds_leave_room_for_what_people_write() -> None:
    deep = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse(deep).content["a"]
    shared = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: [*a, *a]\nd:\n  <<: [{y: 7}, *a]\n"
    assert parse(shared).content == yaml.safe_load(shared)
    assert parse(default_framework_text()).content == yaml.safe_load(default_framework_text())


def test_a_text_may_be_repeated_within_the_bound() -> None:
    most = MAX_WRITTEN // 20_000 - 1
    assert len(parse(long_texts("{}", most - 1)).content["b"]) == most - 1
    assert refusal(long_texts("{}", most + 1)).reason == "bomb"


def test_the_names_of_places_are_bounded_as_well() -> None:
    """A key of 280 characters before 48,000 places: 14 million characters that only say lines."""
    written = "a: &a [" + "x, " * 240 + "]\n" + f"{'𝔎' * 280}: [" + "*a, " * 200 + "]\n"
    found = parse(written)
    assert len(found.content["𝔎" * 280]) == 200
    assert sum(map(len, found.lines)) <= MAX_WRITTEN
    assert (found.lines["a[239]"], found.lines["𝔎" * 280]) == (1, 2)


def test_lines_are_those_of_the_values() -> None:
    found = parse("a: 1\nb:\n  - x\n  - c: 1\n    d: [1,\n      2]\ne: &e {f: 1}\ng:\n  *e\n")
    assert " ".join(f"{place}={line}" for place, line in found.lines.items()) == (
        "=1 a=1 b=3 b[0]=3 b[1]=4 b[1].c=4 b[1].d=5 b[1].d[0]=5 b[1].d[1]=6 e=7 e.f=7 g=9 g.f=7"
    )


SAID: list[tuple[str, object]] = [
    *[("1:59:59", "1:59:59"), ("190:20:30.15", "190:20:30.15"), ("2025-01-31", "2025-01-31")],
    *[("2025-01-31 10:00:00", "2025-01-31 10:00:00"), ("010", "010"), ("0o17", "0o17")],
    *[("=", "="), ("1e5", "1e5"), ("1.0e5", "1.0e5"), ("Y1Q2", "Y1Q2"), ("0x", "0x"), ("_1", "_1")],
    *[("2025.1", 2025.1), ("-7", -7), ("+7", 7), ("1_000", 1000), ("0x1F", 31), ("0b101", 5)],
    *[("1.5e-3", 1.5e-3), (".5", 0.5), ("0", 0), ("-0.0", -0.0), ("1000000000000000", 10**15)],
    *[("-1" + "0" * 400, -math.inf), ("1" * 19_000, math.inf)],
    *[
        ("1.0e+999", math.inf),
        ("-1.0e+999", -math.inf),
        ("1.0e+300", 1e300),
        ("0x" + "F" * 300, math.inf),
    ],
    *[(".inf", math.inf), ("-.INF", -math.inf), ("0." + "3" * 100, 1 / 3)],
    *[("yes", True), ("Off", False), ("null", None), ("~", None), ("", None), ("nULL", "nULL")],
    *[("'1'", "1"), ('"yes"', "yes"), ('"1:30"', "1:30")],
]


@pytest.mark.parametrize(("written", "meant"), SAID, ids=[one[:20] for one, _ in SAID])
def test_what_a_plain_word_means(written: str, meant: object) -> None:
    found = parse(f"a: {written}").content["a"]
    assert found == meant and type(found) is type(meant)


def test_no_number_is_no_number() -> None:
    assert math.isnan(parse("a: .nan").content["a"])


def test_keys_are_the_text_that_is_written() -> None:
    found = parse("1: a\nno: b\n~: c\n2025-01-01: d\n1.50: e\n").content
    assert list(found) == ["1", "no", "~", "2025-01-01", "1.50"]


@pytest.mark.parametrize("size", [0, 1, 57, 400])
def test_a_mebibyte_of_numbers_in_base_60_costs_no_time(size: int) -> None:
    number = ":".join(["1", *["59"] * size])
    written = "\n".join(f"k{n}: {number}" for n in range(min(9000, MIB // (len(number) + 10))))
    begun = time.process_time()
    assert parse(written).content["k0"] == (number if size else 1)
    assert time.process_time() - begun < SECONDS


HUGE = ["1" + "0" * 400, "1.0e+308", "1.0e+999", "0x" + "f" * 400, ".inf", "-.inf", ".nan"]
SMALL = """
framework: small
name: Small
version: "1"
response_scale: {{min: {scale}, max: 5}}
levels: [{{level: 1, name: low, from: 0}}, {{level: 2, name: high, from: {cut}}}]
factors:
  - id: A
    weight: {weight}
    dimensions:
      - id: D
        indicators:
          - id: M
            metric: {{goalposts: [0, {post}], error_sd: {error}}}
"""
USUAL = {"scale": 1, "cut": 50, "weight": 1, "post": 100, "error": 2}
METRIC = "factors[0].dimensions[0].indicators[0].metric"
PLACES = [
    ("weight", "factors[0].weight", "E301", 9),
    ("cut", "levels[1].from", "E308", 6),
    ("scale", "response_scale.min", "E308", 5),
    ("post", f"{METRIC}.goalposts", "E309", 14),
    ("error", f"{METRIC}.error_sd", "E308", 14),
]


def test_the_file_with_usual_numbers_is_right() -> None:
    assert load_framework(SMALL.format(**USUAL)).id == "small"


@pytest.mark.parametrize("number", HUGE, ids=[one[:10] for one in HUGE])
@pytest.mark.parametrize(("name", "place", "code", "line"), PLACES)
def test_a_number_beyond_all_use_is_refused_by_its_field(
    number: str, name: str, place: str, code: str, line: int
) -> None:
    with pytest.raises(Refused) as caught:
        load_framework(SMALL.format(**{**USUAL, name: number}))
    found = {(one.code, one.where["path"], one.where["line"]) for one in caught.value.findings}
    if (name, number) == ("scale", "1.0e+308"):
        code, place = "E311", "response_scale"  # a whole number, and the end above the other one
    assert (code, place, line) in found


@pytest.mark.parametrize(
    "number", [10**400, 1e300, math.inf, math.nan], ids=lambda one: str(one)[:8]
)
@pytest.mark.parametrize("kind", ["weight", "goalposts"])
def test_a_number_beyond_all_use_that_an_editor_holds_is_refused(number: float, kind: str) -> None:
    plain = copy.deepcopy(parse(SMALL.format(**USUAL)).content)
    factor = plain["factors"][0]
    if kind == "weight":
        factor["weight"] = number
    else:
        factor["dimensions"][0]["indicators"][0]["metric"]["goalposts"] = [0, number]
    framework, findings = check_content(plain)
    assert framework is None
    assert [one.code for one in findings] == ["E301" if kind == "weight" else "E309"]


def test_a_document_that_was_read_is_not_read_again() -> None:
    held = parse("a: 1")
    assert document(held) is held
