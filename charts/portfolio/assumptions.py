"""Pictures of what a choice among scenarios hangs on: assumptions, information, single measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.house.named_rows import across, keyed_picture, named_rows
from charts.house.numbers import score, signed
from charts.house.picture import Picture, Table
from charts.house.theme import Theme
from charts.portfolio.words import money, money_in_words
from locales import translate

Report = Mapping[str, Any]
MOST_LINES = 8


def tornado_bars(report: Report, tokens: Theme, language: str) -> Picture | None:
    """Final city score of the recommended scenario where a measure's effect is low or high."""
    bars = report["tornado"][:MOST_LINES]
    if not bars:
        return None
    names = [_input_name(one, language) for one in bars]
    drawn, ys = named_rows(tokens, names, 220)
    mean = bars[0]["mean"]
    for end, colour in (("low", tokens.fall), ("high", tokens.rise)):
        drawn.add_bar(
            x=[one[end] - mean for one in bars],
            base=[mean] * len(bars),
            y=ys,
            orientation="h",
            width=0.6,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[
                f"{name}: {score(one['low'])} – {score(one['high'])}"
                for name, one in zip(names, bars, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.update_layout(barmode="overlay")
    spread = [one[end] for one in bars for end in ("low", "high")]
    pad = 0.05 * max(max(spread) - min(spread), 0.1)
    across(drawn, min(spread) - pad, max(spread) + pad)
    title = translate(
        "portfolio.tornado-title",
        language,
        name=names[0],
        width=score(abs(bars[0]["high"] - bars[0]["low"])),
    )
    head = tuple(translate(f"portfolio.column-{k}", language) for k in ("input", "low", "high"))
    rows = tuple(
        (name, score(one["low"]), score(one["high"])) for name, one in zip(names, bars, strict=True)
    )
    return keyed_picture("portfolio.tornado", drawn, title, language, Table(head, rows))


def information_bars(report: Report, tokens: Theme, language: str) -> Picture | None:
    """What it would be worth to know each assumption before deciding."""
    information = report["information"]
    if information is None or not any(one["value"] > 0 for one in information["inputs"]):
        return None
    shown = information["inputs"][:MOST_LINES]
    names = [_input_name(one, language) for one in shown]
    drawn, ys = named_rows(tokens, names, 220)
    drawn.add_bar(
        x=[one["value"] for one in shown],
        y=ys,
        orientation="h",
        width=0.6,
        marker={"color": tokens.accent},
        customdata=[
            f"{name}: {money(one['value'], language)}"
            for name, one in zip(names, shown, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn.add_shape(
        type="line",
        x0=information["noise"],
        x1=information["noise"],
        y0=0.3,
        y1=len(shown) + 0.7,
        line={"color": tokens.grey, "width": 1, "dash": "dot"},
    )
    top = max([one["value"] for one in shown] + [information["noise"], 0.1])
    across(drawn, 0, 1.05 * top)
    matters = shown[0]["value"] > 2 * information["noise"] + 0.05
    title = translate(
        "portfolio.information-title" if matters else "portfolio.information-title-none",
        language,
        evpi=money_in_words(information["evpi"], language),
        name=names[0],
    )
    head = tuple(translate(f"portfolio.column-{k}", language) for k in ("input", "worth"))
    rows = tuple(
        (_input_name(one, language), money(one["value"], language)) for one in information["inputs"]
    )
    return keyed_picture("portfolio.information", drawn, title, language, Table(head, rows))


def _input_name(one: Mapping[str, Any], language: str) -> str:
    kind = translate(f"portfolio.input-{one['input']}", language)
    joint = "" if language == "zh" else " "
    return f"{one['measure']} {one['name'][language]}{joint}{kind}"


def item_bars(report: Report, tokens: Theme, language: str) -> Picture | None:
    """What each measure of the recommended scenario adds to the city's score."""
    items = report["line_items"]
    if items is None or not items["items"]:
        return None
    shown = items["items"]
    names = [f"{one['measure']} {one['name'][language]}" for one in shown]
    drawn, ys = named_rows(tokens, names, 240)
    drawn.add_bar(
        x=[one["gain"] for one in shown],
        y=ys,
        orientation="h",
        width=0.6,
        marker={"color": tokens.accent},
        text=[f" {signed(one['gain'])}" for one in shown],
        textposition="outside",
        constraintext="none",
        cliponaxis=False,
        textfont={"color": tokens.grey, "size": 12},
        hoverinfo="skip",
    )
    across(drawn, min(0, *(one["gain"] for one in shown)), 1.15 * max(x["gain"] for x in shown))
    drawn.update_layout(margin_r=40)
    title = translate(
        "portfolio.items-title",
        language,
        name=shown[0]["name"][language],
        gain=score(shown[0]["gain"]),
        total=score(items["total"]),
    )
    head = tuple(
        translate(f"portfolio.column-{k}", language)
        for k in ("measure", "points", "cost", "per-point")
    )
    rows = tuple(
        (
            name,
            signed(one["gain"]),
            money(one["cost"], language),
            money(one["cost"] / one["gain"], language) if one["gain"] > 0.005 else "—",
        )
        for name, one in zip(names, shown, strict=True)
    )
    return keyed_picture("portfolio.items", drawn, title, language, Table(head, rows))
