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

from analysis.scenarios.baseline import CHUNK, Baseline, city_levels, levels
from analysis.scenarios.terms import Terms
from indicators.draws import stream
from indicators.framework import CapGate, Metric

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
    counts: Mapping[str, str] | None = None,
    dimensions: tuple[str, ...] = (),
    seed: int = 1,
    draws: int | None = None,
) -> Projection:
    """Project a plan.

    Parameters
    ----------
    terms : over the same draws as the baseline, or one draw for all
    taken : bool array (R, M), measures that work (`scenario.working`)
    counts : metrics that count events → the dimension whose gap they follow
    dimensions : (G,) dimension of each gap group
    draws : the first so many draws only
    """
    framework, read = baseline.framework, baseline.read
    count = baseline.draws if draws is None else draws
    low, high = framework.normalised_range
    rows, place = terms.rows(taken)
    acting = bool(rows[:, 1:].any())
    gate_metrics = _GateMetrics(baseline, counts or {}, dimensions, seed, count)
    weight = baseline.node_weights()
    overall = np.empty((len(baseline.rows), count))
    level = np.zeros(overall.shape, dtype=np.int8)
    city = np.empty((count, len(read.nodes)))
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        theta = baseline.score[:, part]
        city[part] = baseline.city[part]
        raw = gate_metrics.start[:, None]
        if acting:
            log = terms.log_left_of_rows(rows, slice(0, 1) if terms.draws == 1 else part)
            left = np.ones((len(rows), log.shape[0], terms.groups + 1))
            np.exp(log.swapaxes(0, 1), out=left[..., :-1])
            left = left[place]
            before = baseline.kernel[:, part]
            kernel = read.scores(baseline.gap[:, part] * left[..., read.group])
            room = high - before
            with np.errstate(invalid="ignore", divide="ignore"):
                closed = (kernel - before) / room
            gain = np.where(room > 1e-9, closed * (high - theta), 0.0)
            theta = np.clip(theta + gain, low, high)
            city[part] += np.einsum("rsq,rq->sq", np.nan_to_num(gain), weight)
            raw = gate_metrics.moved(left, part)
        overall[:, part] = theta[..., 0]
        found = levels(baseline, theta, raw, gate_metrics.positions, gate_metrics.absent[:, None])
        level[:, part] = np.nan_to_num(found)
    city_level = np.nan_to_num(city_levels(baseline, city)).astype(np.int8)
    return Projection(overall, level, city, city_level)


class _GateMetrics:
    """Raw values that cap gates read, as a plan moves them.

    A scored metric moves through its goalposts: towards the value at the top (an interval metric to
    the nearer edge of its optimum); one that lay outside starts at its goalpost. Counted events
    each happen again unless the gap that they follow has closed over them.
    """

    def __init__(
        self,
        baseline: Baseline,
        counts: Mapping[str, str],
        dimensions: tuple[str, ...],
        seed: int,
        draws: int,
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
        self._groups: dict[int, int] = {}
        self._metrics: dict[int, Metric] = {}
        self._fates: dict[int, Array] = {}
        measured = {m.id: (column, m) for column, m in enumerate(framework.measured)}
        for column, id in enumerate(self.ids):
            if id in counts:
                if counts[id] not in dimensions:
                    continue
                self._groups[column] = dimensions.index(counts[id])
                most = int(min(np.nanmax(self.start[:, column], initial=0.0), MOST_EVENTS))
                self._fates[column] = np.stack(
                    [
                        stream(seed, f"events {id}", baseline.round, own).random((draws, most))
                        for own in baseline.ids
                    ]
                )
            elif id in measured:
                place, indicator = measured[id]
                group = int(baseline.group[place])
                if group < 0 or indicator.metric is None:
                    continue
                self._groups[column] = group
                self._metrics[column] = indicator.metric

    def moved(self, left: Array, part: slice) -> Array:
        """(R, n, M) raw values where the shares (R, n, G + 1) of the gaps are left."""
        shape = (*left.shape[:2], self.start.shape[1])
        found = np.broadcast_to(self.start[:, None], shape).copy()
        for column, group in self._groups.items():
            rest = left[..., group]
            if column in self._metrics:
                found[..., column] = _closer(self.start[:, [column]], self._metrics[column], rest)
            else:
                found[..., column] = self._again(column, part, rest)
        return found

    def _again(self, column: int, part: slice, rest: Array) -> Array:
        start = self.start[:, [column]]
        fates = self._fates[column][:, part]
        happens = (fates < rest[..., None]) & (
            np.arange(fates.shape[-1]) < np.nan_to_num(start)[..., None]
        )
        events = happens.sum(axis=-1).astype(float)
        many = np.nan_to_num(start) > MOST_EVENTS
        events = np.where(many, np.round(np.nan_to_num(start) * rest), events)
        return np.where(np.isnan(start), np.nan, events)


def _closer(start: Array, metric: Metric, left: Array) -> Array:
    """Raw values (R, n) with so much of their gap to the best value left."""
    if not isinstance(metric.goalposts, tuple):
        return np.broadcast_to(start, left.shape)
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
