"""Whether the city as a whole rose or fell between two rounds."""

from __future__ import annotations

import numpy as np

from analysis.city.overview import Moved
from analysis.comparison.change import SAME, sure_rise
from indicators.scores import Scores


def city_change(now: Scores, then: Scores) -> Moved | None:
    """The city's change over the departments that count in both rounds, weighted as now.

    Both need ``keep_draws=True``; the two rounds' draws are taken as independent. None where no
    department counts in both.
    """
    assert now.draws is not None and then.draws is not None
    before = {then.departments[e].id: int(e) for e in np.flatnonzero(then.counted())}
    pairs = [
        (int(d), before[now.departments[d].id], now.departments[d].weight)
        for d in np.flatnonzero(now.counted())
        if now.departments[d].id in before
    ]
    total = sum(weight for _, _, weight in pairs)
    if not pairs or total <= 0:
        return None
    points = [w * (now.score[d, 0] - then.score[e, 0]) for d, e, w in pairs]
    drawn = np.zeros(now.draws.shape[0])
    for d, e, weight in pairs:
        drawn += weight * (now.draws[:, d, 0].astype(float) - then.draws[:, e, 0])
    drawn /= total
    difference = float(sum(points) / total)
    low, high = (float(q) for q in np.quantile(drawn, (0.05, 0.95)))
    exact = all(
        scores.high[row, 0] - scores.low[row, 0] <= SAME
        for d, e, _ in pairs
        for scores, row in ((now, d), (then, e))
    )
    if exact:
        low = high = difference
    return Moved(
        float(then.city.score[0]),
        difference,
        min(low, difference),
        max(high, difference),
        float(sure_rise(np.array(difference)) if exact else (drawn > 0).mean()),
    )
