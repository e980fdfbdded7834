"""Sums over complete rows and per person: what a group of items has beside its pairs of items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from indicators.answers.answer_sums import IntArray

ALL_ITEMS = "*"
"""The name under which the sums over rows complete on all items are kept."""
MODEL_ITEMS = "*model"
"""The same for the items of the factor model, where those are not all items."""


@dataclass(frozen=True, eq=False)
class CompleteSums:
    """Sums over the rows that are complete on some items: n (D,), sums (D, K), cross (D, K, K)."""

    items: tuple[str, ...]
    n: IntArray
    sums: IntArray
    cross: IntArray


@dataclass(frozen=True, eq=False)
class PersonTotals:
    """Directed totals of a scale's answered items, by how many were answered.

    ``sums`` has shape (D, K + 1, 3): people who answered k items, Σ total, Σ total². Reversed items
    count as min + max − x. ``directions`` says which were reversed (−1).
    """

    items: tuple[str, ...]
    directions: tuple[int, ...]
    sums: IntArray


def merged_complete(
    mine: Mapping[str, CompleteSums], theirs: Mapping[str, CompleteSums], items: tuple[str, ...]
) -> dict[str, CompleteSums]:
    merged: dict[str, CompleteSums] = {}
    for group in (*mine, *(g for g in theirs if g not in mine)):
        a, b = mine.get(group), theirs.get(group)
        if group == ALL_ITEMS:
            held = [c for c in (a, b) if c is not None and set(c.items) == set(items)]
        elif group == MODEL_ITEMS:
            most = max((c.items for c in (a, b) if c is not None), key=len)
            held = [c for c in (a, b) if c is not None and set(c.items) == set(most)]
        else:
            held = [c for c in (a, b) if c is not None]
        if not held:
            some = a or b
            assert some is not None
            zeros = np.zeros((len(some.n), len(items)), dtype=np.int64)
            cross = np.zeros((len(some.n), len(items), len(items)), dtype=np.int64)
            merged[group] = CompleteSums(items, np.zeros_like(some.n), zeros, cross)
            continue
        first = held[0]
        if len(held) == 2:
            order = [held[1].items.index(item) for item in first.items]
            first = CompleteSums(
                first.items,
                first.n + held[1].n,
                first.sums + held[1].sums[:, order],
                first.cross + held[1].cross[:, order][:, :, order],
            )
        merged[group] = first
    return merged


def merged_persons(
    mine: Mapping[str, PersonTotals], theirs: Mapping[str, PersonTotals]
) -> dict[str, PersonTotals]:
    merged = {**theirs, **mine}
    for group in mine.keys() & theirs.keys():
        a, b = mine[group], theirs[group]
        if dict(zip(a.items, a.directions, strict=True)) != dict(
            zip(b.items, b.directions, strict=True)
        ):
            raise ValueError(f"scale {group} is directed differently in the two batches")
        merged[group] = PersonTotals(a.items, a.directions, a.sums + b.sums)
    return merged
