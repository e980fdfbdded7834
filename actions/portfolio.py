"""The best portfolio of measures under a budget, in the form of contract.md 4."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.measures.catalogue import catalogue_in_use
from actions.rounds import evidence_key
from actions.scenarios.simulation import DRAWS, outcome_report, planner_of
from actions.scenarios.stored import plain_scenario
from analysis.portfolio import Portfolio, Problem, optimise
from analysis.portfolio.assembly import Wishes, as_scenario, assemble
from analysis.portfolio.baselines import baseline
from analysis.portfolio.frontier import frontier
from analysis.portfolio.neighbours import near_optimal
from analysis.portfolio.problem import SCOPES
from analysis.scenarios.simulation import Outcome, Planner, simulate
from indicators.findings import Finding, Refused
from indicators.words import one_of
from survey_data.workspace import registry

Step = Callable[[str, float], None]
GAP = 1e-4
NEAR = 0.01
"""Portfolios whose value is within this share of the optimum are shown beside it."""
MOST_NEAR = 10
RULES = ("greedy", "equal-share", "worst-first")
"""Simple rules; where the city decides as one there are no shares and no worst to begin with."""
AIMS = ("expected", "probability", "worst-off-gain", "worst-off-score", "cvar")


def optimise_report(
    access: Access,
    round_id: str,
    *,
    budget: float | None,
    scope: str = "city",
    horizon: int = 3,
    must: Sequence[str] = (),
    never: Sequence[str] = (),
    aim: str = "expected",
    level: int | None = None,
    floor: int | None = None,
    yearly: float | None = None,
    in_parallel: int | None = None,
    gap: float = GAP,
    frontier_points: int = 0,
    draws: int = DRAWS,
    seed: int = 1,
    catalogue: bytes | None = None,
    step: Step = lambda stage, share: None,
) -> dict[str, Any]:
    """Find the best portfolio, what is nearly as good, and what simple rules would give.

    Parameters
    ----------
    budget : 万元 over the horizon, None for no limit
    floor : a level whose cut-off every department's overall score has to reach
    yearly : 万元 of each year
    level : of the city, for the aim ``probability`` and the figures; by default the next one

    Raises Refused: E321 unknown measures, E325 a measure both required and ruled out, E326 a budget
    that is none, and as `simulate_report`.
    """
    authorize(access.user, "optimise.run", round_id)
    one_of("scope", scope, SCOPES)
    one_of("aim", aim, AIMS)
    for name, amount in (("budget", budget), ("yearly", yearly)):
        if amount is not None and not (math.isfinite(amount) and amount >= 0):
            raise Refused(Finding("E326", where={"path": name}, params={"value": str(amount)}))
    used = catalogue_in_use(access, catalogue)
    for name, ids in (("must", must), ("never", never)):
        for id in ids:
            if id not in used.ids:
                raise Refused(Finding("E321", where={"path": name}, params={"id": id}))
    for id in must:
        if id in never:
            raise Refused(
                Finding(
                    "E325", where={"path": "must"}, params={"first": id, "second": f"--never {id}"}
                )
            )
    step("baseline", 0.05)
    planner = planner_of(access, round_id, used, draws, seed)
    levels = planner.framework.levels
    present = planner.baseline.scores.city.level or 1
    aimed = min(present + 1, len(levels)) if level is None else level
    for name, one in (("level", aimed), ("floor", floor)):
        if one is not None and not 1 <= one <= len(levels):
            raise Refused(Finding("E321", where={"path": name}, params={"id": str(one)}))
    wishes = Wishes(
        budget=budget,
        scope="department" if scope == "department" else "city",
        horizon=horizon,
        must=tuple(must),
        never=tuple(never),
        aim=aim,  # type: ignore[arg-type]
        level=aimed,
        floor=None if floor is None else float(levels[floor - 1].from_),
        yearly=None if yearly is None else (yearly,) * horizon,
        in_parallel=in_parallel,
    )
    problem = assemble(planner, wishes)
    step("optimum", 0.15)
    found = optimise(problem, gap=gap)
    report = _report(planner, wishes, problem, found, aimed)
    report["gap_asked"] = gap
    if found.status != "infeasible":
        step("near", 0.45)
        near = near_optimal(problem, within=NEAR, most=MOST_NEAR, gap=gap)
        best = {id: set(departments) for id, departments in found.measures}
        report["near_optimal"] = [
            _plan(planner, wishes, problem, one)
            for one in near.plans
            if {id: set(departments) for id, departments in one.measures} != best
        ]
        report["inclusion"] = dict(near.inclusion)
        for rule in RULES if wishes.scope == "department" else RULES[:1]:
            plan = baseline(problem, rule)
            if plan.status != "infeasible":
                report["baselines"][rule.replace("-", "_")] = _plan(planner, wishes, problem, plan)
    step("frontier", 0.65)
    if frontier_points > 1 and found.status != "infeasible":
        points = frontier(problem, frontier_points, gap=max(gap, 1e-4))
        report["frontier"] = [
            {
                "cost": one.cost,
                "gain": one.objective,
                "measures": [id for id, _ in one.measures],
                "status": one.status,
            }
            for one in points
        ]
    step("report", 0.95)
    report["synthetic"] = registry.round_named(access.workspace, round_id).synthetic
    return report


def optimise_arguments(access: Access, round_id: str, options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a job, with what its result depends on: evidence, catalogue, view."""
    authorize(access.user, "optimise.run", round_id)
    return {
        "round": round_id,
        "options": options,
        "evidence": evidence_key(access, round_id),
        "catalogue": catalogue_in_use(access).digest,
        "scope": access.view,
    }


def _report(
    planner: Planner, wishes: Wishes, problem: Problem, found: Portfolio, level: int
) -> dict[str, Any]:
    catalogue = planner.catalogue
    nothing = found.status == "infeasible"
    outcome = None if nothing else simulate(planner, as_scenario(found, planner, wishes))
    return {
        "round": planner.baseline.round,
        "status": found.status,
        "aim": wishes.aim,
        "objective": None if nothing else found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "budget": wishes.budget,
        "cost": None if nothing else found.cost,
        "measures": [] if outcome is None else _measures(planner, found, outcome),
        "gain": None if outcome is None else _gain(planner, outcome),
        "inclusion": {},
        "near_optimal": [],
        "frontier": [],
        "baselines": {},
        "relaxation": [
            {"kind": one.kind, "ids": list(one.ids), "amount": one.amount}
            for one in found.relaxation
        ],
        "scope": wishes.scope,
        "horizon_years": wishes.horizon,
        "level": level,
        "must": list(wishes.must),
        "never": list(wishes.never),
        "method": found.method,
        "nodes": found.nodes,
        "cuts": found.cuts,
        "seed": planner.seed,
        "draws": planner.baseline.draws,
        "fitted_draws": problem.draws,
        "n_departments": len(planner.ids),
        "catalogue": {
            "id": catalogue.id,
            "version": catalogue.version,
            "digest": catalogue.digest,
        },
        "scenario": None if nothing else plain_scenario(as_scenario(found, planner, wishes)),
        "rescored": None if outcome is None else _rescored(planner, outcome, level),
    }


def _rescored(planner: Planner, outcome: Outcome, level: int) -> dict[str, Any]:
    """The plan on the planner's draws, which the search has not seen."""
    plain = outcome_report(planner, outcome)
    return {
        "cost": plain["cost"],
        "gain": plain["city"]["gain"],
        "projected": plain["city"]["projected"],
        "level_probability": plain["city"]["level_probability"],
        "reaches": float((outcome.projection.city_level >= level).mean()),
        "below_level": plain["below_level"],
        "worst_off": plain["worst_off"],
        "measures": plain["measures"],
        "checks": plain["checks"],
        "horizon_years": plain["horizon_years"],
        "name": plain["name"],
        "assumptions": plain["assumptions"],
    }


def _measures(planner: Planner, found: Portfolio, outcome: Outcome) -> list[dict[str, Any]]:
    years = outcome.scenario.horizon
    rows = []
    for id, departments in found.measures:
        column = planner.catalogue.ids.index(id)
        cost = outcome.first_year[column] + (years - 1) * outcome.annual[column]
        rows.append({"id": id, "departments": list(departments), "cost": float(cost)})
    return rows


def _gain(planner: Planner, outcome: Outcome) -> float:
    return float((outcome.projection.city[:, 0] - planner.baseline.city[:, 0]).mean())


def _plan(planner: Planner, wishes: Wishes, problem: Problem, found: Portfolio) -> dict[str, Any]:
    """Another plan, re-scored on the same draws as the optimum."""
    outcome = simulate(planner, as_scenario(found, planner, wishes))
    return {
        "objective": None if np.isnan(found.objective) else found.objective,
        "cost": found.cost,
        "gain": _gain(planner, outcome),
        "measures": [
            {"id": id, "departments": list(departments)} for id, departments in found.measures
        ],
    }
