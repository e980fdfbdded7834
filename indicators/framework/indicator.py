"""What is scored at the leaves: an indicator of survey items, or of one metric."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from indicators.document import LARGEST
from indicators.framework.parts import Id, Number, Part, Sourced, Text, Weight, Whole, name_from_id

METHODS = (
    "goalposts",
    "minmax",
    "zscore",
    "rank",
    "percentile-rank",
    "borda",
    "distance-to-max",
)
Method = Literal[
    "goalposts", "minmax", "zscore", "rank", "percentile-rank", "borda", "distance-to-max"
]


def _labels(value: Any) -> Any:
    if isinstance(value, list):
        return {"zh": value, "en": value}
    return value


class Scale(Part):
    """Ends of a response scale in whole numbers, and the labels of its points, lowest first."""

    min: Whole
    max: Whole
    labels: Annotated[dict[str, list[str]] | None, BeforeValidator(_labels)] = None

    @model_validator(mode="after")
    def _ordered(self) -> Scale:
        if self.min >= self.max or self.max - self.min > 1000 or abs(self.min) > 10_000:
            raise PydanticCustomError(
                "scale", "a scale runs from min up to max, at most 1001 points"
            )
        for labels in (self.labels or {}).values():
            if len(labels) != self.max - self.min + 1:
                raise PydanticCustomError("scale", "one label for every point of the scale")
        return self


class Item(Part):
    """One question of the survey."""

    id: Id
    text: Text | None = None
    reverse: bool = False


class Survey(Part):
    scale: Scale | None = None
    items: Annotated[list[Item], Field(min_length=1)]


class Normalisation(Part):
    """How raw metric values become scores, with the method's parameters."""

    method: Method = "goalposts"
    mean: Number = 0.0
    sd: Annotated[Number, Field(gt=0)] = 1.0

    @property
    def depends_on_sample(self) -> bool:
        return self.method != "goalposts"


def _normalisation(value: Any) -> Any:
    return {"method": value} if isinstance(value, str) else value


NormalisationField = Annotated[Normalisation, BeforeValidator(_normalisation)]


def _goalposts(value: Any) -> Any:
    """Two finite numbers, or the word ``sample``."""
    if value is None or value == "sample":
        return value
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
        and all(abs(v) <= LARGEST for v in value)
    ):
        return tuple(float(v) for v in value)
    raise PydanticCustomError(
        "goalposts", "two numbers [at 0, at 100], at most 10^15 either way, or sample"
    )


class Metric(Sourced):
    """A platform record: one raw value a department and period."""

    unit: Text = Field(default_factory=lambda: {"zh": "", "en": ""})
    direction: Literal["up", "down", "interval"] = "up"
    goalposts: Annotated[
        Literal["sample"] | tuple[Number, Number] | None, BeforeValidator(_goalposts)
    ] = None
    optimum: Annotated[tuple[Number, Number] | None, BeforeValidator(_goalposts)] = None
    transform: Literal["linear", "log1p"] = "linear"
    over_periods: Literal["last", "mean", "sum"] = "last"
    normalisation: NormalisationField | None = None
    error_sd: Annotated[Number, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _goalposts_fit(self) -> Metric:
        posts = self.goalposts
        if self.direction == "interval":
            if self.optimum is None or self.optimum[0] > self.optimum[1]:
                raise PydanticCustomError(
                    "goalposts", "direction interval needs optimum: [low, high]"
                )
            if isinstance(posts, tuple) and not (
                posts[0] <= self.optimum[0] and self.optimum[1] <= posts[1] and posts[0] < posts[1]
            ):
                raise PydanticCustomError("goalposts", "the optimum lies inside the goalposts")
        elif isinstance(posts, tuple):
            if self.direction == "up" and not posts[0] < posts[1]:
                raise PydanticCustomError(
                    "goalposts", "direction up: the value at 0 lies below the value at 100"
                )
            if self.direction == "down" and not posts[0] > posts[1]:
                raise PydanticCustomError(
                    "goalposts", "direction down: the value at 0 lies above the value at 100"
                )
        if self.transform == "log1p" and isinstance(posts, tuple) and min(posts) <= -1:
            raise PydanticCustomError("goalposts", "log1p needs goalposts above -1")
        return self


class Indicator(Sourced):
    """What is scored: the mean of survey items, or one metric.

    ``responds``: whether measures of improvement can move it (statistics of scenarios).
    """

    id: Id
    name: Text
    weight: Weight = 1.0
    core: bool = False
    responds: bool = True
    definition: Text | None = None
    formula: Text | None = None
    survey: Survey | None = None
    metric: Metric | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return name_from_id(value)

    @model_validator(mode="after")
    def _one_source(self) -> Indicator:
        if (self.survey is None) == (self.metric is None):
            raise PydanticCustomError("indicator", "an indicator has either survey or metric")
        return self
