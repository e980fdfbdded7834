"""The studentised range: printed tables, an independent integration, and how it moves."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from analysis.comparison.studentised_range import studentised_range_sf

# Upper 5 % and 1 % points of printed tables (Harter 1960), three or four digits.
PRINTED = [
    (2, 10, 3.151, 0.05),
    (3, 10, 3.877, 0.05),
    (5, 5, 5.673, 0.05),
    (10, 20, 5.008, 0.05),
    (20, 60, 5.241, 0.05),
    (3, 10, 5.270, 0.01),
    (10, 20, 6.086, 0.01),
]


@pytest.mark.parametrize(("groups", "df", "q", "p"), PRINTED)
def test_points_of_printed_tables(groups: int, df: int, q: float, p: float) -> None:
    assert studentised_range_sf(np.array([q]), groups, np.array([df])) == pytest.approx(p, rel=2e-3)


@pytest.mark.parametrize("groups", [2, 3, 12, 42, 150])
def test_another_integration_gives_the_same(groups: int) -> None:
    q = np.array([0.3, 2.0, 4.5, 7.0, 3.0])
    df = np.array([1.3, 3.0, 8.6, 57.2, 900.0])
    expected = scipy.stats.studentized_range.sf(q, groups, df)
    assert studentised_range_sf(q, groups, df) == pytest.approx(expected, abs=1e-8)


def test_two_groups_are_student_t() -> None:
    q, df = np.linspace(0, 30, 61), np.linspace(1, 200, 61)
    expected = 2 * scipy.stats.t.sf(q / np.sqrt(2), df)
    assert studentised_range_sf(q, 2, df) == pytest.approx(expected, abs=1e-9)


@given(
    st.floats(0, 100), st.floats(0, 5), st.integers(2, 200), st.floats(1, 1e5), st.integers(0, 50)
)
def test_a_wider_range_is_rarer_and_more_groups_spread_further(
    q: float, further: float, groups: int, df: float, more: int
) -> None:
    near, far = studentised_range_sf(np.array([q, q + further]), groups, np.array([df, df]))
    assert 0 <= far <= near + 1e-9 and near <= 1
    wider = studentised_range_sf(np.array([q]), groups + more, np.array([df]))[0]
    assert wider >= near - 1e-9
