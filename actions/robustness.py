"""Does a round's conclusion survive other reasonable choices?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.city.scoring import round_scores
from actions.published import round_evidence
from actions.rounds import evidence_key
from analysis.robustness.design import Design, default_design, read_design
from analysis.robustness.model import NONE, Model, build_model
from analysis.robustness.report import Held, Robustness, Step, robustness
from analysis.robustness.sensitivity import Indices
from analysis.robustness.split import split_variance
from indicators.findings import Finding, Refused
from indicators.scores import Scores
from locales import LANGUAGES, text, translate
from survey_data.reading import read_document
from survey_data.workspace import registry

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
    step: Step = lambda stage, share: None,
) -> dict[str, Any]:
    """Robustness of a round in the form of contract.md 4.

    ``split`` also says which share of each score's variance is sampling error; ``step`` hears how
    far the work is.

    Departments without a score or whose score is withheld are left out. Raises Refused (E950, E951,
    E952) for a design that cannot be used, E953 when no department has a score.
    """
    authorize(access.user, "robustness.read", round_id)
    scores, kept, model, chosen = _prepared(access, round_id, design, seed)
    names = tuple(scores.departments[d].id for d in kept)
    count = draws or chosen.draws or FIRST_DRAWS

    def run(count: int, points: int) -> Robustness:
        return robustness(
            model, chosen, draws=count, points=points, seed=seed, names=names, step=step
        )

    if draws is None and chosen.draws is None:
        while count < MOST_DRAWS and not _settled(run(count, 0)):
            count *= 2
    found = run(count, points)
    step("report", 0.95)
    plain = _plain(found, scores, kept, seed, chosen)
    parted = split_variance(model, chosen, draws=SPLIT_DRAWS, seed=seed) if split else None
    if parted is not None:
        for r, unit in enumerate(plain["units"]):
            unit["split"] = {
                "sampling": _number(parted.sampling[r]),
                "method": _number(parted.method[r]),
                "together": _number(parted.together[r]),
            }
    plain["synthetic"] = registry.round_named(access.workspace, round_id).synthetic
    return plain


def _prepared(
    access: Access, round_id: str, design: bytes | None, seed: int
) -> tuple[Scores, list[int], Model, Design]:
    """The round's scores, the departments that count, the model over them, and the design."""
    scores = round_scores(access, round_id, draws=100, seed=seed)
    kept = np.flatnonzero(scores.counted()).tolist()
    if not kept:
        raise Refused(Finding("E953", params={"round": round_id}))
    evidence, framework = round_evidence(access, round_id)
    model = build_model(evidence, framework, np.array(kept), sampling=True, seed=seed)
    if design is None:
        chosen = default_design(model, seed)
    else:
        chosen = read_design(read_document(design), model, seed)
    names = {scores.departments[d].id for d in kept}
    unknown = [name for name in chosen.departments if name not in names]
    if unknown:
        what = f"outputs: {', '.join(unknown)}"
        raise Refused(Finding("E950", where={"design": what}, params={"what": what}))
    return scores, kept, model, chosen


def check_design(access: Access, round_id: str, content: bytes) -> None:
    """Raises Refused (E305, E950, E951, E952) for a design that cannot be used on the round."""
    authorize(access.user, "robustness.read", round_id)
    _prepared(access, round_id, content, 1)


def robustness_arguments(
    access: Access, round_id: str, draws: int | None, design: str | None, seed: int = 1
) -> dict[str, Any]:
    """Arguments of the job; with them goes what its result depends on."""
    authorize(access.user, "robustness.read", round_id)
    return {
        "round": round_id,
        "draws": draws,
        "design": design,
        "seed": seed,
        "evidence": evidence_key(access, round_id),
        "scope": "published" if access.published else "all",
    }


def _settled(found: Robustness) -> bool:
    score, rank = found.settled
    return rank <= SETTLED_RANK and not score > SETTLED_SCORE


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
            "level_shares": {
                str(k): _number(share) for k, share in enumerate(found.level_shares[r], start=1)
            },
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
        "settled": dict(zip(("score", "rank"), map(_number, found.settled), strict=True)),
        "course": [
            {"draws": count, "score": _number(apart[0]), "rank": _number(apart[1])}
            for count, apart in found.course.items()
        ],
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
    params = {key: _named(value, names) for key, value in one.params.items()}
    return {"text": text(one.key, **params), "holds_in": _number(one.share)}


def _named(value: object, names: dict[str, dict[str, str]]) -> object:
    """Names in both languages in place of departments' ids."""
    if isinstance(value, tuple):
        listed = [names.get(one, {"zh": one, "en": one}) for one in value]
        return {
            lang: translate("wording.comma", lang).join(name[lang] for name in listed)
            for lang in LANGUAGES
        }
    return names.get(value, value) if isinstance(value, str) else value


def _sensitivity(indices: Indices, found: Robustness) -> dict[str, dict[str, float | None]]:
    plain = asdict(indices)
    plain.pop("exact")
    return {
        one.id: {name: _number(values[place]) for name, values in plain.items()}
        for place, one in enumerate(found.inputs)
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
