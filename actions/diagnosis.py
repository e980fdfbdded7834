"""What holds departments back, and what the data say about weights."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.city.scoring import round_scores
from actions.published import round_evidence
from analysis.diagnosis.coupling import CLASSES, couplings
from analysis.diagnosis.data_weights import METHODS, SOURCES, data_weights
from analysis.diagnosis.gaps import gap_shares
from analysis.diagnosis.next_level import against_peers, next_level, perception_gaps
from analysis.diagnosis.outcome_drivers import (
    STEPS,
    Drivers,
    Necessity,
    drivers,
    importances,
    necessities,
)
from indicators.findings import Finding, Refused
from indicators.scores import Scores
from indicators.weighting.benefit_of_doubt import LEAST, MOST, bounded_weights, frontier_scores
from indicators.weighting.weights import FEWEST_UNITS
from indicators.words import one_of
from locales import text

OWN_WEIGHTS = "benefit-of-the-doubt"
LARGEST = 10
"""Gaps, strengths and weaknesses listed of a department."""


def weights_report(
    access: Access,
    round_id: str,
    *,
    method: str = "entropy",
    seed: int = 1,
    node: str | None = None,
) -> dict[str, Any]:
    """Weights that the data suggest for the children of every node, or of one, with their bootstrap
    range."""
    authorize(access.user, "diagnosis.read", round_id)
    scores = round_scores(access, round_id, draws=100, seed=seed)
    one_of("method", method, weight_methods())
    if method == OWN_WEIGHTS:
        return _own_weights(scores)
    rows = scores.counted()
    try:
        found = data_weights(scores, method, seed, rows, node)
    except ValueError:
        # z-scores are negative, and shares of negative numbers are no weights.
        raise Refused(Finding("E955", params={"method": method})) from None
    units = int(rows.sum())
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
    return (*METHODS, OWN_WEIGHTS)


def _own_weights(scores: Scores) -> dict[str, Any]:
    """Benefit of the doubt: the overall score of each department under the factor weights that suit
    it best, and the classical frontier score, for ranking only."""
    framework = scores.framework
    root = framework.node("overall")
    at = [framework.node_index[factor] for factor in root.children]
    rows = np.flatnonzero(scores.counted())
    x = scores.score[rows][:, at]
    given = np.array(root.weights) / sum(root.weights)
    weights, own = bounded_weights(x, given)
    plain, _ = bounded_weights(x, given, 1.0, 1.0)
    nominal = (plain * np.nan_to_num(x)).sum(axis=1)
    usable = np.isfinite(x).all() and (x >= 0).all() and len(x) > 0 and (x.max(axis=0) > 0).all()
    frontier = frontier_scores(x) if usable else np.full(len(x), np.nan)
    rank, own_rank = (1 + (v[None] > v[:, None]).sum(axis=1) for v in (nominal, own))
    return {
        "round": scores.round,
        "method": OWN_WEIGHTS,
        "source": "Cherchye et al. 2007",
        "bounds": [LEAST, MOST],
        "units": [
            {
                "id": scores.departments[d].id,
                "name": dict(scores.departments[d].name),
                "score": float(nominal[k]),
                "own_score": float(own[k]),
                "rank": int(rank[k]),
                "own_rank": int(own_rank[k]),
                "frontier": _number(frontier[k]),
                "weights": dict(zip(root.children, weights[k].tolist(), strict=True)),
            }
            for k, d in enumerate(rows)
        ],
    }


def diagnosis_report(access: Access, round_id: str, *, seed: int = 1) -> dict[str, Any]:
    """Next level and what binds, gap shares, coordination, strengths and gaps of departments."""
    authorize(access.user, "diagnosis.read", round_id)
    scores = round_scores(access, round_id, draws=500, seed=seed)
    coupled = couplings(scores)
    rows = scores.counted()
    evidence, _ = round_evidence(access, round_id)
    return {
        "round": round_id,
        "seed": seed,
        "units": [_unit(scores, d, coupled[d]) for d in np.flatnonzero(rows).tolist()],
        "drivers": [_driver(one) for one in drivers(scores, evidence.survey, rows, seed)],
        "necessary": [_necessity(one) for one in necessities(scores, rows, seed)],
        "importance": [asdict(one) for one in importances(scores, rows, seed)],
    }


def _driver(one: Drivers) -> dict[str, Any]:
    return {
        "outcome": one.outcome,
        "level": one.level,
        "departments": one.units,
        "r2": one.r2,
        "factors": {
            factor: {
                "lmg": float(one.lmg[k]),
                "low": float(one.low[k]),
                "high": float(one.high[k]),
                "johnson": float(one.johnson[k]),
            }
            for k, factor in enumerate(one.factors)
        },
    }


def _necessity(one: Necessity) -> dict[str, Any]:
    return {
        "outcome": one.outcome,
        "factor": one.factor,
        "effect": one.effect,
        "p": one.p,
        "bottleneck": {
            f"{step:.0%}": _number(value) for step, value in zip(STEPS, one.needed, strict=True)
        },
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


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
