"""The nodes that levels and gates read, from gaps: the kernel's tree with its linear parts summed.

Leaves of an arithmetic dimension whose gaps close alike are one column: their weighted gap. So a
draw of a department is some twenty numbers instead of some sixty, and the result is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import aggregate
from indicators.framework import Framework, Node
from indicators.levels.maturity import gate_columns

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReadNodes:
    """A framework's read nodes over gap columns, for departments with given missing leaves.

    Attributes
    ----------
    framework, ends
    nodes : (Q,) node numbers that are read, in this order: overall, factors, what gates name
    group : (C,) gap group of each column, G for a column that nothing moves
    weight : (R, I, C) how a department's leaf gaps add up to its columns
    columns : of each dimension (by node number) and each indicator that a gate reads, its columns
    there : (R, C) columns that the department has
    most : (R, C) the gap of each column with all its leaves at the low end
    """

    framework: Framework
    nodes: tuple[int, ...]
    group: NDArray[np.intp]
    weight: Array
    columns: dict[int, tuple[int, ...]]
    there: NDArray[np.bool_]
    most: Array

    def positions(self) -> dict[str, int]:
        return {self.framework.node_ids[node]: place for place, node in enumerate(self.nodes)}

    def of_leaves(self, gap: Array, row: int) -> Array:
        """Columns (..., C) of one department from its leaf gaps (..., I); NaN leaves count nothing.

        Each column is contiguous.
        """
        there = self.weight[row].any(axis=1)
        known = gap if there.all() else np.where(there, gap, 0.0)
        return (self.weight[row].T @ known.swapaxes(-1, -2)).swapaxes(-1, -2)

    @cached_property
    def _linear(self) -> Array | None:
        """(R, C, Q) how gaps of nodes follow from gaps of columns, where all means are arithmetic."""
        if any(n.children and n.aggregation != "arithmetic" for n in self.framework.nodes):
            return None
        shape = (*self.there.shape, len(self.nodes))
        one = np.broadcast_to(np.eye(shape[1]), (shape[0], shape[1], shape[1]))
        _, high = self.framework.normalised_range
        return high - self._up(one * self.there[:, None, :], slice(None), unbounded=True)

    def scores(self, gap: Array, rows: slice = slice(None)) -> Array:
        """(R, n, Q) scores of the read nodes from column gaps (R, n, C) as they are left.

        ``rows`` are the departments that the gaps belong to. Each node's scores are contiguous.
        """
        low, high = self.framework.normalised_range
        if self._linear is None:
            return self._up(gap, rows)
        found = self._linear[rows].swapaxes(1, 2) @ gap.swapaxes(1, 2)
        np.subtract(high, found, out=found)
        return np.maximum(found, low, out=found).swapaxes(1, 2)

    def _up(self, gap: Array, rows: slice, *, unbounded: bool = False) -> Array:
        there = self.there[rows]
        low, high = self.framework.normalised_range
        low = -np.inf if unbounded else low
        index = self.framework.node_index
        found: dict[int, Array] = {}
        for node in sorted((n for n in self.framework.nodes if n.children), key=lambda n: -n.depth):
            number = index[node.id]
            if node.kind == "dimension":
                found[number] = self._dimension(node, gap, there, low, high)
                continue
            children = [index[child] for child in node.children]
            values = np.stack([found[child] for child in children], axis=-1)
            found[number] = aggregate(values, np.array(node.weights), node.aggregation)
        for number in self.nodes:
            if number not in found:
                (column,) = self.columns[number]
                own = np.maximum(high - gap[..., column], low)
                found[number] = np.where(there[:, column, None], own, np.nan)
        return np.moveaxis(np.stack([found[number] for number in self.nodes]), 0, -1)

    def _dimension(
        self, node: Node, gap: Array, there: NDArray[np.bool_], low: float, high: float
    ) -> Array:
        columns = list(self.columns[self.framework.node_index[node.id]])
        if node.aggregation == "arithmetic":
            summed = gap[..., columns[0]].copy()
            for column in columns[1:]:
                summed += gap[..., column]
            known = np.any(there[:, columns], axis=1, keepdims=True)
            return np.where(known, np.maximum(high - summed, low), np.nan)
        values = np.maximum(high - gap[..., columns], low)
        values = np.where(there[:, None, columns], values, np.nan)
        return aggregate(values, np.array(node.weights, dtype=float), node.aggregation)


def read_nodes(
    framework: Framework,
    missing: NDArray[np.bool_],
    group: NDArray[np.intp],
    groups: int,
    opened: frozenset[int] = frozenset(),
) -> ReadNodes:
    """Compile the read nodes.

    Parameters
    ----------
    missing : (R, I) leaves without a value
    group : (I,) gap group of each measured indicator, −1 = none
    opened : groups whose gaps a side effect may open: each leaf is a column of its own, as a leaf
        that falls to the low end stays there
    """
    index = framework.node_index
    leaf = {m.id: column for column, m in enumerate(framework.measured)}
    nodes = tuple(gate_columns(framework))
    own_group = np.where(group < 0, groups, group)
    weights: list[Array] = []
    column_group: list[int] = []
    columns: dict[int, tuple[int, ...]] = {}
    present = ~missing

    def add(share: Array, of: int) -> int:
        weights.append(share)
        column_group.append(of)
        return len(weights) - 1

    def single(column: int) -> int:
        share = np.zeros(missing.shape)
        share[:, column] = present[:, column]
        return add(share, int(own_group[column]))

    for node in framework.nodes:
        if node.kind != "dimension":
            continue
        own = [leaf[child] for child in node.children]
        if node.aggregation != "arithmetic":
            columns[index[node.id]] = tuple(single(column) for column in own)
            continue
        weight = np.zeros(missing.shape)
        weight[:, own] = np.array(node.weights) * present[:, own]
        total = weight.sum(axis=1, keepdims=True)
        share = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
        made = []
        for of in sorted({int(own_group[column]) for column in own}):
            mine = [column for column in own if own_group[column] == of]
            for together in [[column] for column in mine] if of in opened else [mine]:
                part = np.zeros_like(share)
                part[:, together] = share[:, together]
                made.append(add(part, of))
        columns[index[node.id]] = tuple(made)
    for number in nodes:
        node = framework.nodes[number]
        if node.kind in ("indicator", "outcome"):
            columns[number] = (single(leaf[node.id]),)
    stacked = np.stack(weights, axis=-1)
    there: NDArray[np.bool_] = np.asarray(stacked > 0).max(axis=1)
    return ReadNodes(
        framework,
        nodes,
        np.array(column_group, dtype=np.intp),
        stacked,
        columns,
        there,
        stacked.sum(axis=1) * (framework.normalised_range[1] - framework.normalised_range[0]),
    )
