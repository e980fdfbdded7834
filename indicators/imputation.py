"""Missing indicator values filled in. The default is not to: what is missing lowers coverage.

An imputed value makes a score, not knowledge: coverage, counts and statuses stay as they are
without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Framework

Array = NDArray[np.float64]

ITERATIONS = 500
TOLERANCE = 1e-8


def dimension_blocks(framework: Framework) -> list[list[int]]:
    """Columns of ``framework.measured`` that belong to each dimension."""
    sizes = [len(d.indicators) for f in framework.factors for d in f.dimensions]
    ends = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    return [list(range(start, stop)) for start, stop in pairwise(ends)]


def impute(
    values: Array,
    method: str,
    blocks: Sequence[Sequence[int]],
    groups: Sequence[str],
    absent: NDArray[np.bool_],
) -> Array:
    """Fill what is missing.

    - ``dimension-mean``  the department's mean of its other indicators in the dimension
    - ``group-mean``      the mean of the indicator over the departments of the same group
    - ``regression``      the expectation given the department's other indicators in the dimension,
      under the maximum-likelihood multivariate normal (`em_moments`); a dimension with fewer than
      ``2·C + 2`` departments that have any of it takes no part

    Parameters
    ----------
    values : (..., D, I), NaN = missing; for ``regression`` (D, I)
    blocks : columns of each dimension; others stay as they are, except under ``group-mean``
    groups : (D,)
    absent : (D, I) what does not apply to a department and is never filled

    Returns
    -------
    array like ``values``; what cannot be filled stays missing
    """
    found = values.copy()
    gaps = np.isnan(values) & ~absent
    if method == "group-mean":
        for group in set(groups):
            rows = np.array([g == group for g in groups])
            mean = _mean(values[..., rows, :], axis=-2)[..., None, :]
            found[..., rows, :] = np.where(gaps[..., rows, :], mean, values[..., rows, :])
        return found
    for block in blocks:
        columns = list(block)
        own = values[..., columns]
        if method == "regression":
            filled = _expected(own)
        else:
            filled = _mean(own, axis=-1)[..., None]
        found[..., columns] = np.where(gaps[..., columns], filled, own)
    return found


def em_moments(x: Array, ridge: float = 0.0) -> tuple[Array, Array]:
    """Maximum-likelihood mean (C,) and covariance (C, C) of a normal with values missing at random.

    The EM algorithm over patterns of missingness: expectation given what is there, then the
    moments, until nothing moves by more than `TOLERANCE` of a standard deviation. Rows without any
    value are left out. Source: Little & Rubin (2002), 11.2.

    Parameters
    ----------
    ridge : added to every variance, as a share of it, when conditional means are found
    """
    x = x[~np.isnan(x).all(axis=1)]
    known = ~np.isnan(x)
    mean = _mean(x, axis=0)
    scale = np.sqrt(_mean((x - mean) ** 2, axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    covariance = np.diag(scale**2)
    for _ in range(ITERATIONS):
        filled, extra = _conditional(x, known, mean, covariance, ridge)
        new_mean = filled.mean(axis=0)
        away = filled - new_mean
        new = (away.T @ away + extra) / len(x)
        moved = max(
            float((np.abs(new_mean - mean) / scale).max()),
            float((np.abs(new - covariance) / np.outer(scale, scale)).max()),
        )
        mean, covariance = new_mean, new
        if moved < TOLERANCE:
            break
    return mean, covariance


def _conditional(
    x: Array, known: NDArray[np.bool_], mean: Array, covariance: Array, ridge: float
) -> tuple[Array, Array]:
    """Rows filled with conditional means, and the sum of conditional covariances."""
    filled = x.copy()
    extra = np.zeros_like(covariance)
    for pattern in np.unique(known, axis=0):
        rows = (known == pattern).all(axis=1)
        there, gone = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        if not len(gone):
            continue
        inner = covariance[np.ix_(there, there)]
        inner = inner + np.diag(np.diag(inner)) * ridge
        beta = np.linalg.pinv(inner, hermitian=True) @ covariance[np.ix_(there, gone)]
        filled[np.ix_(rows, gone)] = mean[gone] + (x[np.ix_(rows, there)] - mean[there]) @ beta
        rest = covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, there)] @ beta
        extra[np.ix_(gone, gone)] += rows.sum() * rest
    return filled, extra


def _expected(own: Array) -> Array:
    there = ~np.isnan(own).all(axis=1)
    varies = np.array([len(np.unique(c[~np.isnan(c)])) > 1 for c in own.T], dtype=bool)
    if there.sum() < 2 * own.shape[1] + 2 or varies.sum() < 2:
        return np.full(own.shape, np.nan)
    used = np.flatnonzero(varies)
    part = own[:, used]
    rows = ~np.isnan(part).all(axis=1)
    mean, covariance = em_moments(part[rows], ridge=1e-6)
    filled, _ = _conditional(part[rows], ~np.isnan(part[rows]), mean, covariance, 1e-6)
    found = np.full(own.shape, np.nan)
    found[np.ix_(rows, used)] = filled
    return found


def _mean(values: Array, axis: int) -> Array:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0.0).sum(axis=axis) / known.sum(axis=axis)
