"""Every plan, one after another: exact where plans are few, and the oracle where they are not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.portfolio.group_sums import GroupSums, additive, tabulated
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
    fast = GroupSums(merit, requirements) if additive(merit) and tabulated(merit) else None
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
    plans = 2.0 ** min(requirements.decisions, 60)
    if additive(merit) and tabulated(merit):
        return plans * len(GroupSums(merit, requirements).parts)
    return plans * merit.draws * merit.gap[0].size
