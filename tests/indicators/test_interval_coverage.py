"""The 90 % interval holds the truth nine times in ten, whatever the number of respondents.

Simulated cities whose truth is known (`benchmarks.coverage`), as statistics.md 2 had them simulated
before the formulas were chosen: .912 .909 .904 .897 .904 at n = 5, 8, 15, 40, 200.
"""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.coverage import OF_EACH_SIZE, SIZES, Covered, coverage

KINDS = ("overall", "factor")


@cache
def small_sample(aggregation: str = "arithmetic") -> dict[tuple[int, str], Covered]:
    return dict(coverage(35, draws=500, aggregation=aggregation))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", SIZES)
def test_intervals_cover_the_truth_at_every_number_of_respondents(n: int, kind: str) -> None:
    """420 intervals of departments a cell: one standard error is .0146 at .90, so ±.05 is 3.4.

    The four factors of a department are not independent: no narrower for them.
    """
    cell = small_sample()[n, kind]
    assert cell.intervals == 35 * OF_EACH_SIZE * (4 if kind == "factor" else 1)
    assert 0.85 <= cell.share <= 0.95


def test_intervals_of_geometric_means_cover_the_truth_as_well() -> None:
    """statistics.md 2: .88-.92; all sizes together 2,100 intervals, standard error .0065."""
    cells = [small_sample("geometric")[n, "overall"] for n in SIZES]
    share = sum(cell.hits for cell in cells) / sum(cell.intervals for cell in cells)
    assert 0.875 <= share <= 0.925


def test_more_respondents_make_narrower_intervals() -> None:
    """The width falls about with the root of n: five times as narrow from 8 to 200."""
    found = small_sample()
    widths = [found[n, "overall"].width / found[n, "overall"].intervals for n in SIZES]
    assert widths == sorted(widths, reverse=True)
    assert widths[1] / widths[4] == pytest.approx(5, rel=0.15)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_over_five_thousand_intervals_a_cell_cover_between_87_and_93_per_cent() -> None:
    found = coverage(420, draws=1000)
    for (n, kind), cell in found.items():
        assert cell.intervals >= 5000
        assert 0.87 <= cell.share <= 0.93, (n, kind, cell.share)
