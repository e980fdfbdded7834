"""`fourfold robustness`: shares of alternatives, verified designs, exact where that is possible."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import yaml

UNITS = 9


def named(id: str) -> dict:
    return {"zh": id, "en": id}


def index(aggregation: str = "arithmetic") -> dict:
    """Two factors of two and three metrics, goalposts 0 to 100."""
    factors, number = [], 0
    for f, size in (("A", 2), ("B", 3)):
        metrics = []
        for _ in range(size):
            number += 1
            metrics.append(
                {
                    "id": f"x{number}",
                    "name": named(f"x{number}"),
                    "metric": {"unit": "1", "direction": "up", "goalposts": [0, 100]},
                }
            )
        dimension = {"id": f"{f}1", "name": named(f"{f}1"), "indicators": metrics}
        factors.append({"id": f, "name": named(f), "dimensions": [dimension]})
    return {
        "framework": "small",
        "version": "1",
        "name": named("small"),
        "response_scale": {"min": 1, "max": 5},
        "aggregation": aggregation,
        "levels": [{"level": k, "from": 20 * (k - 1), "name": named(f"L{k}")} for k in range(1, 6)],
        "factors": factors,
    }


VALUES = np.random.default_rng(4).uniform(5, 95, size=(UNITS, 5))


@pytest.fixture
def indexed(fourfold, tmp_path):
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(index()), "utf-8")
    assert fourfold("framework", "use", tmp_path / "f.yaml").status == 0
    frame = pd.DataFrame(VALUES, columns=[f"x{k}" for k in range(1, 6)])
    frame.insert(0, "department", [f"u{k}" for k in range(UNITS)])
    frame.to_csv(tmp_path / "m.csv", index=False, float_format="%.17g")
    assert fourfold("import", "metrics", tmp_path / "m.csv", "--round", "2025").status == 0

    def run(design: dict | None, *arguments: object):
        extra: tuple[object, ...] = ()
        if design is not None:
            (tmp_path / "d.yaml").write_text(yaml.safe_dump(design, allow_unicode=True), "utf-8")
            extra = ("--design", tmp_path / "d.yaml")
        return fourfold("robustness", "--round", "2025", *extra, *arguments, "--json")

    return run


WEIGHTS = {
    "nominal": {},
    "a2": {"A": 2},
    "a3": {"A": 3},
    "b2": {"B": 2},
    "b3": {"B": 3},
}


def overall(table: dict, normalisation: str, aggregation: str) -> np.ndarray:
    """The overall score, written out a second time."""
    x = VALUES
    if normalisation == "zscore":
        x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    if aggregation == "harmonic":
        a, b = 2 / (1 / x[:, :2]).sum(axis=1), 3 / (1 / x[:, 2:]).sum(axis=1)
    else:
        a, b = x[:, :2].mean(axis=1), x[:, 2:].mean(axis=1)
    wa, wb = table.get("A", 1), table.get("B", 1)
    if aggregation == "harmonic":
        return (wa + wb) / (wa / a + wb / b)
    return (wa * a + wb * b) / (wa + wb)


def test_a_design_of_ten_cells_is_enumerated_exactly(indexed):
    design = {
        "inputs": {
            "weights": [{"alternatives": WEIGHTS}],
            "aggregation": ["arithmetic", "harmonic"],
        },
        "outputs": ["u3"],
    }
    found = indexed(design, "--draws", 400).json
    assert found["sensitivity_exact"] is True
    cells = np.array(
        [
            [overall(table, "goalposts", method) for method in ("arithmetic", "harmonic")]
            for table in WEIGHTS.values()
        ]
    )
    nominal = (-overall({}, "goalposts", "arithmetic")).argsort().argsort()
    outputs = {
        "city": cells.mean(axis=2),
        "score:u3": cells[:, :, 3],
        "rank-shift": np.abs((-cells).argsort(axis=2).argsort(axis=2) - nominal).mean(axis=2),
    }
    for name, y in outputs.items():
        indices = found["sensitivity"][name]
        for axis, id in enumerate(("weights:alternatives", "aggregation")):
            first = y.mean(axis=1 - axis).var() / y.var()
            total = y.var(axis=axis).mean() / y.var()
            assert indices[id]["first"] == pytest.approx(first, abs=1e-12), name
            assert indices[id]["total"] == pytest.approx(total, abs=1e-12), name


def test_a_sample_based_alternative_enters_ranks_only_and_exactly(indexed):
    design = {
        "inputs": {
            "normalisation": ["nominal", "zscore"],
            "weights": [{"alternatives": WEIGHTS}],
        }
    }
    found = indexed(design, "--draws", 400).json
    assert set(found["sensitivity"]) == {"rank-shift"}
    nominal = (-overall({}, "goalposts", "arithmetic")).argsort().argsort()
    y = np.array(
        [
            [
                np.abs((-overall(t, n, "arithmetic")).argsort().argsort() - nominal).mean()
                for t in WEIGHTS.values()
            ]
            for n in ("goalposts", "zscore")
        ]
    )
    first = y.mean(axis=1).var() / y.var()
    ours = found["sensitivity"]["rank-shift"]["normalisation"]["first"]
    assert ours == pytest.approx(first, abs=1e-12)
    lows = [unit["score"]["low"] for unit in found["units"]]
    assert min(lows) > 0  # z-scores would be negative


def test_ranks_and_shares_are_those_of_the_enumerated_alternatives(indexed):
    design = {"inputs": {"weights": [{"alternatives": WEIGHTS}]}}
    found = indexed(design, "--draws", 4000).json
    scores = np.array([overall(t, "goalposts", "arithmetic") for t in WEIGHTS.values()])
    ranks = (-scores).argsort(axis=1).argsort(axis=1) + 1
    for k, unit in enumerate(found["units"]):
        assert unit["score"]["score"] == pytest.approx(scores[0, k])
        assert unit["rank"]["nominal"] == ranks[0, k]
        assert unit["rank"]["low"] == ranks[:, k].min()
        assert unit["rank"]["high"] == ranks[:, k].max()
        assert unit["rank"]["outside"] is False
        levels = np.floor(scores[:, k] / 20)
        kept = (levels == levels[0]).mean()
        assert unit["level_stability"] == pytest.approx(kept, abs=0.03)
    shares = [one["share"] for one in found["alternatives"]]
    assert len(shares) == 5 and sum(shares) == pytest.approx(1)
    first = int(ranks[0].argmin())
    holds = found["conclusions"][0]["holds_in"]
    assert holds == pytest.approx((ranks[:, first] == 1).mean(), abs=0.03)
    assert f"u{first}" in found["conclusions"][0]["text"]["en"]


@pytest.mark.parametrize(
    ("design", "code", "named_in"),
    [
        ({"inputs": {"imputation": ["nominal", "group-mean"]}}, "E952", "imputation"),
        ({"inputs": {"sampling": True}}, "E952", "sampling"),
        ({"inputs": {"leave-out": ["y9"]}}, "E950", "y9"),
        ({"inputs": {"aggregation": ["arithmetic"]}}, "E952", "aggregation"),
        ({"inputs": {"weights": [{"nodes": ["Z"]}]}}, "E950", "Z"),
        ({"inputs": {"weights": [{"alternatives": {"x": {"A": -1}}}]}}, "E950", "-1"),
        (
            {
                "inputs": {
                    "normalisation": ["zscore"],
                    "weights": [{"nodes": ["overall"]}],
                    "aggregation": ["power:abc"],
                }
            },
            "E950",
            "power:abc",
        ),
        ({"inputs": {"colour": ["red"]}}, "E950", "colour"),
        ({"inputs": {"leave-out": "all"}, "outputs": ["nobody"]}, "E950", "nobody"),
        ({"design": "of nothing"}, "E950", "inputs"),
    ],
)
def test_an_input_that_cannot_act_is_an_error_that_names_it(indexed, design, code, named_in):
    done = indexed(design)
    assert done.status == 3
    error = done.json["error"]
    assert error["code"] == code
    assert named_in in error["message"]["en"]
    assert [named_in in str(place) for place in error["where"].values()] == [True]


def test_the_default_design_drops_what_cannot_act_and_says_so(indexed):
    found = indexed(None, "--draws", 300, "--points", 64).json
    dropped = {one["id"]: one for one in found["alternatives"] if not one["applied"]}
    assert "imputation" in dropped
    assert all(one["reason"]["zh"] for one in dropped.values())
    kinds = {one["kind"] for one in found["alternatives"] if one["applied"]}
    assert {"weights", "aggregation", "leave-out"} <= kinds
    for indices in found["sensitivity"].values():
        for one in indices.values():
            assert one["first_low"] <= one["first"] <= one["first_high"]
            assert one["total_low"] <= one["total"] <= one["total_high"]


def test_city_h_has_both_shares_and_sampling_beside_each_other(fourfold):
    assert fourfold("demo", "--rounds", 1).status == 0
    arguments = ("robustness", "--round", "2025", "--draws", 400, "--points", 64, "--json")
    first = fourfold(*arguments)
    assert fourfold(*arguments).out == first.out
    found = first.json
    for unit in found["units"]:
        assert unit["score"]["low"] <= unit["score"]["score"] <= unit["score"]["high"]
        assert unit["sampling"]["low"] <= unit["score"]["score"] <= unit["sampling"]["high"]
        assert unit["rank"]["low"] <= unit["rank"]["nominal"] <= unit["rank"]["high"]
        assert unit["level_stability"] is None or 0 <= unit["level_stability"] <= 1
    assert {"city", "rank-shift"} == set(found["sensitivity"])
    assert "sampling" in found["sensitivity"]["city"]
    shown = fourfold(*arguments, "--published").json
    assert len(shown["units"]) < len(found["units"])


def test_settings_of_an_input_are_evaluated_as_if_alone(indexed):
    # A leave-out of each indicator is the score of a framework without it.
    design = {"inputs": {"leave-out": "all"}}
    found = indexed(design, "--draws", 6000).json
    for k, unit in enumerate(found["units"]):
        x = VALUES[k]
        scores = [(x[:2].mean() + x[2:].mean()) / 2]
        for j in range(5):
            a = np.delete(x[:2], j) if j < 2 else x[:2]
            b = np.delete(x[2:], j - 2) if j >= 2 else x[2:]
            scores.append((a.mean() + b.mean()) / 2)
        assert unit["score"]["low"] == pytest.approx(min(scores), abs=1e-9)
        assert unit["score"]["high"] == pytest.approx(max(scores), abs=1e-9)


def test_all_combinations_of_a_large_design_fall_back_to_points(indexed):
    assert len(list(product(range(5), range(2)))) == 10
    design = {
        "inputs": {
            "weights": [{"nodes": ["overall"], "cv": 0.3}],
            "aggregation": ["arithmetic", "geometric"],
        }
    }
    found = indexed(design, "--points", 256, "--draws", 300).json
    assert found["sensitivity_exact"] is False
    total = found["sensitivity"]["city"]["aggregation"]["total"]
    assert 0.3 < total <= 1.05


def test_the_split_of_the_variance_is_given_on_demand(fourfold):
    assert fourfold("demo", "--departments", 9, "--rounds", 1).status == 0
    command = ("robustness", "--round", "2025", "--draws", 200, "--points", 0)
    assert "split" not in fourfold(*command, "--json").json["units"][0]
    for unit in fourfold(*command, "--split", "--json").json["units"]:
        parts = unit["split"]
        assert sum(parts.values()) == pytest.approx(1)
        assert 0 <= parts["sampling"] <= 1 and 0 <= parts["method"] <= 1
    assert fourfold(*command, "--split").status == 0
