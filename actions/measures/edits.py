"""The catalogue of measures as a page shows and changes it: every change is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from actions.access import Access, authorize
from actions.measures.catalogue import (
    adopt_plain,
    catalogue_in_use,
    measures_report,
    next_version,
    use_measures,
)
from analysis.measures.catalogue import Catalogue
from analysis.measures.catalogue_file import check_plain_catalogue
from indicators.findings import Finding, Refused
from survey_data.workspace import registry

__all__ = [
    "adopt_next",
    "catalogue_view",
    "catalogue_workbook",
    "catalogue_yaml",
    "import_catalogue",
    "plain_catalogue",
    "plain_measure",
    "remove_measure",
    "save_measure",
]


def catalogue_view(access: Access) -> dict[str, Any]:
    """The report of the catalogue with the dimensions of the framework that new rounds get.

    ``dimensions``: id, name in both languages, and factor with its id, name and place.
    """
    report = measures_report(access)
    framework = registry.current_framework(access.workspace)
    report["dimensions"] = [
        {
            "id": dimension.id,
            "name": dict(dimension.name),
            "factor": factor.id,
            "factor_name": dict(factor.name),
            "place": place,
        }
        for place, factor in enumerate(framework.factors)
        for dimension in factor.dimensions
    ]
    return report


def plain_measure(access: Access, id: str) -> dict[str, Any] | None:
    """A measure as the catalogue's file has it, defaults left out; None when there is none."""
    content = plain_catalogue(access, catalogue_in_use(access))
    return next((one for one in content["measures"] if one["id"] == id), None)


def save_measure(access: Access, measure: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Put a measure into the catalogue, in the place of the one with its id, else at the end.

    ``digest`` is of the catalogue that was edited. Adopts the next version and returns its
    identity. Raises Refused with the problems of the content, or E920 when somebody else changed
    the catalogue in between.
    """
    authorize(access.user, "measures.edit")
    catalogue = _unchanged(access, digest)
    content = plain_catalogue(access, catalogue)
    places = {one["id"]: place for place, one in enumerate(content["measures"])}
    if measure["id"] in places:
        content["measures"][places[measure["id"]]] = dict(measure)
    else:
        content["measures"].append(dict(measure))
    return adopt_next(access, catalogue, content)


def remove_measure(access: Access, id: str, digest: str) -> dict[str, Any]:
    """Take a measure and its interactions out. Raises Refused where others still need it."""
    authorize(access.user, "measures.edit")
    catalogue = _unchanged(access, digest)
    content = plain_catalogue(access, catalogue)
    content["measures"] = [one for one in content["measures"] if one["id"] != id]
    content["interactions"] = [
        one for one in content.get("interactions", ()) if id not in one["pair"]
    ]
    return adopt_next(access, catalogue, content)


def import_catalogue(access: Access, file: bytes) -> dict[str, Any]:
    """Adopt a catalogue file from a page. Raises Refused with every problem, place and fix."""
    return use_measures(access, file)


def catalogue_yaml(access: Access) -> tuple[str, bytes]:
    """File name and content of the catalogue in use, as a file to edit and adopt again."""
    catalogue = catalogue_in_use(access)
    content = plain_catalogue(access, catalogue)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    return f"{catalogue.id}-{catalogue.version}.yaml", text.encode()


def catalogue_workbook(access: Access, language: str) -> tuple[str, bytes]:
    """File name and content of the catalogue in use as a workbook; its texts stay texts."""
    from reports.measures import measures_workbook

    view = catalogue_view(access)
    name = f"{view['catalogue']['id']}-{view['catalogue']['version']}.xlsx"
    return name, measures_workbook(view, language)


def plain_catalogue(access: Access, catalogue: Catalogue) -> dict[str, Any]:
    """The content of a catalogue file, defaults left out, the identity first; it is new each time."""
    authorize(access.user, "measures.read")
    found = catalogue.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    head = {"catalogue": catalogue.id, "version": catalogue.version}
    return {**head, **{k: v for k, v in found.items() if k not in head}}


def adopt_next(access: Access, catalogue: Catalogue, content: dict[str, Any]) -> dict[str, Any]:
    """Adopt changed content of a catalogue as its next version; what did not change makes none.

    Returns id, version and digest. Raises Refused for wrong content.
    """
    authorize(access.user, "measures.edit")
    made, _ = check_plain_catalogue(content)
    if made is not None and made.digest == catalogue.digest:
        return {"id": catalogue.id, "version": catalogue.version, "digest": catalogue.digest}
    return adopt_plain(access, {**content, "version": next_version(access, catalogue)})


def _unchanged(access: Access, digest: str) -> Catalogue:
    catalogue = catalogue_in_use(access)
    if catalogue.digest != digest:
        raise Refused(Finding("E920"))
    return catalogue
