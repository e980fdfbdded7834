"""Pictures of the city as a whole: its bar of levels, and its factors."""

from __future__ import annotations

from analysis.city.overview import CityOverview
from charts.city.tables import headers, interval_text
from charts.city.words import crossed_levels
from charts.house.labels import room
from charts.house.literal import BREAK, bold
from charts.house.numbers import interval, score
from charts.house.picture import Picture, Table
from charts.house.theme import MARKS, SHAPES, Theme, factor_colour, figure, level_colour
from locales import translate


def city_bar(view: CityOverview, tokens: Theme, language: str) -> Picture:
    """The city's score on the bands of the levels, with its 50 % and 90 % intervals."""
    low, high = view.bands[0].low, view.bands[-1].high
    drawn = figure(tokens, 190, left=4, right=4, top=4)
    count = len(view.bands)
    for band in view.bands:
        fill, _ = level_colour(tokens, band.level, count)
        drawn.add_shape(
            type="rect",
            layer="below",
            x0=band.low,
            x1=band.high,
            y0=0.30,
            y1=0.52,
            fillcolor=fill,
            line={"color": tokens.level_border, "width": 0.5},
        )
    city = view.city
    if city.score is not None:
        # The interval is narrow on this scale, so it stands above the bands, where it can be read.
        for x0, x1, width in ((city.low, city.high, 2), (city.low50, city.high50, 6)):
            drawn.add_scatter(
                x=[x0, x1],
                y=[0.66, 0.66],
                mode="lines",
                line={"color": tokens.ink, "width": width},
                hoverinfo="skip",
            )
        drawn.add_scatter(
            x=[city.score],
            y=[0.66],
            mode="markers",
            marker={"color": tokens.ink, "size": 11},
            hovertemplate=score(city.score)
            + interval(city.low, city.high, language)
            + "<extra></extra>",
        )
        drawn.add_scatter(
            x=[city.score, city.score],
            y=[0.30, 0.60],
            mode="lines",
            line={"color": tokens.ink, "width": 1},
            hoverinfo="skip",
        )
        drawn.add_annotation(
            x=city.score,
            y=0.72,
            yanchor="bottom",
            showarrow=False,
            text=f"{bold(score(city.score))} {interval(city.low, city.high, language)}",
            font={"size": 16, "color": tokens.ink},
        )
    if view.city_before is not None:
        drawn.add_scatter(
            x=[view.city_before],
            y=[0.66],
            mode="markers",
            marker={"color": tokens.ink, "size": 10, "symbol": "circle-open", "line": {"width": 2}},
            customdata=[f"{view.compared}: {score(view.city_before)}"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.add_scatter(
        x=[(band.low + band.high) / 2 for band in view.bands],
        y=[0.14] * count,
        mode="text",
        text=[
            translate(
                "chart.band", language, level=b.level, name=_wrapped(b.name[language], language)
            )
            for b in view.bands
        ],
        textfont={"size": 12, "color": tokens.grey},
        hoverinfo="skip",
    )
    drawn.update_xaxes(range=[low, high], visible=False)
    drawn.update_yaxes(range=[0, 1], visible=False)
    crossing = crossed_levels(view.bands, city) if view.levels_apply else None
    title = _city_title(view, crossing, language)
    rows = [(translate("chart.city", language), score(city.score), interval_text(city, language))]
    return Picture(
        drawn,
        title,
        translate("chart.city.note", language),
        f"{title}{translate('wording.colon', language)}{score(city.score)}"
        f"{interval(city.low, city.high, language)}",
        translate("chart.city.method", language, count=view.n_departments, all=len(view.rows)),
        Table(headers(("what", "score", "interval"), language), tuple(rows)),
    )


def _wrapped(name: str, language: str) -> str:
    return name if language == "zh" else name.replace(" ", BREAK)


def _city_title(view: CityOverview, crossing: tuple[int, int] | None, language: str) -> str:
    if view.city.score is None or not view.levels_apply:
        return translate("chart.city.title-score", language)
    if crossing:
        low, high = crossing
        return translate("chart.city.title-between", language, low=low, high=high)
    band = next(b for b in reversed(view.bands) if view.city.score >= b.low - 1e-9)
    third = (view.city.score - band.low) / (band.high - band.low)
    part = "low" if third < 1 / 3 else "middle" if third < 2 / 3 else "high"
    return translate(f"chart.city.title-{part}", language, name=band.name[language])


def factor_rows(view: CityOverview, tokens: Theme, language: str) -> Picture:
    """The factors on one scale, with intervals and last round's place."""
    low, high = view.bands[0].low, view.bands[-1].high
    count = len(view.factors)
    names = [f"{MARKS[p % len(MARKS)]} {row.name[language]}" for p, row in enumerate(view.factors)]
    values = [
        f"{score(r.now.score)}{interval(r.now.low, r.now.high, language)}" for r in view.factors
    ]
    drawn = figure(
        tokens,
        64 + 34 * count,
        left=room(names, 13),
        right=room(values, 13),
        top=4,
        bottom=26,
    )
    for band in view.bands[1:]:
        drawn.add_vline(
            x=band.low, line={"color": tokens.hairline, "width": 1, "dash": "dot"}, layer="below"
        )
    for place, row in enumerate(view.factors):
        y, colour = count - place, factor_colour(tokens, place)
        shape, now = SHAPES[place % len(SHAPES)], row.now
        if row.before is not None:
            drawn.add_scatter(
                x=[row.before],
                y=[y],
                mode="markers",
                marker={
                    "symbol": f"{shape}-open",
                    "size": 11,
                    "color": colour,
                    "line": {"width": 2},
                },
                customdata=[f"{view.compared}: {score(row.before)}"],
                hovertemplate="%{customdata}<extra></extra>",
            )
        if now.score is None:
            continue
        for x0, x1, width in ((now.low, now.high, 2), (now.low50, now.high50, 6)):
            drawn.add_scatter(
                x=[x0, x1], y=[y, y], mode="lines", line={"color": colour, "width": width},
                hoverinfo="skip",
            )  # fmt: skip
        drawn.add_scatter(
            x=[now.score],
            y=[y],
            mode="markers",
            marker={"symbol": shape, "size": 12, "color": colour},
            hovertemplate=score(now.score)
            + interval(now.low, now.high, language)
            + "<extra></extra>",
        )
    drawn.add_scatter(
        x=[low] * count,
        y=[count - place for place in range(count)],
        mode="text",
        textposition="middle left",
        text=[bold(name) for name in names],
        textfont={"size": 13, "color": [factor_colour(tokens, p) for p in range(count)]},
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.add_scatter(
        x=[high] * count,
        y=[count - place for place in range(count)],
        mode="text",
        textposition="middle right",
        text=values,
        textfont={"size": 13, "color": tokens.ink},
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.update_xaxes(
        range=[low, high],
        tickvals=[band.low for band in view.bands] + [high],
    )
    drawn.update_yaxes(range=[0.4, count + 0.6], visible=False)
    known = [row for row in view.factors if row.now.score is not None]
    if len(known) >= 2:
        worst = min(known, key=lambda row: row.now.score or 0)
        best = max(known, key=lambda row: row.now.score or 0)
        title = translate(
            "chart.factors.title",
            language,
            worst=worst.name[language],
            best=best.name[language],
        )
    else:
        title = translate("chart.factors.title-plain", language)
    rows = tuple(
        (
            row.name[language],
            score(row.now.score),
            interval_text(row.now, language),
            score(row.before) if row.before is not None else "—",
        )
        for row in view.factors
    )
    return Picture(
        drawn,
        title,
        translate("chart.factors.note", language),
        title
        + translate("wording.colon", language)
        + translate("wording.clause", language).join(f"{r[0]} {r[1]}{r[2]}" for r in rows),
        translate("chart.factors.method", language),
        Table(headers(("factor", "score", "interval", "before"), language), rows),
    )
