"""The city's expected gain as a sum over gap groups, where scores are linear in the shares closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.merit import Merit
from analysis.portfolio.problem import Array, Flags
from analysis.portfolio.requirements import Requirements
from analysis.portfolio.subset_tables import SubsetTable
from analysis.scenarios.terms import ALONE


def additive(merit: Merit) -> bool:
    """Whether the objective is a sum over the gap groups."""
    return merit.linear and merit.problem.objective.aim == "expected"


def tabulated(merit: Merit) -> bool:
    """Whether each group of that sum is a table, and no floor is set on single departments."""
    return all(table.left is not None for table in merit.tables) and merit.floor is None


@dataclass(frozen=True, eq=False)
class Part:
    """Departments that decide a gap group's measures together, by the decisions ``columns`` (k,).

    ``rate`` (1 or S, n) are their points for the whole share; ``total`` (2^k,) what each subset
    gains, None for groups without a table.
    """

    table: SubsetTable
    columns: NDArray[np.intp]
    kind: NDArray[np.intp]
    rate: Array
    total: Array | None

    def gains(self, merit: Merit, decided: Flags) -> Array:
        """(N,) gain of plans (N, decisions)."""
        own = decided[:, self.columns]
        if self.total is not None:
            return self.total[(own << np.arange(len(self.columns))).sum(axis=1)]
        terms = merit.terms
        place = {int(m): j for j, m in enumerate(self.table.measures)}
        log = np.zeros((len(own), terms.draws, len(self.kind)))
        for term in self.table.terms:
            acting = own[:, place[int(terms.first[term])]]
            if terms.second[term] != ALONE:
                acting = acting & own[:, place[int(terms.second[term])]]
            log += acting[:, None, None] * terms.value[:, self.kind, term]
        return (self.rate * (1 - np.exp(log))).mean(axis=1).sum(axis=1)


class GroupSums:
    """Points of the city's gain by gap group and set of decisions."""

    def __init__(self, merit: Merit, requirements: Requirements) -> None:
        self.merit = merit
        rate = merit.rate() * merit.weight[:, None]
        self.parts: list[Part] = []
        self._of: dict[int, list[int]] = {}
        for table in merit.tables:
            columns = requirements.column[:, table.measures]
            unique, place = np.unique(columns, axis=0, return_inverse=True)
            for i, row in enumerate(unique):
                d = np.flatnonzero(place.reshape(-1) == i)
                for column in row.tolist():
                    self._of.setdefault(column, []).append(len(self.parts))
                own, kind = rate[:, d, table.group], merit.terms.kind[d]
                self.parts.append(Part(table, row, kind, own, _total(table, kind, own)))

    def values(self, decided: Flags) -> Array:
        """(N,) gain of plans (N, decisions)."""
        found = np.zeros(len(decided))
        for part in self.parts:
            found += part.gains(self.merit, decided)
        return found

    def rise(self, decided: Flags, added: list[int]) -> float:
        """What further decisions add to a plan (decisions,)."""
        both = np.repeat(decided[None], 2, axis=0)
        both[1, added] = True
        rise = 0.0
        for i in sorted({i for column in added for i in self._of.get(column, ())}):
            before, after = self.parts[i].gains(self.merit, both)
            rise += after - before
        return float(rise)


def _total(table: SubsetTable, kind: NDArray[np.intp], rate: Array) -> Array | None:
    if table.left is None:
        return None
    total = np.zeros(table.left.shape[-1])
    for j, c in enumerate(kind):
        if len(rate) == 1:
            total += rate[0, j] * (1 - table.mean[c])
        else:
            total += (rate[:, [j]] * (1 - table.left[:, c])).mean(axis=0)
    return total
