"""Scores of a round, whole for the owner, without small cells for everybody else."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.published import round_evidence
from indicators.framework import Framework
from indicators.scores import CityScores, GateResult, Scores
from indicators.scoring import score
from locales import text
from survey_data.workspace import registry


def round_scores(
    access: Access,
    round_id: str,
    *,
    draws: int = 2000,
    seed: int = 1,
    framework: str | None = None,
    estimate: str = "raw",
    keep_draws: bool = False,
) -> Scores:
    """Score a round under its own framework, or under another by ``ID@VERSION``."""
    authorize(access.user, "score.read", round_id)
    if framework is None:
        info = registry.round_named(access.workspace, round_id)
        used = registry.framework_by_digest(access.workspace, info.framework)
    else:
        used = registry.framework_named(access.workspace, framework)
    return framework_scores(
        access,
        round_id,
        used,
        draws=draws,
        seed=seed,
        estimate=estimate,
        keep_draws=keep_draws,
    )


def framework_scores(
    access: Access,
    round_id: str,
    framework: Framework,
    *,
    draws: int = 2000,
    seed: int = 1,
    estimate: str = "raw",
    keep_draws: bool = False,
) -> Scores:
    """Score a round under a framework at hand, adopted or not."""
    authorize(access.user, "score.read", round_id)
    evidence, _ = round_evidence(access, round_id, framework)
    return score(
        evidence, framework, draws=draws, seed=seed, estimate=estimate, keep_draws=keep_draws
    )


def score_report(access: Access, round_id: str, **options: Any) -> dict[str, Any]:
    """`round_scores` in the form of contract.md 4."""
    authorize(access.user, "score.read", round_id)
    return report(round_scores(access, round_id, **options))


def report(scores: Scores) -> dict[str, Any]:
    """Scores as plain values: ids, numbers at full precision, None where there is nothing."""
    framework = scores.framework
    index = framework.node_index
    tree = [n for n in framework.nodes if n.kind in ("factor", "dimension", "indicator")]
    factors = {factor.id: place for place, factor in enumerate(framework.factors)}
    levels = [str(level.level) for level in framework.levels]

    def node(d: int, id: str) -> dict[str, Any]:
        p = index[id]
        found = {
            "score": _number(scores.score[d, p]),
            "low": _number(scores.low[d, p]),
            "high": _number(scores.high[d, p]),
            "coverage": _number(scores.coverage[d, p]),
        }
        if id in factors:
            found["level"] = int(scores.factor_level[d, factors[id]]) or None
        if scores.clipped[d, p]:
            found["clipped"] = True
        if scores.hidden[d, p]:
            found["suppressed"] = True
        if scores.approximate[p]:
            found["approximate"] = True
        return found

    def probabilities(row: np.ndarray) -> dict[str, float] | None:
        if np.isnan(row).any():
            return None
        return {level: float(p) for level, p in zip(levels, row, strict=True)}

    units = [
        {
            "id": department.id,
            "name": dict(department.name),
            "group": department.group or None,
            "n": int(scores.respondents[d]) if scores.respondents[d] >= 0 else None,
            "census": bool(scores.census[d]),
            "status": scores.status[d],
            "coverage": _number(scores.coverage[d, 0]),
            "overall": node(d, "overall"),
            "level": int(scores.level[d]) or None,
            "level_reason": _level_reason(scores, d),
            "score_level": int(scores.score_level[d]) or None,
            "most_probable_level": _most_probable(scores.level_probability[d], levels),
            "level_probability": probabilities(scores.level_probability[d]),
            "score_level_probability": probabilities(scores.score_level_probability[d]),
            "nodes": {n.id: node(d, n.id) for n in tree},
            "outcomes": {id: node(d, id) for id in framework.outcome_ids},
            "gates": [_gate(gate) for gate in scores.gates[d]],
            "missing": list(scores.missing[d]),
        }
        for d, department in enumerate(scores.departments)
    ]
    return {
        "round": scores.round,
        "framework": {
            "id": framework.id,
            "version": framework.version,
            "digest": framework.digest,
        },
        "evidence_digest": scores.evidence_digest,
        "seed": scores.seed,
        "draws": scores.draws_count,
        "estimate": scores.estimate,
        "level_probability_basis": scores.probability_basis,
        "sample_scaled": scores.sample_scaled,
        "units": units,
        "city": _city(scores, scores.city, levels),
        "issues": [finding.as_json() for finding in scores.findings],
    }


def _city(scores: Scores, city: CityScores, levels: list[str]) -> dict[str, Any]:
    # A department without a score at a node still counts there: its coverage is what is missing.
    counted = scores.counted()

    def node(p: int) -> dict[str, Any]:
        values = {
            "score": _number(city.score[p]),
            "low": _number(city.low[p]),
            "high": _number(city.high[p]),
        }
        inside = scores.coverage[counted, p]
        return values | {"coverage": _number(inside.mean()) if len(inside) else None}

    known = not np.isnan(city.level_probability).any()
    return {
        "overall": node(0),
        "level": city.level or None,
        "level_reason": text("gate.sample-scaled") if scores.sample_scaled else None,
        "score_level": city.score_level or None,
        "level_probability": {
            level: float(p) for level, p in zip(levels, city.level_probability, strict=True)
        }
        if known
        else None,
        "nodes": {id: node(p) for p, id in enumerate(scores.nodes) if p},
        "gates": [_gate(gate) for gate in city.gates],
        "n_departments": city.n_departments,
        "of_departments": len(scores.departments),
        "capped": city.capped,
    }


def _level_reason(scores: Scores, d: int) -> dict[str, str] | None:
    """Why a department has no level, None where it has one."""
    if scores.level[d]:
        return None
    if scores.status[d] == "suppressed":
        return text("level.suppressed")
    if scores.sample_scaled:
        return text("gate.sample-scaled")
    return text("level.unrated", what=", ".join(scores.missing[d]) or "—")


def _most_probable(row: np.ndarray, levels: list[str]) -> int | None:
    return None if np.isnan(row).any() else int(levels[int(row.argmax())])


def _gate(gate: GateResult) -> dict[str, Any]:
    return {
        "id": gate.id,
        "kind": gate.kind,
        "passed": gate.passed,
        "binds": gate.binds,
        "value": gate.value,
        "threshold": gate.threshold,
        "caps_at": gate.caps_at,
        "reason": gate.reason,
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else float(value)
