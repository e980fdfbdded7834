"""What survives: intervals, ranks, levels and conclusions over alternatives, and which input moves them.

Shares here are shares of alternatives, never probabilities: sampling error belongs to the scores
and is shown beside them, not pooled with them (statistics.md 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.robustness.design import Design
from analysis.robustness.inputs import Input
from analysis.robustness.model import SAMPLE_METHODS, Model
from analysis.robustness.sensitivity import Indices, exact_indices, sobol_indices, sobol_points
from indicators.brief import brief
from indicators.framework import Framework
from indicators.levels.maturity import gate_columns, gated_levels, level_cuts, level_of
from indicators.uncertainty.draws import stream

Array = NDArray[Any]

Step = Callable[[str, float], None]
FEWEST_HALVED = 100
"""Draws below which their halves are not compared."""
EXACT_CELLS = 20_000
"""Full factorial designs up to this many cells are enumerated."""
CITY, RANK_SHIFT = "city", "rank-shift"


@dataclass(frozen=True)
class Held:
    """A conclusion, as a key of the catalogue with its values, and the share that it holds in."""

    key: str
    params: Mapping[str, object]
    share: float


@dataclass(frozen=True, eq=False)
class Robustness:
    """Robustness of R departments' scores over the alternatives of a design.

    Attributes
    ----------
    nominal, low, high : (R,) overall score, and its 5th to 95th percentile over method
        alternatives; NaN where only sample-based alternatives are there
    sampling_low, sampling_high : (R,) the same over sampling error alone
    rank, rank_low, rank_high, outside : (R,) nominal rank (1 best), 5th to 95th percentile widened
        to hold it, and whether it had to be
    level, stability : (R,) nominal level (0 none) and the share of alternatives that keep it
    level_shares : (R, L) share of alternatives in which a department is at each level
    course : draws → how far the interval ends of its two halves differ, in points and in ranks
    shares : input → share of the draws that each of its alternatives has
    sensitivity : output → indices in the order of ``inputs``
    """

    __repr__ = brief

    inputs: tuple[Input, ...]
    dropped: tuple[tuple[str, str], ...]
    draws: int
    nominal: Array
    low: Array
    high: Array
    sampling_low: Array
    sampling_high: Array
    rank: NDArray[np.int64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    outside: NDArray[np.bool_]
    level: NDArray[np.int64]
    stability: Array
    level_shares: Array
    city: tuple[float, float, float]
    shares: Mapping[str, tuple[float, ...]]
    course: Mapping[int, tuple[float, float]]
    conclusions: tuple[Held, ...]
    sensitivity: Mapping[str, Indices]

    @property
    def settled(self) -> tuple[float, float]:
        """Largest difference of interval ends between the halves of all draws: score, rank."""
        return self.course[self.draws]


def robustness(
    model: Model,
    design: Design,
    *,
    draws: int,
    points: int,
    resamples: int = 1000,
    seed: int = 1,
    names: tuple[str, ...] = (),
    step: Step = lambda stage, share: None,
) -> Robustness:
    """Everything of one round and design; ``step`` hears how far it is, and may stop it by raising.

    Parameters
    ----------
    draws : settings of the method inputs that are drawn
    points : base points of Sobol's design, a power of two; 0 leaves sensitivity out
    names : departments' ids in the order of ``model.rows``
    """
    method = tuple(one for one in design.inputs if one.kind != "sampling")
    sampling = tuple(one for one in design.inputs if one.kind == "sampling")
    framework = model.framework
    read = gate_columns(framework)
    nominal = model.scores((), {}, 1, read)
    generator = stream(seed, "alternatives", framework.id, framework.version)
    settings = {one.id: one.settings(generator.random(draws)) for one in method}
    step("draws", 0.1)
    scores = model.scores(method, settings, draws, read)
    step("sampling", 0.3)
    comparable = _comparable(method, settings, draws)
    overall = scores[:, :, 0]
    low, high = _span(overall[comparable])
    ranks, nominal_rank = ranked(overall), ranked(nominal[:, :, 0])[0]
    levels, nominal_level = _levels(model, scores), _levels(model, nominal)[0]
    with np.errstate(invalid="ignore"):
        kept = levels[comparable] == nominal_level
    known = ~np.isnan(nominal_level)
    stability = np.where(known, kept.mean(axis=0) if comparable.any() else np.nan, np.nan)
    sampled_low = sampled_high = nominal[0, :, 0]
    if sampling:
        drawn = np.arange(min(sampling[0].size, max(draws, 1000)))
        by_chance = model.scores(sampling, {sampling[0].id: drawn}, len(drawn), [0])[:, :, 0]
        sampled_low, sampled_high = _span(by_chance)
    rank_low, rank_high = (np.floor(q) for q in np.nanquantile(ranks, (0.05, 0.95), axis=0))
    city = city_scores(model, overall)[comparable]
    city_low, city_high = np.nanquantile(city, (0.05, 0.95)) if len(city) else (np.nan, np.nan)
    shown = range(1, len(framework.levels) + 1)
    level_shares = np.stack([(levels[comparable] == k).mean(axis=0) for k in shown], axis=1)
    parts = [part for part in (16, 8, 4, 2) if draws // part >= FEWEST_HALVED]
    sizes = [draws // part for part in (*parts, 1)]
    return Robustness(
        design.inputs,
        design.dropped,
        draws,
        nominal[0, :, 0],
        np.fmin(low, nominal[0, :, 0]),
        np.fmax(high, nominal[0, :, 0]),
        np.fmin(sampled_low, nominal[0, :, 0]),
        np.fmax(sampled_high, nominal[0, :, 0]),
        nominal_rank.astype(np.int64),
        np.minimum(rank_low, nominal_rank).astype(np.int64),
        np.maximum(rank_high, nominal_rank).astype(np.int64),
        (nominal_rank < rank_low) | (nominal_rank > rank_high),
        np.nan_to_num(nominal_level).astype(np.int64),
        stability,
        np.where(known[:, None], level_shares if comparable.any() else np.nan, np.nan),
        (float(city_scores(model, nominal[:, :, 0])[0]), float(city_low), float(city_high)),
        {one.id: _shares(one, settings[one.id]) for one in method},
        {n: (_halves(overall[:n]), _halves(ranks[:n])) for n in sizes},
        tuple(_conclusions(model, scores, nominal, ranks, levels, comparable, names)),
        _sensitivity(model, design, nominal_rank, points, resamples, seed, names, step),
    )


def ranked(overall: Array) -> Array:
    """Ranks (n, R) of scores, 1 the highest, ties the best of their places; missing last."""
    from scipy.stats import rankdata

    return rankdata(np.where(np.isnan(overall), np.inf, -overall), method="min", axis=1)


def city_scores(model: Model, overall: Array) -> Array:
    """Weighted mean of the departments that have a score. (n,)"""
    known = ~np.isnan(overall)
    weight = np.where(known, model.weight, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (weight * np.nan_to_num(overall)).sum(axis=1) / weight.sum(axis=1)


def _levels(model: Model, scores: Array) -> Array:
    """Gated levels (n, R) from the scores of the nodes that levels and gates read."""
    framework = model.framework
    leaf = model.leaf
    if any(
        framework.normalisation_of(m.metric).depends_on_sample
        for m in framework.indicators
        if m.metric
    ):
        return np.full(scores.shape[:2], np.nan)
    columns = gate_columns(framework)
    return gated_levels(
        framework,
        scores,
        leaf.raw[model.rows],
        leaf.raw_not_applicable[model.rows],
        positions={framework.node_ids[column]: place for place, column in enumerate(columns)},
        raw_positions={id: column for column, id in enumerate(framework.metric_ids)},
    )


def _comparable(
    inputs: tuple[Input, ...], settings: Mapping[str, NDArray[np.int64]], draws: int
) -> NDArray[np.bool_]:
    """Draws whose scores keep the scale of the nominal ones."""
    found = np.ones(draws, dtype=bool)
    for one in inputs:
        if one.kind == "normalisation":
            sample = np.array([name in SAMPLE_METHODS for name in one.alternatives])
            found &= ~sample[settings[one.id]]
    return found


def _span(values: Array) -> tuple[Array, Array]:
    if not len(values):
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing
    low, high = np.nanquantile(values, (0.05, 0.95), axis=0)
    return low, high


def _halves(values: Array) -> float:
    """Largest difference of the ends of the 90 % intervals of the two halves of some draws."""
    half = len(values) // 2
    if half < 2:
        return float("nan")
    ends = [np.nanquantile(part, (0.05, 0.95), axis=0) for part in (values[:half], values[half:])]
    return float(np.nanmax(np.abs(ends[0] - ends[1])))


def _shares(one: Input, settings: NDArray[np.int64]) -> tuple[float, ...]:
    if not one.discrete:
        return ()
    counts = np.bincount(settings, minlength=one.size)
    return tuple((counts / len(settings)).tolist())


def _conclusions(
    model: Model,
    scores: Array,
    nominal: Array,
    ranks: Array,
    levels: Array,
    comparable: NDArray[np.bool_],
    names: tuple[str, ...],
) -> list[Held]:
    nominal_rank = ranked(nominal[:, :, 0])[0]
    found = []
    if model.departments > 1:
        top, last = int(nominal_rank.argmin()), int(nominal_rank.argmax())
        found.append(
            Held("robustness.first", {"department": names[top]}, _mean(ranks[:, top] == 1))
        )
        lowest = ranks.max(axis=1)
        found.append(
            Held("robustness.last", {"department": names[last]}, _mean(ranks[:, last] == lowest))
        )
    if model.departments > 5:
        leaders = np.argsort(nominal_rank, kind="stable")[:3]
        together = (ranks[:, leaders] <= 3).all(axis=1)
        listed = tuple(names[d] for d in leaders)
        found.append(Held("robustness.first-three", {"departments": listed}, _mean(together)))
    if not comparable.any():
        return found
    framework = model.framework
    columns = gate_columns(framework)
    at = [columns.index(framework.node_index[f.id]) for f in framework.factors]
    if len(at) > 1:
        by_factor = [city_scores(model, scores[:, :, p][comparable]) for p in at]
        now = [float(city_scores(model, nominal[:, :, p])[0]) for p in at]
        weakest = int(np.nanargmin(now))
        share = _mean(np.nanargmin(np.stack(by_factor), axis=0) == weakest)
        name = dict(framework.factors[weakest].name)
        found.append(Held("robustness.weakest-factor", {"factor": name}, share))
    cuts = level_cuts(framework)
    city = level_of(city_scores(model, scores[:, :, 0][comparable]), cuts)
    city_now = float(level_of(city_scores(model, nominal[:, :, 0]), cuts)[0])
    if np.isfinite(city_now) and not np.isnan(levels).all():
        found.append(
            Held("robustness.city-level", {"level": int(city_now)}, _mean(city == city_now))
        )
    return found


def _mean(held: NDArray[np.bool_] | np.bool_) -> float:
    return float(np.mean(held)) if np.size(held) else float("nan")


def _sensitivity(
    model: Model,
    design: Design,
    nominal_rank: Array,
    points: int,
    resamples: int,
    seed: int,
    names: tuple[str, ...],
    step: Step,
) -> dict[str, Indices]:
    """Indices of the city's score, the mean rank shift, and of departments that were asked for."""
    inputs = design.inputs
    if not inputs or (points == 0 and not _enumerable(inputs)):
        return {}
    sample = any(
        name in SAMPLE_METHODS
        for one in inputs
        if one.kind == "normalisation"
        for name in one.alternatives
    )
    wanted = [d for d, name in enumerate(names) if name in design.departments]

    def outputs(overall: Array) -> Array:
        ranks = ranked(overall)
        columns = [np.abs(ranks - nominal_rank).mean(axis=1)]
        columns += [ranks[:, d] for d in wanted]
        if not sample:
            columns.append(city_scores(model, overall))
            columns += [overall[:, d] for d in wanted]
        return np.stack(columns, axis=1)

    labels = [RANK_SHIFT, *(f"rank:{names[d]}" for d in wanted)]
    if not sample:
        labels += [CITY, *(f"score:{names[d]}" for d in wanted)]
    if _enumerable(inputs):
        sizes = [one.size for one in inputs]
        cells = np.array(list(product(*(range(size) for size in sizes))), dtype=np.int64)
        settings = {one.id: cells[:, i] for i, one in enumerate(inputs)}
        values = outputs(model.scores(inputs, settings, len(cells), [0])[..., 0])
        return {label: exact_indices(values[:, o].reshape(sizes)) for o, label in enumerate(labels)}
    a, b = sobol_points(len(inputs), points, seed)

    def settings_of(block: Array) -> dict[str, NDArray[np.int64]]:
        return {one.id: one.settings(block[:, i]) for i, one in enumerate(inputs)}

    framework = model.framework
    branches = [place for place, node in enumerate(framework.nodes) if node.children]
    first = model.scores(inputs, settings_of(a), points, branches)
    held = {framework.node_ids[place]: first[..., k] for k, place in enumerate(branches)}
    mixed = []
    for i, one in enumerate(inputs):
        step("sensitivity", 0.4 + 0.5 * i / len(inputs))
        block = a.copy()
        block[:, i] = b[:, i]
        known = _unmoved(framework, one, held)
        overall = model.scores(inputs, settings_of(block), points, [0], known)[..., 0]
        mixed.append(outputs(overall))
    second = outputs(model.scores(inputs, settings_of(b), points, [0])[..., 0])
    found = sobol_indices(
        outputs(first[..., 0]), second, np.stack(mixed), resamples=resamples, seed=seed
    )
    return dict(zip(labels, found, strict=True))


def _unmoved(
    framework: Framework, one: Input, held: Mapping[str, Array]
) -> Mapping[str, Array] | None:
    """Scores that another setting of an input leaves as they are, where the rest follows from them:
    weights of the upper levels move their nodes and what lies above."""
    if not one.weights or any(
        c not in held for id in one.weights for c in framework.node(id).children
    ):
        return None
    moved, above = set(), list(one.weights)
    while above:
        node = framework.node(above.pop())
        moved.add(node.id)
        above += [node.parent] if node.parent else []
    return {id: scores for id, scores in held.items() if id not in moved}


def _enumerable(inputs: tuple[Input, ...]) -> bool:
    if not all(one.discrete for one in inputs):
        return False
    return float(np.prod([float(one.size) for one in inputs])) <= EXACT_CELLS
