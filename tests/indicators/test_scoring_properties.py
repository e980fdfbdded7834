"""What must hold of scores under any weights and means: range, order, scale, fixed goalposts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.framework import Framework
from indicators.scores import Scores
from indicators.scoring import score
from tests.indicators.frameworks import content_of, evidence_of, load, metric, survey

MONOTONE = ("arithmetic", "geometric", "harmonic", "power:0.5", "power:-2", "min", "owa:0.3")
IDS = ("a0", "a1", "b0", "b1")


def index(weights: list[float], method: str, scale: float = 1.0, **top: Any) -> Framework:
    rows = [metric(id, w * scale) for id, w in zip(IDS, weights, strict=True)]
    return load(content_of(rows[:2], rows[2:], aggregation=method, **top))


def scored(framework: Framework, *rows: list[float]) -> Scores:
    values = {f"d{k}": dict(zip(IDS, row, strict=True)) for k, row in enumerate(rows)}
    return score(evidence_of(framework, metrics=values), framework, draws=100)


weights = st.lists(st.floats(0.05, 20), min_size=4, max_size=4)
values = st.lists(st.floats(0, 100), min_size=4, max_size=4)


@given(weights, values, st.sampled_from(MONOTONE), st.integers(0, 3), st.floats(0, 50))
def test_raising_an_indicator_lowers_no_node_and_scores_stay_in_range(
    w: list[float], row: list[float], method: str, which: int, step: float
) -> None:
    higher = list(row)
    higher[which] = min(100.0, row[which] + step)
    found = scored(index(w, method), row, higher).score
    assert (found[1] >= found[0] - 1e-9).all()
    assert (found >= -1e-9).all() and (found <= 100 + 1e-9).all()


@given(weights, values, st.sampled_from((*MONOTONE, "mazziotta-pareto")), st.floats(0.01, 100))
def test_only_the_ratios_of_weights_count(
    w: list[float], row: list[float], method: str, scale: float
) -> None:
    plain, scaled = scored(index(w, method), row), scored(index(w, method, scale), row)
    np.testing.assert_allclose(plain.score, scaled.score, atol=1e-9)


@given(values, st.floats(0.01, 50), st.floats(-500, 500))
def test_a_metric_in_other_units_with_goalposts_in_them_scores_the_same(
    row: list[float], factor: float, shift: float
) -> None:
    plain = load(content_of([metric(id) for id in IDS]))
    moved = load(content_of([metric(id, goalposts=[shift, 100 * factor + shift]) for id in IDS]))
    other = [factor * value + shift for value in row]
    np.testing.assert_allclose(scored(plain, row).score, scored(moved, other).score, atol=1e-6)


@given(st.lists(values, min_size=1, max_size=5), values)
def test_a_newcomer_moves_no_score_under_fixed_goalposts(
    rows: list[list[float]], newcomer: list[float]
) -> None:
    framework = index([1, 2, 3, 4], "geometric")
    before, after = scored(framework, *rows), scored(framework, *rows, newcomer)
    np.testing.assert_array_equal(before.score, after.score[: len(rows)])


@given(st.lists(st.integers(1, 5), min_size=2, max_size=9))
def test_an_item_worded_the_other_way_and_answered_the_other_way_scores_the_same(
    answers: list[int],
) -> None:
    plain = load(content_of([survey("s", "s1")]))
    turned = load(content_of([survey("s", "-s1")]))
    found = [
        score(evidence_of(framework, answers={"d": [[a] for a in given_answers]}), framework)
        for framework, given_answers in ((plain, answers), (turned, [6 - a for a in answers]))
    ]
    assert found[0].score[0, 0] == pytest.approx(found[1].score[0, 0])


@given(st.floats(0, 20), st.floats(0, 20))
def test_more_incidents_never_raise_the_level(a: float, b: float) -> None:
    gate = {"id": "G", "kind": "cap", "level": 2, "when": {"indicator": "a0", "value_above": 10}}
    rows = [metric("a0", goalposts=[20, 0], direction="down"), *(metric(id) for id in IDS[1:])]
    framework = load(content_of(rows, gates=[gate]))
    few, many = sorted((a, b))
    found = scored(framework, [few, 90, 90, 90], [many, 90, 90, 90])
    assert found.level[1] <= found.level[0]
