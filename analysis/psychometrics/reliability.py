"""Reliability of a scale from the covariances of its directed items.

Array floor: covariance matrix in, numbers out. Nothing here needs single answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

ALL_SPLITS_UP_TO = 12
"""Items of a scale for which every split into halves is taken (924 / 2 of them)."""


@dataclass(frozen=True)
class ItemStatistics:
    """How each of K items goes with its scale; arrays of length K, NaN where undefined.

    Attributes
    ----------
    rest_r : correlation with the sum of the other items (corrected item-total correlation)
    total_r, standardised_total_r : correlation with the sum of all items, raw and standardised
    corrected_r : correlation with the total corrected for overlap and reliability, the item's own
        variance replaced by its squared multiple correlation (Cureton 1966)
    alpha_if_dropped : raw alpha of the other items
    """

    rest_r: Array
    total_r: Array
    standardised_total_r: Array
    corrected_r: Array
    alpha_if_dropped: Array


@dataclass(frozen=True)
class SplitHalf:
    """Reliability from halves of a scale.

    Attributes
    ----------
    odd_even_r : correlation of the sum of items 1, 3, … with that of items 2, 4, …
    spearman_brown : 2 r / (1 + r) of it
    guttman : 4 cov(halves) / var(total) of the odd-even split
    lowest, mean, highest : Guttman's coefficient over all splits into halves as equal as can be,
        of standardised items; NaN beyond `ALL_SPLITS_UP_TO` items
    """

    odd_even_r: float
    spearman_brown: float
    guttman: float
    lowest: float
    mean: float
    highest: float


def correlation(covariance: Array) -> Array:
    """The covariance matrix scaled by its own diagonal; NaN in rows of a constant item."""
    sd = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = covariance / np.outer(np.where(sd > 0, sd, np.nan), np.where(sd > 0, sd, np.nan))
    np.fill_diagonal(r, np.where(sd > 0, 1.0, np.nan))
    return r


def cronbach_alpha(covariance: Array) -> float:
    """Coefficient alpha, K/(K−1) · (1 − Σ variances / variance of the sum). In (−∞, 1].

    Of a correlation matrix it is standardised alpha. NaN for fewer than two items or a total
    without variance. Source: Cronbach (1951), formula 2.
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return float("nan")
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def alpha_interval(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Feldt's interval of alpha from n people and k items.

    1 − (1 − α̂) F with F on (n − 1, (n − 1)(k − 1)) degrees of freedom; NaN for n < 2 or k < 2.
    Source: Feldt, Woodruff & Salih (1987).
    """
    if n < 2 or k < 2 or not np.isfinite(alpha):
        return float("nan"), float("nan")
    from scipy.special import fdtri

    df, tail = (n - 1, (n - 1) * (k - 1)), (1 - level) / 2
    return (
        float(1 - (1 - alpha) * fdtri(*df, 1 - tail)),
        float(1 - (1 - alpha) * fdtri(*df, tail)),
    )


def alpha_standard_error(covariance: Array, n: int) -> float:
    """Asymptotic standard error of raw alpha under normality.

    Source: Duhachek & Iacobucci (2004), formula 1 (van Zyl, Neudecker & Nel 2000).
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or n < 1 or not total > 0:
        return float("nan")
    squared = covariance @ covariance
    trace = float(np.trace(covariance))
    q = (
        2.0
        * k**2
        / ((k - 1) ** 2 * total**3)
        * (total * (float(np.trace(squared)) + trace**2) - 2 * trace * float(squared.sum()))
    )
    return float(np.sqrt(max(q, 0.0) / n))


def squared_multiple_correlations(r: Array) -> Array:
    """R² of each item on all others, 1 − 1/(R⁻¹)_jj. (K,), NaN for a singular matrix."""
    from scipy.linalg import cho_solve

    factor = _cholesky(r)
    if factor is None:
        return np.full(len(r), np.nan)
    return 1 - 1 / np.diag(cho_solve((factor, True), np.eye(len(r))))


def guttman_lambda6(r: Array) -> float:
    """Guttman's λ6 of a correlation matrix: 1 − Σ(1 − smc_j) / Σ r_jk. NaN when singular.

    Source: Guttman (1945).
    """
    if len(r) < 2:
        return float("nan")
    return float(1 - (1 - squared_multiple_correlations(r)).sum() / r.sum())


def average_r(r: Array) -> float:
    """Mean correlation between different items."""
    k = len(r)
    return float((r.sum() - np.trace(r)) / (k * (k - 1))) if k > 1 else float("nan")


def item_statistics(covariance: Array) -> ItemStatistics:
    """How each item goes with its scale, from the covariances of directed items (K, K)."""
    k = len(covariance)
    variance, row, total = np.diag(covariance), covariance.sum(axis=1), covariance.sum()
    rest = total - 2 * row + variance
    r = correlation(covariance)
    smc = squared_multiple_correlations(r)
    communal = r - np.diag(1 - smc)
    with np.errstate(divide="ignore", invalid="ignore"):
        dropped = (k - 1) / max(k - 2, 1) * (1 - (np.trace(covariance) - variance) / rest)
        return ItemStatistics(
            rest_r=_positive_root(row - variance, variance * rest),
            total_r=_positive_root(row, variance * total),
            standardised_total_r=_positive_root(r.sum(axis=1), np.full(k, r.sum())),
            corrected_r=_positive_root(communal.sum(axis=1), np.full(k, communal.sum())),
            alpha_if_dropped=np.where((rest > 0) & (k > 2), dropped, np.nan),
        )


def split_half(covariance: Array) -> SplitHalf:
    """Reliability from halves, from the covariances of directed items in questionnaire order.

    Source: Spearman (1910), Brown (1910); Guttman's L4 (1945).
    """
    k = len(covariance)
    nan = float("nan")
    if k < 2:
        return SplitHalf(nan, nan, nan, nan, nan, nan)
    odd = np.arange(k) % 2 == 0
    a, b = covariance[np.ix_(odd, odd)].sum(), covariance[np.ix_(~odd, ~odd)].sum()
    between, total = covariance[np.ix_(odd, ~odd)].sum(), covariance.sum()
    correlated = float(between / np.sqrt(a * b)) if a > 0 and b > 0 else nan
    stepped = 2 * correlated / (1 + correlated) if correlated > -1 else nan
    lowest = mean = highest = nan
    r = correlation(covariance)
    if k <= ALL_SPLITS_UP_TO and r.sum() > 0:
        sides = _splits(k)
        every = 1 - np.einsum("sj,jk,sk->s", sides, r, sides, optimize=True) / r.sum()
        lowest, mean, highest = float(every.min()), float(every.mean()), float(every.max())
    return SplitHalf(
        correlated,
        float(stepped),
        float(4 * between / total) if total > 0 else nan,
        lowest,
        mean,
        highest,
    )


@cache
def _splits(k: int) -> Array:
    """Every split of k items into halves as equal as can be, once: rows of 1 and −1."""
    half = k // 2
    chosen = [c for c in combinations(range(k), half) if 2 * half < k or 0 in c]
    sides = -np.ones((len(chosen), k))
    for row, members in enumerate(chosen):
        sides[row, list(members)] = 1
    return sides


def _positive_root(numerator: Array, under_root: Array) -> Array:
    return np.where(under_root > 0, numerator / np.sqrt(np.abs(under_root)), np.nan)


def _cholesky(matrix: Array) -> Array | None:
    """Lower Cholesky factor; None for a matrix that is not positive definite, or nearly so."""
    if not np.isfinite(matrix).all():
        return None
    try:
        factor = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return None
    diagonal = np.diag(factor) ** 2
    return None if diagonal.min() < 1e-10 * diagonal.max() else factor
