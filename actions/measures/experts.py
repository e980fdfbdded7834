"""Experts' estimates of what measures do: blanks, filled sheets, and how far the experts disagree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from actions.measures.catalogue import catalogue_in_use
from actions.measures.edits import adopt_next, plain_catalogue
from analysis.measures.catalogue import Catalogue, Effect
from analysis.measures.disagreement import pooled
from indicators.findings import Finding, Refused
from survey_data.handing_out.expert_sheets import ExpertRow, expert_sheet, read_expert_rows
from survey_data.reading import COMMAND_LIMITS, Limits, RawTable, read
from survey_data.workspace import batches, registry

__all__ = [
    "adopt_experts",
    "experts_blank",
    "experts_report",
    "preview_experts",
    "withdraw_expert",
]
Files = Sequence[tuple[str, bytes]]


def experts_blank(access: Access, language: str) -> tuple[str, bytes]:
    """A workbook with a row per measure × dimension of the catalogue in use, and a guide."""
    authorize(access.user, "template.read", "experts")
    catalogue = catalogue_in_use(access)
    names = _dimension_names(access)
    rows = [
        (measure.id, measure.name[language], id, names.get(id, {}).get(language, ""))
        for measure in catalogue.measures
        for id in measure.effects
    ]
    return expert_sheet(rows, catalogue.gap, language)


def experts_report(access: Access) -> dict[str, Any]:
    """Every effect that experts have judged, the widest mixture first, and who they are."""
    return _report(access, catalogue_in_use(access))


def preview_experts(
    access: Access, files: Files, *, limits: Limits = COMMAND_LIMITS
) -> dict[str, Any]:
    """What filled sheets would make of the catalogue. Raises Refused as `adopt_experts`."""
    authorize(access.user, "measures.read")
    catalogue = catalogue_in_use(access)
    rows, notes = _read(files, catalogue, limits)
    content, experts = _with_judgements(plain_catalogue(access, catalogue), rows)
    report = _report(access, Catalogue.model_validate(content))
    return {**report, "adopted": False, **_taken(rows, experts, notes)}


def adopt_experts(
    access: Access, files: Files, *, limits: Limits = COMMAND_LIMITS
) -> dict[str, Any]:
    """Add the judgements of filled sheets to the catalogue as its next version.

    ``files``: names and contents. A judgement replaces the same expert's earlier one of the same
    effect; others stay. All files or none: raises Refused with every problem (E330-E339: sheet,
    row, column, fix), or what the reader refuses.
    """
    digest = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()
    with refusals_recorded(access, "measures.edit", digest):
        authorize(access.user, "measures.edit")
        for name, content in files:
            batches.store_raw(access.workspace, content, name)
        catalogue = catalogue_in_use(access)
        rows, notes = _read(files, catalogue, limits)
        content, experts = _with_judgements(plain_catalogue(access, catalogue), rows)
    adopt_next(access, catalogue, content)
    report = _report(access, catalogue_in_use(access))
    return {**report, "adopted": True, **_taken(rows, experts, notes)}


def withdraw_expert(access: Access, expert: str) -> dict[str, Any]:
    """Take every judgement of an expert out, as the next version of the catalogue."""
    authorize(access.user, "measures.edit", expert)
    catalogue = catalogue_in_use(access)
    content = plain_catalogue(access, catalogue)
    for measure in content["measures"]:
        for effect in measure.get("effects", {}).values():
            kept = [one for one in effect.get("experts", ()) if one["expert"] != expert]
            effect.pop("experts", None)
            if kept:
                effect["experts"] = kept
    return adopt_next(access, catalogue, content)


def _read(
    files: Files, catalogue: Catalogue, limits: Limits
) -> tuple[list[ExpertRow], list[Finding]]:
    known = {(measure.id, id) for measure in catalogue.measures for id in measure.effects}
    rows: list[ExpertRow] = []
    found: list[Finding] = []
    owner: dict[tuple[str, str, str], str] = {}
    for name, content in files:
        part, problems = _read_one(name, read(content, limits), known, catalogue, len(files) > 1)
        for one in part:
            key = (one.expert, one.measure, one.dimension)
            if key in owner:
                effect = f"{one.measure} × {one.dimension}"
                params = {"expert": one.expert, "effect": effect, "first": owner[key]}
                problems.append(Finding("E336", where={"row": one.row}, params=params))
            owner[key] = name
        rows += part
        found += problems
    if any(one.severity == "error" for one in found):
        raise Refused(found)
    return rows, found


def _read_one(
    name: str,
    table: RawTable,
    known: set[tuple[str, str]],
    catalogue: Catalogue,
    several: bool,
) -> tuple[list[ExpertRow], list[Finding]]:
    rows, found = read_expert_rows(table, known)
    for one in rows:
        low, _, high = one.points
        if 0 <= low <= high < catalogue.gap:
            # The 5 % and 95 % quantiles lie inside the limits, so the limits can pass the top.
            effect = Effect(points=one.points, ends=one.ends)  # type: ignore[arg-type]
            _, _, high = effect.triples[0]
        if low < 0 or high >= catalogue.gap:
            sheet = {} if table.sheet is None else {"sheet": table.sheet}
            where = {**sheet, "row": one.row, "value": f"{one.points[2]:g}"}
            params = {
                "most": f"{catalogue.gap:g}",
                "reach": f"{high:.1f}" if high < 1e6 else f"{high:g}",
            }
            found.append(Finding("E339", where=where, params=params))
    if several:
        found = [
            Finding(one.code, one.severity, {**one.where, "path": name}, one.params)
            for one in found
        ]
    return rows, found


def _with_judgements(
    content: dict[str, Any], rows: Sequence[ExpertRow]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The catalogue's content with the judgements in it; per expert how many are new or replaced."""
    effects = {
        (measure["id"], id): effect
        for measure in content["measures"]
        for id, effect in measure.get("effects", {}).items()
    }
    counts: dict[str, dict[str, Any]] = {}
    for row in rows:
        judged = effects[row.measure, row.dimension].setdefault("experts", [])
        place = next((k for k, one in enumerate(judged) if one["expert"] == row.expert), None)
        judgement = {
            "expert": row.expert,
            "points": list(row.points),
            "ends": row.ends,
            "reason": row.reason,
        }
        count = counts.setdefault(row.expert, {"expert": row.expert, "effects": 0, "replaced": 0})
        count["effects"] += 1
        if place is None:
            judged.append(judgement)
        else:
            judged[place] = judgement
            count["replaced"] += 1
    return content, list(counts.values())


def _report(access: Access, catalogue: Catalogue) -> dict[str, Any]:
    names = _dimension_names(access)
    effects = []
    judges: dict[str, int] = {}
    for measure in catalogue.measures:
        for id, effect in measure.effects.items():
            if not effect.experts:
                continue
            found = pooled(effect)
            for one in effect.experts:
                judges[one.expert] = judges.get(one.expert, 0) + 1
            effects.append(
                {
                    "measure": measure.id,
                    "measure_name": dict(measure.name),
                    "dimension": id,
                    "dimension_name": names.get(id),
                    "mean": found.mean,
                    "sd": found.sd,
                    "disagreement": found.disagreement,
                    "quantiles": dict(
                        zip(("5", "25", "50", "75", "95"), found.quantiles, strict=True)
                    ),
                    "width": found.width,
                    "experts": [
                        {
                            **one.model_dump(mode="json"),
                            "q5": ends[0],
                            "q95": ends[2],
                        }
                        for one, ends in zip(effect.experts, found.experts, strict=True)
                    ],
                }
            )
    effects.sort(key=lambda one: (-one["width"], one["measure"], one["dimension"]))
    return {
        "catalogue": {
            "id": catalogue.id,
            "version": catalogue.version,
            "digest": catalogue.digest,
        },
        "status": "assumption",
        "reference_score": catalogue.reference_score,
        "experts": [{"expert": name, "effects": n} for name, n in sorted(judges.items())],
        "effects": effects,
        "unjudged": sum(
            not effect.experts
            for measure in catalogue.measures
            for effect in measure.effects.values()
        ),
    }


def _dimension_names(access: Access) -> dict[str, dict[str, str]]:
    framework = registry.current_framework(access.workspace)
    return {d.id: dict(d.name) for factor in framework.factors for d in factor.dimensions}


def _taken(
    rows: Sequence[ExpertRow], experts: list[dict[str, Any]], notes: Sequence[Finding]
) -> dict[str, Any]:
    issues = [one.as_json() for one in notes]
    return {"judgements": len(rows), "read": experts, "issues": issues}
