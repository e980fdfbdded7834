"""The catalogue of improvement measures: what each is thought to do, to cost and to need."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from analysis.measures.pert import pert_from_quantiles, pert_mean
from indicators.document import LARGEST
from indicators.framework import Framework
from indicators.framework.parts import Id, Number, Part, Sourced, Text, Version, Whole, name_from_id


def _triple(value: Any) -> Any:
    """``[low, mode, high]``; one number is certain, two are ends with the mode between them."""
    if isinstance(value, bool) or value is None:
        raise PydanticCustomError("triple", "[low, mode, high]")
    given = value.values() if isinstance(value, dict) else value
    for number in given if isinstance(given, Iterable) else [given]:
        if isinstance(number, int) and abs(number) > LARGEST:
            raise PydanticCustomError("triple", "a number far too large")
    if isinstance(value, int | float):
        return (value, value, value)
    if isinstance(value, dict):
        if not {"low", "high"} <= set(value):
            raise PydanticCustomError("triple", "low, mode and high")
        value = [
            value["low"],
            value.get("mode", _middle(value["low"], value["high"])),
            value["high"],
        ]
    if isinstance(value, list | tuple) and len(value) == 2:
        value = [value[0], _middle(*value), value[1]]
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise PydanticCustomError("triple", "[low, mode, high]")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value):
        raise PydanticCustomError("triple", "three numbers: [low, mode, high]")
    low, mode, high = map(float, value)
    if not low <= mode <= high:
        raise PydanticCustomError("triple", "low ≤ mode ≤ high")
    return (low, mode, high)


def _middle(low: Any, high: Any) -> Any:
    numbers = all(isinstance(v, int | float) for v in (low, high))
    return (low + high) / 2 if numbers else low


Triple = Annotated[tuple[Number, Number, Number], BeforeValidator(_triple)]


def _effect(value: Any) -> Any:
    """A bare triple is an effect without more."""
    if isinstance(value, Mapping) and not {"low", "high"} & set(value):
        return value
    if isinstance(value, Mapping):
        rest = {k: v for k, v in value.items() if k not in ("low", "mode", "high")}
        return {"points": {k: value[k] for k in ("low", "mode", "high") if k in value}, **rest}
    return {"points": value}


class Judgement(Part):
    """One expert's (low, mode, high)."""

    expert: Annotated[str, Field(min_length=1, max_length=200)]
    points: Triple
    ends: Literal["limits", "5-95"] = "limits"
    reason: str = ""


class Effect(Sourced):
    """Points on the dimension of a reference department, at full implementation.

    ``ends``: what low and high mean, hard limits or the 5 % and 95 % quantiles. ``only``: the
    indicators that respond, all of the dimension when absent. With judgements of several experts
    the effect is their equal-weight mixture.
    """

    points: Triple
    ends: Literal["limits", "5-95"] = "limits"
    only: list[Id] | None = None
    experts: list[Judgement] = Field(default_factory=list)

    @cached_property
    def triples(self) -> tuple[tuple[float, float, float], ...]:
        """Limits and mode of each distribution that is mixed, (low, mode, high) in points."""
        given = [(j.points, j.ends) for j in self.experts] or [(self.points, self.ends)]
        return tuple(_limits(points, ends) for points, ends in given)

    @cached_property
    def mean(self) -> float:
        """Mean of the mixture, in points."""
        return sum(float(pert_mean(*t)) for t in self.triples) / len(self.triples)

    model_config = ConfigDict(ignored_types=(cached_property,))


def _limits(points: tuple[float, float, float], ends: str) -> tuple[float, float, float]:
    if ends == "limits" or points[0] == points[2]:
        return points
    low, mode, high = (float(x) for x in pert_from_quantiles(*points))
    return (max(low, 0.0), mode, high)


class Cost(Part):
    """万元 for the whole city: once in the first year, and in every further year."""

    first_year: Triple
    annual: Triple = (0.0, 0.0, 0.0)


class Requirement(Part):
    """``all`` of these measures, and one of each list in ``any``."""

    all: list[Id] = Field(default_factory=list)
    any: list[list[Id]] = Field(default_factory=list)


def _requirement(value: Any) -> Any:
    return {"all": value} if isinstance(value, list) else value


class Basis(Part):
    """How firm the numbers are, and where they come from."""

    grade: Literal["pilot", "evaluation", "literature", "expert", "assumption"] = "assumption"
    source: Text | None = None


class Measure(Part):
    """One measure of the catalogue."""

    id: Id
    name: Text
    answers: list[str] = Field(default_factory=list)
    effects: dict[Id, Annotated[Effect, BeforeValidator(_effect)]] = Field(default_factory=dict)
    side_effects: dict[Id, Annotated[Effect, BeforeValidator(_effect)]] = Field(
        default_factory=dict
    )
    cost: Cost
    lead_months: Triple = (0.0, 0.0, 0.0)
    ramp_months: Annotated[Number, Field(ge=0, le=240)] | None = None
    success: Annotated[Number, Field(ge=0, le=1)] = 1.0
    requires: Annotated[Requirement, BeforeValidator(_requirement)] = Requirement()
    supported_by: list[Id] = Field(default_factory=list)
    scope: Literal["any", "city"] = "any"
    staff_months: Annotated[Number, Field(ge=0)] | None = None
    responsible: Text | None = None
    evidence: Basis = Basis()
    draft: bool = False

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return name_from_id(value)

    @property
    def is_draft(self) -> bool:
        """An effect without a source is not for use in plans that are published."""
        return self.draft or (bool(self.effects) and self.evidence.source is None)


class Interaction(Part):
    """A pair of measures whose shares change when both are taken."""

    pair: Annotated[list[Id], Field(min_length=2, max_length=2)]
    factor: Annotated[Number, Field(ge=0.5, le=1.5)] = 1.0
    kind: Literal["synergy", "overlap", "caution", "exclusive"] = "synergy"
    of: list[Id] | None = None
    dimensions: list[Id] | None = None
    same_year: bool = False
    note: Text | None = None


class CostSplit(Part):
    """City cost = setup share once + the rest spread over so many departments."""

    setup: Annotated[Number, Field(ge=0, le=1)] = 0.4
    departments: Annotated[Number, Field(gt=0)] = 50


class Readiness(Part):
    by_level: Annotated[list[Annotated[Number, Field(ge=0, le=2)]], Field(min_length=1)] = [1.0]


class Correlation(Part):
    cost: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    effect: Annotated[Number, Field(ge=0, lt=1)] = 0.0


class Large(Part):
    """What counts as a large measure, and how many of them run at once."""

    cost: Annotated[Number, Field(ge=0)] = 500
    lead_months: Annotated[Number, Field(ge=0)] = 9
    in_parallel: Annotated[Whole, Field(ge=1)] = 3


class Catalogue(Part):
    """All measures, with the assumptions that hold for every one."""

    model_config = ConfigDict(ignored_types=(cached_property,))

    id: Annotated[str, Field(alias="catalogue", pattern=r"^[a-z0-9-]+$", max_length=80)]
    version: Version = "1"
    name: Text | None = None
    reference_score: Annotated[Number, Field(ge=0, lt=100)] = 45.0
    cost_split: CostSplit = CostSplit()
    readiness: Readiness = Readiness()
    ramp_months: Annotated[Number, Field(ge=0, le=240)] = 6.0
    correlation: Correlation = Correlation()
    large: Large = Large()
    counts: dict[Id, Id] = Field(default_factory=dict)
    multipliers: dict[str, dict[str, Annotated[Number, Field(ge=0.5, le=1.5)]]] = Field(
        default_factory=dict
    )
    causes: dict[str, Text] = Field(default_factory=dict)
    measures: Annotated[list[Measure], Field(min_length=1, max_length=200)]
    interactions: list[Interaction] = Field(default_factory=list)

    @property
    def gap(self) -> float:
        """Points between the reference department and the top."""
        return 100.0 - self.reference_score

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(m.id for m in self.measures)

    def measure(self, id: str) -> Measure:
        return self.measures[self.ids.index(id)]

    def ramp_of(self, measure: Measure) -> float:
        return self.ramp_months if measure.ramp_months is None else measure.ramp_months

    def is_large(self, measure: Measure) -> bool:
        return (
            measure.cost.first_year[1] >= self.large.cost
            or measure.lead_months[1] >= self.large.lead_months
        )

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, defaults left out, so that equal contents are equal bytes."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def touched(self, framework: Framework) -> frozenset[str]:
        """Dimensions of the framework that any measure moves."""
        known = {d.id for f in framework.factors for d in f.dimensions}
        return frozenset(d for m in self.measures for d in m.effects if d in known)
