"""Projected scores of certain effects, written out by hand (statistics.md 6)."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.scenarios.scenario import check_scenario
from analysis.scenarios.simulation import simulate, trajectory
from indicators.aggregate import up_the_tree
from indicators.evidence import Department
from tests.analysis.scenarios.scenario_cities import (
    READINESS,
    catalogue_of,
    measure,
    outcome,
    overall,
    planner_of,
)
from tests.indicators.frameworks import framework_of, metric

AT = {"d1": {"A1": 50, "A2": 50, "B1": 50}}


def test_a_department_of_level_three_closes_points_over_55_of_its_gap():
    planner = planner_of(catalogue_of(measure("M1", {"D1": 11, "D2": 22})), AT)
    # s' = s + (100 − s)·e/55; overall is the mean of both factors.
    expected = ((50 + 50 * 11 / 55) + (50 + 50 * 22 / 55)) / 2
    assert overall(planner, "M1") == {"d1": pytest.approx(expected, abs=1e-12)}


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_readiness_of_the_baseline_level_scales_the_share(level: int):
    at = 20.0 * level - 10
    planner = planner_of(
        catalogue_of(measure("M1", {"D1": 11, "D2": 11})),
        {"d1": dict.fromkeys(("A1", "A2", "B1"), at)},
    )
    expected = at + (100 - at) * 0.2 * READINESS[level - 1]
    assert overall(planner, "M1")["d1"] == pytest.approx(expected, abs=1e-12)


def test_two_equal_measures_close_one_minus_the_square_of_what_one_leaves_in_any_order():
    planner = planner_of(
        catalogue_of(*(measure(m, {"D1": 11, "D2": 11}) for m in ("M1", "M2"))), AT
    )
    expected = 50 + 50 * (1 - 0.8**2)
    assert overall(planner, "M1", "M2")["d1"] == pytest.approx(expected, abs=1e-12)
    assert overall(planner, "M2", "M1") == overall(planner, "M1", "M2")


def test_without_its_soft_prerequisite_a_measure_has_half_its_effect():
    planner = planner_of(
        catalogue_of(
            measure("M1", {"D1": 22, "D2": 22}, supported_by=["M2", "M3"]),
            measure("M2", {}),
            measure("M3", {}),
        ),
        AT,
    )
    assert overall(planner, "M1")["d1"] == pytest.approx(50 + 50 * 0.4 / 2, abs=1e-12)
    assert overall(planner, "M1", "M2", "M3")["d1"] == pytest.approx(50 + 50 * 0.4, abs=1e-12)
    # One of two brings half of the rest in logarithms: the geometric mean of what is left.
    assert overall(planner, "M1", "M3")["d1"] == pytest.approx(100 - 50 * (0.8 * 0.6) ** 0.5)


def test_without_its_hard_prerequisite_a_measure_does_nothing_is_listed_and_still_costs():
    planner = planner_of(
        catalogue_of(
            measure("M1", {"D1": 22, "D2": 22}, requires={"all": ["M2"], "any": [["M3", "M4"]]}),
            measure("M2"),
            measure("M3"),
            measure("M4", requires=["M3"]),
            measure("M5", {"D1": 11}, requires=["M1"]),
        ),
        {"d1": AT["d1"], "d2": AT["d1"]},
    )
    found = outcome(planner, "M1", "M2", "M4", "M5", horizon=3)
    assert (found.projection.overall == 50).all()
    assert {u.measure: u.needs for u in found.unmet} == {
        "M1": ("M3|M4",),
        "M4": ("M3",),
        "M5": ("M1",),
    }
    assert found.total == pytest.approx(4 * (10 + 2 * 1))
    # Prerequisites hold department by department.
    partly = overall(planner, "M1", "M2", {"id": "M3", "departments": ["d2"]})
    assert partly == {"d1": 50, "d2": pytest.approx(70, abs=1e-12)}


@pytest.mark.parametrize("factor", [1.2, 0.7])
def test_a_pair_changes_the_share_of_both_or_of_the_one_that_is_named(factor: float):
    pair = {"pair": ["M1", "M2"], "factor": factor}
    measures = (measure("M1", {"D1": 11, "D2": 11}), measure("M2", {"D1": 22, "D2": 22}))
    both = planner_of(catalogue_of(*measures, interactions=[pair]), AT)
    expected = 100 - 50 * (1 - factor * 0.2) * (1 - factor * 0.4)
    assert overall(both, "M1", "M2")["d1"] == pytest.approx(expected, abs=1e-12)
    assert overall(both, "M1")["d1"] == pytest.approx(60, abs=1e-12)
    one = planner_of(
        catalogue_of(*measures, interactions=[pair | {"of": ["M1"], "dimensions": ["D2"]}]), AT
    )
    second = 100 - 50 * (1 - factor * 0.2) * 0.6
    assert overall(one, "M1", "M2")["d1"] == pytest.approx((second + 100 - 50 * 0.8 * 0.6) / 2)


def test_no_measure_closes_more_than_95_hundredths_and_the_hits_of_those_taken_are_counted():
    catalogue = catalogue_of(measure("M1", {"D1": 54, "D2": 11}), measure("M2", {"D1": 54}))
    planner = planner_of(catalogue, AT)
    found = outcome(planner, "M1", effect=1.5)
    expected = ((100 - 50 * 0.05) + (50 + 50 * 0.3)) / 2
    assert found.projection.overall.mean() == pytest.approx(expected, abs=1e-9)
    assert found.capped == 0.5  # one of two effects; M2 is not taken


def test_an_effect_waits_for_prerequisites_and_lead_time_and_then_rises_over_the_ramp():
    planner = planner_of(
        catalogue_of(
            measure("M1", lead_months=3),
            measure("M2", {"D1": 22, "D2": 22}, lead_months=3, ramp_months=12, requires=["M1"]),
        ),
        AT,
    )
    scenario = check_scenario(
        {"measures": [{"id": "M1", "start": "Q2"}, "M2"], "horizon": 2}, planner.catalogue
    )
    found = [float(p.overall.mean()) for _, p in trajectory(planner, scenario)]
    # M1 begins in month 3 and works in month 6, so M2 in month 9, fully in month 21.
    ramp = np.clip((3.0 * np.arange(9) - 9) / 12, 0, 1)
    assert found == pytest.approx(50 + 50 * 0.4 * ramp, abs=1e-12)
    assert found[-1] == simulate(planner, scenario).projection.overall.mean()


def test_the_first_point_of_a_trajectory_is_the_baseline_even_for_effects_at_once():
    planner = planner_of(catalogue_of(measure("M1", {"D1": 22})), AT)
    (_, first), (_, second), *_ = trajectory(
        planner, check_scenario({"measures": ["M1"]}, planner.catalogue)
    )
    assert (first.overall == 50).all()
    assert second.overall == pytest.approx(60)


def test_departments_and_groups_take_part_and_pay_set_up_and_their_part():
    departments = [
        Department(f"d{k}", {"zh": "", "en": ""}, group="g" if k < 2 else "h") for k in range(4)
    ]
    planner = planner_of(
        catalogue_of(measure("M1", {"D1": 22, "D2": 22}), measure("M2", {}, scope="city")),
        {d.id: AT["d1"] for d in departments},
        departments=departments,
    )

    def projected(provision: dict) -> tuple[list[float], float]:
        scenario = check_scenario({"measures": [provision], "horizon": 2}, planner.catalogue)
        found = simulate(planner, scenario)
        return found.projection.overall.mean(axis=1).tolist(), found.total

    city = 10 + 1
    assert projected({"id": "M1"}) == (pytest.approx([70] * 4), pytest.approx(city))
    some = projected({"id": "M1", "departments": ["d3"], "groups": ["g"]})
    assert some == (pytest.approx([70, 70, 50, 70]), pytest.approx(city * (0.4 + 3 * 0.6 / 50)))
    assert projected({"id": "M1", "groups": ["h"]})[0] == pytest.approx([50, 50, 70, 70])
    assert projected({"id": "M1", "departments": []}) == (pytest.approx([50] * 4), 0)
    # What serves the whole city costs the whole.
    assert projected({"id": "M2", "departments": ["d1"]})[1] == pytest.approx(city)


@pytest.mark.parametrize("table", [{"M1": 1.5, "*": 0.5}, {"*": 0.5, "M1": 1.5}])
def test_a_measures_own_multiplier_stands_before_that_of_all_measures(table: dict):
    departments = [Department(d, {"zh": d, "en": d}, group="g") for d in ("d1", "d2")]
    planner = planner_of(
        catalogue_of(
            measure("M1", {"D1": 11, "D2": 11}),
            measure("M2", {"D1": 11, "D2": 11}),
            multipliers={"g": {"M2": 1.2}},
        ),
        {d.id: AT["d1"] for d in departments},
        departments=departments,
    )
    scenario = {"measures": ["M1", "M2"], "multipliers": {"g": table, "d2": {"M2": 1.0}}}
    found = simulate(planner, check_scenario(scenario, planner.catalogue)).projection.overall
    expected = [100 - 50 * (1 - 0.2 * 1.5) * (1 - 0.2 * other) for other in (0.5, 1.0)]
    assert found.mean(axis=1) == pytest.approx(expected, abs=1e-12)


def test_only_lists_and_indicators_that_do_not_respond_limit_an_effect():
    framework = framework_of([metric("A1"), metric("A2"), metric("A3") | {"responds": False}])
    catalogue = catalogue_of(
        measure("M1", {"D1": {"low": 11, "high": 11, "only": ["A1", "A3"]}}),
        measure("M2", {"D1": 22}),
    )
    planner = planner_of(catalogue, {"d1": {"A1": 40, "A2": 50, "A3": 60}}, framework)
    first = (100 - 60 * 0.8 * 0.6 + 100 - 50 * 0.6 + 60) / 3
    assert overall(planner, "M1", "M2")["d1"] == pytest.approx(first, abs=1e-12)
    assert overall(planner, "M1")["d1"] == pytest.approx((52 + 50 + 60) / 3, abs=1e-12)


def test_a_side_effect_opens_the_gap_and_no_indicator_falls_below_the_low_end():
    catalogue = catalogue_of(measure("M1", {"D2": 11}, side_effects={"D1": 27.5}))
    planner = planner_of(catalogue, {"d1": {"A1": 10, "A2": 90, "B1": 80}})
    # A1: 100 − 90·1.5 < 0; A2: 100 − 10·1.5. Readiness of level 4 is 1.1: 1.55 instead of 1.5.
    d1 = (0 + 3 * (100 - 10 * 1.55)) / 4
    expected = (d1 + 80 + 20 * 0.2 * 1.1) / 2
    assert overall(planner, "M1")["d1"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "method", ["arithmetic", "geometric", "harmonic", "min", "power:-2", "owa:0.4"]
)
def test_projected_scores_are_the_kernel_on_moved_leaves(method: str):
    framework = framework_of(
        [metric("A1"), metric("A2", 3), metric("A3", 0)],
        [metric("B1"), metric("B2", 2)],
        aggregation=method,
    )
    values = {
        "d1": {"A1": 40, "A2": 60, "A3": 10, "B1": 55, "B2": 45},
        "d2": {"A1": 45, "B1": 52, "B2": None},
        "d3": {"B2": 58, "A2": 41, "A3": 55},
    }
    planner = planner_of(
        catalogue_of(measure("M1", {"D1": 11}), measure("M2", {"D2": 22})), values, framework
    )
    ids = [m.id for m in framework.measured]
    start = np.array([[values[d].get(i, np.nan) for i in ids] for d in planner.ids], dtype=float)
    ready = np.array(READINESS)[planner.baseline.level - 1][:, None]
    share = np.array([11, 11, 11, 22, 22]) / 55 * ready
    expected = up_the_tree(framework, start + (100 - start) * share)[:, 0]
    assert list(overall(planner, "M1", "M2").values()) == pytest.approx(expected, abs=1e-9)


def test_the_city_is_the_weighted_mean_and_departments_of_weight_zero_do_not_count():
    weights = {"d1": 3.0, "d2": 1.0, "d3": 0.0}
    departments = [Department(d, {"zh": d, "en": d}, weight=w) for d, w in weights.items()]
    values = {
        "d1": AT["d1"],
        "d2": {"A1": 90, "A2": 90, "B1": 90},
        "d3": {"A1": 1, "A2": 1, "B1": 1},
    }
    planner = planner_of(
        catalogue_of(measure("M1", {"D1": 11, "D2": 11})), values, departments=departments
    )
    projected = overall(planner, "M1")
    city = outcome(planner, "M1").projection.city
    assert city[:, 0] == pytest.approx((3 * projected["d1"] + projected["d2"]) / 4, abs=1e-9)
    assert projected["d2"] == pytest.approx(90 + 10 * 0.2 * 1.2)
    assert planner.baseline.city_point[0] == pytest.approx((3 * 50 + 90) / 4)


def test_expected_gain_of_an_uncertain_effect_is_that_of_the_pert_mean():
    catalogue = catalogue_of(measure("M1", {"D1": [4, 10, 40], "D2": [4, 10, 40]}))
    planner = planner_of(catalogue, AT, draws=4000)
    found = outcome(planner, "M1").projection.overall
    # One measure is linear in its effect: mean (low + 4·mode + high)/6, sd √((μ−l)(h−μ)/7).
    mean = (4 + 4 * 10 + 40) / 6
    assert found.mean() == pytest.approx(50 + 50 * mean / 55, abs=0.01)
    assert found.std() == pytest.approx(50 / 55 * ((mean - 4) * (40 - mean) / 7) ** 0.5, rel=0.01)


def test_a_measure_that_may_fail_works_in_its_share_of_the_draws():
    planner = planner_of(
        catalogue_of(measure("M1", {"D1": 11, "D2": 11}, success=0.3)), AT, draws=1000
    )
    found = outcome(planner, "M1").projection.overall[0]
    assert np.unique(found.round(9)).tolist() == [50, 60]
    assert (found > 55).mean() == pytest.approx(0.3, abs=1e-9)  # stratified: exact


def test_departments_share_one_quantile_so_the_citys_spread_does_not_shrink():
    values = {f"d{k}": AT["d1"] for k in range(9)}
    planner = planner_of(
        catalogue_of(measure("M1", {"D1": [0, 10, 40], "D2": [0, 10, 40]})), values
    )
    found = outcome(planner, "M1").projection
    assert found.city[:, 0].std() == pytest.approx(found.overall[0].std(), rel=1e-9)
