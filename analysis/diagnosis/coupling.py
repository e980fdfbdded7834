"""Coupling coordination of the factors: whether they develop together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.levels.maturity import coordination
from indicators.scores import Scores

CLASSES = (
    "extreme-imbalance",
    "severe-imbalance",
    "moderate-imbalance",
    "mild-imbalance",
    "near-imbalance",
    "barely-coordinated",
    "primary",
    "intermediate",
    "good",
    "excellent",
)
"""Names of ten equal widths of D, left-closed; written for the standard D, a convention."""


@dataclass(frozen=True)
class Coupling:
    """Degrees D of one department: Wang et al. (2021) and standard; NaN where a factor is missing.

    ``grade`` indexes `CLASSES` by the 2021 degree, −1 where there is none; ``lagging`` is the
    factor with the lowest score.
    """

    adjusted: float
    standard: float
    grade: int
    lagging: str


def couplings(scores: Scores) -> list[Coupling]:
    """Of every department, in order; not defined for sample-scaled scores (all NaN)."""
    framework = scores.framework
    at = [framework.node_index[f.id] for f in framework.factors]
    low, high = framework.normalised_range
    shares = (scores.score[:, at] - low) / (high - low)
    if scores.sample_scaled:
        shares = np.full(shares.shape, np.nan)
    weights = np.array(framework.node("overall").weights)
    adjusted = coordination(shares, weights, "wang2021")
    standard = coordination(shares, weights, "standard")
    found = []
    for d in range(len(shares)):
        known = bool(np.isfinite(shares[d]).all() and np.isfinite(adjusted[d]))
        found.append(
            Coupling(
                float(adjusted[d]) if known else float("nan"),
                float(standard[d]) if known else float("nan"),
                coordination_class(float(adjusted[d])) if known else -1,
                framework.factors[int(np.argmin(shares[d]))].id if known else "",
            )
        )
    return found


def coordination_class(degree: float) -> int:
    """Place in `CLASSES`: [0, .1) … [.9, 1]."""
    return min(int(np.floor(degree * 10 + 1e-9)), len(CLASSES) - 1)
