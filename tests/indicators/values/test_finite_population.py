"""What a roster does to the uncertainty of survey indicators: answers count, not people.

The target is the mean of everybody's complete answers, everybody on the roster. A blank cell is a
person missing from that item, whatever else he or she answered (statistics.md 2).
"""

from __future__ import annotations

import csv
import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.evidence import Department, Evidence
from indicators.framework import Framework
from indicators.scoring import score
from indicators.values.survey_mean import SurveyMeans, answer_factors, survey_means
from tests.indicators.frameworks import evidence_of, framework_of, moments_of, survey

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
ONE = framework_of([survey("A", "a")], normalised_range=[1, 5])
TWO = framework_of([survey("A", "a"), survey("B", "b")], normalised_range=[1, 5])
SIX = framework_of([survey("A", "a1", "-a2"), survey("B", "b1", "b2", "b3")], [survey("C", "-c1")])

Rows = list[list[float | None]]


def evidence(
    framework: Framework, answers: dict[str, Rows], staff: dict[str, int | None] | None = None
) -> Evidence:
    listed = [Department(d, {"zh": d, "en": d}, headcount=(staff or {}).get(d)) for d in answers]
    return evidence_of(framework, None, answers, departments=listed)


def means(framework: Framework, answers: dict[str, Rows], **staff: int | None) -> SurveyMeans:
    return survey_means(evidence(framework, answers, staff), framework)


def answered(people: int, items: int, seed: int, blank: float = 0.0) -> Rows:
    """Five-point answers that share something within people, as a department gives them."""
    random = np.random.default_rng(seed)
    own = random.normal(3.2, 0.7, (people, 1)) + random.normal(0, 0.8, (people, items))
    codes = np.clip(np.rint(own), 1, 5)
    gaps = random.random(codes.shape) < blank
    return [
        [None if gone else float(code) for code, gone in zip(row, out, strict=True)]
        for row, out in zip(codes, gaps, strict=True)
    ]


def test_an_item_that_half_of_a_full_response_left_blank_has_the_error_of_ten_of_twenty() -> None:
    """s²(1/10 − 1/20) by hand: ten times 2 and 4, so s² = 10/9; the other item has no error."""
    rows: Rows = [[2 + 2 * (k % 2) if k < 10 else None, 1 + k % 5] for k in range(20)]
    found = means(TWO, {"d": rows}, d=20).covariance[0]
    np.testing.assert_allclose(found, [[10 / 9 * (1 / 10 - 1 / 20), 0], [0, 0]], atol=1e-15)


@pytest.mark.parametrize(
    "case", json.loads((REFERENCE / "finite_population.json").read_text("utf-8"))["cases"], ids=str
)
def test_the_error_of_an_items_mean_is_that_of_survey_svymean(case: dict[str, object]) -> None:
    """R's survey package on public answers; its script and version stand beside the numbers."""
    own = framework_of(
        [survey("A", "x"), survey("B", "y")],
        normalised_range=[1, 6],
        response_scale={"min": 1, "max": 6},
    )
    with (REFERENCE / "bfi.csv").open(newline="", encoding="utf-8") as file:
        read = [row[str(case["item"])] for row in csv.DictReader(file)][:400]
    rows: Rows = [[float(cell) if cell else None, 3] for cell in read]
    staff = int(str(case["staff"]))
    found = means(own, {"d": rows}, d=staff)
    assert found.count[0, 0] == case["answered"]
    assert found.mean[0, 0] == pytest.approx(case["mean"], abs=1e-10)
    assert np.sqrt(found.covariance[0, 0, 0]) == pytest.approx(case["error"], abs=1e-10)


@pytest.mark.parametrize(
    ("first", "second"),
    [({0, 1, 2}, {2, 3}), ({0, 1}, {2, 3, 4}), ({0, 1, 2, 3, 4, 5}, {1, 4}), ({0}, {0})],
    ids=["overlapping", "nobody answered both", "one answered by all", "the same one person"],
)
def test_the_factor_of_a_pair_is_exact_over_all_ways_to_draw_the_people(
    first: set[int], second: set[int]
) -> None:
    """All 720 orders of a population of six: the covariance of the means is S_jk c_jk."""
    x, y = np.array([1, 5, 2, 2, 4, 1.0]), np.array([2, 5, 1, 3, 4, 4.0])
    a, b = sorted(first), sorted(second)
    orders = np.array(list(permutations(range(6))))
    off = (x[orders[:, a]].mean(axis=1) - x.mean()) * (y[orders[:, b]].mean(axis=1) - y.mean())
    pairs = np.array([[[len(a), len(first & second)], [len(first & second), len(b)]]])
    factor = answer_factors(pairs, np.array([6.0]))[0, 0, 1]
    assert np.cov(x, y)[0, 1] * factor == pytest.approx(off.mean(), abs=1e-12)


@given(st.integers(1, 400), st.integers(0, 2**32))
@settings(max_examples=60)
def test_a_census_without_blanks_has_no_sampling_error_whatever_its_size(
    people: int, seed: int
) -> None:
    """Exactly: not the rounding of 1/49 − 1/49."""
    answers = {"all": answered(people, 6, seed), "some": answered(12, 6, seed + 1)}
    found = means(SIX, answers, all=people, some=50)
    assert (found.covariance[0] == 0).all()
    assert found.census.tolist() == [True, False]


@given(st.integers(2, 40), st.data())
@settings(max_examples=60)
def test_one_blank_cell_in_a_census_gives_the_interval_a_width(
    people: int, data: st.DataObject
) -> None:
    row, item = data.draw(st.integers(0, people - 1)), data.draw(st.integers(0, 5))
    rows = answered(people, 6, 7)
    rows[row][item] = None
    answers = {"d": rows, "e": answered(10, 6, 8)}
    scores = score(evidence(SIX, answers, {"d": people}), SIX, draws=100)
    assert scores.high[0, 0] - scores.low[0, 0] > 0
    assert not means(SIX, answers, d=people).census[0]


def test_an_item_that_nobody_was_asked_takes_a_census_nothing() -> None:
    """It is left out of the indicator; what the indicator rests on, everybody answered."""
    rows = [[code, 4, None] for code in (1, 2, 3, 5)]
    own = framework_of([survey("A", "a1", "a2", "a3")])
    assert means(own, {"d": rows}, d=4).census.tolist() == [True]
    assert means(own, {"d": rows}, d=5).census.tolist() == [False]
    assert means(own, {"d": rows}).census.tolist() == [False]


def test_an_enormous_roster_is_as_good_as_none() -> None:
    answers = {"d": answered(20, 6, 3, blank=0.4)}
    found = means(SIX, answers, d=9 * 10**18).covariance
    np.testing.assert_allclose(found, means(SIX, answers).covariance, rtol=1e-12)


@pytest.mark.parametrize("staff", [19, 5, 1, 0])
def test_a_roster_smaller_than_the_answers_corrects_nothing(staff: int) -> None:
    answers = {"d": answered(20, 6, 3, blank=0.4), "e": answered(9, 6, 4)}
    found, plain = means(SIX, answers, d=staff), means(SIX, answers)
    assert found.over_roster.tolist() == [True, False]
    np.testing.assert_array_equal(found.covariance, plain.covariance)


@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(0, 60))
@settings(max_examples=60)
def test_without_blanks_the_correction_is_the_textbooks_share_of_the_staff(
    seed: int, people: int, silent: int
) -> None:
    """1 − n/N on the whole matrix; and without a roster nothing is corrected."""
    answers = {"d": answered(people, 6, seed), "e": answered(15, 6, seed + 1)}
    plain = means(SIX, answers).covariance
    found = means(SIX, answers, d=people + silent).covariance
    share = 1 - people / (people + silent)
    np.testing.assert_allclose(found[0], plain[0] * share, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(found[1], plain[1])


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 25), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.05, 0.3, 0.7, 0.95]),
    st.integers(0, 5),
)
@settings(max_examples=150)
def test_no_variance_is_negative_and_no_item_gains_by_a_blank(
    seed: int, sizes: list[int], blank: float, silent: int
) -> None:
    answers = {f"d{k}": answered(n, 6, seed + k, blank) for k, n in enumerate(sizes)}
    answers = {
        d: rows for d, rows in answers.items() if any(c is not None for r in rows for c in r)
    }
    if not answers:
        return
    staff: dict[str, int | None] = {d: len(rows) + silent for d, rows in answers.items()}
    held = evidence(SIX, answers, staff)
    scores = score(held, SIX, draws=100)
    known = ~np.isnan(scores.score)
    assert (scores.low[known] <= scores.high[known]).all()
    assert np.isfinite(scores.low[known]).all() and np.isfinite(scores.high[known]).all()
    assert held.survey is not None
    factors = answer_factors(
        held.survey.pair_n, np.array([staff[d.id] for d in held.departments], dtype=float)
    )
    whole = np.array([[1 / len(answers[d.id]) - 1 / (staff[d.id] or 1)] for d in held.departments])
    own = np.einsum("djj->dj", factors)
    assert (own >= 0).all()
    assert (own >= whole - 1e-12)[np.einsum("djj->dj", held.survey.pair_n) > 0].all()
    for one in factors:
        assert np.linalg.eigvalsh(one).min() >= -1e-12


@given(st.integers(0, 2**32), st.integers(5, 40), st.floats(0, 0.3), st.integers(0, 40))
@settings(max_examples=60)
def test_knowing_the_roster_never_widens_an_indicators_error(
    seed: int, people: int, blank: float, silent: int
) -> None:
    answers = {"d": answered(people, 6, seed, blank), "e": answered(40, 6, seed + 1, blank)}
    plain = np.einsum("dkk->dk", means(SIX, answers).covariance)
    found = np.einsum("dkk->dk", means(SIX, answers, d=people + silent, e=90).covariance)
    assert (found <= plain + 1e-9).all()


@given(st.permutations(range(6)), st.permutations(["d", "e", "f"]))
@settings(max_examples=30)
def test_the_order_of_items_and_departments_changes_nothing(
    items: list[int], departments: list[str]
) -> None:
    answers = {"d": answered(20, 6, 1, 0.2), "e": answered(9, 6, 2, 0.2), "f": answered(6, 6, 3)}
    staff = {"d": 20, "e": 12, "f": 6}
    names = ["a1", "a2", "b1", "b2", "b3", "c1"]
    shuffled = {d: [[row[k] for k in items] for row in answers[d]] for d in departments}
    moments = moments_of(SIX, shuffled, [names[k] for k in items])
    listed = [Department(d, {"zh": d, "en": d}, headcount=staff[d]) for d in departments]
    found = survey_means(Evidence.build("2025", listed, moments, [], SIX), SIX)
    expected = means(SIX, answers, **staff)
    np.testing.assert_allclose(found.mean, expected.mean, atol=1e-10)
    np.testing.assert_allclose(found.covariance, expected.covariance, atol=1e-10)
    assert found.census.tolist() == expected.census.tolist() == [False, False, True]


def test_where_nowhere_two_colleagues_answered_the_spread_is_unknown_not_none() -> None:
    """One informant a department: the largest spread that the scale allows, √((m − L)(H − m)),
    nothing to rank by. On 1-5 with answers 2 and 4: m = (2 + 2·3)/3 = 8/3 and 10/3, so f = 35/9."""
    found = means(TWO, {"d": [[2, 2]], "e": [[4, 4]]})
    np.testing.assert_allclose(found.covariance, np.full((2, 2, 2), 35 / 9), rtol=1e-12)
