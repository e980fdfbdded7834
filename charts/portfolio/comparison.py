"""Pictures of scenarios side by side and of the best portfolios under a budget.

They draw the reports of `actions.scenarios.side_by_side` and `actions.portfolio`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from charts.house.labels import SPACE, room, shortened, text_width
from charts.house.named_rows import MOST_NAME, keyed_picture
from charts.house.numbers import interval, percent, probability, score, signed
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from charts.portfolio.words import money, money_in_words, plan_name, plural_list
from locales import translate

Report = Mapping[str, Any]
DOT, DOT_ROW = 12, 118
STILL = 0
"""Place of doing nothing in every report."""


def colours_of(report: Report, tokens: Theme) -> list[str]:
    """Doing nothing is grey, the recommended scenario takes the accent, the rest the factors' hues."""
    hues = [tokens.factors[k % len(tokens.factors)] for k in range(len(report["scenarios"]))]
    found = [tokens.grey, *hues[: len(report["scenarios"]) - 1]]
    if report["recommended"]:
        found[report["recommended"]] = tokens.accent
    return found


def level_cut(report: Report) -> float:
    return next(one["from"] for one in report["levels"] if one["level"] == report["level"])


def plan_table(report: Report, language: str) -> Table:
    """The four numbers of every scenario, and where it leaves departments."""
    level, below = report["level"], min(report["level"], 3)
    keys = ("scenario", "cost", "gain", "reaches", "half", "worse", "below")
    head = tuple(
        translate(f"portfolio.column-{k}", language, level=level, below=below) for k in keys
    )
    rows = []
    for k, one in enumerate(report["scenarios"]):
        gain = one["gain"]
        worse = (
            translate("portfolio.zero-by-assumption", language)
            if one["worse"]["zero_by_assumption"]
            else probability(one["worse"]["probability"])
        )
        rows.append(
            (
                plan_name(report, k, language),
                money(one["cost"]["horizon_total"], language),
                signed(gain["score"]) + interval(gain["low"], gain["high"], language),
                probability(one["reaches"]),
                probability(one["reaches_with_half"]),
                "—" if k == STILL else worse,
                f"{one['below_level'].get(str(below), 0.0):.0f}",
            )
        )
    return Table(head, tuple(rows))


def dots(report: Report, tokens: Theme, language: str) -> Picture:
    """Twenty dots of five per cent for each scenario's final score; filled where the level is."""
    names = [plan_name(report, k, language) for k in range(len(report["scenarios"]))]
    cut = level_cut(report)
    every = [x for one in report["scenarios"] for x in one["dots"]] + [cut]
    low, high = min(every), max(every)
    width = max(high - low, 1.0)
    step = width / 44
    labels = [shortened(name, MOST_NAME, 13) + SPACE for name in names]
    drawn = figure(
        tokens, 34 + DOT_ROW * len(names), left=room(labels, 13), right=20, top=24, bottom=30
    )
    for k, one in enumerate(report["scenarios"]):
        base = len(names) - 1 - k
        xs, ys = _stacked(one["dots"], step)
        colour = colours_of(report, tokens)[k]
        reached = [x >= cut - 1e-9 for x in one["dots"]]
        drawn.add_scatter(
            x=xs,
            y=[base + y for y in ys],
            mode="markers",
            marker={
                "size": DOT,
                "color": [colour if full else tokens.ground for full in reached],
                "line": {"color": colour, "width": 1.5},
            },
            customdata=[f"{names[k]}: {score(x)}" for x in one["dots"]],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.add_shape(
        type="line",
        x0=cut,
        x1=cut,
        y0=-0.1,
        y1=len(names),
        line={"color": tokens.grey, "width": 1, "dash": "dot"},
        layer="below",
    )
    drawn.add_annotation(
        x=cut,
        y=len(names),
        text=translate("portfolio.level", language, level=report["level"]),
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        font={"color": tokens.grey, "size": 12},
    )
    drawn.update_yaxes(
        range=[-0.12, len(names) + 0.02],
        tickvals=[len(names) - 1 - k + 0.18 for k in range(len(names))],
        ticktext=labels,
        tickfont={"size": 13, "color": tokens.ink},
    )
    drawn.update_xaxes(range=[low - 0.06 * width, high + 0.08 * width], showgrid=False)
    best = report["recommended"]
    title = translate(
        "portfolio.dots-title",
        language,
        name=names[best],
        dots=sum(x >= cut - 1e-9 for x in report["scenarios"][best]["dots"]),
        level=report["level"],
    )
    return keyed_picture("portfolio.dots", drawn, title, language, plan_table(report, language))


def _stacked(values: Sequence[float], step: float) -> tuple[list[float], list[float]]:
    """Places of dots piled up in columns of one step; high piles are pressed into their row."""
    piles: dict[int, int] = {}
    places = []
    for value in sorted(values):
        column = round(value / step)
        piles[column] = piles.get(column, 0) + 1
        places.append((column * step, piles[column] - 1))
    apart = min((DOT + 1.5) / DOT_ROW, 0.8 / max(piles.values()))
    return [x for x, _ in places], [0.06 + height * apart for _, height in places]


def plane(report: Report, optimum: Report | None, tokens: Theme, language: str) -> Picture:
    """Cost across, gain up: each scenario with its 90 % ellipse, and the frontier of the best plans."""
    drawn = figure(tokens, 420, left=46, right=24, top=16, bottom=48)
    if optimum and optimum.get("frontier"):
        line = optimum["frontier"]
        drawn.add_scatter(
            x=[one["cost"] for one in line],
            y=[one["gain"] for one in line],
            mode="lines+markers",
            line={"color": tokens.accent, "width": 2},
            marker={"size": 6, "color": tokens.accent},
            customdata=[
                f"{money(one['cost'], language)} · {signed(one['gain'])}: "
                + plural_list(one["measures"], language)
                for one in line
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    colours = colours_of(report, tokens)
    dearest = max(
        [x for one in report["scenarios"] if one["outline"] for x in one["outline"]["cost"]] + [1.0]
    )
    for k, one in enumerate(report["scenarios"]):
        name = plan_name(report, k, language)
        cheap = one["cost"]["horizon_total"] < 0.3 * dearest
        if one["outline"]:
            drawn.add_scatter(
                x=one["outline"]["cost"],
                y=one["outline"]["gain"],
                mode="lines",
                line={"color": colours[k], "width": 1},
                opacity=0.55,
                hoverinfo="skip",
            )
        drawn.add_scatter(
            x=[one["cost"]["horizon_total"]],
            y=[one["gain"]["score"]],
            mode="markers+text",
            marker={
                "size": 12,
                "color": tokens.ground,
                "line": {"color": colours[k], "width": 2.5},
            },
            text=[SPACE + shortened(name, 150, 12)],
            textposition="middle right" if k == STILL else f"top {'right' if cheap else 'left'}",
            textfont={"color": colours[k], "size": 12},
            cliponaxis=False,
            customdata=[
                f"{name}: {money(one['cost']['horizon_total'], language)}, "
                f"{signed(one['gain']['score'])}"
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.update_xaxes(
        title={
            "text": translate("portfolio.axis-cost", language),
            "font": {"size": 12, "color": tokens.grey},
        },
        range=[-0.04 * dearest, 1.05 * dearest],
        tickformat=",.0f",
    )
    drawn.update_yaxes(
        title={
            "text": translate("portfolio.axis-gain", language),
            "font": {"size": 12, "color": tokens.grey},
        },
        showgrid=True,
        gridcolor=tokens.hairline,
    )
    useful = [plan_name(report, k, language) for k in report["frontier"]["order"] if k]
    title = translate(
        "portfolio.plane-title" if useful else "portfolio.plane-title-none",
        language,
        names=plural_list(useful, language),
    )
    return keyed_picture(
        "portfolio.plane", drawn, title, language, frontier_table(report, language)
    )


def frontier_table(report: Report, language: str) -> Table:
    head = tuple(
        translate(f"portfolio.column-{k}", language, level=report["level"])
        for k in ("scenario", "cost", "cost-range", "gain", "standing", "ratio")
    )
    order = report["frontier"]["order"]
    ratios = {place: report["frontier"]["ratio"][at - 1] for at, place in enumerate(order) if at}
    rows = tuple(
        (
            plan_name(report, k, language),
            money(one["cost"]["horizon_total"], language),
            f"{money(one['cost']['low'], language)}–{money(one['cost']['high'], language)}",
            signed(one["gain"]["score"]),
            translate(f"portfolio.standing-{one['status']}", language),
            money(ratios[k], language) if k in ratios else "—",
        )
        for k, one in enumerate(report["scenarios"])
    )
    return Table(head, rows)


def acceptability_curves(report: Report, tokens: Theme, language: str) -> Picture:
    """Probability that each scenario has the highest net benefit, by what a point is worth."""
    accepted = report["acceptability"]
    drawn = _curves(report, accepted["values"], accepted["probability"], tokens, language, 1.0)
    drawn.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    best = report["best_value"]
    title = translate(
        "portfolio.acceptability-title",
        language,
        value=money_in_words(report["value_of_point"], language),
        name=plan_name(report, best, language),
        p=probability(report["scenarios"][best]["best"]["probability"]),
    )
    return keyed_picture(
        "portfolio.acceptability", drawn, title, language, _curve_table(report, language)
    )


def loss_curves(report: Report, tokens: Theme, language: str) -> Picture:
    """Expected loss of each scenario against the best of each draw, by what a point is worth."""
    accepted = report["acceptability"]
    losses = accepted["expected_loss"]
    drawn = _curves(report, accepted["values"], losses, tokens, language, None)
    information = report["information"]
    known = 0.0 if information is None else information["evpi"]
    title = translate("portfolio.loss-title", language, value=money_in_words(known, language))
    return keyed_picture("portfolio.loss", drawn, title, language, _curve_table(report, language))


def _curves(
    report: Report,
    values: Sequence[float],
    rows: Sequence[Sequence[float]],
    tokens: Theme,
    language: str,
    top: float | None,
) -> go.Figure:
    names = [plan_name(report, k, language) for k in range(len(report["scenarios"]))]
    right = min(180, round(max(text_width(n, 12) for n in names)) + 12)
    drawn = figure(tokens, 340, left=48, right=right, top=12, bottom=48)
    colours = colours_of(report, tokens)
    ends = _apart([row[-1] for row in rows], 0.055 * (top or max(map(max, rows)) or 1.0))
    for k, row in enumerate(rows):
        drawn.add_scatter(
            x=list(values),
            y=list(row),
            mode="lines",
            line={"color": colours[k], "width": 3 if k == report["best_value"] else 1.5},
            name=names[k],
            customdata=[names[k]] * len(row),
            hovertemplate="%{customdata}<br>%{x:,.0f}: %{y:.2f}<extra></extra>",
        )
        drawn.add_annotation(
            x=values[-1],
            y=ends[k],
            text=SPACE + shortened(names[k], right - 8, 12),
            showarrow=False,
            xanchor="left",
            font={"color": colours[k], "size": 12},
        )
    drawn.add_shape(
        type="line",
        x0=report["value_of_point"],
        x1=report["value_of_point"],
        y0=0,
        y1=1,
        yref="paper",
        line={"color": tokens.grey, "width": 1, "dash": "dot"},
        layer="below",
    )
    drawn.update_xaxes(
        title={
            "text": translate("portfolio.axis-value", language),
            "font": {"size": 12, "color": tokens.grey},
        },
        tickformat=",.0f",
    )
    drawn.update_yaxes(showgrid=True, gridcolor=tokens.hairline)
    return drawn


def _apart(ends: Sequence[float], least: float) -> list[float]:
    """Label places in the order of the line ends, no two nearer than ``least``."""
    order = sorted(range(len(ends)), key=lambda k: ends[k])
    placed = list(ends)
    for before, after in zip(order, order[1:], strict=False):
        placed[after] = max(placed[after], placed[before] + least)
    return placed


def _curve_table(report: Report, language: str) -> Table:
    accepted = report["acceptability"]
    names = [plan_name(report, k, language) for k in range(len(report["scenarios"]))]
    head = (
        translate("portfolio.axis-value", language),
        *names,
        *(translate("portfolio.column-loss", language, name=name) for name in names),
    )
    every = range(0, len(accepted["values"]), max(len(accepted["values"]) // 10, 1))
    rows = tuple(
        (
            f"{accepted['values'][v]:,.0f}",
            *(percent(row[v]) for row in accepted["probability"]),
            *(money(row[v], language) for row in accepted["expected_loss"]),
        )
        for v in every
    )
    return Table(head, rows)
