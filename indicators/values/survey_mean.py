"""Survey indicators from moments: their means and the uncertainty of those (statistics.md 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import SurveyMoments
from indicators.evidence import Evidence
from indicators.framework import Framework

Array = NDArray[np.float64]
PRIOR_DF = 10.0
"""ν0: how many respondents' worth of the pooled covariance every department borrows."""


@dataclass(frozen=True, eq=False)
class SurveyMeans:
    """Survey indicators of every department on the normalised range.

    Attributes
    ----------
    indicators : K ids, in the order of ``framework.measured``
    mean : (D, K), NaN = missing
    covariance : (D, K, K) sampling covariance of ``mean``, 0 where missing
    count : (D, K) smallest positive number of answers among an indicator's items, 0 = none
    df : (D,) degrees of freedom of the covariance, ν0 + n − 1
    over_roster : (D,) more respondents than the roster has people: no correction by it
    census : (D,) everybody on the roster answered every item in the means: no sampling error
    unseen : items that people answered, but nowhere two colleagues: their spread is unknown
    """

    indicators: tuple[str, ...]
    mean: Array
    covariance: Array
    count: NDArray[np.int64]
    df: Array
    over_roster: NDArray[np.bool_]
    census: NDArray[np.bool_]
    unseen: tuple[str, ...]


def item_rescaling(framework: Framework, items: tuple[str, ...]) -> tuple[Array, Array]:
    """Intercepts and slopes (J,) from codes to the normalised range, reversed items turned round."""
    low, high = framework.normalised_range
    reverse = {item.id: item.reverse for item in framework.items}
    scales = [framework.scale_of(item) for item in items]
    slope = np.array([(high - low) / (s.max - s.min) for s in scales])
    start = np.array([low - (high - low) * s.min / (s.max - s.min) for s in scales])
    turned = np.array([reverse[item] for item in items], dtype=bool)
    return np.where(turned, low + high - start, start), np.where(turned, -slope, slope)


def indicator_items(framework: Framework, items: tuple[str, ...]) -> tuple[tuple[str, ...], Array]:
    """Survey indicators (K) and which of the items (J) belong to each, a 0/1 array (K, J)."""
    survey = [m for m in framework.measured if m.survey]
    belongs = np.array(
        [[framework.item_indicator[item].id == m.id for item in items] for m in survey], dtype=float
    ).reshape(len(survey), len(items))
    return tuple(m.id for m in survey), belongs


def within_sums(moments: SurveyMoments, slope: Array) -> Array:
    """Cross-products about pairwise means, SS_jk = b_j b_k (C_jk − A_jk A_kj / N_jk): (D, J, J)."""
    pairs = np.maximum(moments.pair_n, 1)
    sums = moments.pair_cross - moments.pair_sum * (moments.pair_sum.transpose(0, 2, 1) / pairs)
    return sums * slope[:, None] * slope


def shrunken_covariance(
    moments: SurveyMoments,
    start: Array,
    slope: Array,
    ends: tuple[float, float],
) -> tuple[Array, Array]:
    """Item means (D, J) and shrunken covariance of single answers (D, J, J).

    The pooled within-department covariance, scaled for each department by the variance function
    φ_j f with f = (m − low)(high − m), counts as ν0 respondents beside the department's own.
    Of items that nowhere two colleagues answered the spread is unknown, not none: the largest that
    the scale allows, f (Bhatia & Davis 2000), stands in, and they vary together.
    """
    answered = np.einsum("djj->dj", moments.pair_n).astype(float)
    sums = start * answered + slope * np.einsum("djj->dj", moments.pair_sum)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / answered
        city = np.nan_to_num(sums.sum(axis=0) / answered.sum(axis=0))
    ss = within_sums(moments, slope)
    df = np.maximum(moments.pair_n - 1, 0).astype(float)
    pooled = ss.sum(axis=0) / np.maximum(df.sum(axis=0), 1.0)
    middle = np.where(
        answered > 0, (answered * np.nan_to_num(means) + 2 * city) / (answered + 2), 0
    )
    spread = np.maximum((middle - ends[0]) * (ends[1] - middle), 0.0)
    own_df = np.einsum("djj->dj", df)
    expected = (own_df * spread).sum(axis=0)
    variance = np.einsum("djj->j", ss)
    phi = np.divide(variance, expected, out=np.zeros_like(variance), where=expected > 0)
    pooled_variance = np.diagonal(pooled)
    scale = np.sqrt(
        np.divide(
            phi * spread, pooled_variance, out=np.zeros_like(spread), where=pooled_variance > 0
        )
    )
    prior = scale[:, :, None] * pooled * scale[:, None, :]
    unseen = own_df.sum(axis=0) == 0
    widest = np.sqrt(np.where(unseen, spread, 0.0))
    prior += widest[:, :, None] * widest[:, None, :]
    return means, (PRIOR_DF * prior + ss) / (PRIOR_DF + df)


def answer_factors(pair_n: NDArray[np.int64], roster: Array) -> Array:
    """What the covariance of two items' answers is multiplied by in that of their means: (D, J, J).

    c_jk = N_jk/(N_j N_k), and N_jk/(N_j N_k) − 1/N where a roster tells N people, of whom those who
    answered an item are a random part: the covariance of two means over overlapping simple random
    samples from the same N people. Everybody's answer to an item leaves it no error, and a blank
    cell is a person missing from that item, whatever else he or she answered. Two items that
    nobody answered together keep −1/N: who is in the one sample is not in the other.

    Parameters
    ----------
    pair_n : (D, J, J) people who answered both items
    roster : (D,) whole numbers of people, at least as many as answered any item; 0 = unknown
    """
    answered = np.einsum("djj->dj", pair_n)
    pairs = answered[:, :, None] * answered[:, None, :]
    factors = pair_n / np.maximum(pairs, 1)
    # Over one denominator, so that a census is 0 and not the rounding of 1/49 − 1/49.
    known = roster[:, None, None]
    within = (pair_n * known - pairs) / (np.maximum(pairs, 1) * np.maximum(known, 1))
    return np.where((known > 0) & (pairs > 0), within, factors)


def survey_means(evidence: Evidence, framework: Framework) -> SurveyMeans:
    """Means, covariances and counts of all survey indicators of a round.

    An indicator is the unweighted mean of its items' means, each over the people who answered it;
    an item nobody answered is left out; with fewer than half of its items answered by anybody the
    indicator is missing. The covariance of two item means is S_jk c_jk, with c from
    `answer_factors`.
    """
    moments = evidence.survey
    size = len(evidence.departments)
    survey = tuple(m.id for m in framework.measured if m.survey)
    if moments is None or not set(moments.items) & {item.id for item in framework.items}:
        width = len(survey)
        return SurveyMeans(
            survey,
            np.full((size, width), np.nan),
            np.zeros((size, width, width)),
            np.zeros((size, width), dtype=np.int64),
            np.full(size, PRIOR_DF),
            np.zeros(size, dtype=bool),
            np.zeros(size, dtype=bool),
            (),
        )
    moments = _known_items(moments, framework)
    start, slope = item_rescaling(framework, moments.items)
    _, belongs = indicator_items(framework, moments.items)
    means, covariance = shrunken_covariance(
        moments,
        start,
        slope,
        framework.normalised_range,
    )
    answered = np.einsum("djj->dj", moments.pair_n)
    has = (answered > 0).astype(float)
    used = np.einsum("kj,dj->dk", belongs, has)
    declared = np.array([len(m.survey.items) for m in framework.measured if m.survey])
    present = (used > 0) & (2 * used >= declared)
    share = belongs * has[:, None, :] / np.maximum(used, 1)[:, :, None]
    mean = np.einsum("dkj,dj->dk", share, np.nan_to_num(means))
    roster = np.array([d.headcount or 0 for d in evidence.departments], dtype=float)
    listed = np.array([d.headcount is not None for d in evidence.departments], dtype=bool)
    over = listed & (np.maximum(moments.n, answered.max(axis=1, initial=0)) > roster)
    known = np.where(over, 0, roster)
    of_means = covariance * answer_factors(moments.pair_n, known)
    sampling = share @ of_means @ share.transpose(0, 2, 1)
    sampling = np.where(present[:, :, None] & present[:, None, :], sampling, 0.0)
    counts = np.where(belongs[None] * has[:, None, :] > 0, answered[:, None, :], np.iinfo(int).max)
    smallest = counts.min(axis=2)
    return SurveyMeans(
        survey,
        np.where(present, mean, np.nan),
        sampling,
        np.where(used > 0, smallest, 0),
        PRIOR_DF + np.maximum(moments.n, 1) - 1,
        over,
        _census(present, share, answered, known),
        tuple(item for j, item in enumerate(moments.items) if answered[:, j].max(initial=0) == 1),
    )


def _census(
    present: NDArray[np.bool_], share: Array, answered: NDArray[np.int64], roster: Array
) -> NDArray[np.bool_]:
    """(D,) departments whose every item that some indicator rests on was answered by the roster."""
    rests = np.any(present[:, :, None] & (share > 0), axis=1)
    whole = (answered == roster[:, None]) | ~rests
    return np.asarray((roster > 0) & np.any(rests, axis=1) & np.all(whole, axis=1))


def _known_items(moments: SurveyMoments, framework: Framework) -> SurveyMoments:
    """The moments of the items that this framework has on the same scale."""
    known = framework.item_indicator
    keep = [
        j
        for j, (item, ends) in enumerate(zip(moments.items, moments.scales, strict=True))
        if item in known and (framework.scale_of(item).min, framework.scale_of(item).max) == ends
    ]
    if len(keep) == len(moments.items):
        return moments
    pair = np.ix_(range(len(moments.departments)), keep, keep)
    return SurveyMoments(
        moments.departments,
        tuple(moments.items[j] for j in keep),
        tuple(moments.scales[j] for j in keep),
        moments.n,
        tuple(moments.counts[j] for j in keep),
        moments.pair_n[pair],
        moments.pair_sum[pair],
        moments.pair_cross[pair],
        {},
        {},
    )
