"""One department: its indicators beside its peers', its gates, its gaps and its course."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.city.overview import (
    DepartmentRow,
    Estimate,
    LevelBand,
    Moved,
    Text,
    department_row,
    estimate,
    factor_of,
    level_bands,
    moved_of,
    number,
    withheld_in_part,
)
from analysis.comparison.change import Change
from analysis.diagnosis.gaps import gap_shares
from indicators.answers.moments import SurveyMoments
from indicators.scores import GateResult, Scores

FEWEST_SHOWN = 10
"""Respondents from which on the distribution of answers is shown."""


@dataclass(frozen=True)
class IndicatorRow:
    """``below_peers``: the whole interval lies below the peers' lower quartile."""

    id: str
    name: Text
    factor: int
    core: bool
    from_answers: bool
    value: Estimate
    clipped: bool
    hidden: bool
    peer_median: float | None
    peer_low: float | None
    peer_high: float | None
    below_peers: bool


@dataclass(frozen=True)
class AnswerShares:
    """How a survey indicator was answered: shares by category, unfavourable to favourable."""

    name: Text
    factor: int
    shares: tuple[float, ...]
    favourable: float


@dataclass(frozen=True)
class GapRow:
    name: Text
    factor: int
    share: float


@dataclass(frozen=True)
class GateRow:
    id: str
    name: Text
    level: int | None
    result: GateResult


@dataclass(frozen=True)
class TrendPoint:
    round: str
    values: tuple[Estimate, ...]
    other_framework: bool


@dataclass(frozen=True)
class Profile:
    """``census``: everybody on the roster answered everything."""

    round: str
    compared: str | None
    framework: str
    synthetic: bool
    row: DepartmentRow
    respondents: int
    coverage: float
    census: bool
    bands: tuple[LevelBand, ...]
    levels_apply: bool
    level_texts: dict[int, Text]
    score_reach: dict[int, float]
    factors: tuple[tuple[str, Text], ...]
    indicators: tuple[IndicatorRow, ...]
    gates: tuple[GateRow, ...]
    gaps: tuple[GapRow, ...]
    trend: tuple[TrendPoint, ...]
    factor_changes: tuple[Moved | None, ...]
    peers: tuple[Text, ...]
    missing: tuple[Text, ...]
    answers: tuple[AnswerShares, ...]


def profile(
    scores: Scores,
    department: str,
    peers: list[str],
    *,
    earlier: list[Scores],
    compared: str | None,
    change: Change | None,
    synthetic: bool,
    survey: SurveyMoments | None = None,
) -> Profile | None:
    """Gather what the department's page shows; None when the round has no such department.

    Parameters
    ----------
    peers : ids to compare with, without the department itself
    earlier : scores of the rounds before, in time order, for the course
    survey : the round's answers, for their distribution
    """
    ids = [d.id for d in scores.departments]
    if department not in ids:
        return None
    d = ids.index(department)
    framework = scores.framework
    others = [ids.index(peer) for peer in peers if peer in ids and peer != department]
    rows = []
    for indicator in framework.indicators:
        p = framework.node_index[indicator.id]
        value = estimate(scores, d, p)
        among = scores.score[others, p]
        among = among[~np.isnan(among)]
        low, median, high = np.percentile(among, (25, 50, 75)) if len(among) >= 3 else (np.nan,) * 3
        rows.append(
            IndicatorRow(
                indicator.id,
                indicator.name,
                factor_of(framework, indicator.id),
                indicator.core,
                indicator.survey is not None,
                value,
                bool(scores.clipped[d, p]),
                bool(scores.hidden[d, p]),
                number(median),
                number(low),
                number(high),
                bool(value.high is not None and not np.isnan(low) and value.high < low),
            )
        )
    by_id = {gate.id: gate for gate in framework.gates}
    reach = {}
    if not np.isnan(scores.score_level_probability[d]).any():
        tail = np.cumsum(scores.score_level_probability[d][::-1])[::-1]
        reach = {level.level: float(p) for level, p in zip(framework.levels, tail, strict=True)}
    factor_ids = [factor.id for factor in framework.factors]
    return Profile(
        round=scores.round,
        compared=compared,
        framework=f"{framework.id} {framework.version}",
        synthetic=synthetic,
        row=department_row(scores, d, moved_of(change, scores, d, 0)),
        respondents=int(scores.respondents[d]),
        coverage=float(scores.coverage[d, 0]),
        census=bool(scores.census[d]),
        bands=level_bands(framework),
        levels_apply=not scores.sample_scaled,
        level_texts={level.level: level.text.get("overall", {}) for level in framework.levels},
        score_reach=reach,
        factors=tuple((factor.id, factor.name) for factor in framework.factors),
        indicators=tuple(rows),
        gates=tuple(
            GateRow(
                result.id,
                by_id[result.id].name or {"zh": result.id, "en": result.id},
                getattr(by_id[result.id], "level", None),
                result,
            )
            for result in scores.gates[d]
        ),
        gaps=tuple(
            GapRow(framework.node(g.indicator).name, factor_of(framework, g.indicator), g.share)
            for g in gap_shares(scores, d)
        ),
        trend=tuple(
            _trend_point(s, department, factor_ids, framework.digest) for s in [*earlier, scores]
        ),
        factor_changes=tuple(
            moved_of(change, scores, d, framework.node_index[id]) for id in factor_ids
        ),
        peers=tuple(dict(scores.departments[o].name) for o in others),
        missing=tuple(framework.node(id).name for id in scores.missing[d]),
        answers=() if survey is None else _answer_shares(scores, d, survey),
    )


def _answer_shares(scores: Scores, d: int, survey: SurveyMoments) -> tuple[AnswerShares, ...]:
    """Distribution of a department's answers by survey indicator, its items taken together.

    Nothing for fewer than `FEWEST_SHOWN` people, and no indicator that is withheld or was answered
    by fewer. Reversed items count from the other end.
    """
    framework = scores.framework
    id = scores.departments[d].id
    if id not in survey.departments or scores.respondents[d] < FEWEST_SHOWN:
        return ()
    row = survey.departments.index(id)
    found = []
    for indicator in framework.indicators:
        p = framework.node_index[indicator.id]
        if indicator.survey is None or scores.hidden[d, p]:
            continue
        items = [item for item in indicator.survey.items if item.id in survey.items]
        counts = [survey.counts[survey.items.index(item.id)][row] for item in items]
        counts = [c[::-1] if i.reverse else c for c, i in zip(counts, items, strict=True)]
        if not counts or min(int(c.sum()) for c in counts) < FEWEST_SHOWN:
            continue
        total = np.sum(counts, axis=0)
        shares = total / total.sum()
        upper = shares[(len(shares) + 1) // 2 :]
        found.append(
            AnswerShares(
                indicator.name,
                factor_of(framework, indicator.id),
                tuple(float(share) for share in shares),
                float(upper.sum()),
            )
        )
    return tuple(found)


def _trend_point(scores: Scores, department: str, factors: list[str], digest: str) -> TrendPoint:
    ids = [d.id for d in scores.departments]
    index = scores.framework.node_index
    if department not in ids:
        values = tuple(Estimate(None) for _ in factors)
    else:
        d = ids.index(department)
        values = tuple(
            estimate(scores, d, index[f])
            if f in index and not withheld_in_part(scores, d, index[f])
            else Estimate(None)
            for f in factors
        )
    return TrendPoint(scores.round, values, scores.framework.digest != digest)
