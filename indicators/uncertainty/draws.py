"""Joint draws of a department's indicator scores, from the moments (statistics.md 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def stream(seed: int, purpose: str, round: str, department: str) -> np.random.Generator:
    """Random numbers of one department for one purpose, whoever else is in the round.

    Philox keyed by SHA-256 of (seed, purpose, round, department id): adding a department moves
    nobody else's draws.
    """
    text = "\x1f".join((str(seed), purpose, round, department))
    key = np.frombuffer(hashlib.sha256(text.encode()).digest()[:16], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key))


def symmetric_root(covariance: Array) -> Array:
    """V^(1/2) of a symmetric matrix, its negative eigenvalues taken as 0."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def joint_draws(
    mean: Array,
    covariance: Array,
    df: float,
    count: int,
    generator: np.random.Generator,
) -> tuple[Array, Array]:
    """Draws of indicator means: θ = x̄ + V^(1/2) z √(df/χ²_df), one χ² a draw.

    Every linear function of them is then t with df degrees of freedom.

    Parameters
    ----------
    mean : (K,), NaN = missing, and stays so
    covariance : (K, K)

    Returns
    -------
    t : (count, K) draws
    normal : (count, K) the same without the χ²
    """
    z = generator.standard_normal((count, len(mean)))
    stretch = np.sqrt(df / generator.chisquare(df, count))
    normal = z @ symmetric_root(covariance)
    t = np.multiply(normal, stretch[:, None], out=z)
    t += mean
    normal += mean
    return t, normal


def quantiles(drawn: Array, at: Sequence[float]) -> Array:
    """Quantiles over the draws, (S, P) → (Q, P), as ``numpy.quantile`` has them; NaN stays NaN.

    A sort along the draws of each node takes a fifth of its time.
    """
    ordered = np.sort(np.ascontiguousarray(drawn.T), axis=1)
    place = np.asarray(at) * (len(drawn) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(drawn) - 1)
    low, high = ordered[:, below], ordered[:, above]
    found = low + (high - low) * (place - below)
    return np.where(np.isnan(ordered[:, -1:]), np.nan, found).T
