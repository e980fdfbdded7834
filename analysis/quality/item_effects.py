"""What a weak item does to the scores: everything computed again as if nobody had answered it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.quality.checks import RULES
from analysis.quality.report import QualityReport
from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.scoring import score

MOST_EFFECTS = 8
"""Weak items for which the scores are computed again."""
DRAWS = 100


@dataclass(frozen=True)
class ItemEffect:
    """What leaving out one weak item does.

    ``reason``: ``negative`` or ``weak``. ``alpha`` of its scale with and without it; ``city`` the
    overall score with and without; ``largest`` the largest change of a department's overall score
    and ``department`` whose it is; ``levels`` how many departments change level.
    """

    item: str
    scale: str
    reason: str
    alpha: tuple[float, float]
    city: tuple[float, float]
    largest: float
    department: str
    levels: int


def item_effects(
    evidence: Evidence, framework: Framework, report: QualityReport
) -> tuple[ItemEffect, ...]:
    """Scores without each of the weakest items of the main scales, the weakest first."""
    weak = []
    for scale in report.main_scales:
        one = report.scales[scale]
        for place, item in enumerate(one.pooled.items):
            rest = float(one.statistics.rest_r[place])
            if rest < RULES["item-rest"].good:
                weak.append((rest, item, scale, place))
    weak = sorted(weak)[:MOST_EFFECTS]
    if not weak:
        return ()
    at = framework.node_index["overall"]
    whole = score(evidence, framework, draws=DRAWS, seed=1)
    found = []
    for rest, item, scale, place in weak:
        assert evidence.survey is not None
        fewer = replace(evidence, survey=evidence.survey.without(item))
        without = score(fewer, framework, draws=DRAWS, seed=1)
        change = np.nan_to_num(without.score[:, at] - whole.score[:, at])
        most = int(np.abs(change).argmax())
        one = report.scales[scale]
        found.append(
            ItemEffect(
                item,
                scale,
                "negative" if rest < 0 else "weak",
                (one.alpha, float(one.statistics.alpha_if_dropped[place])),
                (float(whole.city.score[at]), float(without.city.score[at])),
                float(change[most]),
                evidence.departments[most].id,
                int((whole.level != without.level).sum()),
            )
        )
    return tuple(found)
