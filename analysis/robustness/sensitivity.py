"""Variance-based sensitivity indices. Array floor.

First-order index: share of an output's variance that goes with one input alone. Total index: share
that goes with it in company of others. Source: Sobol' (1993); Homma & Saltelli (1996).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Indices:
    """Indices of G inputs, with 90 % intervals; low = high = value where they are exact.

    NaN throughout where the output does not vary.
    """

    first: Array
    first_low: Array
    first_high: Array
    total: Array
    total_low: Array
    total_high: Array
    exact: bool


def exact_indices(outputs: Array) -> Indices:
    """Indices of a full factorial design, every combination equally likely.

    Parameters
    ----------
    outputs : array with one axis for each input, of its number of alternatives

    First: Var(E[y | x_i]) / Var(y). Total: E[Var(y | all but x_i)] / Var(y). No sampling error.
    """
    count = outputs.ndim
    variance = float(outputs.var())
    nothing = np.full(count, np.nan)
    if not variance > 1e-24 * max(1.0, float(np.abs(outputs).max()) ** 2):
        return Indices(nothing, nothing, nothing, nothing, nothing, nothing, True)
    first, total = np.empty(count), np.empty(count)
    for axis in range(count):
        others = tuple(a for a in range(count) if a != axis)
        first[axis] = outputs.mean(axis=others).var() / variance
        total[axis] = outputs.var(axis=axis).mean() / variance
    return Indices(first, first, first, total, total, total, True)


def sobol_points(inputs: int, size: int, seed: int) -> tuple[Array, Array]:
    """Two blocks A and B (N, G) of scrambled Sobol' points in [0, 1); ``size`` a power of two."""
    from scipy.stats import qmc

    if size < 2 or size & (size - 1):
        raise ValueError(f"the number of base points is a power of two, not {size}")
    points = qmc.Sobol(2 * inputs, scramble=True, rng=np.random.default_rng(seed)).random(size)
    return points[:, :inputs], points[:, inputs:]


def sobol_indices(
    a: Array, b: Array, ab: Array, *, resamples: int = 1000, seed: int = 1
) -> list[Indices]:
    """Indices of several outputs from their values at A, B and the A_B^(i).

    Parameters
    ----------
    a, b : (N, O) outputs at the two blocks
    ab : (G, N, O) outputs where column i of A comes from B
    resamples : bootstrap resamples of the N rows, all blocks together

    With y centred: first = mean(f_B (f_AB − f_A)) / V (Saltelli et al. 2010), total =
    mean((f_A − f_AB)²) / 2V (Jansen 1999), V over both blocks; intervals are the 5th and 95th
    percentiles of the resamples, widened to hold the estimate.
    """
    n, outputs = a.shape
    centre = (a.mean(axis=0) + b.mean(axis=0)) / 2
    fa, fb, fab = a - centre, b - centre, ab - centre
    terms = [fb[None] * (fab - fa[None]), (fa[None] - fab) ** 2 / 2]
    spread = (fa**2 + fb**2) / 2
    middle = (fa + fb) / 2
    generator = np.random.default_rng(seed)
    rows = (np.bincount(generator.integers(0, n, n), minlength=n) for _ in range(resamples))
    counts = np.stack(list(rows)).astype(np.float32)
    found = []
    for o in range(outputs):
        block = np.concatenate([terms[0][..., o], terms[1][..., o]]).T
        whole = np.column_stack([block, spread[:, o], middle[:, o]])
        sums = whole.mean(axis=0)
        drawn = (counts @ whole.astype(np.float32)).astype(float) / n
        found.append(_indices(sums, drawn, ab.shape[0], float(np.abs(centre[o]))))
    return found


def _indices(sums: Array, drawn: Array, inputs: int, size: float) -> Indices:
    variance = sums[-2] - sums[-1] ** 2
    if not variance > 1e-18 * max(1.0, size**2):
        nothing = np.full(inputs, np.nan)
        return Indices(nothing, nothing, nothing, nothing, nothing, nothing, False)
    value = sums[: 2 * inputs] / variance
    spread = np.maximum(drawn[:, -2] - drawn[:, -1] ** 2, 1e-300)
    low, high = np.quantile(drawn[:, : 2 * inputs] / spread[:, None], (0.05, 0.95), axis=0)
    low, high = np.minimum(low, value), np.maximum(high, value)
    first, total = slice(0, inputs), slice(inputs, 2 * inputs)
    return Indices(
        value[first], low[first], high[first], value[total], low[total], high[total], False
    )
