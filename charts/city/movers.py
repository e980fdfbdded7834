"""Who moved between two rounds: a slope chart that names only what is sure."""

from __future__ import annotations

from analysis.city.overview import CityOverview, DepartmentRow
from charts.city.tables import grouped_rows, headers
from charts.city.words import SURE, likelihood, signed_change
from charts.house.labels import room, shortened
from charts.house.numbers import score
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from locales import translate


def movers(
    view: CityOverview, tokens: Theme, language: str, group: str | None = None
) -> Picture | None:
    """Scores of two rounds joined by lines; only changes that are sure are coloured and named."""
    rows = [r for r in grouped_rows(view, group) if r.moved and r.overall.score is not None]
    if not rows or view.compared is None:
        return None
    height = max(420, min(760, 26 * len(rows)))
    drawn = figure(tokens, height, left=30, right=8, top=28)
    up = [r for r in rows if r.moved and r.moved.p_up >= SURE]
    down = [r for r in rows if r.moved and r.moved.p_up <= 1 - SURE]
    still = [r for r in rows if r not in up and r not in down]
    for members, colour, width in (
        (still, tokens.still, 1),
        (down, tokens.fall, 2),
        (up, tokens.rise, 2),
    ):
        drawn.add_scatter(
            x=[0, 1, None] * len(members),
            y=[
                value
                for row in members
                if row.moved
                for value in (row.moved.before, row.overall.score, None)
            ],
            mode="lines+markers",
            line={"color": colour, "width": width},
            marker={"size": 6, "color": colour},
            customdata=[
                f"{row.name[language]}: {signed_change(row.moved, language)}"
                for row in members
                for _ in range(3)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    named = sorted(up + down, key=lambda r: -(r.overall.score or 0))
    labels = [("▲ " if r in up else "▼ ") + shortened(r.name[language], 150, 12) for r in named]
    drawn.update_layout(margin_r=room(labels, 12))
    scores = [r.overall.score or 0.0 for r in rows] + [r.moved.before for r in rows if r.moved]
    low, high = min(scores) - 2, max(scores) + 2
    places = _apart(
        [r.overall.score or 0.0 for r in named],
        16 * (high - low) / height,
        low,
        high,
    )
    drawn.add_scatter(
        x=[1.02] * len(named),
        y=places,
        mode="text",
        textposition="middle right",
        text=labels,
        textfont={
            "size": 12,
            "color": [tokens.rise if r in up else tokens.fall for r in named],
        },
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.update_xaxes(
        range=[-0.08, 1.02],
        tickvals=[0, 1],
        ticktext=[view.compared, view.round],
        side="top",
        tickfont={"size": 13, "color": tokens.ink},
    )
    drawn.update_yaxes(range=[low, high], tickvals=list(range(0, 101, 20)))
    title = translate("chart.movers.title", language, up=len(up), down=len(down))
    rows_out = tuple(
        (
            r.name[language],
            score(r.moved.before if r.moved else None),
            score(r.overall.score),
            signed_change(r.moved, language),
            likelihood(r.moved.p_up, language) if r.moved else "—",
        )
        for r in rows
    )
    return Picture(
        drawn,
        title,
        translate("chart.movers.note", language),
        _movers_sentence(up, down, language),
        translate("chart.movers.method", language),
        Table(
            (
                *headers(("department",), language),
                view.compared,
                view.round,
                *headers(("change", "rise"), language),
            ),
            rows_out,
        ),
    )


def _movers_sentence(up: list[DepartmentRow], down: list[DepartmentRow], language: str) -> str:
    between = translate("wording.comma", language)
    names = [between.join(r.name[language] for r in rows[:3]) for rows in (up, down)]
    key = "both" if up and down else "up" if up else "down" if down else "none"
    return translate(f"chart.movers.sentence-{key}", language, up=names[0], down=names[1])


def _apart(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Label places (falling) pushed apart so that labels do not touch."""
    found: list[float] = []
    for place in places:
        found.append(min(place, found[-1] - gap) if found else place)
    shift = max(0.0, low - found[-1]) if found else 0.0
    if shift:
        # Too many at the bottom: build from there upwards instead.
        found = []
        for place in reversed(places):
            found.append(max(place, found[-1] + gap) if found else max(place, low))
        found.reverse()
    return found
