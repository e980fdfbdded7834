"""Scenarios of a round: projected scores, levels and costs in the form of contract.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from actions.access import Access, authorize
from actions.city.scoring import round_scores
from actions.measures.catalogue import catalogue_in_use
from actions.published import round_evidence
from analysis.measures.catalogue import Catalogue
from analysis.scenarios.scenario import Scenario, check_scenario, load_scenario
from analysis.scenarios.simulation import Outcome, Planner, prepare, simulate, trajectory
from indicators.findings import Finding, Refused
from locales import text
from survey_data.reading import read_document
from survey_data.workspace import registry

Array = NDArray[np.float64]
DRAWS = 2000
ENDS = (0.05, 0.95)


def simulate_report(
    access: Access,
    round_id: str,
    scenario: bytes | dict[str, Any],
    *,
    catalogue: bytes | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    with_trajectory: bool = False,
) -> dict[str, Any]:
    """Project one scenario on a round.

    Raises Refused: wrong file (E305, E320-E325), no fixed goalposts (E327), nothing in the
    framework that a measure could move (E328), nobody to plan for (E953).
    """
    authorize(access.user, "simulate.run", round_id)
    planner = planner_of(access, round_id, catalogue_in_use(access, catalogue), draws, seed)
    read = read_scenario(planner, scenario)
    report = outcome_report(planner, simulate(planner, read))
    if with_trajectory:
        report["trajectory"] = trajectory_report(planner, read)
    report["synthetic"] = registry.round_named(access.workspace, round_id).synthetic
    return report


def planner_of(
    access: Access, round_id: str, catalogue: Catalogue, draws: int, seed: int
) -> Planner:
    """The round ready for scenarios; kept for the next call on the same evidence and catalogue."""
    authorize(access.user, "simulate.run", round_id)
    evidence, framework = round_evidence(access, round_id)
    key = (
        access.scope,
        evidence.digest,
        framework.digest,
        catalogue.digest,
        draws,
        seed,
    )
    held = _kept.get(key)
    if held is not None:
        return held
    if not catalogue.touched(framework):
        dimensions = sorted({d for m in catalogue.measures for d in m.effects})
        params = {"framework": framework.id, "dimensions": ", ".join(dimensions[:12])}
        raise Refused(Finding("E328", params=params))
    scores = round_scores(access, round_id, draws=100, seed=seed)
    if scores.sample_scaled:
        raise Refused(Finding("E327", params={"framework": f"{framework.id}@{framework.version}"}))
    if not scores.counted().any():
        raise Refused(Finding("E953", params={"round": round_id}))
    planner = prepare(evidence, framework, scores, catalogue, draws=draws, seed=seed)
    while len(_kept) >= 2:
        _kept.pop(next(iter(_kept)))
    _kept[key] = planner
    return planner


_kept: dict[tuple[Any, ...], Planner] = {}
"""The last planners: a comparison asks for the same one many times."""


def read_scenario(planner: Planner, content: bytes | dict[str, Any]) -> Scenario:
    """A scenario file, or the content that the workspace holds, checked against the round."""
    departments, groups = planner.ids, sorted(set(planner.groups))
    if isinstance(content, bytes):
        return load_scenario(read_document(content), planner.catalogue, departments, groups)
    return check_scenario(content, planner.catalogue, departments, groups)


def outcome_report(planner: Planner, outcome: Outcome) -> dict[str, Any]:
    """A simulated scenario as plain values."""
    catalogue, baseline, scenario = planner.catalogue, planner.baseline, outcome.scenario
    scores, framework = baseline.scores, planner.framework
    count = len(framework.levels)
    top = float(framework.normalised_range[1])
    measured = np.array([one.id for one in framework.measured])
    gain = outcome.projection.overall - baseline.score[..., 0]
    city_gain = outcome.projection.city - baseline.city
    units = []
    for r, d in enumerate(baseline.rows):
        department = scores.departments[d]
        coverage = float(scores.coverage[d, 0])
        units.append(
            {
                "id": department.id,
                "name": dict(department.name),
                "group": department.group or None,
                "status": scores.status[d],
                "baseline": _node(float(baseline.point[r, 0]), baseline.score[r, :, 0], coverage),
                "projected": _node(
                    min(float(baseline.point[r, 0] + gain[r].mean()), top),
                    outcome.projection.overall[r],
                    coverage,
                ),
                "gain": _node(float(gain[r].mean()), gain[r], coverage),
                "level": int(baseline.level[r]) or None,
                "level_probability": _probabilities(outcome.projection.level[r], count),
                "baseline_level_probability": _probabilities(planner.nothing.level[r], count),
                "measures": [
                    id for id, on in zip(catalogue.ids, outcome.works[r], strict=True) if on
                ],
                "clipped": measured[baseline.clipped[r]].tolist(),
            }
        )
    city_coverage = float(np.mean([u["projected"]["coverage"] for u in units]))
    positions = baseline.read.positions()
    total = outcome.total
    low, high = np.quantile(outcome.total_draws, ENDS)
    return {
        "round": baseline.round,
        "scenario": scenario.id,
        "name": scenario.shown_name,
        "catalogue": {
            "id": catalogue.id,
            "version": catalogue.version,
            "digest": catalogue.digest,
        },
        "framework": {
            "id": framework.id,
            "version": framework.version,
            "digest": framework.digest,
        },
        "seed": planner.seed,
        "draws": baseline.draws,
        "horizon_years": scenario.horizon,
        "baseline_basis": "shrunken" if baseline.adjusted else "raw",
        "assumptions": text("simulate.assumptions"),
        "cost": {
            "first_year": float(outcome.first_year.sum()),
            "annual": float(outcome.annual.sum()),
            "horizon_total": total,
            "low": min(float(low), total),
            "high": max(float(high), total),
            "by_year": [float(x) for x in outcome.by_year[:-1]],
            "after_horizon": float(outcome.by_year[-1]),
        },
        "unmet": [
            {"measure": one.measure, "needs": list(one.needs), "departments": one.departments}
            for one in outcome.unmet
        ],
        "checks": [finding.as_json() for finding in scenario_checks(planner, outcome)],
        "measures": _provisions(planner, outcome),
        "units": units,
        "city": {
            "baseline": _node(float(baseline.city_point[0]), baseline.city[:, 0], city_coverage),
            "projected": _node(
                min(float(baseline.city_point[0] + city_gain[:, 0].mean()), top),
                outcome.projection.city[:, 0],
                city_coverage,
            ),
            "gain": _node(float(city_gain[:, 0].mean()), city_gain[:, 0], city_coverage),
            "level": scores.city.level or None,
            "level_probability": _probabilities(outcome.projection.city_level, count),
            "baseline_level_probability": _probabilities(planner.nothing.city_level, count),
            "nodes": {
                id: {
                    "baseline": float(baseline.city_point[q]),
                    "projected": min(float(baseline.city_point[q] + city_gain[:, q].mean()), top),
                    "gain": float(city_gain[:, q].mean()),
                }
                for id, q in positions.items()
                if q and np.isfinite(baseline.city_point[q])
            },
            "n_departments": len(units),
        },
        "worse": _worse(catalogue, outcome, city_gain[:, 0]),
        "worst_off": min(
            ({"id": u["id"], "gain": u["gain"]["score"]} for u in units),
            key=lambda one: one["gain"],
        ),
        "below_level": {
            str(k): float((outcome.projection.level < k).sum(axis=0).mean())
            for k in range(2, count + 1)
        },
        "capped_share": outcome.capped,
    }


def _worse(catalogue: Catalogue, outcome: Outcome, gain: Array) -> dict[str, Any]:
    """How probable it is that the city loses; where no effect taken can harm, zero is assumed."""
    probability = float((gain < -1e-9).mean())
    working = np.asarray(outcome.works.any(axis=0))
    harms = any(m.side_effects for m, on in zip(catalogue.measures, working, strict=True) if on)
    return {"probability": probability, "zero_by_assumption": not harms and probability == 0}


def scenario_checks(planner: Planner, outcome: Outcome) -> list[Finding]:
    """What a planner should know of a scenario: budget, prerequisites, capacity, cautions."""
    catalogue, scenario = planner.catalogue, outcome.scenario
    anywhere = np.asarray(outcome.chosen.any(axis=0))
    chosen = {id for id, on in zip(catalogue.ids, anywhere, strict=True) if on}
    found = []
    if scenario.budget is not None and outcome.total > scenario.budget + 1e-9:
        params = {"cost": f"{outcome.total:,.0f}", "budget": f"{scenario.budget:,.0f}"}
        found.append(Finding("W323", "warning", params=params))
    for one in outcome.unmet:
        params = {"measure": one.measure, "needs": ", ".join(one.needs), "n": one.departments}
        found.append(Finding("W324", "warning", params=params))
    for id in catalogue.ids:
        missing = [n for n in catalogue.measure(id).supported_by if n not in chosen]
        if id in chosen and missing:
            params = {"measure": id, "needs": ", ".join(missing)}
            found.append(Finding("W325", "note", params=params))
        if id in chosen and catalogue.measure(id).is_draft:
            found.append(Finding("W321", "warning", params={"id": id}))
    for year, ids in _large_by_year(planner, outcome).items():
        if len(ids) > catalogue.large.in_parallel:
            params = {
                "year": year + 1,
                "measures": ", ".join(ids),
                "most": catalogue.large.in_parallel,
            }
            found.append(Finding("W326", "warning", params=params))
    for one in catalogue.interactions:
        same = not one.same_year or _same_year(planner, outcome, one.pair)
        if one.kind == "caution" and set(one.pair) <= chosen and same:
            params = {"pair": " + ".join(one.pair), "note": one.note or text("W327.caution")}
            found.append(Finding("W327", "note", params=params))
    return found


def _large_by_year(planner: Planner, outcome: Outcome) -> dict[int, list[str]]:
    """Large measures that are being prepared in each year of the horizon."""
    found: dict[int, list[str]] = {}
    for column, measure in enumerate(planner.catalogue.measures):
        if not outcome.chosen[:, column].any() or not planner.catalogue.is_large(measure):
            continue
        last = max(outcome.done[column] - 1e-9, outcome.begin[column])
        for year in range(int(outcome.begin[column] // 12), int(last // 12) + 1):
            if year < outcome.scenario.horizon:
                found.setdefault(year, []).append(measure.id)
    return found


def _same_year(planner: Planner, outcome: Outcome, pair: list[str]) -> bool:
    years = [outcome.begin[planner.catalogue.ids.index(id)] // 12 for id in pair]
    return years[0] == years[1]


def _provisions(planner: Planner, outcome: Outcome) -> list[dict[str, Any]]:
    """The measures taken, in the order in which they begin."""
    catalogue = planner.catalogue
    found = []
    for column in np.argsort(outcome.begin, kind="stable"):
        taken = outcome.chosen[:, column]
        if not taken.any():
            continue
        measure = catalogue.measures[int(column)]
        found.append(
            {
                "id": measure.id,
                "name": dict(measure.name),
                "departments": "all"
                if taken.all()
                else [id for id, on in zip(planner.ids, taken, strict=True) if on],
                "begins_month": float(outcome.begin[column]),
                "works_month": float(outcome.done[column]),
                "full_month": float(outcome.full[column]),
                "first_year": float(outcome.first_year[column]),
                "annual": float(outcome.annual[column]),
                "waits_for": [
                    id
                    for id in (*measure.requires.all, *(m for s in measure.requires.any for m in s))
                    if outcome.chosen[:, catalogue.ids.index(id)].any()
                ],
                "dimensions": list(measure.effects),
                "large": catalogue.is_large(measure),
                "draft": measure.is_draft,
            }
        )
    return found


def trajectory_report(planner: Planner, scenario: Scenario) -> list[dict[str, Any]]:
    """The city's score and levels at the end of every quarter; quarter 0 is the baseline."""
    baseline = planner.baseline
    count = len(planner.framework.levels)
    found = []
    for quarter, projection in trajectory(planner, scenario):
        drawn = projection.city[:, 0]
        gain = float((drawn - baseline.city[: len(drawn), 0]).mean())
        centre = float(baseline.city_point[0]) + gain
        found.append(
            {
                "quarter": quarter,
                **_node(centre, drawn, None),
                "level_probability": _probabilities(projection.city_level, count),
            }
        )
    return found


def _node(score: float, drawn: Array, coverage: float | None) -> dict[str, float | None]:
    """Score with its 90 % interval, widened to hold it."""
    low, high = np.quantile(drawn, ENDS)
    return {
        "score": score,
        "low": min(float(low), score),
        "high": max(float(high), score),
        "coverage": coverage,
    }


def _probabilities(levels: NDArray[np.int8], count: int) -> dict[str, float] | None:
    """Share of draws at each level, None where there is none."""
    if not (levels > 0).all():
        return None
    return {str(k): float((levels == k).mean()) for k in range(1, count + 1)}
