"""Scores after measures: every draw of the baseline with its gaps closed, through the kernel.

A read node's projected draw is its shrunken baseline draw plus the share of the gap to the top that
the kernel closes: ``θ' = θ + (K' − K)/(top − K)·(top − θ)``. With nothing taken it is the baseline,
bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.baseline import Baseline, city_levels, levels
from analysis.scenarios.terms import Terms
from indicators.framework import CapGate, Metric
from indicators.uncertainty.draws import stream

Array = NDArray[np.float64]
MOST_EVENTS = 200
"""Up to so many events each has its own fate; above, the expected number is left."""


@dataclass(frozen=True, eq=False)
class Projection:
    """S draws of what a plan leads to.

    Attributes
    ----------
    overall : (R, S) departments' scores
    level : (R, S) gated levels, 0 = none
    city : (S, Q) the city's read nodes; ``city_level`` (S,), 0 = none
    """

    overall: Array
    level: NDArray[np.int8]
    city: Array
    city_level: NDArray[np.int8]


def project(
    baseline: Baseline,
    terms: Terms,
    taken: NDArray[np.bool_],
    *,
    counts: Mapping[str, int] | None = None,
    seed: int = 1,
    draws: int | None = None,
) -> Projection:
    """Project a plan.

    Parameters
    ----------
    terms : over the same draws as the baseline, or one draw for all
    taken : bool array (R, M), measures that work (`scenario.working`)
    counts : metrics that count events → the gap group that they follow
    draws : the first so many draws only
    """
    read = baseline.read
    count = baseline.draws if draws is None else draws
    low, high = baseline.framework.normalised_range
    part = slice(0, 1) if terms.draws == 1 else slice(0, count)
    rows, place = terms.rows(taken)
    metrics = _GateMetrics(baseline, counts or {}, seed, count)
    overall = np.empty((len(baseline.rows), count))
    level = np.zeros(overall.shape, dtype=np.int8)
    city = baseline.city[:count].copy(order="K")
    gap = np.empty((len(read.group), count)).T
    for number, row in enumerate(rows):
        moving = frozenset(terms.group[np.flatnonzero(row[1:])].tolist())
        if moving:
            left = np.ones((terms.groups + 1, part.stop))
            np.exp(terms.log_left_of_rows(row[None], part)[:, 0].T, out=left[:-1])
            columns = left[read.group].T
            opens = bool((left > 1).any())
        for r in map(int, np.flatnonzero(place == number)):
            theta = baseline.score[r, :count]
            raw = metrics.start[[r]]
            if moving:
                np.multiply(baseline.gap[r, :count], columns, out=gap)
                if opens:
                    np.minimum(gap, read.most[r], out=gap)
                gain = read.scores(gap[None], slice(r, r + 1))[0]
                gain -= baseline.kernel[r, :count]
                gain *= baseline.stretch[r, :count]
                for q in np.flatnonzero(baseline.city_weight[r]):
                    city[:, q] += gain[:, q] * baseline.city_weight[r, q]
                gain += theta
                theta = np.minimum(gain, high, out=gain)
                if opens:
                    np.maximum(theta, low, out=theta)
                raw = metrics.moved(r, left, moving)
            overall[r] = theta[:, 0]
            found = levels(baseline, theta, raw, metrics.positions, metrics.absent[[r]])
            level[r] = np.nan_to_num(found)
    np.clip(city, low, high, out=city)
    city_level = np.nan_to_num(city_levels(baseline, city)).astype(np.int8)
    return Projection(overall, level, city, city_level)


class _GateMetrics:
    """Raw values that cap gates read, as a plan moves them.

    A scored metric moves through its goalposts: towards the value at the top (an interval metric to
    the nearer edge of its optimum); one that lay outside starts at its goalpost. Counted events
    each happen again unless the gap that they follow has closed over them.
    """

    def __init__(
        self, baseline: Baseline, counts: Mapping[str, int], seed: int, draws: int
    ) -> None:
        framework = baseline.framework
        named = [
            gate.when.indicator
            for gate in framework.gates
            if isinstance(gate, CapGate) and gate.enabled and gate.when.score_below is None
        ]
        self.ids = tuple(dict.fromkeys(named))
        self.positions = {id: column for column, id in enumerate(self.ids)}
        places = [framework.metric_ids.index(id) for id in self.ids]
        self.start = baseline.raw[:, places]
        self.absent = baseline.absent[:, places]
        self._baseline, self._seed, self._draws = baseline, seed, draws
        self._moves: list[tuple[int, int, Metric | None]] = []
        measured = {m.id: (column, m) for column, m in enumerate(framework.measured)}
        for column, id in enumerate(self.ids):
            if id in counts:
                self._moves.append((column, counts[id], None))
            elif id in measured:
                place, indicator = measured[id]
                group = int(baseline.group[place])
                if group >= 0 and indicator.metric is not None:
                    self._moves.append((column, group, indicator.metric))

    def moved(self, r: int, left: Array, moving: frozenset[int]) -> Array:
        """(S or 1, M) raw values of a department where shares (G + 1, S or 1) of the gaps are left.

        ``moving``: the groups whose gaps change at all.
        """
        moves = [
            move
            for move in self._moves
            if move[1] in moving and not np.isnan(self.start[r, move[0]])
        ]
        if not moves:
            return self.start[[r]]
        found = np.empty((len(self.ids), self._draws))
        found[:] = self.start[r][:, None]
        for column, group, metric in moves:
            start = self.start[r, column]
            if metric is None:
                found[column] = self._again(r, column, left[group])
            else:
                found[column] = _closer(start, metric, left[group])
        return found.T

    def _again(self, r: int, column: int, left: Array) -> Array:
        """Events that are left; a part of one, as in a mean over periods, is left or not as one is."""
        start = float(self.start[r, column])
        if start <= 0 or start > MOST_EVENTS:
            return np.where(left == 1, start, np.round(start * left))
        own = self._baseline.ids[r]
        generator = stream(self._seed, f"events {self.ids[column]}", self._baseline.round, own)
        size = np.minimum(start - np.arange(np.ceil(start)), 1.0)
        fates = generator.random((self._draws, len(size)))
        return (fates < left[:, None]) @ size


def _closer(start: float, metric: Metric, left: Array) -> Array:
    """Raw values (n,) with so much of the gap to the best value left."""
    if not isinstance(metric.goalposts, tuple):
        return np.full(left.shape, start)
    zero, full = metric.goalposts
    if metric.direction == "interval" and metric.optimum is not None:
        lower, upper = metric.optimum
        best = np.clip(start, lower, upper)
        begin = np.clip(start, zero, full)
    else:
        best = np.maximum(start, full) if full > zero else np.minimum(start, full)
        begin = np.maximum(start, zero) if full > zero else np.minimum(start, zero)
    if metric.transform == "log1p":
        moved = np.log1p(best) + (np.log1p(begin) - np.log1p(best)) * left
        return np.where(left == 1, start, np.expm1(moved))
    return np.where(left == 1, start, best + (begin - best) * left)
