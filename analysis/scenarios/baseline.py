"""Where departments stand before any measure, in joint draws that every scenario starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.closing import Reach
from analysis.scenarios.read_nodes import ReadNodes, read_nodes
from indicators.aggregate import up_the_tree
from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.leaves import leaves, survey_shares
from indicators.maturity import gate_states, gated_level, level_cuts, level_of
from indicators.node_draws import leaf_draws
from indicators.scores import Scores
from indicators.shrinkage import shrunken_nodes

Array = NDArray[np.float64]
CHUNK = 256
"""Draws projected at once: their arrays stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """S draws of R departments at Q read nodes, and the gaps of their C columns; departments first.

    The survey part is shrunk (empirical Bayes), so that a department that is low by luck is not
    taken for one with more to gain. Leaves are moved so that the overall score has its shrunken
    mean and spread; each read node has its own (statistics.md 3 and 6).

    Attributes
    ----------
    rows : (R,) departments that count, places in ``scores.departments``
    weight : (R,) weight in the city
    level : (R,) gated level of the point estimate
    read : the compiled nodes
    group : (I,) gap group of each measured indicator, −1 where no measure moves it
    leaf_gap : (R, I) gaps of the shrunken point estimate, NaN = missing
    gap : (R, S, C) column gaps of the draws
    kernel : (R, S, Q) the kernel's scores of these gaps
    score : (R, S, Q) draws of the shrunken read nodes; ``point`` (R, Q) their means
    city : (S, Q) draws of the city's nodes, unshrunken as on the overview; ``city_point`` (Q,)
    raw, absent : (R, M) metric values, and which do not apply
    clipped : (R, I) a metric's value lay outside its goalposts
    """

    framework: Framework
    round: str
    scores: Scores
    rows: NDArray[np.intp]
    weight: Array
    level: NDArray[np.int64]
    read: ReadNodes
    group: NDArray[np.intp]
    leaf_gap: Array
    gap: Array
    kernel: Array
    score: Array
    point: Array
    city: Array
    city_point: Array
    raw: Array
    absent: NDArray[np.bool_]
    clipped: NDArray[np.bool_]
    adjusted: bool

    @property
    def draws(self) -> int:
        return self.gap.shape[1]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.scores.departments[row].id for row in self.rows)

    def node_weights(self) -> Array:
        """(R, Q) weights of departments in each node of the city; 0 where a node is missing."""
        weight = np.where(np.isnan(self.point), 0.0, self.weight[:, None])
        total = weight.sum(axis=0)
        return np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)


def counted_rows(scores: Scores) -> NDArray[np.intp]:
    """Departments that take part: with a level or provisionally, with a score that is not withheld."""
    return np.array(
        [
            d
            for d, status in enumerate(scores.status)
            if status in ("rated", "provisional")
            and np.isfinite(scores.score[d, 0])
            and not scores.hidden[d, 0]
        ],
        dtype=np.intp,
    )


def build_baseline(
    evidence: Evidence,
    framework: Framework,
    scores: Scores,
    found: Reach,
    *,
    draws: int,
    seed: int,
) -> Baseline:
    """Draw the baseline of a round that was scored.

    Parameters
    ----------
    scores : of the same evidence, seed and framework, raw; they say who counts and who is withheld
    found : where measures land, over the departments that count
    """
    rows = counted_rows(scores)
    outside = scores.hidden if scores.hidden.any() else None
    lenders = None if outside is None else np.logical_not(outside.any(axis=1))
    leaf = leaves(evidence, framework, lenders)
    point = up_the_tree(framework, leaf.value)
    share = survey_shares(framework, leaf)
    read = read_nodes(framework, np.isnan(leaf.value[rows]), found.group, found.groups)
    nodes = list(read.nodes)
    low, high = framework.normalised_range
    survey = list(leaf.survey_columns)
    raw_gap = np.empty((len(rows), draws, len(read.group)))
    kept = np.empty((len(rows), draws, len(survey)), dtype=np.float32)
    spread = np.zeros(point.shape)
    place = {int(d): r for r, d in enumerate(rows)}
    for d, (values, _) in enumerate(leaf_draws(evidence, framework, leaf, draws, seed, False)):
        if d in place:
            kept[place[d]] = values[:, survey]
            raw_gap[place[d]] = read.of_leaves(high - values, place[d])
        elif np.isfinite(point[d, 0]):
            spread[d] = up_the_tree(framework, values).std(axis=0)
    drawn = _in_chunks(read, raw_gap)
    spread[rows[:, None], nodes] = drawn.std(axis=1)
    spread[np.isnan(point) | (spread < 1e-9)] = 0.0
    bayes, bayes_sd, adjusted = shrunken_nodes(framework, leaf, point, spread, share, outside)
    step = np.divide(bayes_sd, spread, out=np.ones_like(spread), where=spread > 0)
    moved = np.nan_to_num(
        np.divide(bayes - point, share, out=np.zeros_like(point), where=np.nan_to_num(share) > 0)
    )[:, 0]
    gap, leaf_gap = raw_gap.copy(), np.empty((len(rows), leaf.value.shape[1]))
    for r, d in enumerate(rows):
        centre = leaf.value[d, survey]
        shifted = np.clip(centre + moved[d] + (kept[r] - centre) * step[d, 0], low, high)
        gap[r] += np.nan_to_num(kept[r] - shifted) @ read.weight[r][survey]
        leaf_gap[r] = high - leaf.value[d]
        leaf_gap[r, survey] = high - np.clip(centre + moved[d], low, high)
    theta = (
        bayes[rows][:, None, nodes]
        + (drawn - point[rows][:, None, nodes]) * (step[rows][:, None, nodes])
    )
    weight = np.array([evidence.departments[d].weight for d in rows], dtype=float)
    city = np.where(np.isnan(point[rows][:, nodes]), 0.0, weight[:, None])
    total = city.sum(axis=0)
    city = np.divide(city, total, out=np.zeros_like(city), where=total > 0)
    return Baseline(
        framework=framework,
        round=evidence.round,
        scores=scores,
        rows=rows,
        weight=weight,
        level=scores.level[rows],
        read=read,
        group=found.group,
        leaf_gap=leaf_gap,
        gap=gap,
        kernel=_in_chunks(read, gap),
        score=np.clip(theta, low, high),
        point=bayes[rows][:, nodes],
        city=np.einsum("rsq,rq->sq", np.nan_to_num(drawn), city),
        city_point=scores.city.score[nodes],
        raw=leaf.raw[rows],
        absent=leaf.raw_not_applicable[rows],
        clipped=leaf.clipped[rows],
        adjusted=adjusted,
    )


def _in_chunks(read: ReadNodes, gap: Array) -> Array:
    parts = range(0, gap.shape[1], CHUNK)
    return np.concatenate([read.scores(gap[:, at : at + CHUNK]) for at in parts], axis=1)


def levels(
    baseline: Baseline,
    score: Array,
    raw: Array,
    raw_positions: dict[str, int],
    absent: NDArray[np.bool_],
) -> Array:
    """(R, n) gated levels of draws of the read nodes (R, n, Q); NaN where there is no score."""
    framework = baseline.framework
    positions = baseline.read.positions()
    states = gate_states(
        framework, score, raw, absent, positions=positions, raw_positions=raw_positions
    )
    by_score = level_of(score[..., positions["overall"]], level_cuts(framework))
    return gated_level(by_score, states)


def city_levels(baseline: Baseline, score: Array) -> Array:
    """(n,) levels of the city from draws of its nodes (n, Q); cap gates are not applied to it."""
    framework = baseline.framework
    positions = baseline.read.positions()
    nothing = np.zeros((1, 0))
    states = gate_states(
        framework, score, nothing, nothing.astype(bool), positions=positions, with_caps=False
    )
    return gated_level(level_of(score[..., positions["overall"]], level_cuts(framework)), states)
