"""The roadmap of a plan: bars of preparation, when measures work, what waits for what, yearly cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.house.labels import SPACE, in_two_lines, room
from charts.house.literal import BREAK
from charts.house.named_rows import FONT_SIZE, keyed_picture
from charts.house.numbers import score
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from charts.portfolio.words import money
from locales import translate

Report = Mapping[str, Any]
ROW, MOST_NAME = 34, 150
MONTHS, HALF_YEAR = 12, 6
MOST_TICKS = 6
"""Months named along the bottom, so that a narrow screen holds them."""


def roadmap(
    plan: Mapping[str, Any], factor_of: Mapping[str, int], tokens: Theme, language: str
) -> Picture | None:
    """Bars from the beginning of a measure to its effect, rising paler to full effect.

    Parameters
    ----------
    plan : a scenario of a report, with ``measures`` and ``cost``
    factor_of : place of each dimension's factor, for the colours
    """
    measures: Sequence[Mapping[str, Any]] = plan["measures"]
    if not measures:
        return None
    years = plan["horizon_years"]
    names = [
        [
            line + SPACE
            for line in in_two_lines(f"{one['id']} {one['name'][language]}", MOST_NAME, FONT_SIZE)
        ]
        for one in measures
    ]
    count = len(measures)
    costs = plan["cost"]["by_year"]
    left = room((line for lines in names for line in lines), FONT_SIZE)
    drawn = figure(tokens, 84 + ROW * count, left=left, right=20, top=44, bottom=28)
    rows = {one["id"]: count - place for place, one in enumerate(measures)}
    end = MONTHS * years
    for one in measures:
        place = next(iter(factor_of[d] for d in one["dimensions"] if d in factor_of), 0)
        colour = tokens.factors[place % len(tokens.factors)]
        y = rows[one["id"]]
        begin, works, full = one["begins_month"], one["works_month"], one["full_month"]
        shown = (
            (begin, max(works, begin + 0.3), 0.95),
            (works, min(max(full, works), end), 0.35),
        )
        for start, stop, opacity in shown:
            drawn.add_shape(
                type="rect",
                x0=start,
                x1=min(stop, end),
                y0=y - 0.26,
                y1=y + 0.26,
                line={"width": 0},
                fillcolor=colour,
                opacity=opacity,
                layer="below",
            )
        drawn.add_scatter(
            x=[min(works, end)],
            y=[y],
            mode="markers",
            marker={
                "symbol": "diamond",
                "size": 11,
                "color": tokens.ground,
                "line": {"color": colour, "width": 2},
            },
            customdata=[_hover(one, language)],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
        for other in one["waits_for"]:
            if other in rows:
                earlier = next(m for m in measures if m["id"] == other)
                _wait(drawn, earlier["works_month"], rows[other], begin, y, tokens)
    for year in range(years + 1):
        drawn.add_shape(
            type="line",
            x0=MONTHS * year,
            x1=MONTHS * year,
            y0=0.4,
            y1=count + 0.6,
            line={"color": tokens.hairline, "width": 1},
            layer="below",
        )
    for year in range(years):
        drawn.add_annotation(
            x=MONTHS * (year + 0.5),
            y=1.0,
            yref="paper",
            yanchor="bottom",
            text=translate(
                "roadmap.year", language, year=year + 1, cost=money(costs[year], language)
            ),
            showarrow=False,
            font={"size": 11, "color": tokens.grey},
        )
    drawn.update_yaxes(
        range=[0.4, count + 0.6],
        tickvals=list(rows.values()),
        ticktext=[BREAK.join(lines) for lines in names],
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
    )
    step = HALF_YEAR * -(-(2 * years + 1) // MOST_TICKS)
    months = list(range(0, end + 1, step))
    drawn.update_xaxes(
        range=[-0.4, end + 0.6],
        tickvals=months,
        ticktext=[translate("roadmap.month", language, month=month) for month in months],
        tickangle=0,
    )
    last = max(measures, key=lambda one: one["works_month"])
    title = translate(
        "roadmap.title",
        language,
        first=measures[0]["name"][language],
        last=last["name"][language],
        month=f"{last['works_month']:.0f}",
    )
    return keyed_picture("roadmap.chart", drawn, title, language, roadmap_table(plan, language))


def _wait(drawn: Any, x0: float, y0: float, x1: float, y1: float, tokens: Theme) -> None:
    """A thin stepped line from where one measure works to where the waiting one begins."""
    middle = max(x0, x1) if x1 >= x0 else x0
    drawn.add_scatter(
        x=[x0, middle, middle, x1],
        y=[y0, y0, y1, y1],
        mode="lines",
        line={"color": tokens.grey, "width": 1, "shape": "linear"},
        opacity=0.7,
        hoverinfo="skip",
    )


def _hover(one: Mapping[str, Any], language: str) -> str:
    return translate(
        "roadmap.hover",
        language,
        name=one["name"][language],
        begins=f"{one['begins_month']:.0f}",
        works=f"{one['works_month']:.0f}",
        full=f"{one['full_month']:.0f}",
        first=money(one["first_year"], language),
        annual=money(one["annual"], language),
    )


def roadmap_table(plan: Mapping[str, Any], language: str) -> Table:
    keys = ("measure", "begins", "works", "full", "first-year", "annual", "waits")
    head = tuple(translate(f"roadmap.column-{key}", language) for key in keys)
    rows = tuple(
        (
            f"{one['id']} {one['name'][language]}",
            score(one["begins_month"]),
            score(one["works_month"]),
            score(one["full_month"]),
            money(one["first_year"], language),
            money(one["annual"], language),
            " ".join(one["waits_for"]) or "—",
        )
        for one in plan["measures"]
    )
    return Table(head, rows)
