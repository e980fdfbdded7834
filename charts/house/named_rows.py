"""Pictures with a row for each item or department: names at the left, values across."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from charts.house.labels import SPACE, room, shortened
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from locales import translate

ROW, FONT_SIZE, MOST_NAME = 19, 12, 170
INTERVAL = 1.645
"""Standard errors on either side of a 90 % interval."""


def named_rows(
    tokens: Theme, names: Sequence[str], most: int = MOST_NAME
) -> tuple[go.Figure, list[int]]:
    """A figure of one row a name, names at the left, and the rows' places from the top.

    A name wider than ``most`` pixels is cut.
    """
    labels = [shortened(name, most, FONT_SIZE) + SPACE for name in names]
    size = len(labels)
    drawn = figure(
        tokens, 44 + ROW * size, left=room(labels, FONT_SIZE), right=16, top=8, bottom=28
    )
    ys = list(range(size, 0, -1))
    drawn.update_yaxes(
        range=[0.3, size + 0.7],
        tickvals=ys,
        ticktext=labels,
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
        showgrid=True,
        gridcolor=tokens.hairline,
    )
    return drawn, ys


def across(drawn: go.Figure, low: float, high: float) -> None:
    drawn.update_xaxes(range=[low - 0.01, high + 0.01])


def keyed_picture(key: str, drawn: go.Figure, title: str, language: str, table: Table) -> Picture:
    """A picture whose note and method stand in the catalogue under ``key``."""
    return Picture(
        drawn,
        title,
        translate(f"{key}-note", language),
        title,
        translate(f"{key}-method", language),
        table,
    )
