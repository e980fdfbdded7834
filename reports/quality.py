"""The quality statement of a round: what a methods section needs, in Word or Excel."""

from __future__ import annotations

from analysis.quality.invariance import InvarianceQuality
from analysis.quality.report import QualityReport
from charts.house.picture import Table
from charts.quality.tables import (
    check_table,
    correlation_table,
    department_table,
    exploratory_table,
    fit_table,
    invariance_table,
    item_table,
    node_name,
    scale_table,
)
from charts.quality.words import quality_finding, quality_paragraph, quality_reason
from locales import translate
from reports.three_line import Statement, Titled, docx, xlsx

WRITERS = {"docx": docx, "xlsx": xlsx}


def quality_statement(
    report: QualityReport,
    language: str,
    *,
    groups: InvarianceQuality | None,
    rounds: InvarianceQuality | None,
    synthetic: bool,
    kind: str,
) -> bytes:
    """The statement as a file of ``kind`` docx or xlsx."""
    listed: list[tuple[str, Table, str]] = [
        ("checks", check_table(report, language), "conventions"),
        ("scales", scale_table(report, language), "scales"),
        ("fit", fit_table(report, language), "fit"),
        ("correlations", correlation_table(report, language), "correlations"),
        ("items", item_table(report, language), "items"),
        ("exploratory", exploratory_table(report, language), "exploratory"),
    ]
    for name, found in (("groups", groups), ("rounds", rounds)):
        if found is not None and found.steps:
            listed.append((f"invariance-{name}", invariance_table(found, language), "invariance"))
    titled = [
        (translate(f"quality.table-{name}", language), table, note) for name, table, note in listed
    ]
    titled += [
        (
            translate(
                "quality.table-departments", language, scale=node_name(report, scale, language)
            ),
            department_table(report, scale, language),
            "departments",
        )
        for scale in report.main_scales
        if scale in report.agreement
    ]
    tables = [
        Titled(
            translate("quality.table-number", language, number=number, title=title),
            table,
            translate(f"quality.note-{note}", language),
        )
        for number, (title, table, note) in enumerate(
            (one for one in titled if one[1].rows), start=1
        )
    ]
    source = translate(
        "quality.document-source",
        language,
        round=report.round,
        framework=f"{report.framework.id}@{report.framework.version}",
        digest=report.framework.digest[:12],
    )
    if synthetic:
        source = f"{translate('page.synthetic', language)} · {source}"
    statement = Statement(
        translate("quality.document-heading", language, round=report.round),
        (
            f"{quality_finding(report, language)} {quality_reason(report, language)}",
            quality_paragraph(report, language),
        ),
        tables,
        source,
    )
    return WRITERS[kind](statement)
