"""The matrix of departments and factors."""

from __future__ import annotations

from analysis.city.overview import CityOverview, DepartmentRow
from charts.city.tables import department_table, grouped_rows
from charts.house.labels import SPACE, room, shortened
from charts.house.literal import BREAK, bold
from charts.house.numbers import HIDDEN, NOT_AVAILABLE, score
from charts.house.picture import Picture
from charts.house.theme import MARKS, Theme, figure, level_colour
from locales import translate

ROW = 22
FONT_SIZE = 12
MOST_NAME = 132
MOST_HEADING = 90
"""Pixels."""


def matrix(view: CityOverview, tokens: Theme, language: str, group: str | None = None) -> Picture:
    """Departments × factors: colour is the level, the number is the score."""
    rows = grouped_rows(view, group)
    lines: list[DepartmentRow | str] = []
    for row in rows:
        if row.group and (not lines or _group_of(lines[-1]) != row.group):
            lines.append(row.group)
        lines.append(row)
    factors, count = view.factors, len(view.bands)
    size = len(lines)
    headings, angle = _headings([factor.name[language] for factor in factors])
    top = 42 if angle == 0 else 72
    names = [
        shortened(
            translate_group(line, language) if isinstance(line, str) else line.name[language],
            MOST_NAME,
            FONT_SIZE,
        )
        for line in lines
    ]
    values = [_value_text(line) for line in lines if not isinstance(line, str)]
    drawn = figure(
        tokens,
        top + 16 + ROW * (size + 1),
        left=room(names, FONT_SIZE),
        right=room(values, FONT_SIZE),
        top=top,
    )
    colours = [level_colour(tokens, k, count) for k in range(1, count + 1)]
    cells: dict[str, list] = {"x": [], "y": [], "text": [], "colour": [], "hover": []}
    # One line for all frames: as a shape each they would cost more than the rest of the page.
    frames: dict[str, list[float | None]] = {"x": [], "y": []}
    z: list[list[float | None]] = []
    for place, line in enumerate(lines):
        y = size - place
        if isinstance(line, str):
            z.append([None] * len(factors))
            continue
        z.append([cell.level if not cell.hidden else 0 for cell in line.factors])
        for x, cell in enumerate(line.factors):
            cells["x"].append(x)
            cells["y"].append(y)
            if cell.hidden:
                cells["text"].append(HIDDEN)
                cells["colour"].append(tokens.grey)
                cells["hover"].append(translate("chart.hidden", language))
                continue
            known = cell.level is not None
            cells["text"].append(NOT_AVAILABLE if cell.score is None else f"{cell.score:.0f}")
            cells["colour"].append(colours[cell.level - 1][1] if cell.level else tokens.ink)
            cells["hover"].append(
                f"{line.name[language]} · {factors[x].name[language]}: {score(cell.score)}"
                + (translate("chart.level", language, level=cell.level) if known else "")
            )
            if cell.crosses:
                left, right, low, high = x - 0.44, x + 0.44, y - 0.38, y + 0.38
                frames["x"] += [left, right, right, left, left, None]
                frames["y"] += [low, low, high, high, low, None]
    steps = [tokens.hidden, *[fill for fill, _ in colours]]
    scale = []
    for k, fill in enumerate(steps):
        scale += [[k / len(steps), fill], [(k + 1) / len(steps), fill]]
    drawn.add_heatmap(
        z=z[::-1],
        x=list(range(len(factors))),
        y=list(range(1, size + 1)),
        colorscale=scale,
        zmin=-0.5,
        zmax=count + 0.5,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    drawn.add_scatter(
        **frames,
        mode="lines",
        line={"color": tokens.ink, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=cells["x"],
        y=cells["y"],
        mode="text",
        text=cells["text"],
        textfont={"size": 12, "color": cells["colour"]},
        customdata=cells["hover"],
        hovertemplate="%{customdata}<extra></extra>",
    )
    last = len(factors) - 0.5
    departments = [p for p, line in enumerate(lines) if not isinstance(line, str)]
    groups = [p for p, line in enumerate(lines) if isinstance(line, str)]
    for x, places, texts, side, colour in (
        (-0.5, departments, [names[p] + SPACE for p in departments], "left", tokens.ink),
        (-0.5, groups, [bold(names[p]) + SPACE for p in groups], "left", tokens.grey),
        (last, departments, values, "right", tokens.ink),
    ):
        drawn.add_scatter(
            x=[x] * len(places),
            y=[size - p for p in places],
            mode="text",
            text=texts,
            textposition=f"middle {side}",
            textfont={"size": FONT_SIZE, "color": colour},
            hoverinfo="skip",
            cliponaxis=False,
        )
    # The factors' shapes stand upright below their headings: turned, a square would be a diamond.
    drawn.add_scatter(
        x=list(range(len(factors))),
        y=[size + 1] * len(factors),
        mode="text",
        text=[MARKS[p % len(MARKS)] for p in range(len(factors))],
        textfont={"size": FONT_SIZE, "color": tokens.ink},
        hoverinfo="skip",
    )
    drawn.add_annotation(
        text="  ".join(translate(f"chart.column.{key}", language) for key in ("level", "score")),
        x=1,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        font={"size": FONT_SIZE, "color": tokens.grey},
    )
    drawn.update_xaxes(
        range=[-0.5, last],
        side="top",
        tickvals=list(range(len(factors))),
        ticktext=headings,
        tickangle=angle,
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
        ticks="",
        showline=False,
    )
    drawn.update_yaxes(range=[0.4, size + 1.6], visible=False)
    return Picture(
        drawn,
        _matrix_title(rows, language),
        translate("chart.matrix.note", language),
        _matrix_title(rows, language),
        translate("chart.matrix.method", language),
        department_table(view, language, group),
    )


def _group_of(line: DepartmentRow | str) -> str:
    return line if isinstance(line, str) else line.group


def _headings(names: list[str]) -> tuple[list[str], int]:
    """Column headings and their angle: short Chinese names stand upright in lines of two."""
    if all(len(name) <= 4 and not name.isascii() for name in names):
        return [BREAK.join(name[at : at + 2] for at in range(0, len(name), 2)) for name in names], 0
    return [shortened(name, MOST_HEADING, FONT_SIZE) for name in names], -45


def translate_group(group: str, language: str) -> str:
    """A group's name; the demo city's groups have English names too."""
    try:
        return translate(f"group.{group}", language)
    except KeyError:
        return group


def _value_text(row: DepartmentRow) -> str:
    """Level, score and half the interval, as they stand to the right of the cells."""
    overall = row.overall
    if row.status == "suppressed":
        return f" {HIDDEN}  {HIDDEN}"
    if overall.score is None or overall.low is None or overall.high is None:
        return f" —  {NOT_AVAILABLE}"
    half = max(overall.high - overall.score, overall.score - overall.low)
    return f" {bold(str(row.level or '—'))}   {bold(score(overall.score))} ±{half:.1f}"


def _matrix_title(rows: list[DepartmentRow], language: str) -> str:
    levels = [row.level for row in rows if row.level is not None]
    if not levels:
        return translate("chart.matrix.title-plain", language, count=len(rows))
    reached = sum(level >= 3 for level in levels)
    return translate("chart.matrix.title", language, count=len(rows), reached=reached)
