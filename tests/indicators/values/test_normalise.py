"""Each method against its formula written out, and against numbers worked by other packages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.framework import Metric, Normalisation
from indicators.values.normalise import normalise

NAN = float("nan")

# Six units on five criteria, the last two costs: the matrix on which scikit-criteria 0.10,
# pymcdm 1.4 and pyDecision 5.1 were run; the expected shares are the column formulas by hand.
UNITS = np.array(
    [
        [62.0, 48.0, 71.0, 12.5, 3.1],
        [55.0, 66.0, 58.0, 9.0, 4.4],
        [78.0, 51.0, 64.0, 18.0, 2.2],
        [41.0, 73.0, 49.0, 6.5, 5.0],
        [69.0, 59.0, 80.0, 15.0, 3.6],
        [50.0, 44.0, 55.0, 7.2, 1.9],
    ]
)


def scored(
    values: list[float] | np.ndarray,
    method: str = "goalposts",
    *,
    ends: tuple[float, float] = (0.0, 100.0),
    mean: float = 0.0,
    sd: float = 1.0,
    **metric: object,
) -> np.ndarray:
    score, _ = _scored(values, method, ends=ends, mean=mean, sd=sd, **metric)
    return score


def _scored(
    values: list[float] | np.ndarray,
    method: str,
    *,
    ends: tuple[float, float],
    mean: float = 0.0,
    sd: float = 1.0,
    **metric: object,
) -> tuple[np.ndarray, np.ndarray]:
    return normalise(
        np.asarray(values, dtype=float),
        Metric.model_validate(metric),
        Normalisation.model_validate({"method": method, "mean": mean, "sd": sd}),
        ends,
    )


def clipped(values: list[float], **metric: object) -> list[bool]:
    return _scored(values, "goalposts", ends=(0.0, 100.0), **metric)[1].tolist()


def test_goalposts_are_linear_from_the_value_at_0_to_the_value_at_100() -> None:
    """domain.md 2: 100·clip((x − a)/(b − a), 0, 1), dedicated staff from 0 to 2.0 FTE/100."""
    assert scored([0, 0.5, 1.0, 2.0], goalposts=[0, 2.0]).tolist() == [0, 25, 50, 100]


def test_direction_down_has_its_zero_above() -> None:
    """20 days score 0, 3 days score 100 (contract 2): 11.5 days lie half way."""
    found = scored([20, 11.5, 3], goalposts=[20, 3], direction="down")
    np.testing.assert_allclose(found, [0, 50, 100], atol=1e-12)


def test_a_value_beyond_a_goalpost_is_clipped_and_marked() -> None:
    values = [-1.0, 0.0, 1.0, 2.0, 2.5, NAN]
    found = scored(values, goalposts=[0, 2])
    np.testing.assert_allclose(found, [0, 0, 50, 100, 100, NAN])
    assert clipped(values, goalposts=[0, 2]) == [True, False, False, False, True, False]
    assert clipped([25.0, 2.0], goalposts=[20, 3], direction="down") == [True, True]


def test_heavy_tails_go_by_the_logarithm() -> None:
    """domain.md 2: (ln(1+x) − ln(1+a))/(ln(1+b) − ln(1+a))."""
    values = np.array([0.0, 9.0, 99.0, 999.0])
    expected = 100 * np.log(1 + values) / np.log(1000)
    found = scored(values, goalposts=[0, 999], transform="log1p")
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_an_interval_is_full_inside_its_optimum_and_falls_to_its_outer_zeros() -> None:
    """Share of unconditional sharing, domain.md I5-2: best in [20, 60], 0 at 0 and at 100."""
    unconditional = {"direction": "interval", "optimum": [20, 60], "goalposts": [0, 100]}
    found = scored([0, 5, 20, 40, 60, 70, 100, NAN], **unconditional)
    np.testing.assert_allclose(found, [0, 25, 100, 100, 100, 75, 0, NAN], atol=1e-12)
    assert clipped([-1.0, 0.0, 100.0, 101.0], **unconditional) == [True, False, False, True]


def test_an_optimum_that_reaches_an_outer_zero_has_no_slope_on_that_side() -> None:
    found = scored([0, 10, 60, 80], direction="interval", optimum=[0, 60], goalposts=[0, 100])
    np.testing.assert_allclose(found, [100, 100, 100, 50], atol=1e-12)


def test_scores_lie_on_the_normalised_range() -> None:
    np.testing.assert_allclose(scored([0, 1, 2], goalposts=[0, 2], ends=(1, 100)), [1, 50.5, 100])
    np.testing.assert_allclose(scored([4, 6, 9], "minmax", ends=(1, 100)), [1, 40.6, 100])


@pytest.mark.parametrize("column", range(5))
def test_minmax_spans_the_sample_and_turns_costs_round(column: int) -> None:
    x = UNITS[:, column]
    cost = column >= 3
    span = x.max() - x.min()
    expected = (x.max() - x) / span if cost else (x - x.min()) / span
    found = scored(x, "minmax", direction="down" if cost else "up", goalposts="sample")
    np.testing.assert_allclose(found, 100 * expected, rtol=0, atol=1e-12)


def test_the_published_min_max_matrix_of_four_units_is_found_again() -> None:
    """domain.md 5.5: rows (62,90,12) (48,70,20) (75,85,8) (40,95,15), third column negative."""
    rows = np.array([[62, 90, 12], [48, 70, 20], [75, 85, 8], [40, 95, 15]], dtype=float)
    directions = ("up", "up", "down")
    z = np.stack(
        [scored(rows[:, j], "minmax", direction=directions[j]) / 100 for j in range(3)], axis=1
    )
    shares = z / z.sum(axis=0)
    entropy = -np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1)), 0).sum(axis=0)
    np.testing.assert_allclose(entropy / np.log(4), [0.6909, 0.7773, 0.7493], atol=5e-5)


def test_zscores_have_the_mean_and_spread_asked_for_with_the_sample_deviation() -> None:
    found = scored(UNITS[:, 0], "zscore", mean=100, sd=10)
    assert found.mean() == pytest.approx(100, abs=1e-9)
    assert found.std(ddof=1) == pytest.approx(10, abs=1e-9)


def test_zscores_give_the_penalised_means_of_an_r_package() -> None:
    """Compind 3.4 ``ci_mpi``: z-scores mean 100 sd 10 (ddof 1, costs reversed), M − S·S/M."""
    z = np.stack(
        [
            scored(UNITS[:, j], "zscore", mean=100, sd=10, direction="up" if j < 3 else "down")
            for j in range(5)
        ],
        axis=1,
    )
    mean, spread = z.mean(axis=1), z.std(axis=1, ddof=1)
    published = [99.91333663, 99.00379308, 99.7185293, 95.10118809, 102.1704272, 98.04258914]
    np.testing.assert_allclose(mean - spread**2 / mean, published, rtol=0, atol=1e-8)


TIED = [3.0, NAN, 1.0, 3.0, 7.0]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("rank", [2, NAN, 1, 2, 4]),
        ("borda", [1, NAN, 0, 1, 3]),
        ("percentile-rank", [1 / 3, NAN, 0, 1 / 3, 1]),
        ("distance-to-max", [1 / 3, NAN, 0, 1 / 3, 1]),
    ],
)
def test_methods_of_order_count_only_values_that_are_there_and_ties_take_the_lowest(
    method: str, expected: list[float]
) -> None:
    """contract 2: rank ascending 1..n; borda rank − 1; (rank − 1)/(n − 1); 1 − (max−x)/(max−min)."""
    np.testing.assert_allclose(scored(TIED, method), expected, atol=1e-12)


@pytest.mark.parametrize("method", ["rank", "borda", "percentile-rank", "distance-to-max"])
def test_methods_of_order_put_the_smallest_on_top_where_less_is_better(method: str) -> None:
    values = np.array([3.0, 1.0, 9.0, 7.0])
    np.testing.assert_allclose(
        scored(values, method, direction="down"), scored(-values, method), atol=1e-12
    )
    assert np.argmax(scored(values, method, direction="down")) == 1


@given(
    st.lists(st.one_of(st.none(), st.integers(-50, 50).map(float)), min_size=2, max_size=12).filter(
        lambda values: len({v for v in values if v is not None}) >= 2
    )
)
def test_ranks_are_those_of_pandas_with_method_min(values: list[float | None]) -> None:
    x = np.array([NAN if v is None else v for v in values])
    np.testing.assert_array_equal(scored(x, "rank"), pd.Series(x).rank(method="min"))


SAMPLE_METHODS = ["minmax", "zscore", "rank", "borda", "percentile-rank", "distance-to-max"]


@pytest.mark.parametrize("method", SAMPLE_METHODS)
@pytest.mark.parametrize("values", [[5.0, 5.0, 5.0], [NAN, 5.0, NAN], [NAN, NAN], [5.0]])
def test_a_constant_column_or_a_single_unit_has_no_score_by_the_sample(
    method: str, values: list[float]
) -> None:
    assert np.isnan(scored(values, method)).all()


@pytest.mark.parametrize("method", ["zscore", "rank", "borda", "percentile-rank"])
def test_methods_with_a_scale_of_their_own_are_never_clipped(method: str) -> None:
    score, flags = _scored([1.0, 2.0, 400.0], method, ends=(0.0, 1.0))
    assert not flags.any()
    assert method == "percentile-rank" or score.max() > 1.0


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=20),
)
def test_goalposts_keep_order_and_stay_in_range(a: float, b: float, values: list[float]) -> None:
    if abs(a - b) < 1e-3:
        return
    direction = "up" if a < b else "down"
    x = np.sort(np.array(values))
    found = scored(x, goalposts=[a, b], direction=direction)
    assert ((found >= 0) & (found <= 100)).all()
    steps = np.diff(found if direction == "up" else found[::-1])
    assert (steps >= 0).all()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(0, 100))
def test_under_goalposts_nobody_elses_value_moves_a_score(others: list[float], own: float) -> None:
    alone = scored([own], goalposts=[0, 100])
    together = scored([own, *others], goalposts=[0, 100])
    assert together[0] == alone[0]


def test_leading_axes_are_draws_of_the_same_units() -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    found = scored(values, goalposts=[0, 23])
    assert found.shape == (2, 3, 4)
    np.testing.assert_allclose(found[1, 2], scored(values[1, 2], goalposts=[0, 23]))
