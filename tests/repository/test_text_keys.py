"""Every text that the code asks for can be said, and every text that can be said is asked for.

A key is written in the code (``say("upload.done")``) or built there (``say(f"meta.{kind}")``). What is
built is read from its f-string: the fixed parts stand as they are, and each part filled in at run
time must be a string that the code writes somewhere. So a key that only looks as if it could be
built (its column was deleted) is found, without a list to keep.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import polib
import pytest

from analysis.diagnosis.coupling import CLASSES
from analysis.diagnosis.outcome_drivers import ZONES
from analysis.portfolio.baselines import RULES as BASELINES
from analysis.quality.checks import RULES as CHECKED
from analysis.robustness.inputs import KINDS as UNCERTAIN
from survey_data.dialects import DIALECTS
from survey_data.dialects.export import Meta
from survey_data.handing_out.expert_sheets import COLUMNS, ENDS
from survey_data.screening.checks import CHECKS

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    *("actions", "analysis", "charts", "cli", "fourfold", "indicators"),
    *("locales", "pages", "reports", "survey_data"),
)
FINDING = re.compile(r"[EWN]\d{3}")
SAYING = ("translate", "say", "text")

Parts = tuple[str | None, ...]
"""An f-string: its fixed parts, None where something is filled in."""

EVERY: dict[str, Iterable[object]] = {
    "coordination.{}": CLASSES,
    "diagnosis.zone-{}": ZONES.values(),
    "dialect.{}": [one.NAME for one in DIALECTS],
    "editor.rule-cap-{}": ("value_above", "value_below", "score_below"),
    "editor.step-{}": range(2, 10),
    "experts.header-{}": COLUMNS,
    "measures.ends-{}": ENDS,
    "meta.{}": get_args(Meta),
    "portfolio.baseline-{}": BASELINES,
    "quality.check-{}": CHECKED,
    "robustness.kind-{}": UNCERTAIN,
    "screen.{}.meaning": CHECKS,
    "screen.{}.name": CHECKS,
}
"""What is filled in, where the code has a list of it: then every member has its text."""


@cache
def keys() -> frozenset[str]:
    catalogues = (ROOT / "locales" / "zh" / "LC_MESSAGES").glob("*.po")
    return frozenset(e.msgid for path in catalogues for e in polib.pofile(str(path)))


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    files = [ROOT / "app.py", *(p for room in CODE for p in (ROOT / room).rglob("*.py"))]
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in files
    )


@cache
def code() -> tuple[tuple[str, ast.AST], ...]:
    """(file, node) of the constants, f-strings and calls of the product's code."""
    return tuple(
        (path, node)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Call))
    )


@cache
def strings() -> frozenset[str]:
    return frozenset(
        node.value
        for _, node in code()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def parts(node: ast.JoinedStr) -> Parts:
    return tuple(str(v.value) if isinstance(v, ast.Constant) else None for v in node.values)


def expression(pattern: Parts) -> str:
    return "".join("(.+)" if part is None else re.escape(part) for part in pattern)


@cache
def patterns() -> tuple[tuple[re.Pattern[str], Parts], ...]:
    """The f-strings with three fixed letters or more: fewer say nothing about a key."""
    found = {parts(node) for _, node in code() if isinstance(node, ast.JoinedStr)}
    found = {one for one in found if sum(c.isalpha() for part in one if part for c in part) >= 3}
    return tuple((re.compile(expression(one)), one) for one in found)


def built(key: str, pattern: Parts) -> bool:
    """Whether the pattern gives the key, filled in with strings of the code."""
    if not pattern:
        return not key
    first, *rest = pattern
    if first is not None:
        return key.startswith(first) and built(key[len(first) :], tuple(rest))
    ends = range(1, len(key) + 1)
    return any(key[:end] in strings() and built(key[end:], tuple(rest)) for end in ends)


def members(pattern: str, filled: Iterable[object]) -> set[str]:
    return {pattern.format(one) for one in filled}


def said(node: ast.expr) -> Iterator[ast.expr]:
    """What a call may be given as its key: itself, or both branches of ``a if x else b``."""
    if isinstance(node, ast.IfExp):
        yield from said(node.body)
        yield from said(node.orelse)
    else:
        yield node


def asked() -> Iterator[tuple[str, ast.expr]]:
    for place, node in code():
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in SAYING:
            yield from ((place, one) for one in said(node.args[0]))


def test_every_key_that_the_code_writes_has_its_text():
    written = {
        (place, one.value)
        for place, one in asked()
        if isinstance(one, ast.Constant) and re.fullmatch(r"[a-z]+\.[\w.-]+", str(one.value))
    }
    assert len(written) > 800
    assert {one for one in written if one[1] not in keys()} == set()


def test_every_key_that_the_code_builds_can_be_one_that_has_a_text():
    built_ones = {
        (place, expression(parts(one))) for place, one in asked() if isinstance(one, ast.JoinedStr)
    }
    assert len(built_ones) > 150
    known = keys()
    empty = {one for one in built_ones if not any(re.fullmatch(one[1], key) for key in known)}
    assert empty == set()


@pytest.mark.parametrize("pattern", EVERY)
def test_every_member_of_a_list_that_keys_are_built_from_has_its_text(pattern):
    asked_for = members(pattern, EVERY[pattern])
    assert asked_for and asked_for - keys() == set()
    assert any(re.fullmatch(regex, one) for regex, _ in patterns() for one in asked_for)


def test_every_code_of_a_finding_says_what_is_wrong_and_how_to_mend_it():
    codes = {one for one in strings() if FINDING.fullmatch(one)}
    assert len(codes) > 150
    assert {f"{c}.{part}" for c in codes for part in ("message", "fix")} - keys() == set()


def test_no_text_waits_for_somebody_who_never_asks():
    known = (
        keys()
        - strings()
        - {one for pattern, filled in EVERY.items() for one in members(pattern, filled)}
    )
    unused = {
        key
        for key in known
        if not any(regex.fullmatch(key) and built(key, pattern) for regex, pattern in patterns())
    }
    assert unused == set()


MAY_SPEAK_CHINESE = {
    "survey_data/answers/": "words and numerals that answers are recognised by",
    "survey_data/dialects/": "headings that a survey tool writes",
    "survey_data/metrics/": "headings, units and periods of ledgers",
    "survey_data/roster/": "headings and endings of departments' names",
    "survey_data/reading/": "delimiters, blanks and bytes that stand for Chinese",
    "survey_data/people_csv.py": "the wide forms of characters that a formula begins with",
    "survey_data/handing_out/expert_sheets.py": "how a filled-in sheet says which ends are meant",
    "survey_data/handing_out/templates.py": "brackets round an id, which the reader looks for",
    "survey_data/demo/": "the names of a made-up city: data",
    "charts/house/labels.py": "marks that no line begins with",
    "charts/house/numbers.py": "the mark of a hidden number",
    "charts/portfolio/words.py": "units of money, which follow from the amount",
    "cli/commands/app.py": "the name of the program",
    "cli/commands/plan.py": "the unit of an option",
    "fourfold/own_packages.py": "the catalogues may be what cannot be imported",
    "fourfold/plans.py": "the unit of costs in a repr",
    "pages/view.py": "each language's name in itself",
}
"""Where Chinese stands in the code, and why: most of it is read, never shown."""


def test_texts_for_people_stand_in_catalogues_and_not_in_the_code():
    speaking = set()
    for path, tree in trees():
        comments = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        speaking |= {
            path
            for one in ast.walk(tree)
            if isinstance(one, ast.Constant)
            and id(one) not in comments
            and re.search("[\u3000-\u303f一-鿿\uff00-\uffef]", str(one.value))
        }
    assert {one for one in speaking if not one.startswith(tuple(MAY_SPEAK_CHINESE))} == set()
    assert [one for one in MAY_SPEAK_CHINESE if not any(f.startswith(one) for f in speaking)] == []
