"""Tables of measurement quality: the same numbers for page, spreadsheet and document."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analysis.psychometrics.confirmatory import Confirmatory
from analysis.quality.checks import Check
from analysis.quality.invariance import InvarianceQuality
from analysis.quality.report import QualityReport
from charts.house.numbers import percent
from charts.house.picture import Table
from locales import translate

NONE = "—"
HIGHER, LOWER = "≥", "≤"
SHARES = ("missing", "screening", "small-departments", "common-method")
"""Checks whose value is a share."""
INDICES = ("cfi", "rmsea", "srmr")
GRADE_MARKS = {"good": "✓", "care": "!", "poor": "✗", "unknown": "?"}


def coefficient(value: float) -> str:
    """A coefficient with two decimals and a true minus; — where there is none."""
    if not math.isfinite(value):
        return NONE
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def index(value: float) -> str:
    """A fit index with three decimals, as papers print them."""
    if not math.isfinite(value):
        return NONE
    text = f"{value:.3f}"
    return "0.000" if text == "-0.000" else text.replace("-", "−")


def statistic(value: float) -> str:
    """A test statistic or criterion with at most two decimals."""
    return NONE if not math.isfinite(value) else f"{value:.2f}".replace("-", "−")


def p_value(value: float) -> str:
    if not math.isfinite(value):
        return NONE
    return "<.001" if value < 0.001 else f"{value:.3f}".lstrip("0")


def bounds(low: float, high: float, write: Callable[[float], str] = coefficient) -> str:
    """An interval in brackets."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NONE
    return f"[{write(low)}, {write(high)}]"


def node_name(report: QualityReport, id: str, language: str) -> str:
    """Name of an indicator or dimension, with its id; a factor of an own model has its id only."""
    names = {node.id: node.name[language] for node in report.framework.nodes}
    return f"{id} {names[id]}" if id in names else id


def item_text(report: QualityReport, item: str, language: str) -> str:
    texts = {i.id: i.text[language] for i in report.framework.items if i.text}
    return texts.get(item, item)


def scale_table(report: QualityReport, language: str) -> Table:
    """Reliability, validity and agreement of every dimension: the table of a paper."""
    latents = list(report.structure.latents)
    rows = []
    for id in report.main_scales:
        one = report.scales[id]
        place = latents.index(id) if id in latents else -1
        fitted = place >= 0 and len(report.structure.ave) > 0
        agreed = report.agreement.get(id)
        rows.append(
            (
                node_name(report, id, language),
                str(len(one.pooled.items)),
                str(one.pooled.people),
                coefficient(one.alpha),
                bounds(one.alpha_low, one.alpha_high),
                coefficient(one.omega_total),
                coefficient(one.split_half.spearman_brown),
                coefficient(one.average_r),
                coefficient(report.structure.composite_reliability[place] if fitted else math.nan),
                coefficient(report.structure.ave[place] if fitted else math.nan),
                coefficient(agreed.anova.icc1 if agreed else math.nan),
                coefficient(agreed.anova.icc2 if agreed else math.nan),
                coefficient(_middle(agreed.rwg_j) if agreed else math.nan),
            )
        )
    keys = (
        "scale",
        "k",
        "n",
        "alpha",
        "alpha-interval",
        "omega",
        "split-half",
        "average-r",
        "cr",
        "ave",
        "icc1",
        "icc2",
        "rwg",
    )
    return Table(headers(keys, language), tuple(rows))


def item_table(report: QualityReport, language: str) -> Table:
    """Every item of the main scales, with its loading in the declared model."""
    fitted = report.structure.confirmatory
    at = {item: j for j, item in enumerate(report.structure.items)}
    missing = dict(zip(report.items, report.item_missing.tolist(), strict=True))
    rows = []
    for id in report.main_scales:
        one = report.scales[id]
        for j, item in enumerate(one.pooled.items):
            loading = math.nan
            if fitted is not None and item in at:
                own = fitted.standardised[at[item]]
                loading = float(own[np.abs(own).argmax()])
            rows.append(
                (
                    id,
                    item,
                    item_text(report, item, language),
                    str(int(one.pooled.counts[j])),
                    coefficient(one.pooled.means[j]),
                    coefficient(one.pooled.sds[j]),
                    percent(missing[item]),
                    coefficient(one.statistics.rest_r[j]),
                    coefficient(one.statistics.alpha_if_dropped[j]),
                    coefficient(loading),
                )
            )
    keys = ("scale", "item", "text", "n", "mean", "sd", "missing", "rest-r", "dropped", "loading")
    return Table(headers(keys, language), tuple(rows))


def fit_table(report: QualityReport, language: str) -> Table:
    """The declared model beside a second-order and a one-factor model."""
    structure = report.structure
    models = (
        ("declared", structure.confirmatory),
        ("second-order", structure.second_order),
        ("one-factor", structure.one_factor),
    )
    rows = [
        (translate(f"quality.model-{name}", language), *_fit_cells(fitted))
        for name, fitted in models
        if fitted is not None
    ]
    keys = (
        "model",
        "chi2",
        "df",
        "p",
        "cfi",
        "tli",
        "rmsea",
        "rmsea-interval",
        "srmr",
        "aic",
        "bic",
    )
    return Table(headers(keys, language), tuple(rows))


def _fit_cells(fitted: Confirmatory) -> tuple[str, ...]:
    fit = fitted.fit
    return (
        statistic(fit.chi2),
        str(fit.df),
        p_value(fit.p),
        index(fit.cfi),
        index(fit.tli),
        index(fit.rmsea),
        bounds(fit.rmsea_low, fit.rmsea_high, index),
        index(fit.srmr),
        f"{fit.aic:.0f}",
        f"{fit.bic:.0f}",
    )


def correlation_table(report: QualityReport, language: str) -> Table:
    """Correlations of the factors below the diagonal, HTMT above, root of AVE on it."""
    structure = report.structure
    names = list(structure.latents)
    fitted = structure.confirmatory
    rows = []
    for a, name in enumerate(names):
        cells = []
        for b in range(len(names)):
            if a == b:
                known = len(structure.ave) > 0
                cells.append(coefficient(math.sqrt(structure.ave[a])) if known else NONE)
            elif b < a:
                cells.append(
                    coefficient(fitted.factor_correlations[a, b]) if fitted is not None else NONE
                )
            else:
                cells.append(coefficient(structure.htmt[a, b]) if structure.htmt.size else NONE)
        rows.append((node_name(report, name, language), *cells))
    return Table((*headers(("latent",), language), *names), tuple(rows))


def exploratory_table(report: QualityReport, language: str) -> Table:
    """Rotated loadings and communalities of the exploratory analysis."""
    rotated = report.structure.exploratory
    if rotated is None:
        return Table(headers(("item",), language), ())
    rows = tuple(
        (item, *[coefficient(x) for x in row], coefficient(h2))
        for item, row, h2 in zip(
            report.structure.items, rotated.loadings, rotated.communalities, strict=True
        )
    )
    factors = tuple(
        translate("quality.factor", language, number=m + 1)
        for m in range(rotated.loadings.shape[1])
    )
    return Table(
        (*headers(("item",), language), *factors, *headers(("communality",), language)), rows
    )


def department_table(report: QualityReport, scale: str, language: str) -> Table:
    """Agreement and estimates of every department on one scale."""
    one = report.agreement[scale]
    rows = tuple(
        (
            department.name[language],
            str(int(one.n[d])) if one.n[d] >= 0 else "<5",
            coefficient(one.rwg_j[d]),
            coefficient(one.rwg_j_skewed[d]),
            coefficient(one.average_deviation[d]),
            coefficient(one.means[d]),
            coefficient(one.shrunken[d]),
            coefficient(one.sd[d]),
            coefficient(one.reliability[d]),
        )
        for d, department in enumerate(report.departments)
    )
    keys = ("department", "n", "rwg", "rwg-skewed", "ad", "raw", "shrunken", "sd", "reliability")
    return Table(headers(keys, language), rows)


def invariance_table(found: InvarianceQuality, language: str) -> Table:
    rows = tuple(
        (
            translate(f"quality.step-{step.step}", language),
            statistic(step.fit.chi2),
            str(step.fit.df),
            index(step.fit.cfi),
            index(-loss),
            index(step.fit.rmsea),
            index(step.fit.srmr),
        )
        for step, loss in zip(found.steps, found.losses, strict=True)
    )
    keys = ("step", "chi2", "df", "cfi", "cfi-change", "rmsea", "srmr")
    return Table(headers(keys, language), rows)


def check_value(one: Check) -> str:
    """A check's value: shares as per cent, coefficients with two decimals."""
    return _writer(one)(one.value) if math.isfinite(one.value) else NONE


def cut_offs(one: Check) -> str:
    """Where good and with-care begin: ≥ 0.70 / 0.60."""
    sign = HIGHER if one.rule.higher else LOWER
    write = coefficient if one.id in INDICES else _writer(one)
    return f"{sign} {write(one.rule.good)} / {write(one.rule.care)}"


def _writer(one: Check) -> Callable[[float], str]:
    return percent if one.id in SHARES else index if one.id in INDICES else coefficient


def check_table(report: QualityReport, language: str) -> Table:
    """Every check: value, where, grade, cut-offs, their source."""
    rows = tuple(
        (
            translate(f"quality.check-{one.id}", language),
            check_value(one),
            one.place or NONE,
            f"{GRADE_MARKS[one.grade]} {translate(f'quality.grade-{one.grade}', language)}",
            cut_offs(one),
            one.rule.source,
        )
        for one in report.checks
    )
    return Table(
        headers(("check", "value", "place", "grade", "cut-offs", "source"), language), rows
    )


def headers(keys: tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(translate(f"quality.column-{key}", language) for key in keys)


def _middle(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan
