"""Whether factors hang together, and stand apart. Array floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def composite_reliability(loadings: Array) -> float:
    """(Σλ)² / ((Σλ)² + Σ(1 − λ²)) of a factor's standardised loadings (K,).

    Source: Fornell & Larcker (1981).
    """
    explained = float(loadings.sum() ** 2)
    return explained / (explained + float((1 - loadings**2).sum()))


def average_variance_extracted(loadings: Array) -> float:
    """Mean of the squared standardised loadings (K,). Source: Fornell & Larcker (1981)."""
    return float((loadings**2).mean())


def omega_of_total(loadings: Array, covariance: Array, factor_variance: float = 1.0) -> float:
    """(Σλ)² φ / variance of the observed sum, of unstandardised loadings (K,).

    Source: Bollen (1980); what semTools' compRelSEM gives.
    """
    return float(loadings.sum() ** 2 * factor_variance / covariance.sum())


def variance_extracted(loadings: Array, residuals: Array, factor_variance: float = 1.0) -> float:
    """Σλ²φ / (Σλ²φ + Σθ) of unstandardised loadings and residual variances (K,).

    Source: Fornell & Larcker (1981), formula 5; what semTools' AVE gives.
    """
    explained = float((loadings**2).sum() * factor_variance)
    return explained / (explained + float(residuals.sum()))


def heterotrait_monotrait(
    r: Array, members: list[NDArray[np.intp]], geometric: bool = False
) -> Array:
    """HTMT of every two factors, (M, M) with 1 on the diagonal, from correlations (K, K).

    Mean |r| between the items of two factors over the root of the mean |r| within each; with
    ``geometric`` geometric means (HTMT2). NaN where a factor has one item.
    Source: Henseler, Ringle & Sarstedt (2015); Roemer, Schuberth & Henseler (2021).
    """
    magnitude = np.abs(r)

    def mean(values: Array) -> float:
        if values.size == 0:
            return float("nan")
        if geometric:
            with np.errstate(divide="ignore"):
                return float(np.exp(np.log(values).mean()))
        return float(values.mean())

    within = [mean(magnitude[np.ix_(own, own)][np.tril_indices(len(own), -1)]) for own in members]
    found = np.eye(len(members))
    for a in range(len(members)):
        for b in range(a):
            between = mean(magnitude[np.ix_(members[a], members[b])])
            root = np.sqrt(within[a] * within[b])
            found[a, b] = found[b, a] = between / root if root > 0 else np.nan
    return found


def single_factor_share(r: Array) -> float:
    """Harman's screen: share of all variance that one unrotated factor takes, the first
    eigenvalue over K. A low share proves nothing. Source: Harman (1976); its weakness: Podsakoff et
    al. (2003).
    """
    return float(np.linalg.eigvalsh(r)[-1]) / len(r)
