"""Plans that are nearly as good as the best, and how often each measure is among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.portfolio.enumeration import SAME, every_plan, work
from analysis.portfolio.merit import Merit
from analysis.portfolio.optimum import GAP, LIGHT_WORK
from analysis.portfolio.outer_approximation import OuterApproximation, differs
from analysis.portfolio.plan import Portfolio, in_order_of, portfolio_of
from analysis.portfolio.problem import Flags, Problem, canonical
from analysis.portfolio.requirements import Requirements, Row

WITHIN = 0.01
MOST = 10
MOST_ENUMERATED = 20


@dataclass(frozen=True)
class Neighbours:
    """The best plans, the best first, and the share of them that each measure is in."""

    plans: tuple[Portfolio, ...]
    inclusion: dict[str, float]


def near_optimal(
    problem: Problem,
    *,
    within: float = WITHIN,
    most: int = MOST,
    gap: float = GAP,
    nodes: int | None = None,
) -> Neighbours:
    """The best plan and up to ``most`` others whose objective is less by the share ``within`` at most.

    Plans are different if they differ in what is taken by anybody. Few plans are gone through;
    otherwise each plan found is excluded by a row and the next is searched for (Balas & Jeroslow
    1972), each proven to ``gap``.
    """
    ordered, m, d = canonical(problem)
    merit, requirements = Merit(ordered), Requirements(ordered)
    light = requirements.decisions <= MOST_ENUMERATED and work(merit, requirements) <= LIGHT_WORK
    if light:
        plans = _enumerated(merit, requirements, within, most + 1)
    else:
        plans = _one_after_another(merit, requirements, within, most + 1, gap, nodes)
    found = []
    for taken in plans:
        one = portfolio_of(ordered, taken, "feasible", merit.value(taken), None, "enumeration")
        found.append(in_order_of(one, problem, m, d))
    share = np.mean([p.taken.any(axis=0) for p in found], axis=0) if found else []
    inclusion = {id: float(s) for id, s in zip(problem.measures, share, strict=False)}
    return Neighbours(tuple(found), inclusion)


def _enumerated(merit: Merit, requirements: Requirements, within: float, most: int) -> list[Flags]:
    kept: dict[bytes, tuple[float, float, Flags]] = {}
    best = -np.inf
    for decided, values, cost in every_plan(merit, requirements):
        best = max(best, float(values.max()))
        for i in np.flatnonzero(values >= best - within * abs(best) - SAME):
            taken = requirements.taken(decided[i])
            key = taken.any(axis=0).tobytes()
            mine = (-float(values[i]), float(cost[i]), taken)
            if key not in kept or mine[:2] < kept[key][:2]:
                kept[key] = mine
    near = [one for one in kept.values() if -one[0] >= best - within * abs(best) - SAME]
    near.sort(key=lambda one: (round(one[0], 9), one[1]))
    return [taken for _, _, taken in near[:most]]


def _one_after_another(
    merit: Merit,
    requirements: Requirements,
    within: float,
    most: int,
    gap: float,
    nodes: int | None,
) -> list[Flags]:
    outer = OuterApproximation(merit, requirements)
    excluded: list[Row] = []
    found: list[tuple[float, Flags]] = []
    while len(found) < most:
        search = outer.best(gap, extra=excluded, nodes=nodes)
        if search.taken is None:
            break
        best = max([search.value, *(value for value, _ in found)])
        if search.value < best - within * abs(best) - SAME:
            break
        found.append((search.value, search.taken))
        anybody = np.asarray(search.taken.any(axis=0))
        excluded.append(differs(requirements.used, anybody))
    found.sort(key=lambda one: -one[0])
    return [taken for _, taken in found]
