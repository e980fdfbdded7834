"""Do departments differ on a scale? Tests on people's means: the labelled floor over `group_tests`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.comparison.group_tests import dunn, games_howell, kruskal_wallis, welch
from analysis.comparison.pairwise import LEVEL
from analysis.quality.departments import person_means
from indicators.answers.moments import MISSING, SurveyMoments
from indicators.framework import Framework

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Answers:
    """What people of a round answered, summed up and one by one.

    Attributes
    ----------
    items, codes : the items, and their codes (n, J) with `MISSING`
    department : (n,) people's departments, as ids
    fewest : people a department must have to be tested
    """

    moments: SurveyMoments
    items: tuple[str, ...]
    codes: NDArray[np.int16]
    department: tuple[str, ...]
    fewest: int


@dataclass(frozen=True)
class Welch:
    f: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True)
class Kruskal:
    h: float
    df: float
    p: float


@dataclass(frozen=True)
class ScaleTest:
    """Tests of one scale over ``departments``; of all ``pairs`` those that differ at 1 − LEVEL."""

    departments: int
    welch: Welch
    kruskal: Kruskal
    pairs: int
    games_howell_different: int
    dunn_different: int


def scale_tests(
    answers: Answers, framework: Framework, shown: frozenset[str]
) -> dict[str, ScaleTest]:
    """Tests by dimension between the departments ``shown`` that have enough people and a spread."""
    from scipy.stats import rankdata

    found = {}
    moments = answers.moments
    rows = np.array([d in shown for d in moments.departments])
    ids = np.array(moments.departments)
    dimensions = {d.id for factor in framework.factors for d in factor.dimensions}
    for scale, totals in moments.persons.items():
        if scale not in dimensions:
            continue
        n, means, _ = person_means(totals, listwise=False)
        variance = _variances(totals.sums, len(totals.items), n)
        usable = rows & (n >= answers.fewest) & (variance > 0)
        if usable.sum() < 2:
            continue
        arguments = n[usable].astype(float), means[usable], variance[usable]
        test = welch(*arguments)
        by_mean = games_howell(*arguments)
        of_people = _people(answers, framework, totals.items)
        group = {id: place for place, id in enumerate(ids[usable].tolist())}
        inside = np.array([d in group for d in answers.department], bool) & ~np.isnan(of_people)
        ranks = rankdata(of_people[inside])
        codes = np.array([group[d] for d in np.array(answers.department)[inside].tolist()])
        ranked, by_rank = kruskal_wallis(ranks, codes), dunn(ranks, codes)
        found[scale] = ScaleTest(
            departments=int(usable.sum()),
            welch=Welch(test.statistic, test.df1, test.df2, test.p),
            kruskal=Kruskal(ranked.statistic, ranked.df1, ranked.p),
            pairs=len(by_rank.p),
            games_howell_different=int((by_mean.p < 1 - LEVEL).sum()),
            dunn_different=int((by_rank.p < 1 - LEVEL).sum()),
        )
    return found


def _variances(sums: NDArray[np.int64], items: int, n: NDArray[np.int64]) -> Array:
    """Variance of person means by department, of people with half of the items answered."""
    answered = np.arange(items + 1)
    counted = (answered > 0) & (2 * answered >= items)
    share = np.where(counted, 1.0 / np.maximum(answered, 1), 0.0)
    first, second = sums[:, :, 1] @ share, sums[:, :, 2] @ share**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(second - first**2 / n, 0.0) / (n - 1)


def _people(answers: Answers, framework: Framework, items: tuple[str, ...]) -> Array:
    """Directed person means (n,), NaN below half of the items."""
    at = [answers.items.index(item) for item in items]
    reverse = {item.id: item.reverse for item in framework.items}
    codes = answers.codes[:, at].astype(float)
    codes[answers.codes[:, at] == MISSING] = np.nan
    for place, item in enumerate(items):
        if reverse[item]:
            scale = framework.scale_of(item)
            codes[:, place] = scale.min + scale.max - codes[:, place]
    known = (~np.isnan(codes)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.nansum(codes, axis=1) / known
    return np.where(2 * known >= len(items), means, np.nan)
