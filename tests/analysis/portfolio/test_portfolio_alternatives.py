"""Frontier, neighbours, smallest relaxation and simple rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.portfolio import (
    RULES,
    Objective,
    Problem,
    Relaxation,
    baseline,
    frontier,
    near_optimal,
    optimise,
)
from analysis.portfolio.facets import lifted_facets
from tests.analysis.portfolio.portfolio_problems import (
    allowed,
    best,
    plans,
    problem_of,
    scores,
    value,
)

SEEDS = st.integers(0, 10_000)
CLOSE = 2e-6


def values_and_costs(problem: Problem) -> list[tuple[float, float]]:
    found = [taken for taken in plans(problem) if allowed(problem, taken)]
    return [(value(problem, taken), problem.cost(taken)) for taken in found]


@settings(max_examples=3)
@given(seed=SEEDS, kind=st.sampled_from(["arithmetic", "geometric"]))
def test_frontier_is_what_brute_force_finds_at_each_budget(seed, kind):
    problem = problem_of(seed, 5, 2, aggregation=kind, draws=2, exclusions=(("M00", "M01"),))
    line = frontier(problem, 6, gap=0)
    every = values_and_costs(replace(problem, budget=None))
    expected = set()
    for budget in np.linspace(0, problem.budget, 6):
        top = max(worth for worth, cost in every if cost <= budget + 1e-6)
        cheapest = min(cost for worth, cost in every if worth >= top - CLOSE)
        expected.add((cheapest, round(top, 4)))
    found = [(one.cost, round(one.objective, 4)) for one in line]
    assert found[0] == (0.0, 0.0)
    assert not line[0].taken.any()
    assert {cost for cost, _ in found} == {cost for cost, _ in expected} | {0.0}
    reached = {cost: worth for cost, worth in found if cost > 0}
    assert all(reached[cost] == pytest.approx(w, abs=2e-4) for cost, w in expected if cost > 0)


@settings(max_examples=5)
@given(seed=SEEDS, scope=st.sampled_from(["city", "department"]))
def test_no_point_of_a_frontier_is_dominated(seed, scope):
    measures = 7 if scope == "city" else 3
    line = frontier(problem_of(seed, measures, 2, scope=scope), 5)
    costs, worth = [p.cost for p in line], [p.objective for p in line]
    later = slice(1, None)
    assert (np.diff(worth)[later] > 0).all()
    assert (np.diff(costs)[later] > 0).all()
    assert all(p.status == "optimal" and p.gap is not None for p in line)


def test_frontier_leaves_out_budgets_that_allow_no_plan():
    problem = problem_of(1, 6, must=("M02",))
    line = frontier(replace(problem, city_cost=problem.city_cost + 5), 8)
    assert all(p.taken[:, 2].all() for p in line)
    assert line[0].cost > 0


@pytest.mark.parametrize("few", [True, False])
def test_neighbours_are_all_plans_within_a_share_of_the_best(few, monkeypatch):
    if not few:
        monkeypatch.setattr("analysis.portfolio.neighbours.MOST_ENUMERATED", 0)
    problem = problem_of(6, 7, 2, draws=2)
    found = near_optimal(problem, within=0.2, most=5, gap=0)
    worth = sorted((v for v, _ in values_and_costs(problem)), reverse=True)
    near = [v for v in worth if v >= 0.8 * worth[0]][:6]
    assert [p.objective for p in found.plans] == pytest.approx(near, abs=CLOSE)
    shares = np.mean([p.taken[0] for p in found.plans], axis=0)
    assert list(found.inclusion.values()) == pytest.approx(list(shares))


def test_what_is_missing_in_the_budget_is_said():
    problem = problem_of(0, 5, must=("M00", "M01"), requires_all=(("M01", "M02"),), budget=10.0)
    found = optimise(problem)
    assert found.status == "infeasible"
    assert (found.bound, found.gap, found.measures) == (None, None, ())
    missing = problem.city_cost[:3].sum() - 10
    assert found.relaxation == (Relaxation("budget", (), pytest.approx(missing)),)


@pytest.mark.parametrize(
    "rules, kinds",
    [
        ({"must": ("M00",), "never": ("M00",)}, {"must", "never"}),
        ({"must": ("M00", "M01"), "exclusions": (("M00", "M01"),)}, {"must", "exclusion"}),
        (
            {"must": ("M00",), "requires_all": (("M00", "M01"),), "never": ("M01",)},
            {"must", "requires-all", "never"},
        ),
    ],
)
@pytest.mark.parametrize("scope", ["city", "department"])
def test_rules_that_contradict_each_other_are_named(rules, kinds, scope):
    found = optimise(problem_of(0, 4, scope=scope, budget=None, **rules))
    assert found.status == "infeasible"
    (one,) = found.relaxation
    assert one.kind in kinds
    assert one.amount is None
    kept = {key: value for key, value in rules.items() if key.replace("_", "-") != one.kind}
    if one.kind in ("must", "never"):
        left = tuple(id for id in rules[one.kind] if (id,) != one.ids)
        kept = rules | {one.kind: left}
    elif one.kind == "exclusion":
        kept = rules | {"exclusions": ()}
    mended = problem_of(0, 4, scope=scope, budget=None, **kept)
    assert optimise(mended).status == "optimal"


@pytest.mark.parametrize("kind", ["arithmetic", "geometric"])
def test_floors_out_of_reach_say_by_how_much(kind):
    problem = problem_of(0, 5, 2, budget=None, aggregation=kind, pairs=0)
    reach = scores(problem, np.ones((2, 5), dtype=bool))[0, :, 0]
    floor = np.array([reach[0] + 3, reach[1] - 1])
    found = optimise(replace(problem, floor=floor))
    assert found.relaxation == (Relaxation("floor", ("d00",), pytest.approx(3, abs=1e-4)),)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("scope", ["city", "department"])
def test_simple_rules_keep_the_limits_and_never_beat_the_optimum(rule, scope):
    for seed in range(4):
        problem = problem_of(
            seed, 5, 2, scope=scope, requires_all=(("M00", "M01"),), exclusions=(("M02", "M03"),)
        )
        found = baseline(problem, rule)
        assert found.status == "feasible"
        assert allowed(problem, found.taken)
        assert found.objective == pytest.approx(value(problem, found.taken), abs=1e-9)
        assert found.objective <= optimise(problem).objective + CLOSE


def test_greedy_takes_a_measure_together_with_what_it_requires():
    problem = problem_of(0, 2, budget=None, groups=1, per_measure=1, pairs=0)
    only = np.where(problem.terms.first == 1, 0.0, -0.5)
    problem = replace(problem, terms=replace(problem.terms, value=only + problem.terms.value * 0))
    problem = replace(problem, requires_all=(("M00", "M01"),))
    assert [id for id, _ in baseline(problem, "greedy").measures] == ["M00", "M01"]


@settings(max_examples=40)
@given(seed=SEEDS, k=st.integers(1, 6))
def test_lifted_facets_bound_every_subset_and_touch_the_vertex(seed, k):
    r = np.random.default_rng(seed)
    values, point = r.normal(size=(3, 1 << k)), r.random((3, k))
    a, b = lifted_facets(values, point)
    subset = (np.arange(1 << k)[:, None] >> np.arange(k)) & 1
    bound = a @ subset.T + b[:, None]
    assert (bound >= values - 1e-9).all()
    vertex = ((point > 0.5) << np.arange(k)).sum(axis=1)
    assert bound[range(3), vertex] == pytest.approx(values[range(3), vertex])
    assert (np.isclose(bound, values).sum(axis=1) >= k + 1).all()


def test_departments_with_shared_set_ups_are_settled_measure_by_measure(monkeypatch):
    monkeypatch.setattr("analysis.portfolio.outer_approximation.FEW_DECISIONS", 0)
    monkeypatch.setattr("analysis.portfolio.upper_model.MOST_SUBSETS", 0)
    monkeypatch.setattr("analysis.portfolio.upper_model.MOST_SHARED", 0)
    for seed in range(4):
        problem = problem_of(
            seed, 4, 2, scope="department", draws=2, requires_all=(("M00", "M01"),)
        )
        found = optimise(problem, gap=0, method="outer-approximation")
        assert found.objective == pytest.approx(best(problem), abs=CLOSE)
        assert found.status == "optimal"


def test_a_search_that_is_cut_short_is_not_called_optimal(monkeypatch):
    problem = problem_of(8, 9, 2, pairs=6, draws=3, aggregation="geometric")
    found = optimise(problem, gap=0, nodes=1, method="outer-approximation")
    exact = optimise(problem, method="enumeration").objective
    assert found.bound is not None and found.bound >= exact - CLOSE
    assert found.status == "optimal" or found.objective <= exact + CLOSE
    if found.status == "optimal":
        assert found.objective == pytest.approx(exact, abs=CLOSE)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"budget": -1.0}, "negative"),
        ({"city_cost": np.array([1.0, np.nan, 1.0])}, "missing"),
        ({"must": ("M09",)}, "not among the measures: M09"),
        ({"weight": np.ones(3)}, "weight has shape"),
        ({"running": np.ones((2, 3))}, "running has shape"),
    ],
)
def test_a_problem_that_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(problem_of(0, 3, 2), **change)


def test_the_solver_prints_nothing_on_standard_output(capfd):
    for seed in range(3):
        problem = problem_of(seed, 6, 2, draws=3, aggregation="geometric", zeros=True)
        optimise(problem, gap=0, method="outer-approximation")
    assert capfd.readouterr().out == ""


def test_a_level_without_node_scores_is_refused():
    with pytest.raises(ValueError, match="node scores"):
        Objective("probability")
