"""Sums of a small group of items for all departments at once, by counting patterns of answers.

Few items with few categories have few patterns. How often each occurs says everything that the
sums over complete rows and the totals per person need, and counting is one pass over the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.answers.answer_sums import Group, IntArray

_FEW = 100_000


def countable(scales: Sequence[tuple[int, int]], departments: int, people: int) -> bool:
    """Whether the patterns are few enough: no more cells than there are people, or few at all."""
    cells = float(departments)
    for low, high in scales:
        cells *= high - low + 2
    return cells <= max(people, _FEW)


def sums_of_patterns(
    states: NDArray[np.integer],
    department: NDArray[np.integer],
    departments: int,
    scales: Sequence[tuple[int, int]],
    group: Group,
) -> dict[str, IntArray]:
    """The group's sums as `sums_of_answers` has them, stacked over departments.

    Parameters
    ----------
    states : (J, n) from `answer_sums.states_of`
    department : (n,) index below ``departments``
    scales : (min, max) of each of the J items
    """
    scales = [scales[j] for j in group.columns]
    sizes = [high - low + 2 for low, high in scales]
    key = department.astype(np.int32)
    for column, size in zip(group.columns, sizes, strict=True):
        key *= size
        key += states[column]
    cells = int(np.prod(sizes))
    people = np.bincount(key, minlength=departments * cells).reshape(departments, cells)
    pattern = np.stack(np.unravel_index(np.arange(cells), sizes)).astype(np.float64)
    answered = pattern > 0
    lows, highs = (np.array(ends, dtype=np.float64)[:, None] for ends in zip(*scales, strict=True))
    x = np.where(answered, pattern - 1 + lows, 0.0)
    whole = answered.all(axis=0)
    rows = np.concatenate([x, np.ones((1, cells))])[:, whole]
    products = (rows[:, None] * rows).reshape(-1, int(whole.sum()))
    complete = _weighted(people[:, whole], products).reshape(departments, len(rows), len(rows))
    sums = {
        f"{group.name} n": complete[:, -1, -1],
        f"{group.name} sums": complete[:, :-1, -1],
        f"{group.name} cross": complete[:, :-1, :-1],
    }
    if group.persons:
        reversed_ = np.array(group.directions)[:, None] < 0
        total = np.where(answered & reversed_, lows + highs - x, x).sum(axis=0)
        by_answers = answered.sum(axis=0) == np.arange(len(sizes) + 1)[:, None]
        powers = np.stack([np.ones(cells), total, total**2])
        features = (by_answers[:, None] * powers).reshape(-1, cells)
        sums[f"{group.name} persons"] = _weighted(people, features).reshape(departments, -1, 3)
    return sums


def _weighted(people: IntArray, features: NDArray[np.float64]) -> IntArray:
    """Σ over patterns, (D, F). Exact: whole numbers below 2⁵³."""
    return np.rint(people.astype(np.float64) @ features.T).astype(np.int64)
