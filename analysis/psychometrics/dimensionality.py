"""Whether a correlation matrix holds factors, and how many. Array floor."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.factor_extraction import minres

Array = NDArray[np.floating]

COMMON_DRAWS = 40
"""Draws of common-factor eigenvalues: each needs an extraction."""


@dataclass(frozen=True)
class Adequacy:
    """Kaiser-Meyer-Olkin measure, overall and per item (K,), in [0, 1]."""

    overall: float
    items: Array


@dataclass(frozen=True)
class Sphericity:
    """Bartlett's test that all correlations are zero."""

    chi2: float
    df: int
    p: float


@dataclass(frozen=True)
class Parallel:
    """Horn's parallel analysis.

    Attributes
    ----------
    eigenvalues : (K,) of the correlation matrix, falling
    reference, mean : (K,) 95th percentile and mean of those of independent normal items
    retain : leading eigenvalues above the 95th percentile
    retain_common : the same of the common-factor eigenvalues, R with the communalities of one
        minres factor on the diagonal; it tends to keep more
    """

    eigenvalues: Array
    reference: Array
    mean: Array
    retain: int
    retain_common: int


def kaiser_meyer_olkin(r: Array) -> Adequacy:
    """Share of correlation that is not partial: Σr² / (Σr² + Σ partial r²) over different items.

    Source: Kaiser & Rice (1974).

    Raises
    ------
    numpy.linalg.LinAlgError
        When the matrix cannot be inverted.
    """
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    partial = (inverse / np.outer(scale, scale)) ** 2
    squares = r**2
    np.fill_diagonal(partial, 0.0)
    np.fill_diagonal(squares, 0.0)
    return Adequacy(
        float(squares.sum() / (squares.sum() + partial.sum())),
        squares.sum(axis=0) / (squares.sum(axis=0) + partial.sum(axis=0)),
    )


def bartlett_sphericity(r: Array, n: int) -> Sphericity:
    """χ² = −(n − 1 − (2K + 5)/6) log|R| on K(K − 1)/2 degrees of freedom. Bartlett (1951)."""
    from scipy.special import chdtrc

    k = len(r)
    sign, log_determinant = np.linalg.slogdet(r)
    if sign <= 0:
        raise np.linalg.LinAlgError("the correlation matrix is not positive definite")
    chi2 = max(0.0, -(n - 1 - (2 * k + 5) / 6) * float(log_determinant))
    df = k * (k - 1) // 2
    return Sphericity(chi2, df, float(chdtrc(df, chi2)))


def parallel_analysis(r: Array, n: int, *, draws: int = 200, seed: int = 1) -> Parallel:
    """How many eigenvalues stand out from those of n people answering K unrelated normal items.

    The correlation matrices of such people are drawn as Wishart matrices through their Cholesky
    factors (Bartlett 1933): K(K + 1)/2 numbers a draw, however many people there are.
    Source: Horn (1965); the 95th percentile: Glorfeld (1995).
    """
    k = len(r)
    own = np.linalg.eigvalsh(r)[::-1]
    key = hashlib.sha256(f"{seed}/parallel analysis/{k}".encode()).digest()
    random = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "big")))
    chance = np.empty((draws, k))
    common = np.empty((min(draws, COMMON_DRAWS), k))
    for draw in range(draws):
        drawn = _unrelated(random, n, k)
        chance[draw] = np.linalg.eigvalsh(drawn)[::-1]
        if draw < len(common):
            common[draw] = _common_eigenvalues(drawn)
    reference = np.quantile(chance, 0.95, axis=0)
    return Parallel(
        own,
        reference,
        chance.mean(axis=0),
        _leading(own > reference),
        _leading(_common_eigenvalues(r) > np.quantile(common, 0.95, axis=0)),
    )


def minimum_average_partial(r: Array, most: int | None = None) -> tuple[Array, int]:
    """Velicer's MAP: mean squared partial correlation after m = 1, 2, … components are taken out.

    Returns
    -------
    average : (M,), NaN where a partial variance is gone
    retain : the m with the least average; 0 when taking nothing out is better
    """
    k = len(r)
    most = min(k - 1, most or k - 1)
    values, vectors = np.linalg.eigh(r)
    values, vectors = values[::-1], vectors[:, ::-1]
    average = np.full(most, np.nan)
    left = r.copy()
    for m in range(most):
        left = left - values[m] * np.outer(vectors[:, m], vectors[:, m])
        variance = np.diag(left)
        if variance.min() <= 1e-10:
            break
        partial = left / np.sqrt(np.outer(variance, variance))
        average[m] = ((partial**2).sum() - k) / (k * (k - 1))
    start = ((r**2).sum() - k) / (k * (k - 1))
    if np.isnan(average).all() or np.nanmin(average) >= start:
        return average, 0
    return average, int(np.nanargmin(average)) + 1


def _unrelated(random: np.random.Generator, n: int, k: int) -> Array:
    """A correlation matrix of n people and k independent normal items."""
    if n - 1 < k:
        return np.asarray(np.corrcoef(random.standard_normal((n, k)), rowvar=False))
    factor = np.tril(random.standard_normal((k, k)), -1)
    factor[np.diag_indices(k)] = np.sqrt(random.chisquare(n - 1 - np.arange(k)))
    factor /= np.sqrt((factor**2).sum(axis=1))[:, None]
    return factor @ factor.T


def _common_eigenvalues(r: Array) -> Array:
    """Eigenvalues, falling, of R with the communalities of one minres factor on its diagonal."""
    return np.linalg.eigvalsh(r - np.diag(minres(r, 1).uniqueness))[::-1]


def _leading(above: NDArray[np.bool_]) -> int:
    return len(above) if above.all() else int(above.argmin())
