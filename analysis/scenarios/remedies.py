"""For a weak indicator, the measure of the catalogue that mends it at least cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from analysis.measures.catalogue import Catalogue
from analysis.scenarios.assumptions import expected_costs
from analysis.scenarios.scenario import Scenario, taken, working
from analysis.scenarios.simulation import Planner, simulate, terms_at

Array = NDArray[np.float64]
LEAST = 0.05
"""Points below which a rise is none: it would be written as 0.0."""
MOST_SETS = 5000
"""Sets of measures looked at before a measure counts as one that nobody can plan at a glance."""
NEARLY = 2 / 3
"""Measures that raise an indicator by this share of the most that any does are worth comparing."""


@dataclass(frozen=True)
class Remedy:
    """A measure taken in the whole city from today, together with what it needs first.

    Attributes
    ----------
    measure : its id; ``needs`` ids of its hard prerequisites, and of theirs
    cost : expected 万元 of all of these over ``horizon`` years
    rise : expected points on the indicator, the weighted mean of the departments that show it
    gain : expected points on the city's overall score, as in a simulation
    """

    measure: str
    name: dict[str, str]
    needs: tuple[str, ...]
    horizon: int
    cost: float
    rise: float
    gain: float


def remedies(planner: Planner, indicators: Sequence[str], horizon: int = 3) -> dict[str, Remedy]:
    """For each indicator the cheapest of the linked measures that raise it nearly as much as any does.

    Linked are measures with an effect on the indicator; drafts are left out, as are measures whose
    prerequisites exclude one another. An indicator that no measure raises is absent.
    """
    catalogue, framework = planner.catalogue, planner.framework
    first, annual = expected_costs(catalogue)
    cost = dict(zip(catalogue.ids, first + (horizon - 1) * annual, strict=True))
    packages = with_prerequisites(catalogue, cost)
    dimension = {i.id: d.id for f in framework.factors for d in f.dimensions for i in d.indicators}
    linked = {
        indicator: [
            m.id
            for m in catalogue.measures
            if m.id in packages
            and not m.is_draft
            and (effect := m.effects.get(dimension.get(indicator, ""))) is not None
            and (effect.only is None or indicator in effect.only)
        ]
        for indicator in indicators
    }
    plans = {
        id: Scenario.model_validate({"measures": sorted(packages[id]), "horizon": horizon})
        for id in sorted({id for ids in linked.values() for id in ids})
    }
    left = {id: _left(planner, plan) for id, plan in plans.items()}
    found = {}
    for indicator, ids in linked.items():
        rises = {id: _rise(planner, indicator, left[id]) for id in ids}
        most = max(rises.values(), default=0.0)
        if most < LEAST:
            continue
        best = min(
            (id for id in ids if rises[id] >= NEARLY * most),
            key=lambda id: (_cost(packages[id], cost), -rises[id], id),
        )
        outcome = simulate(planner, plans[best])
        gain = outcome.projection.city[:, 0] - planner.baseline.city[:, 0]
        found[indicator] = Remedy(
            best,
            dict(catalogue.measure(best).name),
            tuple(id for id in catalogue.ids if id in packages[best] and id != best),
            horizon,
            outcome.total,
            rises[best],
            float(gain.mean()),
        )
    return found


def with_prerequisites(
    catalogue: Catalogue, cost: Mapping[str, float]
) -> dict[str, frozenset[str]]:
    """Each measure with all that it needs first, at least cost.

    Measures that can never begin are absent, and those whose prerequisites exclude one another.
    """
    found = {m.id: _cheapest_package(catalogue, m.id, cost) for m in catalogue.measures}
    return {id: package for id, package in found.items() if package}


def _cheapest_package(
    catalogue: Catalogue, measure: str, cost: Mapping[str, float]
) -> frozenset[str] | None:
    """Uniform-cost search: the cheapest set is completed first, by each way to meet its first need."""
    exclusive = [set(one.pair) for one in catalogue.interactions if one.kind == "exclusive"]
    start = frozenset({measure})
    waiting = [(_cost(start, cost), sorted(start))]
    seen = {start}
    while waiting and len(seen) < MOST_SETS:
        package = frozenset(heappop(waiting)[1])
        ways = _ways(catalogue, package)
        if ways is None:
            if _can_begin(catalogue, package):
                return package
            continue
        for added in ways:
            wider = package | {added}
            if wider not in seen and not any(p <= wider for p in exclusive):
                seen.add(wider)
                heappush(waiting, (_cost(wider, cost), sorted(wider)))
    return None


def _ways(catalogue: Catalogue, package: frozenset[str]) -> list[str] | None:
    """Measures of which one must join the package next; None when it needs no more."""
    for id in sorted(package):
        need = catalogue.measure(id).requires
        missing = [other for other in need.all if other not in package]
        if missing:
            return missing[:1]
        for some in need.any:
            if package.isdisjoint(some):
                return list(some)
    return None


def _can_begin(catalogue: Catalogue, package: frozenset[str]) -> bool:
    """Whether there is an order in which every measure comes after what it needs."""
    begun: set[str] = set()
    while True:
        ready = {
            id
            for id in package - begun
            if begun.issuperset((need := catalogue.measure(id).requires).all)
            and all(not begun.isdisjoint(some) for some in need.any)
        }
        if not ready:
            return begun == package
        begun |= ready


def _cost(measures: Iterable[str], cost: Mapping[str, float]) -> float:
    return float(sum(cost[id] for id in sorted(measures)))


def _left(planner: Planner, plan: Scenario) -> Array:
    """(R, G) expected share of each gap that is left at the end of the horizon."""
    works, _ = working(
        taken(plan, planner.catalogue, planner.ids, planner.groups), planner.catalogue
    )
    terms, _, _ = terms_at(planner, plan, np.asarray(works.any(axis=0)), 12.0 * plan.horizon)
    rows, place = terms.rows(works)
    return np.exp(terms.log_left_of_rows(rows)).mean(axis=0)[place]


def _rise(planner: Planner, indicator: str, left: Array) -> float:
    """Points that an indicator rises by, over the departments whose value is there and not withheld."""
    baseline, framework = planner.baseline, planner.framework
    column = [one.id for one in framework.measured].index(indicator)
    group = int(baseline.group[column])
    gap = baseline.leaf_gap[:, column]
    hidden = baseline.scores.hidden[baseline.rows, framework.node_index[indicator]]
    weight = np.where(np.isfinite(gap) & ~hidden, baseline.weight, 0.0)
    if group < 0 or weight.sum() <= 0:
        return 0.0
    return float(weight @ (np.nan_to_num(gap) * (1 - left[:, group])) / weight.sum())
