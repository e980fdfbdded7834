"""A picture as pages and reports show it: never without its words and its table."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from charts.house.literal import make_literal


@dataclass(frozen=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """``title`` states the finding, ``note`` how to read the marks, ``sentence`` is read aloud and
    serves as alternative text, ``method`` says how the numbers came about.

    The figure's texts are made literal here, so that no picture has to think of it.
    """

    figure: go.Figure
    title: str
    note: str
    sentence: str
    method: str
    table: Table

    def __post_init__(self) -> None:
        make_literal(self.figure)
