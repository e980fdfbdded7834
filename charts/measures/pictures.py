"""Pictures of a measure: what it is thought to add to each dimension that it touches."""

from __future__ import annotations

from charts.house.labels import SPACE, room, shortened
from charts.house.named_rows import FONT_SIZE
from charts.house.numbers import percent
from charts.house.picture import Picture, Table
from charts.house.theme import SHAPES, Theme, factor_colour, figure
from charts.measures.tables import Measure, View, called, effect_marks, points
from locales import translate

ROW, MOST_NAME = 34, 150
FURTHEST = 30.0
"""Points to which the axis reaches at least, so that measures can be compared by eye."""


def effect_picture(view: View, one: Measure, tokens: Theme, language: str) -> Picture | None:
    """Dot = mean, line = low to high, in points of a dimension, for the reference department.

    The share of its gap that the mean closes stands at the right. None without effects.
    """
    marks = effect_marks(view, one, language)
    if not marks:
        return None
    labels = [
        shortened(f"{mark.dimension} {mark.name}".strip(), MOST_NAME, FONT_SIZE) + SPACE
        for mark in marks
    ]
    shares = [percent(one["effects"][mark.dimension]["share_of_gap"]) for mark in marks]
    right = [translate("measures.of-gap", language, share=share) for share in shares]
    drawn = figure(
        tokens,
        62 + ROW * len(marks),
        left=room(labels, FONT_SIZE),
        right=room(right, FONT_SIZE) + 6,
        top=8,
        bottom=44,
    )
    ys = list(range(len(marks), 0, -1))
    top = max(FURTHEST, *(mark.high for mark in marks)) * 1.03
    for y, mark, text in zip(ys, marks, right, strict=True):
        colour = factor_colour(tokens, mark.place)
        drawn.add_scatter(
            x=[mark.low, mark.high],
            y=[y, y],
            mode="lines",
            line={"color": colour, "width": 2},
            hoverinfo="skip",
        )
        drawn.add_scatter(
            x=[mark.mean],
            y=[y],
            mode="markers",
            marker={
                "size": 10,
                "color": colour,
                "symbol": SHAPES[mark.place % len(SHAPES)],
            },
            customdata=[mark.text],
            hovertemplate="%{customdata}<extra></extra>",
        )
        drawn.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=y,
            text=text,
            showarrow=False,
            font={"size": FONT_SIZE, "color": tokens.ink},
        )
    drawn.update_xaxes(
        range=[0, top],
        showgrid=True,
        gridcolor=tokens.hairline,
        title={
            "text": translate("measures.axis", language),
            "font": {"size": FONT_SIZE, "color": tokens.grey},
        },
    )
    drawn.update_yaxes(
        range=[0.4, len(marks) + 0.6],
        tickvals=ys,
        ticktext=labels,
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
    )
    best = max(marks, key=lambda mark: mark.mean)
    title = translate(
        "measures.effect-title",
        language,
        name=called(one, language),
        dimension=best.name or best.dimension,
        mean=points(best.mean),
    )
    rows = tuple(
        (
            f"{mark.dimension} {mark.name}".strip(),
            points(one["effects"][mark.dimension]["low"]),
            points(one["effects"][mark.dimension]["mode"]),
            points(one["effects"][mark.dimension]["high"]),
            translate(f"measures.ends-{one['effects'][mark.dimension]['ends']}", language),
            points(mark.mean),
            share,
            str(len(one["effects"][mark.dimension]["experts"])),
        )
        for mark, share in zip(marks, shares, strict=True)
    )
    keys = ("dimension", "low", "mode", "high", "ends", "mean", "share", "experts")
    return Picture(
        drawn,
        title,
        translate("measures.effect-note", language, score=f"{view['reference_score']:g}"),
        translate("wording.semicolon", language).join(mark.text for mark in marks),
        translate(
            "measures.effect-method",
            language,
            score=f"{view['reference_score']:g}",
            gap=f"{100 - view['reference_score']:g}",
        ),
        Table(tuple(translate(f"measures.column-{key}", language) for key in keys), rows),
    )
