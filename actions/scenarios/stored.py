"""Named scenarios in the workspace: save, list, share by name, take out."""

from __future__ import annotations

from typing import Any

import yaml

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from actions.measures.catalogue import catalogue_in_use
from analysis.scenarios.scenario import Scenario, check_scenario, load_scenario
from survey_data.reading import read_document
from survey_data.workspace import plans, registry
from survey_data.workspace.plans import StoredScenario

__all__ = [
    "StoredScenario",
    "delete_scenario",
    "list_scenarios",
    "save_scenario",
    "scenario_yaml",
    "stored_scenario",
]


def list_scenarios(access: Access) -> list[StoredScenario]:
    authorize(access.user, "scenario.read")
    return plans.scenarios(access.workspace)


def stored_scenario(access: Access, id: str) -> StoredScenario | None:
    authorize(access.user, "scenario.read", id)
    return plans.scenario(access.workspace, id)


def save_scenario(access: Access, content: dict[str, Any] | bytes, version: int = 0) -> int:
    """Save a scenario under its id; ``version`` is the one it was edited from, 0 for a new one.

    Returns the new version. Raises Refused with the problems of its content, or E920 when somebody
    else saved in between.
    """
    authorize(access.user, "scenario.edit")
    catalogue = catalogue_in_use(access)
    with refusals_recorded(access, "scenario.edit", ""):
        if isinstance(content, bytes):
            scenario = load_scenario(read_document(content), catalogue)
        else:
            scenario = check_scenario(content, catalogue)
        with access.workspace.writing() as connection:
            saved = plans.save_scenario(
                connection, scenario.id, access.user.id, plain_scenario(scenario), version
            )
            registry.record(
                connection,
                access.user.id,
                "scenario.edit",
                scenario.id,
                "done",
                {"version": saved},
            )
    return saved


def delete_scenario(access: Access, id: str) -> None:
    authorize(access.user, "scenario.edit", id)
    with access.workspace.writing() as connection:
        plans.delete_scenario(connection, id)
        registry.record(connection, access.user.id, "scenario.edit", id, "deleted", {})
    access.workspace.forget()


def plain_scenario(scenario: Scenario) -> dict[str, Any]:
    """The content of a scenario file, defaults left out."""
    found = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"scenario": scenario.id, **found}


def scenario_yaml(content: dict[str, Any]) -> bytes:
    """The content as a scenario file."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100).encode()
