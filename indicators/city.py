"""The city's figures: the weighted mean over departments, per node and draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Framework
from indicators.levels.gate_results import gate_results
from indicators.levels.maturity import gate_states, gated_level, level_cuts, level_of, level_shares
from indicators.scores import CityScores, GateResult
from indicators.uncertainty.node_draws import QUANTILES

Array = NDArray[np.float64]


def city_scores(
    framework: Framework,
    shown: Array,
    point: Array,
    inside: NDArray[np.bool_],
    weight: Array,
    drawn_sum: Array,
    approximate: NDArray[np.bool_],
    capped: int,
    sample_scaled: bool,
) -> CityScores:
    """The weighted mean over the departments inside, per node and draw.

    Cap gates are not applied to the city; ``capped`` tells how many departments they hold down.
    """
    share = np.where(inside, weight[:, None], 0.0)
    total = share.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw, mean = (
            (share * np.nan_to_num(values)).sum(axis=0) / total for values in (point, shown)
        )
        drawn = drawn_sum / total
    centre = np.where(approximate, drawn.mean(axis=0), raw)
    drawn = drawn - centre + mean
    drawn[:, drawn.std(axis=0) < 1e-9] = mean[drawn.std(axis=0) < 1e-9]
    low, low50, high50, high = np.quantile(drawn, QUANTILES, axis=0)
    count = len(framework.levels)
    probability = np.full(count, np.nan)
    score_level = level = 0
    results: tuple[GateResult, ...] = ()
    if not sample_scaled and not np.isnan(mean[0]):
        nothing = np.zeros((1, len(framework.metric_ids)))
        absent = np.zeros(nothing.shape, dtype=bool)
        states = gate_states(framework, mean[None], nothing, absent, with_caps=False)
        by_score = level_of(mean[None, 0], level_cuts(framework))
        gated = gated_level(by_score, states)
        score_level, level = int(by_score[0]), int(gated[0])
        results = gate_results(framework, mean[None], states, by_score, gated)[0]
        per_draw = gate_states(framework, drawn, nothing, absent, with_caps=False)
        levels = gated_level(level_of(drawn[:, 0], level_cuts(framework)), per_draw)
        probability = level_shares(levels, count)
    return CityScores(
        score=mean,
        low=np.fmin(low, mean),
        high=np.fmax(high, mean),
        low50=np.fmin(low50, mean),
        high50=np.fmax(high50, mean),
        level=level,
        score_level=score_level,
        level_probability=probability,
        gates=results,
        n_departments=int(inside[:, 0].sum()),
        capped=capped,
    )
