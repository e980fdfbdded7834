"""Reliability of every scale of a round: the labelled floor over `reliability.py`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.factor_extraction import (
    hierarchical_omega,
    omega_total,
    one_factor_loadings,
)
from analysis.psychometrics.reliability import (
    ItemStatistics,
    SplitHalf,
    alpha_interval,
    alpha_standard_error,
    average_r,
    correlation,
    cronbach_alpha,
    guttman_lambda6,
    item_statistics,
    split_half,
)
from analysis.quality.item_moments import LISTWISE, PooledItems, pooled_items
from indicators.answers.moments import SurveyMoments
from indicators.framework import Framework
from locales import text

Array = NDArray[np.floating]
Text = dict[str, str]
NAN = float("nan")

GROUP_FACTORS = 3
"""Group factors of omega hierarchical of one scale, as psych's omega takes by default."""


@dataclass(frozen=True, eq=False)
class ScaleQuality:
    """Reliability of one scale; numbers are NaN where they cannot be had, and ``remarks`` say why.

    ``pooled.items`` are the scale's items that were asked; ``varying`` (K,) says whose answers
    differ. ``statistics`` have NaN at the others.
    """

    id: str
    pooled: PooledItems
    varying: NDArray[np.bool_]
    statistics: ItemStatistics
    remarks: tuple[Text, ...] = ()
    alpha: float = NAN
    alpha_low: float = NAN
    alpha_high: float = NAN
    alpha_se: float = NAN
    standardised_alpha: float = NAN
    average_r: float = NAN
    lambda6: float = NAN
    omega_total: float = NAN
    omega_hierarchical: float = NAN
    split_half: SplitHalf = SplitHalf(NAN, NAN, NAN, NAN, NAN, NAN)


def scale_qualities(
    moments: SurveyMoments, framework: Framework, missing: str
) -> dict[str, ScaleQuality]:
    """Reliability of every indicator and dimension with at least two items, by id."""
    found = {}
    for scale, members in framework.scales().items():
        asked = tuple(item for item in members if item in moments.items)
        if asked:
            pooled = pooled_items(moments, framework, asked, missing, scale)
            found[scale] = scale_quality(scale, pooled, missing)
    return found


def scale_quality(id: str, pooled: PooledItems, missing: str) -> ScaleQuality:
    """Reliability of one scale from its pooled items."""
    varying = (pooled.sds > 0) & (pooled.counts > 1)
    inner = pooled.covariance[np.ix_(varying, varying)]
    usable = bool(len(inner) >= 2 and np.isfinite(inner).all())
    remarks = _remarks(pooled, varying, usable, missing)
    size = len(varying)
    if not usable:
        empty = ItemStatistics(*[np.full(size, NAN) for _ in range(5)])
        return ScaleQuality(id, pooled, varying, empty, tuple(remarks))
    r = correlation(inner)
    alpha = cronbach_alpha(inner)
    low, high = alpha_interval(alpha, pooled.people, len(inner))
    statistics = _spread(item_statistics(inner), varying)
    names = pooled.items
    against = [i for i, x in zip(names, statistics.rest_r, strict=True) if x < 0]
    if against:
        remarks.append(text("quality.remark-negative", items=", ".join(against)))
    if np.linalg.eigvalsh(r)[0] < -1e-8:
        remarks.append(text("quality.remark-indefinite"))
    return ScaleQuality(
        id,
        pooled,
        varying,
        statistics,
        tuple(remarks),
        alpha=alpha,
        alpha_low=low,
        alpha_high=high,
        alpha_se=alpha_standard_error(inner, pooled.people),
        standardised_alpha=cronbach_alpha(r),
        average_r=average_r(r),
        lambda6=guttman_lambda6(r),
        omega_total=omega_total(one_factor_loadings(r)),
        omega_hierarchical=_hierarchical(r),
        split_half=split_half(inner),
    )


def _remarks(
    pooled: PooledItems, varying: NDArray[np.bool_], usable: bool, missing: str
) -> list[Text]:
    found = []
    if pooled.missing != missing:
        found.append(text("quality.remark-pairwise"))
    if not pooled.counts.any():
        # Of complete rows there can be none although every item has answers.
        some = pooled.missing == LISTWISE
        found.append(text("quality.remark-none-complete" if some else "quality.remark-no-answers"))
        return found
    unanswered = [i for i, n in zip(pooled.items, pooled.counts, strict=True) if n == 0]
    if unanswered:
        found.append(text("quality.remark-unanswered", items=", ".join(unanswered)))
    alike = (pooled.counts > 0) & ~varying
    if alike.any():
        names = [i for i, same in zip(pooled.items, alike, strict=True) if same]
        found.append(text("quality.remark-constant", items=", ".join(names)))
    if not usable and varying.sum() >= 2:
        found.append(text("quality.reason-unpaired"))
    elif not usable:
        found.append(text("quality.remark-two-items"))
    elif varying.sum() == 2:
        found.append(text("quality.remark-pair"))
    return found


def _hierarchical(r: Array) -> float:
    """Omega hierarchical where three group factors of two items are possible."""
    if len(r) < 2 * GROUP_FACTORS or np.linalg.eigvalsh(r)[0] < 1e-8:
        return float("nan")
    return hierarchical_omega(r, GROUP_FACTORS).hierarchical


def _spread(own: ItemStatistics, varying: NDArray[np.bool_]) -> ItemStatistics:
    """Statistics of the items that vary at their places among all; NaN elsewhere."""

    def whole(values: Array) -> Array:
        found = np.full(len(varying), NAN)
        found[varying] = values
        return found

    return ItemStatistics(
        whole(own.rest_r),
        whole(own.total_r),
        whole(own.standardised_total_r),
        whole(own.corrected_r),
        whole(own.alpha_if_dropped),
    )
