"""Pictures of measurement quality: items and dimensions."""

from __future__ import annotations

import numpy as np

from analysis.quality.checks import RULES
from analysis.quality.report import QualityReport
from charts.city.answers import diverging_bars
from charts.house.named_rows import INTERVAL, across, keyed_picture, named_rows
from charts.house.numbers import percent
from charts.house.picture import Picture, Table
from charts.house.theme import MARKS, SHAPES, Theme, factor_colour, figure
from charts.quality.tables import bounds, coefficient, headers, item_text, node_name, statistic
from locales import translate


def loading_dots(report: QualityReport, tokens: Theme, language: str) -> Picture | None:
    """Standardised loadings of the declared model with 90 % intervals, factor by factor."""
    fitted = report.structure.confirmatory
    if fitted is None:
        return None
    latents = list(report.structure.latents)
    rows = [
        (m, item, float(fitted.standardised[j, m]), float(fitted.standardised_se[j, m]))
        for m, latent in enumerate(latents)
        for j, item in enumerate(report.structure.items)
        if item in report.structure.latents[latent]
    ]
    places = factor_places(report)
    names = [f"{MARKS[places[i] % 4]} {_short(report, i, language)}" for _, i, _, _ in rows]
    drawn, ys = named_rows(tokens, names)
    weak = RULES["convergent"].good ** 0.5
    drawn.add_vline(x=weak, line={"color": tokens.still, "width": 1, "dash": "dot"})
    for m in sorted(set(places.values())):
        own = [place for place, row in enumerate(rows) if places[row[1]] == m]
        if not own:
            continue
        drawn.add_scatter(
            x=[rows[p][2] for p in own],
            y=[ys[p] for p in own],
            mode="markers",
            error_x={
                "array": [INTERVAL * rows[p][3] for p in own],
                "thickness": 1.5,
                "width": 0,
                "color": factor_colour(tokens, m),
            },
            marker={
                "color": factor_colour(tokens, m),
                "symbol": SHAPES[m % len(SHAPES)],
                "size": 8,
            },
            customdata=[
                f"{item_text(report, rows[p][1], language)}: {coefficient(rows[p][2])}" for p in own
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    low = min(0.0, *(x - INTERVAL * se for _, _, x, se in rows))
    high = max(1.0, *(x + INTERVAL * se for _, _, x, se in rows))
    across(drawn, max(low, -1.2), min(high, 1.4))
    lowest = min(rows, key=lambda row: row[2])
    title = translate(
        "quality.chart-loadings-title",
        language,
        count=sum(row[2] < weak for row in rows),
        all=len(rows),
        item=lowest[1],
        value=coefficient(lowest[2]),
    )
    table = tuple(
        (
            node_name(report, latents[m], language),
            item,
            item_text(report, item, language),
            coefficient(x),
            bounds(x - INTERVAL * se, x + INTERVAL * se),
        )
        for m, item, x, se in rows
    )
    keys = ("latent", "item", "text", "loading", "interval")
    return keyed_picture(
        "quality.chart-loadings", drawn, title, language, Table(headers(keys, language), table)
    )


def item_rest_dots(report: QualityReport, tokens: Theme, language: str) -> Picture | None:
    """Corrected item-total correlations of the main scales."""
    places = factor_places(report)
    rows = [
        (places[item], id, item, float(r))
        for id in report.main_scales
        for item, r in zip(
            report.scales[id].pooled.items, report.scales[id].statistics.rest_r, strict=True
        )
        if np.isfinite(r)
    ]
    if not rows:
        return None
    rule = RULES["item-rest"]
    names = [f"{MARKS[s % 4]} {_short(report, item, language)}" for s, _, item, _ in rows]
    drawn, ys = named_rows(tokens, names)
    drawn.add_vline(x=rule.good, line={"color": tokens.still, "width": 1, "dash": "dot"})
    drawn.add_scatter(
        x=[row[3] for row in rows],
        y=ys,
        mode="markers",
        marker={
            "size": 8,
            "symbol": [SHAPES[row[0] % len(SHAPES)] for row in rows],
            "color": [
                tokens.fall if row[3] < rule.good else factor_colour(tokens, row[0]) for row in rows
            ],
        },
        customdata=[
            f"{item_text(report, item, language)}: {coefficient(r)}" for _, _, item, r in rows
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, min(0.0, *(row[3] - 0.05 for row in rows)), 1.0)
    weak = [row for row in rows if row[3] < rule.good]
    lowest = min(rows, key=lambda row: row[3])
    title = translate(
        "quality.chart-rest-title" if weak else "quality.chart-rest-title-none",
        language,
        count=len(weak),
        item=lowest[2],
        value=coefficient(lowest[3]),
    )
    table = tuple(
        (id, item, item_text(report, item, language), coefficient(r)) for _, id, item, r in rows
    )
    keys = ("scale", "item", "text", "rest-r")
    return keyed_picture(
        "quality.chart-rest", drawn, title, language, Table(headers(keys, language), table)
    )


def scree(report: QualityReport, tokens: Theme, language: str) -> Picture | None:
    """Eigenvalues beside those of unrelated items."""
    found = report.structure.parallel
    if found is None:
        return None
    shown = min(len(found.eigenvalues), max(12, found.retain + 4))
    places = list(range(1, shown + 1))
    drawn = figure(tokens, 320, left=40, bottom=40, top=16)
    drawn.add_scatter(
        x=places,
        y=found.reference[:shown],
        mode="lines",
        line={"color": tokens.grey, "width": 1.5, "dash": "dash"},
        hovertemplate="%{x}: %{y:.2f}<extra></extra>",
    )
    drawn.add_scatter(
        x=places,
        y=found.eigenvalues[:shown],
        mode="lines+markers",
        line={"color": tokens.accent, "width": 1.5},
        marker={
            "size": 8,
            "color": [tokens.accent if p <= found.retain else tokens.ground for p in places],
            "line": {"color": tokens.accent, "width": 1.5},
        },
        hovertemplate="%{x}: %{y:.2f}<extra></extra>",
    )
    drawn.add_annotation(
        x=shown,
        y=float(found.reference[shown - 1]),
        text=translate("quality.chart-scree-reference", language),
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
        yshift=4,
        font={"size": 12, "color": tokens.grey},
    )
    drawn.update_xaxes(dtick=1 if shown <= 20 else 5, range=[0.5, shown + 0.5])
    drawn.update_yaxes(rangemode="tozero", showgrid=True, gridcolor=tokens.hairline)
    title = translate(
        "quality.chart-scree-title",
        language,
        retain=found.retain,
        declared=len(report.structure.latents),
    )
    table = tuple(
        (str(p), statistic(found.eigenvalues[p - 1]), statistic(found.reference[p - 1]))
        for p in range(1, len(found.eigenvalues) + 1)
    )
    keys = ("number", "eigenvalue", "reference")
    return keyed_picture(
        "quality.chart-scree", drawn, title, language, Table(headers(keys, language), table)
    )


def item_answers(report: QualityReport, scale: str, tokens: Theme, language: str) -> Picture | None:
    """How all people answered a scale's items; reversed items as answered, not turned."""
    items = list(report.scales[scale].pooled.items)
    widths = [report.counts[report.items.index(i)].shape[1] for i in items]
    rows = []
    for item, width in zip(items, widths, strict=True):
        counts = report.counts[report.items.index(item)].sum(axis=0)
        if width == max(widths) and counts.sum() >= 10:
            rows.append((item, (counts / counts.sum()).tolist()))
    if not rows:
        return None
    names = [_short(report, item, language) for item, _ in rows]
    drawn = diverging_bars([shares for _, shares in rows], names, tokens)
    ends = [(item, max(shares[0], shares[-1])) for item, shares in rows]
    item, share = max(ends, key=lambda one: one[1])
    title = translate("quality.chart-answers-title", language, item=item, share=percent(share))
    table = tuple(
        (item, item_text(report, item, language), *[percent(s) for s in shares])
        for item, shares in rows
    )
    categories = tuple(str(k + 1) for k in range(max(widths)))
    shown = Table((*headers(("item", "text"), language), *categories), table)
    return keyed_picture("quality.chart-answers", drawn, title, language, shown)


def missing_bars(report: QualityReport, tokens: Theme, language: str) -> Picture:
    """Share of people without an answer, item by item in the order of the questionnaire."""
    shares = report.item_missing
    rule = RULES["missing"]
    drawn = figure(tokens, 190, left=44, bottom=34, top=10)
    drawn.add_bar(
        x=list(report.items),
        y=shares,
        marker={"color": [tokens.fall if s > rule.good else tokens.still for s in shares]},
        customdata=[
            f"{item_text(report, item, language)}: {percent(s)}"
            for item, s in zip(report.items, shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    top = max(rule.good * 1.4, float(shares.max()) * 1.15)
    drawn.add_hline(y=rule.good, line={"color": tokens.grey, "width": 1, "dash": "dot"})
    drawn.update_yaxes(range=[0, top], tickformat=".0%")
    drawn.update_xaxes(tickfont={"size": 10, "color": tokens.grey}, type="category")
    most = int(np.argmax(shares))
    title = translate(
        "quality.chart-missing-title",
        language,
        share=percent(report.missing_share),
        item=report.items[most],
        most=percent(float(shares[most])),
    )
    table = tuple(
        (item, item_text(report, item, language), percent(s))
        for item, s in zip(report.items, shares, strict=True)
    )
    keys = ("item", "text", "missing")
    return keyed_picture(
        "quality.chart-missing", drawn, title, language, Table(headers(keys, language), table)
    )


def factor_places(report: QualityReport) -> dict[str, int]:
    """Place of each item's factor in the framework; outcomes come after the last factor."""
    framework = report.framework
    of = {
        indicator.id: place
        for place, factor in enumerate(framework.factors)
        for dimension in factor.dimensions
        for indicator in dimension.indicators
    }
    last = len(framework.factors)
    return {item: of.get(m.id, last) for item, m in framework.item_indicator.items()}


def _short(report: QualityReport, item: str, language: str) -> str:
    return f"{item} {item_text(report, item, language)}"
