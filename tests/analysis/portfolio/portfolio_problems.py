"""Problems for the tests of portfolios, and every plan gone through one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from analysis.portfolio import Problem
from analysis.scenarios.terms import ALONE, Terms
from analysis.scenarios.tree import ScoreTree
from tests.indicators.frameworks import framework_of, metric

EPS = 1e-6


def problem_of(
    seed: int,
    measures: int,
    departments: int = 1,
    *,
    scope: str = "city",
    draws: int = 1,
    groups: int = 4,
    per_measure: int = 2,
    pairs: int = 2,
    aggregation: str = "arithmetic",
    missing: bool = False,
    gap_draws: bool = False,
    zeros: bool = False,
    **more: Any,
) -> Problem:
    """A random problem whose leaves are groups of two indicators, under two factors and more."""
    r = np.random.default_rng(seed)
    factors = [[metric(f"A{g}", 1 + g % 2), metric(f"B{g}", 2)] for g in range(groups)]
    framework = framework_of(*factors, aggregation=aggregation)
    ids = [one.id for one in framework.measured]
    group = np.array([int(id[1:]) for id in ids])
    group[-1] = -1
    tree = ScoreTree(framework, group, groups)
    kinds = min(departments, 2)
    terms = terms_of(r, measures, departments, kinds, groups, draws, per_measure, pairs)
    shape = (draws if gap_draws else 1, departments, len(ids))
    gap = r.uniform(5, 95, shape)
    if zeros:
        gap[:, :, 0] = 100.0
    if missing:
        gap[:, r.random((departments, len(ids))) < 0.2] = np.nan
    weight = r.integers(1, 5, departments).astype(float)
    cost = r.integers(0, 40, measures).astype(float)
    settings: dict[str, Any] = {
        "scope": scope,
        "setup": np.floor(cost * 0.4),
        "each": r.integers(0, 12, measures).astype(float),
        "budget": float(np.floor(cost.sum() * 0.4)),
    }
    settings |= more
    return Problem(
        terms,
        tree,
        gap,
        weight / weight.sum(),
        tuple(f"d{d:02d}" for d in range(departments)),
        cost,
        **settings,
    )


def terms_of(
    r: np.random.Generator,
    measures: int,
    departments: int,
    kinds: int,
    groups: int,
    draws: int,
    per_measure: int,
    pairs: int,
) -> Terms:
    first, second, group, base = [], [], [], []
    for m in range(measures):
        for g in r.choice(groups, size=min(per_measure, groups), replace=False):
            first.append(m)
            second.append(ALONE)
            group.append(int(g))
            base.append(-np.log(1 - r.uniform(0, 0.4)))
    for _ in range(pairs if measures > 1 else 0):
        one, other = r.choice(measures, 2, replace=False)
        first.append(int(one))
        second.append(int(other))
        group.append(int(r.integers(groups)))
        base.append(r.choice([-0.05, 0.1]))
    scale = r.uniform(0.5, 1.5, (draws, kinds, measures)) if draws > 1 else np.ones((1, kinds, 1))
    kind_scale = r.uniform(0.6, 1.1, (1, kinds, 1))
    value = -np.array(base) * kind_scale * (scale[..., first] if draws > 1 else scale)
    ids = tuple(f"M{m:02d}" for m in range(measures))
    kind = r.integers(0, kinds, departments)
    place = np.array(first, np.intp), np.array(second, np.intp), np.array(group, np.intp)
    return Terms(ids, *place, value, kind, groups)


def plans(problem: Problem) -> Iterator[np.ndarray]:
    """Every (D, M)."""
    departments, measures = len(problem.departments), len(problem.measures)
    if problem.scope == "city":
        for bits in product((False, True), repeat=measures):
            yield np.tile(np.array(bits, dtype=bool), (departments, 1))
        return
    for bits in product((False, True), repeat=measures * departments):
        taken = np.array(bits, dtype=bool).reshape(departments, measures)
        wide = taken[:, problem.city_wide]
        if (wide == wide[0]).all():
            yield taken


def allowed(problem: Problem, taken: np.ndarray) -> bool:
    """The requirements, read from the problem and not from the rows."""
    index = {id: m for m, id in enumerate(problem.measures)}
    used = taken.any(axis=0)
    if problem.budget is not None and problem.cost(taken) > problem.budget + EPS:
        return False
    per_department = [
        all(not row[index[a]] or row[index[b]] for a, b in problem.requires_all)
        and all(
            not row[index[a]] or any(row[index[b]] for b in bs) for a, bs in problem.requires_any
        )
        and not any(row[index[a]] and row[index[b]] for a, b in problem.exclusions)
        for row in taken
    ]
    if not all(per_department):
        return False
    if not all(used[index[id]] for id in problem.must):
        return False
    if any(used[index[id]] for id in problem.never):
        return False
    if problem.most_large is not None and problem.large is not None:
        assert problem.running is not None
        for year in range(problem.years):
            if (used & problem.large & problem.running[:, year]).sum() > problem.most_large:
                return False
    table, limit = problem.cost_by_year, problem.yearly_budget
    if table is not None and limit is not None:
        for year in range(problem.years):
            amount = 0.0
            for m in np.flatnonzero(used):
                if problem.city_wide[m]:
                    amount += table[m, year]
                    continue
                own = problem.setup_cost[m] + taken[:, m].sum() * problem.each_cost[m]
                city = problem.city_cost[m]
                amount += own * table[m, year] / city if city > 0 else 0.0
            if amount > limit[year] + EPS:
                return False
    return problem.floor is None or floors_kept(problem, taken)


def left_of(problem: Problem, taken: np.ndarray) -> np.ndarray:
    return np.exp(problem.terms.log_left(taken))


def scores(problem: Problem, taken: np.ndarray) -> np.ndarray:
    """(S, D, P)."""
    return problem.tree.scores(problem.gap, left_of(problem, taken))


def floors_kept(problem: Problem, taken: np.ndarray) -> bool:
    mean = scores(problem, taken)[..., 0].mean(axis=0)
    known = ~np.isnan(mean)
    return bool((mean[known] >= np.broadcast_to(problem.floor, mean.shape)[known] - EPS).all())


def value(problem: Problem, taken: np.ndarray) -> float:
    """The objective, straight from its definition."""
    after, before = scores(problem, taken), scores(problem, np.zeros_like(taken))
    aim = problem.objective
    if aim.aim == "probability":
        held = np.ones(problem.draws, dtype=bool)
        for node, bound in aim.level:
            known = ~np.isnan(after[0, :, node])
            weight = problem.weight * known
            city = np.nan_to_num(after[..., node]) @ weight / weight.sum()
            city = city + (0 if problem.city_offset is None else problem.city_offset[:, node])
            held &= city >= bound - 1e-9
        return float(held.mean())
    known = ~np.isnan(before[0, :, 0])
    gain = np.where(known, after[..., 0] - before[..., 0], 0.0)
    weight = problem.weight * known
    weight = weight / weight.sum()
    if aim.aim == "expected":
        return float((gain @ weight).mean())
    if aim.aim == "cvar":
        city = np.sort(gain @ weight)
        worst = aim.tail * len(city)
        whole = int(np.floor(worst + 1e-12))
        total = city[:whole].sum() + (worst - whole) * (city[whole] if whole < len(city) else 0)
        return float(total / worst)
    mean = gain.mean(axis=0)
    if aim.aim == "worst-off-score":
        mean = after[..., 0].mean(axis=0)
    return float(mean[weight > 0].min())


def best(problem: Problem) -> float | None:
    """The highest objective of any plan that is allowed."""
    found = [value(problem, taken) for taken in plans(problem) if allowed(problem, taken)]
    return max(found) if found else None


def changed(problem: Problem, **parts: Any) -> Problem:
    return replace(problem, **parts)
