"""What each item of a package adds: Shapley values. Array floor.

With multiplicative gap closing what an item adds depends on what is there already; the Shapley value
is its addition averaged over all orders, the one division that adds up, treats equals alike, gives
idle items nothing and is linear. Source: Shapley (1953).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

Value = Callable[[NDArray[np.bool_]], Array]
"""Masks (N, M) bool, a row for each set of items, → (N,) values. On masks ``+`` is "or"; ``sum`` adds."""


@dataclass(frozen=True, eq=False)
class LineItems:
    """Shares of M items in a package.

    Attributes
    ----------
    item : (M,) Shapley values; they sum to ``total`` − ``empty``
    error : (M,) Monte Carlo standard errors, 0 where exact
    total, empty : value of the whole package and of none of it
    exact : enumerated, not sampled
    sets : sets that were valued
    """

    item: Array
    error: Array
    total: float
    empty: float
    exact: bool
    sets: int


def shapley(
    value: Value,
    items: int,
    *,
    enumerate_up_to: int = 12,
    pairs: int = 500,
    batch: int = 4096,
    seed: int = 1,
) -> LineItems:
    """Shapley values of M items.

    Parameters
    ----------
    value : masks (N, M) bool → (N,) finite values, in any unit; the same for the same mask
    items : M, at least 1
    enumerate_up_to : exact for at most so many items (2^M sets), at most 20
    pairs : beyond, orders drawn, each with its reverse; at least 2
    batch : most sets valued in one call, at least 1
    seed : of the orders (Philox)

    Exact: φ_i = Σ_{A∌i} |A|!(M−|A|−1)!/M! · (v(A∪i) − v(A)), every set valued once. Sampled: mean
    addition over pairs of an order and its reverse (antithetic: Mitchell et al. 2022), sets met
    twice valued once; error sd/√pairs over pairs (Castro, Gómez & Tejada 2009). In each order the
    additions telescope, so both add up to v(all) − v(none); the rounding left is spread evenly.

    Raises ValueError for arguments out of range, or values of another shape or not finite.
    """
    if items < 1 or batch < 1 or not 0 <= enumerate_up_to <= 20:
        raise ValueError("there are items and a batch, and at most 20 items are enumerated")
    if items <= enumerate_up_to:
        return _enumerated(value, items, batch)
    if pairs < 2:
        raise ValueError("errors need at least two pairs of orders")
    random = np.random.Generator(np.random.Philox(key=seed))
    orders = random.permuted(np.tile(np.arange(items), (pairs, 1)), axis=1)
    orders = np.stack([orders, orders[:, ::-1]], axis=1).reshape(2 * pairs, items)
    place = orders.argsort(axis=1)
    length = np.arange(items + 1)
    prefix = place[:, None, :] < length[:, None]
    masks, which = _distinct(prefix.reshape(-1, items))
    found = _valued(value, masks, batch)[which.reshape(2 * pairs, items + 1)]
    added = np.take_along_axis(np.diff(found, axis=1), place, axis=1)
    by_pair = added.reshape(pairs, 2, items).mean(axis=1)
    error = by_pair.std(axis=0, ddof=1) / pairs**0.5
    total, empty = float(found[0, -1]), float(found[0, 0])
    return LineItems(
        _balanced(by_pair.mean(axis=0), total - empty), error, total, empty, False, len(masks)
    )


def _enumerated(value: Value, items: int, batch: int) -> LineItems:
    number = np.arange(1 << items)
    masks = (number[:, None] >> np.arange(items) & 1).astype(bool)
    found = _valued(value, masks, batch)
    size = masks.sum(axis=1)
    # |A|!(M−|A|−1)!/M! without factorials: 1/M over the number of sets of that size among the others.
    weight = np.empty(items)
    choose = 1.0
    for k in range(items):
        weight[k] = 1 / (items * choose)
        choose *= (items - 1 - k) / (k + 1)
    item = np.empty(items)
    for i in range(items):
        without = number[~masks[:, i]]
        item[i] = weight[size[without]] @ (found[without | 1 << i] - found[without])
    total, empty = float(found[-1]), float(found[0])
    return LineItems(
        _balanced(item, total - empty), np.zeros(items), total, empty, True, len(masks)
    )


def _distinct(masks: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Distinct masks, and which of them each is."""
    packed = np.packbits(masks, axis=1)
    if packed.shape[1] <= 8:
        # One number a mask: rows of bytes sort ten times slower.
        words = np.zeros((len(packed), 8), dtype=np.uint8)
        words[:, : packed.shape[1]] = packed
        _, first, which = np.unique(words.view(np.uint64), return_index=True, return_inverse=True)
    else:
        _, first, which = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return masks[first], which.reshape(-1)


def _valued(value: Value, masks: NDArray[np.bool_], batch: int) -> Array:
    found = np.empty(len(masks))
    for start in range(0, len(masks), batch):
        part = masks[start : start + batch]
        answer = np.asarray(value(part), dtype=float)
        if answer.shape != (len(part),):
            raise ValueError(f"{len(part)} sets have values of shape {answer.shape}")
        if not np.isfinite(answer).all():
            raise ValueError("every set has a finite value")
        found[start : start + batch] = answer
    return found


def _balanced(item: Array, wanted: float) -> Array:
    return item + (wanted - item.sum()) / len(item)
