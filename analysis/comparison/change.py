"""Comparing scores: change between rounds, from the joint draws of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.scores import Scores
from indicators.uncertainty.draws import quantiles
from indicators.values.leaves import survey_beneath

Array = NDArray[np.float64]
USEFUL = 2.0
"""δ: points of change that matter in practice."""
SAME = 1e-9
"""Scores nearer than this are the same, up to rounding."""


@dataclass(frozen=True, eq=False)
class Change:
    """Change from one round to the next, (D, P) over the later round's departments and nodes.

    NaN where a department or node has no score in both, and where answers are withheld in one of
    them: what is left there are the records beneath, which are no score of the same. ``p_up`` is P(change > 0) and ``p_useful``
    P(change > δ); records without error give 0 or 1. ``city_*`` are (P,).
    """

    difference: Array
    low: Array
    high: Array
    p_up: Array
    p_useful: Array


def change(now: Scores, then: Scores) -> Change:
    """Change under one framework, the two rounds' draws taken as independent (statistics.md 3).

    Both need ``keep_draws=True`` and the same framework; never the difference of two shrunken
    scores.

    Raises
    ------
    ValueError
        When draws are missing or the frameworks differ.
    """
    if now.draws is None or then.draws is None or now.nodes != then.nodes:
        raise ValueError("change needs the draws of both rounds under the same framework")
    shape = now.score.shape
    found = [np.full(shape, np.nan) for _ in range(5)]
    rows = {department.id: d for d, department in enumerate(then.departments)}
    on_answers = survey_beneath(now.framework)
    for d, department in enumerate(now.departments):
        e = rows.get(department.id)
        if e is None:
            continue
        drawn = now.draws[:, d].astype(float) - then.draws[:, e].astype(float)
        point = now.score[d] - then.score[e]
        if "suppressed" in (now.status[d], then.status[e]):
            point[on_answers] = np.nan
        exact = (now.high[d] - now.low[d] <= SAME) & (then.high[e] - then.low[e] <= SAME)
        low, high = quantiles(drawn, (0.05, 0.95))
        up = np.where(exact, sure_rise(point), (drawn > 0).mean(axis=0))
        useful = np.where(exact, point > USEFUL, (drawn > USEFUL).mean(axis=0))
        values = (
            point,
            np.where(exact, point, np.fmin(low, point)),
            np.where(exact, point, np.fmax(high, point)),
            up,
            useful,
        )
        for target, value in zip(found, values, strict=True):
            target[d] = np.where(np.isnan(point), np.nan, value)
    return Change(*found)


def sure_rise(point: NDArray[np.floating]) -> Array:
    """Certainty of a rise without sampling error: 1, 0, and ½ where nothing changed."""
    return np.where(point > SAME, 1.0, np.where(point < -SAME, 0.0, 0.5))
