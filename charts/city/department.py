"""Pictures of a department's page: indicators beside peers, largest gaps, the course."""

from __future__ import annotations

import plotly.graph_objects as go

from analysis.city.profile import IndicatorRow, Profile
from charts.city.words import SURE
from charts.house.labels import SPACE, room, shortened
from charts.house.literal import bold
from charts.house.numbers import HIDDEN, interval, percent, score
from charts.house.picture import Picture, Table
from charts.house.theme import MARKS, SHAPES, Theme, factor_colour, figure
from locales import translate

ROW = 21
FONT_SIZE = 12
MOST_NAME = 195
"""Pixels."""


def indicator_dots(view: Profile, tokens: Theme, language: str) -> Picture:
    """One row an indicator: filled = answers with interval, hollow = platform record."""
    lines: list[tuple[int, dict[str, str]] | IndicatorRow] = []
    for place, (_, name) in enumerate(view.factors):
        lines.append((place, name))
        lines += [row for row in view.indicators if row.factor == place]
    size = len(lines)
    low, high = view.bands[0].low, view.bands[-1].high
    drawn = figure(tokens, 50 + ROW * size, left=4, right=8, top=30)
    for band in view.bands[1:] if view.levels_apply else ():
        drawn.add_vline(
            x=band.low, line={"color": tokens.hairline, "width": 1, "dash": "dot"}, layer="below"
        )
    names: dict[str, list] = {"y": [], "text": [], "colour": []}
    peers: dict[str, list] = {"x": [], "y": [], "median_x": [], "median_y": []}
    for index, line in enumerate(lines):
        y = size - index
        if isinstance(line, tuple):
            place, name = line
            names["y"].append(y)
            names["text"].append(bold(f"{MARKS[place % 4]} {name[language]}"))
            names["colour"].append(factor_colour(tokens, place))
            continue
        row = line
        names["y"].append(y)
        text = shortened(row.name[language], MOST_NAME, FONT_SIZE)
        names["text"].append(bold(text) if row.below_peers else text)
        names["colour"].append(tokens.ink)
        if row.peer_low is not None and row.peer_high is not None:
            peers["x"] += [row.peer_low, row.peer_high, None]
            peers["y"] += [y, y, None]
            peers["median_x"].append(row.peer_median)
            peers["median_y"].append(y)
    drawn.add_scatter(
        x=peers["x"], y=peers["y"], mode="lines", line={"color": tokens.band, "width": 12},
        hoverinfo="skip",
    )  # fmt: skip
    drawn.add_scatter(
        x=peers["median_x"],
        y=peers["median_y"],
        mode="markers",
        marker={"symbol": "line-ns", "size": 11, "line": {"color": tokens.grey, "width": 1.5}},
        hoverinfo="skip",
    )
    for place in range(len(view.factors)):
        _marks(drawn, view, lines, place, tokens, language)
    drawn.add_scatter(
        x=[low] * len(names["y"]),
        y=names["y"],
        mode="text",
        textposition="middle left",
        text=names["text"],
        textfont={"size": 12, "color": names["colour"]},
        hoverinfo="skip",
        cliponaxis=False,
    )
    centres = [(band.low + band.high) / 2 for band in view.bands]
    drawn.update_layout(margin_l=room(names["text"], FONT_SIZE))
    drawn.update_xaxes(
        range=[low, high],
        side="top",
        tickvals=centres if view.levels_apply else None,
        ticktext=[str(band.level) for band in view.bands] if view.levels_apply else None,
    )
    if view.levels_apply:
        drawn.add_annotation(
            text=translate("chart.column.level", language),
            x=0,
            xref="paper",
            xanchor="right",
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            font={"size": FONT_SIZE, "color": tokens.grey},
        )
    drawn.update_yaxes(range=[0.3, size + 0.7], visible=False)
    behind = [row.name[language] for row in view.indicators if row.below_peers]
    between = translate("wording.comma", language)
    if behind:
        title = translate("chart.dots.title-below", language, names=between.join(behind[:3]))
    elif view.peers:
        title = translate("chart.dots.title-within", language)
    else:
        title = translate("chart.dots.title-plain", language)
    rows = tuple(
        (
            view.factors[row.factor][1][language],
            row.name[language],
            HIDDEN if row.hidden else score(row.value.score),
            HIDDEN if row.hidden else interval(row.value.low, row.value.high, language).strip(),
            score(row.peer_median) if row.peer_median is not None else "—",
            translate(f"chart.evidence-{'answers' if row.from_answers else 'record'}", language),
        )
        for row in view.indicators
    )
    headers = tuple(
        translate(f"chart.column.{key}", language)
        for key in ("factor", "indicator", "score", "interval", "peers", "evidence")
    )
    return Picture(
        drawn,
        title,
        translate("chart.dots.note", language),
        title,
        translate("chart.dots.method", language, count=len(view.peers)),
        Table(headers, rows),
    )


def _marks(
    drawn: go.Figure, view: Profile, lines: list, place: int, tokens: Theme, language: str
) -> None:
    """Marks of one factor: three traces, however many indicators."""
    colour, shape = factor_colour(tokens, place), SHAPES[place % 4]
    size = len(lines)
    bars: dict[int, dict[str, list]] = {2: {"x": [], "y": []}, 5: {"x": [], "y": []}}
    found: dict[bool, dict[str, list]] = {
        answers: {"x": [], "y": [], "hover": []} for answers in (True, False)
    }
    for index, row in enumerate(lines):
        if isinstance(row, tuple) or row.factor != place or row.value.score is None:
            continue
        y, value = size - index, row.value
        found[row.from_answers]["x"].append(value.score)
        found[row.from_answers]["y"].append(y)
        clipped = translate("chart.clipped", language) if row.clipped else ""
        reach = interval(value.low, value.high, language) if row.from_answers else ""
        hover = f"{row.name[language]}: {score(value.score)}{reach}{clipped}"
        found[row.from_answers]["hover"].append(hover)
        if row.from_answers:
            for width, ends in ((2, (value.low, value.high)), (5, (value.low50, value.high50))):
                bars[width]["x"] += [*ends, None]
                bars[width]["y"] += [y, y, None]
    for width, bar in bars.items():
        drawn.add_scatter(
            x=bar["x"], y=bar["y"], mode="lines", line={"color": colour, "width": width},
            hoverinfo="skip",
        )  # fmt: skip
    for answers, marks in found.items():
        drawn.add_scatter(
            x=marks["x"],
            y=marks["y"],
            mode="markers",
            marker={
                "symbol": shape if answers else f"{shape}-open",
                "size": 10,
                "color": colour,
                "line": {"width": 0 if answers else 2, "color": colour},
            },
            customdata=marks["hover"],
            hovertemplate="%{customdata}<extra></extra>",
        )


def largest_gaps(view: Profile, tokens: Theme, language: str, count: int = 5) -> Picture | None:
    """The indicators with the largest shares of the weighted gap. A share, not a cause."""
    gaps = view.gaps[:count]
    if not gaps:
        return None
    total = sum(gap.share for gap in gaps)
    names = [
        f"{MARKS[g.factor % 4]} {shortened(g.name[language], MOST_NAME, FONT_SIZE)}{SPACE}"
        for g in gaps
    ]
    drawn = figure(tokens, 24 + 32 * len(gaps), left=room(names, FONT_SIZE), right=44)
    ys = [len(gaps) - place for place in range(len(gaps))]
    drawn.add_bar(
        x=[gap.share for gap in gaps],
        y=ys,
        orientation="h",
        width=0.55,
        marker={"color": [factor_colour(tokens, gap.factor) for gap in gaps]},
        text=[percent(gap.share) for gap in gaps],
        textposition="outside",
        textfont={"color": tokens.ink},
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=[0] * len(gaps),
        y=ys,
        mode="text",
        textposition="middle left",
        text=names,
        textfont={"size": 12, "color": tokens.ink},
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.update_xaxes(range=[0, gaps[0].share], visible=False)
    drawn.update_yaxes(range=[0.4, len(gaps) + 0.6], visible=False)
    title = translate("chart.gaps.title", language, count=len(gaps), share=percent(total))
    headers = tuple(translate(f"chart.column.{key}", language) for key in ("indicator", "share"))
    rows = tuple((gap.name[language], percent(gap.share)) for gap in view.gaps)
    return Picture(
        drawn,
        title,
        translate("chart.gaps.note", language),
        title,
        translate("chart.gaps.method", language),
        Table(headers, rows),
    )


def course(view: Profile, tokens: Theme, language: str) -> Picture | None:
    """The factors over the rounds, with their 90 % bands."""
    points = view.trend
    if len(points) < 2:
        return None
    drawn = figure(tokens, 300, left=30, right=8, top=12, bottom=26)
    xs = list(range(len(points)))
    ends: list[tuple[float, int]] = []
    for place in range(len(view.factors)):
        colour = factor_colour(tokens, place)
        values = [point.values[place] for point in points]
        known = [x for x in xs if values[x].score is not None]
        if not known:
            continue
        band = [values[x].high for x in known] + [values[x].low for x in reversed(known)]
        drawn.add_scatter(
            x=known + known[::-1],
            y=band,
            fill="toself",
            mode="none",
            fillcolor=_faint(colour),
            hoverinfo="skip",
        )
        drawn.add_scatter(
            x=known,
            y=[values[x].score for x in known],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"symbol": SHAPES[place % 4], "size": 9, "color": colour},
            customdata=[
                f"{points[x].round} {view.factors[place][1][language]}: {score(values[x].score)}"
                f"{interval(values[x].low, values[x].high, language)}"
                for x in known
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        ends.append((values[known[-1]].score or 0.0, place))
    ends.sort(reverse=True)
    scores = [v.score for p in points for v in p.values if v.score is not None]
    if not scores:
        return None
    low, high = min(scores) - 6, max(scores) + 6
    labels = [f"{MARKS[p % 4]} {view.factors[p][1][language]}" for _, p in ends]
    drawn.update_layout(margin_r=room(labels, FONT_SIZE))
    gap = 18 * (high - low) / 280
    places: list[float] = []
    for end, _ in ends:
        places.append(min(end, places[-1] - gap) if places else end)
    drawn.add_scatter(
        x=[xs[-1] + 0.06] * len(ends),
        y=places,
        mode="text",
        textposition="middle right",
        text=labels,
        textfont={"size": 12, "color": [factor_colour(tokens, p) for _, p in ends]},
        hoverinfo="skip",
        cliponaxis=False,
    )
    for x, point in enumerate(points):
        if point.other_framework:
            drawn.add_vline(x=x + 0.5, line={"color": tokens.grey, "dash": "dash", "width": 1})
    drawn.update_xaxes(
        range=[-0.15, xs[-1] + 0.06], tickvals=xs, ticktext=[p.round for p in points]
    )
    drawn.update_yaxes(range=[low, high])
    rose = [
        view.factors[place][1][language]
        for place, moved in enumerate(view.factor_changes)
        if moved is not None and moved.p_up >= SURE
    ]
    fell = [
        view.factors[place][1][language]
        for place, moved in enumerate(view.factor_changes)
        if moved is not None and moved.p_up <= 1 - SURE
    ]
    between = translate("wording.comma", language)
    key = "both" if rose and fell else "up" if rose else "down" if fell else "none"
    title = translate(
        f"chart.course.title-{key}", language, up=between.join(rose), down=between.join(fell)
    )
    headers = (
        translate("chart.column.round", language),
        *[name[language] for _, name in view.factors],
    )
    rows = tuple(
        (
            point.round,
            *[f"{score(v.score)}{interval(v.low, v.high, language)}" for v in point.values],
        )
        for point in points
    )
    return Picture(
        drawn,
        title,
        translate("chart.course.note", language),
        title,
        translate("chart.course.method", language),
        Table(headers, rows),
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.13)"
