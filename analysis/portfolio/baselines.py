"""What one would do without a solver: greedy, equal shares, the worst first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.group_sums import GroupSums, additive
from analysis.portfolio.merit import OVERALL, Merit
from analysis.portfolio.plan import Portfolio, in_order_of, portfolio_of
from analysis.portfolio.problem import TOLERANCE, Array, Flags, Problem, canonical
from analysis.portfolio.requirements import LINK, Requirements, Row, matrix_of
from indicators.words import one_of

Rule = Literal["greedy", "equal-share", "worst-first"]
RULES: tuple[Rule, ...] = ("greedy", "equal-share", "worst-first")
FREE = 1e-9
NEARLY = 1e-6


def baseline(problem: Problem, rule: Rule) -> Portfolio:
    """The plan of a simple rule; ``feasible`` if it keeps the requirements, else ``infeasible``.

    - ``greedy``: again and again the decision of most gain per cost, with what it requires
    - ``equal-share``: every department greedily from its D-th of the budget; in scope ``city``,
      where departments do not decide, the same as ``greedy``
    - ``worst-first``: departments in rising order of their score, each takes greedily what it can;
      in scope ``city`` what helps the lowest department most, then the next
    """
    one_of("rule", rule, RULES)
    ordered, m, d = canonical(problem)
    merit, requirements = Merit(ordered), Requirements(ordered)
    one = _Taker(merit, requirements)
    one.start()
    if rule == "equal-share" and ordered.scope == "department":
        part = np.inf if ordered.budget is None else ordered.budget / len(ordered.departments)
        for row in requirements.column:
            one.fill(row.tolist(), spend=part)
    elif rule == "worst-first":
        score = merit.base[..., OVERALL].mean(axis=0)
        counts = np.where(merit.weight > 0, score, np.inf)
        for department in np.argsort(counts, kind="stable").tolist():
            weight = np.eye(len(counts))[department]
            alone = Merit(replace(ordered, weight=weight))
            lens = _Taker(alone, requirements, one.decided)
            lens.fill(requirements.column[department].tolist())
    else:
        one.fill(range(requirements.decisions))
    taken = requirements.taken(one.decided)
    kept = one.kept() and bool(merit.floors_kept(merit.exact_left(taken)))
    status = "feasible" if kept else "infeasible"
    found = portfolio_of(ordered, taken, status, merit.value(taken), None, "outer-approximation")
    return in_order_of(found, problem, m, d)


class _Taker:
    """A plan that grows by decisions together with what they require."""

    def __init__(
        self,
        merit: Merit,
        requirements: Requirements,
        decided: Flags | None = None,
        extra: list[Row] | None = None,
        sums: GroupSums | None = None,
    ) -> None:
        self.merit, self.requirements = merit, requirements
        rows = [row for row in requirements.rows if row.kind != LINK]
        rows += [row for row in extra or [] if (row.column < requirements.variables).all()]
        self.low, self.high = np.array([r.low for r in rows]), np.array([r.high for r in rows])
        matrix = matrix_of(rows, requirements.variables)
        self.by_column = matrix.tocsc()
        count = requirements.decisions
        self.decided = np.zeros(count, dtype=bool) if decided is None else decided
        variables = requirements.expand(self.decided[None])[0]
        self.amount = matrix @ variables
        self.used = variables[requirements.used] > 0
        self.needs: dict[int, list[list[int]]] = {}
        for row in requirements.rows:
            if row.kind in ("requires-all", "requires-any"):
                one, *several = row.column.tolist()
                self.needs.setdefault(one, []).append(several)
        self.measure = np.empty(count, dtype=np.intp)
        self.measure[requirements.column.ravel()] = np.tile(
            np.arange(requirements.column.shape[1]), len(requirements.column)
        )
        if sums is None and additive(merit):
            sums = GroupSums(merit, requirements)
        self.rise: Callable[[list[int]], float] = (
            self._rise if sums is None else lambda added: sums.rise(self.decided, added)
        )

    def _rise(self, added: list[int]) -> float:
        after = self.decided.copy()
        after[added] = True
        taken = self.requirements.taken
        return self.merit.value(taken(after)) - self.merit.value(taken(self.decided))

    def start(self) -> None:
        """Take what has to be taken, where that is cheapest."""
        cost = self.requirements.cost
        for row in self.requirements.rows:
            if row.kind == "must" and not self.decided[row.column].any():
                for column in sorted(row.column.tolist(), key=lambda c: (cost[c], c)):
                    if self.take(column):
                        break

    def together(self, column: int) -> list[int]:
        """A decision and what it still requires; of alternatives the cheapest."""
        found: list[int] = []
        waiting = [column]
        while waiting:
            one = waiting.pop()
            if self.decided[one] or one in found:
                continue
            found.append(one)
            for several in self.needs.get(one, ()):
                if not any(self.decided[c] or c in found for c in several):
                    waiting.append(min(several, key=lambda c: (self.requirements.cost[c], c)))
        return found

    def _variables(self, added: list[int]) -> list[int]:
        """The decisions, and "somebody takes it" where nobody has so far."""
        new = {int(self.measure[c]) for c in added}
        used = self.requirements.used
        fresh = [int(used[m]) for m in new if not self.used[m]]
        return added + [c for c in fresh if c >= self.requirements.decisions]

    def set_up(self, measures: list[int]) -> None:
        """Count the set-up of measures as paid, taken or not."""
        used = self.requirements.used
        new = [int(used[m]) for m in measures if not self.used[m]]
        new = [c for c in new if c >= self.requirements.decisions]
        if new:
            rows, change = self._change(new)
            self.amount[rows] += change
            self.used[measures] = True

    def price(self, added: list[int]) -> float:
        """What further decisions cost, set-up included where nobody has paid it."""
        return float(self.requirements.cost[self._variables(added)].sum())

    def take(self, column: int) -> bool:
        """Take a decision with what it requires, if that breaks no requirement that held."""
        added = self.together(column)
        if not added:
            return False
        rows, change = self._change(self._variables(added))
        before, after = self.amount[rows], self.amount[rows] + change
        worse = self._over(after, rows) > np.maximum(self._over(before, rows), TOLERANCE)
        if worse.any():
            return False
        self.amount[rows] = after
        self.decided[added] = True
        self.used[self.measure[added]] = True
        return True

    def _change(self, variables: list[int]) -> tuple[NDArray[np.intp], Array]:
        """Rows that variables enter, and by how much they move them."""
        matrix = self.by_column
        parts = [slice(matrix.indptr[c], matrix.indptr[c + 1]) for c in variables]
        rows = np.concatenate([matrix.indices[part] for part in parts])
        unique, place = np.unique(rows, return_inverse=True)
        change = np.bincount(place, np.concatenate([matrix.data[part] for part in parts]))
        return unique.astype(np.intp), np.asarray(change, dtype=float)

    def _over(self, amount: Array, rows: NDArray[np.intp] | slice = slice(None)) -> Array:
        """By how much rows are broken; negative if they are not."""
        return np.maximum(amount - self.high[rows], self.low[rows] - amount)

    def kept(self) -> bool:
        return bool((self._over(self.amount) <= TOLERANCE).all())

    def fill(self, columns: Iterable[int], spend: float = np.inf) -> None:
        """Take greedily by gain per cost, until nothing adds or nothing fits."""
        heap = [(-np.inf, c) for c in columns if not self.decided[c]]
        heapq.heapify(heap)
        while heap:
            _, column = heapq.heappop(heap)
            added = self.together(column)
            gain = self.rise(added) if added else 0.0
            if gain <= FREE:
                continue
            cost = self.price(added)
            key = -gain / cost if cost > 0 else -np.inf
            if heap and key > heap[0][0]:
                heapq.heappush(heap, (key, column))
                continue
            if cost <= spend and self.take(column):
                spend -= cost


def rounded(
    merit: Merit,
    requirements: Requirements,
    share: Array,
    extra: list[Row],
    sums: GroupSums | None,
) -> Flags | None:
    """A plan (decisions,) of what a relaxation (variables,) takes wholly, and of the rest what fits.

    The rest goes by gain per cost; set-ups that the relaxation pays at least half are taken as paid,
    and what is left of those that nobody needed is spent at the end. None if the plan breaks a limit.
    """
    decided = share[: requirements.decisions]
    some = np.flatnonzero(decided > NEARLY).tolist()
    one = _Taker(merit, requirements, decided >= 1 - NEARLY, extra, sums)
    one.start()
    one.set_up(np.flatnonzero(share[requirements.used] >= 0.5).tolist())
    one.fill(some)
    last = _Taker(merit, requirements, one.decided, extra, sums)
    if (one.used & ~last.used).any():
        last.fill(some)
    return last.decided if last.kept() else None
