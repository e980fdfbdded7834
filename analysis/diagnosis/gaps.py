"""What holds scores back: where the gaps are, and how sure it is that they are real."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.framework import Framework
from indicators.scores import Scores


@dataclass(frozen=True)
class Weakness:
    """An indicator in which departments fall short of a level.

    ``priority`` sums weight × gap × P(gap is real) over the departments.
    """

    indicator: str
    below: int
    known: int
    median: float
    priority: float


@dataclass(frozen=True)
class Gap:
    """An indicator's share of a department's whole weighted gap (障碍度): a share, not a cause."""

    indicator: str
    share: float
    score: float


def global_weights(framework: Framework) -> dict[str, float]:
    """Each indicator's weight in the overall score when nothing is missing."""
    weights = {"overall": 1.0}
    for node in framework.nodes:
        total = sum(node.weights)
        for child, weight in zip(node.children, node.weights, strict=True):
            weights[child] = weights[node.id] * weight / total
    return {m.id: weights[m.id] for m in framework.indicators}


def weakest(scores: Scores, level: int = 3, rows: np.ndarray | None = None) -> list[Weakness]:
    """Indicators by the size of their certain gaps to a level's cut-off, largest first.

    Parameters
    ----------
    rows : bool array (D,), which departments to look at; all by default
    """
    if scores.sample_scaled:
        return []
    framework = scores.framework
    cut = next((entry.from_ for entry in framework.levels if entry.level == level), None)
    if cut is None:
        return []
    weights = global_weights(framework)
    chosen = np.ones(len(scores.departments), dtype=bool) if rows is None else rows
    found = []
    for id, weight in weights.items():
        p = framework.node_index[id]
        score = scores.score[chosen, p]
        known = ~np.isnan(score)
        gap = np.where(known, np.maximum(cut - np.nan_to_num(score), 0.0), 0.0)
        if not gap.any():
            continue
        if scores.draws is None:
            certain = (scores.high[chosen, p] < cut).astype(float)
        else:
            certain = (scores.draws[:, chosen, p] < cut).mean(axis=0)
        found.append(
            Weakness(
                id,
                int((known & (np.nan_to_num(score) < cut)).sum()),
                int(known.sum()),
                float(np.median(score[known])),
                float(weight * (gap * certain).sum()),
            )
        )
    return sorted(found, key=lambda w: (-w.priority, w.indicator))


def gap_shares(scores: Scores, department: int) -> list[Gap]:
    """Shares O_j = w_j (high − s_j) / Σ w (high − s) of one department, largest first.

    Hidden and missing indicators are left out; a department without any gap has none.
    """
    framework = scores.framework
    high = framework.normalised_range[1]
    gaps = {}
    for id, weight in global_weights(framework).items():
        score = scores.score[department, framework.node_index[id]]
        if not np.isnan(score):
            gaps[id] = (weight * max(high - score, 0.0), float(score))
    total = sum(gap for gap, _ in gaps.values())
    if total <= 0:
        return []
    shares = [Gap(id, gap / total, score) for id, (gap, score) in gaps.items()]
    return sorted(shares, key=lambda gap: (-gap.share, gap.indicator))
