"""The roster of departments."""

from __future__ import annotations

from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from survey_data.reading import COMMAND_LIMITS, Limits, read
from survey_data.roster.sheet import interpret_roster
from survey_data.workspace import batches, registry


def import_departments(
    access: Access, content: bytes, name: str, limits: Limits = COMMAND_LIMITS
) -> dict[str, Any]:
    """Take a roster file in. Raises Refused with every problem; then nothing is changed."""
    with refusals_recorded(access, "departments.import", name):
        authorize(access.user, "departments.import")
    sha256 = batches.store_raw(access.workspace, content, name)
    with refusals_recorded(access, "departments.import", sha256):
        roster = interpret_roster(read(content, limits))
    with access.workspace.writing() as connection:
        registry.save_departments(connection, roster.departments, roster.aliases)
        registry.record(
            connection,
            access.user.id,
            "departments.import",
            sha256,
            "done",
            {"departments": len(roster.departments)},
        )
    return {
        "sha256": sha256,
        "rows_read": roster.rows_read,
        "accepted": len(roster.departments),
        "rejected": 0,
        "ignored": roster.ignored,
        "departments": [department.id for department in roster.departments],
    }


def departments_report(access: Access) -> dict[str, Any]:
    """All departments with their names, groups, headcounts, weights and aliases."""
    authorize(access.user, "departments.read")
    known = registry.known_departments(access.workspace)
    return {
        "departments": [
            {
                "id": d.id,
                "name": dict(d.name),
                "group": d.group,
                "headcount": d.headcount,
                "weight": d.weight,
                "aliases": sorted(a for a, id in known.aliases.items() if id == d.id),
            }
            for d in registry.departments(access.workspace)
        ]
    }
