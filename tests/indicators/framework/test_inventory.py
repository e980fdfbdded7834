"""Moments and scores of 2,800 people, against pandas and against numbers of R.

R numbers: psych 2.2.9 ``alpha(A1..A5)`` and base R 4.2.2, items reversed as 7 − x.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators.answers.moments import ALL_ITEMS, SurveyMoments
from indicators.evidence import Evidence
from indicators.scoring import score
from indicators.values.survey_mean import survey_means
from tests.indicators.inventory import (
    ITEMS,
    REVERSED,
    inventory_framework,
    moments_by,
    people,
)

# colSums(is.na(bfi[,1:25]))
UNANSWERED = [16, 27, 26, 19, 16, 21, 24, 20, 26, 16, 23, 16, 25, 9, 21, 22, 21, 11, 36, 29]
UNANSWERED += [22, 0, 28, 14, 20]
# psych::alpha, pairwise: item means (directed) of scale A, and raw alphas.
MEANS_A = [4.58656609195402, 4.80238009376127, 4.60382119682769, 4.6997482919813, 4.56034482758621]
SDS_A = [1.40773715052148, 1.17201992165085, 1.30183363919143, 1.47963268626392, 1.25851209837184]


def everybody() -> SurveyMoments:
    return moments_by(pd.Series(["all"] * len(people())))


def directions(items: tuple[str, ...]) -> np.ndarray:
    return np.array([-1.0 if item in REVERSED else 1.0 for item in items])


def alpha(covariance: np.ndarray) -> float:
    k = len(covariance)
    return k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())


def test_missing_answers_are_counted_as_r_counts_them() -> None:
    moments = everybody()
    assert (2800 - np.diagonal(moments.pair_n[0])).tolist() == UNANSWERED
    assert moments.complete[ALL_ITEMS].n[0] == 2436  # sum(complete.cases(bfi[,1:25]))
    assert moments.complete["A"].n[0] == 2709
    assert moments.complete["C"].n[0] == 2707


def test_item_means_and_deviations_are_those_of_r() -> None:
    moments = everybody()
    n = np.diagonal(moments.pair_n[0])[:5]
    total = np.diagonal(moments.pair_sum[0])[:5]
    square = np.diagonal(moments.pair_cross[0])[:5]
    mean = np.where(directions(ITEMS[:5]) < 0, 7 - total / n, total / n)
    np.testing.assert_allclose(mean, MEANS_A, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.sqrt((square - total**2 / n) / (n - 1)), SDS_A, atol=1e-12)


def test_pairwise_covariances_are_those_of_pandas() -> None:
    """pandas centres each pair on the means of those who answered both."""
    moments = everybody()
    n = moments.pair_n[0]
    sums = moments.pair_sum[0]
    covariance = (moments.pair_cross[0] - sums * sums.T / n) / (n - 1)
    np.testing.assert_allclose(covariance, people()[list(ITEMS)].cov(), rtol=1e-10, atol=1e-12)


def test_sums_over_complete_rows_give_the_covariance_of_the_complete_rows() -> None:
    complete = everybody().complete[ALL_ITEMS]
    n, sums = complete.n[0], complete.sums[0]
    covariance = (complete.cross[0] - np.outer(sums, sums) / n) / (n - 1)
    expected = people()[list(ITEMS)].dropna().cov()
    np.testing.assert_allclose(covariance, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("scale", "pairwise", "listwise"),
    [
        ("A", 0.703018446057304, 0.703755894374836),
        ("C", 0.726734972926683, 0.729277203170442),
        ("N", 0.813962949917476, 0.813303143161439),
    ],
)
def test_cronbachs_alpha_from_the_moments_is_that_of_r(
    scale: str, pairwise: float, listwise: float
) -> None:
    moments = everybody()
    at = [ITEMS.index(f"{scale}{k}") for k in range(1, 6)]
    sign = directions(tuple(ITEMS[j] for j in at))
    n = moments.pair_n[0][np.ix_(at, at)]
    sums = moments.pair_sum[0][np.ix_(at, at)]
    own = (moments.pair_cross[0][np.ix_(at, at)] - sums * sums.T / n) / (n - 1)
    assert alpha(own * np.outer(sign, sign)) == pytest.approx(pairwise, abs=1e-9)
    complete = moments.complete[scale]
    total = complete.sums[0]
    whole = (complete.cross[0] - np.outer(total, total) / complete.n[0]) / (complete.n[0] - 1)
    assert alpha(whole * np.outer(sign, sign)) == pytest.approx(listwise, abs=1e-9)


def test_person_totals_are_those_of_the_directed_answers() -> None:
    table = people()
    directed = table[[f"C{k}" for k in range(1, 6)]].copy()
    directed[["C4", "C5"]] = 7 - directed[["C4", "C5"]]
    answered = directed.notna().sum(axis=1)
    total = directed.sum(axis=1)
    expected = [
        [(answered == k).sum(), total[answered == k].sum(), (total[answered == k] ** 2).sum()]
        for k in range(6)
    ]
    assert everybody().persons["C"].sums[0].tolist() == expected


def test_moments_of_departments_add_up_to_those_of_everybody() -> None:
    by_education = moments_by(people()["education"])
    whole = everybody()
    assert by_education.departments == ("1", "2", "3", "4", "5", "none")
    for name in ("n", "pair_n", "pair_sum", "pair_cross"):
        np.testing.assert_array_equal(
            getattr(by_education, name).sum(axis=0), getattr(whole, name)[0]
        )


def test_a_scales_score_is_the_rescaled_mean_of_its_directed_item_means() -> None:
    framework = inventory_framework()
    evidence = Evidence.build("r", (), moments_by(people()["education"]), [], framework)
    directed = people()[list(ITEMS)].copy()
    directed[sorted(REVERSED)] = 7 - directed[sorted(REVERSED)]
    by_item = 20 * (directed.groupby(people()["education"]).mean() - 1)
    means = survey_means(evidence, framework)
    assert means.indicators == tuple("ACENO")
    for k, scale in enumerate(means.indicators):
        expected = by_item[[f"{scale}{i}" for i in range(1, 6)]].mean(axis=1)
        np.testing.assert_allclose(means.mean[:, k], expected, rtol=0, atol=1e-10)


def test_the_inventory_is_scored_with_each_education_as_a_department() -> None:
    framework = inventory_framework()
    evidence = Evidence.build("r", (), moments_by(people()["education"]), [], framework)
    scores = score(evidence, framework, draws=200)
    counts = people()["education"].value_counts().sort_index()
    assert [d.id for d in scores.departments] == counts.index.tolist()
    assert scores.respondents.tolist() == counts.tolist()
    assert (scores.low <= scores.score).all() and (scores.score <= scores.high).all()
    assert ((scores.high - scores.low)[:, 0] < 3).all()
