"""Choices that a framework file makes beyond plain means: judged weights, outliers, imputation."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import yaml

from indicators.framework import load_framework
from indicators.framework.file import check_framework
from indicators.scoring import score
from tests.indicators.frameworks import content_of, evidence_of, metric

SAATY = [["F1", "F2", 2], ["F1", "F3", 3], ["F1", "F4", 4], ["F2", "F3", 2], ["F2", "F4", 3]]
SAATY_LAST = ["F3", "F4", 2]


def four(**top: Any) -> dict[str, Any]:
    return content_of(*([metric(f"x{k}")] for k in range(4)), **top)


def weights_of(weighting: dict[str, Any]) -> tuple[float, ...]:
    return load_framework(yaml.safe_dump(four(weighting=weighting))).node("overall").weights


def ahp(method: str = "ahp", *experts: list[Any], **parts: Any) -> dict[str, Any]:
    listed = experts or ([*SAATY, SAATY_LAST],)
    return {"method": method, "experts": [{"name": "A", "pairs": e} for e in listed], **parts}


def test_comparisons_in_pairs_give_the_golden_weights() -> None:
    """domain.md 5.5: w = (0.4673, 0.2772, 0.1601, 0.0954)."""
    assert weights_of(ahp()) == pytest.approx((0.4673, 0.2772, 0.1601, 0.0954), abs=5e-5)
    assert weights_of(ahp("ahp-geometric")) == pytest.approx(
        np.array([24, 3, 1 / 3, 1 / 24]) ** 0.25 / sum(np.array([24, 3, 1 / 3, 1 / 24]) ** 0.25),
        rel=1e-9,
    )


def test_two_experts_who_contradict_each_other_give_equal_weights() -> None:
    turned = [[b, a, ratio] for a, b, ratio in [*SAATY, SAATY_LAST]]
    assert weights_of(ahp("ahp", [*SAATY, SAATY_LAST], turned)) == pytest.approx((0.25,) * 4)


def test_points_are_shared_out() -> None:
    points = [{"points": {"F1": 40, "F2": 30, "F3": 20, "F4": 10}}, {"points": {
        "F1": 1, "F2": 1, "F3": 1, "F4": 1}}]  # fmt: skip
    found = weights_of({"method": "budget", "experts": points})
    assert found == pytest.approx((0.325, 0.275, 0.225, 0.175))


def test_consistent_ratings_against_best_and_worst_give_their_ratios() -> None:
    expert = {
        "best": "F1",
        "worst": "F4",
        "best_to": {"F2": 2, "F3": 4, "F4": 8},
        "to_worst": {"F1": 8, "F2": 4, "F3": 2},
    }
    found = weights_of({"method": "best-worst", "experts": [expert]})
    assert found == pytest.approx(np.array([8, 4, 2, 1]) / 15, abs=1e-7)


def test_judgements_are_part_of_the_digest() -> None:
    plain = load_framework(yaml.safe_dump(four()))
    judged = load_framework(yaml.safe_dump(four(weighting=ahp())))
    other = copy.deepcopy(ahp())
    other["experts"][0]["pairs"][0][2] = 3
    changed = load_framework(yaml.safe_dump(four(weighting=other)))
    assert len({plain.digest, judged.digest, changed.digest}) == 3
    assert load_framework(yaml.safe_dump(four(weighting=ahp()))).digest == judged.digest


def test_contradictory_judgements_are_warned_of() -> None:
    circle = [["F1", "F2", 9], ["F2", "F3", 9], ["F3", "F1", 9],
              ["F1", "F4", 1], ["F2", "F4", 1], ["F3", "F4", 1]]  # fmt: skip
    framework, findings = check_framework(yaml.safe_dump(four(weighting=ahp("ahp", circle))))
    assert framework is not None
    assert [finding.code for finding in findings] == ["W302"]


@pytest.mark.parametrize(
    "weighting",
    [
        {"method": "ahp"},
        ahp("ahp", SAATY),
        ahp("ahp", [*SAATY, SAATY_LAST, SAATY_LAST]),
        ahp("ahp", [*SAATY, ["F3", "F9", 2]]),
        {"method": "budget", "experts": [{"points": {"F1": 1}}]},
        {"method": "budget", "experts": [{"points": {"F1": 0, "F2": 0, "F3": 0, "F4": 0}}]},
        {"method": "best-worst", "experts": [{"best": "F1", "worst": "F1"}]},
        {"method": "best-worst", "experts": [{"best": "F1", "worst": "F2", "best_to": {"F3": 2}}]},
    ],
)
def test_incomplete_judgements_are_refused_with_their_place(weighting: dict[str, Any]) -> None:
    framework, findings = check_framework(yaml.safe_dump(four(weighting=weighting)))
    assert framework is None
    assert {finding.code for finding in findings} == {"E317"}
    assert all(finding.where["path"].startswith("weighting") for finding in findings)


def skewed(**top: Any) -> tuple[Any, Any]:
    """20 departments, one far away in x0; x0 scaled by the sample."""
    content = content_of([metric("x0", goalposts="sample"), metric("x1")], **top)
    values = {f"d{k}": {"x0": float(k), "x1": 50.0} for k in range(19)} | {
        "far": {"x0": 500.0, "x1": 50.0}
    }
    framework = load_framework(yaml.safe_dump(content))
    return framework, evidence_of(framework, metrics=values)


def test_an_outlier_is_winsorised_and_recorded() -> None:
    plain_framework, evidence = skewed()
    framework, _ = skewed(outliers={})
    plain, treated = score(evidence, plain_framework), score(evidence, framework)
    column = framework.node_index["x0"]
    ids = [department.id for department in plain.departments]
    next_one, far = ids.index("d18"), ids.index("far")
    assert plain.score[next_one, column] == pytest.approx(100 * 18 / 500)
    assert treated.score[next_one, column] == treated.score[far, column] == pytest.approx(100)
    assert "W403" in {finding.code for finding in treated.findings}
    assert plain_framework.digest != framework.digest


def test_goalposts_are_never_treated() -> None:
    content = content_of([metric("x0", goalposts=[0, 600])], outliers={})
    framework = load_framework(yaml.safe_dump(content))
    values = {f"d{k}": {"x0": float(k)} for k in range(19)} | {"far": {"x0": 500.0}}
    found = score(evidence_of(framework, metrics=values), framework)
    assert found.score[:, framework.node_index["x0"]].max() == pytest.approx(100 * 500 / 600)


@pytest.mark.parametrize(
    ("method", "expected"),
    [("none", 30.0), ("dimension-mean", 30.0), ("group-mean", (30 + 70) / 2)],
)
def test_a_missing_value_is_filled_as_the_framework_says(method: str, expected: float) -> None:
    content = content_of([metric("x0"), metric("x1")], imputation=method)
    framework = load_framework(yaml.safe_dump(content))
    values = {"a": {"x0": 30.0}, "b": {"x0": 10.0, "x1": 70.0}}
    found = score(evidence_of(framework, metrics=values), framework)
    assert found.score[0, 0] == pytest.approx(expected)
    assert found.coverage[0, 0] == pytest.approx(0.5)
    assert "x1" in found.missing[0]
    codes = {finding.code for finding in found.findings}
    assert ("W405" in codes) == (method != "none")


def test_regression_restores_what_follows_from_the_other_indicator() -> None:
    content = content_of([metric("x0"), metric("x1")], imputation="regression")
    framework = load_framework(yaml.safe_dump(content))
    rng = np.random.default_rng(5)
    values = {
        f"d{k}": {"x0": float(x), "x1": float(20 + 0.5 * x)}
        for k, x in enumerate(rng.uniform(10, 90, 20))
    }
    values["gap"] = {"x0": 40.0}
    found = score(evidence_of(framework, metrics=values), framework)
    gap = [department.id for department in found.departments].index("gap")
    assert found.score[gap, framework.node_index["x1"]] == pytest.approx(40, abs=1e-3)
