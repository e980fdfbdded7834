"""Answer texts → whole numbers on the item's scale. Each distinct text is decided once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indicators.findings import Finding
from indicators.framework import Scale
from indicators.moments import MISSING
from survey_data.reading.columns import numbers_of

MISSING_TEXTS = frozenset({"(空)", "(跳过)", "na", "n/a", "nan", "#n/a", "null", "-2", "-3"})
OFF_SCALE = -32767
"""Marks a cell that cannot be coded."""

MOST_LISTED = 200
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$")


@dataclass(frozen=True)
class CodeRule:
    """What a person said: this text (of one column, or of all) means this number."""

    column: str | None
    text: str
    number: int


def _plain_label(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def code_text(text: str, scale: Scale, rules: Mapping[str, int]) -> tuple[int, str | None]:
    """(code, None), (MISSING, ``missing``) or (OFF_SCALE, code of the finding)."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if text.strip() in rules:
        number = rules[text.strip()]
        return (number, None) if scale.min <= number <= scale.max else (OFF_SCALE, "E151")
    if not bare:
        return MISSING, None
    for labels in (scale.labels or {}).values():
        for index, label in enumerate(labels):
            if _plain_label(label) == _plain_label(bare):
                return scale.min + index, None
    number = float(bare) if _NUMBER.match(bare) else None
    if number is not None and number.is_integer() and scale.min <= number <= scale.max:
        return int(number), None
    if _plain_label(bare) in MISSING_TEXTS:
        return MISSING, "missing"
    if number is not None:
        return OFF_SCALE, "E151"
    return OFF_SCALE, "E130" if _DATE.match(bare) else "E152"


def dictionary_of(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.integer]]:
    """Distinct texts and for each row the index of its text; an empty cell has the last index.

    The list ends with an empty text that stands for empty cells.
    """
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], pa.string())
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    texts = whole.dictionary.to_pylist()
    indices = numbers_of(whole.indices, missing=len(texts))
    return [text or "" for text in texts] + [""], indices


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """Codes (n,) int16 of one item, with what was found on the way."""

    codes: NDArray[np.int16]
    findings: list[Finding]


def code_column(
    column: pa.ChunkedArray,
    header: str,
    scale: Scale,
    rules: Mapping[str, int],
    row_numbers: NDArray[np.int64],
    counted: NDArray[np.bool_],
) -> CodedColumn:
    """Code one item's column. ``counted`` rows are those that are not left out anyway."""
    texts, indices = dictionary_of(column)
    table = np.empty(len(texts), dtype=np.int16)
    problems: dict[int, str] = {}
    for index, text in enumerate(texts):
        table[index], problem = code_text(text, scale, rules)
        if problem is not None:
            problems[index] = problem
    codes = table[indices]
    findings: list[Finding] = []
    for index, code in problems.items():
        rows = row_numbers[(indices == index) & counted]
        if not len(rows):
            continue
        if code == "missing":
            where = {"column": header, "value": texts[index]}
            findings.append(Finding("N151", "note", where, {"count": len(rows)}))
            continue
        bounds = {"low": scale.min, "high": scale.max}
        listed = rows[: max(MOST_LISTED - len(findings), 1)].tolist()
        findings += [
            Finding(
                code,
                where={"row": row, "column": header, "value": texts[index][:200]},
                params=bounds,
            )
            for row in listed
        ]
        if len(rows) > len(listed):
            params = {"count": len(rows) - len(listed), "example": texts[index][:50]}
            findings.append(Finding("E154", where={"column": header}, params=params))
    return CodedColumn(codes, findings)
