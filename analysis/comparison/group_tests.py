"""Tests of differences between groups of people, from their counts, means and variances or ranks.

Array floor. G groups; `holm` keeps the chance of any false claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.comparison.studentised_range import studentised_range_sf

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Test:
    """A statistic with its degrees of freedom (``df2`` NaN for χ²) and probability."""

    statistic: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True)
class Pairs:
    """Comparisons of every two groups a < b: their places, estimate a from b, p."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    estimate: Array
    p: Array


def holm(p: Array) -> Array:
    """Holm's adjusted probabilities, in the order given. Source: Holm (1979)."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def welch(n: Array, mean: Array, variance: Array) -> Test:
    """Welch's analysis of variance: means of groups with unequal variances. Welch (1951)."""
    from scipy.special import fdtrc

    groups = len(n)
    weight = n / variance
    total = weight.sum()
    middle = weight @ mean / total
    lost = float((((1 - weight / total) ** 2) / (n - 1)).sum())
    between = float(weight @ (mean - middle) ** 2) / (groups - 1)
    f = between / (1 + 2 * (groups - 2) / (groups**2 - 1) * lost)
    df2 = (groups**2 - 1) / (3 * lost)
    return Test(f, groups - 1, df2, float(fdtrc(groups - 1, df2, f)))


def games_howell(n: Array, mean: Array, variance: Array) -> Pairs:
    """Games & Howell's (1976) comparisons: studentised range with Welch-Satterthwaite's df.

    Differences are second − first.
    """
    first, second = np.triu_indices(len(n), 1)
    error = variance / n
    spread = error[first] + error[second]
    df = spread**2 / (error[first] ** 2 / (n[first] - 1) + error[second] ** 2 / (n[second] - 1))
    estimate = mean[second] - mean[first]
    scale = np.sqrt(spread / 2)
    p = studentised_range_sf(np.abs(estimate) / scale, len(n), df)
    return Pairs(first, second, estimate, p)


def kruskal_wallis(ranks: Array, group: NDArray[np.integer]) -> Test:
    """H of mid-ranks (N,) in groups 0 … G − 1, corrected for ties. Kruskal & Wallis (1952)."""
    from scipy.special import chdtrc

    n, sums, tie = _rank_sums(ranks, group)
    total = len(ranks)
    h = 12 / (total * (total + 1)) * float((sums**2 / n).sum()) - 3 * (total + 1)
    corrected = h / tie if tie > 0 else float("nan")
    return Test(corrected, len(n) - 1, float("nan"), float(chdtrc(len(n) - 1, corrected)))


def dunn(ranks: Array, group: NDArray[np.integer]) -> Pairs:
    """Dunn's (1964) comparisons of mean ranks, ties corrected, adjusted by Holm.
    Differences are second − first, as z."""
    from scipy.special import ndtr

    n, sums, tie = _rank_sums(ranks, group)
    total = len(ranks)
    first, second = np.triu_indices(len(n), 1)
    mean = sums / n
    spread = total * (total + 1) / 12 * tie * (1 / n[first] + 1 / n[second])
    z = (mean[second] - mean[first]) / np.sqrt(spread)
    return Pairs(first, second, z, holm(2 * ndtr(-np.abs(z))))


def _rank_sums(ranks: Array, group: NDArray[np.integer]) -> tuple[Array, Array, float]:
    """Counts and sums of ranks by group, and the correction 1 − Σ(t³ − t)/(N³ − N) for ties."""
    n = np.bincount(group).astype(np.float64)
    sums = np.bincount(group, weights=ranks).astype(np.float64)
    ties = np.unique(ranks, return_counts=True)[1].astype(float)
    total = float(len(ranks))
    return n, sums, 1 - float((ties**3 - ties).sum()) / (total**3 - total)
