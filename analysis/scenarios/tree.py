"""Scores above gaps that close, and how fast they rise: the kernel with its derivative.

Leaves are ``high − gap · left``; every node takes its children as `indicators.aggregate.aggregate`
does. Where a whole branch is arithmetic and its leaves close alike, it is one number a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import aggregate
from indicators.framework import Framework

Array = NDArray[np.float64]
CONCAVE = ("arithmetic", "geometric", "harmonic", "min")
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class ScoreTree:
    """The framework's tree over the leaves that are there.

    Parameters
    ----------
    framework : its nodes P in the order of ``framework.node_ids``
    group : (I,) gap group of each measured indicator, −1 for those that no measure can move
    groups : their number, G
    """

    framework: Framework
    group: NDArray[np.intp]
    groups: int

    @cached_property
    def _branches(self) -> tuple[tuple[int, tuple[int, ...], Array, str], ...]:
        """Node, children, weights and method, from the leaves up."""
        index = self.framework.node_index
        ordered = sorted((n for n in self.framework.nodes if n.children), key=lambda n: -n.depth)
        return tuple(
            (
                index[n.id],
                tuple(index[c] for c in n.children),
                np.array(n.weights, dtype=float),
                n.aggregation,
            )
            for n in ordered
        )

    @cached_property
    def concave(self) -> bool:
        """Whether every score is a concave function of u = −ln(left), so that tangents bound it."""
        return all(
            method in CONCAVE
            or (method.startswith("power:") and float(method[6:]) <= 1)
            or (method.startswith("owa:") and float(method[4:]) <= 0.5)
            for _, _, _, method in self._branches
        )

    @cached_property
    def arithmetic(self) -> bool:
        return all(method == "arithmetic" for _, _, _, method in self._branches)

    @cached_property
    def leaf_nodes(self) -> NDArray[np.intp]:
        """(I,) node of each measured indicator."""
        index = self.framework.node_index
        return np.array([index[m.id] for m in self.framework.measured], dtype=np.intp)

    def leaves(self, gap: Array, left: Array) -> Array:
        """Leaf scores (..., I) from gaps (..., I) to the high end and the share left (..., G)."""
        low, high = self.framework.normalised_range
        moved = self.group >= 0
        share = np.ones(np.broadcast_shapes(gap.shape, (*left.shape[:-1], gap.shape[-1])))
        share[..., moved] = left[..., self.group[moved]]
        return np.maximum(high - gap * share, low)

    def scores(self, gap: Array, left: Array) -> Array:
        """Every node (..., P); gap (..., I) with NaN for missing leaves, left (..., G)."""
        leaves = self.leaves(gap, left)
        found = np.full((*leaves.shape[:-1], len(self.framework.node_ids)), np.nan)
        found[..., self.leaf_nodes] = leaves
        for node, children, weights, method in self._branches:
            found[..., node] = aggregate(found[..., children], weights, method)
        return found

    def slopes(self, gap: Array, left: Array, node: int = 0) -> tuple[Array, Array]:
        """A node's score (...) and its derivative (..., G) to u = −ln(left).

        The derivative of a minimum is that of its smallest child; of an ordered mean that of the
        order found (both supergradients).
        """
        found = self.scores(gap, left)
        slope = np.zeros_like(found)
        slope[..., node] = 1.0
        for parent, children, weights, method in reversed(self._branches):
            values = found[..., children]
            part = _slope_of_mean(values, found[..., parent], weights, method)
            slope[..., children] += slope[..., [parent]] * part
        leaf = np.nan_to_num(slope[..., self.leaf_nodes])
        _, high = self.framework.normalised_range
        rate = leaf * np.nan_to_num(high - self.leaves(gap, left))
        out = np.zeros(np.broadcast_shapes(rate.shape[:-1], left.shape[:-1]) + (self.groups,))
        for column in np.flatnonzero(self.group >= 0):
            out[..., self.group[column]] += rate[..., column]
        return found[..., node], out


def _slope_of_mean(values: Array, mean: Array, weights: Array, method: str) -> Array:
    """Derivative of `aggregate` to each child, (..., C); 0 for a child that is left out."""
    used = ~np.isnan(values) & (weights > 0)
    share = np.where(used, weights, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = share / share.sum(axis=-1, keepdims=True)
        x = np.where(used, np.maximum(values, _LEAST), 1.0)
        m = np.maximum(mean, _LEAST)[..., None]
        if method == "arithmetic":
            found = share
        elif method == "min":
            low = np.where(used, values, np.inf).argmin(axis=-1)
            found = (np.arange(values.shape[-1]) == low[..., None]).astype(float)
        elif method.startswith("owa:"):
            order = np.argsort(np.where(used, -values, np.inf), axis=-1)
            running = np.cumsum(np.take_along_axis(share, order, axis=-1), axis=-1)
            orness = float(method[4:])
            q = np.diff(np.clip(running, 0, 1) ** ((1 - orness) / orness), axis=-1, prepend=0.0)
            found = np.zeros_like(x)
            np.put_along_axis(found, order, q, axis=-1)
        else:
            power = {"geometric": 0.0, "harmonic": -1.0}.get(method)
            if power is None:
                power = float(method.removeprefix("power:"))
            found = share * (x / m) ** (power - 1.0)
    return np.where(used, np.nan_to_num(found), 0.0)
