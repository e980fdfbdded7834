"""`fourfold weights` and `fourfold diagnose`."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from analysis.diagnosis.coupling import CLASSES, coordination_class
from analysis.diagnosis.data_weights import effective_weights
from indicators.levels.maturity import coordination
from tests.indicators.frameworks import content_of, metric


@pytest.fixture
def city(fourfold):
    assert fourfold("demo", "--departments", 14, "--rounds", 1).status == 0
    return fourfold


@pytest.mark.parametrize(
    "method", ["equal", "entropy", "critic", "deviation", "gini", "components"]
)
def test_weights_of_a_node_are_shares_with_a_range_that_holds_them(city, method):
    found = city("weights", "--round", "2025", "--method", method, "--json").json
    assert found["method"] == method and found["source"]
    assert {"overall", "P", "I", "E", "T"} <= set(found["nodes"])
    for node in found["nodes"].values():
        children = node["children"].values()
        assert sum(c["weight"] for c in children) == pytest.approx(1)
        assert sum(c["given"] for c in children) == pytest.approx(1)
        assert sum(c["effective"] for c in children) == pytest.approx(1)
        for child in children:
            assert 0 <= child["low"] <= child["weight"] <= child["high"] <= 1 + 1e-12
    if method == "equal":
        assert found["warning"] is None
    else:
        assert "14" in found["warning"]["en"]
        spread = [c["high"] - c["low"] for c in found["nodes"]["overall"]["children"].values()]
        assert max(spread) > 0.02


def test_an_unknown_method_is_a_wrong_command_and_a_seed_repeats_itself(city):
    assert city("weights", "--round", "2025", "--method", "magic", "--json").status == 2
    first = city("weights", "--round", "2025", "--seed", 5, "--json").out
    assert city("weights", "--round", "2025", "--seed", 5, "--json").out == first
    assert city("--language", "en", "weights", "--round", "2025").status == 0


@pytest.mark.parametrize("method", ["entropy", "gini"])
def test_shares_of_negative_scores_are_refused_by_name_and_not_a_fault(fourfold, tmp_path, method):
    names = ("M0", "M1")
    plain = content_of([metric(name) for name in names], normalisation="zscore")
    path = tmp_path / "z.yaml"
    path.write_text(yaml.safe_dump(plain), encoding="utf-8")
    assert fourfold("framework", "use", path).status == 0
    rows = [f"D{d},{name},{10 * d + 7 * m}" for d in range(5) for m, name in enumerate(names)]
    metrics = tmp_path / "metrics.csv"
    metrics.write_text("department,indicator,value\n" + "\n".join(rows), encoding="utf-8")
    assert fourfold("import", "metrics", metrics, "--round", "2025").status == 0
    refused = fourfold("weights", "--round", "2025", "--method", method, "--json")
    assert refused.status == 3
    assert (
        refused.json["error"]["code"] == "E955" and method in refused.json["error"]["message"]["en"]
    )
    assert fourfold("weights", "--round", "2025", "--method", "critic").status == 0


def test_the_diagnosis_agrees_with_the_scores(city):
    found = city("diagnose", "--round", "2025", "--json").json
    scored = {u["id"]: u for u in city("score", "--round", "2025", "--json").json["units"]}
    weights = {"P": 1, "I": 1, "E": 1, "T": 1}
    assert found["units"]
    for unit in found["units"]:
        one = scored[unit["id"]]
        assert unit["level"] == one["level"]
        target = unit["next_level"]
        if one["level"] and one["level"] < 5:
            assert target["level"] == one["level"] + 1
            needed = max(0.0, 20 * (target["level"] - 1) - one["overall"]["score"])
            assert target["points"] == pytest.approx(needed)
            holding = {g["id"] for g in one["gates"] if g["binds"]}
            assert holding <= set(target["binding_gates"]) or target["points"] > 0
        shares = [gap["share"] for gap in unit["gap_shares"]]
        assert shares == sorted(shares, reverse=True) and sum(shares) <= 1 + 1e-9
        u = np.array([one["nodes"][f]["score"] for f in weights]) / 100
        expected = float(coordination(u, np.ones(4)))
        assert unit["coordination"]["wang2021"] == pytest.approx(expected)
        lowest = list(weights)[int(u.argmin())]
        assert unit["coordination"]["lagging"] == lowest
        for gap in unit["perception_gaps"]:
            assert gap["gap"] == pytest.approx(gap["answers"] - gap["records"])
        assert all(peer["difference"] > 0 for peer in unit["strong"])
        assert all(peer["difference"] < 0 for peer in unit["weak"])
    assert city("--language", "en", "diagnose", "--round", "2025").status == 0


def test_classes_of_coordination_are_ten_equal_widths():
    assert CLASSES[coordination_class(0.711)] == "intermediate"
    assert CLASSES[coordination_class(0.648)] == "primary"
    assert CLASSES[coordination_class(0.7)] == "intermediate"
    assert CLASSES[coordination_class(1.0)] == "excellent"
    assert CLASSES[coordination_class(0.0)] == "extreme-imbalance"


def test_golden_numbers_of_coordination():
    u = np.array([0.62, 0.48, 0.55, 0.40])
    assert coordination(u, np.ones(4), "standard") == pytest.approx(0.71122490, abs=5e-9)
    assert coordination(u, np.ones(4), "wang2021") == pytest.approx(0.64759355, abs=5e-9)
    v = np.array([0.9, 0.9, 0.9, 0.1])
    assert coordination(v, np.ones(4), "standard") == pytest.approx(0.72084342, abs=5e-9)
    assert coordination(v, np.ones(4), "wang2021") == pytest.approx(0.61314985, abs=5e-9)


def test_effective_weights_are_shares_of_the_variance():
    x = np.random.default_rng(1).normal(size=(50, 3)) * [1, 2, 5]
    given = np.array([0.2, 0.3, 0.5])
    y = x @ given
    expected = [given[j] * np.cov(x[:, j], y)[0, 1] / y.var(ddof=1) for j in range(3)]
    assert effective_weights(x, given) == pytest.approx(expected)
    assert np.isnan(effective_weights(np.ones((5, 2)), np.array([0.5, 0.5]))).all()


def test_own_weights_stay_in_their_bounds_and_never_lower_a_score(city):
    found = city("weights", "--round", "2025", "--method", "benefit-of-the-doubt", "--json").json
    scored = {u["id"]: u for u in city("score", "--round", "2025", "--json").json["units"]}
    assert found["bounds"] == [0.5, 1.5]
    for unit in found["units"]:
        assert unit["score"] == pytest.approx(scored[unit["id"]]["overall"]["score"])
        assert unit["own_score"] >= unit["score"] - 1e-9
        assert sum(unit["weights"].values()) == pytest.approx(1)
        assert all(0.125 - 1e-9 <= w <= 0.375 + 1e-9 for w in unit["weights"].values())
    assert max(unit["frontier"] for unit in found["units"]) == pytest.approx(1)
    shown = city("weights", "--round", "2025", "--method", "benefit-of-the-doubt")
    assert shown.status == 0


def test_the_diagnosis_says_what_goes_with_the_outcome(city):
    found = city("diagnose", "--round", "2025", "--json").json
    levels = {one["level"]: one for one in found["drivers"]}
    assert set(levels) == {"between", "within"}
    for one in levels.values():
        assert sum(f["lmg"] for f in one["factors"].values()) == pytest.approx(one["r2"])
        assert sum(f["johnson"] for f in one["factors"].values()) == pytest.approx(one["r2"])
    assert {one["factor"] for one in found["necessary"]} == {"P", "I", "E", "T"}
    assert len(found["importance"]) == 17
    assert city("diagnose", "--round", "2025").status == 0
