"""How much departments differ beyond chance, and what is known of each. Array floor.

Variances are found on a one-dimensional profile that cannot diverge and whose end at zero is
compared with the inside, so that a zero is a finding and never an accident of a search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class VarianceComponents:
    """One-way random effects: y = μ + department + person.

    ``between`` τ² and ``within`` σ²; ``mean`` μ with its standard error; ``log_likelihood``
    restricted or full. ``at_zero``: τ² lies at its lower bound, departments cannot be told apart.
    """

    between: float
    within: float
    mean: float
    mean_se: float
    log_likelihood: float
    at_zero: bool

    @property
    def icc(self) -> float:
        """τ² / (τ² + σ²)."""
        total = self.between + self.within
        return self.between / total if total > 0 else float("nan")


def one_way_components(
    n: Array, means: Array, within: float, restricted: bool = True
) -> VarianceComponents:
    """Variance components by (restricted) maximum likelihood on the profile of γ = τ²/σ².

    Parameters
    ----------
    n : (D,) people, all positive; means : (D,); within : sum of squares within departments

    With w_d = n_d/(1 + n_d γ), μ̂ = Σwy/Σw and R = within + Σ w (y − μ̂)², σ̂² = R/(N − 1) and
    −2ℓ = (N − 1)(log 2πσ̂² + 1) + Σ log(1 + n γ) + log Σw − log N (+ constant), or with N in place
    of N − 1 and without the last terms. Source: Searle, Casella & McCulloch (1992), ch. 6.

    Raises
    ------
    ValueError
        For fewer than two departments, or no department with two people.
    """
    total = float(n.sum())
    if len(n) < 2 or total <= len(n):
        raise ValueError("variance components need two departments, one of them with two people")
    free = total - 1 if restricted else total

    def profile(gamma: float) -> tuple[float, float, float, float]:
        weight = n / (1 + n * gamma)
        mean = float(weight @ means / weight.sum())
        residual = within + float(weight @ (means - mean) ** 2)
        sigma2 = max(residual / free, 1e-300)
        deviance = free * (np.log(2 * np.pi * sigma2) + 1) + float(np.log1p(n * gamma).sum())
        if restricted:
            deviance += float(np.log(weight.sum()))
        return deviance, sigma2, mean, float(1 / weight.sum())

    if within <= 0:
        spread = float(np.var(means, ddof=1))
        mean = float(means.mean())
        error = float(np.sqrt(spread / len(n)))
        return VarianceComponents(spread, 0.0, mean, error, float("nan"), spread == 0)
    gamma, at_zero = _least(lambda g: profile(g)[0])
    deviance, sigma2, mean, unit = profile(gamma)
    return VarianceComponents(
        gamma * sigma2, sigma2, mean, float(np.sqrt(unit * sigma2)), -deviance / 2, at_zero
    )


def reliability(between: float, variance: Array) -> Array:
    """B_d = τ²/(τ² + v_d): how much of a department's deviation is real. (D,) in [0, 1]."""
    total = between + variance
    return np.divide(between, total, out=np.zeros_like(total), where=total > 0)


def shrunken(estimate: Array, variance: Array, between: float, mean: float) -> Array:
    """B y + (1 − B) μ with B = τ²/(τ² + v). (D,)"""
    share = reliability(between, variance)
    return share * estimate + (1 - share) * mean


def _least(deviance: Callable[[float], float]) -> tuple[float, bool]:
    """Where a deviance is least over [0, ∞), and whether that is at 0.

    A grid finds the valley, a bounded search its bottom, and zero is compared with it.
    """
    from scipy.optimize import minimize_scalar

    grid = np.concatenate([[0.0], np.geomspace(1e-7, 1e5, 121)])
    values = np.array([deviance(g) for g in grid])
    best = int(values.argmin())
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found: Any = minimize_scalar(
        deviance, bounds=(low, high), method="bounded", options={"xatol": 1e-12 * max(high, 1e-6)}
    )
    if best == 0 and values[0] <= found.fun + 1e-9 * max(abs(found.fun), 1.0):
        return 0.0, True
    return float(found.x), False
