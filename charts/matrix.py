"""The matrix of departments and factors."""

from __future__ import annotations

import plotly.graph_objects as go

from analysis.overview import CityOverview, DepartmentRow
from charts.numbers import HIDDEN, NOT_AVAILABLE, score
from charts.picture import Picture
from charts.tables import department_table, grouped_rows
from charts.theme import MARKS, Theme, figure, level_colour
from locales import translate

ROW = 22


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
    drawn = figure(tokens, 56 + ROW * size, left=4, right=4, top=40)
    colours = [level_colour(tokens, k, count) for k in range(1, count + 1)]
    cells = {"x": [], "y": [], "text": [], "colour": [], "hover": []}
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
            cells["colour"].append(colours[cell.level - 1][1] if known else tokens.ink)
            cells["hover"].append(
                f"{line.name[language]} · {factors[x].name[language]}: {score(cell.score)}"
                + (translate("chart.level", language, level=cell.level) if known else "")
            )
            if cell.crosses:
                drawn.add_shape(
                    type="rect",
                    x0=x - 0.44,
                    x1=x + 0.44,
                    y0=y - 0.38,
                    y1=y + 0.38,
                    line={"color": tokens.ink, "width": 1.2, "dash": "dot"},
                )
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
        x=cells["x"],
        y=cells["y"],
        mode="text",
        text=cells["text"],
        textfont={"size": 12, "color": cells["colour"]},
        customdata=cells["hover"],
        hovertemplate="%{customdata}<extra></extra>",
    )
    _matrix_margins(drawn, lines, view, tokens, language)
    last = len(factors) - 0.5
    drawn.update_xaxes(
        range=[-2.6, last + 2.9],
        side="top",
        tickvals=[*range(len(factors)), last + 0.4, last + 1.2],
        ticktext=[
            *[f"{MARKS[p % 4]} {f.name[language]}" for p, f in enumerate(factors)],
            translate("chart.column.level", language),
            translate("chart.column.score", language),
        ],
        tickfont={"size": 12, "color": tokens.ink},
        ticks="",
    )
    drawn.update_yaxes(range=[0.4, size + 0.6], visible=False)
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


def _matrix_margins(
    drawn: go.Figure,
    lines: list[DepartmentRow | str],
    view: CityOverview,
    tokens: Theme,
    language: str,
) -> None:
    """Names to the left of the cells; level, score and interval to the right."""
    size, last = len(lines), len(view.factors) - 0.5
    departments = [(size - p, line) for p, line in enumerate(lines) if not isinstance(line, str)]
    headings = [(size - p, line) for p, line in enumerate(lines) if isinstance(line, str)]
    columns: list[tuple[float, list[float], list[str], str, str, int]] = [
        (
            -0.6,
            [y for y, _ in departments],
            [row.name[language] for _, row in departments],
            "middle left",
            tokens.ink,
            12,
        ),
        (
            -0.6,
            [y for y, _ in headings],
            [f"<b>{translate_group(text, language)}</b>" for _, text in headings],
            "middle left",
            tokens.grey,
            12,
        ),
        (
            last + 0.4,
            [y for y, _ in departments],
            [f"<b>{row.level}</b>" if row.level else _status_mark(row) for _, row in departments],
            "middle center",
            tokens.ink,
            12,
        ),
        (
            last + 0.8,
            [y for y, _ in departments],
            [_score_text(row) for _, row in departments],
            "middle right",
            tokens.ink,
            12,
        ),
    ]
    for x, ys, texts, position, colour, font in columns:
        drawn.add_scatter(
            x=[x] * len(ys),
            y=ys,
            mode="text",
            text=texts,
            textposition=position,
            textfont={"size": font, "color": colour},
            hoverinfo="skip",
            cliponaxis=False,
        )


def translate_group(group: str, language: str) -> str:
    """A group's name; the demo city's groups have English names too."""
    try:
        return translate(f"group.{group}", language)
    except KeyError:
        return group


def _status_mark(row: DepartmentRow) -> str:
    return HIDDEN if row.status == "suppressed" else "—"


def _score_text(row: DepartmentRow) -> str:
    overall = row.overall
    if row.status == "suppressed":
        return HIDDEN
    if overall.score is None or overall.low is None or overall.high is None:
        return NOT_AVAILABLE
    half = max(overall.high - overall.score, overall.score - overall.low)
    return f"<b>{score(overall.score)}</b> ±{half:.1f}"


def _matrix_title(rows: list[DepartmentRow], language: str) -> str:
    levels = [row.level for row in rows if row.level is not None]
    if not levels:
        return translate("chart.matrix.title-plain", language, count=len(rows))
    reached = sum(level >= 3 for level in levels)
    return translate("chart.matrix.title", language, count=len(rows), reached=reached)
