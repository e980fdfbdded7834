"""Plans to hand on: a proposal for reading, or all figures of the comparison in a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.house.theme import LIGHT
from charts.portfolio.assumptions import information_bars, item_bars, tornado_bars
from charts.portfolio.comparison import acceptability_curves, frontier_table, plan_table
from charts.portfolio.optimum import frontier_line, rivals_table
from charts.portfolio.words import (
    comparison_finding,
    comparison_reason,
    discovery_sentence,
    optimum_finding,
    optimum_reason,
    plan_name,
)
from charts.scenarios.roadmap import roadmap_table
from locales import translate
from reports.three_line import Statement, Titled, docx, xlsx

Report = Mapping[str, Any]


def portfolio_statement(report: Report, optimum: Report | None, kind: str, language: str) -> bytes:
    """``docx``: finding, the scenarios, the roadmap of the recommended one; ``xlsx``: everything.

    ``report`` is that of `actions.scenarios.side_by_side`, ``optimum`` that of `actions.portfolio`.
    """
    heading = translate(
        "portfolio.document-heading", language, round=report["round"], level=report["level"]
    )
    source = translate(
        "portfolio.document-source",
        language,
        round=report["round"],
        draws=report["draws"],
        seed=report["seed"],
    )
    if report["synthetic"]:
        source = f"{translate('page.synthetic', language)} · {source}"
    gap = "" if language == "zh" else " "
    paragraphs = [
        gap.join((comparison_finding(report, language), comparison_reason(report, language))),
        discovery_sentence(report, language),
        report["assumptions"][language],
    ]
    if optimum is not None:
        found = (optimum_finding(optimum, language), optimum_reason(optimum, language))
        paragraphs.insert(1, gap.join(found))
    best = report["recommended"]
    plan = report["scenarios"][best]
    tables = [Titled(translate("portfolio.all-table", language), plan_table(report, language))]
    if plan["measures"]:
        title = translate(
            "portfolio.document-roadmap", language, name=plan_name(report, best, language)
        )
        tables.append(Titled(title, roadmap_table(plan, language)))
    if kind == "docx":
        return docx(Statement(heading, [p for p in paragraphs if p], tables, source))
    tables.append(
        Titled(translate("portfolio.part-value", language), frontier_table(report, language))
    )
    pictures = [
        acceptability_curves(report, LIGHT, language),
        item_bars(report, LIGHT, language),
        tornado_bars(report, LIGHT, language),
        information_bars(report, LIGHT, language),
    ]
    if optimum is not None and optimum["status"] != "infeasible":
        pictures.append(frontier_line(optimum, LIGHT, language))
        tables.append(
            Titled(translate("portfolio.rivals", language), rivals_table(optimum, language))
        )
    tables += [Titled(one.title, one.table, one.note) for one in pictures if one is not None]
    for place, one in enumerate(report["scenarios"]):
        if place and place != best and one["measures"]:
            title = translate(
                "portfolio.document-roadmap", language, name=plan_name(report, place, language)
            )
            tables.append(Titled(title, roadmap_table(one, language)))
    return xlsx(Statement(heading, [p for p in paragraphs if p], tables, source))
