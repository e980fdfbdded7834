"""Branch and bound on who pays a set-up cost, where departments decide and share it.

Once it is settled which measures anybody takes, the linear relaxation is all but tight: departments
are tied by the budget alone. So these few decisions are branched on first, the best bound first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

from analysis.portfolio.problem import Array

MOST_NODES = 400
_WHOLE = 1e-6
Relaxed = Callable[[dict[int, float]], tuple[Array, float] | None]
"""Solution and bound of the linear relaxation with some columns fixed; None if there is none."""


def settle_setups(
    columns: list[int],
    price: Array,
    relaxed: Relaxed,
    offer: Callable[[Array], None],
    bound_is: Callable[[float], bool],
    most_nodes: int = MOST_NODES,
) -> int:
    """Split on the columns until the bound is good enough or all are whole in the best relaxation.

    Parameters
    ----------
    columns : binaries to split on, the one first whose fraction costs most
    price : what they cost
    offer : is given every solution of a relaxation, to make a plan of it
    bound_is : is told the bound of all plans whenever it falls; True ends the search

    Returns
    -------
    nodes solved
    """
    start = relaxed({})
    if start is None:
        return 1
    offer(start[0])
    likely = relaxed({c: float(start[0][c] >= 0.5) for c in columns})
    if likely is not None:
        offer(likely[0])
    nodes = 2
    waiting: list[tuple[float, int, dict[int, float], Array]] = [(-start[1], 0, {}, start[0])]
    while waiting and nodes < most_nodes:
        negative, _, fixed, x = heapq.heappop(waiting)
        if bound_is(-negative):
            return nodes
        apart = np.minimum(x[columns], 1 - x[columns])
        if apart.max(initial=0.0) <= _WHOLE:
            return nodes
        split = columns[int(np.argmax(apart * price))]
        for value in (1.0, 0.0):
            own = {**fixed, split: value}
            found = relaxed(own)
            nodes += 1
            if found is not None:
                offer(found[0])
                # A branch bounds no more plans than what it came from.
                heapq.heappush(waiting, (-min(found[1], -negative), nodes, own, found[0]))
    return nodes
