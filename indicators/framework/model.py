"""The framework as an immutable object: factors → dimensions → indicators → items or a metric."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator, model_validator
from pydantic_core import PydanticCustomError

from indicators.framework.gates import Gate
from indicators.framework.indicator import (
    Indicator,
    Item,
    Metric,
    Normalisation,
    NormalisationField,
    Scale,
)
from indicators.framework.parts import (
    Id,
    Number,
    Part,
    Sourced,
    Text,
    Version,
    Weight,
    Whole,
    name_from_id,
)
from indicators.framework.weighting import Weighting
from locales import text

Aggregation = Annotated[
    str,
    Field(
        pattern=r"^(arithmetic|geometric|harmonic|min|mazziotta-pareto|power:-?\d+(\.\d+)?|owa:\d?\.\d+)$"
    ),
]


Imputation = Literal["none", "dimension-mean", "group-mean", "regression"]


class Outliers(Part):
    """Treatment of outliers of the metrics that are scaled by the sample; see
    `indicators.values.outliers.treat`."""

    skewness: Annotated[Number, Field(gt=0)] = 2.0
    kurtosis: Annotated[Number, Field(gt=0)] = 3.5
    winsorise: Annotated[Whole, Field(ge=0, le=100)] = 5


class _Branch(Part):
    id: Id
    name: Text
    weight: Weight = 1.0
    aggregation: Aggregation | None = None
    weighting: Weighting | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return name_from_id(value)

    @field_validator("aggregation")
    @classmethod
    def _parameter_in_range(cls, value: str | None) -> str | None:
        return _checked_parameter(value)


def _checked_parameter(value: str | None) -> str | None:
    if value and value.startswith("power:") and float(value[6:]) == 0:
        raise PydanticCustomError("aggregation", "power:0 is the geometric mean: write geometric")
    if value and value.startswith("owa:") and not 0.01 <= float(value[4:]) <= 0.99:
        raise PydanticCustomError("aggregation", "the orness of owa lies between 0.01 and 0.99")
    return value


def _children_weights(weighting: Weighting | None, children: Any) -> tuple[float, ...]:
    if weighting is None:
        return tuple(child.weight for child in children)
    return weighting.weights(tuple(child.id for child in children))


def _require_judged(weighting: Weighting | None, children: Any) -> None:
    if weighting is not None:
        weighting.require(tuple(child.id for child in children))


class Dimension(_Branch):
    indicators: Annotated[list[Indicator], Field(min_length=1)]

    @model_validator(mode="after")
    def _judged(self) -> Dimension:
        _require_judged(self.weighting, self.indicators)
        return self


class Factor(_Branch):
    dimensions: Annotated[list[Dimension], Field(min_length=1)]

    @model_validator(mode="after")
    def _judged(self) -> Factor:
        _require_judged(self.weighting, self.dimensions)
        return self


class Level(Sourced):
    level: Annotated[Whole, Field(ge=1)]
    from_: Number = Field(alias="from")
    name: Text
    text: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, dict) and "name" not in value:
            return {**value, "name": str(value.get("level"))}
        return value


class RegisterField(Sourced):
    """A metric that is kept but not scored; gates may read it."""

    id: Id
    name: Text
    unit: Text = Field(default_factory=lambda: {"zh": "", "en": ""})
    over_periods: Literal["last", "mean", "sum"] = "last"
    definition: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return name_from_id(value)


class OutcomeReference(Part):
    ref: Id


def _outcome_kind(value: Any) -> str:
    is_reference = "ref" in value if isinstance(value, dict) else hasattr(value, "ref")
    return "reference" if is_reference else "indicator"


Outcome = Annotated[
    Annotated[OutcomeReference, Tag("reference")] | Annotated[Indicator, Tag("indicator")],
    Discriminator(_outcome_kind),
]


@dataclass(frozen=True)
class Node:
    """A scored thing of the tree. ``children`` and ``weights`` run in parallel."""

    id: str
    kind: Literal["overall", "factor", "dimension", "indicator", "outcome"]
    name: dict[str, str]
    parent: str | None
    children: tuple[str, ...]
    weights: tuple[float, ...]
    aggregation: str
    depth: int


class Framework(Part):
    """A whole framework. ``digest`` identifies its content."""

    model_config = ConfigDict(ignored_types=(cached_property,))

    id: Annotated[str, Field(alias="framework", pattern=r"^[a-z0-9-]+$", max_length=80)]
    version: Version
    name: Text
    response_scale: Scale
    aggregation: Aggregation = "arithmetic"
    normalisation: NormalisationField = Normalisation()
    normalised_range: tuple[Number, Number] = (0.0, 100.0)
    weighting: Weighting | None = None
    imputation: Imputation = "none"
    outliers: Outliers | None = None
    levels: Annotated[list[Level], Field(min_length=1)]
    gates: list[Gate] = Field(default_factory=list)
    factors: Annotated[list[Factor], Field(min_length=1)]
    outcomes: list[Outcome] = Field(default_factory=list)
    register_fields: list[RegisterField] = Field(default_factory=list, alias="register")
    attributes: list[dict[str, Any]] = Field(default_factory=list)
    attention: list[dict[str, Any]] = Field(default_factory=list)
    cfa: dict[str, list[Id]] = Field(default_factory=dict)

    @field_validator("aggregation")
    @classmethod
    def _parameter_in_range(cls, value: str) -> str | None:
        return _checked_parameter(value)

    @model_validator(mode="after")
    def _judged(self) -> Framework:
        _require_judged(self.weighting, self.factors)
        return self

    @field_validator("normalised_range")
    @classmethod
    def _range_ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not value[0] < value[1]:
            raise PydanticCustomError("scale", "normalised_range runs from the low to the high end")
        return value

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The scored indicators, in the order of the file."""
        return tuple(i for f in self.factors for d in f.dimensions for i in d.indicators)

    @cached_property
    def outcome_indicators(self) -> tuple[Indicator, ...]:
        """Outcomes that are indicators of their own: measured and reported, not in the tree."""
        return tuple(o for o in self.outcomes if isinstance(o, Indicator))

    @cached_property
    def outcome_ids(self) -> tuple[str, ...]:
        return tuple(o.id if isinstance(o, Indicator) else o.ref for o in self.outcomes)

    @cached_property
    def measured(self) -> tuple[Indicator, ...]:
        """Everything with a value of its own: scored indicators, then own outcomes."""
        return self.indicators + self.outcome_indicators

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(i for m in self.measured if m.survey for i in m.survey.items)

    @cached_property
    def item_indicator(self) -> dict[str, Indicator]:
        """Which indicator an item belongs to."""
        return {i.id: m for m in self.measured if m.survey for i in m.survey.items}

    def scale_of(self, item_id: str) -> Scale:
        survey = self.item_indicator[item_id].survey
        assert survey is not None
        return survey.scale or self.response_scale

    @cached_property
    def metric_ids(self) -> tuple[str, ...]:
        """Ids of all metrics: scored, outcome and register, in that order."""
        return tuple(m.id for m in self.measured if m.metric) + tuple(
            r.id for r in self.register_fields
        )

    def normalisation_of(self, metric: Metric) -> Normalisation:
        """A metric's own method wins; ``goalposts: sample`` is min-max."""
        if metric.normalisation is not None:
            return metric.normalisation
        if metric.goalposts == "sample" and self.normalisation.method == "goalposts":
            return Normalisation(method="minmax")
        return self.normalisation

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Overall, factors, dimensions, indicators, own outcomes; each in the file's order."""
        factors, dimensions, leaves = [], [], []
        for factor in self.factors:
            factors.append(self._branch(factor, "factor", "overall", factor.dimensions, 1))
            for dimension in factor.dimensions:
                dimensions.append(
                    self._branch(dimension, "dimension", factor.id, dimension.indicators, 2)
                )
                for leaf in dimension.indicators:
                    leaves.append(
                        Node(leaf.id, "indicator", leaf.name, dimension.id, (), (), "", 3)
                    )
        root = Node(
            "overall",
            "overall",
            text("framework.overall"),
            None,
            tuple(f.id for f in self.factors),
            _children_weights(self.weighting, self.factors),
            self.aggregation,
            0,
        )
        own = [Node(o.id, "outcome", o.name, None, (), (), "", 0) for o in self.outcome_indicators]
        return (root, *factors, *dimensions, *leaves, *own)

    def _branch(self, branch: Any, kind: Any, parent: str, children: Any, depth: int) -> Node:
        return Node(
            branch.id,
            kind,
            branch.name,
            parent,
            tuple(c.id for c in children),
            _children_weights(branch.weighting, children),
            branch.aggregation or self.aggregation,
            depth,
        )

    @cached_property
    def weightings(self) -> tuple[tuple[str, Weighting, tuple[str, ...]], ...]:
        """Nodes whose children's weights come from judgements: id, judgements, children."""
        branches = [("overall", self), *((f.id, f) for f in self.factors)]
        branches += [(d.id, d) for f in self.factors for d in f.dimensions]
        return tuple(
            (id, branch.weighting, self.node(id).children)
            for id, branch in branches
            if branch.weighting is not None
        )

    @cached_property
    def node_ids(self) -> tuple[str, ...]:
        return tuple(node.id for node in self.nodes)

    @cached_property
    def node_index(self) -> dict[str, int]:
        return {node_id: index for index, node_id in enumerate(self.node_ids)}

    def node(self, node_id: str) -> Node:
        return self.nodes[self.node_index[node_id]]

    def indicator(self, indicator_id: str) -> Indicator:
        return next(m for m in self.measured if m.id == indicator_id)

    def scales(self) -> dict[str, tuple[str, ...]]:
        """Every indicator and dimension with at least two survey items, and its items' ids."""
        found: dict[str, tuple[str, ...]] = {}
        for factor in self.factors:
            for dimension in factor.dimensions:
                own = [i for i in dimension.indicators if i.survey]
                for indicator in own:
                    assert indicator.survey is not None
                    found[indicator.id] = tuple(i.id for i in indicator.survey.items)
                found[dimension.id] = tuple(item for i in own for item in found[i.id])
        for outcome in self.outcome_indicators:
            if outcome.survey:
                found[outcome.id] = tuple(i.id for i in outcome.survey.items)
        return {scale: items for scale, items in found.items() if len(items) >= 2}

    @cached_property
    def latents(self) -> dict[str, tuple[str, ...]]:
        """The factor model: its factors and their items; dimensions with survey items by default."""
        if self.cfa:
            return {latent: tuple(items) for latent, items in self.cfa.items()}
        dimensions = [d for factor in self.factors for d in factor.dimensions]
        found = {
            d.id: tuple(i.id for one in d.indicators if one.survey for i in one.survey.items)
            for d in dimensions
        }
        return {latent: items for latent, items in found.items() if items}

    @cached_property
    def model_items(self) -> tuple[str, ...]:
        """Items of the factor model, each once, in the model's order."""
        return tuple(dict.fromkeys(item for items in self.latents.values() for item in items))

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, defaults left out, so that equal contents are equal bytes."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def __repr__(self) -> str:
        return (
            f"Framework({self.id}@{self.version}: {len(self.factors)} factors, "
            f"{len(self.indicators)} indicators, {len(self.items)} items)"
        )

    __str__ = __repr__

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, content: str) -> Framework:
        """A framework that this program wrote with `to_json`."""
        return cls.model_validate_json(content)
