"""Survey indicators and their sampling covariance, against statistics.md 2 written out in loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Department, Evidence
from indicators.framework import Framework
from indicators.values.survey_mean import SurveyMeans, survey_means
from tests.indicators.frameworks import evidence_of, framework_of, survey

NAN = float("nan")
FRAMEWORK = framework_of(
    [survey("A1", "a1", "-a2"), survey("A2", "a3", "-a4", "a5", scale={"min": 0, "max": 10})],
    normalised_range=[10, 90],
)
ITEMS = tuple(item.id for item in FRAMEWORK.items)
REVERSED = (False, True, False, True, False)
ENDS = [(1, 5), (1, 5), (0, 10), (0, 10), (0, 10)]
INDICATORS = {"A1": [0, 1], "A2": [2, 3, 4]}
PRIOR = 10


def matrix(seed: int, people: int, gaps: float) -> np.ndarray:
    """Answers with a common part, so that items correlate; NaN = missing."""
    random = np.random.default_rng(seed)
    share = np.clip(random.normal(0.6, 0.2, (people, 1)) + random.normal(0, 0.2, (people, 5)), 0, 1)
    low, high = np.array(ENDS, dtype=float).T
    codes = np.rint(low + (high - low) * share)
    codes[random.random(codes.shape) < gaps] = NAN
    return codes


def evidence(cities: dict[str, np.ndarray], rosters: dict[str, int] | None = None) -> Evidence:
    codes = np.vstack(list(cities.values()))
    department = np.repeat(np.arange(len(cities)), [len(own) for own in cities.values()])
    moments = SurveyMoments.from_answers(
        np.where(np.isnan(codes), MISSING, codes).astype(np.int16),
        department,
        list(cities),
        ITEMS,
        FRAMEWORK,
    )
    listed = [
        Department(id, {"zh": id, "en": id}, headcount=(rosters or {}).get(id)) for id in cities
    ]
    return Evidence.build("r", listed, moments, [], FRAMEWORK)


def rescaled(codes: np.ndarray) -> np.ndarray:
    """Directed answers on the range 10-90."""
    low, high = np.array(ENDS, dtype=float).T
    share = (codes - low) / (high - low)
    return 10 + 80 * np.where(REVERSED, 1 - share, share)


def written_out(cities: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Means (D, K) and covariances (D, K, K) of the indicators, pair by pair."""
    scored = {id: rescaled(codes) for id, codes in cities.items()}
    everybody = np.vstack(list(scored.values()))
    answers = (~np.isnan(everybody)).sum(axis=0)
    city_mean = np.nansum(everybody, axis=0) / np.maximum(answers, 1)
    width = len(ITEMS)
    cross: dict[str, np.ndarray] = {}
    pairs: dict[str, np.ndarray] = {}
    for id, x in scored.items():
        ss, n = np.zeros((width, width)), np.zeros((width, width))
        for j in range(width):
            for k in range(width):
                both = ~np.isnan(x[:, j]) & ~np.isnan(x[:, k])
                n[j, k] = both.sum()
                if both.any():
                    a, b = x[both, j], x[both, k]
                    ss[j, k] = ((a - a.mean()) * (b - b.mean())).sum()
        cross[id], pairs[id] = ss, n
    freedom = {id: np.maximum(n - 1, 0) for id, n in pairs.items()}
    pooled = sum(cross.values()) / np.maximum(sum(freedom.values()), 1)  # type: ignore[operator]
    middle, f = {}, {}
    for id, x in scored.items():
        n = np.diagonal(pairs[id])
        total = np.nansum(x, axis=0)
        m = (total + 2 * city_mean) / (n + 2)
        middle[id] = m
        f[id] = np.where(n > 0, (m - 10) * (90 - m), 0)
    phi = np.zeros(width)
    for j in range(width):
        below = sum(freedom[id][j, j] * f[id][j] for id in scored)
        phi[j] = sum(cross[id][j, j] for id in scored) / below if below else 0
    means, covariances = [], []
    for id, x in scored.items():
        scale = np.array(
            [
                np.sqrt(phi[j] * f[id][j] / pooled[j, j]) if pooled[j, j] > 0 else 0
                for j in range(width)
            ]
        )
        prior = np.diag(scale) @ pooled @ np.diag(scale)
        unseen = [j for j in range(width) if sum(freedom[id][j, j] for id in scored) == 0]
        for j in unseen:
            for k in unseen:
                prior[j, k] = np.sqrt(f[id][j] * f[id][k])
        shrunk = (PRIOR * prior + cross[id]) / (PRIOR + freedom[id])
        answered = np.diagonal(pairs[id])
        rows, values = [], []
        for items in INDICATORS.values():
            used = [j for j in items if answered[j] > 0]
            kept = bool(used) and 2 * len(used) >= len(items)
            row = np.zeros(width)
            row[used] = 1 / len(used) if kept else 0
            rows.append(row)
            values.append(np.mean([np.nanmean(x[:, j]) for j in used]) if kept else NAN)
        m = np.array(rows)
        of_means = np.zeros((width, width))
        for j in range(width):
            for k in range(width):
                if answered[j] and answered[k]:
                    of_means[j, k] = shrunk[j, k] * pairs[id][j, k] / (answered[j] * answered[k])
        means.append(values)
        covariances.append(m @ of_means @ m.T)
    return np.array(means), np.array(covariances)


@settings(max_examples=60)
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 12), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.1, 0.5]),
)
def test_means_and_covariances_are_the_formulas_written_out(
    seed: int, sizes: list[int], gaps: float
) -> None:
    cities = {f"d{k}": matrix(seed + k, n, gaps) for k, n in enumerate(sizes)}
    cities = {id: codes for id, codes in cities.items() if (~np.isnan(codes)).any()}
    if not cities:
        return
    found = survey_means(evidence(cities), FRAMEWORK)
    means, covariances = written_out(cities)
    np.testing.assert_allclose(found.mean, means, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.covariance, covariances, rtol=1e-9, atol=1e-9)


def asked(*rows: list[float | None], **framework: object) -> SurveyMeans:
    own = framework_of([survey("A1", "a1", "-a2", "a3", "a4", "a5")], **framework)
    return survey_means(evidence_of(own, answers={"d": rows}), own)


def test_each_items_mean_is_over_those_who_answered_it() -> None:
    """Items 100 (two of three answered), 50, 0, 25, 75: no person has a minimum share."""
    found = asked([5, 3, 1, 2, 4], [5, None, None, None, None], [None, None, 1, None, 4])
    assert found.mean[0, 0] == pytest.approx((100 + 50 + 0 + 25 + 75) / 5)
    assert found.count[0, 0] == 1


def test_a_reversed_item_is_turned_round_before_it_is_averaged() -> None:
    assert asked([5, 1, 5, 5, 5]).mean[0, 0] == pytest.approx(100)
    assert asked([5, 5, 5, 5, 5]).mean[0, 0] == pytest.approx(80)


def test_answers_lie_on_the_normalised_range() -> None:
    assert asked([1, 5, 1, 1, 1], normalised_range=[1, 100]).mean[0, 0] == pytest.approx(1)
    assert asked([3, 3, 3, 3, 3], normalised_range=[1, 100]).mean[0, 0] == pytest.approx(50.5)


def test_an_item_that_nobody_answered_is_left_out() -> None:
    found = asked([5, None, 3, 3, None], [4, None, 3, 3, None])
    assert found.mean[0, 0] == pytest.approx((87.5 + 50 + 50) / 3)


def test_with_fewer_than_half_of_its_items_answered_by_anybody_an_indicator_is_missing() -> None:
    found = asked([5, None, 3, None, None], [4, None, 3, None, None])
    assert np.isnan(found.mean[0, 0])
    assert found.count[0, 0] == 2
    assert (found.covariance == 0).all()


def test_exactly_half_of_the_items_is_enough() -> None:
    own = framework_of([survey("A1", "a1", "a2")])
    found = survey_means(evidence_of(own, answers={"d": [[3, None], [4, None]]}), own)
    assert found.mean[0, 0] == pytest.approx(62.5)


def test_an_items_absence_from_the_file_counts_as_unanswered() -> None:
    own = framework_of([survey("A1", "a1", "a2", "a3")])
    codes = np.array([[3], [4]], dtype=np.int16)
    moments = SurveyMoments.from_answers(codes, np.zeros(2, dtype=int), ["d"], ["a1"], own)
    found = survey_means(Evidence.build("r", (), moments, [], own), own)
    assert np.isnan(found.mean[0, 0])


def test_answers_on_another_scale_than_the_frameworks_are_not_used() -> None:
    """Moments are keyed by item and scale (statistics.md 1)."""
    asked_wide = framework_of([survey("A1", "a1", scale={"min": 0, "max": 10}), survey("A2", "a2")])
    evidence = evidence_of(asked_wide, answers={"d": [[9, 3], [10, 3]]})
    found = survey_means(evidence, framework_of([survey("A1", "a1"), survey("A2", "a2")]))
    np.testing.assert_allclose(found.mean, [[NAN, 50]])


def test_another_framework_with_the_same_items_reads_the_same_answers() -> None:
    evidence = evidence_of(
        framework_of([survey("A1", "a1", "a2")]), answers={"d": [[1, 5], [2, 5]]}
    )
    other = framework_of([survey("X", "-a2")], [survey("Y", "a1")])
    found = survey_means(evidence, other)
    assert found.indicators == ("X", "Y")
    np.testing.assert_allclose(found.mean, [[0, 12.5]])


def test_the_covariance_shrinks_with_the_share_of_the_staff_that_answered() -> None:
    """Without blanks by 1 − n/N, and only where the roster is known."""
    cities = {"known": matrix(1, 12, 0.0), "unknown": matrix(2, 12, 0.0)}
    without = survey_means(evidence(cities), FRAMEWORK).covariance
    found = survey_means(evidence(cities, {"known": 48}), FRAMEWORK).covariance
    np.testing.assert_allclose(found[0], without[0] * (1 - 12 / 48))
    np.testing.assert_allclose(found[1], without[1])


def test_where_all_the_staff_answered_nothing_is_uncertain() -> None:
    found = survey_means(evidence({"d": matrix(1, 12, 0.0)}, {"d": 12}), FRAMEWORK)
    assert (found.covariance == 0).all()
    assert not found.over_roster.any()


def test_more_respondents_than_staff_turn_the_correction_off() -> None:
    cities = {"d": matrix(1, 12, 0.0)}
    found = survey_means(evidence(cities, {"d": 11}), FRAMEWORK)
    assert found.over_roster.tolist() == [True]
    np.testing.assert_allclose(
        found.covariance, survey_means(evidence(cities), FRAMEWORK).covariance
    )


def test_degrees_of_freedom_are_ten_and_the_respondents_less_one() -> None:
    cities = {"few": matrix(1, 3, 0.0), "many": matrix(2, 30, 0.0)}
    assert survey_means(evidence(cities), FRAMEWORK).df.tolist() == [12, 39]


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_adding_a_department_never_changes_anothers_mean(seed: int, people: int) -> None:
    cities = {"a": matrix(1, 7, 0.1), "b": matrix(2, 9, 0.1)}
    before = survey_means(evidence(cities), FRAMEWORK)
    after = survey_means(evidence(cities | {"aa": matrix(seed, people, 0.0)}), FRAMEWORK)
    np.testing.assert_array_equal(after.mean[[0, 2]], before.mean)
    np.testing.assert_array_equal(after.df[[0, 2]], before.df)


def test_a_round_without_answers_has_no_survey_means() -> None:
    framework: Framework = FRAMEWORK
    empty = Evidence(
        "r", (Department("d", {}),), None, (), np.zeros((1, 0)), np.zeros((1, 0), bool)
    )
    assert np.isnan(survey_means(empty, framework).mean).all()
