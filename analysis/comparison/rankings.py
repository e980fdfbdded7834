"""Rankings by other rules, for cross-reading: each of a matrix (n units, C criteria). Array floor.

``direction`` (C,): 1 more is better, −1 less is better. ``weights`` (C,) sum to 1. None of these
scores compares across rounds unless it says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Vikor:
    """Group utility S, individual regret R, and compromise Q in [0, 1], smaller is better. (n,)"""

    s: Array
    r: Array
    q: Array


@dataclass(frozen=True)
class Outranking:
    """PROMETHEE flows (n,): leaving, entering, and net = leaving − entering."""

    plus: Array
    minus: Array
    net: Array


def topsis(
    x: Array, direction: Array, weights: Array, ideals: tuple[Array, Array] | None = None
) -> Array:
    """Closeness D⁻/(D⁺ + D⁻) in [0, 1], by Euclidean distances of weighted columns. (n,)

    Without ``ideals`` columns are scaled by their length and the best and worst are those of the
    sample. With ``ideals`` (best, worst), columns are shares between them, so that the result does
    not depend on who else is there. NaN where best and worst coincide. Source: Hwang & Yoon (1981).
    """
    if ideals is None:
        length = np.sqrt((x**2).sum(axis=0))
        v = weights * np.divide(x, length, out=np.zeros_like(x, dtype=float), where=length > 0)
        best = np.where(direction > 0, v.max(axis=0), v.min(axis=0))
        worst = np.where(direction > 0, v.min(axis=0), v.max(axis=0))
    else:
        v = weights * (x - ideals[1]) / (ideals[0] - ideals[1])
        best, worst = weights, np.zeros_like(weights)
    to_best = np.sqrt(((v - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((v - worst) ** 2).sum(axis=1))
    total = to_best + to_worst
    return np.divide(to_worst, total, out=np.full(len(x), np.nan), where=total > 0)


def vikor(x: Array, direction: Array, weights: Array, v: float = 0.5) -> Vikor:
    """VIKOR with the strategy weight ``v``. Source: Opricovic & Tzeng (2004).

    Columns without spread, and a utility or regret without spread, count nothing.
    """
    best = np.where(direction > 0, x.max(axis=0), x.min(axis=0))
    worst = np.where(direction > 0, x.min(axis=0), x.max(axis=0))
    spread = best - worst
    apart = np.divide(best - x, spread, out=np.zeros_like(x, dtype=float), where=spread != 0)
    s, r = (weights * apart).sum(axis=1), (weights * apart).max(axis=1)
    return Vikor(s, r, v * _unit(s) + (1 - v) * _unit(r))


def promethee(x: Array, direction: Array, weights: Array) -> Outranking:
    """PROMETHEE II with the usual criterion: any difference is full preference.

    Flows are divided by n − 1. Source: Brans & Vincke (1985).
    """
    prefers = ((x[:, None] - x[None]) * direction > 0).astype(float)
    pairs = (prefers * weights).sum(axis=2)
    plus, minus = pairs.sum(axis=1) / (len(x) - 1), pairs.sum(axis=0) / (len(x) - 1)
    return Outranking(plus, minus, plus - minus)


def spotis(x: Array, weights: Array, best: Array, worst: Array) -> Array:
    """Weighted distance from the ideal within fixed bounds, 0 best, 1 worst. (n,)

    Adding a unit moves nobody. Source: Dezert et al. (2020).
    """
    return (weights * np.abs(x - best) / np.abs(best - worst)).sum(axis=1)


def grey_relation(x: Array, reference: Array, weights: Array, rho: float = 0.5) -> Array:
    """Weighted grey relational grades of the rows to a reference row, in (0, 1]. (n,)

    γ = (min Δ + ρ max Δ)/(Δ + ρ max Δ); 1 throughout when every row equals the reference.
    Source: Deng (1982).
    """
    apart = np.abs(x - reference)
    largest = float(apart.max())
    if largest == 0:
        return np.ones(len(x))
    return (((apart.min() + rho * largest) / (apart + rho * largest)) * weights).sum(axis=1)


def copeland(x: Array, direction: Array, weights: Array) -> Array:
    """Copeland scores: units beaten by weighted majority less units that beat it. (n,)"""
    apart = (x[:, None] - x[None]) * direction
    lead = (np.sign(apart) * weights).sum(axis=2)
    return np.sign(np.where(np.abs(lead) < 1e-12, 0.0, lead)).sum(axis=1)


def _unit(values: Array) -> Array:
    spread = values.max() - values.min()
    return (values - values.min()) / spread if spread > 0 else np.zeros_like(values)
