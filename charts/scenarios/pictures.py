"""Pictures of one scenario: the city's score by quarter beside doing nothing; its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.house.labels import room
from charts.house.numbers import NOT_APPLICABLE, interval, probability, score, signed
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from charts.portfolio.words import money
from charts.scenarios.words import Report, quarter_name, reaches, scenario_name, when, where
from locales import translate

HEIGHT, FONT_SIZE = 330, 12


def trajectory_picture(
    report: Report,
    course: Sequence[Mapping[str, Any]],
    places: Report,
    level: int,
    tokens: Theme,
    language: str,
) -> Picture:
    """The city's score at the end of every quarter with its 90 % band; doing nothing pinned.

    ``course`` is the trajectory of the scenario, quarter 0 first. Doing nothing stays at the
    baseline, since the model has no drift of its own.
    """
    base = report["city"]["baseline"]
    quarters = [one["quarter"] for one in course]
    last = course[-1]
    nothing = translate("scenario.nothing", language)
    own = report["name"][language] if report["measures"] else ""
    right = room([nothing, own], FONT_SIZE)
    drawn = figure(tokens, HEIGHT, left=38, right=min(right, 190), top=12, bottom=40)
    _band(drawn, quarters, [base["low"]] * len(course), [base["high"]] * len(course), tokens.still)
    drawn.add_scatter(
        x=quarters,
        y=[base["score"]] * len(course),
        mode="lines",
        line={"color": tokens.grey, "width": 1.5, "dash": "dot"},
        hovertemplate=f"{nothing} %{{y:.1f}}<extra></extra>",
    )
    if report["measures"]:
        _band(
            drawn,
            quarters,
            [one["low"] for one in course],
            [one["high"] for one in course],
            tokens.accent,
        )
        drawn.add_scatter(
            x=quarters,
            y=[one["score"] for one in course],
            mode="lines+markers",
            line={"color": tokens.accent, "width": 2.5},
            marker={"size": 6},
            customdata=[
                f"{_end(one['quarter'], language)} {score(one['score'])}"
                f"{interval(one['low'], one['high'], language)}"
                for one in course
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    lows = [base["low"], *(one["low"] for one in course)]
    highs = [base["high"], *(one["high"] for one in course)]
    bottom, top = min(lows) - 1.5, max(highs) + 1.5
    for one in places["levels"]:
        if bottom < one["from"] < top + 2.0:
            top = max(top, one["from"] + 0.8)
            drawn.add_hline(
                y=one["from"],
                line={"color": tokens.level_border, "width": 1, "dash": "dot"},
                layer="below",
            )
            drawn.add_annotation(
                x=0,
                y=one["from"],
                xanchor="left",
                yanchor="bottom",
                text=translate("scenario.level-line", language, level=one["level"]),
                showarrow=False,
                font={"size": FONT_SIZE, "color": tokens.grey},
            )
    labels = [(nothing, base["score"], tokens.grey)]
    if own:
        labels.append((own, last["score"], tokens.accent))
    # Two labels at the same height would cover each other.
    close = len(labels) == 2 and abs(labels[0][1] - labels[1][1]) < (top - bottom) * 0.07
    for place, (text, y, colour) in enumerate(labels):
        drawn.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=y,
            yshift=(9 if place else -9) if close else 0,
            text=text if len(text) < 16 else f"{text[:15]}…",
            showarrow=False,
            font={"size": FONT_SIZE, "color": colour},
        )
    years = range(0, quarters[-1] + 1, 4)
    drawn.update_xaxes(
        range=[-0.15, quarters[-1] + 0.15],
        tickvals=list(years),
        ticktext=[_tick(quarter, language) for quarter in years],
        tickangle=0,
    )
    drawn.update_yaxes(range=[bottom, top], showgrid=True, gridcolor=tokens.hairline)
    title = _title(report, course, language)
    return Picture(
        drawn,
        title,
        translate("scenario.trajectory-note", language),
        title,
        translate("scenario.trajectory-method", language, draws=report["draws"]),
        trajectory_table(course, level, language),
    )


def _band(
    drawn: Any, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], colour: str
) -> None:
    drawn.add_scatter(
        x=[*xs, *reversed(xs)],
        y=[*highs, *reversed(lows)],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=colour,
        opacity=0.18,
        hoverinfo="skip",
    )


def _title(report: Report, course: Sequence[Mapping[str, Any]], language: str) -> str:
    start, end = course[0]["score"], course[-1]["score"]
    if not report["measures"] or end - start < 0.05:
        return translate("scenario.trajectory-flat", language, score=score(start))
    half = next(one["quarter"] for one in course if one["score"] - start >= (end - start) / 2)
    return translate(
        "scenario.trajectory-title",
        language,
        gain=score(end - start),
        half=_end(half, language),
        years=report["horizon_years"],
    )


def _end(quarter: int, language: str) -> str:
    """The end of a quarter, the start for quarter 0."""
    if quarter == 0:
        return translate("scenario.now", language)
    if quarter % 4 == 0:
        return translate("scenario.end-year", language, year=quarter // 4)
    return translate("scenario.end", language, when=quarter_name(quarter - 1, language))


def _tick(quarter: int, language: str) -> str:
    if quarter == 0:
        return translate("scenario.now", language)
    return translate("scenario.tick-year", language, year=quarter // 4)


def trajectory_table(course: Sequence[Mapping[str, Any]], level: int, language: str) -> Table:
    rows = []
    for one in course:
        p = reaches(one["level_probability"], level)
        rows.append(
            (
                _end(one["quarter"], language),
                score(one["score"]),
                interval(one["low"], one["high"], language).strip(),
                NOT_APPLICABLE if p is None else probability(p),
            )
        )
    return Table(_heads(("time", "score", "interval"), language, level), tuple(rows))


def _heads(keys: Sequence[str], language: str, level: int | None = None) -> tuple[str, ...]:
    heads = tuple(translate(f"scenario.column-{key}", language) for key in keys)
    if level is None:
        return heads
    return (*heads, translate("scenario.of-level", language, level=level))


def provision_table(report: Report, content: Report, places: Report, language: str) -> Table:
    """Measures with where, when and what they cost, in the order in which they begin."""
    planned = {one["id"]: one for one in content.get("measures", ())}
    rows = tuple(
        (
            f"{one['id']} {one['name'][language]}",
            where(planned.get(one["id"], {}), places, language),
            when(one["begins_month"], language),
            when(one["works_month"], language),
            money(one["first_year"], language),
            money(one["annual"], language),
            ", ".join(one["waits_for"]) or NOT_APPLICABLE,
        )
        for one in report["measures"]
    )
    keys = ("measure", "where", "begins", "works", "first", "annual", "waits")
    return Table(_heads(keys, language), rows)


def cost_table(report: Report, language: str) -> Table:
    """万元 of each year, and what falls due after the horizon."""
    rows = [
        (translate("scenario.year", language, year=place), money(amount, language))
        for place, amount in enumerate(report["cost"]["by_year"], start=1)
    ]
    after = money(report["cost"]["after_horizon"], language)
    rows.append((translate("scenario.after-horizon", language), after))
    return Table(_heads(("year", "cost"), language), tuple(rows))


def department_table(report: Report, level: int, language: str) -> Table:
    """Every counted department before and after."""
    rows = []
    for unit in report["units"]:
        p = reaches(unit["level_probability"], level)
        rows.append(
            (
                unit["name"][language],
                score(unit["baseline"]["score"]),
                score(unit["projected"]["score"]),
                interval(unit["projected"]["low"], unit["projected"]["high"], language).strip(),
                signed(unit["gain"]["score"]),
                str(unit["level"] or NOT_APPLICABLE),
                NOT_APPLICABLE if p is None else probability(p),
                ", ".join(unit["measures"]) or NOT_APPLICABLE,
            )
        )
    keys = ("department", "before", "after", "interval", "gain", "level-now")
    heads = (*_heads(keys, language, level), *_heads(("measures",), language))
    return Table(heads, tuple(rows))


def stored_table(stored: Sequence[Mapping[str, Any]], language: str) -> Table:
    """Scenarios that are kept; doing nothing always comes first.

    ``stored``: mappings with ``content``, ``version`` and ``changed_at``.
    """
    rows = [(translate("scenario.nothing", language), *["0"], *[NOT_APPLICABLE] * 4)]
    for one in stored:
        content = one["content"]
        budget = content.get("budget")
        rows.append(
            (
                scenario_name(content, language),
                str(len(content.get("measures", ()))),
                str(content.get("horizon", 3)),
                NOT_APPLICABLE if budget is None else money(budget, language),
                str(one["version"]),
                str(one["changed_at"])[:16].replace("T", " "),
            )
        )
    keys = ("scenario", "measures", "horizon", "budget", "version", "changed")
    return Table(_heads(keys, language), tuple(rows))
