"""Expert triples against scipy's beta, closed forms and each other."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import betaincinv, ndtr

from analysis.measures.pert import (
    pert_from_quantiles,
    pert_mean,
    pert_quantile,
    pert_sd,
    pick_expert,
    pooled_moments,
    pooled_quantiles,
)

number = st.floats(-100, 100)
triple = st.lists(number, min_size=3, max_size=3).map(sorted)


@given(triple)
@settings(max_examples=40)
def test_the_mean_is_low_plus_four_modes_plus_high_over_six_and_that_of_the_beta(ends):
    low, mode, high = ends
    assume(high - low > 1e-3)
    width = high - low
    beta = stats.beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)
    assert pert_mean(low, mode, high) == pytest.approx((low + 4 * mode + high) / 6)
    assert pert_mean(low, mode, high) == pytest.approx(beta.mean(), abs=1e-9)
    assert pert_sd(low, mode, high) == pytest.approx(beta.std(), rel=1e-9)


@given(triple)
@settings(max_examples=40)
def test_moments_of_the_quantile_function_are_those_stated(ends):
    low, mode, high = ends
    u = (np.arange(20_000) + 0.5) / 20_000
    values = pert_quantile(u, low, mode, high)
    width = high - low
    assert values.mean() == pytest.approx(pert_mean(low, mode, high), abs=1e-4 * width + 1e-12)
    assert values.std() == pytest.approx(float(pert_sd(low, mode, high)), abs=1e-3 * width + 1e-12)
    assert (np.diff(values) >= 0).all() and low <= values[0] and values[-1] <= high


@pytest.mark.parametrize("at", [0.0, 1e-9, 0.03, 0.2, 0.5, 0.77, 0.999, 1.0])
def test_interpolated_quantiles_are_those_of_the_beta_to_a_ten_millionth_of_the_width(at):
    u = ndtr(np.linspace(-8.4, 8.2, 30_011))
    found = pert_quantile(u, 10.0, 10 + 40 * at, 50.0)
    exact = 10 + 40 * betaincinv(1 + 4 * at, 5 - 4 * at, u)
    assert np.abs(found - exact).max() < 1e-7 * 40
    assert np.abs(found - exact).max() > 0, "the table was not used"
    assert (np.diff(found) >= 0).all()


def test_shares_at_and_near_the_ends_are_finite_in_both_ways_of_computing():
    u = np.array([0.0, 1e-300, 1e-100, 1e-31, 1e-29, 1e-17, 1 - 1e-16, 1.0])
    for at in (0.0, 0.3, 1.0):
        few = pert_quantile(u, 0.0, at, 1.0)
        many = pert_quantile(np.concatenate([u, np.full(1000, 0.5)]), 0.0, at, 1.0)[: len(u)]
        assert np.isfinite(few).all() and (np.diff(few) >= 0).all()
        assert few[0] == 0 and few[-1] == 1
        assert many == pytest.approx(few, abs=1e-7)


def test_sixty_effects_of_ten_thousand_draws_take_less_than_three_tenths_of_a_second():
    random = np.random.default_rng(1)
    u, mode = random.random((10_000, 60)), random.random(60)
    pert_quantile(u[:, :2], 0.0, mode[:2], 1.0)
    taken = []
    for _ in range(3):
        start = time.process_time()
        pert_quantile(u, 0.0, mode, 1.0)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.3


def test_a_triple_of_each_effect_broadcasts_over_draws_and_certain_effects_stay_certain():
    u = np.random.default_rng(2).random((3000, 3))
    low, mode, high = (
        np.array([0.0, 2.0, 1.0]),
        np.array([1.0, 2.0, 1.0]),
        np.array([4.0, 2.0, 9.0]),
    )
    found = pert_quantile(u, low, mode, high)
    assert found.shape == (3000, 3) and (found[:, 1] == 2).all()
    for j in range(3):
        alone = pert_quantile(u[:, j], low[j], mode[j], high[j])
        assert found[:, j] == pytest.approx(alone, abs=1e-6)
    assert pert_quantile(0.5, 2, 2, 2) == 2
    assert pert_sd(2, 2, 2) == 0


def test_bad_triples_and_shares_are_refused():
    for bad in ((3, 2, 4), (1, 5, 4), (np.nan, 1, 2), (0, np.nan, 2), (0, 1, np.inf)):
        for function in (pert_mean, pert_sd):
            with pytest.raises(ValueError, match="triple"):
                function(*bad)
        with pytest.raises(ValueError, match="triple"):
            pert_quantile(0.5, *bad)
        with pytest.raises(ValueError, match="triple"):
            pert_from_quantiles(*bad)
    for share in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="share"):
            pert_quantile(share, 0, 1, 2)
    with pytest.raises(ValueError, match="shares of the ends"):
        pert_from_quantiles(0, 1, 2, at=(0.9, 0.1))


@given(triple, st.sampled_from([(0.05, 0.95), (0.1, 0.9), (0.0, 0.95), (0.25, 0.6)]))
@settings(max_examples=30, deadline=None)
def test_a_pert_fitted_to_quantiles_has_them_and_keeps_the_mode(ends, at):
    low, mode, high = ends
    assume(high - low > 1e-3)
    a, m, b = pert_from_quantiles(low, mode, high, at)
    assert m == mode and a <= low and b >= high
    width = high - low
    assert pert_quantile(at[0], a, m, b) == pytest.approx(low, abs=1e-7 * width)
    assert pert_quantile(at[1], a, m, b) == pytest.approx(high, abs=1e-7 * width)


def test_limits_given_as_limits_come_back_and_columns_are_fitted_each():
    assert pert_from_quantiles(1, 2, 5, at=(0, 1)) == pytest.approx((1, 2, 5))
    a, m, b = pert_from_quantiles([1.0, 4.0], [2.0, 4.0], [3.0, 4.0])
    assert (a[1], m[1], b[1]) == (4, 4, 4)
    # Symmetric: half of the width over that of the middle 90 % of a beta(3, 3).
    half = 1 / (1 - 2 * stats.beta(3, 3).ppf(0.05))
    assert (a[0], b[0]) == pytest.approx((2 - half, 2 + half))


def test_pooled_experts_keep_their_disagreement():
    triples = np.array([[0.0, 1.0, 2.0], [8.0, 9.0, 10.0]])
    u, v = np.random.default_rng(3).random((2, 40_000))
    pick = pick_expert(v, 2)
    assert np.bincount(pick) / 40_000 == pytest.approx([0.5, 0.5], abs=0.02)
    drawn = pooled_quantiles(u, pick, triples)
    mean, spread, disagreement = pooled_moments(triples)
    means, spreads = pert_mean(*triples.T), pert_sd(*triples.T)
    assert mean == pytest.approx(means.mean()) == pytest.approx(5)
    assert spread**2 == pytest.approx((spreads**2 + means**2).mean() - mean**2)
    assert disagreement == pytest.approx(16 / spread**2)
    assert drawn.mean() == pytest.approx(mean, abs=0.1)
    assert drawn.std() == pytest.approx(spread, abs=0.05)
    assert not ((drawn > 2) & (drawn < 8)).any()
    assert drawn[pick == 1] == pytest.approx(pert_quantile(u[pick == 1], 8, 9, 10), abs=1e-6)


def test_pools_refuse_what_is_no_expert():
    triples = np.array([[0.0, 1.0, 2.0]])
    assert pick_expert([0.0, 1.0], 3).tolist() == [0, 2]
    assert pooled_moments(np.ones((2, 3)))[1:] == (0, 0)
    for pick, match in (([1], "between 0 and 0"), ([-1], "between"), ([0.0], "whole")):
        with pytest.raises(ValueError, match=match):
            pooled_quantiles([0.5], pick, triples)
    with pytest.raises(ValueError, match="shape"):
        pooled_quantiles([0.5], [0], triples[0])
    with pytest.raises(ValueError, match="picked"):
        pick_expert([0.5], 0)
