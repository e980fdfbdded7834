"""Coupling coordination degrees, against numbers worked by hand and by an R package's formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from indicators.levels.maturity import coordination

NAN = float("nan")
EQUAL = np.ones(4)

shares = hnp.arrays(float, st.integers(2, 6), elements=st.floats(0.01, 1))


# domain.md 5.5 for the first two; the third agrees with the R package mathmodels.
@pytest.mark.parametrize(
    ("u", "standard", "wang"),
    [
        ((0.62, 0.48, 0.55, 0.40), 0.71122490, 0.64759355),
        ((0.9, 0.9, 0.9, 0.1), 0.72084342, 0.61314985),
        ((0.8, 0.6, 0.4, 0.2), 0.6653365824, 0.52455753173),
    ],
)
def test_the_golden_numbers_are_found_again(
    u: tuple[float, ...], standard: float, wang: float
) -> None:
    assert coordination(np.array(u), EQUAL, "standard") == pytest.approx(standard, abs=1e-8)
    assert coordination(np.array(u), EQUAL, "wang2021") == pytest.approx(wang, abs=1e-8)


@pytest.mark.parametrize("variant", ["standard", "wang2021"])
def test_a_factor_at_0_gives_0_and_all_factors_at_0_give_nothing(variant: str) -> None:
    assert coordination(np.array([0.0, 0.5, 0.5, 0.9]), EQUAL, variant) == 0.0
    assert np.isnan(coordination(np.zeros(4), EQUAL, variant))


@pytest.mark.parametrize("variant", ["standard", "wang2021"])
def test_a_missing_factor_gives_nothing(variant: str) -> None:
    assert np.isnan(coordination(np.array([NAN, 0.5, 0.5, 0.9]), EQUAL, variant))


@given(st.floats(0.01, 1), st.integers(1, 6), st.sampled_from(["standard", "wang2021"]))
def test_equal_factors_are_fully_coupled_and_the_degree_is_the_root_of_their_level(
    level: float, count: int, variant: str
) -> None:
    found = coordination(np.full(count, level), np.ones(count), variant)
    assert found == pytest.approx(np.sqrt(level))


@given(shares, st.sampled_from(["standard", "wang2021"]))
def test_the_degree_lies_between_0_and_the_root_of_the_level(u: np.ndarray, variant: str) -> None:
    """D = √(C·T) with C between 0 and 1."""
    found = float(coordination(u, np.ones(len(u)), variant))
    assert 0 <= found <= np.sqrt(u.mean()) * (1 + 1e-12)


@given(shares, st.floats(0.1, 1), st.sampled_from(["standard", "wang2021"]))
def test_the_coupling_does_not_depend_on_the_unit_except_through_wangs_differences(
    u: np.ndarray, factor: float, variant: str
) -> None:
    """D² = C·T: C standard is free of scale; Wang's grows as all factors shrink together."""
    weights = np.ones(len(u))
    c = float(coordination(u, weights, variant)) ** 2 / u.mean()
    scaled = float(coordination(factor * u, weights, variant)) ** 2 / (factor * u.mean())
    if variant == "standard":
        assert scaled == pytest.approx(c, rel=1e-6)
    else:
        assert scaled >= c - 1e-9


def test_weights_count_in_the_level_and_not_in_the_coupling() -> None:
    u = np.array([0.62, 0.48, 0.55, 0.40])
    weights = np.array([4.0, 2.0, 1.0, 1.0])
    level = (4 * 0.62 + 2 * 0.48 + 0.55 + 0.40) / 8
    found = coordination(u, weights, "wang2021")
    assert found == pytest.approx(np.sqrt(0.81829737 * level), abs=1e-8)


def test_leading_axes_are_draws() -> None:
    u = np.random.default_rng(1).uniform(0.1, 1, (3, 5, 4))
    together = coordination(u, EQUAL)
    assert together.shape == (3, 5)
    assert together[2, 3] == pytest.approx(float(coordination(u[2, 3], EQUAL)))
