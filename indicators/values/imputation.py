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
from indicators.words import one_of

METHODS = ("dimension-mean", "group-mean", "regression")

Array = NDArray[np.float64]

ITERATIONS = 500
TOLERANCE = 1e-8
RIDGE = 1e-6
"""Share by which variances are raised when conditional means are found."""

Moments = tuple[NDArray[np.intp], Array, Array]


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
    moments: Sequence[Moments | None] | None = None,
) -> Array:
    """Fill what is missing.

    - ``dimension-mean``  the department's mean of its other indicators in the dimension
    - ``group-mean``      the mean of the indicator over the departments of the same group
    - ``regression``      the expectation given the department's other indicators in the dimension,
      under the maximum-likelihood multivariate normal (`em_moments`); a dimension with fewer than
      ``2·C + 2`` departments that have any of it takes no part

    Parameters
    ----------
    values : (..., D, I), NaN = missing; for ``regression`` without ``moments`` (D, I)
    blocks : columns of each dimension; others stay as they are, except under ``group-mean``
    groups : (D,)
    absent : (D, I) what does not apply to a department and is never filled
    moments : `block_moments` of other values than these, for ``regression``

    Returns
    -------
    array like ``values``; what cannot be filled stays missing
    """
    one_of("imputation", method, METHODS)
    by_leaf = np.moveaxis(values, -1, 0)
    found = np.array(by_leaf)
    gaps = np.isnan(by_leaf) & ~np.moveaxis(absent, -1, 0).reshape(
        len(by_leaf), *(1,) * (values.ndim - 2), -1
    )
    with_gaps = [column for column in range(len(gaps)) if gaps[column].any()]
    if method == "group-mean":
        for group in set(groups):
            rows = np.flatnonzero([g == group for g in groups])
            for column in with_gaps:
                own = by_leaf[column][..., rows]
                mean = _mean(own, axis=-1)[..., None]
                found[column][..., rows] = np.where(gaps[column][..., rows], mean, own)
        return np.moveaxis(found, 0, -1)
    if method == "regression" and moments is None:
        moments = block_moments(values, blocks)
    for place, block in enumerate(blocks):
        columns = [column for column in block if column in with_gaps]
        if columns:
            own = by_leaf[list(block)]
            if method == "regression":
                assert moments is not None
                filled = _expected(own, moments[place])[[column in columns for column in block]]
            else:
                filled = _mean(own, axis=0)
            found[columns] = np.where(gaps[columns], filled, found[columns])
    return np.moveaxis(found, 0, -1)


def block_moments(values: Array, blocks: Sequence[Sequence[int]]) -> list[Moments | None]:
    """What ``regression`` needs of each dimension's indicators in (D, I) values: columns within
    the block that vary, their mean and covariance (`em_moments`); None for too few departments."""
    return [_moments(values[:, list(block)]) for block in blocks]


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


def _moments(own: Array) -> Moments | None:
    there = ~np.isnan(own).all(axis=1)
    varies = np.array([len(np.unique(c[~np.isnan(c)])) > 1 for c in own.T], dtype=bool)
    if there.sum() < 2 * own.shape[1] + 2 or varies.sum() < 2:
        return None
    used = np.flatnonzero(varies)
    part = own[:, used]
    return used, *em_moments(part[~np.isnan(part).all(axis=1)], ridge=RIDGE)


def _expected(own: Array, moments: Moments | None) -> Array:
    """Conditional expectations (C, ...) of a block's values; NaN where there are none."""
    found = np.full(own.shape, np.nan).reshape(len(own), -1)
    if moments is not None:
        used, mean, covariance = moments
        part = own.reshape(len(own), -1)[used].T
        gone = np.isnan(part)
        rows = gone.any(axis=1) & ~gone.all(axis=1)
        filled, _ = _conditional(part[rows], ~gone[rows], mean, covariance, RIDGE)
        found[np.ix_(used, np.flatnonzero(rows))] = filled.T
    return found.reshape(own.shape)


def _mean(values: Array, axis: int) -> Array:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0.0).sum(axis=axis) / known.sum(axis=axis)
