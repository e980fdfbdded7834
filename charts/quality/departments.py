"""Pictures of measurement quality: agreement, estimates and response of departments."""

from __future__ import annotations

import math

import numpy as np

from analysis.quality.checks import RULES
from analysis.quality.report import QualityReport
from charts.house.named_rows import INTERVAL, across, keyed_picture, named_rows
from charts.house.numbers import percent
from charts.house.picture import Picture, Table
from charts.house.theme import Theme
from charts.quality.tables import coefficient, department_table, headers, node_name
from locales import translate


def agreement_strip(
    report: QualityReport, scale: str, tokens: Theme, language: str
) -> Picture | None:
    """Agreement of each department's people on one scale, the most divided first."""
    one = report.agreement.get(scale)
    if one is None or not np.isfinite(one.rwg_j).any():
        return None
    rule = RULES["agreement"]
    order = [int(d) for d in np.argsort(one.rwg_j) if np.isfinite(one.rwg_j[d])]
    names = [report.departments[d].name[language] for d in order]
    drawn, ys = named_rows(tokens, names)
    for cut in (rule.care, rule.good):
        drawn.add_vline(x=cut, line={"color": tokens.still, "width": 1, "dash": "dot"})
    drawn.add_scatter(
        x=[float(one.rwg_j[d]) for d in order],
        y=ys,
        mode="markers",
        marker={
            "size": 8,
            "color": [tokens.fall if one.rwg_j[d] < rule.care else tokens.accent for d in order],
        },
        customdata=[
            f"{name}: {coefficient(one.rwg_j[d])}" for name, d in zip(names, order, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, 0.0, 1.0)
    divided = sum(one.rwg_j[d] < rule.care for d in order)
    title = translate(
        "quality.chart-agreement-title" if divided else "quality.chart-agreement-title-none",
        language,
        count=int(divided),
        all=len(order),
        scale=node_name(report, scale, language),
    )
    return keyed_picture(
        "quality.chart-agreement", drawn, title, language, department_table(report, scale, language)
    )


def estimate_dots(
    report: QualityReport, scale: str, tokens: Theme, language: str
) -> Picture | None:
    """Raw mean (hollow) beside the shrunken estimate (filled) with its 90 % interval."""
    one = report.agreement.get(scale)
    if one is None:
        return None
    order = [int(d) for d in np.argsort(-one.shrunken) if np.isfinite(one.shrunken[d])]
    if not order:
        return None
    names = [report.departments[d].name[language] for d in order]
    drawn, ys = named_rows(tokens, names)
    drawn.add_scatter(
        x=[float(one.shrunken[d]) for d in order],
        y=ys,
        mode="markers",
        error_x={
            "array": [INTERVAL * float(np.nan_to_num(one.sd[d])) for d in order],
            "thickness": 1.5,
            "width": 0,
            "color": tokens.accent,
        },
        marker={"size": 8, "color": tokens.accent},
        customdata=[
            f"{name}: {coefficient(one.shrunken[d])} · B {coefficient(one.reliability[d])}"
            for name, d in zip(names, order, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn.add_scatter(
        x=[float(one.means[d]) for d in order],
        y=ys,
        mode="markers",
        marker={
            "size": 8,
            "color": tokens.ground,
            "line": {"color": tokens.grey, "width": 1.2},
        },
        customdata=[
            f"{name}: {coefficient(one.means[d])}" for name, d in zip(names, order, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    spans = [(one.shrunken[d], np.nan_to_num(one.sd[d]), one.means[d]) for d in order]
    low = min(min(m - INTERVAL * s, raw) for m, s, raw in spans)
    high = max(max(m + INTERVAL * s, raw) for m, s, raw in spans)
    across(drawn, float(low) - 0.05, float(high) + 0.05)
    zero = one.components is not None and one.components.at_zero
    title = translate(
        "quality.chart-estimates-zero" if zero else "quality.chart-estimates-title",
        language,
        icc2=coefficient(one.anova.icc2),
        scale=node_name(report, scale, language),
    )
    return keyed_picture(
        "quality.chart-estimates", drawn, title, language, department_table(report, scale, language)
    )


def response_bars(report: QualityReport, tokens: Theme, language: str) -> Picture | None:
    """Share of each department's staff that answered; None without head counts."""
    response = report.representation.response
    order = [int(d) for d in np.argsort(response) if math.isfinite(response[d])]
    if not order:
        return None
    names = [report.departments[d].name[language] for d in order]
    drawn, ys = named_rows(tokens, names)
    drawn.add_bar(
        x=[float(response[d]) for d in order],
        y=ys,
        orientation="h",
        width=0.6,
        marker={"color": tokens.accent, "line": {"width": 0}},
        customdata=[
            f"{name}: {percent(float(response[d]))}" for name, d in zip(names, order, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, 0.0, max(float(np.nanmax(response)), 0.1))
    drawn.update_xaxes(tickformat=".0%")
    title = translate(
        "quality.chart-response-title",
        language,
        department=names[0],
        share=percent(float(response[order[0]])),
        effective=round(report.representation.effective),
        people=report.n,
    )
    table = tuple(
        (name, percent(float(response[d])), coefficient(report.representation.weights[d]))
        for name, d in zip(names, order, strict=True)
    )
    keys = ("department", "response", "weight")
    return keyed_picture(
        "quality.chart-response", drawn, title, language, Table(headers(keys, language), table)
    )
