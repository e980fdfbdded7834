"""From a round and a catalogue to the optimiser's problem, and from its plan back to a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.plan import Portfolio
from analysis.portfolio.problem import Objective, Problem
from analysis.scenarios.assumptions import draw_assumptions, expected_costs, expected_lead
from analysis.scenarios.closing import build_terms, shares
from analysis.scenarios.scenario import Provision, Scenario
from analysis.scenarios.schedule import begin_and_done, cost_by_year, ramps
from analysis.scenarios.simulation import Planner
from analysis.scenarios.tree import ScoreTree
from indicators.aggregate import up_the_tree
from indicators.framework import CoordinationGate, Framework, MinimumGate, WeakestFactorGate

Array = NDArray[np.float64]
DRAWS = 256
"""Joint draws of the effects over which a plan's worth is averaged."""


@dataclass(frozen=True)
class Wishes:
    """What the planner asks for.

    ``yearly`` budgets, one a year of the horizon; ``floor`` the overall score that every department
    has to reach; ``level`` the city's level for the aim ``probability``; ``in_parallel`` how many
    large measures may run in a year, None for no limit.
    """

    budget: float | None = None
    scope: Literal["city", "department"] = "city"
    horizon: int = 3
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    aim: Literal["expected", "worst-off-gain", "worst-off-score", "cvar", "probability"] = (
        "expected"
    )
    level: int | None = None
    floor: float | None = None
    yearly: tuple[float, ...] | None = None
    in_parallel: int | None = None


def assemble(planner: Planner, wishes: Wishes, *, draws: int = DRAWS) -> Problem:
    """The problem of the best plan, every measure beginning as soon as its prerequisites work.

    Effects are averaged over ``draws`` joint draws of their own (stratified, the planner's seed);
    one draw where nothing is uncertain. Departments start from the shrunken baseline; for the
    aim ``probability`` the city's nodes move with the baseline's draws, gains being those of the
    mean baseline. A measure with several alternative prerequisites is planned for the quickest.
    """
    catalogue, baseline = planner.catalogue, planner.baseline
    count = len(catalogue.ids)
    candidates = np.array([id not in wishes.never for id in catalogue.ids])
    assumptions = draw_assumptions(catalogue, draws, planner.seed)
    found = planner.reach({})
    earliest = np.zeros(count)
    _, done = begin_and_done(catalogue, candidates, earliest, assumptions.lead)
    ramp = ramps(catalogue, done, 12.0 * wishes.horizon)
    share, _ = shares(assumptions, found, ramp)
    if np.ptp(share, axis=0).max(initial=0.0) == 0 and np.ptp(ramp, axis=0).max(initial=0.0) == 0:
        share, ramp = share[:1], ramp[:1]
    terms = build_terms(catalogue, assumptions.entries, found, share, ramp, candidates)
    begin, finished = begin_and_done(
        catalogue, candidates, earliest, expected_lead(catalogue)[None]
    )
    first, annual = expected_costs(catalogue)
    years = wishes.horizon
    cost = first + (years - 1) * annual
    split = catalogue.cost_split
    weight = baseline.weight / baseline.weight.sum()
    tree = ScoreTree(planner.framework, found.group, found.groups)
    bounds, relaxed = level_bounds(planner.framework, wishes.level)
    aim = Objective(wishes.aim, level=bounds if wishes.aim == "probability" else ())
    exclusive = [one.pair for one in catalogue.interactions if one.kind == "exclusive"]
    large = np.array([catalogue.is_large(m) for m in catalogue.measures])
    return Problem(
        terms=terms,
        tree=tree,
        gap=baseline.leaf_gap[None],
        weight=weight,
        departments=planner.ids,
        city_cost=cost,
        scope=wishes.scope,
        setup=split.setup * cost,
        each=(1 - split.setup) * cost / split.departments,
        city_only=np.array([m.scope == "city" for m in catalogue.measures]),
        budget=wishes.budget,
        cost_by_year=_by_year(first, annual, begin[0], years) if wishes.yearly else None,
        yearly_budget=None if wishes.yearly is None else np.array(wishes.yearly, dtype=float),
        requires_all=tuple((m.id, n) for m in catalogue.measures for n in m.requires.all),
        requires_any=tuple((m.id, tuple(s)) for m in catalogue.measures for s in m.requires.any),
        exclusions=tuple((a, b) for a, b in exclusive),
        must=wishes.must,
        never=wishes.never,
        large=large if wishes.in_parallel is not None else None,
        running=_running(begin[0], finished[0], years) if wishes.in_parallel is not None else None,
        most_large=wishes.in_parallel,
        floor=wishes.floor,
        city_offset=_offset(planner, weight, terms.draws) if wishes.aim == "probability" else None,
        relaxed=relaxed and wishes.aim == "probability",
        objective=aim,
    )


def level_bounds(
    framework: Framework, level: int | None
) -> tuple[tuple[tuple[int, float], ...], bool]:
    """Node scores that the city needs for a level, and whether a coordination gate is left out."""
    if level is None:
        return (), False
    cuts = [one.from_ for one in framework.levels]
    index = framework.node_index
    needed = {0: float(cuts[level - 1])}
    relaxed = False
    for gate in framework.gates:
        if not gate.enabled:
            continue
        if isinstance(gate, WeakestFactorGate) and level - gate.allow >= 2:
            for factor in framework.factors:
                at = index[factor.id]
                needed[at] = max(needed.get(at, 0.0), float(cuts[level - gate.allow - 1]))
        elif isinstance(gate, MinimumGate) and gate.level <= level:
            for node, bound in gate.nodes.items():
                needed[index[node]] = max(needed.get(index[node], 0.0), float(bound))
        elif isinstance(gate, CoordinationGate) and gate.level <= level:
            relaxed = True
    return tuple(needed.items()), relaxed


def as_scenario(
    portfolio: Portfolio, planner: Planner, wishes: Wishes, id: str = "optimum"
) -> Scenario:
    """The plan as a scenario: every measure as soon as it can."""
    everyone = set(planner.ids)
    provisions = []
    for measure, departments in portfolio.measures:
        everywhere = set(departments) == everyone and (
            wishes.scope == "city" or planner.catalogue.measure(measure).scope == "city"
        )
        provisions.append(
            Provision(id=measure, departments="all" if everywhere else list(departments))
        )
    return Scenario(scenario=id, horizon=wishes.horizon, measures=provisions)  # type: ignore[call-arg]


def _by_year(first: Array, annual: Array, begin: Array, years: int) -> Array:
    rows = [
        cost_by_year(first[[m]], annual[[m]], begin[[m]], years)[:-1] for m in range(len(first))
    ]
    return np.array(rows)


def _running(begin: Array, done: Array, years: int) -> NDArray[np.bool_]:
    """(M, Y) years in which a measure is being prepared."""
    year = np.arange(years)
    return (begin[:, None] < 12 * (year + 1)) & (np.maximum(done, begin + 1)[:, None] > 12 * year)


def _offset(planner: Planner, weight: Array, draws: int) -> Array:
    """(S, P) what the city's draws differ by from the mean baseline, at the nodes that are read."""
    baseline, framework = planner.baseline, planner.framework
    high = framework.normalised_range[1]
    nodes = up_the_tree(framework, high - baseline.leaf_gap)
    mean = (weight[:, None] * np.nan_to_num(nodes)).sum(axis=0)
    found = np.zeros((draws, len(framework.node_ids)))
    read = list(baseline.read.nodes)
    places = np.linspace(0, baseline.draws - 1, draws).astype(int)
    found[:, read] = baseline.city[places] - mean[read]
    return found
