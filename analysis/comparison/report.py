"""Who is above whom among a round's departments, and what changed since another round.

The fields are the keys of ``fourfold compare --json`` (docs/methods/robustness.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.comparison.change import change
from analysis.comparison.cross_reading import BY_SAMPLE, LOWER_IS_BETTER, SOURCES, cross_readings
from analysis.comparison.pairwise import LEVEL, Pairwise, pairwise
from analysis.comparison.scale_tests import Answers, ScaleTest, scale_tests
from indicators.scores import Scores

Text = dict[str, str]

TIE = 0.9
"""Below this probability of being above the other two departments count as tied."""
FIRST = 5
"""Places of which the probability to be among them is given."""
PAIR_WIDTH = 1.645 / np.sqrt(2)
"""Standard errors on either side of a score such that two bars of equal length that just touch
differ at 90 %."""


@dataclass(frozen=True)
class Score:
    score: float
    low: float
    high: float
    coverage: float


@dataclass(frozen=True)
class Rank:
    """The rank by the score within the set of ranks that hold for all departments at once."""

    low: int
    nominal: int
    high: int


@dataclass(frozen=True)
class MarginalRank:
    """The set of ranks of a department on its own."""

    low: int
    high: int


@dataclass(frozen=True)
class Unit:
    """A department. ``half_width``: its bar for pairs; ``letters``: as in `Pairwise`."""

    id: str
    name: Text
    group: str
    level: int | None
    half_width: float
    p_first_five: float
    score: Score
    rank: Rank
    marginal_rank: MarginalRank
    letters: str


@dataclass(frozen=True)
class Pair:
    """Two departments, the one with the higher score first. ``probability``: that it is above."""

    above: str
    below: str
    difference: float
    probability: float
    p_holm: float
    tied: bool


@dataclass(frozen=True)
class Placed:
    """A department under another rule, in the rule's own units; ``value`` may be NaN."""

    value: float
    rank: int


@dataclass(frozen=True)
class Rule:
    """``agreement`` with the ranks by score: Spearman's correlation, NaN where there is none."""

    source: str
    depends_on_sample: bool
    higher_is_better: bool
    agreement: float
    units: dict[str, Placed]


@dataclass(frozen=True)
class CrossReading:
    """Ranks by other rules over the children of the node, ``criteria``."""

    criteria: tuple[str, ...]
    methods: dict[str, Rule]


@dataclass(frozen=True)
class MovedUnit:
    """``p_up``: probability of a rise, ``p_useful``: of one that matters in practice."""

    id: str
    name: Text
    difference: float
    low: float
    high: float
    p_up: float
    p_useful: float


@dataclass(frozen=True)
class ChangeSince:
    """``rescored``: the other round was measured under another framework than ``framework``."""

    with_: str
    framework: str
    rescored: bool
    units: tuple[MovedUnit, ...]


@dataclass(frozen=True)
class Comparison:
    round: str
    node: str
    seed: int
    draws: int
    level: float
    synthetic: bool
    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    scales: dict[str, ScaleTest]
    cross_reading: CrossReading | None
    change: ChangeSince | None


def comparison(
    scores: Scores,
    node: str,
    *,
    answers: Answers | None,
    then: Scores | None,
    rescored: bool,
    synthetic: bool,
) -> Comparison:
    """Compare the departments that count at a node; at least one must.

    Parameters
    ----------
    scores : with ``keep_draws=True``
    answers : for tests between departments, scale by scale
    then : the round compared with, under the same framework and with its draws
    """
    assert scores.draws is not None
    p = scores.framework.node_index[node]
    kept = np.flatnonzero(scores.counted(node))
    found = pairwise(scores.score[kept, p], scores.draws[:, kept, p].astype(float))
    shown = frozenset(scores.departments[d].id for d in kept)
    return Comparison(
        round=scores.round,
        node=node,
        seed=scores.seed,
        draws=scores.draws_count,
        level=LEVEL,
        synthetic=synthetic,
        units=_units(scores, kept, found, p),
        pairs=_pairs(scores, kept, found),
        scales={} if answers is None else scale_tests(answers, scores.framework, shown),
        cross_reading=_cross_reading(scores, node, kept),
        change=None if then is None else _change(scores, then, p, rescored),
    )


def _units(scores: Scores, kept: NDArray[np.intp], found: Pairwise, p: int) -> tuple[Unit, ...]:
    assert scores.draws is not None
    drawn = scores.draws[:, kept, p].astype(float)
    places = np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable")
    exact = (scores.high[kept, p] - scores.low[kept, p]) <= 0
    spread = np.where(exact, 0.0, drawn.std(axis=0, ddof=1))
    return tuple(
        Unit(
            id=scores.departments[d].id,
            name=dict(scores.departments[d].name),
            group=scores.departments[d].group,
            level=int(scores.level[d]) or None,
            half_width=PAIR_WIDTH * float(spread[k]),
            p_first_five=float((places[:, k] < FIRST).mean()),
            score=Score(
                float(scores.score[d, p]),
                float(scores.low[d, p]),
                float(scores.high[d, p]),
                float(scores.coverage[d, p]),
            ),
            rank=Rank(int(found.rank_low[k]), int(found.rank[k]), int(found.rank_high[k])),
            marginal_rank=MarginalRank(int(found.marginal_low[k]), int(found.marginal_high[k])),
            letters=found.letters[k],
        )
        for k, d in enumerate(kept)
    )


def _pairs(scores: Scores, kept: NDArray[np.intp], found: Pairwise) -> tuple[Pair, ...]:
    order = sorted(range(len(kept)), key=lambda k: int(found.rank[k]))
    ids = [scores.departments[d].id for d in kept]
    return tuple(
        Pair(
            above=ids[a],
            below=ids[b],
            difference=float(found.difference[a, b]),
            probability=float(found.above[a, b]),
            p_holm=float(found.p[a, b]),
            tied=bool(found.above[a, b] < TIE),
        )
        for place, a in enumerate(order)
        for b in order[place + 1 :]
    )


def _cross_reading(scores: Scores, node: str, kept: NDArray[np.intp]) -> CrossReading | None:
    """Ranks by other rules over the node's children; None where there are no such ranks."""
    rows, criteria, readings = cross_readings(scores, node, kept)
    if not readings:
        return None
    ids = [scores.departments[d].id for d in rows]
    methods = {
        one.method: Rule(
            source=SOURCES[one.method],
            depends_on_sample=one.method in BY_SAMPLE,
            higher_is_better=one.method not in LOWER_IS_BETTER,
            agreement=one.agreement,
            units={
                id: Placed(float(value), int(rank))
                for id, value, rank in zip(ids, one.value, one.rank, strict=True)
            },
        )
        for one in readings
    }
    return CrossReading(criteria, methods)


def _change(scores: Scores, then: Scores, p: int, rescored: bool) -> ChangeSince:
    """The change since another round, scored under this round's framework."""
    found = change(scores, then)
    units = tuple(
        MovedUnit(
            id=department.id,
            name=dict(department.name),
            difference=float(found.difference[d, p]),
            low=float(found.low[d, p]),
            high=float(found.high[d, p]),
            p_up=float(found.p_up[d, p]),
            p_useful=float(found.p_useful[d, p]),
        )
        for d, department in enumerate(scores.departments)
        if np.isfinite(found.difference[d, p])
    )
    framework = f"{scores.framework.id}@{scores.framework.version}"
    return ChangeSince(then.round, framework, rescored, units)
