"""Probabilities of levels (statistics.md 3)."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric, survey
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
