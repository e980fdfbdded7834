"""What could reasonably have been chosen otherwise: the inputs of a robustness analysis.

An input is a list of alternatives, or a pool of draws. Either way a setting
of it is a whole number, so that one uniform number stands for it in any design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Framework, Node
from indicators.uncertainty.draws import stream

Array = NDArray[Any]

POOL = 4096
"""Draws that stand for an input without alternatives of its own."""
CV = 0.20
"""Coefficient of variation of a weight (statistics.md 5)."""

KINDS = ("sampling", "weights", "normalisation", "aggregation", "imputation", "leave-out")


@dataclass(frozen=True, eq=False)
class Input:
    """One input.

    Attributes
    ----------
    id : ``kind`` or ``kind:part``
    alternatives : names; empty for a pool
    weights : of a weights input, node id → (settings, C) weights of its children
    """

    id: str
    kind: str
    alternatives: tuple[str, ...] = ()
    weights: Mapping[str, Array] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.alternatives) or POOL

    @property
    def discrete(self) -> bool:
        return bool(self.alternatives)

    def settings(self, uniform: Array) -> NDArray[np.int64]:
        """Whole numbers below ``size`` from uniform numbers in [0, 1)."""
        return np.minimum((uniform * self.size).astype(np.int64), self.size - 1)


def dirichlet_weights(
    weights: Array, cv: float, count: int, generator: np.random.Generator
) -> Array:
    """Weights (count, C) around the given ones with coefficient of variation about ``cv``.

    Dirichlet with concentration c = (k_eff − 1)/cv² − 1, k_eff = 1/Σw²; zero weights stay zero,
    a single positive one stays alone (statistics.md 5).
    """
    share = weights / weights.sum()
    effective = 1 / float((share**2).sum())
    used = share > 0
    found = np.zeros((count, len(share)))
    if used.sum() == 1:
        found[:, used] = 1.0
        return found
    concentration = max((effective - 1) / cv**2 - 1, 1e-6)
    found[:, used] = generator.dirichlet(concentration * share[used], count)
    return found


def weight_input(framework: Framework, id: str, nodes: list[Node], cv: float, seed: int) -> Input:
    """Weights of some nodes' children, drawn together as one input."""
    pools = {
        node.id: dirichlet_weights(
            np.array(node.weights, dtype=float),
            cv,
            POOL,
            stream(seed, "weights", framework.id, node.id),
        )
        for node in nodes
    }
    return Input(f"weights:{id}", "weights", weights=pools)


def weighing_nodes(framework: Framework) -> list[Node]:
    """Nodes whose children's weights can vary."""
    return [n for n in framework.nodes if sum(w > 0 for w in n.weights) > 1]
