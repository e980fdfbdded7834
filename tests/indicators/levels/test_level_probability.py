"""Probabilities of levels (statistics.md 3)."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from benchmarks.coverage import simulated_city, survey_framework
from indicators.levels.maturity import gate_states, gated_level, level_cuts, level_of
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, load, metric, survey
from tests.indicators.mixed_city import city, mixed


def test_probabilities_of_levels_are_shares_that_sum_to_one() -> None:
    scores = mixed(12)
    for found in (scores.level_probability, scores.score_level_probability):
        assert found.shape == (12, 5)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        assert (found >= 0).all()


def test_gates_move_probability_downwards_and_never_up() -> None:
    scores = mixed(12)
    gated = np.cumsum(scores.level_probability, axis=1)
    free = np.cumsum(scores.score_level_probability, axis=1)
    assert (gated >= free - 1e-12).all()
    assert (gated > free + 0.01).any()


def test_a_department_of_records_alone_has_its_level_for_certain() -> None:
    framework = framework_of([metric("A")], gates=[{"id": "G", "kind": "weakest-factor"}])
    scores = score(evidence_of(framework, {"d": {"A": 61.0}}), framework, draws=100)
    assert scores.level_probability[0].tolist() == [0, 0, 0, 1, 0]


@pytest.mark.parametrize(("count", "basis"), [(7, "unadjusted"), (8, "adjusted")])
def test_with_fewer_than_eight_departments_probabilities_are_unadjusted(
    count: int, basis: str
) -> None:
    assert mixed(count).probability_basis == basis


def test_unadjusted_probabilities_are_the_shares_of_the_raw_draws() -> None:
    framework = framework_of([survey("A1", "a1", "-a2"), survey("A2", "b1")])
    scores = score(evidence_of(framework, answers=city(3)), framework, draws=500, keep_draws=True)
    assert scores.draws is not None
    drawn = scores.draws[:, :, 0].astype(float)
    for d in range(3):
        shares = [((drawn[:, d] >= 20 * k) & (drawn[:, d] < 20 * (k + 1))).mean() for k in range(5)]
        np.testing.assert_allclose(scores.level_probability[d], shares, atol=0.004)


def test_adjusted_probabilities_are_nearer_the_city_than_the_raw_ones() -> None:
    """Ten departments alike in truth, five people each: raw draws spread over levels."""
    framework = framework_of([survey("A1", "a1")])
    random = np.random.default_rng(4)
    answers = {
        f"d{k}": [[float(x)] for x in np.clip(np.rint(random.normal(3.0, 1.0, 5)), 1, 5)]
        for k in range(10)
    }
    scores = score(evidence_of(framework, answers=answers), framework, draws=2000, keep_draws=True)
    assert scores.draws is not None
    raw = ((scores.draws[:, :, 0] >= 40) & (scores.draws[:, :, 0] < 60)).mean(axis=0)
    assert scores.score_level_probability[:, 2].mean() > raw.mean() + 0.15


@cache
def stated_and_true() -> tuple[np.ndarray, np.ndarray]:
    """Stated probabilities (N, L) and true gated levels (N,) of departments of at most 15 people.

    From simulated cities whose true scores are known; 15 cities of 36 such departments.
    """
    content = json.loads(survey_framework().to_json()) | {
        "gates": [
            {"id": "G1", "kind": "weakest-factor", "allow": 0},
            {"id": "G2", "kind": "coordination", "level": 4, "at_least": 0.78},
            {"id": "G3", "kind": "minimum", "level": 4, "nodes": {"P1": 58, "I1": 58}},
        ]
    }
    framework = load(content)
    nothing = np.zeros(0)
    stated, levels = [], []
    for k in range(15):
        generator = np.random.Generator(np.random.Philox(key=[9, k]))
        evidence, truth, sizes = simulated_city(framework, generator)
        scores = score(evidence, framework, draws=400, seed=k)
        states = gate_states(framework, truth, nothing, nothing.astype(bool))
        level = gated_level(level_of(truth[:, 0], level_cuts(framework)), states)
        stated.append(scores.level_probability[sizes <= 15])
        levels.append(level[sizes <= 15])
    return np.concatenate(stated), np.concatenate(levels)


def test_a_stated_probability_comes_true_about_as_often_as_it_says() -> None:
    """540 departments at about .82: 3.5 standard errors are .06."""
    stated, level = stated_and_true()
    hit = stated.argmax(axis=1) + 1 == level
    assert stated.max(axis=1).mean() == pytest.approx(hit.mean(), abs=0.06)


def test_stated_probabilities_sum_to_the_numbers_of_departments_at_each_level() -> None:
    """Level 3 is true of .13, where raw draws state .30; 3.5 standard errors are at most .065."""
    stated, level = stated_and_true()
    shares = [(level == k).mean() for k in range(1, 6)]
    np.testing.assert_allclose(stated.mean(axis=0), shares, rtol=0, atol=0.065)
