"""The best portfolio of a problem, by the method that fits it."""

from __future__ import annotations

from typing import get_args

import numpy as np

from analysis.portfolio.baselines import rounded
from analysis.portfolio.enumeration import best_plan, work
from analysis.portfolio.merit import Merit
from analysis.portfolio.outer_approximation import OuterApproximation, Search
from analysis.portfolio.plan import Method, Portfolio, Status, in_order_of, portfolio_of, trimmed
from analysis.portfolio.problem import Problem, canonical
from analysis.portfolio.requirements import Requirements
from indicators.words import one_of

GAP = 1e-4
FEW_DECISIONS = 12
LIGHT_WORK = 5e7
"""Cells up to which plans are simply gone through; for scores that are not concave, 40 times that."""


def optimise(
    problem: Problem, *, gap: float = GAP, method: Method | None = None, nodes: int | None = None
) -> Portfolio:
    """The plan of highest objective that keeps every requirement.

    ``optimal`` means: on the true model, averaged over the draws given, no plan is worth more than
    the plan's value by over ``gap · max(1, |value|)``, and HiGHS or enumeration proved it. What is
    taken without adding anything is left out. The plan does not depend on the order of measures
    and departments, and there is no clock in it.

    Parameters
    ----------
    problem : `Problem`
    gap : not negative; below 1e-6 points nothing is proven further
    method : None chooses: enumeration where plans are few, else outer approximation
    nodes : limit of branch-and-bound nodes in each solve, None for none; a search that ends there
        is ``feasible``

    Raises
    ------
    ValueError
        if ``method`` cannot do the problem
    """
    if method is not None:
        one_of("method", method, get_args(Method))
    if not gap >= 0:
        raise ValueError(f"gap is not negative: {gap}")
    ordered, m, d = canonical(problem)
    merit, requirements = Merit(ordered), Requirements(ordered)
    chosen = method or choice_of(merit, requirements)
    if chosen == "enumeration":
        found = _enumerated(merit, requirements)
    else:
        outer = OuterApproximation(merit, requirements)
        found = portfolio_of_search(outer, outer.best(gap, nodes=nodes))
    return in_order_of(found, problem, m, d)


def choice_of(merit: Merit, requirements: Requirements) -> Method:
    """The method that fits: see `optimise`."""
    cells = work(merit, requirements)
    if requirements.decisions <= FEW_DECISIONS and cells <= LIGHT_WORK:
        return "enumeration"
    if not merit.concave and requirements.decisions <= 20 and cells <= 40 * LIGHT_WORK:
        return "enumeration"
    return "outer-approximation"


def _enumerated(merit: Merit, requirements: Requirements) -> Portfolio:
    decided = best_plan(merit, requirements)
    if decided is None:
        return infeasible(merit, requirements, "enumeration")
    taken = requirements.taken(decided)
    value = merit.value(taken)
    status: Status = "feasible" if merit.problem.relaxed else "optimal"
    return portfolio_of(merit.problem, taken, status, value, value, "enumeration")


def portfolio_of_search(outer: OuterApproximation, search: Search) -> Portfolio:
    """What a search found, without what adds nothing."""
    merit, requirements = outer.merit, outer.requirements
    if search.taken is None:
        if not search.feasible:
            return infeasible(merit, requirements, "outer-approximation", search.nodes)
        half = np.full(requirements.variables, 0.5)
        decided = rounded(merit, requirements, half, [], None)
        if decided is None:
            raise RuntimeError("the limit of nodes was reached before any plan was found")
        search.taken = requirements.taken(decided)
    taken = trimmed(merit, requirements, search.taken)
    value = merit.value(taken)
    proven = search.done and merit.concave and not merit.problem.relaxed
    return portfolio_of(
        merit.problem,
        taken,
        "optimal" if proven else "feasible",
        value,
        search.bound if merit.concave else None,
        "outer-approximation",
        search.nodes,
        len(outer.upper.cuts),
    )


def infeasible(
    merit: Merit, requirements: Requirements, method: Method, nodes: int = 0
) -> Portfolio:
    """No plan keeps the requirements: which to give way on."""
    from analysis.portfolio.infeasible import smallest_relaxation

    problem = merit.problem
    nothing = np.zeros((len(problem.departments), len(problem.measures)), dtype=bool)
    relaxation = smallest_relaxation(merit, requirements)
    return portfolio_of(
        problem, nothing, "infeasible", float("nan"), None, method, nodes, 0, relaxation
    )
