"""Means and covariances of directed items, pooled over departments, from a round's moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import ALL_ITEMS, MODEL_ITEMS, SurveyMoments
from indicators.framework import Framework
from indicators.words import one_of

Array = NDArray[np.floating]

PAIRWISE, LISTWISE = "pairwise", "listwise"


@dataclass(frozen=True, eq=False)
class PooledItems:
    """K directed items of a sample.

    Attributes
    ----------
    items : K ids
    missing : ``pairwise`` or ``listwise``, as the sums really are
    n : people complete on all K items, or pairwise those of the pair that fewest answered; what
        tests and errors of the covariance matrix rest on
    people : with at least one answer, pairwise; ``n`` listwise
    counts : (K,) people who answered each item
    means, sds : (K,), divisor n − 1
    covariance : (K, K), divisor n − 1
    maximum_likelihood : (K, K), divisor n
    """

    items: tuple[str, ...]
    missing: str
    n: int
    people: int
    counts: NDArray[np.int64]
    means: Array
    sds: Array
    covariance: Array
    maximum_likelihood: Array


def pooled_items(
    moments: SurveyMoments,
    framework: Framework,
    items: Sequence[str],
    missing: str,
    group: str | None = None,
    departments: NDArray[np.bool_] | None = None,
) -> PooledItems:
    """The items' means and covariances over all departments together (total, not within).

    Parameters
    ----------
    items : ids that the moments hold
    missing : ``pairwise``: each pair by those who answered both; ``listwise``: by those who
        answered all items of the ``group`` of `SurveyMoments.complete`. Where the moments hold no
        such sums, pairwise stands in and the result says so.
    departments : bool (D,), the departments to pool; all by default
    """
    one_of("missing", missing, (PAIRWISE, LISTWISE))
    chosen = slice(None) if departments is None else departments
    held = moments.complete.get(group) if group else None
    listwise = missing == LISTWISE and held is not None and set(items) <= set(held.items)
    if listwise:
        assert held is not None
        at = [held.items.index(item) for item in items]
        total = int(held.n[chosen].sum())
        counts = np.full((len(at), len(at)), total, dtype=np.int64)
        sums = np.repeat(held.sums[chosen].sum(axis=0)[at][:, None], len(at), axis=1)
        cross = held.cross[chosen].sum(axis=0)[np.ix_(at, at)]
        people = total
    else:
        at = [moments.items.index(item) for item in items]
        both = np.ix_(at, at)
        counts = moments.pair_n[chosen].sum(axis=0)[both]
        sums = moments.pair_sum[chosen].sum(axis=0)[both]
        cross = moments.pair_cross[chosen].sum(axis=0)[both]
        people = _answered(moments, items, chosen, counts)
    return _directed(framework, tuple(items), listwise, people, counts, sums, cross)


def within_correlation(moments: SurveyMoments, framework: Framework, items: Sequence[str]) -> Array:
    """Correlations (K, K) of directed items about their departments' means, pairwise."""
    at = [moments.items.index(item) for item in items]
    both = np.ix_(range(len(moments.departments)), at, at)
    counts = moments.pair_n[both].astype(float)
    sums, cross = moments.pair_sum[both].astype(float), moments.pair_cross[both].astype(float)
    ss = (cross - sums * sums.transpose(0, 2, 1) / np.maximum(counts, 1)).sum(axis=0)
    freedom = np.maximum(counts - 1, 0).sum(axis=0)
    sign = _signs(framework, items)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = ss / freedom * np.outer(sign, sign)
        sd = np.sqrt(np.diag(covariance))
        return np.where(np.outer(sd, sd) > 0, covariance / np.outer(sd, sd), np.nan)


def model_group(moments: SurveyMoments, items: Sequence[str]) -> str:
    """Which sums over complete rows belong to these items of the factor model."""
    held = moments.complete.get(MODEL_ITEMS)
    return MODEL_ITEMS if held is not None and set(items) <= set(held.items) else ALL_ITEMS


def _answered(
    moments: SurveyMoments,
    items: Sequence[str],
    chosen: NDArray[np.bool_] | slice,
    counts: NDArray[np.int64],
) -> int:
    """People with an answer to any of the items, where the sums tell; else the most of an item."""
    for totals in moments.persons.values():
        if set(totals.items) == set(items):
            return int(totals.sums[chosen][:, 1:, 0].sum())
    if set(items) == set(moments.items):
        return int(moments.n[chosen].sum())
    return int(np.diag(counts).max(initial=0))


def _signs(framework: Framework, items: Sequence[str]) -> tuple[Array, Array]:
    """What a directed code is of a code: sign · x + turn, (K,) each."""
    reverse = {item.id: item.reverse for item in framework.items}
    scales = [framework.scale_of(item) for item in items]
    turned = np.array([reverse[item] for item in items], dtype=bool)
    ends = np.array([s.min + s.max for s in scales], dtype=float)
    return np.where(turned, -1.0, 1.0), np.where(turned, ends, 0.0)


def _directed(
    framework: Framework,
    items: tuple[str, ...],
    listwise: bool,
    people: int,
    counts: NDArray[np.int64],
    sums: NDArray[np.int64],
    cross: NDArray[np.int64],
) -> PooledItems:
    sign, turn = _signs(framework, items)
    n = counts.astype(float)
    total = sign[:, None] * sums + turn[:, None] * n
    product = (
        np.outer(sign, sign) * cross
        + sign[:, None] * turn * sums
        + (sign[:, None] * turn * sums).T
        + np.outer(turn, turn) * n
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ss = product - total * total.T / n
        covariance = np.where(n > 1, ss / (n - 1), np.nan)
        return PooledItems(
            items,
            LISTWISE if listwise else PAIRWISE,
            int(counts.min()) if len(items) else 0,
            people,
            np.diag(counts).copy(),
            np.diag(total) / np.diag(n),
            np.sqrt(np.maximum(np.diag(covariance), 0.0)),
            covariance,
            np.where(n > 0, ss / n, np.nan),
        )
