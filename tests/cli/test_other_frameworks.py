"""Any framework works: a personality inventory, and a classical index, from file to score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

INVENTORY = Path(__file__).resolve().parents[1] / "reference" / "bfi.csv"
REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}


def named(id: str) -> dict:
    return {"zh": id, "en": id}


def levels(low: float, high: float) -> list[dict]:
    step = (high - low) / 5
    return [{"level": k, "from": low + step * (k - 1), "name": named(f"L{k}")} for k in range(1, 6)]


def inventory() -> dict:
    factors = []
    for scale in "ACENO":
        items = [{"id": f"{scale}{k}", "reverse": f"{scale}{k}" in REVERSED} for k in range(1, 6)]
        indicator = {"id": f"{scale}i", "name": named(scale), "survey": {"items": items}}
        dimension = {"id": f"{scale}d", "name": named(scale), "indicators": [indicator]}
        factors.append({"id": f"{scale}f", "name": named(scale), "dimensions": [dimension]})
    return {
        "framework": "inventory",
        "version": "1",
        "name": named("inventory"),
        "response_scale": {"min": 1, "max": 6},
        "levels": levels(0, 100),
        "factors": factors,
    }


def test_a_personality_inventory_scores_as_pandas_computes_it(fourfold, tmp_path):
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(inventory(), allow_unicode=True), "utf-8")
    assert fourfold("framework", "use", tmp_path / "f.yaml").status == 0
    done = fourfold(
        "import", "survey", INVENTORY, "--round", "2010", "--department", "education", "--json"
    )
    assert done.status == 0
    frame = pd.read_csv(INVENTORY)
    assert done.json["rows_read"] == len(frame) == 2800
    kept = frame[frame["education"].notna()]
    assert done.json["accepted"] == len(kept)
    scored = fourfold("score", "--round", "2010", "--json").json
    units = {unit["id"]: unit for unit in scored["units"]}
    assert len(units) == kept["education"].nunique()
    for level, group in kept.groupby("education"):
        unit = units[str(int(level))]
        assert unit["n"] == len(group)
        expected = []
        for scale in "ACENO":
            means = []
            for k in range(1, 6):
                mean = group[f"{scale}{k}"].mean()
                mean = 7 - mean if f"{scale}{k}" in REVERSED else mean
                means.append((mean - 1) / 5 * 100)
            assert unit["nodes"][f"{scale}f"]["score"] == pytest.approx(np.mean(means), abs=1e-9)
            expected.append(np.mean(means))
        assert unit["overall"]["score"] == pytest.approx(np.mean(expected), abs=1e-9)
        assert unit["overall"]["low"] < unit["overall"]["score"] < unit["overall"]["high"]


def index_framework(weights: np.ndarray, aggregation: str, low: float) -> dict:
    """Two sub-indexes, eight pillars, 49 indicators, the ends taken from the sample."""
    pillars = np.array_split(np.arange(49), 8)
    factors = []
    for s in range(2):
        dimensions = []
        for p in range(4 * s, 4 * s + 4):
            indicators = [
                {
                    "id": f"x{i}",
                    "name": named(f"x{i}"),
                    "weight": float(weights[i]),
                    "metric": {
                        "unit": "1",
                        "direction": "down" if i % 5 == 0 else "up",
                        "goalposts": "sample",
                    },
                }
                for i in pillars[p]
            ]
            dimensions.append({"id": f"p{p}", "name": named(f"p{p}"), "indicators": indicators})
        factors.append({"id": f"s{s}", "name": named(f"s{s}"), "dimensions": dimensions})
    return {
        "framework": f"index-{aggregation}",
        "version": "1",
        "name": named("index"),
        "response_scale": {"min": 1, "max": 5},
        "aggregation": aggregation,
        "normalised_range": [low, 100],
        "levels": levels(low, 100),
        "factors": factors,
    }


@pytest.mark.parametrize(("aggregation", "low"), [("arithmetic", 0.0), ("geometric", 1.0)])
def test_a_min_max_index_of_50_units_and_49_indicators_equals_its_formula(
    fourfold, tmp_path, aggregation, low
):
    # Min-max to the range, then weighted means up the tree: COINr's n_minmax, a_amean and a_gmean.
    chance = np.random.default_rng(11)
    values, weights = chance.lognormal(1, 0.6, (50, 49)), chance.uniform(0.5, 2, 49)
    framework = index_framework(weights, aggregation, low)
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(framework, allow_unicode=True), "utf-8")
    assert fourfold("framework", "use", tmp_path / "f.yaml").status == 0
    frame = pd.DataFrame(values, columns=[f"x{i}" for i in range(49)])
    frame.insert(0, "department", [f"u{k:02}" for k in range(50)])
    frame.to_csv(tmp_path / "m.csv", index=False, float_format="%.17g")
    done = fourfold("import", "metrics", tmp_path / "m.csv", "--round", "2025", "--json")
    assert done.status == 0 and done.json["values"] == 50 * 49
    units = fourfold("score", "--round", "2025", "--json").json["units"]

    signed = np.where(np.arange(49) % 5 == 0, -1, 1) * values
    ends = signed.min(axis=0), signed.max(axis=0)
    scaled = low + (signed - ends[0]) / (ends[1] - ends[0]) * (100 - low)

    def mean(columns: np.ndarray, w: np.ndarray) -> np.ndarray:
        if aggregation == "arithmetic":
            return columns @ w / w.sum()
        return np.exp(np.log(columns) @ w / w.sum())

    pillars = np.column_stack(
        [mean(scaled[:, part], weights[part]) for part in np.array_split(np.arange(49), 8)]
    )
    subs = np.column_stack([mean(pillars[:, 4 * s : 4 * s + 4], np.ones(4)) for s in range(2)])
    overall = mean(subs, np.ones(2))
    for k, unit in enumerate(sorted(units, key=lambda u: u["id"])):
        assert unit["overall"]["score"] == pytest.approx(overall[k], abs=1e-9)
        for p in range(8):
            assert unit["nodes"][f"p{p}"]["score"] == pytest.approx(pillars[k, p], abs=1e-9)
        assert unit["level"] is None
