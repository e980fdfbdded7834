"""The studentised range distribution for many comparisons at once. Array floor."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

Array = NDArray[np.float64]

WIDEST = 20.0
"""A range of normal numbers beyond this, in standard deviations, does not happen."""
TAIL = 1e-14
"""Probability left out at either end of the distribution of the standard deviation."""


def studentised_range_sf(q: Array, groups: int, df: Array) -> Array:
    """P(Q > q) of the range of ``groups`` ≥ 2 normal means over an independent standard deviation.

    P(Q ≤ q) = ∫ f(s) H(q s) ds, f the density of √(χ²_df / df), H the distribution of the range of
    as many standard normal numbers (Copenhaver & Holland 1988, eq. 1.1). Absolute error below 1e-9.

    Parameters
    ----------
    q : (N,) not negative
    df : (N,) degrees of freedom, 1 or more, need not be whole

    Returns
    -------
    (N,)
    """
    from scipy.special import chdtri, gammaln

    q, df = np.broadcast_arrays(np.asarray(q, dtype=float), np.asarray(df, dtype=float))
    low, high = (np.sqrt(chdtri(df, p) / df)[..., None] for p in (1 - TAIL, TAIL))
    node, weight = leggauss(128)
    t = (node + 1) / 2  # s = low + (high − low) t³: few degrees of freedom bend the density at 0
    s = low + (high - low) * t**3
    half = df[..., None] / 2
    log_density = np.log(2) + half * np.log(half) - gammaln(half)
    density = np.exp(log_density + (2 * half - 1) * np.log(s) - half * s**2) * weight * t**2
    below = _normal_range(groups)(np.minimum(q[..., None] * s, WIDEST))
    return np.clip(1 - (density * below).sum(axis=-1) / density.sum(axis=-1), 0.0, 1.0)


@lru_cache(maxsize=64)
def _normal_range(groups: int) -> Chebyshev:
    """P(range ≤ w) of standard normal numbers on [0, WIDEST], as a polynomial."""
    from scipy.special import ndtr

    node, weight = leggauss(200)
    z = 9.5 * node
    density = groups * 9.5 * weight * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)

    def below(w: Array) -> Array:
        return (ndtr(z) - ndtr(z - w[:, None])) ** (groups - 1) @ density

    return Chebyshev.interpolate(below, 160, domain=[0.0, WIDEST])
