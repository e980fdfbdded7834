"""Protecting respondents: results that rest on few answers are withheld (statistics.md 4)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indicators.gate_results import reads_scores
from indicators.scores import GateResult, Scores
from locales import text

THRESHOLD = 5
"""Fewest answers behind a result that is shown. May be raised, never lowered."""

WITHHELD = -1
"""In place of a count that is not told."""


def hidden_cells(counts: NDArray[np.int64], threshold: int = THRESHOLD) -> NDArray[np.bool_]:
    """Cells that rest on 1 … threshold − 1 answers.

    A node's count is the smallest positive one beneath it, so whatever holds a hidden part is hidden
    too, and nothing can be found by subtraction within a department.

    Parameters
    ----------
    counts : (D, P), 0 = no answers beneath

    Raises
    ------
    ValueError
        For a threshold below `THRESHOLD`.
    """
    if threshold < THRESHOLD:
        raise ValueError(
            f"the threshold may be raised from {THRESHOLD}, not lowered to {threshold}"
        )
    return (counts > 0) & (counts < threshold)


def suppress(scores: Scores, hidden: NDArray[np.bool_]) -> Scores:
    """The scores without hidden cells.

    ``scores`` must have been computed with ``outside_city=hidden``, so that the city's means do not
    contain what is withheld.
    """
    if not hidden.any():
        return scores
    withheld = hidden[:, 0]

    def blank(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(hidden, np.nan, values)

    def none(levels: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(withheld, 0, levels)

    factors = [scores.framework.node_index[f.id] for f in scores.framework.factors]
    draws = scores.draws
    if draws is not None:
        draws = np.where(hidden, np.float32(np.nan), draws)
    return replace(
        scores,
        score=blank(scores.score),
        low=blank(scores.low),
        high=blank(scores.high),
        low50=blank(scores.low50),
        high50=blank(scores.high50),
        n=np.where(hidden, WITHHELD, scores.n),
        respondents=np.where(withheld, WITHHELD, scores.respondents),
        status=tuple(
            "suppressed" if w else s for w, s in zip(withheld, scores.status, strict=True)
        ),
        score_level=none(scores.score_level),
        level=none(scores.level),
        factor_level=np.where(hidden[:, factors], 0, scores.factor_level),
        level_probability=np.where(withheld[:, None], np.nan, scores.level_probability),
        score_level_probability=np.where(withheld[:, None], np.nan, scores.score_level_probability),
        gates=tuple(
            _without_scores(scores, gates) if w else gates
            for w, gates in zip(withheld, scores.gates, strict=True)
        ),
        hidden=hidden,
        findings=tuple(f for f in scores.findings if f.code != "W401"),
        draws=draws,
    )


def _without_scores(scores: Scores, gates: tuple[GateResult, ...]) -> tuple[GateResult, ...]:
    """Gates on records stay; gates on scores say only that they are withheld."""
    by_id = {gate.id: gate for gate in scores.framework.gates}
    return tuple(
        GateResult(g.id, g.kind, None, False, None, None, None, text("gate.suppressed"))
        if reads_scores(by_id[g.id])
        else replace(g, binds=False)
        for g in gates
    )
