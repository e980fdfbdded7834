"""Signs of careless answering: against R on bfi (tests/reference/README.md), and what always holds."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indicators.answers.moments import MISSING
from survey_data.screening import careless

BFI = Path(__file__).parents[2] / "reference" / "bfi.csv"
BACKWARD = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
SCALES = [list(range(start, start + 5)) for start in range(0, 25, 5)]

matrices = arrays(
    np.int16,
    st.tuples(st.integers(1, 12), st.integers(1, 8)),
    elements=st.sampled_from([MISSING, 1, 2, 3, 4, 5]),
)


@pytest.fixture(scope="module")
def bfi():
    with BFI.open() as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])[1:26]
    codes = np.array(
        [[int(row[name]) if row[name] else MISSING for name in names] for row in rows], np.int16
    )
    return np.array([int(row["id"]) for row in rows]), names, codes


def test_missing_answers_by_person_are_counted_as_r_counts_them(bfi):
    _, _, codes = bfi
    counts = Counter(np.rint(careless.missing_share(codes) * 25).astype(int).tolist())
    assert counts == {0: 2436, 1: 298, 2: 48, 3: 9, 4: 3, 8: 1, 9: 1, 13: 1, 15: 3}


def test_long_strings_are_those_of_r(bfi):
    _, _, codes = bfi
    assert Counter(careless.longstring(codes).tolist()) == {
        1: 3, 2: 600, 3: 1111, 4: 621, 5: 295, 6: 97, 7: 48, 8: 14, 9: 5, 10: 2, 25: 4,
    }  # fmt: skip


def test_intra_individual_variability_is_that_of_r(bfi):
    _, _, codes = bfi
    spread = careless.intra_individual_variability(codes)
    assert spread.mean() == pytest.approx(1.59054088324845, abs=1e-9)
    assert spread.std(ddof=1) == pytest.approx(0.344504929169704, abs=1e-9)
    assert spread.max() == pytest.approx(2.54950975679639, abs=1e-9)
    assert (spread == 0).sum() == 5


def test_mahalanobis_distances_are_those_of_r(bfi):
    ids, _, codes = bfi
    distance = careless.mahalanobis(codes)
    known = ~np.isnan(distance)
    assert known.sum() == 2436
    assert (distance[known] > 52.6196557781728).sum() == 84
    top = np.argsort(-np.where(known, distance, -1))[:5]
    assert ids[top].tolist() == [63467, 65407, 65439, 63763, 67288]
    assert distance[top] == pytest.approx(
        [106.28047661372, 90.744543090727, 85.9316056114489, 82.7266607862016, 81.4182681521643],
        abs=1e-6,
    )


def test_even_odd_consistency_is_that_of_r(bfi):
    _, names, codes = bfi
    complete = codes[(codes != MISSING).all(axis=1)].copy()
    for name in BACKWARD:
        complete[:, names.index(name)] = 7 - complete[:, names.index(name)]
    consistency = careless.even_odd_consistency(complete, SCALES)
    known = consistency[~np.isnan(consistency)]
    assert known.mean() == pytest.approx(0.618275322977697, abs=1e-9)
    assert np.median(known) == pytest.approx(0.742882885610079, abs=1e-9)
    assert (np.isnan(consistency).sum(), (known < 0).sum()) == (2, 183)


def test_duplicates_of_whole_rows_are_found_once_each(bfi):
    """R's ``duplicated`` finds 2 of 2,800, both of them straight lines, which are another check's."""
    _, _, codes = bfi
    assert careless.duplicate_answers(codes).sum() == 0
    twice = np.vstack([codes[:50], codes[:50]])
    flags = careless.duplicate_answers(twice)
    assert not flags[:50].any() and flags[50:].sum() >= 49


def test_a_block_of_opposite_items_answered_alike_is_named():
    codes = np.array([[3, 3, 3, 3], [3, 3, 3, 4], [3, 3, 3, MISSING], [MISSING] * 4], np.int16)
    assert careless.constant_block(codes, [[0, 1, 2, 3]]).tolist() == [True, False, False, False]


def test_a_burst_is_more_than_so_many_of_one_department_within_the_window():
    start = np.datetime64("2026-09-01T09:00:00", "s")
    times = np.array([start + np.timedelta64(s, "s") for s in (0, 10, 20, 30, 500, 0, 15, 25)])
    department = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    flags = careless.submit_bursts(times, department, most=3)
    assert flags.tolist() == [True] * 4 + [False] * 4
    unknown = np.full(3, "NaT", "datetime64[s]")
    assert not careless.submit_bursts(unknown, np.zeros(3, int), 1).any()


@pytest.mark.parametrize(
    "codes",
    [
        np.full((40, 3), 3, np.int16),
        np.tile(np.array([[1, 1, 2], [2, 2, 4], [4, 4, 1]], np.int16), (10, 1)),
        np.ones((3, 5), np.int16),
        np.zeros((0, 4), np.int16),
    ],
    ids=["constant", "one item twice", "fewer rows than items", "no rows"],
)
def test_without_a_regular_covariance_no_distance_is_claimed(codes):
    assert np.isnan(careless.mahalanobis(codes)).all()


@given(matrices, st.randoms(use_true_random=False))
def test_the_order_of_respondents_changes_no_respondent_s_signs(codes, chance):
    order = list(range(len(codes)))
    chance.shuffle(order)
    moved = codes[order]
    for sign in (
        careless.missing_share,
        careless.longstring,
        careless.intra_individual_variability,
    ):
        np.testing.assert_allclose(sign(moved), sign(codes)[order], equal_nan=True)
    assert careless.duplicate_answers(moved, 1).sum() == careless.duplicate_answers(codes, 1).sum()


@given(matrices)
def test_the_longest_run_lies_between_one_and_the_answers_given(codes):
    answered = (codes != MISSING).sum(axis=1)
    run = careless.longstring(codes)
    assert ((run <= answered) & (run >= (answered > 0))).all()
    straight = careless.intra_individual_variability(codes) == 0
    assert (run[straight] == answered[straight]).all()


@given(matrices)
def test_another_unit_of_measurement_changes_no_distance(codes):
    moved = np.where(codes == MISSING, MISSING, 3 * codes + 7).astype(np.int16)
    np.testing.assert_allclose(
        careless.mahalanobis(moved), careless.mahalanobis(codes), atol=1e-6, equal_nan=True
    )
