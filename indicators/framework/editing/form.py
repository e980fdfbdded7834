"""The fields of a framework's parts as forms show them, read off the schema itself."""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from indicators.framework.indicator import METHODS, Indicator, Item, Metric, Normalisation
from indicators.framework.model import Dimension, Factor
from indicators.framework.parts import Part

_KINDS: dict[str, type[Part]] = {
    "factor": Factor,
    "dimension": Dimension,
    "indicator": Indicator,
    "metric": Metric,
    "item": Item,
}
_ELSEWHERE = ("aggregation", "weighting", "dimensions", "indicators", "survey", "metric")
"""Fields with controls of their own: how children are put together, and what stands below."""


@dataclass(frozen=True)
class FormField:
    """One field of a part. ``control``: id, words (a text in both languages), choice, switch,
    number, ends (a pair of numbers). ``default`` None: may be left out."""

    name: str
    control: str
    options: tuple[str, ...]
    required: bool
    default: Any


@cache
def form_fields(kind: str) -> tuple[FormField, ...]:
    """Fields of a factor, a dimension, an indicator, a metric or an item. Raises KeyError."""
    fields = _KINDS[kind].model_fields
    found = [_field(name, one) for name, one in fields.items() if name not in _ELSEWHERE]
    return tuple(sorted(found, key=lambda one: one.control != "id"))


def _field(name: str, field: FieldInfo) -> FormField:
    kinds = _kinds(field.annotation)
    literals = tuple(str(o) for k in kinds if get_origin(k) is Literal for o in get_args(k))
    default = None if field.is_required() or field.default_factory else field.default
    if name == "id":
        control = "id"
    elif any(get_origin(one) is tuple for one in kinds):
        control, literals = "ends", ()
    elif any(get_origin(one) is dict for one in kinds):
        control = "words"
    elif Normalisation in kinds:
        control, literals = "choice", METHODS
    elif literals:
        control = "choice"
    else:
        control = "switch" if bool in kinds else "number"
    return FormField(name, control, literals, field.is_required(), default)


def _kinds(annotation: Any) -> list[Any]:
    """The types that a field may have, without None and without what surrounds them."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [kind for one in get_args(annotation) for kind in _kinds(one)]
    return [] if annotation is type(None) else [annotation]
