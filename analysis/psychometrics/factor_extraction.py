"""Exploratory factor analysis of a correlation matrix: extraction, and the omegas that rest on it.

Array floor. Loadings are (K items, M factors), communalities and uniquenesses (K,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.reliability import squared_multiple_correlations
from analysis.psychometrics.rotation import oblimin

Array = NDArray[np.floating]

LEAST_UNIQUENESS = 0.005
"""A uniqueness that ends here is a Heywood case: the item's variance is wholly explained."""


@dataclass(frozen=True)
class Extraction:
    """Unrotated loadings (K, M), uniquenesses (K,), and whether the search converged."""

    loadings: Array
    uniqueness: Array
    converged: bool

    @property
    def heywood(self) -> NDArray[np.bool_]:
        """(K,) items whose uniqueness ended at its lower bound."""
        return self.uniqueness <= LEAST_UNIQUENESS * 1.0001


@dataclass(frozen=True)
class HierarchicalOmega:
    """Omega from a Schmid-Leiman solution of M group factors under one general factor.

    ``hierarchical`` = (Σ general loadings)²/Σr; ``total`` = 1 − Σu²/Σr; ``limit`` = their ratio.
    ``general`` (K,), ``group`` (K, M).
    """

    hierarchical: float
    total: float
    limit: float
    general: Array
    group: Array


def minres(r: Array, factors: int) -> Extraction:
    """Minimum residual (unweighted least squares) factors of a correlation matrix.

    Minimises Σ_j<k (r_jk − Σ_m λ_jm λ_km)² through the uniquenesses: with γ the eigenvalues of
    R − Ψ, f = ½ Σ_m>M γ_m², ∂f/∂ψ_j = −Σ_m>M γ_m v_jm². Source: Harman & Jones (1966),
    Jöreskog (1977).
    """

    def loss(psi: Array) -> tuple[float, Array, Array]:
        values, vectors = np.linalg.eigh(r - np.diag(psi))
        left, own = values[: len(r) - factors], vectors[:, : len(r) - factors]
        curve = (own @ own.T) ** 2
        for kept, vector in zip(values[len(left) :], vectors.T[len(left) :], strict=True):
            pull = own * (left / np.minimum(left - kept, -1e-12)) @ own.T
            curve += 2 * np.outer(vector, vector) * pull
        return 0.5 * float(left @ left), -(own**2 @ left), curve

    psi, converged = _best_uniqueness(r, factors, loss)
    values, vectors = np.linalg.eigh(r - np.diag(psi))
    return Extraction(_principal(values, vectors, factors), psi, converged)


def maximum_likelihood(r: Array, factors: int) -> Extraction:
    """Maximum likelihood factors of a positive definite correlation matrix.

    Through the uniquenesses: with θ the eigenvalues of Ψ^-½ R Ψ^-½, f = −Σ_m>M (log θ − θ + 1).
    Source: Jöreskog (1967); Lawley & Maxwell (1971), ch. 4.
    """

    def loss(psi: Array) -> tuple[float, Array, Array]:
        scale = 1 / np.sqrt(psi)
        values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
        left = np.maximum(values[: len(r) - factors], 1e-12)
        own = scale[:, None] * vectors[:, : len(r) - factors]
        value = float((left - np.log(left) - 1).sum())
        return value, own**2 @ (1 - left), (own @ own.T) ** 2

    psi, converged = _best_uniqueness(r, factors, loss)
    scale = np.sqrt(psi)
    values, vectors = np.linalg.eigh(r / np.outer(scale, scale))
    values = values - 1
    return Extraction(scale[:, None] * _principal(values, vectors, factors), psi, converged)


def one_factor_loadings(r: Array) -> Array:
    """Minres loadings (K,) on one factor, mostly positive; NaN where there is no such solution.

    Two items determine no single solution: both get √r, which needs r ≥ 0.
    """
    if len(r) < 2 or not np.isfinite(r).all():
        return np.full(len(r), np.nan)
    if len(r) == 2:
        return np.full(2, np.sqrt(r[0, 1]) if r[0, 1] >= 0 else np.nan)
    return minres(r, 1).loadings[:, 0]


def omega_total(loadings: Array) -> float:
    """McDonald's omega of standardised one-factor loadings: (Σλ)² / ((Σλ)² + Σ(1 − λ²)).

    Source: McDonald (1999), formula 6.20b; here the loadings are minres loadings of correlations.
    """
    explained = float(loadings.sum() ** 2)
    return explained / (explained + float((1 - loadings**2).sum()))


def hierarchical_omega(r: Array, factors: int) -> HierarchicalOmega:
    """Omega hierarchical of a correlation matrix with ``factors`` ≥ 3 oblique group factors.

    Minres, oblimin, one minres factor of the factors' correlations, Schmid & Leiman (1957).
    Source: Zinbarg, Revelle, Yovel & Li (2005).

    Raises
    ------
    ValueError
        For fewer than three group factors: the general factor is then not determined.
    """
    if factors < 3:
        raise ValueError(f"omega hierarchical needs at least 3 group factors, not {factors}")
    found = minres(r, factors)
    rotated = oblimin(found.loadings)
    upper = np.clip(one_factor_loadings(rotated.correlations), -1, 1)
    general = rotated.loadings @ upper
    group = rotated.loadings * np.sqrt(1 - upper**2)
    total = float(r.sum())
    hierarchical = float(general.sum() ** 2) / total
    omega = 1 - float(found.uniqueness.sum()) / total
    return HierarchicalOmega(hierarchical, omega, hierarchical / omega, general, group)


def _start(r: Array) -> Array:
    """Squared multiple correlations, or ½ where the matrix is singular."""
    smc = squared_multiple_correlations(r)
    return np.where(np.isfinite(smc), np.clip(smc, 0.05, 0.95), 0.5)


def _best_uniqueness(
    r: Array, factors: int, loss: Callable[[Array], tuple[float, Array, Array]], steps: int = 200
) -> tuple[Array, bool]:
    """Newton steps within the bounds; Hessians that are not positive are made so."""
    k = len(r)
    if not 1 <= factors < k:
        raise ValueError(f"{k} items cannot have {factors} factors")
    psi = np.clip(1 - _start(r), LEAST_UNIQUENESS, 1.0)
    value, gradient, hessian = loss(psi)
    for _ in range(steps):
        free = ~(((psi <= LEAST_UNIQUENESS) & (gradient > 0)) | ((psi >= 1.0) & (gradient < 0)))
        if np.abs(gradient[free]).max(initial=0.0) < 1e-9:
            return psi, True
        values, vectors = np.linalg.eigh(hessian[np.ix_(free, free)])
        values = np.maximum(np.abs(values), 1e-6 * np.abs(values).max())
        step = np.zeros(k)
        step[free] = -vectors @ ((vectors.T @ gradient[free]) / values)
        size = 1.0
        while True:
            trial = np.clip(psi + size * step, LEAST_UNIQUENESS, 1.0)
            new = loss(trial)
            if new[0] <= value or size < 1e-6:
                break
            size /= 2
        if size < 1e-6:
            break
        psi, (value, gradient, hessian) = trial, new
    return psi, bool(np.abs(gradient[free]).max(initial=0.0) < 1e-5)


def _principal(values: Array, vectors: Array, factors: int) -> Array:
    """Loadings on the largest ``factors`` eigenvalues, each column's sum positive."""
    top = slice(None, -factors - 1, -1)
    loadings = vectors[:, top] * np.sqrt(np.maximum(values[top], 0.0))
    return loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
