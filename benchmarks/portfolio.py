"""Portfolios: proven optimum of a city, its frontier, departments with shared costs; next to greedy.

Brute force goes through all plans where it can finish; the difference from the proven optimum is
asserted, not reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio import RULES, Portfolio, Problem, baseline, frontier, optimise
from analysis.scenarios.terms import ALONE, Terms
from analysis.scenarios.tree import ScoreTree
from benchmarks.results import Row
from indicators.framework import default_framework

T = TypeVar("T")
GROUPS = 17
KINDS = 5
CLOSE = 1e-4


def catalogue(
    measures: int, departments: int, draws: int, singles: int, pairs: int, seed: int
) -> Terms:
    """Effects of 3-30 % of a gap, some pairs that help or overlap, common to kinds and draws."""
    r = np.random.default_rng(seed)
    first = np.concatenate([np.arange(measures), r.integers(0, measures, singles - measures)])
    group = r.integers(0, GROUPS, singles)
    second = np.full(singles, ALONE)
    base = -np.log(1 - r.uniform(0.03, 0.3, singles))
    one, other = np.sort([r.permutation(measures)[:2] for _ in range(pairs)], axis=1).T
    where = group[[int(np.flatnonzero(first == m)[0]) for m in one]]
    first, second = np.concatenate([first, one]), np.concatenate([second, other])
    group = np.concatenate([group, where])
    base = np.concatenate([base, r.choice([-0.03, 0.04], pairs)])
    spread = r.uniform(0.6, 1.4, (draws, 1, measures)) if draws > 1 else np.ones((1, 1, measures))
    readiness = r.uniform(0.6, 1.1, (1, KINDS, measures))
    value = -base * (spread * readiness)[..., first]
    ids = tuple(f"M{m:02d}" for m in range(measures))
    kind = r.integers(0, KINDS, departments)
    return Terms(ids, first, second, group, value, kind, GROUPS)


def city(
    measures: int, departments: int, draws: int, singles: int, pairs: int, seed: int = 1
) -> Problem:
    """A city on the default framework, a gap group for each dimension, a third of all costs."""
    r = np.random.default_rng(seed + 100)
    framework = default_framework()
    dimensions = [d for f in framework.factors for d in f.dimensions]
    place = {i.id: g for g, d in enumerate(dimensions) for i in d.indicators}
    group = np.array([place.get(one.id, -1) for one in framework.measured])
    tree = ScoreTree(framework, group, GROUPS)
    cost: NDArray[np.float64] = np.exp(r.normal(5.5, 1, measures)).round().astype(float)
    return Problem(
        catalogue(measures, departments, draws, singles, pairs, seed),
        tree,
        r.uniform(20, 80, (1, departments, len(group))),
        np.full(departments, 1 / departments),
        tuple(f"d{d:02d}" for d in range(departments)),
        cost,
        budget=float(np.floor(cost.sum() / 3)),
        setup=(0.4 * cost).round(),
        each=(0.6 * cost / 50).round(2),
        requires_all=tuple((f"M{m:02d}", f"M{m - 3:02d}") for m in range(3, measures, 3)),
        requires_any=(("M04", ("M01", "M02")), ("M08", ("M05", "M07"))),
        exclusions=(("M10", "M11"),),
    )


def portfolios() -> list[Row]:
    """CPU of the proven optima, beside the gain of simple rules, and brute force at 20 measures."""
    one_city = city(25, 42, 256, 60, 13)
    optimise(replace(one_city, budget=0.0))
    proven, best = _cpu(lambda: optimise(one_city, gap=1e-4))
    assert best.status == "optimal", best.status
    points, line = _cpu(lambda: frontier(one_city, 15))
    assert all(one.status == "optimal" for one in line)
    shared = replace(city(40, 60, 1, 96, 20), scope="department")
    apart, plan = _cpu(lambda: optimise(shared, gap=1e-2))
    assert plan.status == "optimal", plan.status
    drawn = replace(city(40, 60, 200, 96, 20), scope="department")
    many, other = _cpu(lambda: optimise(drawn, gap=1e-2))
    assert other.status == "optimal", other.status
    size = "25 measures, 42 departments, 256 draws"
    large = "40 measures × 60 departments with set-up costs"
    return [
        Row(f"Best plan of a city to a gap of 1e-4, {size}: CPU", proven, "s", limit=2),
        Row(f"Frontier of {len(line)} points, 15 budgets, {size}: CPU", points, "s", limit=15),
        Row(f"Best plan to a gap of 1e-2, {large}: CPU", apart, "s", limit=20),
        Row("The same over 200 draws: CPU", many, "s"),
        *_brute_force(),
        *_rules(one_city, best, size),
        *_rules(shared, plan, large),
    ]


def _brute_force() -> list[Row]:
    """All 2^20 plans of a city, beside the proof."""
    problem = city(20, 42, 256, 50, 10)
    brute, every = _cpu(lambda: optimise(problem, method="enumeration"))
    bounded, found = _cpu(lambda: optimise(problem, gap=0, method="outer-approximation"))
    assert abs(every.objective - found.objective) < CLOSE, (every.objective, found.objective)
    what = "Best plan of 20 measures to the last digit: CPU, beside all 2^20 plans"
    return [Row(what, bounded, "s", peer=brute)]


def _rules(problem: Problem, best: Portfolio, size: str) -> list[Row]:
    """The gain of simple rules; the peer is the proven plan."""
    rows = []
    for rule in RULES:
        if problem.scope == "city" and rule == "equal-share":
            continue
        found = baseline(problem, rule)
        assert best.bound is not None and found.objective <= best.bound + CLOSE
        what = f"Gain by the rule {rule}, beside the proven plan, {size}"
        rows.append(Row(what, found.objective, "points", peer=best.objective))
    return rows


def _cpu(work: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found
