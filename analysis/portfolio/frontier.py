"""The Pareto frontier of cost and objective, by budgets evenly spaced (epsilon constraint).

Each budget is solved for the objective, then for the least cost at that objective, so that no point
is weakly dominated (Mavrotas 2009). Rows once found hold for every budget and are kept.
"""

from __future__ import annotations

import numpy as np

from analysis.portfolio.merit import Merit
from analysis.portfolio.optimum import GAP
from analysis.portfolio.outer_approximation import PROOF, OuterApproximation, Search
from analysis.portfolio.plan import Portfolio, in_order_of, portfolio_of, trimmed
from analysis.portfolio.problem import Problem, canonical
from analysis.portfolio.requirements import Requirements, Row

POINTS = 15
FEW_DECISIONS = 500
"""With more, the cheapest plan of a value is not searched for: what adds nothing is left out."""


def frontier(
    problem: Problem, points: int = POINTS, *, gap: float = GAP, nodes: int | None = None
) -> tuple[Portfolio, ...]:
    """Plans in rising order of cost and objective, none worth less than a cheaper one.

    Budgets run from 0 to the problem's budget, or to the cost of everything where it has none; those
    that allow no plan are left out. Where doing nothing is allowed it is the first point, even if
    something better is free.

    Raises ValueError for fewer than two points.
    """
    if points < 2:
        raise ValueError(f"a frontier needs two points at least, not {points}")
    ordered, m, d = canonical(problem)
    merit = Merit(ordered.with_budget(None))
    requirements = Requirements(merit.problem)
    outer = OuterApproximation(merit, requirements)
    everything = requirements.taken(np.ones(requirements.decisions))
    top = ordered.cost(everything) if ordered.budget is None else ordered.budget
    found: list[Portfolio] = []
    last: Portfolio | None = None
    for budget in np.linspace(0.0, top, points)[::-1]:
        if last is not None and last.cost <= budget:
            continue
        last = _at_budget(outer, float(budget), gap, nodes)
        if last is None:
            break
        found.append(last)
    nothing = np.zeros((len(ordered.departments), len(ordered.measures)), dtype=bool)
    kept = requirements.kept(requirements.expand(requirements.decided(nothing)[None]))[0]
    found = undominated(found)
    if kept and merit.floors_kept(merit.exact_left(nothing)):
        value = merit.value(nothing)
        status = "optimal" if merit.concave and not ordered.relaxed else "feasible"
        start = portfolio_of(ordered, nothing, status, value, value, "outer-approximation")
        found = [start, *(one for one in found if one.taken.any())]
    return tuple(in_order_of(one, problem, m, d) for one in found)


def undominated(plans: list[Portfolio]) -> list[Portfolio]:
    """In rising order of cost, each worth more than all that cost no more."""
    found: list[Portfolio] = []
    for one in sorted(plans, key=lambda p: (p.cost, -p.objective)):
        if not found or one.objective > found[-1].objective + PROOF:
            found.append(one)
    return found


def _at_budget(
    outer: OuterApproximation, budget: float, gap: float, nodes: int | None
) -> Portfolio | None:
    merit, requirements = outer.merit, outer.requirements
    column = np.flatnonzero(requirements.cost)
    limit = Row(column, requirements.cost[column], -np.inf, budget, "budget")
    search = outer.best(gap, extra=[limit], nodes=nodes)
    if search.taken is None:
        return None
    taken = search.taken
    if requirements.decisions <= FEW_DECISIONS:
        cheap = outer.least_cost(search.value, extra=[limit], nodes=nodes)
        taken = taken if cheap.taken is None else cheap.taken
    taken = trimmed(merit, requirements, taken)
    return _portfolio(outer, taken, search)


def _portfolio(outer: OuterApproximation, taken: np.ndarray, search: Search) -> Portfolio:
    merit = outer.merit
    proven = search.done and merit.concave and not merit.problem.relaxed
    return portfolio_of(
        merit.problem,
        taken,
        "optimal" if proven else "feasible",
        merit.value(taken),
        search.bound if merit.concave else None,
        "outer-approximation",
        search.nodes,
        len(outer.upper.cuts),
    )
