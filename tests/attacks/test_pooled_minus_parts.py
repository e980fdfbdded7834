"""Attack 1 of trust.md 10.5: what is left of a pooled figure when the shown parts are taken out.

Each attack reads published output only. It is made twice: where withheld departments are still in
what the figures are computed from (the protection switched off, their own rows blanked, as it once
was), where it must succeed, or it would prove nothing; and as the program is, where it must fail.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from scipy.optimize import brentq

import actions.published
from analysis.psychometrics.variance_components import one_way_components
from indicators.uncertainty.shrinkage import empirical_bayes
from survey_data.workspace import batches
from tests.attacks.browser import forget, plain, sent
from tests.attacks.cities import Shape
from tests.attacks.doors import said
from tests.attacks.pairs import pair

Found = tuple[tuple[int, ...], tuple[float, ...]]
CLOSE = 1e-3
TWO = Shape(larger=8, withheld=2, cells=0)
ONE = Shape(larger=8, withheld=1, cells=0, blanks=False)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two withheld departments, of one person and of two."""
    return pair(tmp_path_factory.mktemp("two"), TWO)[0]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One withheld department, of one person."""
    return pair(tmp_path_factory.mktemp("one"), ONE)[0]


SCATTERED = Shape(larger=8, withheld=0, cells=0, blanks=False, scattered=1)


@pytest.fixture(scope="module")
def scattered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A department of many people of whom one answered all questions of a scale."""
    return pair(tmp_path_factory.mktemp("scattered"), SCATTERED)[0]


@contextmanager
def unprotected() -> Iterator[None]:
    """The protection switched off: everybody's answers are what published figures start from."""

    def whole(access: Any, round_id: str, framework: Any = None) -> Any:
        return batches.evidence(access.workspace, round_id, framework)

    with mock.patch.object(actions.published, "published_evidence", whole):
        yield


@cache
def asked(workspace: Path, *arguments: object, protected: bool = True) -> Any:
    """A command's JSON on the round, asked for once."""
    with nullcontext() if protected else unprotected():
        return json.loads(said(workspace, *arguments, "--round", "2025", "--json"))


def estimates(report: dict, scale: str, few: list[str]) -> dict[str, tuple[int, float]]:
    """People and mean of each department on a scale, those withheld left out."""
    rows = report["agreement"][scale]["estimates"]
    return {
        id: (row["n"], row["raw"])
        for id, row in rows.items()
        if id not in few and row["raw"] is not None
    }


def from_variances(report: dict, scale: str, few: list[str]) -> list[Found]:
    """People and means of the withheld departments on a scale, from pooled variances and parts.

    n₀ = (N − Σn²/N)/(k − 1) tells how many people, the REML mean is one linear equation of their
    means, the score equations of τ² and σ² are two more.
    """
    pooled = report["agreement"][scale]
    if pooled["reml"]["at_zero"]:
        return []
    shown = estimates(report, scale, few)
    n = np.array([people for people, _ in shown.values()], float)
    x = np.array([mean for _, mean in shown.values()])
    k = len(shown) + len(few)
    tau, sigma, mu = (pooled["reml"][name] for name in ("between", "within", "mean"))
    found: list[tuple[float, Found]] = []
    for sizes in itertools.product(range(1, 5), repeat=len(few)):
        every = np.r_[n, sizes]
        total = every.sum()
        if abs((total - (every**2).sum() / total) / (k - 1) - pooled["n0"]) > 1e-9:
            continue
        w, hidden = 1 / (tau + sigma / n), 1 / (tau + sigma / np.array(sizes, float))
        away = float(-(w * (x - mu)).sum())
        if len(few) == 1:
            pairs = [(away,)]
        else:
            # u + v = away and u² + v² = rest, of u, v the two weighted distances from the mean.
            whole = w.sum() + hidden.sum()
            squares = (w**2).sum() + (hidden**2).sum()
            rest = whole - squares / whole - (w**2 * (x - mu) ** 2).sum()
            root = np.sqrt(max(2 * rest - away**2, 0.0))
            pairs = [((away + s * root) / 2, (away - s * root) / 2) for s in (1, -1)]
        for some in pairs:
            means = tuple(float(mu + u / p) for u, p in zip(some, hidden, strict=True))
            if all(0.99 <= m <= 5.01 for m in means):
                misfit = _misfit(every, np.r_[x, means], pooled, tau, sigma, mu)
                found.append((misfit, (sizes, means)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _misfit(
    n: np.ndarray, x: np.ndarray, pooled: dict, tau: float, sigma: float, mu: float
) -> float:
    """How far the score equation of σ² is from zero, the spread within taken from F."""
    grand = (n * x).sum() / n.sum()
    within = (n * (x - grand) ** 2).sum() / (len(n) - 1) / pooled["f"]
    spread = within * (n.sum() - len(n))
    w = 1 / (tau + sigma / n)
    return abs(
        (n.sum() - len(n)) / sigma
        - spread / sigma**2
        + (w / n).sum()
        - (w**2 / n).sum() / w.sum()
        - (w**2 / n * (x - mu) ** 2).sum()
    )


def hits(found: list[Found], truth: list[tuple[int, float]]) -> bool:
    """Whether the best solution is the truth, whichever department is which."""
    return bool(found) and any(
        all(n == m and abs(x - y) < CLOSE for (n, x), (m, y) in zip(order, truth, strict=True))
        for order in itertools.permutations(list(zip(*found[0], strict=True)))
    )


def near(found: list[Found], truth: list[tuple[int, float]]) -> bool:
    """Whether any solution holds the number and the mean of any withheld department."""
    return any(
        n == m and abs(x - y) < CLOSE
        for sizes, means in found
        for n, x in zip(sizes, means, strict=True)
        for m, y in truth
    )


def test_of_a_larger_department_few_complete_answers_stay_hidden_too(scattered):
    """Six people answered each question, one of them all three: that one person's mean."""
    name = SCATTERED.names[-1]
    row = asked(scattered, "quality", "--missing", "listwise")["agreement"]["P1"]["estimates"][name]
    assert row["n"] == 1
    truth = [(row["n"], row["raw"])]
    published = asked(scattered, "quality", "--missing", "listwise", "--published")
    assert published["agreement"]["P1"]["estimates"][name]["raw"] is None
    assert not near(from_variances(published, "P1", [name]), truth)


def test_of_a_whole_city_few_complete_answers_stay_hidden_too(tmp_path):
    """Four people are complete on the scale: listwise its items' means would be theirs."""
    workspace = pair(tmp_path, replace(SCATTERED, larger=4, scattered=4))[0]
    ask = ("quality", "--missing", "listwise")
    owner = asked(workspace, *ask)["scales"]["P1"]
    assert owner["n"] == 4 and owner["items"][0]["mean"] is not None
    published = asked(workspace, *ask, "--published")["scales"]["P1"]
    assert published["alpha"] is None
    assert all(item["mean"] is None and item["n"] == 0 for item in published["items"])


@pytest.mark.parametrize("shape", [ONE, TWO], ids=["one withheld", "two withheld"])
def test_pooled_variances_give_away_people_and_means_only_without_protection(request, shape):
    workspace = request.getfixturevalue("one" if shape is ONE else "two")
    owner = asked(workspace, "quality")
    published = asked(workspace, "quality", "--published")
    once = asked(workspace, "quality", "--published", protected=False)
    won = 0
    for scale, agreement in owner["agreement"].items():
        truth = [
            (agreement["estimates"][d]["n"], agreement["estimates"][d]["raw"]) for d in shape.few
        ]
        won += hits(from_variances(once, scale, shape.few), truth)
        assert not near(from_variances(published, scale, shape.few), truth), scale
    assert won >= len(owner["agreement"]) / 2, f"{won} of {len(owner['agreement'])}"


def test_pooled_item_means_give_away_an_answer_only_without_protection(one):
    def answer(report: dict) -> float:
        """Of a question: its pooled mean times everybody, minus the shown departments."""
        pooled = next(i for i in report["scales"]["T2"]["items"] if i["id"] == "T2-2a")
        people = pooled["n"] - sum(n for n, _ in parts)
        if people <= 0:
            return float("nan")
        return (pooled["n"] * pooled["mean"] - sum(n * x for n, x in parts)) / people

    # Its indicator holds nothing else, so that its score is the question's mean.
    parts = [
        (unit["n"], 1 + unit["nodes"]["T2-2"]["score"] / 25)
        for unit in asked(one, "score", "--published")["units"]
        if unit["id"] not in ONE.few
    ]
    owner = next(unit for unit in asked(one, "score")["units"] if unit["id"] in ONE.few)
    truth = 1 + owner["nodes"]["T2-2"]["score"] / 25
    assert not abs(answer(asked(one, "quality", "--published")) - truth) < CLOSE
    once = asked(one, "quality", "--published", protected=False)
    assert answer(once) == pytest.approx(truth, abs=CLOSE)


def test_two_city_means_give_away_a_department_only_without_protection(one):
    def overall(quality: dict, score: dict) -> float:
        """The city with the department times 9, minus the city without it times 8."""
        count = score["city"]["n_departments"]
        without = score["city"]["overall"]["score"]
        return (count + 1) * quality["item_effects"][0]["city"] - count * without

    truth = next(
        u["overall"]["score"] for u in asked(one, "score")["units"] if u["id"] == ONE.few[0]
    )
    score = asked(one, "score", "--published")
    assert score["city"]["n_departments"] == ONE.larger
    published = overall(asked(one, "quality", "--published"), score)
    assert abs(published - truth) > CLOSE
    assert published == pytest.approx(score["city"]["overall"]["score"], abs=1e-6)
    once = asked(one, "quality", "--published", protected=False)
    assert overall(once, score) == pytest.approx(truth, abs=CLOSE)


def from_picture(raw: dict[str, float], shrunken: dict[str, float], n: dict[str, int]) -> float:
    """The mean of one withheld person on a scale of three items, from a picture of all others.

    Of each mean that three answers can have, the spread within that gives the first shown estimate;
    the one that gives all the others too is the person's.
    """
    ids = sorted(raw)
    x, s = np.array([raw[d] for d in ids]), np.array([shrunken[d] for d in ids])
    every = np.r_[np.array([n[d] for d in ids], float), 1.0]
    best = (np.inf, np.nan)
    for total in range(3, 16):
        means = np.r_[x, total / 3]

        def estimated(within: float, means: np.ndarray = means) -> np.ndarray:
            parts = one_way_components(every, means, within)
            return empirical_bayes(means, parts.within / every)[0][:-1]

        grid = np.geomspace(5, 500, 40)
        off = [estimated(within)[0] - s[0] for within in grid]
        for low, high, a, b in zip(grid, grid[1:], off, off[1:], strict=False):
            if a * b < 0:
                within = brentq(lambda w: estimated(w)[0] - s[0], low, high, xtol=1e-11)
                best = min(best, (float(np.abs(estimated(within) - s).max()), total / 3))
    return best[1] if best[0] < 1e-7 else float("nan")


def test_a_picture_s_data_give_away_a_person_only_without_protection(one, monkeypatch):
    monkeypatch.setenv("FOURFOLD_WORKSPACE", str(one))

    def pictured() -> tuple[dict[str, float], dict[str, float]]:
        """Raw and shrunken means of the shown departments, as the browser gets them."""
        forget()
        seen = sent("see/quality.py", {"part": "departments", "scale": "P1", "lang": "zh"})
        chart = next(
            spec
            for message in plain(seen)["messages"]
            if "chart-estimates" in str(message)
            for spec in [
                message.get("delta", {}).get("newElement", {}).get("plotlyChart", {}).get("spec")
            ]
            if spec
        )
        filled, hollow = json.loads(chart)["data"][:2]
        return tuple(
            {
                text.split(":")[0]: value
                for text, value in zip(trace["customdata"], _plain(trace["x"]), strict=True)
                if text.split(":")[0] not in ONE.few
            }
            for trace in (hollow, filled)
        )  # type: ignore[return-value]

    report = asked(one, "quality")
    people = {d: row["n"] for d, row in report["agreement"]["P1"]["estimates"].items()}
    truth = report["agreement"]["P1"]["estimates"][ONE.few[0]]["raw"]
    assert not abs(from_picture(*pictured(), people) - truth) < CLOSE
    with unprotected():
        assert from_picture(*pictured(), people) == pytest.approx(truth, abs=CLOSE)


def _plain(values: Any) -> list[float]:
    """Plotly's list of numbers, which may come as base64."""
    if isinstance(values, dict):
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return values
