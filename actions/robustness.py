"""Does a round's conclusion survive other reasonable choices?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.scoring import round_scores
from analysis.robustness.design import Design, default_design, read_design
from analysis.robustness.model import NONE, build_model
from analysis.robustness.report import Held, Robustness, robustness
from analysis.robustness.sensitivity import Indices
from analysis.robustness.split import split_variance
from indicators.findings import Finding, Refused
from indicators.scores import Scores
from locales import text
from survey_data.workspace import batches

FIRST_DRAWS, MOST_DRAWS = 2000, 16_000
SETTLED_RANK, SETTLED_SCORE = 1.0, 0.5
"""Without a number of draws they are doubled until the halves agree this well."""
POINTS = 1024
SPLIT_DRAWS = 4000


def robustness_report(
    access: Access,
    round_id: str,
    *,
    design: bytes | None = None,
    draws: int | None = None,
    points: int = POINTS,
    seed: int = 1,
    split: bool = False,
) -> dict[str, Any]:
    """Robustness of a round in the form of contract.md 4.

    ``split`` also says which share of each score's variance is sampling error.

    Departments without a score or whose score is withheld are left out. Raises Refused (E950, E951,
    E952) for a design that cannot be used, E953 when no department has a score.
    """
    authorize(access.user, "robustness.read", round_id)
    scores = round_scores(access, round_id, draws=100, seed=seed)
    kept = [
        d
        for d, status in enumerate(scores.status)
        if status in ("rated", "provisional")
        and np.isfinite(scores.score[d, 0])
        and not scores.hidden[d, 0]
    ]
    if not kept:
        raise Refused(Finding("E953", params={"round": round_id}))
    evidence, framework = batches.evidence(access.workspace, round_id)
    model = build_model(evidence, framework, np.array(kept), sampling=True, seed=seed)
    if design is None:
        chosen = default_design(model, seed)
    else:
        chosen = read_design(design, model, seed)
    names = tuple(scores.departments[d].id for d in kept)
    unknown = [name for name in chosen.departments if name not in names]
    if unknown:
        raise Refused(Finding("E950", params={"what": f"outputs: {', '.join(unknown)}"}))
    count = draws or chosen.draws or FIRST_DRAWS

    def run(count: int) -> Robustness:
        return robustness(model, chosen, draws=count, points=points, seed=seed, names=names)

    found = run(count)
    while draws is None and chosen.draws is None and not _settled(found) and count < MOST_DRAWS:
        count *= 2
        found = run(count)
    plain = _plain(found, scores, kept, seed, chosen)
    parted = split_variance(model, chosen, draws=SPLIT_DRAWS, seed=seed) if split else None
    if parted is not None:
        for r, unit in enumerate(plain["units"]):
            unit["split"] = {
                "sampling": _number(parted.sampling[r]),
                "method": _number(parted.method[r]),
                "together": _number(parted.together[r]),
            }
    return plain


def _settled(found: Robustness) -> bool:
    return found.settled_rank <= SETTLED_RANK and not found.settled_score > SETTLED_SCORE


def _plain(
    found: Robustness, scores: Scores, kept: list[int], seed: int, design: Design
) -> dict[str, Any]:
    departments = [scores.departments[d] for d in kept]
    names = {d.id: dict(d.name) for d in departments}
    units = [
        {
            "id": department.id,
            "name": dict(department.name),
            "score": {
                "score": _number(found.nominal[r]),
                "low": _number(found.low[r]),
                "high": _number(found.high[r]),
                "coverage": _number(scores.coverage[kept[r], 0]),
            },
            "sampling": {
                "low": _number(found.sampling_low[r]),
                "high": _number(found.sampling_high[r]),
            },
            "rank": {
                "low": int(found.rank_low[r]),
                "nominal": int(found.rank[r]),
                "high": int(found.rank_high[r]),
                "outside": bool(found.outside[r]),
            },
            "level": int(found.level[r]) or None,
            "level_stability": _number(found.stability[r]),
        }
        for r, department in enumerate(departments)
    ]
    return {
        "round": scores.round,
        "framework": {
            "id": scores.framework.id,
            "version": scores.framework.version,
            "digest": scores.framework.digest,
        },
        "seed": seed,
        "draws": found.draws,
        "settled": {"score": _number(found.settled_score), "rank": _number(found.settled_rank)},
        "alternatives": _alternatives(found),
        "units": units,
        "city": dict(zip(("score", "low", "high"), (_number(v) for v in found.city), strict=True)),
        "conclusions": [_conclusion(one, names) for one in found.conclusions],
        "sensitivity": {
            output: _sensitivity(indices, found) for output, indices in found.sensitivity.items()
        },
        "sensitivity_exact": bool(found.sensitivity)
        and all(indices.exact for indices in found.sensitivity.values()),
    }


def _alternatives(found: Robustness) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for one in found.inputs:
        if not one.discrete:
            listed.append({"id": one.id, "kind": one.kind, "applied": True, "share": 1.0})
            continue
        shares = found.shares.get(one.id, ())
        listed += [
            {
                "id": f"{one.id}:{name}",
                "kind": one.kind,
                "applied": True,
                "share": share,
                "nominal": name == NONE,
            }
            for name, share in zip(one.alternatives, shares, strict=True)
        ]
    listed += [
        {
            "id": id,
            "kind": id.partition(":")[0],
            "applied": False,
            "share": 0.0,
            "reason": text(reason),
        }
        for id, reason in found.dropped
    ]
    return listed


def _conclusion(one: Held, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    params = {
        key: names.get(value, value) if isinstance(value, str) else value
        for key, value in one.params.items()
    }
    return {"text": text(one.key, **params), "holds_in": _number(one.share)}


def _sensitivity(indices: Indices, found: Robustness) -> dict[str, dict[str, float | None]]:
    plain = asdict(indices)
    plain.pop("exact")
    return {
        one.id: {name: _number(values[place]) for name, values in plain.items()}
        for place, one in enumerate(found.inputs)
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
