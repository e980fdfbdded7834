"""Rotations of a loadings matrix (K items, M factors). Array floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Rotation:
    """Pattern loadings (K, M), correlations of the factors (M, M), and whether it converged."""

    loadings: Array
    correlations: Array
    converged: bool = True

    @property
    def communalities(self) -> Array:
        """(K,) diag(Λ Φ Λᵀ): factors' correlations count, as oblique rotations need."""
        return np.einsum("jm,mn,jn->j", self.loadings, self.correlations, self.loadings)


def varimax(loadings: Array, tolerance: float = 1e-5, steps: int = 1000) -> Rotation:
    """Varimax with Kaiser's row normalisation. Source: Kaiser (1958).

    The search ends when the criterion grows by less than ``tolerance`` of itself, R's rule.
    """
    k, m = loadings.shape
    if m < 2:
        return Rotation(loadings, np.eye(m))
    x, length = _unit_rows(loadings)
    turn, value = np.eye(m), 0.0
    converged = False
    for _ in range(steps):
        z = x @ turn
        u, s, vt = np.linalg.svd(x.T @ (z**3 - z * ((z**2).sum(axis=0) / k)))
        turn = u @ vt
        value, before = float(s.sum()), value
        if value < before * (1 + tolerance):
            converged = True
            break
    return _ordered((x @ turn) * length[:, None], np.eye(m), converged)


def oblimin(loadings: Array, tolerance: float = 1e-6, steps: int = 5000) -> Rotation:
    """Direct quartimin (oblimin with γ = 0), by gradient projection from the unrotated loadings.

    Minimises ¼ Σ_m≠n Σ_j λ_jm² λ_jn². Source: Jennrich (2002); Bernaards & Jennrich (2005).
    """
    m = loadings.shape[1]
    if m < 2:
        return Rotation(loadings, np.eye(m))
    others = 1 - np.eye(m)
    turn, step = np.eye(m), 1.0

    def at(turn: Array) -> tuple[float, Array, Array, Array]:
        inverse = np.linalg.inv(turn)
        rotated = loadings @ inverse.T
        squares = rotated**2
        cross = squares @ others
        gradient = -((rotated.T @ (rotated * cross) @ inverse).T)
        return float((squares * cross).sum()) / 4, rotated, gradient, inverse

    value, rotated, gradient, _ = at(turn)
    converged = False
    for _ in range(steps):
        projected = gradient - turn * (turn * gradient).sum(axis=0)
        slope = float(np.linalg.norm(projected))
        if slope < tolerance:
            converged = True
            break
        step *= 2
        for _ in range(30):
            trial = turn - step * projected
            trial /= np.sqrt((trial**2).sum(axis=0))
            new = at(trial)
            if value - new[0] > 0.5 * slope**2 * step:
                break
            step /= 2
        turn, (value, rotated, gradient, _) = trial, new
    return _ordered(rotated, turn.T @ turn, converged)


def promax(loadings: Array, power: int = 4) -> Rotation:
    """Promax: varimax, then least squares towards the loadings' ``power``, factors of unit length.

    Rows are of unit length on the way (Kaiser's normalisation). Source: Hendrickson & White (1964).
    """
    m = loadings.shape[1]
    if m < 2:
        return Rotation(loadings, np.eye(m))
    rows, length = _unit_rows(loadings)
    first = varimax(rows)
    x = first.loadings
    turn = np.linalg.lstsq(x, x * np.abs(x) ** (power - 1), rcond=None)[0]
    turn = turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))
    inverse = np.linalg.inv(turn)
    return _ordered((x @ turn) * length[:, None], inverse @ inverse.T, first.converged)


ROTATIONS = {"varimax": varimax, "oblimin": oblimin, "promax": promax}


def _unit_rows(loadings: Array) -> tuple[Array, Array]:
    """Rows of unit length, and the lengths; a row of zeros stays."""
    length = np.sqrt((loadings**2).sum(axis=1))
    length[length == 0] = 1.0
    return loadings / length[:, None], length


def _ordered(loadings: Array, correlations: Array, converged: bool) -> Rotation:
    """Factors by falling sum of squares, each pointing where its loadings' sum is positive."""
    order = np.argsort(-(loadings**2).sum(axis=0), kind="stable")
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)[order]
    return Rotation(
        loadings[:, order] * sign,
        correlations[np.ix_(order, order)] * np.outer(sign, sign),
        converged,
    )
