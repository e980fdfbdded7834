"""Pictures of the best portfolio: frontier, what is always in it, and its rivals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.house.named_rows import across, keyed_picture, named_rows
from charts.house.numbers import percent, signed
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from charts.portfolio.words import money, money_in_words, plural_list
from locales import translate

Report = Mapping[str, Any]


def frontier_line(report: Report, tokens: Theme, language: str) -> Picture | None:
    """The best plan for every budget: cost across, expected gain up; the chosen one marked."""
    points = report["frontier"]
    if len(points) < 2:
        return None
    drawn = figure(tokens, 360, left=46, right=24, top=16, bottom=48)
    drawn.add_scatter(
        x=[one["cost"] for one in points],
        y=[one["gain"] for one in points],
        mode="lines+markers",
        line={"color": tokens.accent, "width": 2},
        marker={"size": 7, "color": tokens.accent},
        customdata=[
            f"{money(one['cost'], language)} · {signed(one['gain'])}: "
            + plural_list(one["measures"], language)
            for one in points
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn.add_scatter(
        x=[report["cost"]],
        y=[report["gain"]],
        mode="markers",
        marker={"size": 15, "color": "rgba(0,0,0,0)", "line": {"color": tokens.ink, "width": 2}},
        hoverinfo="skip",
    )
    for key, name in (
        ("greedy", "greedy"),
        ("equal_share", "equal-share"),
        ("worst_first", "worst-first"),
    ):
        rival = report["baselines"].get(key)
        if rival is None:
            continue
        drawn.add_scatter(
            x=[rival["cost"]],
            y=[rival["gain"]],
            mode="markers",
            marker={
                "size": 9,
                "symbol": "x-thin",
                "color": tokens.grey,
                "line": {"color": tokens.grey, "width": 2},
            },
            customdata=[
                f"{translate(f'portfolio.baseline-{name}', language)}: "
                f"{money(rival['cost'], language)}, {signed(rival['gain'])}"
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    for axis, key in (("xaxis", "cost"), ("yaxis", "gain")):
        drawn.layout[axis].title = {
            "text": translate(f"portfolio.axis-{key}", language),
            "font": {"size": 12, "color": tokens.grey},
        }
    drawn.update_xaxes(rangemode="tozero", tickformat=",.0f")
    drawn.update_yaxes(rangemode="tozero", showgrid=True, gridcolor=tokens.hairline)
    bend = _bend(report)
    title = translate(
        "portfolio.frontier-title" if bend else "portfolio.frontier-title-plain",
        language,
        cost="" if bend is None else money_in_words(bend, language),
    )
    head = tuple(
        translate(f"portfolio.column-{k}", language)
        for k in ("cost", "gain", "per-point", "measures")
    )
    rows = tuple(
        (
            money(one["cost"], language),
            signed(one["gain"]),
            _price(points, place, language),
            plural_list(one["measures"], language) or "—",
        )
        for place, one in enumerate(points)
    )
    return keyed_picture("portfolio.frontier", drawn, title, language, Table(head, rows))


def _price(points: list[Mapping[str, Any]], place: int, language: str) -> str:
    if place == 0:
        return "—"
    more = points[place]["gain"] - points[place - 1]["gain"]
    if more <= 0:
        return "—"
    return money((points[place]["cost"] - points[place - 1]["cost"]) / more, language)


def _bend(report: Report) -> float | None:
    """The cost from which a further point costs over twice the frontier's average, None if nowhere."""
    points = report["frontier"]
    average = points[-1]["cost"] / points[-1]["gain"]
    for before, after in zip(points[1:], points[2:], strict=False):
        if after["cost"] - before["cost"] > 2 * average * (after["gain"] - before["gain"]):
            return float(before["cost"])
    return None


def inclusion_bars(
    report: Report, names: Mapping[str, Mapping[str, str]], tokens: Theme, language: str
) -> Picture | None:
    """In how many of the best and nearly best portfolios each measure is."""
    shares = {id: share for id, share in report["inclusion"].items() if share > 0}
    if not shares:
        return None
    order = sorted(shares, key=lambda id: (-shares[id], id))
    shown = [f"{id} {names[id][language]}" for id in order]
    drawn, ys = named_rows(tokens, shown, 240)
    drawn.add_bar(
        x=[shares[id] for id in order],
        y=ys,
        orientation="h",
        width=0.6,
        marker={"color": [tokens.accent if shares[id] == 1 else tokens.still for id in order]},
        text=[f" {percent(shares[id])}" for id in order],
        textposition="outside",
        constraintext="none",
        cliponaxis=False,
        textfont={"color": tokens.grey, "size": 12},
        hoverinfo="skip",
    )
    across(drawn, 0, 1.12)
    drawn.update_xaxes(tickformat=".0%", tickvals=[0, 0.5, 1])
    always = [id for id in order if shares[id] == 1]
    title = translate(
        "portfolio.inclusion-title",
        language,
        always=len(always),
        plans=1 + len(report["near_optimal"]),
    )
    head = tuple(translate(f"portfolio.column-{k}", language) for k in ("measure", "share"))
    rows = tuple((name, percent(shares[id])) for name, id in zip(shown, order, strict=True))
    return keyed_picture("portfolio.inclusion", drawn, title, language, Table(head, rows))


def rivals_table(report: Report, language: str) -> Table:
    """The optimum, what is nearly as good, and simple rules, with the same budget."""
    head = tuple(
        translate(f"portfolio.column-{k}", language) for k in ("plan", "cost", "gain", "measures")
    )
    rows = [
        (
            translate("portfolio.plan-optimum", language),
            money(report["cost"], language),
            signed(report["gain"]),
            plural_list([one["id"] for one in report["measures"]], language),
        )
    ]
    for place, one in enumerate(report["near_optimal"], 1):
        rows.append(
            (
                translate("portfolio.plan-near", language, place=place),
                money(one["cost"], language),
                signed(one["gain"]),
                plural_list([m["id"] for m in one["measures"]], language),
            )
        )
    for key, one in report["baselines"].items():
        name = translate(f"portfolio.baseline-{key.replace('_', '-')}", language)
        measures = plural_list([m["id"] for m in one["measures"]], language)
        rows.append((name, money(one["cost"], language), signed(one["gain"]), measures))
    return Table(head, tuple(rows))


def provision_table(report: Report, names: Mapping[str, Mapping[str, str]], language: str) -> Table:
    """What the best portfolio takes, and where."""
    head = tuple(translate(f"portfolio.column-{k}", language) for k in ("measure", "where", "cost"))
    total = report["n_departments"]
    rows = tuple(
        (
            f"{one['id']} {names[one['id']][language]}",
            translate("portfolio.everywhere", language)
            if len(one["departments"]) == total
            else translate("portfolio.some", language, n=len(one["departments"])),
            money(one["cost"], language),
        )
        for one in report["measures"]
    )
    return Table(head, rows)
