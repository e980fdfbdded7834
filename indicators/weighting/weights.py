"""Weights from data or from points. Array floor: one small function a method.

Data-driven weights say how much indicators differ in this sample, not how much they matter; below
30 units they are mostly noise, so that `bootstrap_weights` stands beside each of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

FEWEST_UNITS = 30
"""With fewer units a data-driven weight carries a warning."""


def equal_weights(count: int) -> Array:
    return np.full(count, 1 / count)


def budget_allocation(points: Array) -> Array:
    """Weights from points that experts (E, C) share out: mean of each expert's shares.

    Raises
    ------
    ValueError
        When an expert gives a negative number or no point at all.
    """
    points = np.atleast_2d(points)
    totals = points.sum(axis=1, keepdims=True)
    if (points < 0).any() or (totals <= 0).any():
        raise ValueError("points are not negative, and every expert gives some")
    return (points / totals).mean(axis=0)


def entropy_weights(z: Array) -> Array:
    """Shannon entropy weights of a matrix (n, C) that is not negative.

    p = z/Σz by column, e = −Σ p ln p / ln n with 0·ln 0 = 0, w ∝ 1 − e; equal where nothing
    differs. No shift is added: it would change the weights. Source: Shannon (1948); Zou, Yi & Sun
    (2006).
    """
    if (z < 0).any():
        raise ValueError("entropy weights need values that are not negative")
    totals = z.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(totals > 0, z / totals, 1 / len(z))
        e = -np.where(p > 0, p * np.log(p), 0.0).sum(axis=0) / np.log(len(z))
    return _shares(np.maximum(1 - e, 0.0))


def critic_weights(z: Array) -> Array:
    """CRITIC weights of a directed matrix (n, C): σ_j Σ_k (1 − r_jk), ddof 1.

    A constant column has weight 0. Source: Diakoulaki, Mavrotas &
    Papayannakis (1995).
    """
    sd = z.std(axis=0, ddof=1)
    used = sd > 0
    r = np.eye(z.shape[1])
    if used.sum() > 1:
        r[np.ix_(used, used)] = np.corrcoef(z[:, used], rowvar=False)
    return _shares(sd * np.where(used, (1 - r)[:, used].sum(axis=1), 0.0))


def deviation_weights(z: Array) -> Array:
    """Weights in proportion to the columns' standard deviations, ddof 1."""
    return _shares(z.std(axis=0, ddof=1))


def gini_weights(z: Array) -> Array:
    """Weights in proportion to the columns' Gini coefficients, Σ_i Σ_k |z_i − z_k| / (2n² z̄).

    Raises ValueError for a matrix with negative values, whose means can be anything.
    """
    if (z < 0).any():
        raise ValueError("Gini weights need values that are not negative")
    n = len(z)
    apart = np.abs(z[:, None] - z[None]).sum(axis=(0, 1))
    mean = z.mean(axis=0)
    return _shares(np.divide(apart, 2 * n**2 * mean, out=np.zeros_like(mean), where=mean > 0))


def component_weights(z: Array) -> Array:
    """Squared loadings on the first principal component of the correlations. A diagnosis.

    Source: OECD & JRC Handbook (2008), 6.1, first factor alone. Constant columns have weight 0.
    """
    sd = z.std(axis=0, ddof=1)
    used = sd > 0
    found = np.zeros(z.shape[1])
    if used.sum() == 1:
        found[used] = 1.0
    elif used.any():
        vectors = np.linalg.eigh(np.corrcoef(z[:, used], rowvar=False))[1]
        found[used] = vectors[:, -1] ** 2
    return _shares(found)


def balanced_weights(
    z: Array, wanted: Array | None = None, tolerance: float = 1e-10
) -> tuple[Array, bool]:
    """Weights under which each column's correlation with the weighted mean is as ``wanted``.

    Minimises Σ (share of correlation − wanted)² over weights that are not negative and sum to 1,
    from several starts; equal shares by default. Source: Becker et al. (2017).

    Returns
    -------
    weights (C,), and whether the search converged: the best point it saw is returned in any case
    """
    from scipy.optimize import minimize

    count = z.shape[1]
    target = np.full(count, 1 / count) if wanted is None else wanted / wanted.sum()
    covariance = np.cov(z, rowvar=False)
    sd = np.sqrt(np.diag(covariance))
    if (sd <= 0).any():
        raise ValueError("every column must vary")

    def shares(weights: Array) -> Array:
        along = covariance @ weights
        r = np.maximum(along / sd, 0.0)
        return r / r.sum() if r.sum() > 0 else np.zeros(count)

    def loss(weights: Array) -> float:
        return float(((shares(weights) - target) ** 2).sum())

    starts = [np.full(count, 1 / count), _shares(1 / sd), _shares(target / sd)]
    best, converged = starts[0], False
    for start in starts:
        found = minimize(
            loss,
            start,
            method="SLSQP",
            bounds=[(0.0, 1.0)] * count,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            options={"maxiter": 1000, "ftol": tolerance**1.5},
        )
        weights = np.maximum(found.x, 0.0)
        weights = weights / weights.sum()
        if loss(weights) <= loss(best):
            best, converged = weights, bool(found.success)
    return best, converged


def bootstrap_weights(
    z: Array, method: Callable[[Array], Array], draws: int, generator: np.random.Generator
) -> Array:
    """Weights (draws, C) of units drawn again with replacement: how sure a weight is."""
    n = len(z)
    return np.stack([method(z[generator.integers(0, n, n)]) for _ in range(draws)])


def _shares(values: Array) -> Array:
    total = float(values.sum())
    return values / total if total > 0 else equal_weights(len(values))
