"""How a department's people answered: a diverging bar for each survey indicator."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.city.profile import Profile
from charts.house.labels import SPACE, room, shortened
from charts.house.numbers import percent
from charts.house.picture import Picture, Table
from charts.house.theme import MARKS, Theme, figure
from locales import translate

ROW = 20
FONT_SIZE = 12
MOST_NAME = 132
"""Pixels."""


def answer_bars(view: Profile, tokens: Theme, language: str) -> Picture | None:
    """Shares of the answers, unfavourable to the left and favourable to the right of the middle.

    None where too few people answered.
    """
    width = max((len(row.shares) for row in view.answers), default=0)
    rows = [row for row in view.answers if len(row.shares) == width]
    if not rows:
        return None
    rows.sort(key=lambda row: (row.factor, -row.favourable))
    names = [f"{MARKS[row.factor % 4]} {row.name[language]}" for row in rows]
    drawn = diverging_bars([row.shares for row in rows], names, tokens)
    least = min(rows, key=lambda row: row.favourable)
    title = translate(
        "chart.answers.title",
        language,
        name=least.name[language],
        share=percent(least.favourable),
    )
    headers = (
        translate("chart.column.indicator", language),
        *[str(category + 1) for category in range(width)],
        translate("chart.column.favourable", language),
    )
    table = tuple(
        (row.name[language], *[percent(share) for share in row.shares], percent(row.favourable))
        for row in rows
    )
    return Picture(
        drawn,
        title,
        translate("chart.answers.note", language),
        title,
        translate("chart.answers.method", language),
        Table(headers, table),
    )


def diverging_bars(
    shares: Sequence[Sequence[float]], names: Sequence[str], tokens: Theme
) -> go.Figure:
    """Stacked bars about the middle of the scale, a row each; all rows on as many categories."""
    size, width = len(shares), len(shares[0])
    labels = [shortened(name, MOST_NAME, FONT_SIZE) + SPACE for name in names]
    drawn = figure(tokens, 30 + ROW * size, left=room(labels, FONT_SIZE), right=8, top=8)
    ys = list(range(size, 0, -1))
    colours = _colours(tokens, width)
    for category in range(width):
        drawn.add_bar(
            x=[row[category] for row in shares],
            base=[_start(row) + sum(row[:category]) for row in shares],
            y=ys,
            orientation="h",
            width=0.72,
            marker={"color": colours[category], "line": {"width": 0}},
            customdata=[
                f"{name} · {category + 1}/{width}: {percent(row[category])}"
                for name, row in zip(names, shares, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    low = min(_start(row) for row in shares)
    high = max(_start(row) + 1 for row in shares)
    drawn.add_scatter(
        x=[low] * size,
        y=ys,
        mode="text",
        text=labels,
        textposition="middle left",
        textfont={"size": FONT_SIZE, "color": tokens.ink},
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.add_vline(x=0, line={"color": tokens.ink, "width": 1})
    drawn.update_xaxes(range=[low, high], visible=False)
    drawn.update_yaxes(range=[0.4, size + 0.6], visible=False)
    drawn.update_layout(barmode="overlay")
    return drawn


def _start(shares: Sequence[float]) -> float:
    """Where a bar begins, so that the middle of its middle category lies at nought."""
    half, odd = divmod(len(shares), 2)
    return -sum(shares[:half]) - (shares[half] / 2 if odd else 0.0)


def _colours(tokens: Theme, width: int) -> list[str]:
    """From the colour of a fall over grey to that of a rise, deepest at the ends."""
    half = width // 2
    steps = [0.45 + 0.55 * (place + 1) / half for place in range(half)]
    left = [_mixed(tokens.fall, tokens.ground, step) for step in reversed(steps)]
    right = [_mixed(tokens.rise, tokens.ground, step) for step in steps]
    return [*left, *([tokens.still] if width % 2 else []), *right]


def _mixed(colour: str, ground: str, share: float) -> str:
    parts = [
        round(share * int(colour[at : at + 2], 16) + (1 - share) * int(ground[at : at + 2], 16))
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02X}" for part in parts)
