"""Experts' estimates as pictures: each one's interval under the mixture, widest first.

They draw the report of `actions.measures.experts.experts_report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.house.labels import SPACE, room, shortened
from charts.house.literal import bold
from charts.house.named_rows import FONT_SIZE
from charts.house.numbers import NOT_APPLICABLE, interval, percent, score
from charts.house.picture import Picture, Table
from charts.house.theme import SHAPES, Theme, factor_colour, figure
from charts.measures.tables import points
from locales import translate

Report = Mapping[str, Any]
ROW, GAP, MOST_NAME = 20, 12, 200
TICK = 0.3
"""Half the height of the mark at an expert's most likely value, in rows."""


def experts_finding(report: Report, language: str) -> str:
    """How many have judged what, and where they differ most."""
    effects = report["effects"]
    if not effects:
        return translate("experts.finding-none", language)
    several = [one for one in effects if len(one["experts"]) > 1]
    most = max(several or effects, key=lambda one: (one["disagreement"], one["width"]))
    agreed = most["disagreement"] < 0.005
    shown = max(effects, key=lambda one: one["width"]) if agreed else most
    return translate(
        "experts.finding-agree" if agreed else "experts.finding",
        language,
        experts=len(report["experts"]),
        effects=len(effects),
        effect=effect_name(shown, language),
        share=percent(shown["disagreement"]),
        width=score(shown["width"]),
    )


def experts_reason(report: Report, language: str) -> str:
    if not report["effects"]:
        return translate("experts.reason-none", language)
    return translate("experts.reason", language, unjudged=report["unjudged"])


def effect_name(one: Mapping[str, Any], language: str) -> str:
    """M08 × I1 目录与清单."""
    name = (one["dimension_name"] or {}).get(language, "")
    return f"{one['measure']} × {one['dimension']} {name}".strip()


def disagreement_picture(
    report: Report,
    count: int,
    factor_of: Mapping[str, int],
    tokens: Theme,
    language: str,
) -> Picture | None:
    """The ``count`` widest effects: the mixture, and beneath it every expert. None without any.

    ``factor_of``: place of each dimension's factor, for colour and shape.
    """
    effects = report["effects"][:count]
    if not effects:
        return None
    rows = sum(1 + len(one["experts"]) for one in effects)
    labels, ticks, right = [], [], []
    height = 56 + ROW * rows + GAP * (len(effects) - 1)
    drawn = figure(tokens, height, top=8, bottom=44)
    y = 0.0
    for one in effects:
        place = factor_of.get(one["dimension"], 0)
        _mixture(drawn, one, y, place, tokens, language)
        labels.append(bold(shortened(effect_name(one, language), MOST_NAME, FONT_SIZE)))
        ticks.append(y)
        if len(one["experts"]) > 1:
            text = translate("experts.disagreement", language, share=percent(one["disagreement"]))
            right.append((y, text))
        for judgement in one["experts"]:
            y -= 1
            _expert(drawn, judgement, y, tokens, language)
            labels.append(shortened(judgement["expert"], MOST_NAME, FONT_SIZE))
            ticks.append(y)
        y -= 1 + GAP / ROW
    for at, text in right:
        drawn.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=at, text=text, showarrow=False,
            font={"size": FONT_SIZE, "color": tokens.ink},
        )  # fmt: skip
    drawn.update_layout(
        margin_l=room((text + SPACE for text in labels), FONT_SIZE) + 6,
        margin_r=room([text for _, text in right], FONT_SIZE) + 8 if right else 16,
    )
    top = max(max(one["quantiles"]["95"], *(j["q95"] for j in one["experts"])) for one in effects)
    drawn.update_xaxes(
        range=[0, 1.05 * top],
        showgrid=True,
        gridcolor=tokens.hairline,
        title={
            "text": translate("experts.axis", language),
            "font": {"size": FONT_SIZE, "color": tokens.grey},
        },
    )
    drawn.update_yaxes(
        range=[min(ticks) - 0.7, 0.7],
        tickvals=ticks,
        ticktext=[text + SPACE for text in labels],
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
    )
    first = effects[0]
    title = translate(
        "experts.picture-title" if len(first["experts"]) > 1 else "experts.picture-title-one",
        language,
        effect=effect_name(first, language),
        experts=len(first["experts"]),
        low=score(first["quantiles"]["5"]),
        high=score(first["quantiles"]["95"]),
        share=percent(first["disagreement"]),
    )
    return Picture(
        drawn,
        title,
        translate("experts.picture-note", language),
        title,
        translate("experts.picture-method", language),
        pooled_table(report, language),
    )


def _mixture(
    drawn: Any, one: Mapping[str, Any], y: float, place: int, tokens: Theme, language: str
) -> None:
    q, colour = one["quantiles"], factor_colour(tokens, place)
    for low, high, width in ((q["5"], q["95"], 2), (q["25"], q["75"], 6)):
        drawn.add_scatter(
            x=[low, high], y=[y, y], mode="lines", line={"color": colour, "width": width},
            hoverinfo="skip",
        )  # fmt: skip
    drawn.add_scatter(
        x=[one["mean"]],
        y=[y],
        mode="markers",
        marker={
            "size": 11,
            "color": colour,
            "symbol": SHAPES[place % len(SHAPES)],
            "line": {"color": tokens.ground, "width": 1.5},
        },
        customdata=[
            f"{effect_name(one, language)} · {translate('experts.pooled', language)}: "
            f"{score(one['mean'])}{interval(q['5'], q['95'], language)}"
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _expert(drawn: Any, one: Mapping[str, Any], y: float, tokens: Theme, language: str) -> None:
    drawn.add_scatter(
        x=[one["q5"], one["q95"]], y=[y, y], mode="lines",
        line={"color": tokens.grey, "width": 1.5}, hoverinfo="skip",
    )  # fmt: skip
    mode = one["points"][1]
    drawn.add_scatter(
        x=[mode, mode], y=[y - TICK, y + TICK], mode="lines",
        line={"color": tokens.grey, "width": 2},
        customdata=[f"{one['expert']}: {_estimate(one)} · {one['reason']}".rstrip(" ·")] * 2,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _estimate(one: Mapping[str, Any]) -> str:
    return "–".join(points(value) for value in one["points"])


def pooled_table(report: Report, language: str) -> Table:
    """The mixture of every judged effect."""
    rows = tuple(
        (
            effect_name(one, language),
            score(one["mean"]),
            score(one["sd"]),
            interval(one["quantiles"]["5"], one["quantiles"]["95"], language).strip(),
            percent(one["disagreement"]) if len(one["experts"]) > 1 else NOT_APPLICABLE,
            str(len(one["experts"])),
        )
        for one in report["effects"]
    )
    keys = ("effect", "mean", "sd", "interval", "disagreement", "experts")
    return Table(_heads(keys, language), rows)


def judgement_table(report: Report, language: str) -> Table:
    """Every judgement as it was given, with its reason."""
    rows = tuple(
        (
            effect_name(one, language),
            judgement["expert"],
            _estimate(judgement),
            translate(f"measures.ends-{judgement['ends']}", language),
            judgement["reason"] or NOT_APPLICABLE,
        )
        for one in report["effects"]
        for judgement in one["experts"]
    )
    return Table(_heads(("effect", "expert", "estimate", "ends", "reason"), language), rows)


def people_table(report: Report, language: str) -> Table:
    rows = tuple((one["expert"], str(one["effects"])) for one in report["experts"])
    return Table(_heads(("expert", "effects"), language), rows)


def _heads(keys: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(translate(f"experts.column-{key}", language) for key in keys)
