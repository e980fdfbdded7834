"""Weights that a round's data suggest for the children of each node, and how sure they are.

For reading beside the framework's weights, never in their place without a person's decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Framework
from indicators.scores import Scores
from indicators.uncertainty.draws import stream
from indicators.weighting.weights import (
    balanced_weights,
    bootstrap_weights,
    component_weights,
    critic_weights,
    deviation_weights,
    entropy_weights,
    equal_weights,
    gini_weights,
)
from indicators.words import one_of

Array = NDArray[np.floating]

METHODS: dict[str, Callable[[Array], Array]] = {
    "equal": lambda z: equal_weights(z.shape[1]),
    "entropy": entropy_weights,
    "critic": critic_weights,
    "deviation": deviation_weights,
    "gini": gini_weights,
    "components": component_weights,
    "balanced": lambda z: balanced_weights(z)[0],
}
SOURCES = {
    "equal": "OECD & JRC 2008",
    "entropy": "Shannon 1948; Zou et al. 2006",
    "critic": "Diakoulaki et al. 1995",
    "deviation": "Diakoulaki et al. 1995",
    "gini": "Gini 1912",
    "components": "OECD & JRC 2008, 6.1",
    "balanced": "Becker et al. 2017",
}
DRAWS = 1000
SLOW_DRAWS = 60
"""Bootstrap draws of a method that searches."""
FEWEST = 3
"""Departments with all children of a node that a weight needs."""


@dataclass(frozen=True, eq=False)
class NodeWeights:
    """Weights (C,) of a node's children: from the data with 90 % bootstrap range, and the given.

    ``units`` departments had all children. ``effective`` (C,) is each child's share of the
    variance of the node under the given weights, Σ_k w_j w_k cov_jk / var; it can be negative.
    """

    node: str
    children: tuple[str, ...]
    units: int
    weight: Array
    low: Array
    high: Array
    given: Array
    effective: Array


def data_weights(
    scores: Scores,
    method: str,
    seed: int = 1,
    rows: NDArray[np.bool_] | None = None,
    only: str | None = None,
) -> list[NodeWeights]:
    """Weights of every node with several children, or of ``only`` one, from scores on the
    normalised range.

    Nodes whose children fewer than `FEWEST` departments have in full are left out, as are children
    that nobody has.
    """
    one_of("method", method, METHODS)
    framework: Framework = scores.framework
    low_end, high_end = framework.normalised_range
    chosen = np.ones(len(scores.departments), dtype=bool) if rows is None else rows
    found = []
    for node in framework.nodes:
        if only not in (None, node.id):
            continue
        at = [framework.node_index[child] for child in node.children]
        values = scores.score[chosen][:, at]
        there = np.asarray(~np.isnan(values).all(axis=0) if len(values) else np.zeros(len(at))) > 0
        if there.sum() < 2:
            continue
        values = values[:, there]
        complete = values[~np.isnan(values).any(axis=1)]
        if len(complete) < FEWEST or (complete.std(axis=0) == 0).all():
            continue
        z = (complete - low_end) / (high_end - low_end)
        if method == "balanced" and (z.std(axis=0) == 0).any():
            continue
        generator = stream(seed, f"weights {method}", scores.round, node.id)
        count = SLOW_DRAWS if method == "balanced" else DRAWS
        drawn = _bootstrap(z, method, count, generator)
        weight = METHODS[method](z)
        low, high = np.quantile(drawn, (0.05, 0.95), axis=0) if len(drawn) else (weight, weight)
        given = np.array(node.weights, dtype=float)[there]
        given = given / given.sum()
        found.append(
            NodeWeights(
                node.id,
                tuple(c for c, t in zip(node.children, there, strict=True) if t),
                len(complete),
                weight,
                np.minimum(low, weight),
                np.maximum(high, weight),
                given,
                effective_weights(complete, given),
            )
        )
    return found


def effective_weights(values: Array, weights: Array) -> Array:
    """Each column's share of the variance of the weighted sum, w_j cov(x_j, y) / var(y). (C,)

    Sums to 1; NaN where the sum does not vary. Source: Becker et al. (2017), linear case.
    """
    covariance = np.atleast_2d(np.cov(values, rowvar=False))
    along = covariance @ weights
    variance = float(weights @ along)
    return weights * along / variance if variance > 0 else np.full(len(weights), np.nan)


def _bootstrap(z: Array, method: str, count: int, generator: np.random.Generator) -> Array:
    if method == "equal":
        return np.empty((0, z.shape[1]))

    def weigh(sample: Array) -> Array:
        try:
            return METHODS[method](sample)
        except ValueError:
            return np.full(z.shape[1], np.nan)

    drawn = bootstrap_weights(z, weigh, count, generator)
    return drawn[~np.isnan(drawn).any(axis=1)]
