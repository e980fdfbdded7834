"""What holds departments back, and what the data say about weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.scoring import round_scores
from analysis.coupling import CLASSES, couplings
from analysis.diagnosis import gap_shares
from analysis.next_level import against_peers, next_level, perception_gaps
from analysis.weighing import METHODS, SOURCES, data_weights
from indicators.scores import Scores
from indicators.weights import FEWEST_UNITS
from locales import text

LARGEST = 10
"""Gaps, strengths and weaknesses listed of a department."""


def weights_report(
    access: Access, round_id: str, *, method: str = "entropy", seed: int = 1
) -> dict[str, Any]:
    """Weights that the data suggest for the children of every node, with their bootstrap range."""
    authorize(access.user, "diagnosis.read", round_id)
    scores = round_scores(access, round_id, draws=100, seed=seed)
    found = data_weights(scores, method, seed, _rows(scores))
    units = int(_rows(scores).sum())
    few = method != "equal" and units < FEWEST_UNITS
    return {
        "round": round_id,
        "method": method,
        "source": SOURCES[method],
        "seed": seed,
        "units": units,
        "warning": text("diagnosis.few-units", units=units, fewest=FEWEST_UNITS) if few else None,
        "nodes": {
            one.node: {
                "units": one.units,
                "children": {
                    child: {
                        "weight": float(one.weight[c]),
                        "low": float(one.low[c]),
                        "high": float(one.high[c]),
                        "given": float(one.given[c]),
                        "effective": _number(one.effective[c]),
                    }
                    for c, child in enumerate(one.children)
                },
            }
            for one in found
        },
    }


def weight_methods() -> tuple[str, ...]:
    return tuple(METHODS)


def diagnosis_report(access: Access, round_id: str, *, seed: int = 1) -> dict[str, Any]:
    """Next level and what binds, gap shares, coordination, strengths and gaps of departments."""
    authorize(access.user, "diagnosis.read", round_id)
    scores = round_scores(access, round_id, draws=500, seed=seed)
    coupled = couplings(scores)
    return {
        "round": round_id,
        "seed": seed,
        "units": [
            _unit(scores, d, coupled[d])
            for d, status in enumerate(scores.status)
            if status in ("rated", "provisional") and not scores.hidden[d, 0]
        ],
    }


def _unit(scores: Scores, d: int, coupled: Any) -> dict[str, Any]:
    department = scores.departments[d]
    above = next_level(scores, d)
    peers = against_peers(scores, d)
    return {
        "id": department.id,
        "name": dict(department.name),
        "level": int(scores.level[d]) or None,
        "next_level": {
            "level": above.level,
            "points": _number(above.points),
            "binding_gates": list(above.binding),
        },
        "gap_shares": [
            {"indicator": gap.indicator, "share": gap.share, "score": gap.score}
            for gap in gap_shares(scores, d)[:LARGEST]
        ],
        "coordination": {
            "wang2021": _number(coupled.adjusted),
            "standard": _number(coupled.standard),
            "class": text(f"coordination.{CLASSES[coupled.grade]}") if coupled.grade >= 0 else None,
            "lagging": coupled.lagging or None,
        },
        "strong": [_peer(one) for one in peers[:5] if one.difference > 0],
        "weak": [_peer(one) for one in reversed(peers[-5:]) if one.difference < 0],
        "perception_gaps": [
            {
                "dimension": one.dimension,
                "answers": one.answers,
                "records": one.records,
                "gap": one.gap,
            }
            for one in perception_gaps(scores, d)
        ],
    }


def _peer(one: Any) -> dict[str, Any]:
    return {
        "indicator": one.indicator,
        "difference": one.difference,
        "share_below": one.share_below,
        "peers": one.peers,
    }


def _rows(scores: Scores) -> np.ndarray:
    return np.array(
        [
            status in ("rated", "provisional") and not scores.hidden[d, 0]
            for d, status in enumerate(scores.status)
        ],
        dtype=bool,
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
