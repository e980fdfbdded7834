"""The limits of a problem as linear rows over decisions; enumeration and MILP read the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.portfolio.problem import TOLERANCE, Array, Flags, Problem

LINK = "link"
"""Kind of the rows that say what a variable means: nobody can give way there."""


@dataclass(frozen=True)
class Row:
    """low ≤ Σ value · x[column] ≤ high; ``kind`` and ``ids`` say which requirement it belongs to."""

    column: NDArray[np.intp]
    value: Array
    low: float
    high: float
    kind: str
    ids: tuple[str, ...] = ()


class Requirements:
    """Decision variables and the rows they have to keep.

    Attributes
    ----------
    column : (D, M) variable of "department d takes measure m"; one for all where it is city-wide
    used : (M,) variable of "somebody takes measure m"
    decisions : number of decisions; the variables after them follow from the decisions
    variables : number of all variables, X
    rows : every requirement but the floors, which are no linear matter
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        departments, measures = len(problem.departments), len(problem.measures)
        wide = problem.city_wide
        self.column = np.empty((departments, measures), dtype=np.intp)
        place = 0
        for m in range(measures):
            width = 1 if wide[m] else departments
            self.column[:, m] = place + (0 if wide[m] else np.arange(departments))
            place += width
        self.decisions = place
        self.used = self.column[0].copy()
        self.used[~wide] = place + np.arange((~wide).sum())
        self.variables = place + int((~wide).sum())
        self.rows = list(self._rows())

    @cached_property
    def cost(self) -> Array:
        """(X,) cost of each variable, 万元."""
        problem = self.problem
        found = np.zeros(self.variables)
        wide = problem.city_wide
        found[self.used[wide]] = problem.city_cost[wide]
        found[self.used[~wide]] = problem.setup_cost[~wide]
        for m in np.flatnonzero(~wide):
            found[self.column[:, m]] = problem.each_cost[m]
        return found

    def _weighted(self, city: Array) -> Array:
        """(X,) a measure's amount spread over its variables like its cost."""
        found = np.zeros(self.variables)
        wide = self.problem.city_wide
        found[self.used[wide]] = city[wide]
        for m in np.flatnonzero(~wide):
            total = self.problem.city_cost[m]
            share = city[m] / total if total > 0 else 0.0
            found[self.column[:, m]] = share * self.problem.each_cost[m]
            found[self.used[m]] = share * self.problem.setup_cost[m]
        return found

    def _rows(self) -> Iterable[Row]:
        yield from self._links()
        yield from self._limits()
        yield from self._rules()

    def _links(self) -> Iterable[Row]:
        for m in np.flatnonzero(~self.problem.city_wide):
            used = self.used[m]
            for column in self.column[:, m]:
                yield _row([column, used], [1.0, -1.0], -np.inf, 0.0, LINK)
            columns = [used, *self.column[:, m]]
            yield _row(columns, [1.0] + [-1.0] * (len(columns) - 1), -np.inf, 0.0, LINK)

    def _limits(self) -> Iterable[Row]:
        problem = self.problem
        if problem.budget is not None:
            yield _dense(self.cost, problem.budget, "budget")
        if problem.yearly_budget is not None and problem.cost_by_year is not None:
            for year, limit in enumerate(problem.yearly_budget):
                amount = self._weighted(problem.cost_by_year[:, year])
                yield _dense(amount, limit, "yearly-budget", (str(year),))
        if problem.most_large is not None and problem.large is not None:
            running = np.ones((len(problem.measures), 1), dtype=bool)
            running = running if problem.running is None else problem.running
            for year in range(running.shape[1]):
                columns = self.used[problem.large & running[:, year]]
                ones = [1.0] * len(columns)
                yield _row(columns, ones, -np.inf, problem.most_large, "large", (str(year),))

    def _rules(self) -> Iterable[Row]:
        problem = self.problem
        index = {id: m for m, id in enumerate(problem.measures)}
        for one, other in problem.requires_all:
            for a, b in self._together(index[one], index[other]):
                yield _row([a, b], [1.0, -1.0], -np.inf, 0.0, "requires-all", (one, other))
        for one, several in problem.requires_any:
            for columns in self._together(index[one], *(index[id] for id in several)):
                values = [1.0] + [-1.0] * len(several)
                yield _row(columns, values, -np.inf, 0.0, "requires-any", (one, *several))
        for one, other in problem.exclusions:
            for columns in self._together(index[one], index[other]):
                yield _row(columns, [1.0, 1.0], -np.inf, 1.0, "exclusion", (one, other))
        for id in problem.must:
            columns = np.unique(self.column[:, index[id]])
            yield _row(columns, [1.0] * len(columns), 1.0, np.inf, "must", (id,))
        for id in problem.never:
            yield _row([self.used[index[id]]], [1.0], -np.inf, 0.0, "never", (id,))

    def _together(self, *measures: int) -> list[tuple[int, ...]]:
        """Columns of these measures in each department, each combination once."""
        found = {tuple(int(c) for c in row) for row in self.column[:, list(measures)]}
        return sorted(found)

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        return matrix_of(self.rows, self.variables)

    @cached_property
    def low(self) -> Array:
        return np.array([row.low for row in self.rows])

    @cached_property
    def high(self) -> Array:
        return np.array([row.high for row in self.rows])

    def expand(self, decided: NDArray[Any]) -> Array:
        """All variables (N, X) from the decisions (N, decisions)."""
        found = np.zeros((len(decided), self.variables))
        found[:, : self.decisions] = decided
        for m in np.flatnonzero(~self.problem.city_wide):
            found[:, self.used[m]] = found[:, self.column[:, m]].max(axis=1)
        return found

    def kept(self, variables: Array) -> Flags:
        """(N,) whether plans (N, X) keep every row, to `TOLERANCE`."""
        if not self.rows:
            return np.ones(len(variables), dtype=bool)
        amount = (self.matrix @ variables.T).T
        return np.all((amount >= self.low - TOLERANCE) & (amount <= self.high + TOLERANCE), axis=1)

    def taken(self, decided: NDArray[Any]) -> Flags:
        """(..., D, M) who takes what, from decisions (..., at least ``decisions``)."""
        return (decided > 0.5)[..., self.column]

    def decided(self, taken: Flags) -> Flags:
        """(decisions,) from who takes what (D, M)."""
        found = np.zeros(self.decisions, dtype=bool)
        found[self.column] = taken
        return found


def matrix_of(rows: list[Row], width: int) -> sparse.csr_matrix:
    """The rows as a sparse matrix of ``width`` columns."""
    if not rows:
        return sparse.csr_matrix((0, width))
    count = [len(row.column) for row in rows]
    return sparse.csr_matrix(
        (
            np.concatenate([row.value for row in rows]),
            (
                np.repeat(np.arange(len(rows)), count),
                np.concatenate([row.column for row in rows]),
            ),
        ),
        shape=(len(rows), width),
    )


def _row(
    column: Iterable[int] | NDArray[np.intp],
    value: list[float],
    low: float,
    high: float,
    kind: str,
    ids: tuple[str, ...] = (),
) -> Row:
    return Row(np.asarray(column, np.intp), np.array(value, float), low, float(high), kind, ids)


def _dense(amount: Array, limit: float, kind: str, ids: tuple[str, ...] = ()) -> Row:
    column = np.flatnonzero(amount)
    return Row(column, amount[column], -np.inf, float(limit), kind, ids)
