"""Agreement of people within departments, and whether their means can be told apart.

Array floor: sums per department in, so that the cost does not grow with the number of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class OneWay:
    """One-way analysis of variance of people in D departments.

    Attributes
    ----------
    n : (D,) people; means : (D,); within : sum of squares about the departments' means
    ms_between, ms_within : mean squares; f, p : their ratio and its probability
    n0 : (N − Σn²/N)/(D − 1), the group size that makes E[ms_between] = σ² + n0 τ²
    """

    n: Array
    means: Array
    within: float
    ms_between: float
    ms_within: float
    f: float
    p: float
    n0: float

    @property
    def icc1(self) -> float:
        """Reliability of one person's answer: (MSB − MSW)/(MSB + (n0 − 1) MSW). Bartko (1976)."""
        under = self.ms_between + (self.n0 - 1) * self.ms_within
        return (self.ms_between - self.ms_within) / under if under > 0 else float("nan")

    @property
    def icc2(self) -> float:
        """Reliability of a department's mean: (MSB − MSW)/MSB. Bartko (1976)."""
        if not self.ms_between > 0:
            return float("nan")
        return (self.ms_between - self.ms_within) / self.ms_between


def one_way(n: Array, means: Array, within: float) -> OneWay:
    """Analysis of variance from (D,) counts and means and the sum of squares within.

    Departments without people are left out. ``f`` is infinite when nobody differs within a
    department, and NaN when nothing differs at all or there are fewer than two departments.
    """
    from scipy.special import fdtrc

    present = n > 0
    n, means = n[present].astype(float), means[present]
    total, groups = float(n.sum()), len(n)
    nan = float("nan")
    if groups < 2 or total <= groups:
        return OneWay(n, means, within, nan, nan, nan, nan, nan)
    middle = float(n @ means) / total
    between = float(n @ (means - middle) ** 2) / (groups - 1)
    inner = max(within, 0.0) / (total - groups)
    f = between / inner if inner > 0 else (np.inf if between > 0 else nan)
    p = float(fdtrc(groups - 1, total - groups, f)) if np.isfinite(f) else (0.0 if f > 0 else nan)
    n0 = (total - float((n**2).sum()) / total) / (groups - 1)
    return OneWay(n, means, max(within, 0.0), between, inner, float(f), p, n0)


def uniform_null(categories: int) -> float:
    """Variance of answers spread evenly over A categories: (A² − 1)/12."""
    return (categories**2 - 1) / 12


SLIGHTLY_SKEWED = {5: 1.34, 6: 1.85, 7: 2.90, 9: 5.25, 11: 6.32}
"""Variances of slightly skewed nulls by number of categories (LeBreton & Senter 2008, table 2)."""


def skewed_null(categories: int) -> float:
    """The slightly skewed null; between the tabled scales the uniform one in their proportion."""
    if categories in SLIGHTLY_SKEWED:
        return SLIGHTLY_SKEWED[categories]
    return uniform_null(categories) * 0.67


def rwg_j(mean_variance: Array, items: int, null: float) -> Array:
    """Agreement on a scale of J items: J(1 − s̄²/σ²)/(J(1 − s̄²/σ²) + s̄²/σ²).

    Parameters
    ----------
    mean_variance : (D,) mean of the items' variances in each department

    Where the mean variance exceeds the null the value is 0: more differs than by chance.
    Source: James, Demaree & Wolf (1984), formula 2.
    """
    ratio = mean_variance / null
    agreed = items * (1 - ratio)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(ratio > 1, 0.0, agreed / (agreed + ratio))


def average_deviation(
    counts: Sequence[NDArray[np.integer]], lows: Sequence[int], about: str = "mean"
) -> Array:
    """Mean absolute deviation about each item's mean or median, averaged over items. (D,)

    Parameters
    ----------
    counts : K arrays (D, categories), answers per category
    lows : code of each item's first category

    Source: Burke, Finkelstein & Dusig (1999). NaN for a department without answers.
    """
    if about not in ("mean", "median"):
        raise ValueError(f"about is mean | median, not {about}")
    items = [
        _deviation(c.astype(float), low + np.arange(c.shape[1]), about)
        for c, low in zip(counts, lows, strict=True)
    ]
    stacked = np.stack(items)
    known = ~np.isnan(stacked)
    with np.errstate(invalid="ignore"):
        return np.where(known, stacked, 0.0).sum(axis=0) / np.where(
            known.any(axis=0), known.sum(axis=0), np.nan
        )


def _deviation(counts: Array, codes: NDArray[np.integer], about: str) -> Array:
    total = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        if about == "mean":
            centre = counts @ codes / total
        else:
            reached = np.cumsum(counts, axis=1)
            lower = codes[(reached >= total[:, None] / 2).argmax(axis=1)]
            upper = codes[(reached >= (total[:, None] / 2 + 0.5)).argmax(axis=1)]
            centre = (lower + upper) / 2
        away = np.abs(codes - centre[:, None])
        return np.where(total > 0, (counts * away).sum(axis=1) / total, np.nan)
