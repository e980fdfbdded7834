"""A plan with what was proven about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.group_sums import GroupSums, additive
from analysis.portfolio.merit import Merit
from analysis.portfolio.problem import Flags, Problem
from analysis.portfolio.requirements import Requirements

Status = Literal["optimal", "feasible", "infeasible"]
Method = Literal["enumeration", "outer-approximation"]
NOTHING_LOST = 1e-12
_FEW = 64
_NOTICED = 1e-9


@dataclass(frozen=True)
class Relaxation:
    """A requirement to give way on: its kind as in `Requirements`, whom it names, and by how much.

    ``amount`` is in 万元, measures or points, as the kind has it; None for a rule
    that is dropped.
    """

    kind: str
    ids: tuple[str, ...]
    amount: float | None = None


@dataclass(frozen=True, eq=False)
class Portfolio:
    """The plan found.

    Attributes
    ----------
    status : ``optimal`` only with a proven gap on the true model; ``feasible`` otherwise;
        ``infeasible`` if no plan keeps the requirements
    objective : value of the plan on the true model, over the draws given; NaN if infeasible
    bound : no plan is worth more; None where nothing bounds it
    gap : (bound − objective) / max(1, |objective|); None only where ``bound`` is
    cost : 万元
    taken : (D, M) who takes what, in the order of the problem
    measures : ids of the measures taken, with the departments that take them
    method, nodes, cuts : how it was found
    relaxation : if infeasible, the smallest set of requirements to give way on
    """

    status: Status
    objective: float
    bound: float | None
    gap: float | None
    cost: float
    taken: Flags
    measures: tuple[tuple[str, tuple[str, ...]], ...]
    method: Method
    nodes: int = 0
    cuts: int = 0
    relaxation: tuple[Relaxation, ...] = ()


def portfolio_of(
    problem: Problem,
    taken: Flags,
    status: Status,
    objective: float,
    bound: float | None,
    method: Method,
    nodes: int = 0,
    cuts: int = 0,
    relaxation: tuple[Relaxation, ...] = (),
) -> Portfolio:
    """Put a plan (D, M) into words of ids, and its gap beside it."""
    gap = None
    if bound is not None:
        bound = max(bound, objective)
        gap = (bound - objective) / max(1.0, abs(objective))
    measures = tuple(
        (id, tuple(problem.departments[d] for d in np.flatnonzero(taken[:, m])))
        for m, id in enumerate(problem.measures)
        if taken[:, m].any()
    )
    cost = problem.cost(taken)
    return Portfolio(
        status, objective, bound, gap, cost, taken, measures, method, nodes, cuts, relaxation
    )


def in_order_of(
    portfolio: Portfolio, problem: Problem, m: NDArray[np.intp], d: NDArray[np.intp]
) -> Portfolio:
    """A portfolio of the canonical problem in the order of the problem given."""
    taken = np.empty_like(portfolio.taken)
    taken[np.ix_(d, m)] = portfolio.taken
    return portfolio_of(
        problem,
        taken,
        portfolio.status,
        portfolio.objective,
        portfolio.bound,
        portfolio.method,
        portfolio.nodes,
        portfolio.cuts,
        portfolio.relaxation,
    )


def trimmed(merit: Merit, requirements: Requirements, taken: Flags) -> Flags:
    """The plan without what adds nothing, the dearest left out first, then by id.

    With more than a few decisions, only what changes no department's score in any draw is tried.
    """
    decided = requirements.decided(taken)
    cost = requirements.cost[: requirements.decisions]
    first = np.array([np.argmax(requirements.column.ravel() == c) for c in range(len(cost))])
    d_of, m_of = (first // taken.shape[1]).tolist(), (first % taken.shape[1]).tolist()
    order = [c for c in np.lexsort((np.arange(len(cost)), -cost)) if decided[c]]
    few = requirements.decisions <= _FEW
    sums = GroupSums(merit, requirements) if additive(merit) else None
    value = merit.value(requirements.taken(decided))
    for column in order:
        wide = merit.problem.city_wide[m_of[column]]
        if not few and not wide and not _idle(merit, requirements, decided, d_of[column], column):
            continue
        without = decided.copy()
        without[column] = False
        if sums is not None and sums.rise(without, [column]) > _NOTICED:
            continue
        if not requirements.kept(requirements.expand(without[None]))[0]:
            continue
        left = merit.exact_left(requirements.taken(without))
        worth = float(merit.values(left))
        if worth >= value - NOTHING_LOST * max(1.0, abs(value)) and merit.floors_kept(left):
            decided, value = without, max(worth, value)
    return requirements.taken(decided)


def _idle(
    merit: Merit, requirements: Requirements, decided: Flags, department: int, column: int
) -> bool:
    """Whether a decision leaves each share of the department's gaps as it is."""
    before = requirements.taken(decided)[department]
    without = decided.copy()
    without[column] = False
    after = requirements.taken(without)[department]
    kind = merit.terms.kind[department]
    for table in merit.tables:
        one, other = table.number(before), table.number(after)
        if one == other:
            continue
        if table.left is None or not np.array_equal(
            table.left[:, kind, one], table.left[:, kind, other]
        ):
            return False
    return True
