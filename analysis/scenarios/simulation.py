"""What a scenario leads to: one round, one catalogue, one set of draws, any number of scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.measures.catalogue import Catalogue
from analysis.scenarios.assumptions import (
    Assumptions,
    draw_assumptions,
    expected_costs,
    expected_lead,
)
from analysis.scenarios.baseline import Baseline, build_baseline
from analysis.scenarios.closing import Reach, build_terms, reach, shares
from analysis.scenarios.projection import Projection, project
from analysis.scenarios.scenario import (
    Scenario,
    Unmet,
    everywhere,
    starts,
    taken,
    working,
)
from analysis.scenarios.schedule import begin_and_done, cost_by_year, ramps, share_of_cost
from analysis.scenarios.terms import Terms
from indicators.brief import brief
from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.scores import Scores

Array = NDArray[np.float64]
TRAJECTORY_DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Planner:
    """A round ready for scenarios: baseline draws and the catalogue's draws, shared by all."""

    __repr__ = brief

    catalogue: Catalogue
    framework: Framework
    baseline: Baseline
    assumptions: Assumptions
    seed: int

    @property
    def ids(self) -> tuple[str, ...]:
        return self.baseline.ids

    @property
    def groups(self) -> tuple[str, ...]:
        departments = self.baseline.scores.departments
        return tuple(departments[row].group for row in self.baseline.rows)

    @cached_property
    def nothing(self) -> Projection:
        """The projection of doing nothing: the baseline with its levels."""
        return simulate(self, Scenario()).projection

    def reach(self, multipliers: Mapping[str, Mapping[str, float]]) -> Reach:
        return _reach(
            self.catalogue,
            self.assumptions,
            self.framework,
            self.baseline.level,
            self.ids,
            self.groups,
            multipliers,
        )


@dataclass(frozen=True, eq=False)
class Outcome:
    """A scenario's consequences.

    Attributes
    ----------
    chosen, works : (R, M) where measures are taken, and where they have what they need
    begin, done, full : (M,) expected months at which a measure begins, works, works fully
    first_year, annual : (M,) expected 万元 that the plan pays
    total : 万元 over the horizon; ``total_draws`` (S,) their draws; ``by_year`` (years + 1,) with
        what falls due after the horizon last
    capped : share of effects cut at the largest share of a gap
    """

    __repr__ = brief

    scenario: Scenario
    chosen: NDArray[np.bool_]
    works: NDArray[np.bool_]
    unmet: tuple[Unmet, ...]
    begin: Array
    done: Array
    full: Array
    first_year: Array
    annual: Array
    total: float
    total_draws: Array
    by_year: Array
    projection: Projection
    capped: float


def prepare(
    evidence: Evidence,
    framework: Framework,
    scores: Scores,
    catalogue: Catalogue,
    *,
    draws: int,
    seed: int,
) -> Planner:
    """Draw the baseline of a scored round and the catalogue's assumptions.

    Raises ValueError for a framework whose scores depend on the sample: gaps to a top that moves
    with the others cannot be closed.
    """
    if scores.sample_scaled:
        raise ValueError("scenarios need goalposts that do not depend on the sample")
    assumptions = draw_assumptions(catalogue, draws, seed)
    rows = np.flatnonzero(scores.counted())
    ids = [scores.departments[row].id for row in rows]
    groups = [scores.departments[row].group for row in rows]
    found = _reach(catalogue, assumptions, framework, scores.level[rows], ids, groups, {})
    baseline = build_baseline(evidence, framework, scores, found, draws=draws, seed=seed)
    return Planner(catalogue, framework, baseline, assumptions, seed)


def _reach(
    catalogue: Catalogue,
    assumptions: Assumptions,
    framework: Framework,
    level: NDArray[np.int64],
    ids: Sequence[str],
    groups: Sequence[str],
    multipliers: Mapping[str, Mapping[str, float]],
) -> Reach:
    return reach(catalogue, assumptions.entries, framework, level, ids, groups, multipliers)


def terms_at(
    planner: Planner,
    scenario: Scenario,
    anywhere: NDArray[np.bool_],
    month: float,
    *,
    draws: int | None = None,
) -> tuple[Terms, Reach, float]:
    """The gap model of a scenario at a month, for measures taken anywhere (M,)."""
    assumptions = _assumed(planner, scenario)
    if draws is not None:
        assumptions = first_draws(assumptions, draws)
    catalogue = planner.catalogue
    found = planner.reach(scenario.multipliers)
    _, done = begin_and_done(catalogue, anywhere, starts(scenario, catalogue), assumptions.lead)
    ramp = ramps(catalogue, done, month)
    share, capped = shares(assumptions, found, ramp, scenario.effect, anywhere)
    return (
        build_terms(catalogue, assumptions.entries, found, share, ramp, anywhere),
        found,
        capped,
    )


def simulate(planner: Planner, scenario: Scenario) -> Outcome:
    """Project a scenario to the end of its horizon."""
    catalogue, baseline = planner.catalogue, planner.baseline
    chosen = taken(scenario, catalogue, planner.ids, planner.groups)
    works, unmet = working(chosen, catalogue)
    anywhere = np.asarray(works.any(axis=0))
    terms, found, capped = terms_at(planner, scenario, anywhere, 12.0 * scenario.horizon)
    projection = project(
        baseline,
        terms,
        works,
        counts=found.counted,
        seed=planner.seed,
    )
    lead = expected_lead(catalogue)[None]
    begin, done = begin_and_done(
        catalogue, np.asarray(chosen.any(axis=0)), starts(scenario, catalogue), lead
    )
    ramp_length = np.array([catalogue.ramp_of(m) for m in catalogue.measures])
    paid = share_of_cost(catalogue, chosen, everywhere(scenario, catalogue))
    first, annual = (paid * city for city in expected_costs(catalogue))
    years = scenario.horizon
    drawn = _assumed(planner, scenario)
    return Outcome(
        scenario=scenario,
        chosen=chosen,
        works=works,
        unmet=tuple(unmet),
        begin=begin[0],
        done=done[0],
        full=done[0] + ramp_length,
        first_year=first,
        annual=annual,
        total=float(first.sum() + (years - 1) * annual.sum()),
        total_draws=(drawn.first_year + (years - 1) * drawn.annual) @ paid,
        by_year=cost_by_year(first, annual, begin[0], years),
        projection=projection,
        capped=capped,
    )


def trajectory(planner: Planner, scenario: Scenario) -> list[tuple[int, Projection]]:
    """The projection at the end of every quarter of the horizon, on the first draws; 0 is today."""
    catalogue, baseline = planner.catalogue, planner.baseline
    works, _ = working(taken(scenario, catalogue, planner.ids, planner.groups), catalogue)
    anywhere = np.asarray(works.any(axis=0))
    count = min(TRAJECTORY_DRAWS, baseline.draws)
    found = []
    for quarter in range(4 * scenario.horizon + 1):
        terms, where, _ = terms_at(planner, scenario, anywhere, 3.0 * quarter, draws=count)
        found.append(
            (
                quarter,
                project(
                    baseline,
                    terms,
                    works,
                    counts=where.counted,
                    seed=planner.seed,
                    draws=count,
                ),
            )
        )
    return found


def first_draws(assumptions: Assumptions, count: int) -> Assumptions:
    return Assumptions(
        assumptions.entries,
        assumptions.share[:count],
        assumptions.lead[:count],
        assumptions.success[:count],
        assumptions.first_year[:count],
        assumptions.annual[:count],
    )


def _assumed(planner: Planner, scenario: Scenario) -> Assumptions:
    """The planner's draws, unless the scenario has a correlation of its own."""
    if scenario.correlation in (None, planner.catalogue.correlation.effect):
        return planner.assumptions
    return draw_assumptions(
        planner.catalogue, planner.baseline.draws, planner.seed, scenario.correlation
    )
