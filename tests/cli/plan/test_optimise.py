"""`fourfold optimise`: the best plan against every other, its conditions, its refusals."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.cli.plan.planning_city import catalogue, city_gain, measure, set_up, write

MEASURES = [
    measure("M1", 30, X1=20),
    measure("M2", 25, Y1=16),
    measure("M3", 12, X1=6, Y1=5),
    measure("M4", 40, X1=11, Y1=22),
    measure("M5", 5, Y1=1),
    measure("M6", 8),
]
NEEDS = {"M4": "M5"}


@pytest.fixture
def optimise(fourfold, tmp_path):
    set_up(fourfold, tmp_path)
    content = catalogue(
        [{**m, **({"requires": ["M5"]} if m["id"] == "M4" else {})} for m in MEASURES]
    )
    file = write(tmp_path, "c.yaml", content)

    def run(*arguments: object):
        return fourfold(
            "optimise", "--round", "2025", "--catalogue", file, "--draws", 100, *arguments, "--json"
        )

    return run


def every_plan(budget: float) -> list[tuple[float, set[str]]]:
    """Gain of every plan that keeps budget and prerequisite, by hand."""
    found = []
    for size in range(len(MEASURES) + 1):
        for taken in combinations(MEASURES, size):
            ids = {m["id"] for m in taken}
            cost = sum(m["cost"]["first_year"] for m in taken)
            if cost <= budget and all(NEEDS.get(id, id) in ids for id in ids):
                found.append((city_gain(list(taken)), ids))
    return found


@pytest.mark.parametrize("budget", [0, 5, 20, 37, 45, 60, 75, 90, 200])
def test_the_optimum_is_the_best_of_all_plans_reckoned_by_hand(optimise, budget):
    answer = optimise("--budget", budget)
    assert answer.status == 0
    found = answer.json
    best = max(gain for gain, _ in every_plan(budget))
    assert found["status"] == "optimal" and found["gap"] <= 1e-4
    assert found["objective"] == pytest.approx(best, abs=1e-9)
    assert found["gain"] == pytest.approx(best, abs=1e-9)
    assert found["cost"] <= budget + 1e-9
    assert found["bound"] >= found["objective"]


def test_a_measure_without_effect_is_never_paid_for(optimise):
    found = optimise("--budget", 1000).json
    assert "M6" not in {one["id"] for one in found["measures"]}


def test_no_budget_buys_nothing_and_changes_nothing(optimise):
    found = optimise("--budget", 0).json
    assert (found["measures"], found["cost"], found["gain"], found["objective"]) == (
        [],
        0.0,
        0.0,
        0.0,
    )
    assert found["gap"] == 0.0


def test_the_frontier_is_sorted_and_no_point_of_it_is_beaten_by_any_plan(optimise):
    found = optimise("--budget", 100, "--frontier", 8).json["frontier"]
    costs = [one["cost"] for one in found]
    gains = [one["gain"] for one in found]
    assert costs == sorted(set(costs)) and gains == sorted(set(gains))
    assert (costs[0], gains[0]) == (0.0, 0.0)
    by_cost = {m["id"]: m["cost"]["first_year"] for m in MEASURES}
    for one in found:
        assert one["cost"] == pytest.approx(sum(by_cost[id] for id in one["measures"]))
        rivals = [gain for gain, _ in every_plan(one["cost"] + 1e-9)]
        assert one["gain"] == pytest.approx(max(rivals), abs=1e-9)


def test_required_and_forbidden_measures_are_kept(optimise):
    found = optimise("--budget", 60, "--must", "M6", "--never", "M1").json
    taken = {one["id"] for one in found["measures"]}
    assert "M6" in taken and "M1" not in taken
    best = max(gain for gain, ids in every_plan(60) if "M6" in ids and "M1" not in ids)
    assert found["objective"] == pytest.approx(best, abs=1e-9)


def test_what_cannot_be_paid_is_infeasible_with_the_missing_sum(optimise):
    answer = optimise("--budget", 30, "--must", "M4")
    assert answer.status == 0
    found = answer.json
    assert found["status"] == "infeasible" and found["objective"] is None
    # M4 with its prerequisite M5 costs 45.
    assert found["relaxation"] == [{"kind": "budget", "ids": [], "amount": pytest.approx(15.0)}]


def test_near_optimal_plans_and_the_shares_of_measures_go_together(optimise):
    found = optimise("--budget", 75).json
    plans = [{m["id"] for m in found["measures"]}]
    plans += [{m["id"] for m in one["measures"]} for one in found["near_optimal"]]
    for one in found["near_optimal"]:
        assert one["objective"] >= 0.99 * found["objective"] - 1e-9
    for id, share in found["inclusion"].items():
        assert share == pytest.approx(sum(id in plan for plan in plans) / len(plans))


def test_simple_rules_stand_beside_and_are_never_better(optimise):
    city = optimise("--budget", 45).json
    departments = optimise("--budget", 45, "--scope", "department").json
    assert city["baselines"].keys() == {"greedy"}
    assert departments["baselines"].keys() == {"greedy", "equal_share", "worst_first"}
    for found in (city, departments):
        for one in found["baselines"].values():
            assert one["gain"] <= found["gain"] + 1e-9 and one["cost"] <= 45 + 1e-9


def after_everything() -> list[float]:
    """Departments' scores with all measures, by hand."""
    scores = []
    for values in found_values():
        total = 0.0
        for place, value in enumerate(values):
            left = 1.0
            for one in MEASURES:
                left *= 1 - one["effects"].get("X1" if place < 2 else "Y1", 0.0) / 55
            total += 100 - (100 - value) * left
        scores.append(total / 4)
    return scores


def test_a_floor_within_reach_is_kept_by_every_department_and_one_beyond_is_infeasible(optimise):
    reached = min(after_everything())
    assert 60 <= reached < 80
    found = optimise("--budget", 200, "--floor", 4).json
    assert found["status"] == "optimal"
    assert found["rescored"]["below_level"]["4"] == 0.0
    assert optimise("--budget", 200, "--floor", 5).json["status"] == "infeasible"


def test_departments_that_decide_for_themselves_pay_by_parts(optimise):
    found = optimise("--budget", 20, "--scope", "department").json
    assert found["status"] == "optimal" and found["cost"] <= 20 + 1e-9
    cost = {m["id"]: m["cost"]["first_year"] for m in MEASURES}
    paid = sum(
        cost[one["id"]] * (0.4 + 0.6 * len(one["departments"]) / 50) for one in found["measures"]
    )
    assert found["cost"] == pytest.approx(paid)
    assert found["gain"] >= optimise("--budget", 20).json["gain"] - 1e-9


def test_the_probability_of_a_level_can_be_what_is_made_large(optimise):
    found = optimise("--budget", 60, "--aim", "probability", "--level", 4).json
    best = max(gain for gain, _ in every_plan(60))
    start = sum(sum(v) for v in found_values()) / 12
    assert found["objective"] == (1.0 if start + best >= 60 else 0.0)


def found_values() -> list[tuple[float, ...]]:
    from tests.cli.plan.planning_city import VALUES

    return list(VALUES.values())


def test_the_same_question_gives_the_same_bytes(optimise):
    first = optimise("--budget", 75, "--frontier", 4).out
    assert optimise("--budget", 75, "--frontier", 4).out == first


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("--budget", "-1"), "E326"),
        (("--budget", "nan"), "E326"),
        (("--budget", "inf"), "E326"),
        (("--budget", "10", "--must", "M99"), "E321"),
        (("--budget", "10", "--never", "nobody"), "E321"),
        (("--budget", "10", "--must", "M1", "--never", "M1"), "E325"),
        (("--budget", "10", "--level", "9"), "E321"),
    ],
)
def test_conditions_that_make_no_sense_are_refused_with_code_and_place(optimise, arguments, code):
    answer = optimise(*arguments)
    assert answer.status == 3
    error = answer.json["error"]
    assert error["code"] == code and error["where"]["path"]
    assert error["message"]["zh"] and error["fix"]["en"]


def test_a_scope_or_aim_that_does_not_exist_is_a_wrong_command_line(optimise):
    assert optimise("--budget", 10, "--scope", "village").status == 2
    assert optimise("--budget", 10, "--aim", "glory").status == 2
