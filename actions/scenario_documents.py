"""A scenario as a document to hand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.access import Access, authorize
from actions.measures import measures_report
from reports.scenario import scenario_statement


def scenario_document(
    access: Access,
    report: Mapping[str, Any],
    course: Sequence[Mapping[str, Any]],
    content: Mapping[str, Any],
    places: Mapping[str, Any],
    level: int,
    kind: str,
    language: str,
) -> bytes:
    """A document of ``kind`` docx (a page) or xlsx (everything) of a simulated scenario."""
    authorize(access.user, "scenario.read", str(report["scenario"]))
    catalogue = measures_report(access)
    return scenario_statement(report, course, content, places, catalogue, level, kind, language)
