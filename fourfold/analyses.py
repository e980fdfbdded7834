"""The analyses of the door. Each calls the action that pages and command call.

The examples go on from ``import fourfold as ff``, ``fw = ff.load_framework()`` and
``data = ff.read_survey("examples/survey.csv", fw)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

from fourfold.data import Data, from_files, require_files, require_one_framework
from fourfold.framework import content_of
from fourfold.results import Draw, Result

Row = dict[str, Any]


def score(data: Data, *, draws: int = 2000, seed: int = 1, estimate: str = "raw") -> Result:
    """Scores, 90 % intervals, levels and gates of every department; ``value`` is a `Scores`.

    ``estimate``: ``raw``, or ``shrunken`` for empirical Bayes estimates. Figures: ``city``,
    ``factors``, ``matrix``.

    Examples
    --------
    >>> scores = ff.score(data)
    >>> scores.to_frame()["status"].unique().tolist()
    ['provisional']
    >>> figure = scores.figure("matrix", language="en")
    """
    from actions.city.scoring import report, round_scores

    found = round_scores(data.access, data.round, draws=draws, seed=seed, estimate=estimate)
    plain = report(found)
    factors = [factor.id for factor in found.framework.factors]

    def rows() -> list[Row]:
        return [
            {
                **_head(unit),
                "n": unit["n"],
                "status": unit["status"],
                "level": unit["level"],
                **_interval(unit["overall"]),
                "coverage": unit["coverage"],
                **{factor: unit["nodes"][factor]["score"] for factor in factors},
            }
            for unit in plain["units"]
        ]

    city = plain["city"]
    return Result(
        "Scores",
        f"round {data.round}: {len(plain['units'])} departments × {len(found.nodes)} nodes; "
        f"city {_written(city['overall'])}, level {city['level'] or '—'}; {found.estimate}",
        rows,
        _city_figures(data, draws, seed),
        report=plain,
        value=found,
    )


def quality(
    data: Data,
    *,
    missing: str = "pairwise",
    extraction: str = "minres",
    rotation: str = "oblimin",
    factors: int | None = None,
    correlations: str = "pearson",
    earlier: Data | None = None,
) -> Result:
    """Measurement quality: reliability, validity, agreement, screening; ``value`` is a `QualityView`.

    A row says how many of a department answered, which share of cells is missing, and its people's
    agreement (r_WG(J)) on each main scale. Figures: ``scree``, ``loadings``, ``items``, ``missing``.

    Examples
    --------
    >>> ff.quality(data).value.report.n
    56
    """
    from actions.quality import FactorChoice, round_quality
    from charts.quality.pictures import item_rest_dots, loading_dots, missing_bars, scree

    choice = FactorChoice(factors, extraction, rotation)
    now, compared = data, None
    if earlier is not None:
        now, compared = _side_by_side(data, earlier)
    view = round_quality(
        now.access,
        now.round,
        missing=missing,
        choice=choice,
        correlations=correlations,
        compared=compared,
    )
    report = view.report

    def rows() -> list[Row]:
        return [
            {
                "id": one.id,
                "name": one.name["zh"],
                "group": one.group or None,
                "n": None if report.people[d] < 0 else int(report.people[d]),
                "missing": float(report.department_missing[d].mean()),
                **{
                    f"agreement {scale}": float(report.agreement[scale].rwg_j[d])
                    for scale in report.main_scales
                    if scale in report.agreement
                },
            }
            for d, one in enumerate(report.departments)
        ]

    draw: dict[str, Draw] = {
        "scree": lambda theme, language: scree(report, theme, language),
        "loadings": lambda theme, language: loading_dots(report, theme, language),
        "items": lambda theme, language: item_rest_dots(report, theme, language),
        "missing": lambda theme, language: missing_bars(report, theme, language),
    }
    return Result(
        "Quality",
        f"round {data.round}: {report.n} people, {len(report.items)} items, "
        f"{len(report.main_scales)} scales; {report.verdict}",
        rows,
        draw,
        value=view,
    )


def compare(
    data: Data,
    earlier: Data | None = None,
    *,
    node: str = "overall",
    draws: int = 2000,
    seed: int = 1,
) -> Result:
    """Who is above whom at a node, and what changed since an earlier round.

    Two sets of files are brought into one temporary workspace, the earlier one under this
    framework. Figure: ``departments``.

    Examples
    --------
    >>> before = ff.read_survey("examples/survey-before.csv", fw, round="0")
    >>> "change" in ff.compare(data, before).to_frame().columns
    True
    """
    from actions.comparison import comparison_report
    from actions.plain import plain
    from charts.comparison.pictures import caterpillar

    now, compared = (data, None) if earlier is None else _side_by_side(data, earlier)
    comparison = comparison_report(
        now.access, now.round, compared=compared, node=node, draws=draws, seed=seed
    )
    found = plain(comparison)
    changed = {} if found["change"] is None else {u["id"]: u for u in found["change"]["units"]}

    def rows() -> list[Row]:
        listed = []
        for unit in found["units"]:
            row = {
                **_head(unit),
                **_interval(unit["score"]),
                "rank": unit["rank"]["nominal"],
                "rank_low": unit["rank"]["low"],
                "rank_high": unit["rank"]["high"],
                "letters": unit["letters"],
            }
            if found["change"] is not None:
                one = changed.get(unit["id"], {})
                row |= {
                    "change": one.get("difference"),
                    "change_low": one.get("low"),
                    "change_high": one.get("high"),
                    "p_up": one.get("p_up"),
                }
            listed.append(row)
        return listed

    since = "" if compared is None else f", since {compared}"
    return Result(
        "Comparison",
        f"round {data.round}{since}: {len(found['units'])} departments at {node}",
        rows,
        {"departments": lambda theme, language: caterpillar(comparison, theme, language)},
        report=found,
    )


def robustness(
    data: Data,
    *,
    design: str | PathLike[str] | None = None,
    draws: int | None = None,
    points: int = 1024,
    seed: int = 1,
    split: bool = False,
) -> Result:
    """Do ranks and levels survive other reasonable choices of method?

    ``design``: the path of a design file (docs/methods/robustness.md), None for the usual one;
    ``draws``: None for as many as it takes to settle; ``points`` behind the sensitivity indices, 0
    for none; ``split``: the share of each score's variance that is sampling error. Figures:
    ``ranks``, ``levels``.

    Examples
    --------
    >>> found = ff.robustness(data, draws=100, points=0)
    >>> bool(found.to_frame()["level_stability"].between(0, 1).all())
    True
    """
    from actions.robustness import robustness_report
    from charts.robustness.pictures import level_map, rank_bars

    report = robustness_report(
        data.access,
        data.round,
        design=None if design is None else content_of(design),
        draws=draws,
        points=points,
        seed=seed,
        split=split,
    )

    def rows() -> list[Row]:
        return [
            {
                **_head(unit),
                **_interval(unit["score"]),
                "rank": unit["rank"]["nominal"],
                "rank_low": unit["rank"]["low"],
                "rank_high": unit["rank"]["high"],
                "level": unit["level"],
                "level_stability": unit["level_stability"],
                **unit.get("split", {}),
            }
            for unit in report["units"]
        ]

    draw: dict[str, Draw] = {
        "ranks": lambda theme, language: rank_bars(report, theme, language),
        "levels": lambda theme, language: level_map(report, theme, language),
    }
    return Result(
        "Robustness",
        f"round {data.round}: {len(report['units'])} departments, {report['draws']} draws, "
        f"{len(report['alternatives'])} alternatives",
        rows,
        draw,
        report=report,
    )


def _side_by_side(data: Data, earlier: Data) -> tuple[Data, str]:
    """Both rounds in one workspace, and the earlier one's id there."""
    if data.access is earlier.access and data.round != earlier.round:
        return data, earlier.round
    require_files(data, earlier)
    require_one_framework(data, earlier)
    before = earlier.round if earlier.round != data.round else f"{data.round}-earlier"
    both = from_files(data.framework, {before: earlier.sources, data.round: data.sources})
    return both, before


def _city_figures(data: Data, draws: int, seed: int) -> dict[str, Draw]:
    """Pictures of the overview, which is computed once and when first asked for."""
    held: list[Any] = []

    def drawn(picture: Callable[..., Any]) -> Draw:
        def draw(theme: Any, language: str) -> Any:
            from actions.city.overview import city_view

            if not held:
                held.append(city_view(data.access, data.round, draws=draws, seed=seed))
            return picture(held[0], theme, language)

        return draw

    from charts.city.matrix import matrix
    from charts.city.pictures import city_bar, factor_rows

    return {"city": drawn(city_bar), "factors": drawn(factor_rows), "matrix": drawn(matrix)}


def _head(unit: Mapping[str, Any]) -> Row:
    return {"id": unit["id"], "name": unit["name"]["zh"], "group": unit.get("group") or None}


def _interval(one: Mapping[str, Any]) -> Row:
    return {"score": one["score"], "low": one["low"], "high": one["high"]}


def _written(one: Mapping[str, Any]) -> str:
    if one["score"] is None:
        return "—"
    return f"{one['score']:.1f} ({one['low']:.1f}–{one['high']:.1f})"
