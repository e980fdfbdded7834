"""How far the experts of one effect disagree: their pooled mixture and each one's interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.measures.catalogue import Effect
from analysis.measures.pert import pert_quantile, pooled_moments, pooled_quantiles

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
GRID = 2000
"""Points of each expert's distribution from which the mixture's quantiles are read."""


@dataclass(frozen=True)
class Pooled:
    """The mixture of an effect's distributions, in points of its dimension.

    Attributes
    ----------
    quantiles : at 5, 25, 50, 75 and 95 %
    disagreement : share of the variance that lies between the experts, 0 to 1
    experts : (5 %, mode, 95 %) of each distribution that is mixed
    """

    mean: float
    sd: float
    disagreement: float
    quantiles: tuple[float, float, float, float, float]
    experts: tuple[tuple[float, float, float], ...]

    @property
    def width(self) -> float:
        """Points from the 5 % to the 95 % quantile."""
        return self.quantiles[-1] - self.quantiles[0]


def pooled(effect: Effect) -> Pooled:
    """The equal-weight mixture of an effect's experts, or the effect itself where it has none.

    Quantiles are those of the same number of evenly spaced quantiles of every expert, which is the
    linear pool up to the grid's step (1/2000 of the probability).
    """
    triples = np.array(effect.triples)
    mean, sd, share = pooled_moments(triples)
    steps = (np.arange(GRID) + 0.5) / GRID
    count = len(triples)
    drawn = pooled_quantiles(np.tile(steps, count), np.repeat(np.arange(count), GRID), triples)
    found = np.quantile(drawn, SHARES)
    low, mode, high = triples.T
    ends = [pert_quantile(share, low, mode, high) for share in (0.05, 0.95)]
    return Pooled(
        mean,
        sd,
        share,
        (float(found[0]), float(found[1]), float(found[2]), float(found[3]), float(found[4])),
        tuple(
            (float(a), float(m), float(b)) for a, m, b in zip(ends[0], mode, ends[1], strict=True)
        ),
    )
