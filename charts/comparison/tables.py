"""Tables of the comparison of departments: tests of scales, and other rules of ranking beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from analysis.comparison.report import Comparison
from charts.city.tables import headers
from charts.house.numbers import score
from charts.house.picture import Table
from locales import translate


def scale_test_table(report: Comparison, names: Mapping[str, str], language: str) -> Table:
    """Tests of differences between departments, dimension by dimension."""
    keys = ("dimension", "departments", "welch", "kruskal", "means-apart", "ranks-apart")
    rows = tuple(
        (
            names.get(scale, scale),
            str(one.departments),
            _statistic("F", one.welch.f, one.welch.p),
            _statistic("H", one.kruskal.h, one.kruskal.p),
            f"{one.games_howell_different} / {one.pairs}",
            f"{one.dunn_different} / {one.pairs}",
        )
        for scale, one in report.scales.items()
    )
    return Table(tuple(translate(f"comparison.column-{key}", language) for key in keys), rows)


def _statistic(name: str, value: float, p: float) -> str:
    shown = "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)
    return f"{name} = {value:.1f}, {shown}"


def cross_reading_table(report: Comparison, language: str) -> Table | None:
    """Each department's rank by score and under every other rule, ours first; None without any."""
    found = report.cross_reading
    if found is None:
        return None
    methods = found.methods
    head = (
        *headers(("department", "score"), language),
        translate("command.column.rank", language),
        *(translate(f"comparison.rule-{name}", language) for name in methods),
    )
    rows = []
    for unit in sorted(report.units, key=lambda u: u.rank.nominal):
        ranks = [one.units.get(unit.id) for one in methods.values()]
        if any(rank is not None for rank in ranks):
            own = (unit.name[language], score(unit.score.score))
            shown = (str(rank.rank) if rank else "—" for rank in ranks)
            rows.append((*own, str(unit.rank.nominal), *shown))
    agreed = (
        f"{one.agreement:.2f}" if isfinite(one.agreement) else "—" for one in methods.values()
    )
    rows.append((translate("comparison.rule-agreement", language), "", "", *agreed))
    return Table(head, tuple(rows))
