"""What a plan is worth on the true model: no tangents, no tables where the figure is reported."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from analysis.portfolio.problem import TOLERANCE, Array, Flags, Problem
from analysis.portfolio.subset_tables import subset_tables
from analysis.scenarios.terms import ALONE

OVERALL = 0
"""Node of the overall score."""
_CELLS = 1 << 22
_REACHED = 1e-9


class Merit:
    """A problem's scores before and after, and its objective.

    Attributes
    ----------
    known : (D,) departments with an overall score
    weight : (D,) their shares in the city, summing to 1; 0 for the others
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.terms, self.tree, self.gap = problem.terms, problem.tree, problem.gap
        self.draws = problem.draws
        self.tables = subset_tables(problem.terms)
        untouched = np.ones((1, self.gap.shape[1], self.terms.groups))
        self.base = self.tree.scores(self.gap, untouched)
        self.known = ~np.isnan(self.base[0, :, OVERALL])
        self.weight = self.node_weight(OVERALL)

    def node_weight(self, node: int) -> Array:
        """(D,) shares of the departments that have a score at the node; zeros if none counts."""
        counts = np.where(np.isnan(self.base[0, :, node]), 0.0, self.problem.weight)
        total = counts.sum()
        return counts / total if total > 0 else counts

    @cached_property
    def most_left(self) -> Array:
        """(S, D, G) largest share of each gap that any set of measures leaves; above 1 for harm."""
        found = np.ones((self.terms.draws, len(self.known), self.terms.groups))
        for table in self.tables:
            if table.left is not None:
                most = table.left.max(axis=-1)
            else:
                value = np.maximum(self.terms.value[..., table.terms], 0.0)
                most = np.exp(value.sum(axis=-1))
            found[..., table.group] = most[:, self.terms.kind]
        return found

    @cached_property
    def clipped(self) -> bool:
        """Whether harm could push a leaf to the low end, where scores are no longer concave."""
        low, high = self.tree.framework.normalised_range
        moved = self.tree.group >= 0
        if not moved.any():
            return False
        reach = self.gap[..., moved] * self.most_left[..., self.tree.group[moved]]
        return bool(np.nanmax(reach, initial=0.0) > (high - low) * (1 + 1e-9))

    @cached_property
    def concave(self) -> bool:
        """Whether tangents bound the scores from above."""
        return self.tree.concave and not self.clipped

    @cached_property
    def linear(self) -> bool:
        """Whether scores are linear in the shares left."""
        return self.tree.arithmetic and not self.clipped

    def rate(self, node: int = OVERALL) -> Array:
        """(1 or S, D, G) points per share closed, where scores are `linear`."""
        untouched = np.ones((1, self.gap.shape[1], self.terms.groups))
        return self.tree.slopes(self.gap, untouched, node)[1]

    def left(self, taken: Flags) -> Array:
        """Share of each gap left (N, S, D, G) of plans (N, D, M), from the tables."""
        kind = self.terms.kind
        found = np.ones((len(taken), self.terms.draws, len(kind), self.terms.groups))
        for table in self.tables:
            if table.left is not None:
                picked = table.left[:, kind, table.number(taken)]
                found[..., table.group] = np.moveaxis(picked, 0, 1)
                continue
            log = np.zeros(found.shape[:-1])
            for term in table.terms:
                acting = taken[..., self.terms.first[term]]
                if self.terms.second[term] != ALONE:
                    acting = acting & taken[..., self.terms.second[term]]
                log += acting[:, None] * self.terms.value[:, kind, term]
            found[..., table.group] = np.exp(log)
        return found

    def exact_left(self, taken: Flags) -> Array:
        """(S, D, G) of one plan (D, M), as `Terms` itself has it."""
        return np.exp(self.terms.log_left(taken))

    def gains(self, left: Array) -> Array:
        """Gain of each department's overall score (..., S, D); 0, not nearly 0, if nothing acts."""
        gain = self.tree.scores(self.gap, left)[..., OVERALL] - self.base[..., OVERALL]
        return np.where((left == 1.0).all(axis=-1), 0.0, gain)

    def city_nodes(self, left: Array) -> Array:
        """City scores (..., S, N) at the nodes of the level that is aimed at."""
        scores = self.tree.scores(self.gap, left)
        found = []
        for node, _ in self.problem.objective.level:
            weight = self.node_weight(node)
            city = (np.nan_to_num(scores[..., node]) * weight).sum(axis=-1)
            offset = self.problem.city_offset
            found.append(city + (0.0 if offset is None else offset[:, node]))
        return np.stack(np.broadcast_arrays(*found), axis=-1)

    def values(self, left: Array) -> Array:
        """The objective (...) from shares left (..., S, D, G)."""
        objective = self.problem.objective
        if objective.aim == "probability":
            bounds = np.array([bound for _, bound in objective.level])
            reached = (self.city_nodes(left) >= bounds - _REACHED).all(axis=-1)
            return reached.mean(axis=-1)
        gain = np.nan_to_num(self.gains(left))
        if objective.aim == "expected":
            return (gain.mean(axis=-2) * self.weight).sum(axis=-1)
        if objective.aim == "cvar":
            city = (gain * self.weight).sum(axis=-1)
            return (np.sort(city, axis=-1) * tail_weights(city.shape[-1], objective.tail)).sum(-1)
        counts = self.weight > 0
        if not counts.any():
            return np.zeros(left.shape[:-3])
        mean = gain.mean(axis=-2)
        if objective.aim == "worst-off-score":
            mean = mean + self.base[..., OVERALL].mean(axis=0)
        return mean[..., counts].min(axis=-1)

    def floors_kept(self, left: Array) -> Flags:
        """(...) whether every department reaches its floor, to `TOLERANCE`."""
        floor = self.floor
        if floor is None:
            return np.ones(left.shape[:-3], dtype=bool)
        asked = ~np.isnan(floor)
        mean = self.gains(left).mean(axis=-2) + self.base[..., OVERALL].mean(axis=0)
        return (mean[..., asked] >= floor[asked] - TOLERANCE).all(axis=-1)

    @cached_property
    def floor(self) -> Array | None:
        """(D,) mean score asked of each department; NaN for those without a score."""
        if self.problem.floor is None:
            return None
        floor = np.broadcast_to(np.asarray(self.problem.floor, float), self.known.shape)
        return np.where(self.known, floor, np.nan)

    def value(self, taken: Flags) -> float:
        """The objective of one plan (D, M)."""
        return float(self.values(self.exact_left(taken)))

    def chunks(self, taken: Flags) -> Iterator[tuple[Array, Flags]]:
        """Values and whether floors are kept, of plans (N, D, M) a few at a time."""
        cells = max(self.draws, 1) * self.gap[0].size
        step = max(1, _CELLS // max(cells, 1))
        for start in range(0, len(taken), step):
            left = self.left(taken[start : start + step])
            yield self.values(left), self.floors_kept(left)


def tail_weights(draws: int, tail: float) -> Array:
    """(S,) weights of the draws in rising order whose weighted sum is the mean of the worst tail.

    A draw that lies half in the tail counts half, so that any ``tail`` in (0, 1] is exact.
    """
    edges = np.clip(np.arange(draws + 1) / (draws * tail), 0.0, 1.0)
    return np.diff(edges)
