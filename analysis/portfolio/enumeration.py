"""Every plan, one after another: exact where plans are few, and the oracle where they are not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.merit import Merit
from analysis.portfolio.problem import Array, Flags
from analysis.portfolio.requirements import Requirements

MOST_DECISIONS = 26
CHUNK = 1 << 13
SAME = 1e-9
"""Plans whose values differ by less are worth the same; the cheaper one is taken, then the smaller."""


def decisions(start: int, stop: int, count: int) -> Flags:
    """Plans number ``start`` to ``stop`` as (N, count) flags; decision 0 is the highest bit."""
    number = np.arange(start, stop, dtype=np.int64)
    return ((number[:, None] >> np.arange(count - 1, -1, -1)) & 1).astype(bool)


def every_plan(
    merit: Merit, requirements: Requirements, chunk: int = CHUNK
) -> Iterator[tuple[Flags, Array, Array]]:
    """Plans that keep all requirements: decisions (N, n), values (N,), costs (N,), in chunks.

    Raises ValueError if there are more than 2^26 plans.
    """
    count = requirements.decisions
    if count > MOST_DECISIONS:
        raise ValueError(f"2^{count} plans are too many to go through")
    fast = _Additive(merit, requirements) if _additive(merit) else None
    for start in range(0, 1 << count, chunk):
        decided = decisions(start, min(start + chunk, 1 << count), count)
        variables = requirements.expand(decided)
        kept = requirements.kept(variables)
        decided, cost = decided[kept], variables[kept] @ requirements.cost
        if fast is not None:
            values = fast.values(decided)
        else:
            parts = list(merit.chunks(requirements.taken(decided)))
            values = np.concatenate([v for v, _ in parts]) if parts else np.zeros(0)
            floors = np.concatenate([f for _, f in parts]) if parts else np.zeros(0, bool)
            decided, cost, values = decided[floors], cost[floors], values[floors]
        if len(decided):
            yield decided, values, cost


def best_plan(merit: Merit, requirements: Requirements) -> Flags | None:
    """Decisions (n,) of the best plan, None if there is none.

    Among plans of the same value (to `SAME`) the cheapest, then the one with fewest measures, then
    the one that comes first by ids.
    """
    best: tuple[float, float, int] | None = None
    found: Flags | None = None
    for decided, values, cost in every_plan(merit, requirements):
        top = values.max()
        if best is not None and top < best[0] - SAME:
            continue
        near = np.flatnonzero(values >= top - SAME)
        size = decided[near].sum(axis=1)
        pick = near[np.lexsort((-near, size, np.round(cost[near], 9)))[0]]
        mine = (float(values[pick]), float(cost[pick]), int(decided[pick].sum()))
        if best is None or mine[0] > best[0] + SAME:
            best, found = mine, decided[pick]
        elif (round(mine[1], 9), mine[2]) <= (round(best[1], 9), best[2]):
            best, found = (max(mine[0], best[0]), mine[1], mine[2]), decided[pick]
    return found


def work(merit: Merit, requirements: Requirements) -> float:
    """Cells that enumeration computes."""
    plans = 2.0**requirements.decisions
    if _additive(merit):
        return plans * sum(
            len(np.unique(_columns(requirements, t.measures), axis=0)) for t in merit.tables
        )
    return plans * merit.draws * merit.gap[0].size


def _columns(requirements: Requirements, measures: NDArray[np.intp]) -> NDArray[np.intp]:
    return requirements.column[:, measures]


def _additive(merit: Merit) -> bool:
    """Whether the objective is a sum over the gap groups."""
    tabulated = all(table.left is not None for table in merit.tables)
    aim = merit.problem.objective.aim
    return merit.linear and tabulated and aim == "expected" and merit.floor is None


class _Additive:
    """The city's gain as a sum of tables, one for each gap group and set of decisions."""

    def __init__(self, merit: Merit, requirements: Requirements) -> None:
        rate = merit.rate() * merit.weight[:, None]
        self.parts: list[tuple[NDArray[np.intp], Array]] = []
        for table in merit.tables:
            columns = _columns(requirements, table.measures)
            unique, place = np.unique(columns, axis=0, return_inverse=True)
            for i, row in enumerate(unique):
                total = np.zeros(1 << len(row))
                for d in np.flatnonzero(place.reshape(-1) == i):
                    assert table.left is not None
                    closed = 1 - table.left[:, merit.terms.kind[d]]
                    own = rate[:, d, table.group]
                    total += (
                        own[0] * closed.mean(axis=0)
                        if len(own) == 1
                        else ((own[:, None] * closed).mean(axis=0))
                    )
                self.parts.append((row, total))

    def values(self, decided: Flags) -> Array:
        found = np.zeros(len(decided))
        for columns, total in self.parts:
            number = (decided[:, columns] << np.arange(len(columns))).sum(axis=1)
            found += total[number]
        return found
