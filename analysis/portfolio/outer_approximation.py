"""The best plan by outer approximation: bound from above, solve, look, bound more tightly, again.

The MILP over an `UpperModel` gives a plan and a bound that no plan can pass. The plan's true value
is computed on the model itself, tangents are added at it, and so on until bound and value meet
(Duran & Grossmann 1986; Fletcher & Leyffer 1994). Limits are counts of nodes, never clocks: the
same input gives the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.baselines import rounded
from analysis.portfolio.group_sums import GroupSums, additive
from analysis.portfolio.highs import Solved, minimise
from analysis.portfolio.merit import Merit
from analysis.portfolio.problem import Array, Flags
from analysis.portfolio.requirements import LINK, Requirements, Row
from analysis.portfolio.setup_branching import MOST_NODES, settle_setups
from analysis.portfolio.upper_model import UpperModel

PROOF = 1e-6
"""Points to which HiGHS proves anything: no smaller gap can be asked for."""
ROUNDS = 40
STEPS = 300
FEW_DECISIONS = 200
"""With more, what anybody takes is settled before who takes it."""
_WHOLE = 1e-6


@dataclass(eq=False)
class Search:
    """What is known: the best plan (D, M) with its value, the bound, and the work done."""

    gap: float
    taken: Flags | None = None
    value: float = -np.inf
    bound: float = np.inf
    nodes: int = 0
    feasible: bool = True
    limited: bool = False

    @property
    def proven(self) -> float:
        """(bound − value) / max(1, |value|)."""
        return max(self.bound - self.value, 0.0) / max(1.0, abs(self.value))

    @property
    def done(self) -> bool:
        return self.taken is not None and self.proven <= max(self.gap, PROOF)


def solve(
    upper: UpperModel,
    goal: Array,
    extra: list[Row],
    *,
    whole: bool = True,
    fixed: tuple[Array, Array] | None = None,
    gap: float = 0.0,
    nodes: int | None = None,
) -> Solved:
    """Minimise ``goal`` over the model by HiGHS; with ``whole=False`` its linear relaxation."""
    ends = fixed or (upper.lower, upper.upper)
    return minimise(goal, upper.rows(extra), ends, upper.whole if whole else None, gap, nodes)


class OuterApproximation:
    """One problem's model, kept between solves: rows once found hold for every budget."""

    def __init__(self, merit: Merit, requirements: Requirements) -> None:
        self.merit, self.requirements = merit, requirements
        self.upper = UpperModel(merit, requirements)

    def best(
        self, gap: float, *, extra: list[Row] | None = None, nodes: int | None = None
    ) -> Search:
        """The plan of highest value.

        Parameters
        ----------
        gap : (bound − value) / max(1, |value|) at which the search ends
        extra : further rows a plan has to keep
        nodes : limit of each solve; None for none
        """
        extra = list(extra or [])
        search = Search(gap)
        if not self.upper.exact and self.merit.concave and self.upper.reached is None:
            self._root(search, extra, nodes)
        inner = gap if self.upper.exact else gap / 2
        for _ in range(STEPS):
            if search.done or not search.feasible:
                return search
            found = solve(self.upper, -self.upper.objective, extra, gap=inner, nodes=nodes)
            search.nodes += found.nodes
            if found.infeasible:
                # With a plan in hand only rows added against plans seen can make it so.
                search.bound = search.value
                search.feasible = search.taken is not None
                return search
            search.bound = min(search.bound, -found.bound)
            search.limited = search.limited or found.limited
            if found.x is None:
                return search
            better = self._look(search, found.x, extra)
            if search.done or (found.limited and not better):
                return search
            if not better:
                if inner == 0:
                    return search
                inner = inner / 10 if inner > 1e-9 else 0.0
        search.limited = True
        return search

    def least_cost(self, value: float, *, extra: list[Row], nodes: int | None = None) -> Search:
        """The cheapest plan that is worth at least ``value``; its ``value`` is minus the cost."""
        goal = np.zeros(self.upper.width)
        goal[: self.requirements.variables] = self.requirements.cost
        column = np.flatnonzero(self.upper.objective)
        reach = Row(column, self.upper.objective[column], value - PROOF, np.inf, LINK)
        search = Search(0.0)
        for _ in range(STEPS):
            found = solve(self.upper, goal, [*extra, reach], nodes=nodes)
            search.nodes += found.nodes
            search.bound = min(search.bound, -found.bound)
            if found.x is None:
                search.limited = found.limited
                search.feasible = not found.infeasible
                return search
            taken = self.requirements.taken(found.x)
            left = self.merit.exact_left(taken)
            if self.merit.floors_kept(left) and self.merit.values(left) >= value - 2 * PROOF:
                search.taken, search.value = taken, -self.merit.problem.cost(taken)
                return search
            if not self.upper.separate(found.x):
                search.limited = True
                return search
        return search

    def _root(self, search: Search, extra: list[Row], nodes: int | None) -> None:
        """Bound the linear relaxation first, then look for plans next to its solutions."""
        last, x = np.inf, None
        for _ in range(ROUNDS):
            found = solve(self.upper, -self.upper.objective, extra, whole=False)
            if found.x is None:
                search.feasible = not found.infeasible
                return
            x = found.x
            search.bound = min(search.bound, -found.bound)
            added = self.upper.separate(x, PROOF)
            if not added or last - search.bound <= 0.1 * search.gap * max(1.0, abs(search.bound)):
                break
            last = search.bound
        assert x is not None
        self.upper.forget(x, 0.002 * max(1.0, abs(search.bound)))
        if self.requirements.decisions > FEW_DECISIONS:
            self._settle(search, extra, nodes)
            return
        settled = self.upper.whole & (np.abs(x - np.round(x)) <= _WHOLE)
        low, high = self.upper.lower.copy(), self.upper.upper.copy()
        low[settled] = high[settled] = np.round(x[settled])
        for _ in range(ROUNDS):
            gap = search.gap / 4
            near = solve(
                self.upper, -self.upper.objective, extra, fixed=(low, high), gap=gap, nodes=2000
            )
            search.nodes += near.nodes
            if near.x is None or not self._look(search, near.x, extra) or search.done:
                return

    def _settle(self, search: Search, extra: list[Row], nodes: int | None) -> None:
        """Decide first what anybody takes, with plans rounded from the relaxations on the way."""
        upper, requirements = self.upper, self.requirements
        sums = GroupSums(self.merit, requirements) if additive(self.merit) else None
        enough = 0.1 * search.gap * max(1.0, abs(search.bound))

        def relaxed(fixed: dict[int, float]) -> tuple[Array, float] | None:
            low, high = upper.lower.copy(), upper.upper.copy()
            for column, value in fixed.items():
                low[column] = high[column] = value
            best, x = np.inf, None
            for _ in range(3):
                found = solve(upper, -upper.objective, extra, whole=False, fixed=(low, high))
                if found.x is None:
                    return None
                fell, best, x = best + found.bound, min(best, -found.bound), found.x
                if not upper.separate(x, 1e-5) or fell < enough:
                    break
            return None if x is None else (x, best)

        def offer(x: Array) -> None:
            decided = rounded(self.merit, requirements, x[: requirements.variables], extra, sums)
            if decided is not None:
                self._offer(search, requirements.taken(decided))

        def bound_is(bound: float) -> bool:
            search.bound = min(search.bound, bound)
            return search.done

        columns = requirements.used.tolist()
        price = requirements.cost[columns] + _WHOLE
        search.nodes += settle_setups(columns, price, relaxed, offer, bound_is, nodes or MOST_NODES)

    def _look(self, search: Search, x: Array, extra: list[Row]) -> bool:
        """Take a solution's plan if it is the best so far; whether the model learnt from it."""
        taken = self.requirements.taken(x)
        decided = self.requirements.decided(taken)
        if not self.requirements.kept(self.requirements.expand(decided[None]))[0]:
            # Rounding broke a limit: the solver's tolerance, not a plan.
            extra.append(differs(np.arange(len(decided)), decided))
            return True
        self._offer(search, taken)
        return self.upper.separate(x) > 0

    def _offer(self, search: Search, taken: Flags) -> None:
        left = self.merit.exact_left(taken)
        if self.merit.floors_kept(left):
            value = float(self.merit.values(left))
            if value > search.value:
                search.taken, search.value = taken, value


def differs(columns: NDArray[np.intp], decided: Flags) -> Row:
    """A row that all decisions (n,) but these keep."""
    return Row(
        columns,
        np.where(decided, -1.0, 1.0),
        1.0 - float(decided.sum()),
        np.inf,
        LINK,
    )
