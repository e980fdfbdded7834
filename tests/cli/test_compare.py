"""`fourfold compare`: pairs, rank sets, letters, tests and change."""

from __future__ import annotations

import pytest


@pytest.fixture
def city(fourfold):
    assert fourfold("demo", "--departments", 8, "--rounds", 2).status == 0
    return fourfold


def test_pairs_ranks_and_letters_agree_with_each_other(city):
    found = city("compare", "--round", "2025", "--draws", 500, "--json").json
    units = {unit["id"]: unit for unit in found["units"]}
    count = len(units)
    assert len(found["pairs"]) == count * (count - 1) // 2
    for pair in found["pairs"]:
        above, below = units[pair["above"]], units[pair["below"]]
        assert pair["difference"] >= 0
        assert pair["difference"] == pytest.approx(
            above["score"]["score"] - below["score"]["score"]
        )
        shared = set(above["letters"]) & set(below["letters"])
        assert bool(shared) == (pair["p_holm"] >= 0.1)
        assert pair["tied"] == (pair["probability"] < 0.9)
    for unit in units.values():
        rank, own = unit["rank"], unit["marginal_rank"]
        assert rank["low"] <= own["low"] <= rank["nominal"] <= own["high"] <= rank["high"]
    for test in found["scales"].values():
        assert test["departments"] <= count
        assert 0 <= test["welch"]["p"] <= 1 and 0 <= test["kruskal"]["p"] <= 1
        assert test["games_howell_different"] <= test["pairs"]
    assert found["change"] is None


def test_other_rules_rank_the_departments_beside_the_score(city):
    found = city("compare", "--round", "2025", "--draws", 300, "--json").json
    scored = {u["id"]: u for u in city("score", "--round", "2025", "--json").json["units"]}
    rules = found["cross_reading"]
    assert rules["criteria"] == ["P", "I", "E", "T"]
    # SPOTIS with the ends of the range as its bounds is what the arithmetic mean lacks to the top.
    for id, one in rules["methods"]["spotis"]["units"].items():
        assert one["value"] == pytest.approx(1 - scored[id]["overall"]["score"] / 100)
    ranks = {u["id"]: u["rank"]["nominal"] for u in found["units"]}
    assert {i: u["rank"] for i, u in rules["methods"]["spotis"]["units"].items()} == ranks
    assert rules["methods"]["spotis"]["agreement"] == pytest.approx(1)
    for name, rule in rules["methods"].items():
        assert rule["source"] and -1 <= rule["agreement"] <= 1
        places = sorted(one["rank"] for one in rule["units"].values())
        assert places[0] == 1 and len(places) == len(ranks), name
    leaf = city("compare", "--round", "2025", "--node", "P1-1", "--draws", 200, "--json").json
    assert leaf["cross_reading"] is None


def test_change_since_another_round_is_under_one_framework(city):
    found = city("compare", "--round", "2025", "--with", "2024", "--draws", 400, "--json").json
    scored = {
        round_id: {
            unit["id"]: unit["overall"]["score"]
            for unit in city("score", "--round", round_id, "--json").json["units"]
        }
        for round_id in ("2024", "2025")
    }
    change = found["change"]
    assert change["with"] == "2024" and change["rescored"] is False
    for unit in change["units"]:
        expected = scored["2025"][unit["id"]] - scored["2024"][unit["id"]]
        assert unit["difference"] == pytest.approx(expected)
        assert unit["low"] <= unit["difference"] <= unit["high"]
        assert 0 <= unit["p_useful"] <= unit["p_up"] <= 1


def test_a_factor_can_be_compared_and_an_unknown_node_is_refused(city):
    found = city("compare", "--round", "2025", "--node", "P", "--draws", 300, "--json").json
    assert found["node"] == "P" and found["units"]
    refused = city("compare", "--round", "2025", "--node", "nothing", "--json")
    assert refused.status == 3 and refused.json["error"]["code"] == "E954"
    assert city("--language", "en", "compare", "--round", "2025").status == 0


def test_the_same_seed_gives_the_same_bytes_and_published_leaves_out_the_few(fourfold):
    assert fourfold("demo", "--rounds", 1).status == 0
    arguments = ("compare", "--round", "2025", "--draws", 300, "--json")
    first = fourfold(*arguments)
    assert fourfold(*arguments).out == first.out
    shown = fourfold(*arguments, "--published").json
    hidden = {u["id"] for u in first.json["units"]} - {u["id"] for u in shown["units"]}
    assert hidden
    assert all(p["above"] not in hidden and p["below"] not in hidden for p in shown["pairs"])
