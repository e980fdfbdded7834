"""What leaving out careless answers does to the scores: with them, and without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actions.access import Access, authorize
from indicators.answers.moments import SurveyMoments
from indicators.evidence import Evidence
from indicators.scoring import score
from survey_data.answers.survey import SurveyImport
from survey_data.workspace import batches, registry

DRAWS = 100


@dataclass(frozen=True)
class ScoreEffect:
    """Overall scores, every row counted and without the ``excluded`` ones; None = no score.

    ``departments`` holds (id, with, without) of those whose score changes, the largest change first.
    ``levels_changed`` counts departments whose level differs.
    """

    excluded: int
    city: tuple[float | None, float | None]
    departments: tuple[tuple[str, float, float], ...]
    levels_changed: int


def score_effect(
    access: Access,
    round_id: str,
    found: SurveyImport,
    excluded: NDArray[np.bool_],
    mode: str | None,
) -> ScoreEffect:
    """Score the round as it would be with the file, with and without its ``excluded`` rows (n,)."""
    authorize(access.user, "score.read", round_id)
    superseded = None if mode in (None, "add") else mode
    held = batches.survey_moments(access.workspace, round_id, without=superseded)
    cells = batches.metric_cells(access.workspace, round_id)
    listed = registry.departments(access.workspace)

    def scored(moments: SurveyMoments):
        whole = moments if held is None else held.merge(moments)
        evidence = Evidence.build(round_id, listed, whole, cells, found.framework)
        return score(evidence, found.framework, draws=DRAWS, seed=1)

    every = scored(found.moments_without(np.zeros(found.accepted, dtype=bool)))
    fewer = scored(found.moments_without(excluded))
    at = found.framework.node_index["overall"]
    before = {d.id: float(every.score[i, at]) for i, d in enumerate(every.departments)}
    after = {d.id: float(fewer.score[i, at]) for i, d in enumerate(fewer.departments)}
    levels = {d.id: int(every.level[i]) for i, d in enumerate(every.departments)}
    changed = [
        (id, before[id], after[id])
        for id in before
        if id in after and abs(before[id] - after[id]) >= 0.05
    ]
    return ScoreEffect(
        int(excluded.sum()),
        (_known(every.city.score[at]), _known(fewer.city.score[at])),
        tuple(sorted(changed, key=lambda one: -abs(one[1] - one[2]))),
        sum(levels.get(d.id) != int(fewer.level[i]) for i, d in enumerate(fewer.departments)),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
