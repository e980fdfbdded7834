"""YAML that is a bomb, and frameworks, catalogues, scenarios and designs with one thing changed."""

from __future__ import annotations

import copy
import functools
import random
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from analysis.measures.catalogue_file import default_catalogue_text, default_scenario_text
from indicators.framework import default_framework_text
from tests.faults.hostile_case import FRESH, ROUND, Case, Content, answers, as_text
from tests.faults.hostile_text import NAMES

DESIGN = """
design: mine
draws: 200
inputs:
  weights: [{nodes: [overall], cv: 0.2}]
  aggregation: [arithmetic, geometric]
  normalisation: [minmax, rank]
  leave-out: [P1-1]
"""

PLAIN = {
    "framework": default_framework_text,
    "measures": default_catalogue_text,
    "scenario": default_scenario_text,
    "design": lambda: DESIGN,
}

WORDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "framework": (
        ("framework", "use", "{case}/y.yaml"),
        ("framework", "show"),
        ("import", "survey", "{case}/x.csv", "--round", FRESH),
        ("score", "--round", FRESH, "--draws", "100"),
    ),
    "measures": (
        ("measures", "use", "{case}/y.yaml"),
        ("measures",),
        ("optimise", "--round", ROUND, "--draws", "100", "--budget", "500"),
    ),
    "scenario": (("simulate", "{case}/y.yaml", "--round", ROUND, "--draws", "100"),),
    "design": (
        ("robustness", "--design", "{case}/y.yaml", "--round", ROUND, "--points", "16"),
    ),
}  # fmt: skip


def cases(chance: random.Random) -> Iterator[Case]:
    for kind, text in PLAIN.items():
        plain = yaml.safe_load(text())
        fresh = _renamed(plain, kind)
        yield _case(f"sound: {kind}", kind, _dumped(fresh), control=True)
        bombs = _bombs(text())
        for name in bombs if kind == "framework" else chance.sample(list(bombs), 16):
            content = bombs[name]
            yield _case(f"{kind}: {name}", kind, content, first=True)
        for number in range(_CHANGED[kind]):
            where, value, content = _mutation(fresh, chance)
            yield _case(f"{kind} {number}: {where} = {value}", kind, content)
    yield from _chosen()


_CHANGED = {"framework": 16, "measures": 14, "scenario": 12, "design": 10}


def _case(
    name: str, kind: str, content: Content, first: bool = False, control: bool = False
) -> Case:
    """``first``: only the command that reads it."""
    words = WORDS[kind][:1] if first else WORDS[kind]
    files: dict[str, Content] = {"y.yaml": content}
    if kind == "framework":
        files["x.csv"] = as_text(answers())
    return Case(name, f"yaml: {kind}", words, files, control=control)


def _renamed(plain: dict[str, Any], kind: str) -> dict[str, Any]:
    """Another version, which may have other content."""
    return {**plain, "version": "9.1"} if kind in ("framework", "measures") else plain


def _dumped(plain: object) -> bytes:
    return yaml.dump(plain, allow_unicode=True, sort_keys=False, Dumper=_Dumper).encode(
        "utf-8", "surrogatepass"
    )


class _Dumper(yaml.SafeDumper):
    """Writes every part in full, and what a reader may take for anything."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _bombs(text: str) -> dict[str, Content]:
    last = text.rstrip()
    laughs = "".join(f"{c}: &{c} [{', '.join(['*' + b] * 9)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True))  # fmt: skip
    merges = "base: &L0 {k: v}\n" + "".join(
        f"L{n}: &L{n} {{<<: [*L{n - 1}, *L{n - 1}], k{n}: v}}\n" for n in range(1, 22)
    )
    return {
        "brackets 20,000 deep": b"[" * 20_000,
        "brackets 300,000 deep": b"[" * 300_000,
        "braces 30,000 deep": b"{a: " * 30_000,
        "dashes 3,000 deep": "\n".join("-  " * n for n in range(1, 1400)).encode(),
        "a sound file and brackets": (last + "\nnote: " + "[" * 60_000).encode(),
        "keys 20,000 deep": b"? " * 20_000,
        "aliases nine levels": ("a: &a [x,x,x,x,x,x,x,x,x]\n" + laughs).encode(),
        "merges 21 levels": merges.encode(),
        "300,000 aliases": ("x: &a 1\ny: [" + "*a," * 300_000 + "]").encode(),
        "alias of itself": b"a: &a [*a]\nframework: *a\nscenario: *a\ninputs: *a",
        "a key that is itself": b"&a {framework: x, ? *a : 1}",
        "tag of Python": b"!!python/object/apply:os.system ['touch outside']",
        "tag within": last.encode() + b"\nnote: !!python/name:os.system x\n",
        "unknown tag": b"!x {a: 1}",
        "binary": b"!!binary aGVsbG8=",
        "an integer of 900,000 digits": b"version: " + b"9" * 900_000,
        "sexagesimal of 300,000": b"version: 1" + b":59" * 100_000,
        "octal and hex": b"version: 0o" + b"7" * 500_000,
        "underscores": b"version: 1" + b"_0" * 300_000,
        "float without end": b"weight: 1e999999999",
        "a date that is none": b"version: 2001-99-99",
        "itself twice": text.encode() + b"\n" + text.encode(),
        "two documents": text.encode() + b"\n---\n" + text.encode(),
        "a nought": text[:100].encode() + b"\0" + text[100:].encode(),
        "empty": b"",
        "only comments": b"# a\n" * 1000,
        "a list": b"[1, 2]",
        "a word": b"x",
        "nothing": b"~",
        "a set and an ordered map": b"a: !!set {b, c}\nd: !!omap [e: 1]",
        "keys that are lists": b"? [a, b]\n: 1",
        "keys that are null": b"~: 1\nframework: x",
        "3 MB": text.encode() + b"#" * 3_000_000,
        "UTF-16": text.encode("utf-16"),
        "GB18030": text.encode("gb18030", "replace"),
        "mark and CRLF": ("\ufeff" + text.replace("\n", "\r\n")).encode(),
        "tabs": text.replace("  ", "\t").encode(),
        "a scalar of 900,000": b"name: " + b"x" * 900_000,
        "a folded scalar": b"name: >\n" + b" x\n" * 200_000,
        "60,000 keys": b"\n".join(b"k%d: 1" % n for n in range(60_000)),
        "long anchors": b"a: &" + b"a" * 500_000 + b" 1",
        "directives": b"%YAML 9.9\n%TAG ! tag:x,2026:\n---\n" + text.encode(),
        "noise": bytes(range(256)) * 40,
        "a workbook": b"PK\x03\x04" + b"\0" * 500,
    }


VALUES: tuple[object, ...] = (
    None, True, "", "x", 0, -1, 1.5, 10**400, 2**63, -(2**63), 1e308, 5e-324, float("nan"),
    float("inf"), [], {}, [[]], ["x"], {"zh": "x"}, {"x": {"y": []}}, "9" * 400, "长" * 5000,
    "[/red]", "<b>", "=1+1", "a\nb", "\u202e", "\u0000", "../x", "overall", "P1", [0, 0], [1, -1],
    "2026-01-01", "1:59", "power:0", "power:nan", "power:1e9", "none", "\ud83d", [None] * 50,
)  # fmt: skip


def _mutation(plain: dict[str, Any], chance: random.Random) -> tuple[str, str, Callable[[], bytes]]:
    """One place of the content, and what stands there instead or is gone."""
    places = list(_places(plain))
    path = chance.choice(places)
    value = chance.choice(VALUES)
    kind = chance.randrange(5)

    def made() -> bytes:
        content = copy.deepcopy(plain)
        around: Any = functools.reduce(lambda part, key: part[key], path[:-1], content)
        if kind == 0:
            del around[path[-1]]
        elif kind == 1 and isinstance(around, list):
            around.append(copy.deepcopy(around[path[-1]]))
        elif kind == 2 and isinstance(around, dict) and isinstance(value, str):
            around[value] = around.pop(path[-1])
        else:
            around[path[-1]] = value
        return _dumped(content)

    told = ("gone", "twice", f"key {str(value)[:12]!r}")[kind] if kind < 3 else repr(value)[:16]
    return ".".join(map(str, path)), told, made


def _places(part: object, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(part, dict | list):
        for key in part if isinstance(part, dict) else range(len(part)):
            yield (*path, key)
            yield from _places(part[key], (*path, key))


def _chosen() -> Iterator[Case]:
    """Changes that a machine would not hit upon."""
    plain = _renamed(yaml.safe_load(default_framework_text()), "framework")
    chosen: dict[str, Callable[[dict[str, Any]], object]] = {
        "weights that are nought": lambda c: [f.__setitem__("weight", 0) for f in c["factors"]],
        "weights of 400 digits": lambda c: [f.__setitem__("weight", 10**400) for f in c["factors"]],
        "weights of 1e308": lambda c: [f.__setitem__("weight", 1e308) for f in c["factors"]],
        "weights that vanish": lambda c: [f.__setitem__("weight", 1e-320) for f in c["factors"]],
        "scale of a billion": lambda c: c["response_scale"].update(min=-(10**9), max=10**9),
        "scale of 127": lambda c: c["response_scale"].update(min=0, max=127, labels={}),
        "scale backwards": lambda c: c["response_scale"].update(min=5, max=1),
        "scale of one": lambda c: c["response_scale"].update(min=1, max=1),
        "range of nothing": lambda c: c.update(normalised_range=[0, 0]),
        "range backwards": lambda c: c.update(normalised_range=[100, 0]),
        "range of 1e308": lambda c: c.update(normalised_range=[-1e308, 1e308]),
        "geometric from nought": lambda c: c.update(aggregation="geometric"),
        "harmonic": lambda c: c.update(aggregation="harmonic"),
        "power of a billion": lambda c: c.update(aggregation="power:1000000000"),
        "500 levels": lambda c: c.update(
            levels=[{"level": n + 1, "from": n / 5, "name": {"zh": "x", "en": "x"}}
                    for n in range(500)],
            gates=[],
        ),
        "one level": lambda c: c.update(levels=c["levels"][:1], gates=[]),
        "all factors the same": lambda c: c.update(factors=[c["factors"][0]] * 4),
        "300 factors": lambda c: c["factors"].extend(_factor(n) for n in range(300)),
    }  # fmt: skip
    for name, change in chosen.items():

        def made(change: Callable = change) -> bytes:
            content = copy.deepcopy(plain)
            change(content)
            return _dumped(content)

        yield _case(f"framework: {name}", "framework", made)
    for number, name in enumerate(NAMES[::6]):
        if name.startswith("{case}") or len(name) > 1000:
            continue
        content = copy.deepcopy(plain)
        part = content["factors"][number % 4]
        {0: content, 1: part, 2: part["dimensions"][0]}[number % 3]["name"] = {
            "zh": name,
            "en": name,
        }
        yield _case(f"framework name {number} {name[:14]!r}", "framework", _dumped(content))
    measures = _renamed(yaml.safe_load(default_catalogue_text()), "measures")
    for number, name in enumerate(NAMES[1:48:8]):
        content = copy.deepcopy(measures)
        content["measures"][0]["name"] = {"zh": name, "en": name}
        yield _case(f"measure name {number} {name[:14]!r}", "measures", _dumped(content))


def _factor(number: int) -> dict[str, Any]:
    def named(id: str, **more: Any) -> dict[str, Any]:
        return {"id": id, "name": {"zh": id, "en": id}, **more}

    text = {"zh": f"q{number}", "en": f"q{number}"}
    item = {"id": f"X{number}-Q", "text": text}
    indicator = named(f"X{number}-I", survey={"items": [item]})
    return named(f"X{number}", dimensions=[named(f"X{number}-D", indicators=[indicator])])
