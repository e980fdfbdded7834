"""Data tables behind the pictures."""

from __future__ import annotations

from analysis.city.overview import CityOverview, DepartmentRow, Estimate
from charts.city.words import signed_change
from charts.house.numbers import HIDDEN, interval, probability, respondents, score
from charts.house.picture import Table
from locales import translate


def interval_text(estimate: Estimate, language: str) -> str:
    """The 90 % interval of a score, for tables."""
    return interval(estimate.low, estimate.high, language).strip()


def headers(keys: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Column headers by key."""
    return tuple(translate(f"chart.column.{key}", language) for key in keys)


def grouped_rows(view: CityOverview, group: str | None) -> list[DepartmentRow]:
    """Departments group by group, within a group by level, then score."""
    order = {name: place for place, name in enumerate(view.groups)}
    rows = [row for row in view.rows if group in (None, row.group)]
    return sorted(
        rows,
        key=lambda r: (
            order.get(r.group, len(order)),
            -(r.level or 0),
            -(r.overall.score if r.overall.score is not None else -1.0),
            r.id,
        ),
    )


def department_table(view: CityOverview, language: str, group: str | None = None) -> Table:
    """Every number of the matrix and the movers, one row a department."""
    columns = (
        *headers(("department", "status", "level", "p", "score", "interval"), language),
        *[factor.name[language] for factor in view.factors],
        *headers(("change", "held", "n"), language),
    )
    rows = []
    for row in grouped_rows(view, group):
        hidden = row.status == "suppressed"
        rows.append(
            (
                row.name[language],
                translate(f"status.{row.status}", language),
                HIDDEN if hidden else str(row.level or "—"),
                HIDDEN
                if hidden
                else probability(row.probability)
                if row.probability is not None
                else "—",
                HIDDEN if hidden else score(row.overall.score),
                HIDDEN if hidden else interval_text(row.overall, language),
                *[HIDDEN if cell.hidden else score(cell.score) for cell in row.factors],
                HIDDEN if hidden else signed_change(row.moved, language),
                ", ".join(row.held_by) or "—",
                respondents(row.respondents),
            )
        )
    return Table(columns, tuple(rows))
