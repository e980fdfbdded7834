"""What scoring finds: plain results that pages, reports and the command line show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.brief import brief
from indicators.evidence import Department
from indicators.findings import Finding
from indicators.framework import Framework

Array = NDArray[np.float64]
WITHHELD = -1
"""In place of a count that is not told."""


@dataclass(frozen=True)
class GateResult:
    """One gate of one unit. ``passed`` is None where an input is missing.

    ``binds``: the gate is what keeps the level below the score level. ``caps_at``: the highest
    level it allows, None where it allows all.
    """

    id: str
    kind: str
    passed: bool | None
    binds: bool
    value: float | None
    threshold: float | None
    caps_at: int | None
    reason: dict[str, str]


@dataclass(frozen=True, eq=False)
class CityScores:
    """The weighted mean over the rated and provisional departments: arrays (P,) as in `Scores`."""

    __repr__ = brief

    score: Array
    low: Array
    high: Array
    low50: Array
    high50: Array
    level: int
    score_level: int
    level_probability: Array
    gates: tuple[GateResult, ...]
    n_departments: int
    capped: int
    """Departments held down by a cap gate."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of D departments at P nodes (``framework.node_ids`` order); NaN = missing.

    Attributes
    ----------
    score, low, high, low50, high50 : (D, P) point, 90 % interval, 50 % interval
    coverage : (D, P) share of the evidence beneath that is there
    n : (D, P) smallest positive count of answers beneath, 0 = no answers
    survey_share : (D, P) share of the node's weight that comes from answers
    clipped : (D, P) a metric's value lay outside its goalposts
    respondents : (D,) people with at least one usable answer, `WITHHELD` where that is not told
    census : (D,) everybody on the roster answered everything: the answers have no sampling error
    status : (D,) rated | provisional | unrated | suppressed
    missing : (D,) ids of the measured indicators without a value
    score_level, level : (D,) 1 … L, 0 = none
    factor_level : (D, F)
    level_probability, score_level_probability : (D, L), NaN = none
    probability_basis : adjusted (empirical Bayes) | unadjusted (too few departments)
    hidden : (D, P) cells without a published score, since nobody or too few answered beneath
    evidence_digest : None where the evidence is what may be published
    approximate : (P,) the interval rests on the draws' standard deviation (nodes with ``min``)
    draws : (S, D, P) float32 raw draws, where asked for
    """

    __repr__ = brief

    framework: Framework
    round: str
    evidence_digest: str | None
    seed: int
    draws_count: int
    estimate: str
    departments: tuple[Department, ...]
    nodes: tuple[str, ...]
    score: Array
    low: Array
    high: Array
    low50: Array
    high50: Array
    coverage: Array
    n: NDArray[np.int64]
    survey_share: Array
    clipped: NDArray[np.bool_]
    respondents: NDArray[np.int64]
    census: NDArray[np.bool_]
    status: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    score_level: NDArray[np.int64]
    level: NDArray[np.int64]
    factor_level: NDArray[np.int64]
    level_probability: Array
    score_level_probability: Array
    probability_basis: str
    gates: tuple[tuple[GateResult, ...], ...]
    hidden: NDArray[np.bool_]
    approximate: NDArray[np.bool_]
    city: CityScores
    sample_scaled: bool
    findings: tuple[Finding, ...]
    draws: NDArray[np.float32] | None = None

    def counted(self, node: str = "overall") -> NDArray[np.bool_]:
        """(D,) departments that count at a node, the ones that any comparison of departments is over.

        Rated or provisionally so, with a score there that is not withheld. An unrated department may
        have a score: too little of its evidence is there for a verdict.
        """
        p = self.nodes.index(node)
        rated = np.array([status in ("rated", "provisional") for status in self.status], dtype=bool)
        return rated & np.isfinite(self.score[:, p]) & ~self.hidden[:, p]
