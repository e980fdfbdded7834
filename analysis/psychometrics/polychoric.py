"""Polychoric correlations of ordered answers, in two steps. Needs rows. Array floor.

Thresholds come from each item's own counts, then each correlation from the table of its two items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


@dataclass(frozen=True)
class Polychoric:
    """Correlations (K, K), NaN with an item of one category; thresholds, K arrays."""

    correlations: Array
    thresholds: list[Array]
    positive_definite: bool


def polychoric(codes: NDArray[np.integer], missing: int) -> Polychoric:
    """Two-step maximum likelihood polychoric correlations.

    Parameters
    ----------
    codes : (n, K) whole numbers, ``missing`` where there is no answer; each pair of items uses
        those who answered both, each item's thresholds all who answered it

    Categories nobody chose are left out. Source: Olsson (1979), the two-step estimator.
    """
    k = codes.shape[1]
    indicators, thresholds = [], []
    for j in range(k):
        column = codes[:, j]
        used = np.unique(column[column != missing])
        chosen = (column[:, None] == used).astype(np.float32)
        indicators.append(chosen)
        counts = chosen.sum(axis=0, dtype=np.float64)
        thresholds.append(_normal_quantile(np.cumsum(counts)[:-1] / counts.sum()))
    found = np.eye(k)
    for a in range(k):
        for b in range(a):
            if min(len(thresholds[a]), len(thresholds[b])) == 0:
                found[a, b] = found[b, a] = np.nan
                continue
            table = (indicators[a].T @ indicators[b]).astype(np.float64)
            found[a, b] = found[b, a] = table_correlation(table, thresholds[a], thresholds[b])
    for j in range(k):
        if len(thresholds[j]) == 0:
            found[j, j] = np.nan
    definite = bool(np.isfinite(found).all() and np.linalg.eigvalsh(found)[0] > 1e-8)
    return Polychoric(found, thresholds, definite)


def table_correlation(table: Array, rows: Array, columns: Array) -> float:
    """The correlation under which a table of counts (A, B) is most likely, thresholds given."""
    from scipy.optimize import minimize_scalar

    if table.sum() == 0:
        return float("nan")

    def loss(rho: float) -> float:
        cells = _cells(rho, rows, columns)
        return -float((table * np.log(np.maximum(cells, 1e-12))).sum())

    found = minimize_scalar(
        loss, bounds=(-0.9999, 0.9999), method="bounded", options={"xatol": 1e-7}
    )
    return float(found.x)


def _cells(rho: float, rows: Array, columns: Array) -> Array:
    """Probability of each cell of a bivariate normal of correlation ρ cut at the thresholds."""
    a = np.concatenate([[-np.inf], rows, [np.inf]])
    b = np.concatenate([[-np.inf], columns, [np.inf]])
    corner = np.zeros((len(a), len(b)))
    corner[-1, 1:] = _normal(b[1:])
    corner[1:, -1] = _normal(a[1:])
    corner[1:-1, 1:-1] = _bivariate(rows[:, None], columns[None, :], rho)
    return np.diff(np.diff(corner, axis=0), axis=1)


def _bivariate(h: Array, k: Array, rho: float) -> Array:
    """P(X ≤ h, Y ≤ k) of correlation ρ.

    Φ(h)Φ(k) + 1/2π ∫ exp(−(h² − 2hk sin t + k²)/2cos²t) dt over (0, asin ρ), by Gauss-Legendre.
    Source: Drezner & Wesolowsky (1990); Genz (2004).
    """
    top = np.arcsin(rho)
    t = top / 2 * (_NODES + 1)
    sine, cosine2 = np.sin(t), np.cos(t) ** 2
    h, k = h[..., None], k[..., None]
    inner = np.exp(-(h * h - 2 * h * k * sine + k * k) / (2 * cosine2))
    integral = (inner * _WEIGHTS).sum(axis=-1) * top / 2
    return _normal(h[..., 0]) * _normal(k[..., 0]) + integral / (2 * np.pi)


def _normal(x: Array) -> Array:
    from scipy.special import ndtr

    return ndtr(x)


def _normal_quantile(p: Array) -> Array:
    from scipy.special import ndtri

    return ndtri(p)
