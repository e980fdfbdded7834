"""Raw metric values → scores. One function a method; the formula is in its docstring.

Only goalposts give scores that compare across rounds; the other methods depend on who else is in
the sample and are labelled so wherever they are used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Metric, Normalisation

Array = NDArray[np.float64]


def goalpost_score(
    x: Array,
    zero: float,
    full: float,
    *,
    optimum: tuple[float, float] | None = None,
    ends: tuple[float, float] = (0.0, 100.0),
) -> tuple[Array, NDArray[np.bool_]]:
    """Linear between goalposts, clipped: ``low + (high − low)·clip((x − zero)/(full − zero), 0, 1)``.

    With an ``optimum`` [l, u] inside the outer zeros ``zero`` ≤ l and u ≤ ``full``, the score is
    full inside the optimum and falls linearly to the outer zeros.

    Parameters
    ----------
    x : array (...), NaN = missing
    zero, full : raw values at the low and at the high end (``zero`` > ``full``: less is better)
    ends : the normalised range

    Returns
    -------
    score : array (...), NaN where x is NaN
    clipped : bool array (...), where x lay outside the goalposts
    """
    if optimum is None:
        share = (x - zero) / (full - zero)
    else:
        low, high = optimum
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = np.where(x >= low, 1.0, (x - zero) / (low - zero))
            falling = np.where(x <= high, 1.0, (full - x) / (full - high))
        share = np.where(np.isnan(x), np.nan, np.minimum(rising, falling))
    clipped = (share < 0) | (share > 1)
    return ends[0] + (ends[1] - ends[0]) * np.clip(share, 0.0, 1.0), clipped


def zscore(x: Array, mean: float = 0.0, sd: float = 1.0) -> Array:
    """``(x − m)/s·sd + mean`` with the sample mean m and standard deviation s (ddof 1)."""
    return (x - np.nanmean(x)) / np.nanstd(x, ddof=1) * sd + mean


def rank(x: Array) -> Array:
    """Ascending ranks 1 … n among the values that are there; ties share the lowest rank."""
    known = x[~np.isnan(x)]
    return np.where(np.isnan(x), np.nan, 1.0 + np.searchsorted(np.sort(known), x, side="left"))


def borda(x: Array) -> Array:
    """``rank − 1``: how many units lie below."""
    return rank(x) - 1.0


def percentile_rank(x: Array) -> Array:
    """``(rank − 1)/(n − 1)`` over the n values that are there."""
    return borda(x) / (np.count_nonzero(~np.isnan(x)) - 1)


def distance_to_max(x: Array) -> Array:
    """``1 − (max − x)/(max − min)``: 1 for the best unit, 0 for the worst."""
    top, bottom = np.nanmax(x), np.nanmin(x)
    return 1.0 - (top - x) / (top - bottom)


def normalise(
    x: Array, metric: Metric, method: Normalisation, ends: tuple[float, float]
) -> tuple[Array, NDArray[np.bool_]]:
    """Scores of one metric's raw values by the framework's method.

    Parameters
    ----------
    x : array (..., D) for goalposts; (D,) for the methods that depend on the sample
    ends : the normalised range, used by goalposts and min-max

    Returns
    -------
    score : array like x. A constant column, or a single unit, has no score under the methods that
        depend on the sample: all NaN.
    clipped : bool array like x
    """
    values = np.log1p(np.maximum(x, -1 + 1e-12)) if metric.transform == "log1p" else x
    unclipped = np.zeros(x.shape, dtype=bool)
    if method.method == "goalposts":
        assert isinstance(metric.goalposts, tuple)
        posts = _transformed(metric.goalposts, metric)
        optimum = _transformed(metric.optimum, metric) if _interval(metric) else None
        return goalpost_score(values, *posts, optimum=optimum, ends=ends)
    known = values[~np.isnan(values)]
    if known.size < 2 or known.max() == known.min():
        return np.full(x.shape, np.nan), unclipped
    if method.method == "minmax":
        low, high = float(known.min()), float(known.max())
        if _interval(metric):
            optimum = _transformed(metric.optimum, metric)
            inner = (max(low, optimum[0]), min(high, optimum[1]))
            return goalpost_score(values, low, high, optimum=inner, ends=ends)
        posts = (high, low) if metric.direction == "down" else (low, high)
        return goalpost_score(values, *posts, ends=ends)
    directed = -values if metric.direction == "down" else values
    if method.method == "zscore":
        return zscore(directed, method.mean, method.sd), unclipped
    by_sample = {
        "rank": rank,
        "borda": borda,
        "percentile-rank": percentile_rank,
        "distance-to-max": distance_to_max,
    }
    return by_sample[method.method](directed), unclipped


def _interval(metric: Metric) -> bool:
    return metric.direction == "interval"


def _transformed(pair: tuple[float, float] | None, metric: Metric) -> tuple[float, float]:
    assert pair is not None
    if metric.transform == "log1p":
        return float(np.log1p(pair[0])), float(np.log1p(pair[1]))
    return pair
