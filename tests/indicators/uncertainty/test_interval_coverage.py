"""The 90 % interval holds the truth nine times in ten, whatever the number of respondents.

Simulated cities whose truth is known (`benchmarks.coverage`), as statistics.md 2 had them simulated
before the formulas were chosen: .912 .909 .904 .897 .904 at n = 5, 8, 15, 40, 200. With a known
roster the truth is the score of everybody's complete answers.
"""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.coverage import (
    BLANK,
    OF_EACH_SIZE,
    RESPONSE,
    ROSTERED,
    SIZES,
    STAFF,
    Covered,
    coverage,
    roster_coverage,
)

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
    widths = [found[n, "overall"].mean_width for n in SIZES]
    assert widths == sorted(widths, reverse=True)
    assert widths[1] / widths[4] == pytest.approx(5, rel=0.15)


@pytest.mark.parametrize(
    ("staff", "response", "blank"), [(20, 1.0, 0.05), (60, 1.0, 0.3), (20, 0.95, 0.15)]
)
def test_intervals_of_nearly_everybody_cover_what_everybody_would_have_answered(
    staff: int, response: float, blank: float
) -> None:
    """360 overall scores a cell, standard error .0158: ±.05 is 3.2."""
    cells = roster_coverage(staff, response, blank, 12)
    assert cells["overall"].intervals == 12 * ROSTERED
    for kind, cell in cells.items():
        assert 0.85 <= cell.share <= 0.95, (kind, cell.share)


def test_a_census_without_blanks_is_the_truth_and_leaves_no_interval() -> None:
    assert all(cell.intervals == 0 for cell in roster_coverage(20, 1.0, 0.0, 3).values())


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("staff", STAFF)
@pytest.mark.parametrize("response", RESPONSE)
@pytest.mark.parametrize("blank", BLANK)
def test_with_a_roster_intervals_cover_at_every_response_and_share_of_blanks(
    staff: int, response: float, blank: float
) -> None:
    """3,000 overall scores a cell, standard error .0055: ±.03 is 5.5."""
    for kind, cell in roster_coverage(staff, response, blank, 100).items():
        if response == 1 and blank == 0:
            assert cell.intervals == 0
        else:
            assert 0.87 <= cell.share <= 0.93, (kind, cell.share)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_over_five_thousand_intervals_a_cell_cover_between_87_and_93_per_cent() -> None:
    found = coverage(420, draws=1000)
    for (n, kind), cell in found.items():
        assert cell.intervals >= 5000
        assert 0.87 <= cell.share <= 0.93, (n, kind, cell.share)
