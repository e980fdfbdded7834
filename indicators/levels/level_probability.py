"""How probable each level is, gates included (statistics.md 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Framework
from indicators.levels.maturity import gate_states, gated_level, level_cuts, level_of, level_shares
from indicators.values.leaves import Leaves

Array = NDArray[np.float64]


def level_probabilities(
    framework: Framework,
    leaf: Leaves,
    point: Array,
    spread: Array,
    bayes: Array,
    bayes_sd: Array,
    read: list[int],
    drawn: Array,
) -> tuple[Array, Array]:
    """Probabilities of the gated level and of the score level, (D, L) each."""
    step = np.divide(bayes_sd, spread, out=np.zeros_like(spread), where=spread > 0)
    theta = bayes[:, read] + (drawn - point[:, read]) * step[:, read]
    theta = np.clip(theta, *framework.normalised_range)
    positions = {framework.node_ids[column]: place for place, column in enumerate(read)}
    states = gate_states(framework, theta, leaf.raw, leaf.raw_not_applicable, positions=positions)
    by_score = level_of(theta[..., positions["overall"]], level_cuts(framework))
    count = len(framework.levels)
    return level_shares(gated_level(by_score, states), count), level_shares(by_score, count)
