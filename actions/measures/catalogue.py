"""The catalogue of improvement measures: read, check, adopt a version."""

from __future__ import annotations

import hashlib
from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from analysis.measures.catalogue import Catalogue, Measure
from analysis.measures.catalogue_file import (
    absent_dimensions,
    check_catalogue,
    check_plain_catalogue,
    default_catalogue,
    load_catalogue,
)
from indicators.findings import Finding, Refused
from locales import text
from survey_data.reading import read_document
from survey_data.workspace import plans, registry

__all__ = [
    "Catalogue",
    "catalogue_in_use",
    "check_measures",
    "measures_report",
    "use_measures",
]


def catalogue_in_use(access: Access, content: bytes | None = None) -> Catalogue:
    """The catalogue of a file, else the one adopted in the workspace, else the one that ships.

    Raises Refused with all problems of a file.
    """
    authorize(access.user, "measures.read")
    if content is not None:
        return load_catalogue(read_document(content))
    held = plans.current_catalogue(access.workspace)
    if held is None:
        return default_catalogue()
    try:
        return Catalogue.model_validate_json(held)
    except ValueError:
        raise access.workspace.damaged("catalogues.content") from None


def measures_report(access: Access, content: bytes | None = None) -> dict[str, Any]:
    """The catalogue with every number it assumes."""
    authorize(access.user, "measures.read")
    read = None if content is None else read_document(content)
    catalogue = catalogue_in_use(access) if read is None else load_catalogue(read)
    framework = registry.current_framework(access.workspace)
    names = {node.id: dict(node.name) for node in framework.nodes}
    findings = [] if read is None else check_catalogue(read)[1]
    findings += absent_dimensions(catalogue, framework)
    return {
        "catalogue": _identity(catalogue),
        "status": "assumption",
        "reference_score": catalogue.reference_score,
        "cost_unit": text("measures.cost-unit"),
        "readiness": list(catalogue.readiness.by_level),
        "cost_split": catalogue.cost_split.model_dump(mode="json"),
        "correlation": catalogue.correlation.model_dump(mode="json"),
        "causes": {code: dict(name) for code, name in catalogue.causes.items()},
        "measures": [_measure(catalogue, one, names) for one in catalogue.measures],
        "interactions": [
            {
                "pair": list(one.pair),
                "kind": one.kind,
                "factor": one.factor,
                "of": one.of,
                "dimensions": one.dimensions,
                "note": one.note,
            }
            for one in catalogue.interactions
        ],
        "issues": [finding.as_json() for finding in findings],
    }


def check_measures(access: Access, content: bytes) -> dict[str, Any]:
    """What a catalogue file holds. Raises Refused with all its problems."""
    return measures_report(access, content)


def use_measures(access: Access, content: bytes) -> dict[str, Any]:
    """Adopt a catalogue. Raises Refused for a wrong file, or a version with other content."""
    with refusals_recorded(access, "measures.edit", hashlib.sha256(content).hexdigest()):
        authorize(access.user, "measures.edit")
        return adopt(access, load_catalogue(read_document(content)))


def adopt_plain(access: Access, content: dict[str, Any]) -> dict[str, Any]:
    """The same for content that a page holds."""
    with refusals_recorded(access, "measures.edit", str(content.get("version"))):
        authorize(access.user, "measures.edit")
        catalogue, findings = check_plain_catalogue(content)
        if catalogue is None:
            raise Refused([f for f in findings if f.severity == "error"])
        return adopt(access, catalogue)


def adopt(access: Access, catalogue: Catalogue) -> dict[str, Any]:
    authorize(access.user, "measures.edit")
    shipped = default_catalogue()
    same_name = (catalogue.id, catalogue.version) == (shipped.id, shipped.version)
    if same_name and catalogue.digest != shipped.digest:
        raise Refused(Finding("E914", params={"id": catalogue.id, "version": catalogue.version}))
    with access.workspace.writing() as connection:
        plans.use_catalogue(
            connection,
            catalogue.digest,
            catalogue.id,
            catalogue.version,
            catalogue.to_json(),
        )
        registry.record(
            connection,
            access.user.id,
            "measures.edit",
            f"{catalogue.id}@{catalogue.version}",
            "done",
            {"digest": catalogue.digest},
        )
    return {**_identity(catalogue), "measures": len(catalogue.measures)}


def next_version(access: Access, catalogue: Catalogue) -> str:
    """The version with its last number raised until it is free."""
    authorize(access.user, "measures.read")
    held = {*plans.catalogue_names(access.workspace), f"{catalogue.id}@{catalogue.version}"}
    shipped = default_catalogue()
    held.add(f"{shipped.id}@{shipped.version}")
    head, _, tail = catalogue.version.rpartition(".")
    number, head = (int(tail), head) if tail.isdigit() else (0, catalogue.version)
    while True:
        number += 1
        version = f"{head}.{number}" if head else str(number)
        if f"{catalogue.id}@{version}" not in held:
            return version


def _identity(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "id": catalogue.id,
        "version": catalogue.version,
        "digest": catalogue.digest,
        "name": catalogue.name or {"zh": catalogue.id, "en": catalogue.id},
    }


def _measure(
    catalogue: Catalogue, measure: Measure, names: dict[str, dict[str, str]]
) -> dict[str, Any]:
    def effects(kind: str) -> dict[str, Any]:
        return {
            dimension: {
                "name": names.get(dimension),
                "low": effect.points[0],
                "mode": effect.points[1],
                "high": effect.points[2],
                "ends": effect.ends,
                "mean": effect.mean,
                "share_of_gap": effect.mean / catalogue.gap,
                "only": effect.only,
                "experts": [j.model_dump(mode="json") for j in effect.experts],
            }
            for dimension, effect in getattr(measure, kind).items()
        }

    def triple(values: tuple[float, float, float]) -> dict[str, float]:
        low, mode, high = values
        mean = (low + 4 * mode + high) / 6
        return {"low": low, "mode": mode, "high": high, "mean": mean}

    return {
        "id": measure.id,
        "name": dict(measure.name),
        "answers": list(measure.answers),
        "effects": effects("effects"),
        "side_effects": effects("side_effects"),
        "cost": {
            "first_year": triple(measure.cost.first_year),
            "annual": triple(measure.cost.annual),
        },
        "lead_months": triple(measure.lead_months),
        "ramp_months": catalogue.ramp_of(measure),
        "success": measure.success,
        "requires": {
            "all": list(measure.requires.all),
            "any": [list(x) for x in measure.requires.any],
        },
        "supported_by": list(measure.supported_by),
        "scope": measure.scope,
        "large": catalogue.is_large(measure),
        "staff_months": measure.staff_months,
        "responsible": None if measure.responsible is None else dict(measure.responsible),
        "evidence": measure.evidence.model_dump(mode="json"),
        "draft": measure.is_draft,
    }
