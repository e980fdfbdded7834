"""Weights and rankings against packages that agree, published numbers, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.comparison.rankings import (
    copeland,
    grey_relation,
    promethee,
    spotis,
    topsis,
    vikor,
)
from indicators.weighting.pairwise import (
    best_worst_weights,
    consistency,
    eigenvector_weights,
    geometric_mean_weights,
    joint_judgement,
    worst_triple,
)
from indicators.weighting.weights import (
    balanced_weights,
    bootstrap_weights,
    budget_allocation,
    component_weights,
    critic_weights,
    deviation_weights,
    entropy_weights,
    gini_weights,
)
from tests.reference.composite import CASE, SIGN, W, X, min_max

seeds = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("entropy_weights", entropy_weights(X)),
        ("critic_weights", critic_weights(min_max(X, SIGN))),
        ("gini_weights", gini_weights(X)),
        ("std_weights_raw", deviation_weights(X)),
        ("topsis", topsis(X, SIGN, W)),
    ],
)
def test_values_are_those_on_which_packages_agree(name, ours):
    assert ours == pytest.approx(CASE[name]["value"], abs=1e-8)


def test_rankings_are_those_on_which_packages_agree():
    shares = min_max(X, SIGN)
    ends = (np.ones(5), np.zeros(5))
    expected = CASE["topsis"]["minmax_variant"]["value"]
    assert topsis(shares, np.ones(5), W, ends) == pytest.approx(expected, abs=1e-8)
    compromise = vikor(X, SIGN, W)
    for name, values in (("S", compromise.s), ("R", compromise.r), ("Q", compromise.q)):
        assert values == pytest.approx(CASE["vikor"][name], abs=1e-8)
    usual = promethee(X, SIGN, W)
    assert usual.net == pytest.approx(CASE["promethee2_usual"]["net"], abs=1e-8)


def test_the_hierarchy_process_gives_the_published_weights_and_consistency():
    given = CASE["ahp"]
    matrix = np.array(given["matrix"])
    expected = given["principal_eigenvector"]["value"]
    assert eigenvector_weights(matrix) == pytest.approx(expected, abs=1e-8)
    mean = given["geometric_mean"]["value"]
    assert geometric_mean_weights(matrix) == pytest.approx(mean, abs=1e-8)
    found = consistency(matrix)
    assert found.eigenvalue == pytest.approx(given["lambda_max"], abs=1e-8)
    assert found.ratio == pytest.approx(given["CR"]["RI_0.90_pyDecision"], abs=1e-8)
    golden = np.array(
        [[1, 2, 3, 4], [1 / 2, 1, 2, 3], [1 / 3, 1 / 2, 1, 2], [1 / 4, 1 / 3, 1 / 2, 1]]
    )
    weights = eigenvector_weights(golden)
    assert weights == pytest.approx([0.4673, 0.2772, 0.1601, 0.0954], abs=5e-5)
    assert consistency(golden).ratio == pytest.approx(0.011475, abs=5e-7)
    assert consistency(golden, "simulated").ratio == pytest.approx(0.011604, abs=5e-7)


def test_golden_numbers_of_a_matrix_with_a_negative_column():
    x = np.array([[62, 90, 12], [48, 70, 20], [75, 85, 8], [40, 95, 15]], dtype=float)
    z = min_max(x, np.array([1, 1, -1]))
    assert entropy_weights(z) == pytest.approx([0.3950, 0.2846, 0.3204], abs=5e-5)
    assert critic_weights(z) == pytest.approx([0.3712, 0.4411, 0.1878], abs=5e-5)
    ends = (np.ones(3), np.zeros(3))
    found = topsis(z, np.ones(3), entropy_weights(z), ends)
    assert found == pytest.approx([0.6771, 0.1465, 0.8249, 0.4184], abs=5e-5)


@given(seeds, st.integers(3, 12), st.integers(2, 6))
@settings(max_examples=30)
def test_weights_are_shares_and_do_not_depend_on_the_order_of_units_or_columns(seed, n, count):
    random = np.random.default_rng(seed)
    z = random.uniform(size=(n, count))
    rows, columns = random.permutation(n), random.permutation(count)
    for method in (
        entropy_weights,
        critic_weights,
        deviation_weights,
        gini_weights,
        component_weights,
    ):
        weights = method(z)
        assert weights.sum() == pytest.approx(1)
        assert (weights >= 0).all()
        assert method(z[rows]) == pytest.approx(weights)
        assert method(z[:, columns]) == pytest.approx(weights[columns], abs=1e-9)


def test_a_column_that_does_not_differ_weighs_nothing():
    z = np.random.default_rng(1).uniform(size=(20, 3))
    z[:, 1] = 0.4
    for method in (entropy_weights, critic_weights, deviation_weights, component_weights):
        assert method(z)[1] == pytest.approx(0, abs=1e-12)
    assert entropy_weights(np.full((5, 3), 0.2)) == pytest.approx(np.full(3, 1 / 3))
    zero = np.array([[0.0, 1.0], [0.0, 0.5], [1.0, 0.2]])
    assert np.isfinite(entropy_weights(zero)).all()
    with pytest.raises(ValueError, match="negative"):
        entropy_weights(zero - 1)
    with pytest.raises(ValueError, match="negative"):
        gini_weights(zero - 1)


def test_a_data_driven_weight_of_few_units_is_uncertain_and_of_many_less_so():
    random = np.random.default_rng(3)
    ranges = []
    for n in (12, 60):
        z = random.uniform(size=(n, 4))
        drawn = bootstrap_weights(z, entropy_weights, 400, np.random.default_rng(5))
        assert drawn.sum(axis=1) == pytest.approx(np.ones(400))
        low, high = np.quantile(drawn[:, 0], (0.05, 0.95))
        ranges.append(high - low)
    assert ranges[0] > 1.5 * ranges[1]


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_balanced_weights_bring_correlations_nearer_together(seed):
    random = np.random.default_rng(seed)
    z = random.normal(size=(60, 4)) @ np.diag([1, 2, 3, 1]) + random.normal(size=(60, 1))
    weights, converged = balanced_weights(z)

    def apart(w: np.ndarray) -> float:
        r = np.array([np.corrcoef(z[:, j], z @ w)[0, 1] for j in range(4)])
        return float((((r / r.sum()) - 0.25) ** 2).sum())

    assert converged
    assert apart(weights) <= apart(np.full(4, 0.25)) + 1e-12
    assert apart(weights) < 1e-6


@given(seeds, st.integers(3, 7))
@settings(max_examples=25)
def test_consistent_judgements_return_the_weights_behind_them(seed, n):
    weights = np.random.default_rng(seed).uniform(0.1, 1, size=n)
    weights /= weights.sum()
    matrix = weights[:, None] / weights
    assert eigenvector_weights(matrix) == pytest.approx(weights)
    assert geometric_mean_weights(matrix) == pytest.approx(weights)
    assert consistency(matrix).ratio == pytest.approx(0, abs=1e-9)
    assert joint_judgement(np.stack([matrix, matrix])) == pytest.approx(matrix)
    found, distance = best_worst_weights(weights.max() / weights, weights / weights.min())
    assert found == pytest.approx(weights, abs=1e-7)
    assert distance == pytest.approx(0, abs=1e-9)


def test_the_judgement_that_does_not_fit_is_named_with_what_would():
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    matrix = weights[:, None] / weights
    matrix[0, 3], matrix[3, 0] = 1 / 4, 4
    worst = worst_triple(matrix)
    assert worst is not None and (worst.i, worst.k) == (0, 3)
    assert worst.suggested == pytest.approx(4)
    assert consistency(matrix).ratio > 0.1
    with pytest.raises(ValueError, match="reciprocal"):
        eigenvector_weights(np.array([[1.0, 2.0], [2.0, 1.0]]))
    with pytest.raises(ValueError, match="positive"):
        consistency(np.array([[1.0, -2.0], [-0.5, 1.0]]))


def test_points_become_shares_expert_by_expert():
    assert budget_allocation(np.array([[60, 40], [10, 30]])) == pytest.approx([0.425, 0.575])
    with pytest.raises(ValueError, match="every expert"):
        budget_allocation(np.array([[0.0, 0.0]]))


@given(seeds)
@settings(max_examples=30)
def test_the_best_unit_in_everything_is_first_everywhere_and_a_newcomer_moves_no_fixed_score(seed):
    random = np.random.default_rng(seed)
    x = random.uniform(10, 80, size=(6, 4))
    x[2] = 90
    weights = random.dirichlet(np.ones(4))
    up = np.ones(4)
    best, worst = np.full(4, 100.0), np.zeros(4)
    fixed = topsis(x, up, weights, (best, worst))
    assert int(fixed.argmax()) == int(topsis(x, up, weights).argmax()) == 2
    assert int(vikor(x, up, weights).q.argmin()) == 2
    assert int(promethee(x, up, weights).net.argmax()) == 2
    assert int(copeland(x, up, weights).argmax()) == 2
    assert int(spotis(x, weights, best, worst).argmin()) == 2
    assert int(grey_relation(x, best, weights).argmax()) == 2
    longer = np.vstack([x, random.uniform(0, 100, size=(1, 4))])
    assert topsis(longer, up, weights, (best, worst))[:6] == pytest.approx(fixed)
    assert spotis(longer, weights, best, worst)[:6] == pytest.approx(
        spotis(x, weights, best, worst)
    )
    assert promethee(x, up, weights).net.sum() == pytest.approx(0)
    assert ((fixed >= 0) & (fixed <= 1)).all()


def test_units_that_do_not_differ_have_no_ranking_and_nothing_is_divided_by_nought():
    x = np.full((3, 2), 5.0)
    assert np.isnan(topsis(x, np.ones(2), np.full(2, 0.5))).all()
    assert (vikor(x, np.ones(2), np.full(2, 0.5)).q == 0).all()
    assert (promethee(x, np.ones(2), np.full(2, 0.5)).net == 0).all()
    assert (grey_relation(x, np.full(2, 5.0), np.full(2, 0.5)) == 1).all()
