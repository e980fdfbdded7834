"""City H: load it, and know what it hides."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from actions.data.imports import import_metrics, import_survey
from indicators.findings import Finding, Refused
from indicators.framework import default_framework
from survey_data.demo import DemoCity, generate
from survey_data.workspace import registry

_TRUTH = "demo-truth"


def load_demo(
    access: Access,
    *,
    departments: int = 42,
    respondents: int = 30,
    rounds: int = 3,
    seed: int = 7,
) -> dict[str, Any]:
    """Write city H into the workspace, its rounds marked as synthetic and in its own framework.

    Raises Refused (E924) when one of its rounds is there with anything else; nothing is changed.
    """
    with refusals_recorded(access, "demo.load", "city H", {"seed": seed}):
        authorize(access.user, "demo.load")
    city = generate(
        default_framework(),
        departments=departments,
        respondents=respondents,
        rounds=rounds,
        seed=seed,
    )
    with refusals_recorded(access, "demo.load", "city H", {"seed": seed}):
        _require_free(access, city)
    # One transaction: a city that is half there would look like somebody's own data, and the next
    # start would leave it so.
    with access.workspace.as_one():
        _save_roster(access, city, seed)
        batches = []
        for one in city.rounds:
            survey = import_survey(
                access, one.survey_csv, f"H-{one.id}-survey.csv", one.id, own=True
            )
            metrics = import_metrics(
                access, one.metrics_csv, f"H-{one.id}-metrics.csv", one.id, own=True
            )
            batches += [survey["batch"], metrics["batch"]]
    return {
        "rounds": [one.id for one in city.rounds],
        "departments": len(city.roster),
        "batches": batches,
        "seed": seed,
        "synthetic": True,
    }


def _save_roster(access: Access, city: DemoCity, seed: int) -> None:
    """The departments, the true values, and the line of the audit."""
    with access.workspace.writing() as connection:
        registry.save_departments(connection, city.roster, {})
        truth = {"seed": seed, **city.truth()}
        registry.save_setting(connection, _TRUTH, json.dumps(truth, ensure_ascii=False).encode())
        registry.record(connection, access.user.id, "demo.load", "city H", "done", {"seed": seed})


def _require_free(access: Access, city: DemoCity) -> None:
    """Raises Refused when a round of the city's holds other data or has another framework."""
    held = {info.id: info for info in registry.rounds(access.workspace)}
    digest = default_framework().digest
    for one in city.rounds:
        if (info := held.get(one.id)) is None:
            continue
        own = {hashlib.sha256(c).hexdigest() for c in (one.survey_csv, one.metrics_csv)}
        if info.framework != digest or not own >= {batch.sha256 for batch in info.batches}:
            listed = ", ".join(batch.id for batch in info.batches) or "—"
            raise Refused(Finding("E924", params={"round": one.id, "batches": listed}))


def load_demo_if_empty(access: Access) -> bool:
    """Load city H when the workspace holds no round. Returns whether it did."""
    authorize(access.user, "demo.load")
    if registry.rounds(access.workspace):
        return False
    load_demo(access)
    return True
