"""Pictures of why scores are as they are: what goes with the outcome, what matters, against whom.

They draw the report of `actions.diagnosis.diagnosis_report`. None of them says cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.city.tables import headers
from charts.house.labels import SPACE, room
from charts.house.named_rows import FONT_SIZE, across, keyed_picture, named_rows
from charts.house.numbers import interval, percent, score, signed
from charts.house.picture import Picture, Table
from charts.house.theme import MARKS, SHAPES, Theme, factor_colour, figure
from locales import translate

Report = Mapping[str, Any]
Names = Mapping[str, Mapping[str, str]]
"""Names of nodes in both languages."""
ZONES = ("concentrate", "keep", "enough", "low-priority", "neutral")


def driver_bars(
    report: Report, names: Names, level: str, tokens: Theme, language: str
) -> Picture | None:
    """Shares of the outcome's variance that go with each factor, ``between`` or ``within``."""
    one = next((d for d in report["drivers"] if d["level"] == level), None)
    if one is None:
        return None
    factors = list(one["factors"])
    order = sorted(factors, key=lambda f: -one["factors"][f]["lmg"])
    place = {factor: k for k, factor in enumerate(factors)}
    labels = [f"{MARKS[place[f] % 4]} {names[f][language]}" for f in order]
    drawn, ys = named_rows(tokens, labels)
    drawn.update_layout(height=44 + 30 * len(order))
    shares = [one["factors"][f] for f in order]
    drawn.add_bar(
        x=[s["lmg"] for s in shares],
        y=ys,
        orientation="h",
        width=0.5,
        marker={"color": [factor_colour(tokens, place[f]) for f in order], "line": {"width": 0}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [s["high"] - s["lmg"] for s in shares],
            "arrayminus": [s["lmg"] - s["low"] for s in shares],
            "thickness": 1.2,
            "width": 0,
            "color": tokens.grey,
        },
        customdata=[percent(s["lmg"]) for s in shares],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    across(drawn, 0.0, max(0.1, *(s["high"] for s in shares)))
    drawn.update_xaxes(tickformat=".0%", showgrid=True, gridcolor=tokens.hairline)
    alone = len(order) < 2 or shares[0]["low"] > shares[1]["high"]
    title = translate(
        f"diagnosis.chart-drivers-title-{'sure' if alone else 'open'}",
        language,
        outcome=names[one["outcome"]][language],
        factor=names[order[0]][language],
        r2=percent(one["r2"]),
        level=translate(f"diagnosis.level-{level}", language),
    )
    rows = tuple(
        (
            names[f][language],
            f"{s['lmg']:.3f}",
            f"{s['low']:.3f}–{s['high']:.3f}",
            f"{s['johnson']:.3f}",
        )
        for f, s in zip(order, shares, strict=True)
    )
    head = (
        *headers(("factor",), language),
        *(translate(f"diagnosis.column-{k}", language) for k in ("lmg", "range", "johnson")),
    )
    return keyed_picture("diagnosis.chart-drivers", drawn, title, language, Table(head, rows))


def importance_map(
    report: Report, names: Names, factor_of: Mapping[str, int], tokens: Theme, language: str
) -> Picture | None:
    """Dimensions by importance for the outcome and by performance, neutral ones in grey."""
    listed = report["importance"]
    if len(listed) < 2:
        return None
    drawn = figure(tokens, 460, left=62, right=12, top=16, bottom=48)
    middle = (
        sum(one["performance"] for one in listed) / len(listed),
        sum(one["importance"] for one in listed) / len(listed),
    )
    drawn.add_vline(x=middle[0], line={"color": tokens.grey, "width": 1, "dash": "dot"})
    drawn.add_hline(y=middle[1], line={"color": tokens.grey, "width": 1, "dash": "dot"})
    for zone in ZONES:
        members = [one for one in listed if one["zone"] == zone]
        colours = [
            tokens.still if zone == "neutral" else factor_colour(tokens, factor_of[o["dimension"]])
            for o in members
        ]
        drawn.add_scatter(
            x=[one["performance"] for one in members],
            y=[one["importance"] for one in members],
            mode="markers+text",
            text=[one["dimension"] for one in members],
            textposition="top center",
            textfont={
                "size": FONT_SIZE,
                "color": tokens.grey if zone == "neutral" else tokens.ink,
            },
            marker={
                "size": 11,
                "color": colours,
                "symbol": [SHAPES[factor_of[one["dimension"]] % 4] for one in members],
            },
            customdata=[_importance_text(one, names, language) for one in members],
            hovertemplate="%{customdata}<extra></extra>",
        )
    for axis, name in ((drawn.update_xaxes, "performance"), (drawn.update_yaxes, "importance")):
        text = translate(f"diagnosis.axis-{name}", language)
        axis(title={"text": text, "font": {"size": FONT_SIZE, "color": tokens.grey}, "standoff": 8})
    first = [one for one in listed if one["zone"] == "concentrate"]
    between = translate("wording.comma", language)
    title = translate(
        f"diagnosis.chart-importance-title-{'some' if first else 'none'}",
        language,
        names=between.join(names[one["dimension"]][language] for one in first),
    )
    rows = tuple(
        (
            f"{one['dimension']} {names[one['dimension']][language]}",
            f"{one['importance']:.2f}",
            f"{one['importance_low']:.2f}–{one['importance_high']:.2f}",
            score(one["performance"]),
            interval(one["performance_low"], one["performance_high"], language).strip(),
            translate(f"diagnosis.zone-{one['zone']}", language),
        )
        for one in sorted(listed, key=lambda o: (ZONES.index(o["zone"]), -o["importance"]))
    )
    keys = ("dimension", "importance", "range", "performance", "range-performance", "zone")
    head = tuple(translate(f"diagnosis.column-{key}", language) for key in keys)
    return keyed_picture("diagnosis.chart-importance", drawn, title, language, Table(head, rows))


def _importance_text(one: Mapping[str, Any], names: Names, language: str) -> str:
    zone = translate(f"diagnosis.zone-{one['zone']}", language)
    return (
        f"{names[one['dimension']][language]}: r {one['importance']:.2f}, "
        f"{score(one['performance'])} · {zone}"
    )


def bottleneck_table(report: Report, names: Names, language: str) -> Table:
    """The least factor score at which anybody reached parts of the outcome's range."""
    listed = report["necessary"]
    if not listed:
        return Table((), ())
    steps = list(listed[0]["bottleneck"])
    head = (
        *headers(("factor",), language),
        translate("diagnosis.column-effect", language),
        translate("diagnosis.column-chance", language),
        *(translate("diagnosis.column-step", language, step=step) for step in steps),
    )
    rows = tuple(
        (
            names[one["factor"]][language],
            f"{one['effect']:.2f}",
            "< .01" if one["p"] < 0.01 else f"{one['p']:.2f}",
            *(score(one["bottleneck"][step]) for step in steps),
        )
        for one in listed
    )
    return Table(head, rows)


def weight_table(report: Mapping[str, Any], names: Names, language: str) -> Table:
    """Given weight of each factor beside its effective one, and what the data would suggest."""
    children = report["nodes"].get("overall", {}).get("children", {})
    keys = ("given", "effective", "suggested", "range")
    head = (
        *headers(("factor",), language),
        *(translate(f"diagnosis.column-{key}", language) for key in keys),
    )
    rows = tuple(
        (
            names[child][language],
            percent(one["given"]),
            "—" if one["effective"] is None else percent(one["effective"]),
            percent(one["weight"]),
            f"{percent(one['low'])}–{percent(one['high'])}",
        )
        for child, one in children.items()
    )
    return Table(head, rows)


def peer_bars(
    unit: Mapping[str, Any], names: Names, tokens: Theme, language: str
) -> Picture | None:
    """The indicators furthest above and below the median of fair peers."""
    listed = [*unit["strong"], *unit["weak"]]
    if not listed:
        return None
    listed.sort(key=lambda one: -one["difference"])
    labels = [names[one["indicator"]][language] for one in listed]
    drawn, ys = named_rows(tokens, labels)
    drawn.add_vline(x=0, line={"color": tokens.grey, "width": 1})
    drawn.add_bar(
        x=[one["difference"] for one in listed],
        y=ys,
        orientation="h",
        width=0.55,
        marker={
            "color": [tokens.rise if one["difference"] > 0 else tokens.fall for one in listed],
            "line": {"width": 0},
        },
        text=[signed(one["difference"]) for one in listed],
        textposition="outside",
        textfont={"size": FONT_SIZE, "color": tokens.ink},
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        hoverinfo="skip",
    )
    # The numbers outside the bars need a third of either side on a phone.
    reach = max(abs(one["difference"]) for one in listed) * 1.6
    across(drawn, -reach, reach)
    drawn.update_xaxes(visible=False)
    title = translate(
        "diagnosis.chart-peers-title",
        language,
        strong=labels[0] if listed[0]["difference"] > 0 else "—",
        weak=labels[-1] if listed[-1]["difference"] < 0 else "—",
    )
    rows = tuple(
        (label, signed(one["difference"]), percent(one["share_below"]), str(one["peers"]))
        for label, one in zip(labels, listed, strict=True)
    )
    keys = ("difference", "share-below", "peers")
    head = (
        *headers(("indicator",), language),
        *(translate(f"diagnosis.column-{key}", language) for key in keys),
    )
    return keyed_picture("diagnosis.chart-peers", drawn, title, language, Table(head, rows))


def perception_dots(
    unit: Mapping[str, Any], names: Names, tokens: Theme, language: str
) -> Picture | None:
    """Answers beside records in the dimensions that have both."""
    listed = unit["perception_gaps"]
    if not listed:
        return None
    labels = [names[one["dimension"]][language] + SPACE for one in listed]
    drawn, ys = named_rows(tokens, labels)
    drawn.add_scatter(
        x=[x for one in listed for x in (one["records"], one["answers"], None)],
        y=[y for place in ys for y in (place, place, None)],
        mode="lines",
        line={"color": tokens.still, "width": 2},
        hoverinfo="skip",
    )
    for kind, symbol in (("answers", "circle"), ("records", "circle-open")):
        drawn.add_scatter(
            x=[one[kind] for one in listed],
            y=ys,
            mode="markers",
            marker={"size": 9, "symbol": symbol, "color": tokens.accent},
            customdata=[
                f"{label}: {score(one[kind])}" for label, one in zip(labels, listed, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    values = [one[kind] for one in listed for kind in ("answers", "records")]
    across(drawn, min(values) - 3, max(values) + 3)
    drawn.update_layout(margin_l=room(labels, FONT_SIZE))
    widest = max(listed, key=lambda one: abs(one["gap"]))
    title = translate(
        f"diagnosis.chart-perception-title-{'above' if widest['gap'] > 0 else 'below'}",
        language,
        dimension=names[widest["dimension"]][language],
        gap=score(abs(widest["gap"])),
    )
    rows = tuple(
        (
            names[one["dimension"]][language],
            score(one["answers"]),
            score(one["records"]),
            signed(one["gap"]),
        )
        for one in listed
    )
    keys = ("dimension", "answers", "records", "gap")
    head = tuple(translate(f"diagnosis.column-{key}", language) for key in keys)
    return keyed_picture("diagnosis.chart-perception", drawn, title, language, Table(head, rows))


def coordination_sentence(unit: Mapping[str, Any], names: Names, language: str) -> str:
    """How evenly the factors have developed, and which lags."""
    found = unit["coordination"]
    if found["wang2021"] is None:
        return translate("diagnosis.coordination-none", language)
    return translate(
        "diagnosis.coordination",
        language,
        wang=f"{found['wang2021']:.2f}",
        standard=f"{found['standard']:.2f}",
        grade=found["class"][language],
        factor=names[found["lagging"]][language],
    )
