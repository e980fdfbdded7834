"""A linear model that bounds the objective from above, and is equal to it at the plans visited.

Scores are concave in the shares of the gaps that are closed, and each share is a set function of
few measures. So a bound is a tangent of the scores in the shares, and above each share either its
values at all subsets (variables that weigh the subsets: exact) or facets where they are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.portfolio.facets import lifted_facets
from analysis.portfolio.merit import OVERALL, Merit, tail_weights
from analysis.portfolio.problem import Array
from analysis.portfolio.requirements import LINK, Requirements, Row, matrix_of
from analysis.portfolio.subset_tables import SubsetTable
from analysis.portfolio.tangents import Block, bound_of_block, share_left, subset_values

MOST_SUBSETS = 8192
"""Variables that weigh subsets, in all; with more, those of blocks that all departments share."""
MOST_SHARED = 20_000
WIDEST_SHARED = 8192
INSIDE = 1e-8
"""Tangents of means that are steep at zero are taken where this share of the gap is closed."""
Part = tuple[NDArray[np.intp], Array]


@dataclass(frozen=True, eq=False)
class Loose:
    """What n departments gain of one gap group, bounded by facets or tangents as they are needed.

    ``gain`` (n,) are the variables of the gains; ``values`` (n, 2^k) the gains of all subsets.
    """

    table: SubsetTable
    blocks: tuple[Block, ...]
    departments: NDArray[np.intp]
    columns: NDArray[np.intp]
    gain: NDArray[np.intp]
    values: Array | None


class UpperModel:
    """Columns, rows and objective; `separate` adds rows where a solution is too good to be true.

    Attributes
    ----------
    width : number of columns: variables of `Requirements`, weights of subsets, bounds
    objective : (width,), to be maximised
    whole, lower, upper : (width,) which columns are whole numbers, and their ends
    frame, cuts : rows that hold from the start, and those found
    exact : whether the model is equal to the objective at every plan from the start
    """

    def __init__(self, merit: Merit, requirements: Requirements) -> None:
        self.merit, self.requirements = merit, requirements
        self.problem = merit.problem
        self.terms = merit.terms
        self.width = requirements.variables
        self.frame: list[Row] = list(requirements.rows)
        self.cuts: list[Row] = []
        self._ends: list[tuple[int, float, float, bool]] = []
        self._goal: list[Part] = []
        self.blocks = self._blocks()
        self._blocks_of: list[list[Block]] = [[] for _ in self.problem.departments]
        for block in self.blocks:
            for d in block.departments:
                self._blocks_of[d].append(block)
        self.loose: list[Loose] = []
        self.total: NDArray[np.intp] | None = None
        self.reached: NDArray[np.intp] | None = None
        self.tail = -1
        self.gain_of: list[Part] = []
        self._aim()
        self._finish()

    def _add(self, count: int, low: float, high: float, whole: bool = False) -> NDArray[np.intp]:
        self._ends.append((self.width, low, high, whole))
        self.width += count
        return np.arange(self.width - count, self.width)

    def _finish(self) -> None:
        variables = self.requirements.variables
        self.whole = np.zeros(self.width, dtype=bool)
        self.whole[:variables] = True
        self.lower, self.upper = np.zeros(self.width), np.ones(self.width)
        for start, low, high, whole in self._ends:
            self.lower[start:], self.upper[start:], self.whole[start:] = low, high, whole
        self.objective = np.zeros(self.width)
        for column, value in self._goal:
            np.add.at(self.objective, column, value)
        everything = np.zeros(self.width)
        self.separate(everything, force=True)
        if not self.exact:
            everything[:variables] = 1.0
            self.separate(everything, force=True)

    def _blocks(self) -> list[Block]:
        found: list[Block] = []
        for table in self.merit.tables:
            columns = self.requirements.column[:, table.measures]
            unique, place = np.unique(columns, axis=0, return_inverse=True)
            place = place.reshape(-1)
            found += [Block(table, np.flatnonzero(place == i), row) for i, row in enumerate(unique)]
        size = [1 << len(b.columns) if b.table.left is not None else 1 << 40 for b in found]
        everything = sum(size) <= MOST_SUBSETS
        room = MOST_SHARED
        for i in np.argsort(size, kind="stable"):
            shared = len(found[i].departments) == len(self.problem.departments)
            if everything or (shared and size[i] <= min(room, WIDEST_SHARED)):
                room -= size[i]
                found[i] = self._weighed(found[i])
        return found

    def _weighed(self, block: Block) -> Block:
        """Weights of the subsets: they add up to 1, and measure by measure to its decision."""
        count = 1 << len(block.columns)
        own = self._add(count, 0.0, 1.0)
        self.frame.append(Row(own, np.ones(count), 1.0, 1.0, LINK))
        for j, column in enumerate(block.columns):
            holding = own[(np.arange(count) >> j) & 1 == 1]
            values = np.append(np.ones(len(holding)), -1.0)
            self.frame.append(Row(np.append(holding, column), values, 0.0, 0.0, LINK))
        return Block(block.table, block.departments, block.columns, int(own[0]))

    def _aim(self) -> None:
        merit, aim, floor = self.merit, self.problem.objective.aim, self.merit.floor
        counts = np.flatnonzero(merit.weight > 0)
        base = merit.base[..., OVERALL].mean(axis=0)
        low, high = merit.tree.framework.normalised_range
        if aim not in ("cvar", "probability") or floor is not None:
            self._department_gains(high - low)
        if floor is not None:
            for d in np.flatnonzero(~np.isnan(floor)):
                column, value = self.gain_of[d]
                ids = (self.problem.departments[d],)
                self.frame.append(Row(column, value, floor[d] - base[d], np.inf, "floor", ids))
        if aim == "expected":
            self._goal += [
                (self.gain_of[d][0], merit.weight[d] * self.gain_of[d][1]) for d in counts
            ]
            return
        if aim == "probability":
            self.reached = self._add(merit.draws, 0.0, 1.0, True)
            self._goal.append((self.reached, np.full(merit.draws, 1 / merit.draws)))
            return
        span = 2 * max(abs(low), abs(high), high - low) if len(counts) else 0.0
        (self.tail,) = self._add(1, -span, span)
        self._goal.append((np.array([self.tail]), np.ones(1)))
        for d in counts if aim != "cvar" else ():
            column, value = self.gain_of[d]
            start = base[d] if aim == "worst-off-score" else 0.0
            columns, values = np.append(column, self.tail), np.append(value, -1.0)
            self.frame.append(Row(columns, values, -start, np.inf, LINK))

    def _department_gains(self, span: float) -> None:
        """``gain_of[d]``: columns and values whose sum bounds the department's mean gain."""
        departments = len(self.problem.departments)
        if not self.merit.linear:
            self.total = self._add(departments, -span, span)
            self.gain_of = [(self.total[[d]], np.ones(1)) for d in range(departments)]
            return
        rate = self.merit.rate()
        parts: list[list[Part]] = [[] for _ in range(departments)]
        free: dict[int, list[Block]] = {}
        for block in self.blocks:
            if block.weights < 0:
                free.setdefault(block.table.group, []).append(block)
                continue
            columns = block.weights + np.arange(1 << len(block.columns))
            for d, row in zip(block.departments, self._points(block, rate), strict=True):
                parts[d].append((columns, row))
        for blocks in free.values():
            own = np.concatenate([block.departments for block in blocks])
            gain = self._add(len(own), -span, span)
            tabulated = blocks[0].table.left is not None
            self.loose.append(
                Loose(
                    blocks[0].table,
                    tuple(b for b in blocks for _ in b.departments),
                    own,
                    np.stack([b.columns for b in blocks for _ in b.departments]),
                    gain,
                    np.concatenate([self._points(b, rate) for b in blocks]) if tabulated else None,
                )
            )
            for d, column in zip(own, gain, strict=True):
                parts[d].append((np.array([column]), np.ones(1)))
        for own in parts:
            columns = [np.zeros(0, dtype=np.intp), *(column for column, _ in own)]
            values = [np.zeros(0), *(value for _, value in own)]
            self.gain_of.append((np.concatenate(columns), np.concatenate(values)))

    def _points(self, block: Block, rate: Array) -> Array:
        """(n, 2^k) mean points that each department of a block gains from each subset."""
        kind = self.terms.kind[block.departments]
        own = rate[:, block.departments, block.table.group]
        if len(own) == 1:
            return own[0][:, None] * (1 - block.table.mean[kind])
        own = own / len(own)
        one = np.arange(len(kind))
        return np.concatenate(
            [subset_values(block.table, kind[[i]], own[:, [i]], summed=True) for i in one]
        )

    @property
    def exact(self) -> bool:
        if not self.merit.linear or self.problem.objective.aim == "cvar":
            return False
        return all(block.weights >= 0 for block in self.blocks)

    def rows(self, extra: list[Row]) -> tuple[sparse.csr_matrix, Array, Array]:
        """All rows as a matrix, with their ends."""
        rows = [*self.frame, *self.cuts, *extra]
        low, high = np.array([r.low for r in rows]), np.array([r.high for r in rows])
        return matrix_of(rows, self.width), low, high

    def forget(self, x: Array, slack: float) -> None:
        """Drop the cuts that a solution keeps with more than ``slack`` to spare."""
        if self.cuts:
            spare = matrix_of(self.cuts, self.width) @ x - np.array([r.low for r in self.cuts])
            self.cuts = [row for row, far in zip(self.cuts, spare, strict=True) if far <= slack]

    def separate(self, x: Array, tolerance: float = 1e-7, *, force: bool = False) -> int:
        """Add the rows that a solution x breaks by more than ``tolerance``; how many they were.

        With ``force`` all rows are added that belong to x.
        """
        before = len(self.cuts)
        least = -np.inf if force else tolerance
        aim = self.problem.objective.aim
        late = self.total is not None or aim == "cvar" or self.reached is not None
        wide = any(one.values is None for one in self.loose)
        left = share_left(self.terms, x[self.requirements.column]) if late or wide else None
        for one in self.loose:
            self._separate_loose(one, x, left, least)
        if left is None or not late or (self.exact and not force):
            return len(self.cuts) - before
        inside = left if self.merit.linear else np.minimum(left, 1 - INSIDE)
        if self.total is not None or aim == "cvar":
            score, slope = self.merit.tree.slopes(self.merit.gap, inside, OVERALL)
            gain = np.nan_to_num(score - self.merit.base[..., OVERALL])
            rate = slope / inside
            if self.total is not None:
                exact = np.nan_to_num(self.merit.gains(left)).mean(axis=0)
                self._separate_departments(x, gain, rate, inside, exact, least)
            if aim == "cvar":
                self._separate_tail(x, gain, rate, inside, least)
        if self.reached is not None:
            self._separate_level(x, inside, least)
        return len(self.cuts) - before

    def _separate_loose(self, one: Loose, x: Array, left: Array | None, least: float) -> None:
        if one.values is not None:
            a, b = lifted_facets(one.values, x[one.columns])
        else:
            assert left is not None
            rate = self.merit.rate()[..., one.table.group]
            rate = rate / len(rate)
            rows = [
                bound_of_block(block, self.terms, d, rate[:, d], x, left, summed=True)
                for block, d in zip(one.blocks, one.departments[:, None], strict=True)
            ]
            a, b = np.concatenate([r[1] for r in rows]), np.concatenate([r[2] for r in rows])
        over = x[one.gain] - (a * x[one.columns]).sum(axis=1) - b
        for i in np.flatnonzero(over > least):
            columns, values = np.append(one.columns[i], one.gain[i]), np.append(a[i], -1.0)
            self.cuts.append(Row(columns, values, -b[i], np.inf, LINK))

    def _tangent(
        self,
        departments: NDArray[np.intp],
        blocks: list[Block],
        rate: Array,
        constant: Array,
        x: Array,
        left: Array,
        summed: bool,
    ) -> tuple[NDArray[np.intp], Array, Array]:
        """``constant + Σ rate · closed`` bounded at x: columns, coefficients (n, c), constants (n,).

        ``constant`` (n,) is the value at x, where ``left`` is; rates (S or 1, D, G).
        """
        columns, values, low = [], [], constant
        for block in blocks:
            own = block.departments[np.isin(block.departments, departments)]
            part = rate[:, own, block.table.group]
            closed = 1 - left[:, own, block.table.group]
            at_x = (part * closed).sum(axis=1)
            low = low - (at_x.sum() if summed else at_x)
            column, a, b = bound_of_block(block, self.terms, own, part, x, left, summed=summed)
            columns.append(column)
            values.append(np.broadcast_to(a, (len(constant), a.shape[1])))
            low = low + b
        if not columns:
            return np.zeros(0, dtype=np.intp), np.zeros((len(constant), 0)), low
        return np.concatenate(columns), np.concatenate(values, axis=1), low

    def _cut(
        self, column: NDArray[np.intp], a: Array, b: float, bound: int, x: Array, least: float
    ) -> None:
        """x[bound] ≤ a·x + b, if x breaks it."""
        if x[bound] - a @ x[column] - b > least:
            columns, values = np.append(column, bound), np.append(a, -1.0)
            self.cuts.append(Row(columns, values, -float(b), np.inf, LINK))

    def _separate_departments(
        self, x: Array, gain: Array, rate: Array, left: Array, exact: Array, least: float
    ) -> None:
        assert self.total is not None
        draws, whole = len(gain), x[: self.requirements.variables]
        plan = np.abs(whole - np.round(whole)).max(initial=0.0) < 1e-6
        for d in np.flatnonzero(self.merit.known).tolist():
            value = gain[:, d].mean()[None]
            part = (np.array([d]), self._blocks_of[d], rate / draws, value, x, left, True)
            column, a, b = self._tangent(*part)
            bound = int(self.total[d])
            self._cut(column, a[0], b[0], bound, x, least)
            if plan and self._blocks_of[d] and a[0] @ x[column] + b[0] > exact[d] + least > -np.inf:
                column, row = self._this_plan(x, d, exact[d])
                self._cut(column, row[:-1], row[-1], bound, x, least)

    def _this_plan(self, x: Array, d: int, value: float) -> Part:
        """Row ``gain ≤ value`` at a plan alone: far off it with every measure more or less.

        It cuts off what tangents taken inside the scale overrate (Laporte & Louveaux 1993).
        """
        assert self.total is not None
        column = np.unique(np.concatenate([b.columns for b in self._blocks_of[d]]))
        on = x[column] > 0.5
        span = float(self.upper[self.total[d]])
        return column, np.append(np.where(on, -span, span), value + span * on.sum())

    def _separate_tail(self, x: Array, gain: Array, rate: Array, left: Array, least: float) -> None:
        """Mean over the worst draws at x: a bound for every plan, for the mean of the worst is least."""
        weight = self.merit.weight
        city = np.broadcast_to(gain @ weight, (self.merit.draws,))
        q = np.empty(len(city))
        q[np.argsort(city, kind="stable")] = tail_weights(len(city), self.problem.objective.tail)
        everybody = np.arange(len(weight))
        rate = q[:, None, None] * weight[:, None] * rate
        value = np.array([q @ city])
        part = (everybody, self.blocks, rate, value, x, left, True)
        column, a, b = self._tangent(*part)
        self._cut(column, a[0], b[0], self.tail, x, least)

    def _separate_level(self, x: Array, left: Array, least: float) -> None:
        """A draw counts only if each node's bound is reached in it."""
        assert self.reached is not None
        merit, everybody = self.merit, np.arange(len(self.merit.weight))
        asked = np.ones(merit.draws, bool) if np.isneginf(least) else x[self.reached] > 0.5
        lowest = merit.city_nodes(np.broadcast_to(merit.most_left, left.shape))
        offset = self.problem.city_offset
        for place, (node, bound) in enumerate(self.problem.objective.level):
            weight = merit.node_weight(node)
            score, slope = merit.tree.slopes(merit.gap, left, node)
            city = np.nan_to_num(score) @ weight + (0.0 if offset is None else offset[:, node])
            city = np.broadcast_to(city, (merit.draws,))
            rate = weight[:, None] * slope / left
            part = (everybody, self.blocks, rate, city, x, left, False)
            column, a, b = self._tangent(*part)
            least_city = np.broadcast_to(lowest[..., place], (merit.draws,))
            for s in np.flatnonzero(asked & (least_city < bound)):
                needed = bound - least_city[s]
                low = least_city[s] - b[s]
                values = np.append(a[s], -needed)
                columns = np.append(column, self.reached[s])
                if low - values @ x[columns] > least:
                    self.cuts.append(Row(columns, values, low, np.inf, LINK))
