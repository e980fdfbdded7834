"""The sums over one department's answers from which its moments are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

_PIECE = 65_536
"""Rows summed at once; sums of products of so many stay exact in the chosen float type."""


@dataclass(frozen=True)
class Group:
    """Items whose complete rows are summed: columns, directions (−1 = reversed).

    ``persons`` says whether totals per person are wanted as well.
    """

    name: str
    columns: tuple[int, ...]
    directions: tuple[int, ...]
    persons: bool


def states_of(
    codes: NDArray[np.integer],
    missing: int,
    order: NDArray[np.integer],
    scales: Sequence[tuple[int, int]],
) -> NDArray[np.integer]:
    """Answers as 1, 2, … from the low end of each item's scale, 0 = none: a byte each if that does.

    Parameters
    ----------
    codes : (J, n), an item a row; ``missing`` marks no answer
    order : (n,) which person comes first, second, …

    Raises
    ------
    ValueError
        When a code lies off its item's scale.
    """
    widest = max((high - low for low, high in scales), default=0)
    states = np.empty(codes.shape, dtype=np.uint8 if widest < 255 else np.int32)
    for j, (low, high) in enumerate(scales):
        column = codes[j][order]
        answered = column != missing
        if (((column < low) | (column > high)) & answered).any():
            raise ValueError(f"column {j} holds codes off its scale {low}–{high}")
        states[j] = (column.astype(np.int32) - (low - 1)) * answered
    return states


def sums_of_answers(
    states: NDArray[np.integer], scales: Sequence[tuple[int, int]], groups: Sequence[Group]
) -> dict[str, IntArray]:
    """All sums over one department's people, as whole numbers.

    Parameters
    ----------
    states : (J, n) from `states_of`
    scales : (min, max) of each item

    Returns
    -------
    ``n``; ``counts j`` (categories of item j); ``pair_n``, ``pair_sum``, ``pair_cross`` (J, J); per
    group ``G n``, ``G sums`` (K,), ``G cross`` (K, K) and ``G persons`` (K + 1, 3)
    """
    width = len(scales)
    sums: dict[str, IntArray] = {"n": np.int64(states.any(axis=0).sum())}  # type: ignore[dict-item]
    for j, counts in enumerate(_category_counts(states, scales)):
        sums[f"counts {j}"] = counts
    pair = np.zeros((2 * width, 2 * width), dtype=np.int64)
    complete = [np.zeros((len(g.columns) + 1,) * 2, dtype=np.int64) for g in groups]
    persons = [np.zeros((len(g.columns) + 1, 3), dtype=np.int64) for g in groups]
    for start in range(0, states.shape[1], _PIECE):
        stacked = _stacked(states[:, start : start + _PIECE], scales)
        pair += _cross(stacked)
        x, known = stacked[:width], stacked[width:]
        for group, all_answered, totals in zip(groups, complete, persons, strict=True):
            columns = _span(group.columns)
            members, usable = x[columns], known[columns]
            whole = usable.min(axis=0)
            all_answered += _cross(np.concatenate([members * whole, whole[None]]))
            if group.persons:
                totals += _person_totals(
                    members, usable, group.directions, [scales[j] for j in group.columns]
                )
    sums["pair_cross"] = pair[:width, :width]
    sums["pair_sum"] = pair[:width, width:]
    sums["pair_n"] = pair[width:, width:]
    for group, all_answered, totals in zip(groups, complete, persons, strict=True):
        sums[f"{group.name} n"] = all_answered[-1, -1]  # type: ignore[assignment]
        sums[f"{group.name} sums"] = all_answered[:-1, -1]
        sums[f"{group.name} cross"] = all_answered[:-1, :-1]
        if group.persons:
            sums[f"{group.name} persons"] = totals
    return sums


def _category_counts(
    states: NDArray[np.integer], scales: Sequence[tuple[int, int]]
) -> list[IntArray]:
    """Answers per category of each item, all items in one count."""
    sizes = np.array([high - low + 2 for low, high in scales], dtype=np.int64)
    first = np.cumsum(sizes) - sizes
    counts = np.bincount((states + first[:, None]).ravel(), minlength=int(sizes.sum()))
    return [counts[a + 1 : a + size] for a, size in zip(first, sizes, strict=True)]


def _stacked(
    states: NDArray[np.integer], scales: Sequence[tuple[int, int]]
) -> NDArray[np.floating]:
    """Codes (0 where missing) over 1s and 0s of being answered, (2J, n), in a type that is exact."""
    top = max((max(abs(low), abs(high), 1) for low, high in scales), default=1)
    kind = np.float32 if top * top * _PIECE < 2**24 else np.float64
    lows = np.array([low for low, _ in scales], dtype=kind)[:, None]
    stacked = np.empty((2 * len(states), states.shape[1]), dtype=kind)
    codes, known = stacked[: len(states)], stacked[len(states) :]
    known[:] = states > 0
    np.add(states, lows - 1, out=codes, casting="unsafe")
    codes *= known
    return stacked


def _cross(rows: NDArray[np.floating]) -> IntArray:
    return np.rint(rows @ rows.T).astype(np.int64)


def _span(columns: tuple[int, ...]) -> slice | list[int]:
    """Neighbouring columns as a slice, which needs no copy."""
    if columns == tuple(range(columns[0], columns[0] + len(columns))):
        return slice(columns[0], columns[0] + len(columns))
    return list(columns)


def _person_totals(
    members: NDArray[np.floating],
    usable: NDArray[np.floating],
    directions: Sequence[int],
    scales: Sequence[tuple[int, int]],
) -> IntArray:
    """People, Σ total and Σ total² by the number of answered items: (K + 1, 3).

    Both follow from how many people there are of each number of answers and total.
    """
    signs = np.array(directions, dtype=members.dtype)
    ends = [
        low + high if sign < 0 else 0 for (low, high), sign in zip(scales, directions, strict=True)
    ]
    total = (signs @ members + np.array(ends, members.dtype) @ usable).astype(np.int64)
    answers = usable.sum(axis=0).astype(np.int64)
    least = sum(min(low, 0) for low, _ in scales)
    width = sum(max(high, 0) for _, high in scales) - least + 1
    size = len(scales) + 1
    people = np.bincount(answers * width + total - least, minlength=size * width)
    values = np.arange(least, least + width)
    powers = np.stack([np.ones_like(values), values, values**2], axis=1)
    return people.reshape(size, width) @ powers
