"""Which measure to think of first for a weak indicator; numbers worked out by hand."""

from __future__ import annotations

import pytest

from analysis.scenarios.remedies import remedies, with_prerequisites
from tests.analysis.scenario_cities import catalogue_of, measure, outcome, planner_of

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
