"""Outliers of a metric by the rule of composite indicators: winsorise a few, else take logarithms.

For methods that scale by the sample. Fixed goalposts clip, and need none of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Treatment:
    """What was done to a column: ``winsorised`` or ``log``, the count of changed units, and the
    shape that it had before."""

    method: str
    units: int
    skewness: float
    kurtosis: float


def skewness(x: Array) -> float:
    """Sample skewness G1 = √(n(n−1))/(n−2) · m3/m2^1.5 of complete values, n ≥ 3."""
    n, away = len(x), x - x.mean()
    m2 = float((away**2).mean())
    return float(np.sqrt(n * (n - 1)) / (n - 2) * (away**3).mean() / m2**1.5) if m2 > 0 else 0.0


def excess_kurtosis(x: Array) -> float:
    """Sample excess kurtosis G2 = (n−1)/((n−2)(n−3)) · ((n+1)(m4/m2² − 3) + 6), n ≥ 4."""
    n, away = len(x), x - x.mean()
    m2 = float((away**2).mean())
    if m2 == 0:
        return 0.0
    ratio = float((away**4).mean()) / m2**2
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (ratio - 3) + 6)


def treat(
    x: Array, skew_limit: float = 2.0, kurtosis_limit: float = 3.5, most: int = 5
) -> tuple[Array, Treatment | None]:
    """A column (n,) without outliers, and what was done; NaN = missing.

    A column whose |skewness| and excess kurtosis both pass their limits is winsorised: the furthest
    value on the side of the skew becomes the next one, until the column is within the limits or
    ``most`` values are changed. Where that does not do, the original is replaced by
    ln(x − min + 0.01·(max − min)). Fewer than 4 values are left alone.

    Source: OECD & JRC Handbook (2008); COIN Tool user guide (2019); Becker et al. (2022).
    """
    known = ~np.isnan(x)
    own = x[known]
    if len(own) < 4:
        return x, None
    shape = skewness(own), excess_kurtosis(own)

    def outlying(values: Array) -> bool:
        return abs(skewness(values)) > skew_limit and excess_kurtosis(values) > kurtosis_limit

    if not outlying(own):
        return x, None
    changed, values = np.zeros(len(own), dtype=bool), own.copy()
    while outlying(values) and changed.sum() < most:
        end = values.max() if skewness(values) >= 0 else values.min()
        at_end = values == end
        values[at_end] = values[~at_end].max() if skewness(values) >= 0 else values[~at_end].min()
        changed |= at_end
    method, units = "winsorised", int(changed.sum())
    if outlying(values):
        low, high = own.min(), own.max()
        values = np.log(own - low + 0.01 * (high - low))
        method, units = "log", len(own)
    found = x.copy()
    found[known] = values
    return found, Treatment(method, units, *shape)
