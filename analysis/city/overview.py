"""The city at a glance: plain values for the leader's overview."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.comparison.change import Change
from analysis.diagnosis.gaps import Weakness, weakest
from indicators.brief import brief
from indicators.framework import Framework
from indicators.scores import GateResult, Scores
from indicators.values.leaves import survey_beneath

Text = dict[str, str]


@dataclass(frozen=True)
class Estimate:
    """A score with its 90 % and 50 % intervals; None everywhere when there is none."""

    score: float | None
    low: float | None = None
    high: float | None = None
    low50: float | None = None
    high50: float | None = None


@dataclass(frozen=True)
class Cell:
    """One department in one factor. ``crosses``: the interval reaches into another level."""

    score: float | None
    level: int | None
    crosses: bool
    hidden: bool


@dataclass(frozen=True)
class Moved:
    """Change since the round compared with. ``p_up`` is the probability of a rise."""

    before: float
    difference: float
    low: float
    high: float
    p_up: float


@dataclass(frozen=True)
class DepartmentRow:
    id: str
    name: Text
    group: str
    status: str
    respondents: int
    level: int | None
    score_level: int | None
    probability: float | None
    overall: Estimate
    factors: tuple[Cell, ...]
    held_by: tuple[str, ...]
    moved: Moved | None


@dataclass(frozen=True)
class FactorRow:
    id: str
    name: Text
    now: Estimate
    before: float | None


@dataclass(frozen=True)
class LevelBand:
    level: int
    name: Text
    low: float
    high: float


@dataclass(frozen=True)
class WeakPoint:
    """A weakness with what the card says of it."""

    indicator: str
    name: Text
    factor: int
    factor_name: Text
    below: int
    known: int
    level: int
    median: float
    median_raw: float | None
    target: float | None
    unit: Text


@dataclass(frozen=True)
class CityOverview:
    """``census``: wherever people were asked, everybody answered everything."""

    __repr__ = brief

    round: str
    compared: str | None
    framework: str
    synthetic: bool
    state: str
    respondents: int
    coverage: float
    census: bool
    bands: tuple[LevelBand, ...]
    levels_apply: bool
    level: int | None
    score_level: int | None
    probability: float | None
    city: Estimate
    city_before: float | None
    city_change: Moved | None
    city_gates: tuple[GateResult, ...]
    factors: tuple[FactorRow, ...]
    rows: tuple[DepartmentRow, ...]
    weak_points: tuple[WeakPoint, ...]
    absent: tuple[Text, ...]
    groups: tuple[str, ...]
    n_departments: int
    capped: int


def number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def estimate(scores: Scores, d: int, p: int) -> Estimate:
    return Estimate(
        *(
            number(array[d, p])
            for array in (scores.score, scores.low, scores.high, scores.low50, scores.high50)
        )
    )


def level_bands(framework: Framework) -> tuple[LevelBand, ...]:
    cuts = [level.from_ for level in framework.levels] + [framework.normalised_range[1]]
    low = framework.normalised_range[0]
    return tuple(
        LevelBand(level.level, level.name, max(cuts[k], low), cuts[k + 1])
        for k, level in enumerate(framework.levels)
    )


def level_at(framework: Framework, score: float) -> int:
    return max(
        (level.level for level in framework.levels if score >= level.from_ - 1e-9), default=1
    )


def withheld_in_part(scores: Scores, d: int, p: int) -> bool:
    """Whether answers beneath a node are withheld, all of them or all but records."""
    suppressed = scores.status[d] == "suppressed"
    return bool(scores.hidden[d, p] or (suppressed and survey_beneath(scores.framework)[p]))


def department_row(scores: Scores, d: int, moved: Moved | None) -> DepartmentRow:
    department = scores.departments[d]
    framework = scores.framework
    level = int(scores.level[d]) or None
    cells = []
    for place, factor in enumerate(framework.factors):
        p = framework.node_index[factor.id]
        known = not np.isnan(scores.score[d, p])
        crosses = (
            known
            and not scores.sample_scaled
            and level_at(framework, float(scores.low[d, p]))
            != level_at(framework, float(scores.high[d, p]))
        )
        cells.append(
            Cell(
                number(scores.score[d, p]),
                int(scores.factor_level[d, place]) or None,
                bool(crosses),
                withheld_in_part(scores, d, p),
            )
        )
    probability = None
    if level is not None and not np.isnan(scores.level_probability[d]).any():
        probability = float(scores.level_probability[d, level - 1])
    return DepartmentRow(
        department.id,
        dict(department.name),
        department.group,
        scores.status[d],
        int(scores.respondents[d]),
        level,
        int(scores.score_level[d]) or None,
        probability,
        estimate(scores, d, 0),
        tuple(cells),
        tuple(gate.id for gate in scores.gates[d] if gate.binds),
        moved,
    )


def moved_of(change: Change | None, now: Scores, d: int, p: int) -> Moved | None:
    if change is None or np.isnan(change.difference[d, p]):
        return None
    difference = float(change.difference[d, p])
    return Moved(
        float(now.score[d, p]) - difference,
        difference,
        float(change.low[d, p]),
        float(change.high[d, p]),
        float(change.p_up[d, p]),
    )


def city_overview(
    scores: Scores,
    raw_metrics: NDArray[np.float64],
    metric_ids: tuple[str, ...],
    *,
    then: Scores | None,
    change: Change | None,
    city_change: Moved | None,
    synthetic: bool,
    state: str,
    absent: tuple[Text, ...],
) -> CityOverview:
    """Gather what the overview shows.

    Parameters
    ----------
    raw_metrics : (D, M) raw values of ``metric_ids`` of the scored departments
    then : the round compared with, under the same framework
    """
    framework, city = scores.framework, scores.city
    counted = scores.counted()
    asked = counted & (scores.respondents > 0)
    coverage = float(scores.coverage[counted, 0].mean()) if counted.any() else 0.0
    level = city.level or None
    known = level is not None and not np.isnan(city.level_probability).any()
    rows = tuple(
        department_row(scores, d, moved_of(change, scores, d, 0))
        for d in range(len(scores.departments))
    )
    groups = tuple(dict.fromkeys(row.group for row in rows if row.group))
    weak = [
        _weak_point(scores, weakness, raw_metrics, metric_ids)
        for weakness in weakest(scores)[:3]
        if weakness.priority > 0
    ]
    return CityOverview(
        round=scores.round,
        compared=None if then is None else then.round,
        framework=f"{framework.id} {framework.version}",
        synthetic=synthetic,
        state=state,
        respondents=int(np.maximum(scores.respondents, 0).sum()),
        coverage=coverage,
        census=bool(asked.any() and scores.census[asked].all()),
        bands=level_bands(framework),
        levels_apply=not scores.sample_scaled,
        level=level,
        score_level=city.score_level or None,
        probability=float(city.level_probability[level - 1]) if known and level else None,
        city=_city_estimate(scores, 0),
        city_before=None if then is None else number(then.city.score[0]),
        city_change=city_change,
        city_gates=city.gates,
        factors=tuple(
            FactorRow(
                factor.id,
                factor.name,
                _city_estimate(scores, framework.node_index[factor.id]),
                None if then is None else number(then.city.score[framework.node_index[factor.id]]),
            )
            for factor in framework.factors
        ),
        rows=rows,
        weak_points=tuple(weak),
        absent=absent,
        groups=groups,
        n_departments=city.n_departments,
        capped=city.capped,
    )


def _city_estimate(scores: Scores, p: int) -> Estimate:
    city = scores.city
    return Estimate(
        *(number(a[p]) for a in (city.score, city.low, city.high, city.low50, city.high50))
    )


def factor_of(framework: Framework, indicator: str) -> int:
    """Position of the factor that an indicator belongs to."""
    node = framework.node(indicator)
    while node.parent not in (None, "overall"):
        node = framework.node(node.parent)
    return [factor.id for factor in framework.factors].index(node.id)


def _weak_point(
    scores: Scores,
    weakness: Weakness,
    raw_metrics: NDArray[np.float64],
    metric_ids: tuple[str, ...],
) -> WeakPoint:
    framework = scores.framework
    indicator = framework.indicator(weakness.indicator)
    place = factor_of(framework, indicator.id)
    raw = target = None
    unit: Text = {"zh": "", "en": ""}
    if indicator.metric is not None:
        values = raw_metrics[:, metric_ids.index(indicator.id)]
        raw = number(float(np.median(values[~np.isnan(values)])))
        unit = indicator.metric.unit
        if isinstance(indicator.metric.goalposts, tuple):
            target = indicator.metric.goalposts[1]
    return WeakPoint(
        indicator.id,
        indicator.name,
        place,
        framework.factors[place].name,
        weakness.below,
        weakness.known,
        3,
        weakness.median,
        raw,
        target,
        unit,
    )
