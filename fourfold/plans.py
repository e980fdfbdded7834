"""Plans on a round: what one would bring, and which is best for the money.

The examples go on from those of `fourfold.analyses`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from fourfold.data import Data
from fourfold.framework import content_of
from fourfold.results import Result

Row = dict[str, Any]


def simulate(
    data: Data,
    scenario: str | PathLike[str] | Mapping[str, Any],
    *,
    catalogue: str | PathLike[str] | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Result:
    """What a scenario would bring each department, with 90 % intervals.

    ``scenario``: the path of its file (docs/files.md), or its content. Figure: ``trajectory``, the
    city by quarter. Raises Refused as `actions.scenarios.simulation.simulate_report`.

    Examples
    --------
    >>> plan = {"scenario": "one", "measures": ["M01"]}
    >>> bool((ff.simulate(data, plan, draws=200).to_frame()["gain"] >= 0).all())
    True
    """
    from actions.scenarios.edits import plan_places
    from actions.scenarios.simulation import simulate_report
    from charts.scenarios.pictures import trajectory_picture

    content = dict(scenario) if isinstance(scenario, Mapping) else content_of(scenario)
    used = None if catalogue is None else content_of(catalogue)
    report = simulate_report(
        data.access, data.round, content, catalogue=used, draws=draws, seed=seed,
        with_trajectory=True,
    )  # fmt: skip
    gain = report["city"]["gain"]

    def draw(theme: Any, language: str) -> Any:
        places = plan_places(data.access, data.round)
        aimed = min((report["city"]["level"] or 1) + 1, len(places["levels"]))
        return trajectory_picture(report, report["trajectory"], places, aimed, theme, language)

    return Result(
        "Simulation",
        f"{report['scenario']} on round {data.round}: {len(report['units'])} departments; "
        f"city {gain['score']:+.1f} ({gain['low']:+.1f} to {gain['high']:+.1f})",
        lambda: [_projected(unit) for unit in report["units"]],
        {"trajectory": draw},
        report=report,
    )


def optimise(
    data: Data,
    budget: float | None,
    *,
    scope: str = "city",
    horizon: int = 3,
    must: Sequence[str] = (),
    never: Sequence[str] = (),
    aim: str = "expected",
    level: int | None = None,
    floor: int | None = None,
    frontier_points: int = 0,
    catalogue: str | PathLike[str] | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Result:
    """The best measures for a budget of 万元 over ``horizon`` years (None: no limit), proven.

    A row says which measures a department takes and what they bring it; there is none where no
    plan keeps all requirements. Figure: ``frontier``, with ``frontier_points`` of at least 2. The
    options and what is refused: `actions.portfolio.optimise_report`.

    Examples
    --------
    >>> best = ff.optimise(data, budget=500, draws=200)
    >>> best.report["status"], best.report["cost"] <= 500
    ('optimal', True)
    """
    from actions.portfolio import optimise_report
    from charts.portfolio.optimum import frontier_line

    used = None if catalogue is None else content_of(catalogue)
    report = optimise_report(
        data.access,
        data.round,
        budget=budget,
        scope=scope,
        horizon=horizon,
        must=must,
        never=never,
        aim=aim,
        level=level,
        floor=floor,
        frontier_points=frontier_points,
        catalogue=used,
        draws=draws,
        seed=seed,
    )

    def rows() -> list[Row]:
        from actions.scenarios.simulation import simulate_report

        if report["scenario"] is None:
            return []
        found = simulate_report(
            data.access, data.round, report["scenario"], catalogue=used, draws=draws, seed=seed
        )
        return [_projected(unit) for unit in found["units"]]

    said = (
        ""
        if report["cost"] is None
        else f": {report['cost']:,.0f} 万元, city {report['gain']:+.1f}"
    )
    return Result(
        "Portfolio",
        f"round {data.round}, {report['status']}{said}, {len(report['measures'])} measures",
        rows,
        {"frontier": lambda theme, language: frontier_line(report, theme, language)},
        report=report,
    )


def _projected(unit: Mapping[str, Any]) -> Row:
    gain = unit["gain"]
    return {
        "id": unit["id"],
        "name": unit["name"]["zh"],
        "group": unit["group"],
        "score": unit["baseline"]["score"],
        "projected": unit["projected"]["score"],
        "projected_low": unit["projected"]["low"],
        "projected_high": unit["projected"]["high"],
        "gain": gain["score"],
        "gain_low": gain["low"],
        "gain_high": gain["high"],
        "measures": ", ".join(unit["measures"]),
    }
