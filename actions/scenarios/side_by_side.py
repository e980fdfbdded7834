"""Scenarios side by side, as plain values for pages, documents and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.measures.catalogue import catalogue_in_use
from actions.scenarios.simulation import DRAWS, outcome_report, planner_of, read_scenario
from actions.scenarios.stored import stored_scenario
from analysis.scenarios.merits.side_by_side import SideBySide, side_by_side
from analysis.scenarios.scenario import Scenario
from analysis.scenarios.simulation import Planner
from indicators.findings import Finding, Refused
from locales import text
from survey_data.workspace import registry

DOTS = 20
"""Dots of a final score's distribution, 5 % each."""
VALUES = 41
Step = Callable[[str, float], None]


def comparison_of_plans(
    access: Access,
    round_id: str,
    scenarios: Sequence[str | bytes | dict[str, Any]],
    *,
    level: int | None = None,
    value: float = 200.0,
    horizon: int | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    catalogue: bytes | None = None,
    step: Step = lambda stage, share: None,
) -> dict[str, Any]:
    """Compare scenarios, given by name, file or content, with doing nothing.

    Parameters
    ----------
    level : aimed at for the city; by default the one above its present level
    value : 万元 that a point of the city's score is worth
    horizon : years for all of them, instead of each its own

    Raises Refused: E321 for a name that is not stored, and as `simulate_report`.
    """
    authorize(access.user, "simulate.run", round_id)
    planner = planner_of(access, round_id, catalogue_in_use(access, catalogue), draws, seed)
    read = [_read(access, planner, one, horizon) for one in scenarios]
    top = len(planner.framework.levels)
    present = planner.baseline.scores.city.level or 1
    aimed = min(present + 1, top) if level is None else level
    if not 1 <= aimed <= top:
        raise Refused(Finding("E321", where={"path": "level"}, params={"id": str(aimed)}))
    values = np.linspace(0, max(2 * value, 500.0), VALUES)
    step("baseline", 0.1)
    found = side_by_side(planner, read, level=aimed, value=value, values=values, step=step)
    report = _report(found)
    report["synthetic"] = registry.round_named(access.workspace, round_id).synthetic
    return report


def _read(
    access: Access, planner: Planner, one: str | bytes | dict[str, Any], horizon: int | None
) -> Scenario:
    if isinstance(one, str):
        held = stored_scenario(access, one)
        if held is None:
            raise Refused(Finding("E321", where={"path": "scenarios"}, params={"id": one}))
        one = dict(held.content)
    scenario = read_scenario(planner, one)
    return scenario if horizon is None else scenario.model_copy(update={"horizon": horizon})


def _report(found: SideBySide) -> dict[str, Any]:
    planner, level = found.planner, found.level
    dots = (np.arange(DOTS) + 0.5) / DOTS
    plans = []
    for k, outcome in enumerate(found.outcomes):
        plain = outcome_report(planner, outcome)
        outline = found.outlines[k]
        plans.append(
            {
                "id": outcome.scenario.id,
                "name": _name(outcome.scenario, k),
                "horizon_years": outcome.scenario.horizon,
                "cost": plain["cost"],
                "gain": plain["city"]["gain"],
                "projected": plain["city"]["projected"],
                "level_probability": plain["city"]["level_probability"],
                "reaches": float(found.reaches[k]),
                "reaches_with_half": float(found.half[k]),
                "gain_with_half": float(found.half_gain[k]),
                "worse": {
                    "probability": float(found.worse.probability[k]),
                    "upper": float(found.worse.upper[k]),
                    "zero_by_assumption": bool(found.worse.zero_by_assumption[k]),
                },
                "below_level": plain["below_level"],
                "worst_off": plain["worst_off"],
                "best": {
                    "probability": float(found.best[k]),
                    "error": float(found.best_error[k]),
                },
                "regret": float(found.regret[k]),
                "status": found.frontier.status[k],
                "dots": [float(x) for x in np.quantile(outcome.projection.city[:, 0], dots)],
                "outline": None
                if outline is None
                else {"cost": outline[:, 0].tolist(), "gain": outline[:, 1].tolist()},
                "measures": plain["measures"],
                "checks": plain["checks"],
                "unmet": plain["unmet"],
                "budget": outcome.scenario.budget,
            }
        )
    accepted = found.acceptability
    framework = planner.framework
    return {
        "round": planner.baseline.round,
        "draws": planner.baseline.draws,
        "seed": planner.seed,
        "level": level,
        "levels": [
            {"level": one.level, "from": one.from_, "name": dict(one.name)}
            for one in framework.levels
        ],
        "value_of_point": found.value,
        "assumptions": outcome_report(planner, found.outcomes[0])["assumptions"],
        "recommended": found.recommended,
        "best_value": found.best_value,
        "scenarios": plans,
        "frontier": {
            "order": found.frontier.order.tolist(),
            "ratio": [float(x) for x in found.frontier.ratio],
        },
        "acceptability": {
            "values": accepted.values.tolist(),
            "probability": accepted.probability.T.tolist(),
            "best": accepted.best.tolist(),
            "frontier": accepted.frontier.tolist(),
            "expected_loss": accepted.expected_loss.T.tolist(),
        },
        "information": _information(found),
        "tornado": _tornado(found),
        "break_even": {"case": found.break_even.case, "share": found.break_even.share},
        "discovery": _discovery(found),
        "line_items": _items(found),
    }


def _name(scenario: Scenario, place: int) -> dict[str, str]:
    if place == 0:
        return text("scenario.nothing")
    return scenario.shown_name


def _input(found: SideBySide, place: int) -> dict[str, Any]:
    measure, kind = found.input_names[place]
    return {
        "measure": measure,
        "name": dict(found.planner.catalogue.measure(measure).name),
        "input": kind,
    }


def _information(found: SideBySide) -> dict[str, Any] | None:
    one = found.information
    if one is None:
        return None
    order = np.argsort(-one.value, kind="stable")
    return {
        "evpi": one.evpi,
        "evpi_error": one.evpi_error,
        "noise": one.noise,
        "inputs": [{**_input(found, int(j)), "value": float(one.value[j])} for j in order],
    }


def _tornado(found: SideBySide) -> list[dict[str, Any]]:
    one = found.tornado
    if one is None:
        return []
    return [
        {
            **_input(found, int(j)),
            "low": float(one.low[place]),
            "high": float(one.high[place]),
            "error": float(one.width_error[place]),
            "mean": float(one.mean),
        }
        for place, j in enumerate(one.order)
        if found.input_names[int(j)][1] == "effect"
    ]


def _discovery(found: SideBySide) -> dict[str, Any] | None:
    one = found.discovery
    if one is None:
        return None
    box = one.box
    limits = (
        []
        if box is None
        else [
            {
                **_input(found, j),
                "low": float(box.low[j]) if np.isfinite(box.low[j]) else None,
                "high": float(box.high[j]) if np.isfinite(box.high[j]) else None,
            }
            for j in box.restricted
        ]
    )
    return {
        "case": one.case,
        "base_rate": one.base_rate,
        "limits": limits,
        "coverage": None if box is None else box.coverage,
        "density": None if box is None else box.density,
    }


def _items(found: SideBySide) -> dict[str, Any] | None:
    one = found.items
    if one is None:
        return None
    outcome = found.outcomes[found.recommended]
    columns = np.flatnonzero(outcome.chosen.any(axis=0))
    ids = [found.planner.catalogue.ids[int(c)] for c in columns]
    return {
        "scenario": outcome.scenario.id,
        "total": float(one.total),
        "exact": one.exact,
        "items": sorted(
            (
                {
                    "measure": id,
                    "name": dict(found.planner.catalogue.measure(id).name),
                    "gain": float(one.item[place]),
                    "error": float(one.error[place]),
                    "cost": float(
                        outcome.first_year[c] + (outcome.scenario.horizon - 1) * outcome.annual[c]
                    ),
                }
                for place, (id, c) in enumerate(zip(ids, columns, strict=True))
            ),
            key=lambda item: -item["gain"],
        ),
    }
