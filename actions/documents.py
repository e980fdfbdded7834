"""Results as files to hand on: what a page or command has shown, as a document or workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.access import Access, authorize
from actions.measures.catalogue import measures_report
from actions.quality import QualityView
from analysis.comparison.report import Comparison

Report = Mapping[str, Any]


def comparison_workbook(report: Comparison, node: Mapping[str, str], language: str) -> bytes:
    """An .xlsx of a comparison; ``node`` is the name of what was compared."""
    from reports.comparison import comparison_statement

    return comparison_statement(report, node, language)


def quality_document(view: QualityView, kind: str, language: str) -> bytes:
    """A document of ``kind`` docx or xlsx of what `round_quality` gave out."""
    from reports.quality import quality_statement

    return quality_statement(
        view.report,
        language,
        groups=view.groups,
        rounds=view.rounds,
        synthetic=view.synthetic,
        kind=kind,
    )


def robustness_document(
    report: Report, names: Mapping[str, str], kind: str, language: str
) -> bytes:
    """A document of ``kind`` docx (one page) or xlsx (everything) of a robustness report."""
    from reports.robustness import robustness_statement

    return robustness_statement(report, names, kind, language)


def scenario_document(
    access: Access,
    report: Report,
    course: Sequence[Report],
    content: Mapping[str, Any],
    places: Mapping[str, Any],
    level: int,
    kind: str,
    language: str,
) -> bytes:
    """A document of ``kind`` docx (a page) or xlsx (everything) of a simulated scenario."""
    from reports.scenario import scenario_statement

    authorize(access.user, "scenario.read", str(report["scenario"]))
    catalogue = measures_report(access)
    return scenario_statement(report, course, content, places, catalogue, level, kind, language)


def portfolio_document(report: Report, optimum: Report | None, kind: str, language: str) -> bytes:
    """A document of ``kind`` docx (a proposal) or xlsx (everything) of plans side by side."""
    from reports.portfolio import portfolio_statement

    return portfolio_statement(report, optimum, kind, language)
