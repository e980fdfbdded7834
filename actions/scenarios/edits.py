"""Scenarios as a page edits them: every edit is saved at once as the scenario's next version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.access import Access, authorize
from actions.measures.catalogue import catalogue_in_use
from actions.published import round_evidence
from actions.scenarios.simulation import DRAWS, planner_of, read_scenario, trajectory_report
from actions.scenarios.stored import (
    list_scenarios,
    plain_scenario,
    save_scenario,
    scenario_yaml,
    stored_scenario,
)
from analysis.measures.catalogue_file import default_scenario_text
from analysis.scenarios.scenario import load_scenario
from indicators.findings import Finding, Refused
from survey_data.reading import read_document
from survey_data.workspace.plans import StoredScenario

__all__ = [
    "StoredScenario",
    "choose_measures",
    "copy_scenario",
    "edit_scenario",
    "new_scenario",
    "place_measure",
    "plan_places",
    "sample_scenario",
    "scenario_file",
    "scenario_trajectory",
    "upload_scenario",
]
NEW_ID = "plan"


def new_scenario(
    access: Access, name: Mapping[str, str], content: Mapping[str, Any] | None = None
) -> StoredScenario:
    """Save a scenario under a free id. ``content``: what it begins with, empty when absent."""
    authorize(access.user, "scenario.edit")
    begun = {**(content or {}), "scenario": _free(access, NEW_ID), "name": dict(name)}
    return _saved(access, begun, 0)


def sample_scenario(access: Access) -> StoredScenario:
    """Save the scenario that ships with its explanations, to begin from."""
    return upload_scenario(access, default_scenario_text().encode())


def upload_scenario(access: Access, file: bytes) -> StoredScenario:
    """Save a scenario file under its id, or the first free one like it.

    A file that is there already, unedited since, is not saved again: who does not know whether an
    upload came through may repeat it. Raises Refused with every problem: code, path, line and fix.
    """
    authorize(access.user, "scenario.edit")
    content = plain_scenario(load_scenario(read_document(file), catalogue_in_use(access)))
    held = _uploaded(access, content)
    if held is not None:
        return held
    return _saved(access, {**content, "scenario": _free(access, content["scenario"])}, 0)


def copy_scenario(access: Access, id: str, name: Mapping[str, str]) -> StoredScenario:
    """Save a copy under a free id and another name. Raises Refused (E321) when there is none."""
    authorize(access.user, "scenario.edit", id)
    held = stored_scenario(access, id)
    if held is None:
        raise Refused(Finding("E321", where={"path": "scenario"}, params={"id": id}))
    content = {**held.content, "scenario": _free(access, id), "name": dict(name)}
    return _saved(access, content, 0)


def edit_scenario(access: Access, held: StoredScenario, **changes: Any) -> StoredScenario:
    """Set keys of a scenario, or take out those whose value is None.

    Raises Refused with the problems of the content, which stays as it was, or E920 when somebody
    else saved in between.
    """
    authorize(access.user, "scenario.edit", held.id)
    content = {**held.content, **changes}
    kept = {key: value for key, value in content.items() if value is not None}
    return _saved(access, kept, held.version)


def choose_measures(access: Access, held: StoredScenario, ids: Sequence[str]) -> StoredScenario:
    """Take just these measures: new ones everywhere and at once, others as they were."""
    known = {one["id"]: one for one in held.content.get("measures", ())}
    return edit_scenario(access, held, measures=[known.get(id, {"id": id}) for id in ids])


def place_measure(
    access: Access, held: StoredScenario, id: str, horizon: int | None = None, **where: Any
) -> StoredScenario:
    """Set ``departments``, ``groups`` or ``start`` of one measure, and the horizon it is seen in."""
    measures = [
        {**one, **where} if one["id"] == id else one for one in held.content.get("measures", ())
    ]
    changes = {"measures": measures, **({} if horizon is None else {"horizon": horizon})}
    return edit_scenario(access, held, **changes)


def scenario_file(access: Access, content: Mapping[str, Any]) -> tuple[str, bytes]:
    """File name and content of a scenario as a file to hand on and upload again."""
    authorize(access.user, "scenario.read", str(content["scenario"]))
    return f"{content['scenario']}.yaml", scenario_yaml(dict(content))


def scenario_trajectory(
    access: Access, round_id: str, content: Mapping[str, Any], *, draws: int = DRAWS, seed: int = 1
) -> list[dict[str, Any]]:
    """The city's score and levels by quarter, as ``trajectory`` of a simulation's report."""
    authorize(access.user, "simulate.run", round_id)
    planner = planner_of(access, round_id, catalogue_in_use(access), draws, seed)
    return trajectory_report(planner, read_scenario(planner, dict(content)))


def plan_places(access: Access, round_id: str) -> dict[str, Any]:
    """Departments that a scenario of a round may name, with their groups, and the levels' cuts."""
    authorize(access.user, "scenario.read", round_id)
    evidence, framework = round_evidence(access, round_id)
    return {
        "departments": {d.id: dict(d.name) for d in evidence.departments},
        "groups": {
            group: [d.id for d in evidence.departments if d.group == group]
            for group in sorted({d.group for d in evidence.departments if d.group})
        },
        "levels": [
            {"level": one.level, "from": one.from_, "name": dict(one.name)}
            for one in framework.levels
        ],
    }


def _free(access: Access, base: str) -> str:
    """The id, else the first of id-2, id-3, … that is free; new plans are numbered from 1."""
    used = {one.id for one in list_scenarios(access)}
    if base not in used and base != NEW_ID:
        return base
    number = 1 if base == NEW_ID else 2
    while f"{base}-{number}" in used:
        number += 1
    return f"{base}-{number}"


def _uploaded(access: Access, content: Mapping[str, Any]) -> StoredScenario | None:
    """The scenario that a file with this content has become, under its id or one like it."""
    own = re.compile(re.escape(content["scenario"]) + r"(-\d+)?")
    return next(
        (
            one
            for one in list_scenarios(access)
            if own.fullmatch(one.id)
            and {**one.content, "scenario": ""} == {**content, "scenario": ""}
        ),
        None,
    )


def _saved(access: Access, content: Mapping[str, Any], version: int) -> StoredScenario:
    save_scenario(access, dict(content), version)
    found = stored_scenario(access, str(content["scenario"]))
    assert found is not None
    return found
