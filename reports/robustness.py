"""What survives: a page on a round's robustness, or all of its figures in a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.house.numbers import percent
from charts.house.picture import Table
from charts.house.theme import LIGHT
from charts.robustness.pictures import (
    KEPT,
    alternative_table,
    by_rank,
    conclusion_table,
    input_name,
    output_name,
    robustness_finding,
    robustness_reason,
    sensitivity_bars,
    unit_table,
)
from locales import translate
from reports.three_line import Statement, Titled, docx, xlsx

MOST_LOOSE = 12
"""Departments with an unsure level that the page names."""


def robustness_statement(
    report: Mapping[str, Any], names: Mapping[str, str], kind: str, language: str
) -> bytes:
    """``docx``: one page for reading; ``xlsx``: every department, index and alternative.

    ``report`` is that of `actions.robustness.robustness_report`; ``names`` are those of nodes.
    """
    heading = translate("robustness.document-heading", language, round=report["round"])
    framework = report["framework"]
    source = translate(
        "robustness.document-source",
        language,
        round=report["round"],
        framework=f"{framework['id']}@{framework['version']}",
        digest=framework["digest"][:12],
        draws=report["draws"],
        seed=report["seed"],
    )
    if report["synthetic"]:
        source = f"{translate('page.synthetic', language)} · {source}"
    paragraphs = [
        f"{robustness_finding(report, language)} {robustness_reason(report, language)}".strip(),
        *_telling(report, names, language),
        _varied(report, names, language),
    ]
    conclusions = Titled(
        translate("robustness.conclusions", language),
        conclusion_table(report, language),
        translate("robustness.conclusions-note", language),
    )
    if kind == "docx":
        tables = [conclusions]
        loose = _loose_table(report, language)
        if loose.rows:
            tables.append(Titled(translate("robustness.loose", language), loose))
        return docx(Statement(heading, paragraphs, tables, source))
    tables = [
        conclusions,
        Titled(translate("robustness.part-ranks", language), unit_table(report, language)),
        Titled(
            translate("robustness.part-alternatives", language),
            alternative_table(report, names, language),
        ),
    ]
    for output in report["sensitivity"]:
        shown = sensitivity_bars(report, output, names, LIGHT, language)
        if shown is not None:
            tables.append(Titled(output_name(output, report, language), shown.table, shown.note))
    return xlsx(Statement(heading, paragraphs, tables, source))


def _telling(report: Mapping[str, Any], names: Mapping[str, str], language: str) -> list[str]:
    """A sentence for each output: which choices move it most."""
    between = translate("wording.comma", language)
    found = []
    for output, indices in report["sensitivity"].items():
        known = {k: v["total"] for k, v in indices.items() if v["total"] is not None}
        order = sorted(known, key=lambda id: -known[id])[:3]
        if order:
            listed = between.join(
                f"{input_name(id, names, language)} {percent(min(1.0, max(0.0, known[id])))}"
                for id in order
            )
            name = output_name(output, report, language)
            found.append(translate("robustness.telling", language, output=name, listed=listed))
    return found


def _varied(report: Mapping[str, Any], names: Mapping[str, str], language: str) -> str:
    between = translate("wording.comma", language)
    kinds = dict.fromkeys(one["kind"] for one in report["alternatives"] if one["applied"])
    listed = between.join(translate(f"robustness.kind-{kind}", language) for kind in kinds)
    return translate("robustness.varied", language, listed=listed)


def _loose_table(report: Mapping[str, Any], language: str) -> Table:
    loose = [
        u
        for u in by_rank(report)
        if u["level_stability"] is not None and u["level_stability"] < KEPT
    ][:MOST_LOOSE]
    head = (
        translate("chart.column.department", language),
        translate("chart.column.level", language),
        translate("robustness.column-stability", language),
        translate("robustness.column-rank-interval", language),
    )
    rows = tuple(
        (
            u["name"][language],
            str(u["level"]),
            percent(u["level_stability"]),
            f"{u['rank']['low']}–{u['rank']['high']}",
        )
        for u in loose
    )
    return Table(head, rows)
