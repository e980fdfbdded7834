"""Columns of a wide metrics sheet: a metric, perhaps of one period, perhaps half of a rate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from indicators.findings import Finding
from survey_data.metrics.cells import MetricNames

Part = Literal["value", "numerator", "denominator"]
_PERIOD = r"(\d{4}(?:\s*年)?(?:\s*[-/.年]?\s*(?:[Qq][1-4]|第?[一二三四1-4]季度|\d{1,2}\s*月?))?)"
_WITH_PERIOD = (
    re.compile(rf"^(.*?)\s*[(（【\[]\s*{_PERIOD}\s*[)）】\]]$"),
    re.compile(rf"^(.*?)\s*[@_—\s-]\s*{_PERIOD}$"),
    re.compile(rf"^{_PERIOD}\s*[@_—\s:：-]\s*(.*)$"),
)
_PARTS: dict[Part, re.Pattern[str]] = {
    "numerator": re.compile(
        r"^(.*?)\s*(?:[(（—:：_-]\s*(?:分子|numerator)\s*[)）]?)$", re.IGNORECASE
    ),
    "denominator": re.compile(
        r"^(.*?)\s*(?:[(（—:：_-]\s*(?:分母|denominator)\s*[)）]?)$", re.IGNORECASE
    ),
}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True)
class MetricColumn:
    index: int
    indicator: str
    period: str = ""
    part: Part = "value"


def metric_columns(
    names: MetricNames, headers: Sequence[str], taken: set[int | None]
) -> tuple[list[MetricColumn], list[Finding]]:
    """The columns that name a metric, and what is wrong with them."""
    columns: list[MetricColumn] = []
    wrong: list[Finding] = []
    for index, header in enumerate(headers):
        if index in taken:
            continue
        part, bare = _part(header)
        period = ""
        ids = names.ids(bare)
        if not ids:
            bare, period = _period(bare)
            ids = names.ids(bare) if period else ids
        if len(ids) > 1:
            params = {"ids": ", ".join(sorted(ids))}
            wrong.append(Finding("E163", where={"column": header}, params=params))
        elif ids:
            columns.append(MetricColumn(index, next(iter(ids)), period, part))
    seen: dict[tuple[str, str, Part], str] = {}
    for one in columns:
        key = (one.indicator, one.period, one.part)
        if key in seen:
            where = {"column": f"{seen[key]}, {headers[one.index]}"}
            wrong.append(Finding("E165", where=where, params={"id": one.indicator}))
        seen.setdefault(key, headers[one.index])
    for indicator, period, part in list(seen):
        other: Part = "denominator" if part == "numerator" else "numerator"
        if part != "value" and (indicator, period, other) not in seen:
            where = {"column": seen[indicator, period, part]}
            wrong.append(Finding("E190", where=where, params={"id": indicator}))
    return columns, wrong


def _part(header: str) -> tuple[Part, str]:
    for part, pattern in _PARTS.items():
        if (found := pattern.match(header)) is not None:
            return part, found[1]
    return "value", header


def _period(header: str) -> tuple[str, str]:
    """The header without its period, and the period as YYYY, YYYY-MM or YYYY-Qn."""
    for place, pattern in enumerate(_WITH_PERIOD):
        if (found := pattern.match(header)) is not None:
            name, period = (found[2], found[1]) if place == 2 else (found[1], found[2])
            if (plain_period := _plain_period(period)) and name.strip():
                return name.strip(), plain_period
    return header, ""


def _plain_period(text: str) -> str:
    bare = re.sub(r"\s", "", text)
    year, rest = bare[:4], bare[4:].lstrip("-/.年")
    if not rest:
        return year
    if (quarter := re.fullmatch(r"[Qq]([1-4])|第?([一二三四1-4])季度", rest)) is not None:
        said = quarter[1] or quarter[2]
        return f"{year}-Q{_QUARTERS.get(said) or said}"
    month = re.fullmatch(r"(\d{1,2})月?", rest)
    return f"{year}-{int(month[1]):02}" if month and 1 <= int(month[1]) <= 12 else ""
