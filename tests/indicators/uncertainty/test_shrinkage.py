"""Empirical Bayes estimates of departments' true values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.uncertainty.shrinkage import empirical_bayes

# Rubin 1981, coaching in eight schools: effects and standard errors.
SCHOOLS = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
ERRORS = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def integrated(y: np.ndarray, v: np.ndarray, top: float) -> tuple[np.ndarray, np.ndarray]:
    """Posterior moments for y_d ~ N(θ_d, v_d), θ_d ~ N(μ, τ²), flat on μ and on τ ≤ top."""
    taus = np.linspace(1e-6, top, 20_001)
    logs, means, squares = [], [], []
    for tau in taus:
        precision = 1 / (v + tau**2)
        mu = (precision * y).sum() / precision.sum()
        logs.append(
            -0.5 * np.log(precision.sum())
            + 0.5 * np.log(precision).sum()
            - 0.5 * (precision * (y - mu) ** 2).sum()
        )
        shrink = v / (v + tau**2)
        mean = shrink * mu + (1 - shrink) * y
        means.append(mean)
        squares.append(v * (1 - shrink) + shrink**2 / precision.sum() + mean**2)
    weight = np.exp(np.array(logs) - max(logs))
    weight /= weight.sum()
    mean = weight @ np.array(means)
    return mean, np.sqrt(weight @ np.array(squares) - mean**2)


def test_the_eight_schools_have_the_posterior_integrated_by_hand() -> None:
    mean, sd = empirical_bayes(SCHOOLS, ERRORS**2)
    by_hand = integrated(SCHOOLS, ERRORS**2, 3 * SCHOOLS.std(ddof=1))
    np.testing.assert_allclose(mean, by_hand[0], atol=0.02)
    np.testing.assert_allclose(sd, by_hand[1], atol=0.02)


def test_the_eight_schools_are_near_the_published_posterior_medians() -> None:
    """Gelman et al., Bayesian Data Analysis, table 5.3; medians, with any τ allowed."""
    published = [10, 8, 7, 8, 5, 6, 10, 8]
    mean, sd = empirical_bayes(SCHOOLS, ERRORS**2)
    np.testing.assert_allclose(mean, published, rtol=0, atol=1.5)
    assert ((sd > 5) & (sd < 10)).all()


def test_where_departments_cannot_be_told_apart_the_spread_is_not_taken_as_nought() -> None:
    """A τ² put to zero would give all the same mean, and nearly no uncertainty."""
    y = np.array([50.0, 51.0, 49.0, 50.5, 49.5, 50.2, 49.8, 50.0])
    mean, sd = empirical_bayes(y, np.full(8, 25.0))
    assert np.ptp(mean) > 0
    assert (sd > np.sqrt(25.0 / 8)).all()


def test_a_department_that_is_known_exactly_stays_where_it_is() -> None:
    variance = ERRORS**2
    variance[3] = 0.0
    mean, sd = empirical_bayes(SCHOOLS, variance)
    assert mean[3] == pytest.approx(SCHOOLS[3], abs=1e-4)
    assert sd[3] == pytest.approx(0, abs=1e-2)


def test_equal_values_are_left_alone() -> None:
    mean, _ = empirical_bayes(np.full(9, 42.0), np.full(9, 4.0))
    np.testing.assert_allclose(mean, 42.0)


@given(st.integers(0, 2**32), st.integers(8, 40), st.floats(0.1, 30), st.floats(0, 30))
def test_every_estimate_moves_towards_the_middle_and_the_least_certain_most(
    seed: int, count: int, error: float, spread: float
) -> None:
    random = np.random.default_rng(seed)
    y = random.normal(50, spread + 0.1, count)
    variance = np.full(count, error**2)
    mean, sd = empirical_bayes(y, variance)
    centre = y.mean()
    assert (np.abs(mean - centre) <= np.abs(y - centre) + 1e-9).all()
    assert ((mean - centre) * (y - centre) >= -1e-9).all()
    assert (sd >= 0).all()
    order = np.argsort(y)
    assert (np.diff(mean[order]) >= -1e-9).all()


@given(st.integers(0, 2**32), st.floats(-100, 100), st.floats(0.1, 10))
def test_another_unit_or_zero_of_the_scale_changes_nothing_else(
    seed: int, shift: float, factor: float
) -> None:
    random = np.random.default_rng(seed)
    y, v = random.normal(0, 3, 12), random.uniform(1, 9, 12)
    mean, sd = empirical_bayes(y, v)
    moved, moved_sd = empirical_bayes(shift + factor * y, factor**2 * v)
    np.testing.assert_allclose(moved, shift + factor * mean, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(moved_sd, factor * sd, rtol=1e-6, atol=1e-6)
