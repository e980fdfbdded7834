"""How a department's people answered: a diverging bar for each survey indicator."""

from __future__ import annotations

from analysis.profile import AnswerShares, Profile
from charts.labels import SPACE, room, shortened
from charts.numbers import percent
from charts.picture import Picture, Table
from charts.theme import MARKS, Theme, figure
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
    size = len(rows)
    names = [
        shortened(f"{MARKS[row.factor % 4]} {row.name[language]}", MOST_NAME, FONT_SIZE) + SPACE
        for row in rows
    ]
    drawn = figure(tokens, 30 + ROW * size, left=room(names, FONT_SIZE), right=8, top=8)
    ys = list(range(size, 0, -1))
    colours = _colours(tokens, width)
    for category in range(width):
        drawn.add_bar(
            x=[row.shares[category] for row in rows],
            base=[_start(row) + sum(row.shares[:category]) for row in rows],
            y=ys,
            orientation="h",
            width=0.72,
            marker={"color": colours[category], "line": {"width": 0}},
            customdata=[
                f"{row.name[language]} · {category + 1}/{width}: {percent(row.shares[category])}"
                for row in rows
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    low = min(_start(row) for row in rows)
    high = max(_start(row) + 1 for row in rows)
    drawn.add_scatter(
        x=[low] * size,
        y=ys,
        mode="text",
        text=names,
        textposition="middle left",
        textfont={"size": FONT_SIZE, "color": tokens.ink},
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.add_vline(x=0, line={"color": tokens.ink, "width": 1})
    drawn.update_xaxes(range=[low, high], visible=False)
    drawn.update_yaxes(range=[0.4, size + 0.6], visible=False)
    drawn.update_layout(barmode="overlay")
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


def _start(row: AnswerShares) -> float:
    """Where a bar begins, so that the middle of its middle category lies at nought."""
    half, odd = divmod(len(row.shares), 2)
    return -sum(row.shares[:half]) - (row.shares[half] / 2 if odd else 0.0)


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
