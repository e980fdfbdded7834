"""The best portfolio against every plan gone through one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.portfolio import Objective, Problem, optimise
from analysis.scenarios.terms import ALONE, Terms
from tests.analysis.portfolio.portfolio_problems import allowed, best, problem_of

SEEDS = st.integers(0, 10_000)
METHODS = ("enumeration", "outer-approximation")
CLOSE = 2e-6


def assert_best(problem: Problem, expected: float | None, **options: Any) -> None:
    found = optimise(problem, gap=0, **options)
    if expected is None:
        assert found.status == "infeasible"
        return
    assert found.objective == pytest.approx(expected, abs=CLOSE)
    assert allowed(problem, found.taken)
    assert found.status == "optimal"
    assert found.bound is not None and found.bound >= expected - CLOSE
    assert found.gap is not None and found.gap <= CLOSE


@settings(max_examples=5)
@given(seed=SEEDS, draws=st.sampled_from([1, 6]))
def test_outer_approximation_equals_enumeration_at_12_measures_of_one_city(seed, draws):
    rules = {
        "requires_all": (("M00", "M01"), ("M02", "M03")),
        "requires_any": (("M04", ("M05", "M06")),),
        "exclusions": (("M07", "M08"),),
        "must": ("M09",),
    }
    problem = problem_of(seed, 12, draws=draws, pairs=4, **rules)
    by_plan = optimise(problem, gap=0, method="enumeration")
    by_bound = optimise(problem, gap=0, method="outer-approximation")
    assert by_bound.status == by_plan.status
    if by_plan.status == "optimal":
        assert by_bound.objective == pytest.approx(by_plan.objective, abs=CLOSE)
        assert allowed(problem, by_bound.taken)


@settings(max_examples=5)
@given(seed=SEEDS, draws=st.sampled_from([1, 6]))
def test_outer_approximation_equals_enumeration_at_6_measures_of_2_departments(seed, draws):
    rules = {"requires_all": (("M00", "M01"),), "exclusions": (("M02", "M03"),)}
    shared = np.array([False] * 4 + [True, False])
    problem = problem_of(
        seed,
        6,
        2,
        scope="department",
        draws=draws,
        city_only=shared,
        **rules,
    )
    by_plan = optimise(problem, gap=0, method="enumeration")
    by_bound = optimise(problem, gap=0, method="outer-approximation")
    assert by_bound.objective == pytest.approx(by_plan.objective, abs=CLOSE)
    assert allowed(problem, by_bound.taken)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scope, measures, departments", [("city", 7, 3), ("department", 3, 2)])
@pytest.mark.parametrize("draws", [1, 5])
def test_plan_is_the_best_of_all_plans(method, scope, measures, departments, draws):
    for seed in range(2):
        problem = problem_of(seed, measures, departments, scope=scope, draws=draws, missing=True)
        assert_best(problem, best(problem), method=method)


@pytest.mark.parametrize("method", METHODS)
def test_two_identical_measures_close_what_is_left_twice(method):
    e = 0.3
    alone = problem_of(1, 1, groups=1, per_measure=1, budget=None)
    value = np.full((1, 1, 2), np.log(1 - e))
    zero = np.zeros(2, np.intp)
    terms = Terms(("A", "B"), np.array([0, 1]), zero + ALONE, zero, value, zero[:1], 1)
    tree = replace(alone.tree, group=zero)
    both = Problem(terms, tree, np.full((1, 1, 2), 60.0), np.ones(1), ("d",), np.ones(2))
    found = optimise(both, method=method)
    assert found.objective == pytest.approx(60 * (1 - (1 - e) ** 2), abs=1e-9)
    assert [id for id, _ in found.measures] == ["A", "B"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scope", ["city", "department"])
def test_budget_of_nothing_is_the_baseline_to_the_bit(method, scope):
    problem = problem_of(5, 5, 2, scope=scope, draws=3)
    dear = replace(problem, budget=0.0, city_cost=problem.city_cost + 1, each=np.ones(5))
    found = optimise(dear, method=method)
    assert found.objective == 0.0
    assert not found.taken.any()
    assert (found.cost, found.measures, found.status) == (0.0, (), "optimal")


@settings(max_examples=5)
@given(seed=SEEDS, scope=st.sampled_from(["city", "department"]))
def test_more_budget_never_lowers_the_optimum(seed, scope):
    problem = problem_of(seed, 6, 2, scope=scope)
    values = [
        optimise(replace(problem, budget=b), gap=0, method="outer-approximation").objective
        for b in (0.0, 20.0, 60.0)
    ]
    assert (np.diff(values) >= -CLOSE).all()


@settings(max_examples=5)
@given(seed=SEEDS)
def test_another_measure_in_the_catalogue_never_lowers_the_optimum(seed):
    problem = problem_of(seed, 8, pairs=3)
    without = optimise(replace(problem, never=("M07",)), gap=0, method="outer-approximation")
    assert optimise(problem, gap=0, method="outer-approximation").objective >= (
        without.objective - CLOSE
    )


@settings(max_examples=4)
@given(seed=SEEDS, scope=st.sampled_from(["city", "department"]))
def test_order_of_measures_and_departments_does_not_matter(seed, scope):
    problem = problem_of(seed, 6, 3, scope=scope, requires_all=(("M00", "M01"),))
    r = np.random.default_rng(seed)
    m, d = r.permutation(6), r.permutation(3)
    place = np.argsort(m)
    terms = problem.terms
    second = np.where(terms.second == ALONE, ALONE, place[terms.second])
    shuffled = replace(
        problem,
        terms=replace(
            terms,
            measures=tuple(terms.measures[i] for i in m),
            first=place[terms.first],
            second=second,
            kind=terms.kind[d],
        ),
        gap=problem.gap[:, d],
        weight=problem.weight[d],
        departments=tuple(problem.departments[i] for i in d),
        city_cost=problem.city_cost[m],
        setup=problem.setup[m],
        each=problem.each[m],
    )
    one = optimise(problem, method="outer-approximation")
    other = optimise(shuffled, method="outer-approximation")
    assert other.objective == pytest.approx(one.objective, abs=1e-9)
    assert (other.taken == one.taken[np.ix_(d, m)]).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scope", ["city", "department"])
def test_what_costs_and_does_nothing_is_not_taken(method, scope):
    problem = problem_of(2, 5, 2, scope=scope, budget=None)
    terms = problem.terms
    idle = (terms.first == 3) | (terms.second == 3)
    value = np.where(idle, 0.0, terms.value)
    problem = replace(problem, terms=replace(terms, value=value), city_cost=np.full(5, 3.0))
    found = optimise(problem, method=method)
    assert not found.taken[:, 3].any()
    assert found.status == "optimal"


def test_measures_that_do_nothing_leave_the_baseline():
    problem = problem_of(3, 4, 2)
    problem = replace(problem, terms=replace(problem.terms, value=problem.terms.value * 0))
    for method in METHODS:
        found = optimise(problem, method=method)
        assert (found.objective, found.gap, found.measures) == (0.0, 0.0, ())


def test_departments_without_weight_or_score_count_for_nothing():
    problem = problem_of(4, 5, 3, draws=2)
    gap = problem.gap.copy()
    gap[:, 2] = np.nan
    weight = np.array([1.0, 0.0, 0.0])
    part = replace(problem, gap=gap, weight=weight)
    alone = replace(
        problem,
        gap=gap[:, :1],
        weight=np.ones(1),
        departments=("d00",),
        terms=replace(problem.terms, kind=problem.terms.kind[:1]),
    )
    for method in METHODS:
        found = optimise(part, method=method, gap=0).objective
        assert found == pytest.approx(optimise(alone, gap=0).objective, abs=CLOSE)
    nobody = replace(problem, gap=gap * np.nan)
    assert optimise(nobody, method="outer-approximation").objective == 0.0


@pytest.mark.parametrize("kind", ["geometric", "harmonic", "min", "power:0.5", "owa:0.3"])
@pytest.mark.parametrize("scope, measures, departments", [("city", 5, 2), ("department", 2, 2)])
def test_means_that_punish_unevenness_equal_enumeration(kind, scope, measures, departments):
    for seed, zeros in ((0, False), (1, True)):
        problem = problem_of(
            seed, measures, departments, scope=scope, draws=3, aggregation=kind, zeros=zeros
        )
        assert_best(problem, best(problem), method="outer-approximation")


@pytest.mark.parametrize("aim", ["worst-off-gain", "worst-off-score", "cvar", "probability"])
@pytest.mark.parametrize("kind", ["arithmetic", "geometric"])
@pytest.mark.parametrize("scope, measures, departments", [("city", 6, 3), ("department", 3, 2)])
def test_other_aims_equal_enumeration(aim, kind, scope, measures, departments):
    for seed in (0, 2) if kind == "arithmetic" else (2,):
        problem = problem_of(
            seed, measures, departments, scope=scope, draws=4, aggregation=kind, gap_draws=seed == 2
        )
        base = problem.tree.scores(problem.gap, np.ones((1, departments, 4))).mean(axis=0)
        level = tuple((node, float(base[:, node] @ problem.weight) + 3) for node in (0, 1))
        problem = replace(problem, objective=Objective(aim, tail=0.25, level=level))
        expected = best(problem)
        for method in METHODS:
            assert_best(problem, expected, method=method)


def test_limits_of_years_large_measures_and_floors_equal_enumeration():
    r = np.random.default_rng(0)
    for seed, scope in ((0, "city"), (1, "department"), (2, "department")):
        measures, departments = (7, 2) if scope == "city" else (4, 2)
        problem = problem_of(seed, measures, departments, scope=scope)
        split = r.dirichlet(np.ones(3), measures) * problem.city_cost[:, None]
        split = np.round(split, 2)
        problem = replace(
            problem,
            budget=None,
            cost_by_year=split,
            yearly_budget=split.sum(axis=0).round(1) * 0.5,
            large=r.random(measures) < 0.6,
            running=r.random((measures, 3)) < 0.7,
            most_large=2,
            floor=float(100 - np.nanmean(problem.gap)) - 6,
        )
        expected = best(problem)
        for method in METHODS:
            assert_best(problem, expected, method=method)


def test_reported_gap_is_true_when_the_search_is_loose():
    for seed in range(3):
        problem = problem_of(seed, 8, 2, pairs=5, aggregation="geometric", draws=4)
        loose = optimise(problem, gap=0.05, method="outer-approximation")
        exact = optimise(problem, method="enumeration").objective
        assert loose.gap is not None and loose.bound is not None
        assert loose.objective <= exact + CLOSE
        assert loose.bound >= exact - CLOSE
        assert exact - loose.objective <= loose.gap * max(1, abs(loose.objective)) + CLOSE


def test_what_tangents_do_not_bound_is_called_feasible():
    problem = problem_of(0, 6, 2, aggregation="owa:0.8")
    by_bound = optimise(problem, method="outer-approximation")
    assert (by_bound.status, by_bound.bound, by_bound.gap) == ("feasible", None, None)
    assert optimise(problem).status == "optimal"
    assert optimise(replace(problem_of(0, 6), relaxed=True)).status == "feasible"


def test_groups_too_wide_for_a_table_are_bounded_by_tangents(monkeypatch):
    monkeypatch.setattr("analysis.portfolio.subset_tables.WIDEST", 2)
    for scope, aim, kind in (
        ("city", "expected", "arithmetic"),
        ("department", "expected", "arithmetic"),
        ("city", "cvar", "geometric"),
        ("city", "probability", "arithmetic"),
    ):
        measures, departments = (7, 2) if scope == "city" else (4, 2)
        problem = problem_of(
            7, measures, departments, scope=scope, draws=4, groups=2, pairs=4, aggregation=kind
        )
        level = ((0, float(100 - np.nanmean(problem.gap)) + 4),)
        problem = replace(problem, objective=Objective(aim, tail=0.5, level=level))
        assert_best(problem, best(problem), method="outer-approximation")


def test_facets_are_found_where_subsets_are_too_many(monkeypatch):
    monkeypatch.setattr("analysis.portfolio.upper_model.MOST_SUBSETS", 0)
    monkeypatch.setattr("analysis.portfolio.upper_model.MOST_SHARED", 0)
    for seed in range(2):
        for scope, measures, departments in (("city", 7, 2), ("department", 4, 2)):
            problem = problem_of(seed, measures, departments, scope=scope, draws=3, pairs=5)
            assert_best(problem, best(problem), method="outer-approximation")
