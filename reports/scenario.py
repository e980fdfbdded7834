"""One scenario to hand on: a page for reading, or all of its figures in a workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from charts.house.picture import Table
from charts.scenarios.pictures import (
    cost_table,
    department_table,
    provision_table,
    trajectory_table,
)
from charts.scenarios.words import (
    Report,
    check_sentences,
    figures,
    provision_sentences,
    scenario_finding,
    scenario_reason,
)
from locales import translate
from reports.three_line import Statement, Titled, docx, xlsx


def scenario_statement(
    report: Report,
    course: Sequence[Mapping[str, Any]],
    content: Mapping[str, Any],
    places: Mapping[str, Any],
    catalogue: Mapping[str, Any],
    level: int,
    kind: str,
    language: str,
) -> bytes:
    """``docx``: finding, four figures and the provisions; ``xlsx``: years, departments, quarters too.

    Parameters
    ----------
    report : of `actions.scenarios.simulation.simulate_report`; ``course`` its trajectory
    content : the scenario as stored; ``places`` of `actions.scenarios.edits.plan_places`
    catalogue : report of the measures; level : aimed at for the city
    """
    heading = translate(
        "scenario.document-heading", language, name=report["name"][language], round=report["round"]
    )
    identity, framework = report["catalogue"], report["framework"]
    source = translate(
        "scenario.document-source",
        language,
        round=report["round"],
        framework=f"{framework['id']}@{framework['version']}",
        catalogue=f"{identity['id']}@{identity['version']}",
        digest=identity["digest"][:12],
        draws=report["draws"],
        seed=report["seed"],
    )
    if report["synthetic"]:
        source = f"{translate('page.synthetic', language)} · {source}"
    gap = "" if language == "zh" else " "
    checks = check_sentences(report, language)
    found = scenario_finding(report, level, language)
    stop = translate("scenario.stop", language)
    paragraphs = [
        f"{found}{stop}{gap}{scenario_reason(report, language)}",
        report["assumptions"][language],
        *([translate("scenario.checks-lead", language) + gap.join(checks)] if checks else []),
    ]
    tables = [
        _figures(report, level, content, language),
        Titled(
            translate("scenario.provisions", language),
            _plain(provision_table(report, content, places, language)),
            translate("scenario.cost-note", language),
        ),
    ]
    paragraphs = [_ungrouped(text) for text in paragraphs]
    if kind == "docx":
        return docx(Statement(heading, paragraphs, tables, source))
    paragraphs += provision_sentences(report, content, places, catalogue, language)
    tables += [
        Titled(
            translate("scenario.cost-by-year", language),
            _plain(cost_table(report, language)),
            translate("scenario.cost-note", language),
        ),
        Titled(
            translate("scenario.departments-title", language),
            department_table(report, level, language),
        ),
        Titled(
            translate("scenario.trajectory", language), trajectory_table(course, level, language)
        ),
    ]
    return xlsx(Statement(heading, paragraphs, tables, source))


def _figures(report: Report, level: int, content: Mapping[str, Any], language: str) -> Titled:
    budget = content.get("budget")
    rows = tuple(figures(report, level, budget, language))
    heads = tuple(
        translate(f"scenario.column-{key}", language) for key in ("figure", "value", "detail")
    )
    return Titled(translate("scenario.figures", language), _plain(Table(heads, rows)))


def _plain(table: Table) -> Table:
    """Without thousands separators: documents write numbers without them, and cells count."""
    return Table(
        table.headers,
        tuple(tuple(_ungrouped(text) for text in row) for row in table.rows),
    )


def _ungrouped(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)
