"""How well a covariance structure fits: the indices of a χ² against the baseline model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Fit:
    """Fit of a model by maximum likelihood to n people.

    ``chi2`` is n·F; ``rmsea`` is with n, its interval 90 %; ``groups`` scales it by √G.
    ``srmr`` is the root mean square of residual correlations, variances included (and means
    where they are modelled).
    """

    n: float
    parameters: int
    chi2: float
    df: int
    p: float
    baseline_chi2: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    rmsea_close_p: float
    srmr: float
    log_likelihood: float
    aic: float
    bic: float


def fit_indices(
    chi2: float,
    df: int,
    baseline_chi2: float,
    baseline_df: int,
    n: float,
    parameters: int,
    srmr: float,
    log_likelihood: float,
    groups: int = 1,
) -> Fit:
    """All indices of one model.

    CFI: Bentler (1990). TLI: Tucker & Lewis (1973). RMSEA and its interval: Steiger (1990),
    Browne & Cudeck (1993), with n people, √G for G groups (Steiger 1998); close p: P(RMSEA ≤ .05).
    """
    from scipy.special import chdtrc, chndtr

    nan = float("nan")
    excess, baseline_excess = max(chi2 - df, 0.0), max(baseline_chi2 - baseline_df, 0.0)
    worst = max(excess, baseline_excess)
    cfi = 1 - excess / worst if worst > 0 else 1.0
    tli = rmsea = low = high = close = nan
    if df > 0:
        baseline_ratio = baseline_chi2 / baseline_df
        tli = (baseline_ratio - chi2 / df) / (baseline_ratio - 1) if baseline_ratio != 1 else nan
        unit = df * n / groups
        rmsea = float(np.sqrt(excess / unit))
        low = float(np.sqrt(_noncentrality(chi2, df, 0.95) / unit))
        high = float(np.sqrt(_noncentrality(chi2, df, 0.05) / unit))
        close = float(1 - chndtr(chi2, df, unit * 0.05**2))
    return Fit(
        n,
        parameters,
        chi2,
        df,
        float(chdtrc(df, chi2)) if df > 0 else nan,
        baseline_chi2,
        baseline_df,
        cfi,
        tli,
        rmsea,
        low,
        high,
        close,
        srmr,
        log_likelihood,
        -2 * log_likelihood + 2 * parameters,
        -2 * log_likelihood + parameters * float(np.log(n)),
    )


def standardised_residuals(observed: Array, implied: Array) -> Array:
    """Residual covariances over the observed standard deviations, lower triangle as a vector."""
    sd = np.sqrt(np.diag(observed))
    left = (observed - implied) / np.outer(sd, sd)
    return left[np.tril_indices(len(left))]


def _noncentrality(chi2: float, df: int, probability: float) -> float:
    """λ with P(χ²(df, λ) ≤ chi2) = probability; 0 where even λ = 0 gives less."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    if chi2 <= 0 or chdtr(df, chi2) < probability:
        return 0.0
    top = max(chi2, 1.0) + 10 * np.sqrt(chi2 + df) + 100
    root = brentq(lambda c: chndtr(chi2, df, c) - probability, 0.0, top, xtol=1e-8)
    return float(root)  # type: ignore[arg-type]
