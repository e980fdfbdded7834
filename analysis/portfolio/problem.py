"""What is to be decided: measures, costs, limits and the aim, as one frozen record.

Money is in 万元 over the whole horizon, scores in points of the framework.
The gap-closing model is that of `analysis.scenarios.terms` (statistics.md 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.terms import ALONE, Terms
from analysis.scenarios.tree import ScoreTree
from indicators.words import one_of

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
TOLERANCE = 1e-6
"""By how much a limit (万元, months, points) may be exceeded before a plan breaks it."""

Scope = Literal["city", "department"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
Aim = Literal["expected", "worst-off-gain", "worst-off-score", "cvar", "probability"]


@dataclass(frozen=True)
class Objective:
    """What is made as large as possible.

    - ``expected``: mean gain of the city's overall score
    - ``worst-off-gain``, ``worst-off-score``: smallest mean gain, or mean score, of a department
      that counts in the city
    - ``cvar``: mean of the city's gain over the worst ``tail`` of the draws (Rockafellar & Uryasev
      2000)
    - ``probability``: share of draws in which every city node score of ``level``, pairs of node
      index and bound, is reached
    """

    aim: Aim = "expected"
    tail: float = 0.1
    level: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        one_of("aim", self.aim, get_args(Aim))
        if not 0 < self.tail <= 1:
            raise ValueError(f"tail is a share of the draws in (0, 1], not {self.tail}")
        if self.aim == "probability" and not self.level:
            raise ValueError("probability needs the node scores that make the level")


@dataclass(frozen=True, eq=False)
class Problem:
    """A choice among M measures for D departments, with I leaves, S draws and Y years.

    Attributes
    ----------
    terms : gap closing; one draw is the mean-effect model, several are a sample average
    tree : the scores above the leaves
    gap : (1 or S, D, I) gap of each leaf to the high end, NaN where missing (in every draw)
    weight : (D,) shares of the departments in the city, not negative; 0 does not count
    departments : ids, length D
    city_cost : (M,) cost of a measure that is taken everywhere
    scope : ``city``, a measure is taken everywhere or nowhere; ``department``, each decides
    setup, each : (M,) in scope ``department``: once if anybody takes it, and for each that does;
        None is nothing and ``city_cost / D``
    city_only : (M,) measures that are taken everywhere or nowhere in either scope, at ``city_cost``
    budget : of the whole horizon, None for no limit
    cost_by_year : (M, Y) split of ``city_cost``; what departments take is split alike
    yearly_budget : (Y,)
    requires_all : pairs (measure, what it needs); in the same department
    requires_any : pairs (measure, several of which it needs one)
    exclusions : pairs that are not taken together
    must : measures somebody has to take
    never : measures nobody takes
    large, running : (M,) and (M, Y) large measures, and the years in which a measure runs
    most_large : how many large measures may run in one year
    floor : () or (D,) mean overall score that each department has to reach; NaN asks for nothing
    city_offset : (1 or S, P) added to the city's node scores (aim ``probability``)
    relaxed : whether the caller left out rules of the true model (gates on coordination): no plan
        is then called optimal
    """

    terms: Terms
    tree: ScoreTree
    gap: Array
    weight: Array
    departments: tuple[str, ...]
    city_cost: Array
    scope: Scope = "city"
    setup: Array | None = None
    each: Array | None = None
    city_only: Flags | None = None
    budget: float | None = None
    cost_by_year: Array | None = None
    yearly_budget: Array | None = None
    requires_all: tuple[tuple[str, str], ...] = ()
    requires_any: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclusions: tuple[tuple[str, str], ...] = ()
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    large: Flags | None = None
    running: Flags | None = None
    most_large: int | None = None
    floor: float | Array | None = None
    city_offset: Array | None = None
    relaxed: bool = False
    objective: Objective = Objective()

    def __post_init__(self) -> None:
        one_of("scope", self.scope, SCOPES)
        for what, found, wanted in self._shapes():
            if found != wanted:
                raise ValueError(f"{what} has shape {found}, expected {wanted}")
        if self.gap.shape[0] not in (1, self.draws):
            raise ValueError(f"gap has {self.gap.shape[0]} draws, expected 1 or {self.draws}")
        for what in ("city_cost", "setup", "each"):
            cost = getattr(self, what)
            if cost is not None and not (np.isfinite(cost).all() and (cost >= 0).all()):
                raise ValueError(f"{what} holds a cost that is negative or missing")
        if self.budget is not None and not self.budget >= 0:
            raise ValueError(f"budget is negative: {self.budget}")
        if unknown := set(self._named()) - set(self.measures):
            raise ValueError(f"not among the measures: {', '.join(sorted(unknown))}")

    def _shapes(self) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
        count, departments = len(self.measures), len(self.departments)
        sizes = {"M": count, "D": departments, "Y": self.years}
        wanted = {
            "weight": "D",
            "city_cost": "M",
            "setup": "M",
            "each": "M",
            "city_only": "M",
            "large": "M",
            "cost_by_year": "MY",
            "running": "MY",
            "yearly_budget": "Y",
        }
        yield "gap", self.gap.shape[1:2], (departments,)
        yield "terms.kind", self.terms.kind.shape, (departments,)
        for name, axes in wanted.items():
            value = getattr(self, name)
            if value is not None:
                yield name, np.shape(value), tuple(sizes[axis] for axis in axes)

    def _named(self) -> Iterator[str]:
        for one, other in (*self.requires_all, *self.exclusions):
            yield from (one, other)
        for one, several in self.requires_any:
            yield from (one, *several)
        yield from (*self.must, *self.never)

    @property
    def measures(self) -> tuple[str, ...]:
        return self.terms.measures

    @property
    def years(self) -> int:
        for table in (self.cost_by_year, self.running):
            if table is not None:
                return table.shape[1]
        return 0

    @property
    def draws(self) -> int:
        offset = 1 if self.city_offset is None else len(self.city_offset)
        return max(self.terms.draws, self.gap.shape[0], offset)

    @property
    def city_wide(self) -> Flags:
        """(M,) measures that are taken everywhere or nowhere."""
        if self.scope == "city":
            return np.ones(len(self.measures), dtype=bool)
        if self.city_only is None:
            return np.zeros(len(self.measures), dtype=bool)
        return np.asarray(self.city_only, dtype=bool)

    @property
    def setup_cost(self) -> Array:
        """(M,) cost once if anybody takes it; 0 for what is city-wide."""
        setup = np.zeros(len(self.measures)) if self.setup is None else self.setup
        return np.where(self.city_wide, 0.0, setup)

    @property
    def each_cost(self) -> Array:
        """(M,) cost for each department that takes it; 0 for what is city-wide."""
        each = self.city_cost / len(self.departments) if self.each is None else self.each
        return np.where(self.city_wide, 0.0, each)

    def cost(self, taken: Flags) -> float:
        """Cost over the horizon of the measures taken (D, M)."""
        used = taken.any(axis=0)
        wide = self.city_wide
        return float(
            self.city_cost[wide & used].sum()
            + self.setup_cost[used].sum()
            + (taken.sum(axis=0) * self.each_cost).sum()
        )

    def with_budget(self, budget: float | None) -> Problem:
        return replace(self, budget=budget)


def canonical(problem: Problem) -> tuple[Problem, NDArray[np.intp], NDArray[np.intp]]:
    """The same problem with measures and departments in the order of their ids.

    So the plan does not depend on the order in which they were given.

    Returns
    -------
    problem, measure order (M,), department order (D,) : positions in the problem given
    """
    m = np.array(sorted(range(len(problem.measures)), key=lambda i: problem.measures[i]), np.intp)
    d = np.array(
        sorted(range(len(problem.departments)), key=lambda i: problem.departments[i]), np.intp
    )
    changed: dict[str, object] = {
        "terms": _ordered_terms(problem.terms, m, d),
        "gap": problem.gap[:, d],
        "weight": problem.weight[d],
        "departments": tuple(problem.departments[i] for i in d),
    }
    by_measure = [
        "city_cost",
        "setup",
        "each",
        "city_only",
        "cost_by_year",
        "large",
        "running",
    ]
    for name in by_measure:
        value = getattr(problem, name)
        changed[name] = None if value is None else np.asarray(value)[m]
    if problem.floor is not None and np.ndim(problem.floor):
        changed["floor"] = np.asarray(problem.floor)[d]
    for name in ("requires_all", "requires_any", "must", "never"):
        changed[name] = tuple(sorted(set(getattr(problem, name))))
    pairs = {(min(pair), max(pair)) for pair in problem.exclusions}
    changed["exclusions"] = tuple(sorted(pairs))
    known = {field.name for field in fields(Problem)}
    assert set(changed) <= known
    return replace(problem, **changed), m, d  # type: ignore[arg-type]


def _ordered_terms(terms: Terms, m: NDArray[np.intp], d: NDArray[np.intp]) -> Terms:
    rank = np.empty(len(m), dtype=np.intp)
    rank[m] = np.arange(len(m))
    first = rank[terms.first]
    paired = terms.second != ALONE
    second = np.where(paired, rank[np.where(paired, terms.second, 0)], ALONE)
    swap = paired & (second < first)
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    order = np.lexsort((second, first, terms.group))
    return Terms(
        tuple(terms.measures[i] for i in m),
        first[order],
        second[order],
        terms.group[order],
        terms.value[..., order],
        terms.kind[d],
        terms.groups,
    )
