"""Rankings of departments by other rules, to read beside the score: the labelled floor.

The criteria are the children of one node. None of these rules has intervals or levels; where one
disagrees with the score, the ranking rests on the rule and not on the departments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.comparison.rankings import copeland, grey_relation, promethee, spotis, topsis, vikor
from indicators.scores import Scores

Array = NDArray[np.floating]

SOURCES = {
    "topsis": "Hwang & Yoon 1981",
    "topsis-sample": "Hwang & Yoon 1981",
    "vikor": "Opricovic & Tzeng 2004",
    "promethee2": "Brans & Vincke 1985",
    "spotis": "Dezert et al. 2020",
    "grey-relation": "Deng 1982",
    "copeland": "Copeland 1951",
}
BY_SAMPLE = frozenset({"topsis-sample", "vikor", "promethee2", "copeland"})
"""Rules under which another department can move the rest."""
LOWER_IS_BETTER = frozenset({"vikor", "spotis"})


@dataclass(frozen=True, eq=False)
class Reading:
    """One rule over n departments: ``value`` (n,) in the rule's own units, ``rank`` (n,) 1 best.

    ``agreement`` is Spearman's correlation of the ranks with those of the score; NaN where either
    does not vary.
    """

    method: str
    value: Array
    rank: NDArray[np.int64]
    agreement: float


def cross_readings(
    scores: Scores, node: str, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], tuple[str, ...], list[Reading]]:
    """Readings of the departments among ``rows`` that have every child of the node.

    Returns those departments, the children, and the readings; no readings for fewer than two
    departments or children, or where scores depend on the sample and have no ends.
    """
    framework = scores.framework
    own = framework.node(node)
    used = [(child, w) for child, w in zip(own.children, own.weights, strict=True) if w > 0]
    at = [framework.node_index[child] for child, _ in used]
    values = scores.score[rows][:, at]
    hidden = scores.hidden[rows][:, at]
    complete = (np.isfinite(values) & ~hidden).all(axis=1)
    kept, x = rows[complete], values[complete]
    names = tuple(child for child, _ in used)
    if len(kept) < 2 or len(at) < 2 or scores.sample_scaled:
        return kept, names, []
    weights = np.array([w for _, w in used], dtype=float)
    weights /= weights.sum()
    low, high = framework.normalised_range
    best, worst, up = np.full(len(at), high), np.full(len(at), low), np.ones(len(at))
    found = {
        "topsis": topsis(x, up, weights, (best, worst)),
        "topsis-sample": topsis(x, up, weights),
        "vikor": vikor(x, up, weights).q,
        "promethee2": promethee(x, up, weights).net,
        "spotis": spotis(x, weights, best, worst),
        "grey-relation": grey_relation(x, best, weights),
        "copeland": copeland(x, up, weights),
    }
    score = scores.score[kept, framework.node_index[node]]
    return kept, names, [_reading(name, value, score) for name, value in found.items()]


def _reading(method: str, value: Array, score: Array) -> Reading:
    from scipy.stats import rankdata

    better = value if method in LOWER_IS_BETTER else -value
    # Ties apart from rounding: values worked out in another order differ in the last digits.
    places = rankdata(np.round(better, 10), method="min")
    own = rankdata(np.round(-score, 10))
    middle = rankdata(np.round(better, 10))
    apart = middle.std() > 0 and own.std() > 0
    agreement = float(np.corrcoef(middle, own)[0, 1]) if apart else float("nan")
    return Reading(method, value, places.astype(np.int64), agreement)
