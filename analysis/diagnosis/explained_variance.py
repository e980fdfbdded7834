"""What goes with an outcome, and how much: shares of explained variance, and necessary conditions.

Array floor. None of this says cause.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

MOST_PREDICTORS = 12
"""Beyond this many predictors the shares over all orders take too long; `johnson_weights` do not."""


def explained(r: Array, outcome: Array, members: tuple[int, ...]) -> float:
    """R² of an outcome on some predictors, from correlations (K, K) and (K,)."""
    if not members:
        return 0.0
    at = list(members)
    solved = np.linalg.lstsq(r[np.ix_(at, at)], outcome[at], rcond=None)[0]
    return float(outcome[at] @ solved)


def lmg_shares(r: Array, outcome: Array) -> Array:
    """Average gain of R² from each predictor over all orders (Shapley values of R²). (K,)

    They sum to R². Source: Lindeman, Merenda & Gold (1980); Grömping (2006).
    """
    count = len(outcome)
    if count > MOST_PREDICTORS:
        raise ValueError(f"at most {MOST_PREDICTORS} predictors, not {count}")
    value = {
        members: explained(r, outcome, members)
        for size in range(count + 1)
        for members in combinations(range(count), size)
    }
    found = np.zeros(count)
    for members, before in value.items():
        size = len(members)
        if size == count:
            continue
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        for k in range(count):
            if k not in members:
                found[k] += weight * (value[tuple(sorted((*members, k)))] - before)
    return found


def johnson_weights(r: Array, outcome: Array) -> Array:
    """Relative weights through the nearest orthogonal predictors; they sum to R². Johnson (2000)."""
    values, vectors = np.linalg.eigh(r)
    root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    slopes = np.linalg.lstsq(root, outcome, rcond=None)[0]
    return root**2 @ slopes**2


def ceiling_effect(x: Array, y: Array, scope: tuple[float, float, float, float]) -> float:
    """Necessary condition effect size d of a CE-FDH ceiling: empty area above it over the scope.

    Parameters
    ----------
    scope : least and largest x, least and largest y

    Source: Dul (2016).
    """
    x_low, x_high, y_low, y_high = scope
    total = (x_high - x_low) * (y_high - y_low)
    if total <= 0:
        return float("nan")
    order = np.lexsort((y, x))
    steps, tops = (
        np.unique(x[order]),
        np.maximum.accumulate(np.array([y[x <= step].max() for step in np.unique(x)])),
    )
    ends = np.append(steps[1:], x_high)
    empty = float(((ends - steps) * (y_high - tops)).sum())
    empty += (float(steps[0]) - x_low) * (y_high - y_low)
    return empty / total


def bottleneck(x: Array, y: Array, wanted: Array) -> Array:
    """Least x at which anybody reached each ``wanted`` y; NaN where nobody did. Dul (2016)."""
    return np.array([x[y >= w].min() if (y >= w).any() else np.nan for w in wanted])
