"""The comparison of a round's departments as a workbook: scores, pairs, change, tests."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.comparison.report import Comparison
from charts.comparison.pictures import change_dots, comparison_finding, matrix_table, unit_table
from charts.comparison.tables import cross_reading_table, scale_test_table
from charts.house.theme import LIGHT
from locales import translate
from reports.three_line import Statement, Titled, xlsx


def comparison_statement(report: Comparison, node: Mapping[str, str], language: str) -> bytes:
    """An .xlsx of a comparison."""
    change = change_dots(report, LIGHT, language)
    tables = [
        Titled(
            translate("comparison.part-scores", language),
            unit_table(report, language, "score"),
            translate("comparison.chart-scores-note", language),
        ),
        Titled(
            translate("comparison.part-pairs", language),
            matrix_table(report, language),
            translate("comparison.chart-matrix-note", language),
        ),
    ]
    if change is not None:
        tables.append(
            Titled(translate("comparison.part-change", language), change.table, change.note)
        )
    if report.scales:
        tables.append(
            Titled(
                translate("comparison.part-tests", language),
                scale_test_table(report, {}, language),
                translate("comparison.tests-note", language),
            )
        )
    rules = cross_reading_table(report, language)
    if rules is not None:
        tables.append(
            Titled(
                translate("comparison.part-rules", language),
                rules,
                translate("comparison.rules-note", language),
            )
        )
    source = translate("comparison.source", language, round=report.round)
    if report.synthetic:
        source = f"{translate('page.synthetic', language)} · {source}"
    heading = translate(
        "comparison.document-heading", language, round=report.round, node=node[language]
    )
    return xlsx(Statement(heading, (comparison_finding(report, language),), tables, source))
