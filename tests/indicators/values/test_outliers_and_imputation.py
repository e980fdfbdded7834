"""Outliers, imputation and benefit of the doubt: against R, closed forms and linear programmes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from indicators.values.imputation import em_moments, impute
from indicators.values.outliers import excess_kurtosis, skewness, treat
from indicators.weighting.benefit_of_doubt import bounded_weights, frontier_scores

REFERENCE = Path(__file__).parents[2] / "reference"
NAN = float("nan")
DOUBLING = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100])


def test_skewness_and_kurtosis_are_those_of_r() -> None:
    """psych 2.2.9: skew(x, type = 2), kurtosi(x, type = 2) of airquality$Ozone."""
    ozone = pd.read_csv(REFERENCE / "airquality.csv")["Ozone"].dropna().to_numpy()
    assert skewness(ozone) == pytest.approx(1.24179640441, abs=1e-10)
    assert excess_kurtosis(ozone) == pytest.approx(1.2903026785, abs=1e-9)


def test_a_few_outliers_are_winsorised_to_the_next_value() -> None:
    """The example in the manual of COINr's `winsorise`: 1 … 10, 30, 100, both ends become 10."""
    values, done = treat(DOUBLING)
    assert done is not None and done.method == "winsorised"
    assert values.max() == (10 if done.units == 2 else 30)
    assert abs(skewness(values)) <= 2 or excess_kurtosis(values) <= 3.5


def test_where_too_many_would_change_logarithms_are_taken_of_the_original() -> None:
    x = np.exp(np.linspace(0, 14, 40))
    values, done = treat(x, most=2)
    assert done is not None and (done.method, done.units) == ("log", 40)
    np.testing.assert_allclose(values, np.log(x - x.min() + 0.01 * (x.max() - x.min())))


def test_what_is_not_skewed_missing_or_too_short_is_left_alone() -> None:
    for x in ([1.0, 2, 3, 4, 5], [1.0, 1, 50], [NAN, NAN], [2.0, 2, 2, 2]):
        values, done = treat(np.array(x))
        assert done is None
        np.testing.assert_array_equal(values, np.array(x))


@given(st.lists(st.floats(-1e4, 1e4), min_size=4, max_size=30), st.integers(0, 6))
def test_treatment_never_turns_the_order_round(values: list[float], most: int) -> None:
    x = np.array(values)
    found, _ = treat(x, most=most)
    order = np.argsort(x, kind="stable")
    assert (np.diff(found[order]) >= -1e-9 * np.abs(x).max(initial=1)).all()


def test_em_moments_are_those_of_r() -> None:
    """lavaan 0.6-14: lavInspect(lavCor(d, missing = "ml", output = "fit"), "h1")."""
    x = pd.read_csv(REFERENCE / "airquality.csv").to_numpy(dtype=float)
    mean, covariance = em_moments(x)
    assert mean[:2] == pytest.approx([41.871, 184.847], abs=2e-3)
    expected = [1044.0186, 942.5298, 8090.7017, -64.6359, -17.3354, 12.3304, 209.5635, 238.0734]
    rows, columns = np.tril_indices(4)
    found = covariance[rows, columns][: len(expected)]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-4)


def test_each_imputation_is_its_mean() -> None:
    values = np.array([[10.0, NAN, 30.0], [20.0, 40.0, NAN], [NAN, 80.0, 60.0]])
    nothing = np.zeros(values.shape, dtype=bool)
    blocks, groups = [[0, 1], [2]], ("a", "a", "b")
    by_dimension = impute(values, "dimension-mean", blocks, groups, nothing)
    np.testing.assert_array_equal(by_dimension, [[10, 10, 30], [20, 40, NAN], [80, 80, 60]])
    by_group = impute(values, "group-mean", blocks, groups, nothing)
    np.testing.assert_array_equal(by_group, [[10, 40, 30], [20, 40, 30], [NAN, 80, 60]])
    absent = nothing.copy()
    absent[0, 1] = True
    assert np.isnan(impute(values, "group-mean", blocks, groups, absent)[0, 1])


def test_a_regression_of_too_few_departments_fills_nothing() -> None:
    values = np.array([[10.0, NAN], [20.0, 40.0], [30.0, 60.0]])
    found = impute(values, "regression", [[0, 1]], ("",) * 3, np.zeros((3, 2), dtype=bool))
    np.testing.assert_array_equal(found, values)


@given(st.integers(0, 2**32), st.integers(2, 12), st.integers(2, 6))
def test_own_weights_are_those_of_the_linear_programme(seed: int, n: int, count: int) -> None:
    random = np.random.default_rng(seed)
    x, given_weights = random.uniform(0, 100, (n, count)), random.dirichlet(np.ones(count))
    weights, score = bounded_weights(x, given_weights)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    nominal = x @ given_weights
    assert (score >= nominal - 1e-9).all()
    for unit in range(n):
        bounds = [(0.5 * w, 1.5 * w) for w in given_weights]
        best = linprog(-x[unit], A_eq=np.ones((1, count)), b_eq=[1], bounds=bounds)
        assert score[unit] == pytest.approx(-best.fun, abs=1e-7)


def test_a_missing_column_leaves_its_weight_to_the_others() -> None:
    weights, score = bounded_weights(np.array([[80.0, NAN, 40.0]]), np.array([1.0, 2.0, 1.0]))
    np.testing.assert_allclose(weights, [[0.75, 0, 0.25]])
    assert score == pytest.approx([70.0])


@given(st.integers(0, 2**32))
def test_the_classical_form_puts_the_best_of_each_column_at_one(seed: int) -> None:
    """Units that no mixture of others beats in everything score 1, all others below."""
    x = np.random.default_rng(seed).uniform(1, 100, (8, 3))
    found = frontier_scores(x)
    assert (found <= 1 + 1e-9).all()
    assert found[x.argmax(axis=0)] == pytest.approx(np.ones(3))
    half = np.vstack([x, x[int(found.argmax())] / 2])
    assert frontier_scores(half)[-1] == pytest.approx(0.5)
