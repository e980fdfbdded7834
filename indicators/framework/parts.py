"""The plain pieces that framework files are made of: bilingual texts, ids, weights, sources."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from indicators.document import LARGEST

RESERVED_IDS = frozenset(
    {"row", "department", "duration", "submitted", "attention_failed", "excluded"}
)
"""Names that a stored row of answers has beside its items, so that no item can be called so."""
ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_.-]*$"
Status = Literal["law", "standard", "convention", "design", "assumption", "unverified"]


def _both_languages(value: Any) -> Any:
    """A plain string serves both languages; a missing language takes the other's text."""
    if isinstance(value, str):
        return {"zh": value, "en": value}
    if isinstance(value, dict) and ("zh" in value or "en" in value):
        given = {k: v for k, v in value.items() if k in ("zh", "en")}
        if not all(isinstance(v, str) for v in given.values()):
            raise PydanticCustomError("text", "a text is a string, or {zh: …, en: …}")
        other = value.get("zh", value.get("en"))
        return {"zh": value.get("zh", other), "en": value.get("en", other)}
    raise PydanticCustomError("text", "a text is a string, or {zh: …, en: …}")


def name_from_id(value: Any) -> Any:
    """A part without a name is called by its id."""
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("id"), str):
        return {**value, "name": value["id"]}
    return value


def _finite_weight(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("weight", "a weight is a number")
    if not 0 <= value <= LARGEST:  # comparing tells NaN and whole numbers that no float holds
        raise PydanticCustomError("weight", "a weight is finite and not negative, at most 10^15")
    return float(value)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _as_text(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


Text = Annotated[dict[str, str], BeforeValidator(_both_languages)]
Weight = Annotated[float, BeforeValidator(_finite_weight)]
Whole = Annotated[int, BeforeValidator(_whole)]
Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Version = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=40)]


class Part(BaseModel):
    """A piece of a framework. Keys it does not know are kept (and warned of), never dropped."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=False, populate_by_name=True)


class Sourced(Part):
    """A piece whose numbers say where they come from and how firm that is."""

    source: Text | None = None
    status: Status | None = None
