"""Frameworks written in a line or two, and the evidence of departments on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Department, Evidence
from indicators.framework import Framework, load_framework

LEVELS = [{"level": k, "from": 20 * (k - 1)} for k in range(1, 6)]


def metric(id: str, weight: float = 1, *, core: bool = False, **parts: Any) -> dict[str, Any]:
    """A metric, by default from 0 to 100."""
    return {
        "id": id,
        "weight": weight,
        "core": core,
        "metric": {"goalposts": [0, 100]} | parts,
    }


def survey(
    id: str, *items: str | dict[str, Any], weight: float = 1, **parts: Any
) -> dict[str, Any]:
    """A survey indicator; an item that begins with a minus sign is reversed."""
    listed = [
        item
        if isinstance(item, dict)
        else {"id": item.removeprefix("-"), "reverse": item.startswith("-")}
        for item in items
    ]
    return {"id": id, "weight": weight, "survey": {"items": listed} | parts}


def content_of(*factors: Sequence[dict[str, Any]], **top: Any) -> dict[str, Any]:
    """The plain content of a framework: a factor F1, F2, … of one dimension per list."""
    return {
        "framework": "written",
        "version": "1",
        "name": "Written",
        "response_scale": {"min": 1, "max": 5},
        "levels": LEVELS,
        "factors": [
            {"id": f"F{k}", "dimensions": [{"id": f"D{k}", "indicators": list(indicators)}]}
            for k, indicators in enumerate(factors, 1)
        ],
    } | top


def load(content: Mapping[str, Any]) -> Framework:
    return load_framework(yaml.safe_dump(dict(content), allow_unicode=True))


def framework_of(*factors: Sequence[dict[str, Any]], **top: Any) -> Framework:
    return load(content_of(*factors, **top))


def moments_of(
    framework: Framework,
    answers: Mapping[str, Sequence[Sequence[float | None]]],
    items: Sequence[str] | None = None,
) -> SurveyMoments:
    """Moments of answers: per department rows of codes, None = not answered."""
    ids = tuple(answers)
    rows = [row for id in ids for row in answers[id]]
    codes = np.array(
        [[MISSING if code is None else code for code in row] for row in rows], dtype=np.int16
    )
    names = [item.id for item in framework.items] if items is None else list(items)
    department = np.repeat(np.arange(len(ids)), [len(answers[id]) for id in ids])
    return SurveyMoments.from_answers(
        codes.reshape(len(rows), len(names)), department, ids, names, framework
    )


def evidence_of(
    framework: Framework,
    metrics: Mapping[str, Mapping[str, float | None]] | None = None,
    answers: Mapping[str, Sequence[Sequence[float | None]]] | None = None,
    *,
    departments: Sequence[Department] = (),
    round: str = "2025",
    withheld: frozenset[str] | None = None,
) -> Evidence:
    """Evidence of metric values (None = not applicable) and of answers per department."""
    cells = [
        (department, id, "2025", float("nan") if value is None else value, value is None)
        for department, values in (metrics or {}).items()
        for id, value in values.items()
    ]
    survey = None if answers is None else moments_of(framework, answers)
    return Evidence.build(round, departments, survey, cells, framework, withheld)
