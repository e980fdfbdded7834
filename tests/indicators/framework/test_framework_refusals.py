"""A wrong framework file is refused with every problem at once: code, path, line and fix."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators import framework
from indicators.findings import Refused
from indicators.framework import load_framework
from tests.indicators.frameworks import content_of, metric, survey

Content = dict[str, Any]
Change = Callable[[Content], None]

BASE = content_of(
    [survey("A1", "a1", "-a2"), metric("A2")],
    [metric("B1"), metric("B2", goalposts=[20, 3], direction="down")],
    register=[{"id": "R1", "name": "Incidents"}],
    gates=[
        {"id": "G1", "kind": "minimum", "level": 3, "nodes": {"D1": 50}},
        {"id": "G2", "kind": "cap", "level": 3, "when": {"indicator": "R1", "value_above": 0}},
    ],
)


def indicator(content: Content, factor: int = 0, place: int = 0) -> Content:
    return content["factors"][factor]["dimensions"][0]["indicators"][place]


def record(content: Content) -> Content:
    return indicator(content, 0, 1)["metric"]


A1 = "factors[0].dimensions[0].indicators[0]"
A2 = "factors[0].dimensions[0].indicators[1]"

CASES: list[tuple[str, str, str, Change]] = [
    ("E301", "factors[0].weight", "a negative weight", lambda c: c["factors"][0].update(weight=-1)),
    (
        "E301",
        f"{A2}.weight",
        "an endless weight",
        lambda c: indicator(c, 0, 1).update(weight=float("inf")),
    ),
    (
        "E301",
        f"{A2}.weight",
        "a weight that is no number",
        lambda c: indicator(c, 0, 1).update(weight=float("nan")),
    ),
    (
        "E301",
        "factors",
        "only zero weights",
        lambda c: [factor.update(weight=0) for factor in c["factors"]] and None,
    ),
    ("E302", f"{A2}.id", "an id used twice", lambda c: indicator(c, 0, 1).update(id="A1")),
    (
        "E302",
        f"{A1}.survey.items[0].id",
        "an item called like its indicator",
        lambda c: indicator(c)["survey"]["items"][0].update(id="A1"),
    ),
    (
        "E306",
        f"{A1}.survey.items[0].id",
        "a column of stored answers",
        lambda c: indicator(c, 0, 0)["survey"]["items"][0].update(id="duration"),
    ),
    ("E302", "factors[0].id", "the root's id", lambda c: c["factors"][0].update(id="overall")),
    (
        "E307",
        "gates[0].nodes",
        "a gate on no node",
        lambda c: c["gates"][0].update(nodes={"X9": 50}),
    ),
    (
        "E307",
        "gates[1].when.indicator",
        "a value of an asked indicator",
        lambda c: c["gates"][1].update(when={"indicator": "A1", "value_above": 0}),
    ),
    ("E307", "gates[0].level", "a gate on no level", lambda c: c["gates"][0].update(level=6)),
    (
        "E307",
        "outcomes[0].ref",
        "an outcome of nothing",
        lambda c: c.update(outcomes=[{"ref": "Z"}]),
    ),
    ("E307", "cfa.L", "a latent of no item", lambda c: c.update(cfa={"L": ["a1", "zz"]})),
    ("E308", "version", "no version", lambda c: c.pop("version")),
    ("E308", "levels", "no levels", lambda c: c.pop("levels")),
    ("E308", "factors", "no factors", lambda c: c.update(factors=[])),
    ("E308", f"{A1}.name", "a number for a name", lambda c: indicator(c).update(name=7)),
    (
        "E308",
        f"{A2}.metric.direction",
        "an unknown direction",
        lambda c: record(c).update(direction="left"),
    ),
    ("E309", f"{A2}.metric", "falling goalposts", lambda c: record(c).update(goalposts=[100, 0])),
    (
        "E309",
        "factors[1].dimensions[0].indicators[1].metric",
        "rising goalposts of direction down",
        lambda c: indicator(c, 1, 1)["metric"].update(goalposts=[3, 20]),
    ),
    ("E309", f"{A2}.metric.goalposts", "no goalposts", lambda c: record(c).pop("goalposts")),
    (
        "E309",
        f"{A2}.metric.goalposts",
        "one goalpost",
        lambda c: record(c).update(goalposts=[5]),
    ),
    (
        "E309",
        f"{A2}.metric",
        "an interval without optimum",
        lambda c: record(c).update(direction="interval"),
    ),
    (
        "E309",
        f"{A2}.metric",
        "an optimum outside the goalposts",
        lambda c: record(c).update(direction="interval", optimum=[50, 120]),
    ),
    ("E310", "levels", "cut-offs that fall", lambda c: c.update(levels=c["levels"][::-1])),
    (
        "E310",
        "levels[0]",
        "a first cut-off above the range's end",
        lambda c: c.update(levels=[{"level": 1, "from": 5}, {"level": 2, "from": 50}]),
    ),
    ("E311", "response_scale", "a scale upside down", lambda c: c["response_scale"].update(min=9)),
    (
        "E311",
        "response_scale",
        "a label too few",
        lambda c: c["response_scale"].update(labels={"zh": ["是"] * 4, "en": ["yes"] * 4}),
    ),
    (
        "E311",
        "normalised_range",
        "a range upside down",
        lambda c: c.update(normalised_range=[100, 1]),
    ),
    ("E312", A1, "both sources", lambda c: indicator(c).update(metric={"goalposts": [0, 1]})),
    ("E312", A1, "neither source", lambda c: indicator(c).pop("survey")),
    (
        "E313",
        f"{A2}.metric",
        "ranks of an interval",
        lambda c: record(c).update(direction="interval", optimum=[40, 60], normalisation="rank"),
    ),
    (
        "E313",
        f"{A2}.metric",
        "an error of z-scores",
        lambda c: record(c).update(error_sd=2, normalisation="zscore"),
    ),
    ("E314", "gates[0]", "an unknown gate", lambda c: c["gates"][0].update(kind="toll")),
    (
        "E314",
        "gates[1].when",
        "two bounds in one gate",
        lambda c: c["gates"][1]["when"].update(value_below=3),
    ),
    ("E315", "aggregation", "an unknown mean", lambda c: c.update(aggregation="median")),
    (
        "E315",
        "factors[0].aggregation",
        "power 0",
        lambda c: c["factors"][0].update(aggregation="power:0"),
    ),
    ("E316", f"{A1}.id", "an id with a space", lambda c: indicator(c).update(id="A 1")),
    (
        "E317",
        "weighting",
        "judgements of nobody",
        lambda c: c.update(weighting={"method": "ahp"}),
    ),
    ("E316", "framework", "capitals in its id", lambda c: c.update(framework="My Framework")),
    (
        "E318",
        "factors[0].dimensions[0].indicators",
        "a dimension of nothing",
        lambda c: c["factors"][0]["dimensions"][0].update(indicators=[]),
    ),
]

FILES: list[tuple[str, bytes]] = [
    ("broken YAML", b"framework: [city\nversion: 1"),
    ("a list", b"- framework: x\n- version: 1"),
    ("nothing", b""),
    ("bytes that are no UTF-8", "name: 框架".encode("gb18030")),
    ("more than 1 MiB", b"# " + b"x" * (1024 * 1024)),
    ("a key written twice", b"framework: a\nversion: '1'\nframework: b\n"),
    ("a tag that would run code", b"name: !!python/object/apply:os.getcwd []"),
    (
        "aliases that grow without end",
        b"\n".join(
            [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
            + [b"a%d: &a%d [%s]" % (k, k, b", ".join([b"*a%d" % (k - 1)] * 9)) for k in range(1, 9)]
        ),
    ),
    ("a value that holds itself", b"a: &a [*a]"),
    ("brackets without end", b"a: " + b"[" * 20_000),
]


def refusal(content: bytes | Content) -> Refused:
    given = content if isinstance(content, bytes) else yaml.safe_dump(content).encode()
    with pytest.raises(Refused) as caught:
        load_framework(given)
    return caught.value


def test_the_file_that_the_cases_spoil_is_right() -> None:
    assert load_framework(yaml.safe_dump(BASE)).id == "written"


@pytest.mark.parametrize(
    ("code", "path", "change"),
    [pytest.param(code, path, change, id=f"{code} {name}") for code, path, name, change in CASES],
)
def test_a_wrong_place_is_named_by_code_path_line_and_fix(
    code: str, path: str, change: Change
) -> None:
    content = copy.deepcopy(BASE)
    change(content)
    findings = refusal(content).findings
    found = [f for f in findings if (f.code, f.where["path"]) == (code, path)]
    assert found, [(f.code, f.where) for f in findings]
    assert found[0].severity == "error"
    line = found[0].where["line"]
    assert isinstance(line, int) and 1 <= line <= len(yaml.safe_dump(content).splitlines())
    for text in (found[0].message, found[0].fix):
        assert text["zh"] and text["en"] and text["zh"] != text["en"]
        assert not re.search(r"\{[a-z_]+\}", text["zh"] + text["en"])  # every blank is filled


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in FILES])
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(content: bytes) -> None:
    (finding,) = refusal(content).findings
    assert finding.code == "E305"
    assert finding.message["zh"] and finding.fix["en"]


def test_each_code_that_is_raised_for_a_framework_file_has_a_case_here() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(framework.__path__[0]).glob("*.py"))
    named = set(re.findall(r'"(E3\d\d)"', code))
    assert named == {code for code, *_ in CASES} | {"E305"}


def test_all_problems_are_named_at_once() -> None:
    content = copy.deepcopy(BASE)
    for _, _, name, change in CASES:
        if name in {
            "a negative weight",
            "falling goalposts",
            "an unknown gate",
            "an unknown mean",
            "a scale upside down",
            "no version",
            "an id with a space",
            "an outcome of nothing",
            "cut-offs that fall",
        }:
            change(content)
    codes = {finding.code for finding in refusal(content).findings}
    assert codes >= {"E301", "E307", "E308", "E309", "E310", "E311", "E314", "E315", "E316"}


def test_the_line_is_that_of_the_wrong_place() -> None:
    text = yaml.safe_dump(BASE, sort_keys=False)
    wrong = text.replace("framework: written", "framework: Written")
    (finding,) = refusal(wrong.encode()).findings
    assert finding.where == {"path": "framework", "line": 1}


def test_a_code_that_occurs_twice_is_named_at_both_places() -> None:
    content = copy.deepcopy(BASE)
    indicator(content).update(weight=-1)
    indicator(content, 1).update(weight=-1)
    paths = [f.where["path"] for f in refusal(content).findings if f.code == "E301"]
    assert paths == [f"{A1}.weight", "factors[1].dimensions[0].indicators[0].weight"]
