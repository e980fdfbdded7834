"""Colours, shapes and the one Plotly template, light and dark."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

FONT = "'Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colour tokens of one mode. ``levels`` runs from the lowest level up."""

    name: str
    ground: str
    second: str
    hairline: str
    ink: str
    grey: str
    accent: str
    factors: tuple[str, ...]
    levels: tuple[str, ...]
    level_inks: tuple[str, ...]
    level_border: str
    rise: str
    fall: str
    still: str
    hidden: str
    band: str
    error: str


LIGHT = Theme(
    name="light",
    ground="#FFFFFF",
    second="#F5F7F9",
    hairline="#DDE3EA",
    ink="#1C2430",
    grey="#5A6472",
    accent="#1B5E8C",
    factors=("#004C99", "#C24D00", "#007A5A", "#8F4A8B"),
    levels=("#FDE9C8", "#B7D3C6", "#6FA8B8", "#2F6F97", "#123A63"),
    level_inks=("#1C2430", "#1C2430", "#1C2430", "#FFFFFF", "#FFFFFF"),
    level_border="#5A6472",
    rise="#1B6CA8",
    fall="#B45309",
    still="#C6CDD5",
    hidden="#EEF1F4",
    band="#E4E8ED",
    error="#A61B1B",
)
DARK = Theme(
    name="dark",
    ground="#12171E",
    second="#1A212A",
    hairline="#313B47",
    ink="#E7ECF2",
    grey="#A4AFBC",
    accent="#7DB8E0",
    factors=("#7FB5F5", "#F2A26B", "#5CC9A4", "#D69BD2"),
    levels=("#5B4526", "#2E4F45", "#2F6577", "#5E9DC4", "#C3DFF4"),
    level_inks=("#FFFFFF", "#FFFFFF", "#FFFFFF", "#10161D", "#10161D"),
    level_border="#A4AFBC",
    rise="#6DB3E8",
    fall="#F0A35E",
    still="#4A5562",
    hidden="#232C37",
    band="#2A343F",
    error="#F2857C",
)

SHAPES = ("circle", "square", "triangle-up", "diamond")
MARKS = ("●", "■", "▲", "◆")


def theme(dark: bool) -> Theme:
    return DARK if dark else LIGHT


def factor_colour(tokens: Theme, place: int) -> str:
    return tokens.factors[place % len(tokens.factors)]


def level_colour(tokens: Theme, level: int, count: int) -> tuple[str, str]:
    """Fill and text colour of a level; fewer or more levels than five use the ramp's ends."""
    place = round((level - 1) * (len(tokens.levels) - 1) / max(count - 1, 1))
    return tokens.levels[place], tokens.level_inks[place]


def figure(
    tokens: Theme,
    height: int,
    *,
    left: int = 8,
    right: int = 8,
    top: int = 8,
    bottom: int = 8,
) -> go.Figure:
    """An empty figure in the house style: no legend, no mode bar, fixed axes."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": tokens.grey, "size": 12},
        "linecolor": tokens.hairline,
    }
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": left, "r": right, "t": top, "b": bottom},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 13, "color": tokens.ink},
            "showlegend": False,
            "xaxis": dict(axis),
            "yaxis": dict(axis),
            "hoverlabel": {
                "bgcolor": tokens.second,
                "bordercolor": tokens.hairline,
                "font": {"color": tokens.ink, "family": FONT},
            },
            "dragmode": False,
        }
    )
