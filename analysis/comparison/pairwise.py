"""Who is really above whom: pairs, sets of ranks, and letters, from the joint draws of a round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.comparison.group_tests import holm

Array = NDArray[np.floating]

LEVEL = 0.90
"""One interval level everywhere."""


@dataclass(frozen=True, eq=False)
class Pairwise:
    """Comparisons of D departments on one node.

    Attributes
    ----------
    above : (D, D) probability that the row is above the column; ½ on the diagonal
    difference, error : (D, D) row less column, and its standard error
    p : (D, D) two-sided, adjusted by Holm over all pairs; 1 on the diagonal
    letters : departments that share a letter cannot be told apart at 1 − LEVEL
    rank : (D,) by the point score, 1 the highest
    rank_low, rank_high : (D,) simultaneous confidence set of the rank: with probability LEVEL all
        true ranks lie in their sets
    marginal_low, marginal_high : (D,) the same for each department on its own
    """

    above: Array
    difference: Array
    error: Array
    p: Array
    letters: tuple[str, ...]
    rank: NDArray[np.int64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    marginal_low: NDArray[np.int64]
    marginal_high: NDArray[np.int64]


def pairwise(score: Array, draws: Array) -> Pairwise:
    """Compare all departments.

    Parameters
    ----------
    score : (D,) point scores, all finite
    draws : (S, D) joint draws of them

    Tests compare the difference with its standard error from the draws as a normal deviate; where
    neither side has any error the difference is exact. Rank sets count who lies certainly above and
    below by intervals of all differences whose width is the LEVEL quantile of the largest
    studentised deviation of the draws. Source: Mogstad, Romano, Shaikh & Wilhelm (2024).
    """
    from scipy.special import ndtr

    count = len(score)
    centred = draws - draws.mean(axis=0)
    covariance = np.atleast_2d(centred.T @ centred / max(len(draws) - 1, 1))
    spread = np.diag(covariance)
    error = np.sqrt(np.maximum(spread[:, None] + spread - 2 * covariance, 0.0))
    tiny = 1e-9 * max(1.0, float(np.abs(score).max(initial=0.0)))
    exact = error <= tiny
    difference = score[:, None] - score
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(exact, np.where(np.abs(difference) > tiny, np.inf, 0.0), difference / error)
    p = 2 * ndtr(-np.abs(z))
    first, second = np.triu_indices(count, 1)
    adjusted = np.ones((count, count))
    adjusted[first, second] = adjusted[second, first] = holm(p[first, second])
    above = np.full((count, count), 0.5)
    for a in range(count):
        gap = draws[:, [a]] - draws
        above[a] = (gap > tiny).mean(axis=0) + 0.5 * (np.abs(gap) <= tiny).mean(axis=0)
    certain = exact & (np.abs(difference) > tiny)
    above = np.where(certain, (difference > 0).astype(float), above)
    together, alone = _critical(centred, error, exact)
    order = (-score).argsort(kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(1, count + 1)
    low, high = _sets(difference, error, tiny, np.full(count, together))
    own_low, own_high = _sets(difference, error, tiny, alone)
    letters = letter_display(adjusted < 1 - LEVEL, order)
    return Pairwise(above, difference, error, adjusted, letters, rank, low, high, own_low, own_high)


def letter_display(different: NDArray[np.bool_], order: NDArray[np.integer]) -> tuple[str, ...]:
    """Letters such that two departments share one exactly when they do not differ.

    Insert and absorb; letters run in the ``order`` of departments. Source: Piepho (2004).
    """
    count = len(different)
    columns: list[set[int]] = [set(range(count))]
    for a, b in zip(*np.nonzero(np.triu(different, 1)), strict=True):
        fresh: list[set[int]] = []
        for column in columns:
            if a in column and b in column:
                fresh += [column - {int(a)}, column - {int(b)}]
            else:
                fresh.append(column)
        columns = [
            one
            for place, one in enumerate(fresh)
            if one
            and not any(
                one < other or (one == other and place > where)
                for where, other in enumerate(fresh)
                if where != place
            )
        ]
    rank = {int(d): place for place, d in enumerate(order)}
    columns.sort(key=lambda column: sorted(rank[d] for d in column))
    return tuple(
        "".join(_letter(place) for place, column in enumerate(columns) if d in column)
        for d in range(count)
    )


def _letter(place: int) -> str:
    """a … z, then a1 … z1, a2 …"""
    turn, letter = divmod(place, 26)
    return chr(ord("a") + letter) + (str(turn) if turn else "")


def _critical(centred: Array, error: Array, exact: NDArray[np.bool_]) -> tuple[float, Array]:
    """Critical values of the largest studentised difference, over all pairs and by department."""
    count = centred.shape[1]
    largest = np.zeros((len(centred), count))
    for a in range(count):
        with np.errstate(divide="ignore", invalid="ignore"):
            studentised = np.abs(centred[:, [a]] - centred) / error[a]
        studentised[:, exact[a]] = 0.0
        largest[:, a] = studentised.max(axis=1, initial=0.0)
    return (
        float(np.quantile(largest.max(axis=1), LEVEL)),
        np.quantile(largest, LEVEL, axis=0),
    )


def _sets(
    difference: Array, error: Array, tiny: float, critical: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ranks that remain possible: one more than who is surely above, D less who is surely below."""
    reach = np.maximum(critical[:, None] * error, tiny)
    surely_above = (difference < -reach).sum(axis=1)
    surely_below = (difference > reach).sum(axis=1)
    return surely_above + 1, len(difference) - surely_below
