"""A small city of metrics and a catalogue of certain measures, so that plans can be reckoned by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

LEVELS = [{"level": k, "from": 20 * (k - 1), "name": f"L{k}"} for k in range(1, 6)]
VALUES = {
    "a": (45.0, 50.0, 40.0, 55.0),
    "b": (30.0, 70.0, 52.0, 48.0),
    "c": (60.0, 42.0, 44.0, 50.0),
}
"""Departments and their four metrics, on 0-100; two a dimension, X1 of factor X and Y1 of factor Y."""


def framework() -> dict[str, Any]:
    """Two factors of one dimension of two metrics each, all arithmetic; no gates."""
    factors = []
    for factor, metrics in (("X", ("x1", "x2")), ("Y", ("y1", "y2"))):
        indicators = [
            {"id": id, "metric": {"unit": "1", "direction": "up", "goalposts": [0, 100]}}
            for id in metrics
        ]
        factors.append(
            {"id": factor, "name": factor,
             "dimensions": [{"id": f"{factor}1", "name": f"{factor}1", "indicators": indicators}]}
        )  # fmt: skip
    return {
        "framework": "small", "version": "1", "name": "small",
        "response_scale": {"min": 1, "max": 5}, "levels": LEVELS, "factors": factors,
    }  # fmt: skip


def measure(id: str, cost: float, **effects: float) -> dict[str, Any]:
    """A measure that costs its sum at once and works at once, for certain."""
    return {
        "id": id, "name": id, "effects": effects, "cost": {"first_year": cost},
        "evidence": {"source": "made up"},
    }  # fmt: skip


def catalogue(measures: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Readiness 1 for every level, no ramp, no correlation."""
    return {
        "catalogue": "made-up", "version": "1", "readiness": {"by_level": [1.0]},
        "ramp_months": 0, "measures": measures, **more,
    }  # fmt: skip


def set_up(fourfold: Any, folder: Path) -> None:
    """Adopt the framework and bring in the values as round 2025."""
    (folder / "f.yaml").write_text(yaml.safe_dump(framework()), "utf-8")
    assert fourfold("framework", "use", folder / "f.yaml").status == 0
    frame = pd.DataFrame(VALUES, index=["x1", "x2", "y1", "y2"]).T.rename_axis("department")
    frame.to_csv(folder / "m.csv")
    assert fourfold("import", "metrics", folder / "m.csv", "--round", "2025").status == 0


def write(folder: Path, name: str, content: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


def city_gain(taken: list[dict[str, Any]]) -> float:
    """Gain of the city by hand: share e/55 of every gap of the dimension, mean over everything."""
    total = 0.0
    for values in VALUES.values():
        for place, value in enumerate(values):
            left = 1.0
            for one in taken:
                left *= 1 - one["effects"].get("X1" if place < 2 else "Y1", 0.0) / 55
            total += (100 - value) * (1 - left)
    return total / (4 * len(VALUES))
