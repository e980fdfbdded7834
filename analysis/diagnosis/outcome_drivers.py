"""What goes with a framework's outcomes: factors between and within departments, and what is needed.

Shares of explained variance and ceilings of what was observed. None of it says cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis.explained_variance import (
    MOST_PREDICTORS,
    bottleneck,
    ceiling_effect,
    explained,
    johnson_weights,
    lmg_shares,
)
from analysis.diagnosis.gaps import global_weights
from indicators.aggregate import up_the_tree
from indicators.answers.moments import SurveyMoments
from indicators.framework import Framework
from indicators.scores import Scores
from indicators.uncertainty.draws import stream
from indicators.values.survey_mean import indicator_items, item_rescaling, within_sums

Array = NDArray[np.floating]

FEWEST_DEPARTMENTS = 10
"""Departments below which nothing is said of drivers."""
RESAMPLES = 500
PERMUTATIONS = 1000
ZONES = {(1, 1): "keep", (1, -1): "concentrate", (-1, 1): "enough", (-1, -1): "low-priority"}
"""Importance above or below its mean, then performance."""
STEPS = (0.25, 0.5, 0.75, 1.0)
"""Shares of the outcome's observed range at which the bottleneck table asks."""


@dataclass(frozen=True, eq=False)
class Drivers:
    """Shares of an outcome's variance that go with each factor (K).

    ``level`` is ``between`` departments or ``within`` them (people against their own department's
    mean, by answers alone). ``lmg`` averages over all orders of entry, ``johnson`` goes through
    orthogonal predictors; both sum to ``r2``. ``low`` and ``high`` are 90 % intervals of ``lmg``
    from resampled departments. ``units`` is the number of departments.
    """

    outcome: str
    level: str
    units: int
    factors: tuple[str, ...]
    r2: float
    lmg: Array
    low: Array
    high: Array
    johnson: Array


@dataclass(frozen=True, eq=False)
class Necessity:
    """How much of a factor an outcome seems to need: Dul's (2016) CE-FDH ceiling.

    ``effect`` d in [0, 1] with the share ``p`` of permutations that reach it; ``needed`` (steps,)
    the least factor score at which anybody reached each of `STEPS` of the outcome's range.
    """

    outcome: str
    factor: str
    effect: float
    p: float
    needed: Array


@dataclass(frozen=True)
class Importance:
    """A dimension's importance for an outcome beside its performance.

    ``importance`` is the correlation with the outcome over departments, ``performance`` the mean
    score, both with 90 % intervals from resampled departments. ``zone`` is ``neutral`` unless both
    differ from their mean over all dimensions in 90 % of the same resamples: ``concentrate``
    (important, low), ``keep`` (important, high), ``low-priority`` or ``enough``.
    """

    outcome: str
    dimension: str
    importance: float
    importance_low: float
    importance_high: float
    performance: float
    performance_low: float
    performance_high: float
    zone: str


def without_outcome(scores: Scores, outcome: str) -> Array:
    """Node scores (D, P) as they are when the outcome takes no part in them."""
    framework = scores.framework
    at = [framework.node_index[m.id] for m in framework.measured]
    leaves = scores.score[:, at].copy()
    leaves[:, [m.id == outcome for m in framework.measured]] = np.nan
    return up_the_tree(framework, leaves)


def drivers(
    scores: Scores, moments: SurveyMoments | None, rows: NDArray[np.bool_], seed: int = 1
) -> list[Drivers]:
    """Of every outcome, between departments and, where it is asked in the survey, within them."""
    found = []
    for outcome in scores.framework.outcome_ids:
        generator = stream(seed, f"drivers {outcome}", scores.round, "")
        between = _between(scores, outcome, rows, generator)
        if between is not None:
            found.append(between)
        if moments is not None:
            kept = [d.id for d, r in zip(scores.departments, rows, strict=True) if r]
            within = _within(scores.framework, moments, kept, outcome, generator)
            if within is not None:
                found.append(within)
    return found


def necessities(scores: Scores, rows: NDArray[np.bool_], seed: int = 1) -> list[Necessity]:
    """Of every outcome and factor over departments that have both."""
    framework = scores.framework
    found = []
    for outcome in framework.outcome_ids:
        nodes = without_outcome(scores, outcome)
        y_all = scores.score[:, framework.node_index[outcome]]
        for factor in framework.factors:
            x_all = nodes[:, framework.node_index[factor.id]]
            used = rows & ~np.isnan(x_all) & ~np.isnan(y_all)
            x, y = x_all[used], y_all[used]
            if used.sum() < FEWEST_DEPARTMENTS or np.ptp(x) == 0 or np.ptp(y) == 0:
                continue
            scope = (float(x.min()), float(x.max()), float(y.min()), float(y.max()))
            effect = ceiling_effect(x, y, scope)
            generator = stream(seed, f"necessity {outcome}", scores.round, factor.id)
            chance = [
                ceiling_effect(x, generator.permutation(y), scope) for _ in range(PERMUTATIONS)
            ]
            p = (1 + np.count_nonzero(np.array(chance) >= effect - 1e-12)) / (PERMUTATIONS + 1)
            wanted = scope[2] + np.array(STEPS) * (scope[3] - scope[2])
            found.append(
                Necessity(outcome, factor.id, effect, float(p), bottleneck(x, y, wanted - 1e-9))
            )
    return found


def importances(scores: Scores, rows: NDArray[np.bool_], seed: int = 1) -> list[Importance]:
    """Of every outcome and dimension: importance, performance and zone."""
    framework = scores.framework
    dimensions = [d.id for factor in framework.factors for d in factor.dimensions]
    at = [framework.node_index[d] for d in dimensions]
    found = []
    for outcome in framework.outcome_ids:
        x = without_outcome(scores, outcome)[:, at]
        y = scores.score[:, framework.node_index[outcome]]
        used = rows & ~np.isnan(y)
        enough = (~np.isnan(x[used])).sum(axis=0) >= FEWEST_DEPARTMENTS
        if used.sum() < FEWEST_DEPARTMENTS or enough.sum() < 2:
            continue
        x, y = x[np.ix_(used, enough)], y[used]
        names = [d for d, e in zip(dimensions, enough, strict=True) if e]
        generator = stream(seed, f"importance {outcome}", scores.round, "")

        def both(sample: NDArray[np.intp], x: Array = x, y: Array = y) -> tuple[Array, Array]:
            return _correlations(x[sample], y[sample]), np.nanmean(x[sample], axis=0)

        r, mean = both(np.arange(len(y)))
        samples = [both(generator.integers(0, len(y), len(y))) for _ in range(RESAMPLES)]
        r_drawn, m_drawn = np.array([s[0] for s in samples]), np.array([s[1] for s in samples])
        r_low, r_high = np.nanquantile(r_drawn, (0.05, 0.95), axis=0)
        m_low, m_high = np.nanquantile(m_drawn, (0.05, 0.95), axis=0)
        r_side, m_side = _side(r_drawn), _side(m_drawn)
        found += [
            Importance(
                outcome, name,
                float(r[k]), float(min(r_low[k], r[k])), float(max(r_high[k], r[k])),
                float(mean[k]), float(min(m_low[k], mean[k])), float(max(m_high[k], mean[k])),
                ZONES.get((int(r_side[k]), int(m_side[k])), "neutral"),
            )
            for k, name in enumerate(names)
            if np.isfinite(r[k])
        ]  # fmt: skip
    return found


def _side(drawn: Array) -> NDArray[np.int64]:
    """Of draws (S, K): 1 where 90 % lies above the mean of its own draw over all K, −1 below, 0 else."""
    away = drawn - np.nanmean(drawn, axis=1, keepdims=True)
    low, high = np.nanquantile(away, (0.05, 0.95), axis=0)
    return (low > 0).astype(np.int64) - (high < 0)


def _correlations(x: Array, y: Array) -> Array:
    """Correlation of each column with y over the rows that have it; NaN where nothing varies."""
    known = ~np.isnan(x)
    n = np.maximum(known.sum(axis=0), 1)
    ys = np.where(known, y[:, None], 0.0)
    xs = np.where(known, x, 0.0)
    xc = np.where(known, xs - xs.sum(axis=0) / n, 0.0)
    yc = np.where(known, ys - ys.sum(axis=0) / n, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (xc * yc).sum(axis=0) / np.sqrt((xc**2).sum(axis=0) * (yc**2).sum(axis=0))


def _between(
    scores: Scores, outcome: str, rows: NDArray[np.bool_], generator: np.random.Generator
) -> Drivers | None:
    framework = scores.framework
    at = [framework.node_index[f.id] for f in framework.factors]
    x = without_outcome(scores, outcome)[:, at]
    y = scores.score[:, framework.node_index[outcome]]
    data = np.column_stack([x, y])[rows]
    there = np.atleast_1d(~np.isnan(data).all(axis=0))
    data = data[:, there]
    data = data[~np.isnan(data).any(axis=1)]
    if not there[-1] or len(data) < max(FEWEST_DEPARTMENTS, data.shape[1] + 2):
        return None
    names = tuple(f.id for f, t in zip(framework.factors, there[:-1], strict=True) if t)

    def moments_of(counts: Array) -> Array:
        away = data - np.average(data, axis=0, weights=counts)
        return (away.T * counts) @ away

    return _drivers(outcome, "between", names, len(data), moments_of, generator)


def _within(
    framework: Framework,
    moments: SurveyMoments,
    kept: list[str],
    outcome: str,
    generator: np.random.Generator,
) -> Drivers | None:
    """From the pooled covariance of answers about department means, department by department."""
    indicator = framework.indicator(outcome)
    own = moments.for_departments([id for id in kept if id in set(moments.departments)])
    if indicator.survey is None or len(own.departments) < FEWEST_DEPARTMENTS:
        return None
    known = [k for k, item in enumerate(own.items) if item in framework.item_indicator]
    items = tuple(own.items[k] for k in known)
    slope = np.zeros(len(own.items))
    slope[known] = item_rescaling(framework, items)[1]
    sums = within_sums(own, slope)[:, known][:, :, known]
    degrees = np.maximum(own.pair_n - 1, 0)[:, known][:, :, known].astype(float)
    ids, belongs = indicator_items(framework, items)
    sizes = belongs.sum(axis=1, keepdims=True)
    mean_of = np.divide(belongs, sizes, out=np.zeros_like(belongs), where=sizes > 0)
    place = {id: k for k, id in enumerate(ids) if sizes[k] > 0}
    weight = global_weights(framework)
    names, loads = [], []
    for factor in framework.factors:
        row = np.zeros(len(items))
        for one in (i for dimension in factor.dimensions for i in dimension.indicators):
            if one.id in place and one.id != outcome:
                row += weight[one.id] * mean_of[place[one.id]]
        if row.any():
            names.append(factor.id)
            loads.append(row)
    if outcome not in place or len(names) < 2:
        return None
    combined = np.stack([*loads, mean_of[place[outcome]]])

    def moments_of(counts: Array) -> Array:
        total = np.einsum("d,djk->jk", counts, sums)
        df = np.einsum("d,djk->jk", counts, degrees)
        return combined @ (total / np.maximum(df, 1.0)) @ combined.T

    return _drivers(outcome, "within", tuple(names), len(own.departments), moments_of, generator)


def _drivers(
    outcome: str,
    level: str,
    names: tuple[str, ...],
    units: int,
    moments_of: Callable[[Array], Array],
    generator: np.random.Generator,
) -> Drivers | None:
    """Shares from the covariance (K + 1, K + 1) of factors and outcome under counts of departments."""

    def correlations(counts: Array) -> tuple[Array, Array] | None:
        covariance = moments_of(counts)
        variance = np.diag(covariance)
        if not (np.isfinite(covariance).all() and (variance > 1e-12).all()):
            return None
        r = covariance / np.sqrt(np.outer(variance, variance))
        return r[:-1, :-1], r[:-1, -1]

    found = correlations(np.ones(units))
    if found is None or len(names) > MOST_PREDICTORS:
        return None
    drawn = []
    for _ in range(RESAMPLES):
        counts = np.bincount(generator.integers(0, units, units), minlength=units)
        one = correlations(counts.astype(float))
        if one is not None:
            drawn.append(lmg_shares(*one))
    lmg = lmg_shares(*found)
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0) if drawn else (lmg, lmg)
    return Drivers(
        outcome,
        level,
        units,
        names,
        explained(*found, tuple(range(len(names)))),
        lmg,
        np.minimum(low, lmg),
        np.maximum(high, lmg),
        johnson_weights(*found),
    )
