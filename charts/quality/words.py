"""Sentences on measurement quality: the verdict for a leader, a paragraph for a paper."""

from __future__ import annotations

import math

from analysis.quality.checks import POOR, RULES, Check
from analysis.quality.report import QualityReport
from charts.house.numbers import percent
from charts.house.picture import Table
from charts.quality.tables import (
    NONE,
    bounds,
    check_value,
    coefficient,
    cut_offs,
    index,
    p_value,
    scale_table,
    statistic,
)
from locales import translate


def quality_finding(report: QualityReport, language: str) -> str:
    return translate(f"quality.finding-{report.verdict}", language)


def quality_reason(report: QualityReport, language: str) -> str:
    """Which checks are not good, the worst first; or that all are."""
    order = {POOR: 0, "care": 1}
    weak = sorted(
        (c for c in report.checks if c.grade in order),
        key=lambda c: (order[c.grade], not RULES[c.id].core),
    )
    if not weak:
        return translate("quality.reason-all-good", language)
    between = translate("wording.semicolon", language)
    return between.join(_weak_check(c, language) for c in weak[:4])


def _weak_check(one: Check, language: str) -> str:
    return translate(
        "quality.reason-check-at" if one.place else "quality.reason-check",
        language,
        name=translate(f"quality.check-{one.id}", language),
        value=check_value(one),
        place=one.place,
        cut=cut_offs(one),
    )


def quality_paragraph(report: QualityReport, language: str) -> str:
    """The method section's paragraph: the same numbers as the tables, in sentences."""
    table = scale_table(report, language)
    structure = report.structure
    parts = [
        translate(
            "quality.paragraph-sample",
            language,
            n=report.n,
            departments=len(report.departments),
            missing=percent(report.missing_share),
            rule=translate(f"quality.missing-{report.missing}", language),
        )
    ]
    if table.rows:
        alpha, omega = _range(table, 3), _range(table, 5)
        parts.append(
            translate(
                "quality.paragraph-reliability",
                language,
                scales=len(table.rows),
                alpha=alpha,
                omega=omega,
            )
        )
    if structure.adequacy is not None and structure.sphericity is not None:
        test = structure.sphericity
        parts.append(
            translate(
                "quality.paragraph-adequacy",
                language,
                kmo=coefficient(structure.adequacy.overall),
                chi2=statistic(test.chi2),
                df=test.df,
                p=_written_p(test.p),
            )
        )
    if structure.parallel is not None:
        parts.append(
            translate(
                "quality.paragraph-dimensions",
                language,
                parallel=structure.parallel.retain,
                map=structure.map_retain,
            )
        )
    if structure.confirmatory is not None:
        fit = structure.confirmatory.fit
        parts.append(
            translate(
                "quality.paragraph-model",
                language,
                factors=len(structure.latents),
                n=int(fit.n),
                chi2=statistic(fit.chi2),
                df=fit.df,
                p=_written_p(fit.p),
                cfi=index(fit.cfi),
                tli=index(fit.tli),
                rmsea=index(fit.rmsea),
                interval=bounds(fit.rmsea_low, fit.rmsea_high, index),
                srmr=index(fit.srmr),
            )
        )
        parts.append(
            translate(
                "quality.paragraph-validity",
                language,
                cr=_range(table, 8),
                ave=_range(table, 9),
                htmt=next(check_value(c) for c in report.checks if c.id == "discriminant"),
            )
        )
    if report.agreement:
        parts.append(
            translate(
                "quality.paragraph-agreement",
                language,
                icc1=_range(table, 10),
                icc2=_range(table, 11),
                rwg=_range(table, 12),
            )
        )
    verdict = translate(f"quality.verdict-{report.verdict}", language)
    parts.append(translate("quality.paragraph-verdict", language, verdict=verdict))
    return ("" if language == "zh" else " ").join(parts)


def _written_p(value: float) -> str:
    """p < .001, or p = .012."""
    text = p_value(value)
    if text == NONE:
        return text
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def _range(table: Table, column: int) -> str:
    """Smallest and largest of a column as they stand in the table."""
    known = [row[column] for row in table.rows if row[column] != NONE]
    if not known:
        return NONE
    numbers = sorted(known, key=lambda text: float(text.replace("−", "-")))
    if math.isclose(float(numbers[0].replace("−", "-")), float(numbers[-1].replace("−", "-"))):
        return numbers[0]
    return f"{numbers[0]}–{numbers[-1]}"
