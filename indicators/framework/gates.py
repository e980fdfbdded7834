"""Gates: conditions beside the score that a level asks for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from indicators.framework.parts import Id, Number, Part, Sourced, Text, Whole


class _Gate(Sourced):
    id: Id
    name: Text | None = None
    enabled: bool = True


class WeakestFactorGate(_Gate):
    """The level is at most the lowest factor's level plus ``allow``."""

    kind: Literal["weakest-factor"]
    allow: Annotated[Whole, Field(ge=0)] = 1


class MinimumGate(_Gate):
    """``level`` needs each of these nodes to have at least the score named."""

    kind: Literal["minimum"]
    level: Whole
    nodes: Annotated[dict[Id, Number], Field(min_length=1)]


class CapCondition(Part):
    """When a raw value is above or below a bound, or a score below one."""

    indicator: Id
    value_above: Number | None = None
    value_below: Number | None = None
    score_below: Number | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> CapCondition:
        bounds = (self.value_above, self.value_below, self.score_below)
        if sum(bound is not None for bound in bounds) != 1:
            raise PydanticCustomError(
                "gate", "exactly one of value_above, value_below and score_below"
            )
        return self


class CapGate(_Gate):
    """When the condition holds the level is at most ``level``."""

    kind: Literal["cap"]
    level: Whole
    when: CapCondition


class CoordinationGate(_Gate):
    """``level`` needs the factors' coordination degree D to reach ``at_least``."""

    kind: Literal["coordination"]
    level: Whole
    at_least: Annotated[Number, Field(ge=0, le=1)]
    variant: Literal["wang2021", "standard"] = "wang2021"


class CoverageGate(_Gate):
    """Too little evidence: the unit is not rated, or only provisionally."""

    kind: Literal["coverage"]
    of: Literal["core", "all"] = "core"
    unrated_below: Annotated[Number, Field(ge=0, le=1)] = 0.0
    provisional_below: Annotated[Number, Field(ge=0, le=1)] = 0.0


Gate = Annotated[
    WeakestFactorGate | MinimumGate | CapGate | CoordinationGate | CoverageGate,
    Field(discriminator="kind"),
]
