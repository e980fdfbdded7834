"""Where departments stand before any measure, in joint draws that every scenario starts from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.closing import Reach
from analysis.scenarios.read_nodes import ReadNodes, read_nodes
from indicators.aggregate import up_the_tree
from indicators.brief import brief
from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.levels.maturity import gated_levels
from indicators.scores import Scores
from indicators.uncertainty.node_draws import leaf_draws
from indicators.uncertainty.shrinkage import shrunken_nodes
from indicators.values.leaves import leaves, survey_shares

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Baseline:
    """S draws of R departments at Q read nodes, and the gaps of their C columns.

    In memory the draws of a department's column or node lie side by side.

    The survey part is shrunk (empirical Bayes), so that a department that is low by luck is not
    taken for one with more to gain. Leaves are moved so that the overall score has its shrunken
    mean and spread; each read node has its own (statistics.md 3 and 6).

    Attributes
    ----------
    rows : (R,) departments that count, places in ``scores.departments``
    weight : (R,) weight in the city; ``city_weight`` (R, Q) shares in each of its nodes, 0 where a
        node is missing or withheld
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

    __repr__ = brief

    framework: Framework
    round: str
    scores: Scores
    rows: NDArray[np.intp]
    weight: Array
    city_weight: Array
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

    @cached_property
    def stretch(self) -> Array:
        """(R, S, Q) gap of the shrunken node over the kernel's: what a point of the kernel is worth."""
        _, high = self.framework.normalised_range
        room = high - self.kernel
        return np.divide(high - self.score, room, out=np.zeros_like(room), where=room > 1e-9)


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
    rows = np.flatnonzero(scores.counted())
    leaf = leaves(evidence, framework)
    point = up_the_tree(framework, leaf.value)
    share = survey_shares(framework, leaf)
    read = read_nodes(
        framework, np.isnan(leaf.value[rows]), found.group, found.groups, found.opened
    )
    nodes = list(read.nodes)
    low, high = framework.normalised_range
    survey = list(leaf.survey_columns)
    gap = _by_draw(len(rows), draws, len(read.group))
    drawn = _by_draw(len(rows), draws, len(nodes))
    kept = np.empty((len(rows), draws, len(survey)), dtype=np.float32)
    spread = np.zeros(point.shape)
    place = {int(d): r for r, d in enumerate(rows)}
    for d, (values, _) in enumerate(leaf_draws(evidence, framework, leaf, draws, seed, False)):
        if d in place:
            r = place[d]
            kept[r] = values[:, survey]
            gap[r] = read.of_leaves(np.subtract(high, values, out=values), r)
            drawn[r] = read.scores(gap[r : r + 1], slice(r, r + 1))[0]
            spread[d, nodes] = drawn[r].std(axis=0)
        elif np.isfinite(point[d, 0]):
            spread[d] = up_the_tree(framework, values).std(axis=0)
    spread[np.isnan(point) | (spread < 1e-9)] = 0.0
    asked = np.full(point.shape, np.nan)
    asked[:, nodes] = point[:, nodes]
    bayes, bayes_sd, adjusted = shrunken_nodes(framework, leaf, asked, spread, share)
    step = np.divide(bayes_sd, spread, out=np.ones_like(spread), where=spread > 0)
    part = share[rows, 0]
    moved = np.divide(
        (bayes - point)[rows, 0], part, out=np.zeros(len(rows)), where=np.nan_to_num(part) > 0
    )
    leaf_gap = high - leaf.value[rows]
    kernel, theta = _by_draw(*drawn.shape), _by_draw(*drawn.shape)
    for r, d in enumerate(rows):
        centre = leaf.value[d, survey]
        leaf_gap[r, survey] = high - np.clip(centre + moved[r], low, high)
        if moved[r] or step[d, 0] != 1:
            shifted = kept[r] - centre
            shifted *= step[d, 0]
            shifted += centre + moved[r]
            np.subtract(kept[r], np.clip(shifted, low, high, out=shifted), out=shifted)
            shifted[:, np.isnan(centre)] = 0.0
            gap[r] += (read.weight[r][survey].T @ shifted.T).T
        kernel[r] = read.scores(gap[r : r + 1], slice(r, r + 1))[0]
        theta[r] = (drawn[r] - point[d, nodes]) * step[d, nodes] + bayes[d, nodes]
    np.clip(theta, low, high, out=theta)
    weight = np.array([evidence.departments[d].weight for d in rows], dtype=float)
    inside = np.isfinite(point)
    city_weight = np.where(inside[rows][:, nodes], weight[:, None], 0.0)
    total = city_weight.sum(axis=0)
    np.divide(city_weight, total, out=city_weight, where=total > 0)
    return Baseline(
        framework=framework,
        round=evidence.round,
        scores=scores,
        rows=rows,
        weight=weight,
        city_weight=city_weight,
        level=scores.level[rows],
        read=read,
        group=found.group,
        leaf_gap=leaf_gap,
        gap=gap,
        kernel=kernel,
        score=theta,
        point=bayes[rows][:, nodes],
        city=_weighted(drawn, city_weight),
        city_point=scores.city.score[nodes],
        raw=leaf.raw[rows],
        absent=leaf.raw_not_applicable[rows],
        clipped=leaf.clipped[rows],
        adjusted=adjusted,
    )


def _by_draw(rows: int, draws: int, columns: int) -> Array:
    """Room for (R, S, C) numbers, the draws of each column side by side."""
    return np.empty((rows, columns, draws)).swapaxes(1, 2)


def _weighted(values: Array, weight: Array) -> Array:
    """(S, Q) sums over departments of values (R, S, Q) times weights (R, Q), 0 where missing."""
    found = np.zeros((values.shape[2], values.shape[1])).T
    for r, q in zip(*np.nonzero(weight), strict=True):
        found[:, q] += values[r, :, q] * weight[r, q]
    return found


def levels(
    baseline: Baseline,
    score: Array,
    raw: Array,
    raw_positions: dict[str, int],
    absent: NDArray[np.bool_],
) -> Array:
    """(R, n) gated levels of draws of the read nodes (R, n, Q); NaN where there is no score."""
    return gated_levels(
        baseline.framework,
        score,
        raw,
        absent,
        positions=baseline.read.positions(),
        raw_positions=raw_positions,
    )


def city_levels(baseline: Baseline, score: Array) -> Array:
    """(n,) levels of the city from draws of its nodes (n, Q); cap gates are not applied to it."""
    nothing = np.zeros((1, 0))
    return gated_levels(
        baseline.framework,
        score,
        nothing,
        nothing.astype(bool),
        positions=baseline.read.positions(),
        raw_positions={},
        with_caps=False,
    )
