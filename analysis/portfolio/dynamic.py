"""Departments that share nothing but the budget: each one's frontier, then a knapsack of choices.

Every department picks one point of its own frontier of cost and gain; the best picks under the
budget follow by dynamic programming over whole units of money (multiple-choice knapsack: Sinha &
Zoltners 1979; Kellerer, Pferschy & Pisinger 2004, ch. 11). Exact for any effect model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.enumeration import decisions
from analysis.portfolio.merit import Merit
from analysis.portfolio.plan import Portfolio, portfolio_of, trimmed
from analysis.portfolio.problem import Array, Flags
from analysis.portfolio.requirements import LINK, Requirements, matrix_of

MOST_MEASURES = 14
Whole = NDArray[np.int64]
UNITS = (1.0, 0.1, 0.01)
"""万元; the first that all costs are multiples of."""
MOST_UNITS = 200_000
_OWN = ("requires-all", "requires-any", "exclusion", "never", "most-per-department", LINK)


def separable(merit: Merit, requirements: Requirements) -> bool:
    """Whether departments are linked by the budget alone, and have few measures each."""
    problem = merit.problem
    return (
        problem.scope == "department"
        and problem.objective.aim == "expected"
        and not problem.city_wide.any()
        and not problem.setup_cost.any()
        and len(problem.measures) <= MOST_MEASURES
        and all(row.kind in (*_OWN, "budget") for row in requirements.rows)
    )


def unit_of(merit: Merit) -> float | None:
    """The coarsest unit of money that all costs are multiples of; None if there is none."""
    cost, budget = merit.problem.each_cost, merit.problem.budget
    if budget is None:
        return 1.0
    for unit in UNITS:
        whole = np.abs(cost / unit - np.round(cost / unit)) < 1e-6
        if whole.all() and budget / unit <= MOST_UNITS:
            return unit
    return None


def by_departments(
    merit: Merit, requirements: Requirements, unit: float | None = None
) -> Portfolio:
    """The best plan of departments that share the budget alone.

    Parameters
    ----------
    unit : money in whole units, 万元. Costs are rounded up to it, so that the budget always holds;
        where they are no multiples the plan is ``feasible`` and nothing bounds it. None: `unit_of`.

    Raises ValueError for departments that share more than the budget (`separable`).
    """
    exact = unit_of(merit)
    chosen = unit or exact
    if chosen is None or not separable(merit, requirements):
        raise ValueError("departments share more than the budget, or costs have no common unit")
    problem = merit.problem
    own = decisions(0, 1 << len(problem.measures), len(problem.measures))
    own = own[_allowed(merit, requirements, own)]
    cost = np.ceil(own @ problem.each_cost / chosen - 1e-6).astype(np.int64)
    gain = _gains(merit, own)
    points = [_frontier(cost, gain[d] * merit.weight[d]) for d in range(len(gain))]
    floor = merit.floor
    if floor is not None:
        base = merit.base[..., 0].mean(axis=0)
        for d in np.flatnonzero(~np.isnan(floor)):
            reached = gain[d] + base[d] >= floor[d] - 1e-6
            points[d] = _frontier(cost, np.where(reached, gain[d] * merit.weight[d], -np.inf))
    picked = (
        None if any(not len(p) for p in points) else _knapsack(points, cost, gain, merit, chosen)
    )
    if picked is None:
        from analysis.portfolio.optimum import infeasible

        return infeasible(merit, requirements, "dynamic")
    taken = trimmed(merit, requirements, own[picked])
    value = merit.value(taken)
    whole = bool(np.allclose(cost * chosen, own @ problem.each_cost, atol=1e-6))
    status = "optimal" if whole and not problem.relaxed else "feasible"
    return portfolio_of(problem, taken, status, value, value if whole else None, "dynamic")


def _allowed(merit: Merit, requirements: Requirements, own: Flags) -> Flags:
    """Which subsets of measures (N, M) a department may take by its own rules."""
    rows = [r for r in requirements.rows if r.kind in _OWN and r.kind != LINK]
    first = {int(c): m for m, c in enumerate(requirements.column[0])}
    first |= {int(c): m for m, c in enumerate(requirements.used)}
    mine = [r for r in rows if all(int(c) in first for c in r.column)]
    if not mine:
        return np.ones(len(own), dtype=bool)
    matrix = matrix_of(mine, requirements.variables)
    variables = np.zeros((len(own), requirements.variables))
    variables[:, requirements.column[0]] = own
    variables[:, requirements.used] = own
    amount = (matrix @ variables.T).T
    high = np.array([r.high for r in mine])
    return np.all(amount <= high + 1e-6, axis=1)


def _gains(merit: Merit, own: Flags) -> Array:
    """(D, N) mean gain of every department from every subset (N, M)."""
    departments = len(merit.known)
    found = np.empty((departments, len(own)))
    step = max(1, (1 << 22) // max(merit.draws * merit.gap[0].size, 1))
    for start in range(0, len(own), step):
        part = own[start : start + step]
        left = merit.left(np.repeat(part[:, None], departments, axis=1))
        found[:, start : start + step] = np.nan_to_num(merit.gains(left)).mean(axis=1).T
    return found


def _frontier(cost: Whole, gain: Array) -> Whole:
    """Positions of the subsets that nothing cheaper matches, in rising order of cost."""
    order = np.lexsort((-gain, cost))
    order = order[np.isfinite(gain[order])]
    best = np.maximum.accumulate(gain[order]) if len(order) else gain[order]
    new = np.append(True, best[1:] > best[:-1]) if len(order) else np.zeros(0, bool)
    return order[new].astype(np.int64)


def _knapsack(
    points: list[Whole], cost: Whole, gain: Array, merit: Merit, unit: float
) -> Whole | None:
    """The subset that each department picks, None if even the cheapest are too dear."""
    dearest = int(sum(cost[p[-1]] for p in points))
    budget = merit.problem.budget
    room = dearest if budget is None else min(dearest, int(np.floor(budget / unit + 1e-6)))
    value = np.zeros(room + 1)
    choices = np.zeros((len(points), room + 1), dtype=np.int32)
    for d, options in enumerate(points):
        after = np.full(room + 1, -np.inf)
        for place, option in enumerate(options):
            price = int(cost[option])
            if price > room:
                break
            offer = value[: room + 1 - price] + gain[d, option] * merit.weight[d]
            better = offer > after[price:]
            after[price:][better] = offer[better]
            choices[d, price:][better] = place
        value = after
    if not np.isfinite(value).any():
        return None
    spent = int(np.argmax(value >= np.nanmax(value) - 1e-12))
    picked = np.empty(len(points), dtype=np.int64)
    for d in range(len(points) - 1, -1, -1):
        picked[d] = points[d][choices[d, spent]]
        spent -= int(cost[picked[d]])
    return picked
