"""What a department lacks: the next level, strengths against fair peers, answers against records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.framework import Framework
from indicators.scores import Scores

FEWEST_PEERS = 3
SIMILAR_SIZE = 2.0
"""Departments of the same group whose head count is within this factor are fair peers."""


@dataclass(frozen=True)
class NextLevel:
    """The level above the present one and how many points of the overall score it asks.

    ``points`` is 0 where the score suffices and only gates hold; ``binding`` are the gates that cap
    below it. ``level`` None at the top, or without a level.
    """

    level: int | None
    points: float
    binding: tuple[str, ...]


@dataclass(frozen=True)
class AgainstPeers:
    """An indicator's distance from the median of fair peers, and the share of them below it."""

    indicator: str
    difference: float
    share_below: float
    peers: int


@dataclass(frozen=True)
class PerceptionGap:
    """Answers less records in a dimension that has both, in points."""

    dimension: str
    answers: float
    records: float

    @property
    def gap(self) -> float:
        return self.answers - self.records


def next_level(scores: Scores, d: int) -> NextLevel:
    levels = scores.framework.levels
    now = int(scores.level[d])
    higher = [one for one in levels if one.level > now]
    if not now or not higher:
        return NextLevel(None, float("nan"), ())
    target = higher[0]
    points = max(0.0, float(target.from_ - scores.score[d, 0]))
    binding = tuple(
        gate.id
        for gate in scores.gates[d]
        if gate.passed is False and gate.caps_at is not None and gate.caps_at < target.level
    )
    return NextLevel(target.level, points, binding)


def fair_peers(scores: Scores, d: int) -> list[int]:
    """Departments of the same group and similar size; of the group where too few are similar."""
    own = scores.departments[d]
    group = [
        e
        for e, other in enumerate(scores.departments)
        if e != d and other.group == own.group and np.isfinite(scores.score[e, 0])
    ]
    if not own.headcount:
        return group
    similar = [
        e
        for e in group
        if (size := scores.departments[e].headcount)
        and 1 / SIMILAR_SIZE <= size / own.headcount <= SIMILAR_SIZE
    ]
    return similar if len(similar) >= FEWEST_PEERS else group


def against_peers(scores: Scores, d: int) -> list[AgainstPeers]:
    """Every scored indicator that enough fair peers have, the strongest first."""
    framework = scores.framework
    peers = fair_peers(scores, d)
    found = []
    for indicator in framework.indicators:
        p = framework.node_index[indicator.id]
        own = float(scores.score[d, p])
        theirs = scores.score[peers, p]
        theirs = theirs[~np.isnan(theirs)]
        if np.isnan(own) or len(theirs) < FEWEST_PEERS:
            continue
        below = float(((theirs < own) + 0.5 * (theirs == own)).mean())
        found.append(AgainstPeers(indicator.id, own - float(np.median(theirs)), below, len(theirs)))
    return sorted(found, key=lambda one: (-one.difference, one.indicator))


def perception_gaps(scores: Scores, d: int) -> list[PerceptionGap]:
    """Dimensions with answers and records, the most overrated first."""
    framework: Framework = scores.framework
    found = []
    for factor in framework.factors:
        for dimension in factor.dimensions:
            means = []
            for survey in (True, False):
                at = [
                    framework.node_index[i.id]
                    for i in dimension.indicators
                    if (i.survey is not None) == survey
                ]
                values = scores.score[d, at]
                values = values[~np.isnan(values)]
                means.append(float(values.mean()) if len(values) else float("nan"))
            if np.isfinite(means).all():
                found.append(PerceptionGap(dimension.id, means[0], means[1]))
    return sorted(found, key=lambda one: (-one.gap, one.dimension))
