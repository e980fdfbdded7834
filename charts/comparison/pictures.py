"""Pictures of the comparison of departments: who is really above whom.

They draw an `analysis.comparison.report.Comparison`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.comparison.report import Comparison, Unit
from charts.city.matrix import translate_group
from charts.city.tables import headers
from charts.house.labels import SPACE, room, shortened
from charts.house.named_rows import FONT_SIZE, MOST_NAME, ROW, across, keyed_picture, named_rows
from charts.house.numbers import interval, probability, score, signed
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure
from locales import translate

DIFFERENT = 0.10
"""Adjusted probability below which two departments are said to differ."""


def ordered(report: Comparison, order: str, group: str | None = None) -> list[Unit]:
    """Departments by level, group and name, or by score."""
    units = [unit for unit in report.units if group in (None, unit.group)]
    if order == "score":
        return sorted(units, key=lambda u: u.rank.nominal)
    return sorted(units, key=lambda u: (-(u.level or 0), u.group, u.name["zh"]))


def contrasts(report: Comparison, reference: str) -> dict[str, int]:
    """Each other department against one: 1 surely above, −1 surely below, 0 cannot be told."""
    found = {}
    for pair in report.pairs:
        if reference in (pair.above, pair.below):
            sure = pair.p_holm < DIFFERENT
            other = pair.below if pair.above == reference else pair.above
            found[other] = 0 if not sure else -1 if pair.above == reference else 1
    return found


def letters_text(letters: str) -> str:
    """``bcd`` as b–d; letters that do not follow each other stay as they are."""
    plain = len(letters) > 2 and letters.isalpha()
    if plain and all(ord(b) - ord(a) == 1 for a, b in zip(letters, letters[1:], strict=False)):
        return f"{letters[0]}–{letters[-1]}"
    return letters


def caterpillar(
    report: Comparison,
    tokens: Theme,
    language: str,
    *,
    order: str = "level",
    reference: str | None = None,
    group: str | None = None,
    method: Mapping[str, tuple[float, float]] | None = None,
) -> Picture | None:
    """Scores with their 90 % intervals, and bars for pairs; one department may be the reference.

    ``method`` are intervals over methods, drawn beside those of sampling and never pooled with
    them.
    """
    units = ordered(report, order, group)
    if not units:
        return None
    names = [unit.name[language] for unit in units]
    drawn, ys = named_rows(tokens, names)
    against = {} if reference is None else contrasts(report, reference)
    colours = [
        tokens.accent
        if reference is None or unit.id == reference
        else {1: tokens.rise, 0: tokens.grey, -1: tokens.fall}[against.get(unit.id, 0)]
        for unit in units
    ]
    spans = [(unit.score.low, unit.score.high) for unit in units]
    if method is not None:
        around = [method.get(unit.id, (None, None)) for unit in units]
        drawn.add_scatter(
            x=[x for low, high in around for x in (low, high, None)],
            y=[y for place in ys for y in (place, place, None)],
            mode="lines",
            line={"color": tokens.band, "width": 11},
            hoverinfo="skip",
        )
        spans += [(low, high) for low, high in around if low is not None and high is not None]
    for width, ends in (
        (1.5, [(unit.score.low, unit.score.high) for unit in units]),
        (4.5, [_pair_ends(unit) for unit in units]),
    ):
        for colour in dict.fromkeys(colours):
            drawn.add_scatter(
                x=[
                    x
                    for own, (low, high) in zip(colours, ends, strict=True)
                    if own == colour
                    for x in (low, high, None)
                ],
                y=[
                    y
                    for own, place in zip(colours, ys, strict=True)
                    if own == colour
                    for y in (place, place, None)
                ],
                mode="lines",
                line={"color": colour, "width": width},
                hoverinfo="skip",
            )
    drawn.add_scatter(
        x=[unit.score.score for unit in units],
        y=ys,
        mode="markers",
        marker={
            "size": 9,
            "color": colours,
            "symbol": ["diamond" if unit.id == reference else "circle" for unit in units],
            "line": {"color": tokens.ground, "width": 1},
        },
        customdata=[
            f"{name}: {score(unit.score.score)}"
            f"{interval(unit.score.low, unit.score.high, language)}"
            for name, unit in zip(names, units, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, min(low for low, _ in spans) - 1, max(high for _, high in spans) + 1)
    drawn.update_xaxes(showgrid=True, gridcolor=tokens.hairline)
    _at_the_right(drawn, [_mark(unit, order) for unit in units], ys, tokens, language, order)
    return keyed_picture(
        "comparison.chart-scores",
        drawn,
        _title(report, language, reference, against),
        language,
        unit_table(report, language, order, group),
    )


def _pair_ends(unit: Unit) -> tuple[float, float]:
    middle, half = unit.score.score, unit.half_width
    return middle - half, middle + half


def _mark(unit: Unit, order: str) -> str:
    rank = unit.rank
    ranks = f"{rank.low}–{rank.high}" if rank.low < rank.high else str(rank.low)
    return f"{ranks}   {letters_text(unit.letters)}" if order == "score" else _level(unit)


def _level(unit: Unit) -> str:
    return str(unit.level or "—")


def _at_the_right(
    drawn: Any, texts: Sequence[str], ys: Sequence[int], tokens: Theme, language: str, order: str
) -> None:
    head = translate(
        "comparison.chart-right-score" if order == "score" else "chart.column.level", language
    )
    drawn.add_scatter(
        x=[1] * len(texts),
        y=list(ys),
        xaxis="x2",
        mode="text",
        text=[f"{SPACE}{text}" for text in texts],
        textposition="middle right",
        textfont={"size": FONT_SIZE, "color": tokens.ink},
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn.update_layout(
        xaxis2={
            "overlaying": "x",
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
        },
        margin_r=room([*texts, head], FONT_SIZE) + 6,
        margin_t=26,
    )
    drawn.add_annotation(
        x=1,
        xref="paper",
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="left",
        text=SPACE + head,
        showarrow=False,
        font={"size": FONT_SIZE, "color": tokens.grey},
    )


def _title(
    report: Comparison, language: str, reference: str | None, against: Mapping[str, int]
) -> str:
    if reference is not None:
        name = next(u.name[language] for u in report.units if u.id == reference)
        return translate(
            "comparison.chart-scores-title-reference",
            language,
            name=name,
            above=sum(v == 1 for v in against.values()),
            same=sum(v == 0 for v in against.values()),
            below=sum(v == -1 for v in against.values()),
        )
    top = [u for u in report.units if "a" in u.letters]
    first = next(u.name[language] for u in report.units if u.rank.nominal == 1)
    key = "single" if len(top) == 1 else "shared"
    return translate(f"comparison.chart-scores-title-{key}", language, name=first, count=len(top))


def comparison_finding(report: Comparison, language: str) -> str:
    """How many of the pairs can be told apart."""
    pairs = report.pairs
    if not pairs:
        return translate("comparison.one", language)
    apart = sum(pair.p_holm < DIFFERENT for pair in pairs)
    fixed = sum(unit.rank.low == unit.rank.high for unit in report.units)
    return translate(
        "comparison.finding",
        language,
        apart=apart,
        pairs=len(pairs),
        fixed=fixed,
        departments=len(report.units),
    )


def unit_table(report: Comparison, language: str, order: str, group: str | None = None) -> Table:
    keys = ("department", "group", "level", "score", "interval")
    more = ("rank", "marginal", "letters", "first-five")
    head = (
        *headers(keys, language),
        *(translate(f"comparison.column-{key}", language) for key in more),
    )
    rows = tuple(
        (
            unit.name[language],
            translate_group(unit.group, language),
            _level(unit),
            score(unit.score.score),
            interval(unit.score.low, unit.score.high, language).strip(),
            f"{unit.rank.low}–{unit.rank.high}",
            f"{unit.marginal_rank.low}–{unit.marginal_rank.high}",
            unit.letters,
            probability(unit.p_first_five),
        )
        for unit in ordered(report, order, group)
    )
    return Table(head, rows)


def probability_matrix(report: Comparison, tokens: Theme, language: str) -> Picture | None:
    """P(row above column) for every two departments, in the order of scores."""
    units = ordered(report, "score")
    if len(units) < 2:
        return None
    ids, names = [unit.id for unit in units], [unit.name[language] for unit in units]
    above = matrix_of(report)
    labels = [shortened(name, MOST_NAME, FONT_SIZE) + SPACE for name in names]
    side = 44 + ROW * len(units)
    drawn = figure(tokens, side + 90, left=room(labels, FONT_SIZE), right=8, top=10, bottom=120)
    drawn.add_heatmap(
        z=[[None if p is None else min(p, 1 - p) for p in row] for row in above],
        x=ids,
        y=ids,
        zmin=0,
        zmax=0.5,
        colorscale=[[0, tokens.second], [0.2, tokens.band], [1, tokens.accent]],
        showscale=False,
        xgap=1,
        ygap=1,
        customdata=[
            [
                ""
                if p is None
                else translate(
                    "comparison.chart-matrix-hover",
                    language,
                    above=name,
                    below=below,
                    p=probability(p),
                )
                for below, p in zip(names, row, strict=True)
            ]
            for name, row in zip(names, above, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    # By ids, and these as texts: departments may share a name, and 7 and 007 are not one number.
    drawn.update_layout(xaxis_type="category", yaxis_type="category")
    drawn.update_yaxes(
        autorange="reversed",
        tickvals=ids,
        ticktext=labels,
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
    )
    drawn.update_xaxes(
        tickangle=-60,
        # Without places of its own the axis leaves names out where there is no room for all.
        labelalias={id: shortened(name, 100, 10) for id, name in zip(ids, names, strict=True)},
        tickfont={"size": 10, "color": tokens.grey},
    )
    ties = sum(pair.tied for pair in report.pairs)
    title = translate("comparison.chart-matrix-title", language, ties=ties, pairs=len(report.pairs))
    return keyed_picture(
        "comparison.chart-matrix", drawn, title, language, matrix_table(report, language)
    )


def matrix_of(report: Comparison) -> list[list[float | None]]:
    """P(row above column) in the order of scores; None on the diagonal."""
    units = ordered(report, "score")
    at = {unit.id: place for place, unit in enumerate(units)}
    found: list[list[float | None]] = [[None] * len(units) for _ in units]
    for pair in report.pairs:
        above, below = at[pair.above], at[pair.below]
        found[above][below] = pair.probability
        found[below][above] = 1 - pair.probability
    return found


def matrix_table(report: Comparison, language: str) -> Table:
    units = ordered(report, "score")
    names = tuple(unit.name[language] for unit in units)
    rows = tuple(
        (name, *("—" if value is None else probability(value) for value in row))
        for name, row in zip(names, matrix_of(report), strict=True)
    )
    return Table((*headers(("department",), language), *names), rows)


def change_dots(report: Comparison, tokens: Theme, language: str) -> Picture | None:
    """Change of each department since the round compared, the largest rise first."""
    change = report.change
    if change is None or not change.units:
        return None
    units = sorted(change.units, key=lambda u: -u.difference)
    names = [unit.name[language] for unit in units]
    drawn, ys = named_rows(tokens, names)
    colours = [
        tokens.rise if u.p_up >= 0.9 else tokens.fall if u.p_up <= 0.1 else tokens.grey
        for u in units
    ]
    drawn.add_vline(x=0, line={"color": tokens.grey, "width": 1})
    drawn.add_scatter(
        x=[unit.difference for unit in units],
        y=ys,
        mode="markers",
        marker={"size": 8, "color": colours},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [u.high - u.difference for u in units],
            "arrayminus": [u.difference - u.low for u in units],
            "thickness": 1.5,
            "width": 0,
            "color": tokens.still,
        },
        customdata=[
            f"{name}: {signed(u.difference)}{interval(u.low, u.high, language)}"
            for name, u in zip(names, units, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, min(u.low for u in units) - 0.5, max(u.high for u in units) + 0.5)
    title = translate(
        "comparison.chart-change-title",
        language,
        up=sum(u.p_up >= 0.9 for u in units),
        down=sum(u.p_up <= 0.1 for u in units),
        round=change.with_,
    )
    rows = tuple(
        (
            name,
            signed(u.difference),
            interval(u.low, u.high, language).strip(),
            probability(u.p_up),
            probability(u.p_useful),
        )
        for name, u in zip(names, units, strict=True)
    )
    head = (
        *headers(("department", "change", "interval"), language),
        translate("comparison.column-p-up", language),
        translate("comparison.column-p-useful", language),
    )
    return keyed_picture("comparison.chart-change", drawn, title, language, Table(head, rows))
