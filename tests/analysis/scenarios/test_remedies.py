"""Which measure to think of first for a weak indicator; numbers worked out by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scenarios.remedies import remedies, with_prerequisites
from tests.analysis.scenarios.scenario_cities import catalogue_of, measure, outcome, planner_of

# Level 3 (40-59) is ready with factor 1; a point of effect closes 1/55 of the gap to 100.
TOWNS = {"x": {"A1": 40, "A2": 40, "B1": 60}, "y": {"A1": 60, "A2": 40, "B1": 50}}


def cheap(id, effects=None, price=10, **rest):
    return measure(id, effects, cost={"first_year": price, "annual": 1}, **rest)


def test_a_rise_is_the_share_of_the_gap_that_closes_averaged_over_departments():
    planner = planner_of(catalogue_of(cheap("M", {"D1": 11})), TOWNS)
    found = remedies(planner, ["A1", "B1"], horizon=3)
    # 11/55 = 1/5 of the gaps 60 and 40 is 10 on average; 10 in the first year and 1 in two more.
    assert set(found) == {"A1"}
    assert found["A1"].measure == "M" and found["A1"].needs == ()
    assert found["A1"].rise == pytest.approx(10)
    assert found["A1"].cost == pytest.approx(12)


def test_the_gain_is_that_of_the_scenario_which_takes_the_measure_with_its_prerequisites():
    listed = (
        cheap("base", {"D2": 5}),
        cheap("M", {"D1": 11}, requires={"all": ["base"]}),
    )
    planner = planner_of(catalogue_of(*listed), TOWNS)
    found = remedies(planner, ["A1"], horizon=1)["A1"]
    plan = outcome(planner, "base", "M")
    gain = (plan.projection.city - planner.baseline.city)[:, 0].mean()
    assert found.needs == ("base",)
    assert found.gain == pytest.approx(gain)
    assert found.cost == pytest.approx(plan.total)


def test_of_measures_that_help_nearly_as_much_the_cheapest_comes_first():
    listed = (
        cheap("best", {"D1": 12}, price=100),
        cheap("nearly", {"D1": 9}, price=20),
        cheap("little", {"D1": 3}, price=1),
    )
    planner = planner_of(catalogue_of(*listed), TOWNS)
    assert remedies(planner, ["A1"])["A1"].measure == "nearly"


def test_a_measure_for_other_indicators_of_the_dimension_and_a_draft_are_no_remedy():
    listed = (
        cheap("other", {"D1": {"points": [9, 9, 9], "only": ["A2"]}}),
        cheap("draft", {"D1": 9}, draft=True),
    )
    planner = planner_of(catalogue_of(*listed), TOWNS)
    assert set(remedies(planner, ["A1", "A2"])) == {"A2"}


def test_a_measure_that_works_after_the_horizon_only_is_no_remedy():
    planner = planner_of(catalogue_of(cheap("late", {"D1": 9}, lead_months=24)), TOWNS)
    assert not remedies(planner, ["A1"], horizon=1)
    assert remedies(planner, ["A1"], horizon=3)


def test_an_indicator_without_a_gap_needs_nothing():
    full = {"x": {"A1": 100, "A2": 40, "B1": 60}}
    planner = planner_of(catalogue_of(cheap("M", {"D1": 11})), full)
    assert set(remedies(planner, ["A1", "A2"])) == {"A2"}


def test_prerequisites_come_with_theirs_and_of_alternatives_the_cheapest():
    listed = (
        cheap("a"),
        cheap("b", requires={"all": ["a"]}),
        cheap("dear", price=50),
        cheap("M", requires={"all": ["b"], "any": [["dear", "plain"]]}),
        cheap("plain"),
    )
    catalogue = catalogue_of(*listed)
    cost = {one.id: one.cost.first_year[1] for one in catalogue.measures}
    found = with_prerequisites(catalogue, cost)
    assert found["M"] == {"M", "a", "b", "plain"}
    assert found["b"] == {"a", "b"}


def test_a_measure_whose_prerequisites_exclude_one_another_cannot_be_taken():
    listed = (cheap("a"), cheap("b"), cheap("M", requires={"all": ["a", "b"]}))
    apart = [{"pair": ["a", "b"], "kind": "exclusive"}]
    catalogue = catalogue_of(*listed, interactions=apart)
    assert set(with_prerequisites(catalogue, dict.fromkeys(catalogue.ids, 1.0))) == {"a", "b"}


def test_an_alternative_that_excludes_the_measure_gives_way_to_a_dearer_one():
    listed = (cheap("a"), cheap("b", price=50), cheap("M", requires={"any": [["a", "b"]]}))
    catalogue = catalogue_of(*listed, interactions=[{"pair": ["a", "M"], "kind": "exclusive"}])
    assert with_prerequisites(catalogue, {"a": 10, "b": 50, "M": 10})["M"] == {"b", "M"}


def test_one_alternative_may_meet_two_needs():
    need = {"any": [["a", "b"], ["b", "c"]]}
    catalogue = catalogue_of(cheap("a"), cheap("b"), cheap("c"), cheap("M", requires=need))
    assert with_prerequisites(catalogue, {"a": 3, "b": 4, "c": 100, "M": 1})["M"] == {"b", "M"}


@given(st.integers(0, 2**32))
@settings(max_examples=40)
def test_a_package_is_the_cheapest_of_all_sets_that_can_begin(seed: int):
    random = np.random.default_rng(seed)
    ids = [f"m{k}" for k in range(6)]

    def others(k: int, most: int) -> list[str]:
        return [str(id) for id in random.permutation(ids[:k])[: random.integers(0, most + 1)]]

    listed = []
    for k, id in enumerate(ids):
        some = [group for group in (others(k, 3), others(k, 3)) if group]
        listed.append(cheap(id, requires={"all": others(k, 1), "any": some}))
    pair = sorted(str(id) for id in random.permutation(ids)[:2])
    catalogue = catalogue_of(*listed, interactions=[{"pair": pair, "kind": "exclusive"}])
    cost = {id: float(random.integers(1, 9)) for id in ids}
    closed = [
        set(chosen)
        for size in range(1, 7)
        for chosen in combinations(ids, size)
        if not set(pair) <= set(chosen)
        and all(
            set((need := catalogue.measure(id).requires).all) <= set(chosen)
            and all(set(group) & set(chosen) for group in need.any)
            for id in chosen
        )
    ]
    found = with_prerequisites(catalogue, cost)
    for id in ids:
        least = [sum(cost[one] for one in own) for own in closed if id in own]
        assert (id in found) == bool(least)
        if least:
            assert found[id] in closed
            assert sum(cost[one] for one in found[id]) == min(least)
