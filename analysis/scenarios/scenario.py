"""A scenario: which measures, in which departments, from when; read, checked, in plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from analysis.measures.catalogue import Catalogue
from analysis.measures.catalogue_file import shape_findings
from indicators.findings import Finding, Refused
from indicators.framework.parts import Id, Number, Part, Text, Whole
from indicators.framework.yaml_file import Written, document, with_line
from locales import text

EVERYWHERE = "all"
MOST_YEARS = 10


def _quarter(value: Any) -> Any:
    """Quarters after the baseline: a whole number, or ``Q3`` or ``Y2Q1`` counted from it."""
    if isinstance(value, str):
        found = re.fullmatch(r"(?:Y(\d+))?Q([1-4])", value.strip().upper())
        if found is None:
            raise PydanticCustomError("quarter", "a quarter: 0, 1, 2 …, or Y1Q1, Y1Q2 …")
        year = int(found[1] or 1)
        return (year - 1) * 4 + int(found[2]) - 1
    return value


def _departments(value: Any) -> Any:
    if value is None or value in (EVERYWHERE, "*"):
        return EVERYWHERE
    if isinstance(value, str | int):
        return [str(value)]
    return [str(one) for one in value] if isinstance(value, list) else value


class Provision(Part):
    """One measure of a scenario: where it is taken and in which quarter it begins (0 = at once)."""

    id: Id
    departments: Annotated[str | list[str], BeforeValidator(_departments)] = EVERYWHERE
    groups: list[str] = Field(default_factory=list)
    start: Annotated[Whole, BeforeValidator(_quarter), Field(ge=0, le=4 * MOST_YEARS)] = 0

    @model_validator(mode="before")
    @classmethod
    def _bare_id(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"id": value}
        if isinstance(value, dict) and "measure" in value and "id" not in value:
            return {**{k: v for k, v in value.items() if k != "measure"}, "id": value["measure"]}
        return value


def _provisions(value: Any) -> Any:
    """A mapping says measure → departments."""
    if isinstance(value, dict):
        return [
            {"id": id, **(rest if isinstance(rest, dict) else {"departments": rest})}
            for id, rest in value.items()
        ]
    return [] if value is None else value


class Scenario(Part):
    """A named set of provisions over a horizon.

    ``effect`` multiplies every effect (0.5: half of what is assumed); ``correlation`` replaces the
    catalogue's common part of the effects; ``budget`` in 万元 over the horizon is checked, not
    imposed; ``multipliers`` by department or group, then by measure (``*`` for all).
    """

    id: Annotated[str, Field(alias="scenario", min_length=1, max_length=80)] = "scenario"
    name: Text | None = None
    note: Text | None = None
    horizon: Annotated[Whole, Field(ge=1, le=MOST_YEARS)] = 3
    measures: Annotated[list[Provision], BeforeValidator(_provisions)] = Field(default_factory=list)
    effect: Annotated[Number, Field(ge=0, le=2)] = 1.0
    correlation: Annotated[Number, Field(ge=0, lt=1)] | None = None
    budget: Annotated[Number, Field(ge=0)] | None = None
    multipliers: dict[str, dict[str, Annotated[Number, Field(ge=0.5, le=1.5)]]] = Field(
        default_factory=dict
    )

    @property
    def shown_name(self) -> dict[str, str]:
        return self.name or {"zh": self.id, "en": self.id}


@dataclass(frozen=True)
class Unmet:
    """A measure whose hard prerequisites are not all taken: it has no effect there.

    ``needs``: what is missing; of an any-of list all alternatives, written ``A|B``.
    """

    measure: str
    needs: tuple[str, ...]
    departments: int


def load_scenario(
    content: Written,
    catalogue: Catalogue,
    departments: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Scenario:
    """Read a scenario file and check it against a catalogue and the round's departments.

    Raises Refused with every problem: code, path, line and fix.
    """
    read = document(content)
    try:
        return check_scenario(read.content, catalogue, departments, groups)
    except Refused as refusal:
        raise Refused([with_line(finding, read.lines) for finding in refusal.findings]) from None


def check_scenario(
    plain: Mapping[str, Any],
    catalogue: Catalogue,
    departments: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Scenario:
    """The same for content that was read already; unknown keys are refused, not ignored."""
    try:
        scenario = Scenario.model_validate(plain)
    except ValidationError as error:
        raise Refused(shape_findings(error)) from None
    found = list(_problems(scenario, catalogue, departments, groups))
    if found:
        raise Refused(found)
    return scenario


def _problems(
    scenario: Scenario, catalogue: Catalogue, departments: Sequence[str], groups: Sequence[str]
) -> Iterator[Finding]:
    yield from _unknown_keys(scenario, "")
    seen: set[str] = set()
    for place, one in enumerate(scenario.measures):
        path = f"measures[{place}]"
        yield from _unknown_keys(one, f"{path}.")
        if one.id not in catalogue.ids:
            yield Finding("E321", where={"path": path}, params={"id": one.id})
        if one.id in seen:
            yield Finding("E324", where={"path": path}, params={"id": one.id, "first": "measures"})
        seen.add(one.id)
        if one.start >= 4 * scenario.horizon:
            reason = text("scenario.reason-late")
            yield Finding("E320", where={"path": f"{path}.start"}, params={"reason": reason})
        if departments and isinstance(one.departments, list):
            for id in one.departments:
                if id not in departments:
                    yield Finding("E321", where={"path": f"{path}.departments"}, params={"id": id})
        if departments:
            for id in one.groups:
                if id not in groups:
                    yield Finding("E321", where={"path": f"{path}.groups"}, params={"id": id})
    for one in catalogue.interactions:
        if one.kind == "exclusive" and set(one.pair) <= seen:
            params = {"first": one.pair[0], "second": one.pair[1]}
            yield Finding("E325", where={"path": "measures"}, params=params)
    for who, table in scenario.multipliers.items():
        if departments and who not in departments and who not in groups:
            yield Finding("E321", where={"path": "multipliers"}, params={"id": who})
        for id in table:
            if id != "*" and id not in catalogue.ids:
                yield Finding("E321", where={"path": f"multipliers.{who}"}, params={"id": id})


def _unknown_keys(part: Part, before: str) -> Iterator[Finding]:
    reason = text("scenario.reason-unknown")
    for key in part.__pydantic_extra__ or {}:
        yield Finding("E320", where={"path": f"{before}{key}"}, params={"reason": reason})


def taken(
    scenario: Scenario, catalogue: Catalogue, departments: Sequence[str], groups: Sequence[str]
) -> NDArray[np.bool_]:
    """(D, M) where the scenario takes which measure; ``groups`` is each department's own group."""
    found = np.zeros((len(departments), len(catalogue.ids)), dtype=bool)
    for one in scenario.measures:
        column = catalogue.ids.index(one.id)
        named = set(one.departments) if isinstance(one.departments, list) else None
        for row, (id, group) in enumerate(zip(departments, groups, strict=True)):
            inside = (named is None and not one.groups) or id in (named or ())
            found[row, column] = inside or group in one.groups
    return found


def everywhere(scenario: Scenario, catalogue: Catalogue) -> NDArray[np.bool_]:
    """(M,) measures that the scenario takes as city measures, not for listed departments."""
    named = {
        one.id for one in scenario.measures if one.departments == EVERYWHERE and not one.groups
    }
    return np.array([id in named for id in catalogue.ids], dtype=bool)


def starts(scenario: Scenario, catalogue: Catalogue) -> NDArray[np.float64]:
    """(M,) months after the baseline at which each measure begins at the earliest."""
    found = np.zeros(len(catalogue.ids))
    for one in scenario.measures:
        found[catalogue.ids.index(one.id)] = 3.0 * one.start
    return found


def working(
    chosen: NDArray[np.bool_], catalogue: Catalogue
) -> tuple[NDArray[np.bool_], list[Unmet]]:
    """Where a taken measure (D, M) has its hard prerequisites, and where not.

    A measure without them does nothing there; so what needs it does nothing either.
    """
    place = {id: column for column, id in enumerate(catalogue.ids)}
    works = chosen.copy()
    while True:
        before = works.copy()
        for measure in catalogue.measures:
            column = place[measure.id]
            for id in measure.requires.all:
                works[:, column] &= works[:, place[id]]
            for some in measure.requires.any:
                works[:, column] &= works[:, [place[id] for id in some]].any(axis=1)
        if (works == before).all():
            break
    unmet = []
    for measure in catalogue.measures:
        column = place[measure.id]
        idle = chosen[:, column] & ~works[:, column]
        if idle.any():
            missing = [id for id in measure.requires.all if not works[idle][:, place[id]].all()]
            missing += [
                "|".join(some)
                for some in measure.requires.any
                if not works[idle][:, [place[id] for id in some]].any(axis=1).all()
            ]
            unmet.append(Unmet(measure.id, tuple(missing), int(idle.sum())))
    return works, unmet
