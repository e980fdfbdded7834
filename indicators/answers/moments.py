"""Group moments of survey answers: whole numbers that add up over batches (statistics.md 1).

Per department, for items j and k: ``pair_n`` N_jk how many answered both, ``pair_sum`` A_jk = Σ x_j
over those who answered k, ``pair_cross`` C_jk = Σ x_j x_k; the category counts of every item; the
same sums over complete rows, of all items and per scale; and per scale the sums of the directed
person totals by number of answered items, from which person means (for ICC) follow.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indicators.answers.answer_sums import Group, IntArray, states_of, sums_of_answers
from indicators.answers.complete_rows import (
    ALL_ITEMS,
    MODEL_ITEMS,
    CompleteSums,
    PersonTotals,
    merged_complete,
    merged_persons,
)
from indicators.brief import brief
from indicators.framework import Framework

__all__ = [
    "ALL_ITEMS",
    "MISSING",
    "MODEL_ITEMS",
    "CompleteSums",
    "PersonTotals",
    "SurveyMoments",
]

MISSING = -32768
"""Marks a missing answer in int16 answer matrices."""


@dataclass(frozen=True, eq=False)
class SurveyMoments:
    """Moments of the answers of D departments to J items, additive over batches.

    Attributes
    ----------
    departments, items : tuples of ids, length D (sorted) and J
    scales : tuple of (min, max), length J
    n : (D,) people with at least one usable answer
    counts : J arrays (D, max − min + 1), answers per category
    pair_n, pair_sum, pair_cross : (D, J, J)
    complete : sums over rows complete on all items (`ALL_ITEMS`), on those of the factor model
        (`MODEL_ITEMS`, where they are others) and on each scale's items
    persons : directed person totals of each scale
    """

    __repr__ = brief

    departments: tuple[str, ...]
    items: tuple[str, ...]
    scales: tuple[tuple[int, int], ...]
    n: IntArray
    counts: tuple[IntArray, ...]
    pair_n: IntArray
    pair_sum: IntArray
    pair_cross: IntArray
    complete: Mapping[str, CompleteSums]
    persons: Mapping[str, PersonTotals]

    @staticmethod
    def from_answers(
        codes: NDArray[np.integer],
        department: NDArray[np.integer],
        departments: Sequence[str],
        items: Sequence[str],
        framework: Framework,
    ) -> SurveyMoments:
        """Moments of an answer matrix.

        Parameters
        ----------
        codes : (n, J) whole numbers on each item's scale, `MISSING` where there is no answer
        department : (n,) index into ``departments``
        departments : ids; any order
        items : J item ids of the framework

        Raises
        ------
        ValueError
            When shapes disagree or a code lies off its item's scale.
        """
        count, width = codes.shape
        if len(items) != width or len(department) != count:
            raise ValueError(
                f"codes {codes.shape} need {width} items and {count} departments, "
                f"not {len(items)} and {len(department)}"
            )
        if not departments:
            raise ValueError("moments need at least one department")
        scales = tuple((s.min, s.max) for s in map(framework.scale_of, items))
        index = {item: position for position, item in enumerate(items)}
        whole = {ALL_ITEMS: tuple(items)}
        model = tuple(item for item in framework.model_items if item in index)
        if len(model) >= 2 and set(model) != set(items):
            whole[MODEL_ITEMS] = model
        groups = whole | {
            scale: members
            for scale, members in framework.scales().items()
            if all(item in index for item in members)
        }
        reverse = {item.id: -1 if item.reverse else 1 for item in framework.items}
        order = sorted(range(len(departments)), key=lambda index: departments[index])
        sums = _all_sums(
            np.ascontiguousarray(codes.T),
            np.argsort(order)[department],
            len(order),
            scales,
            [
                Group(
                    name,
                    tuple(index[i] for i in members),
                    tuple(reverse[i] for i in members),
                    persons=name not in whole,
                )
                for name, members in groups.items()
            ],
        )
        return SurveyMoments(
            tuple(departments[d] for d in order),
            tuple(items),
            scales,
            sums["n"],
            tuple(sums[f"counts {j}"] for j in range(width)),
            sums["pair_n"],
            sums["pair_sum"],
            sums["pair_cross"],
            {
                g: CompleteSums(members, sums[f"{g} n"], sums[f"{g} sums"], sums[f"{g} cross"])
                for g, members in groups.items()
            },
            {
                g: PersonTotals(members, tuple(reverse[i] for i in members), sums[f"{g} persons"])
                for g, members in groups.items()
                if g not in whole
            },
        )

    def for_departments(self, ids: Sequence[str]) -> SurveyMoments:
        """The same moments over these departments in this order; unknown ones have zeros."""
        known = {id: index for index, id in enumerate(self.departments)}
        source = np.array([known.get(id, -1) for id in ids], dtype=np.int64)

        def taken(array: IntArray) -> IntArray:
            if len(array) == 0:
                return np.zeros((len(source), *array.shape[1:]), dtype=np.int64)
            found = source.reshape(-1, *([1] * (array.ndim - 1))) >= 0
            return np.where(found, array[source], 0)

        return SurveyMoments(
            tuple(ids),
            self.items,
            self.scales,
            taken(self.n),
            tuple(taken(counts) for counts in self.counts),
            taken(self.pair_n),
            taken(self.pair_sum),
            taken(self.pair_cross),
            {
                g: CompleteSums(c.items, taken(c.n), taken(c.sums), taken(c.cross))
                for g, c in self.complete.items()
            },
            {
                g: PersonTotals(p.items, p.directions, taken(p.sums))
                for g, p in self.persons.items()
            },
        )

    def without(self, item: str) -> SurveyMoments:
        """The same moments as if nobody had answered the item; sums over complete rows stay."""
        at = self.items.index(item)
        keep = np.ones(len(self.items), dtype=np.int64)
        keep[at] = 0
        both = np.outer(keep, keep)
        return replace(
            self,
            counts=tuple(c * keep[j] for j, c in enumerate(self.counts)),
            pair_n=self.pair_n * both,
            pair_sum=self.pair_sum * both,
            pair_cross=self.pair_cross * both,
        )

    def merge(self, other: SurveyMoments) -> SurveyMoments:
        """The moments of both sets of answers together, over the union of departments and items.

        Sums over complete rows are kept for the groups that both hold with the same items; rows
        of a batch without an item cannot be complete on it, so a group that only one batch holds
        keeps that batch's rows.

        Raises
        ------
        ValueError
            When an item has another scale in the other batch.
        """
        ids = sorted({*self.departments, *other.departments})
        items = (*self.items, *(item for item in other.items if item not in self.items))
        a, b = (m.for_departments(ids)._for_items(items) for m in (self, other))
        for mine, theirs, item in zip(a.scales, b.scales, items, strict=True):
            if mine != theirs and mine != (0, 0) and theirs != (0, 0):
                raise ValueError(f"item {item} has scale {mine} in one batch, {theirs} in another")
        scales = tuple(m if m != (0, 0) else t for m, t in zip(a.scales, b.scales, strict=True))
        return SurveyMoments(
            tuple(ids),
            items,
            scales,
            a.n + b.n,
            tuple(
                (x if t == (0, 0) else y if m == (0, 0) else x + y)
                for x, y, m, t in zip(a.counts, b.counts, a.scales, b.scales, strict=True)
            ),
            a.pair_n + b.pair_n,
            a.pair_sum + b.pair_sum,
            a.pair_cross + b.pair_cross,
            merged_complete(a.complete, b.complete, items),
            merged_persons(a.persons, b.persons),
        )

    def _for_items(self, items: tuple[str, ...]) -> SurveyMoments:
        """The same moments over more items; the new ones have zeros and the scale (0, 0)."""
        if items == self.items:
            return self
        known = {item: index for index, item in enumerate(self.items)}
        at = np.array([items.index(item) for item in self.items])
        size = len(self.departments)

        def spread(array: IntArray) -> IntArray:
            wide = np.zeros((size, len(items), len(items)), dtype=np.int64)
            wide[:, at[:, None], at] = array
            return wide

        return SurveyMoments(
            self.departments,
            items,
            tuple(self.scales[known[i]] if i in known else (0, 0) for i in items),
            self.n,
            tuple(
                self.counts[known[i]] if i in known else np.zeros((size, 1), dtype=np.int64)
                for i in items
            ),
            spread(self.pair_n),
            spread(self.pair_sum),
            spread(self.pair_cross),
            self.complete,
            self.persons,
        )

    def _arrays(self) -> dict[str, NDArray[np.integer]]:
        arrays: dict[str, NDArray[np.integer]] = {
            "n": self.n,
            "pair_n": self.pair_n,
            "pair_sum": self.pair_sum,
            "pair_cross": self.pair_cross,
        }
        arrays |= {f"counts {j}": counts for j, counts in enumerate(self.counts)}
        for group, sums in self.complete.items():
            arrays |= {
                f"{group} n": sums.n,
                f"{group} sums": sums.sums,
                f"{group} cross": sums.cross,
            }
        arrays |= {f"{group} persons": totals.sums for group, totals in self.persons.items()}
        return arrays

    def _head(self) -> bytes:
        head = {
            "departments": self.departments,
            "items": self.items,
            "scales": self.scales,
            "complete": {g: c.items for g, c in self.complete.items()},
            "persons": {g: [p.items, p.directions] for g, p in self.persons.items()},
        }
        return json.dumps(head, ensure_ascii=False).encode()

    def fingerprint(self) -> bytes:
        """SHA-256 of the content, the same on every machine."""
        sha = hashlib.sha256(self._head())
        for key, array in sorted(self._arrays().items()):
            sha.update(key.encode())
            sha.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
        return sha.digest()

    def to_bytes(self) -> bytes:
        """A file of plain arrays in their narrowest types, read back by `from_bytes`."""
        store = io.BytesIO()
        packed = {key: _narrow(array) for key, array in self._arrays().items()}
        np.savez(store, head=np.frombuffer(self._head(), np.uint8), **packed)  # type: ignore[arg-type]
        return store.getvalue()

    @staticmethod
    def from_bytes(content: bytes) -> SurveyMoments:
        """Moments that `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())

            def whole(key: str) -> IntArray:
                return arrays[key].astype(np.int64)

            return SurveyMoments(
                tuple(head["departments"]),
                tuple(head["items"]),
                tuple((low, high) for low, high in head["scales"]),
                whole("n"),
                tuple(whole(f"counts {j}") for j in range(len(head["items"]))),
                whole("pair_n"),
                whole("pair_sum"),
                whole("pair_cross"),
                {
                    g: CompleteSums(
                        tuple(items), whole(f"{g} n"), whole(f"{g} sums"), whole(f"{g} cross")
                    )
                    for g, items in head["complete"].items()
                },
                {
                    g: PersonTotals(tuple(items), tuple(directions), whole(f"{g} persons"))
                    for g, (items, directions) in head["persons"].items()
                },
            )


def _all_sums(
    by_item: NDArray[np.integer],
    department: NDArray[np.integer],
    departments: int,
    scales: tuple[tuple[int, int], ...],
    groups: Sequence[Group],
) -> dict[str, IntArray]:
    """Every sum, stacked over departments, of codes (J, n) in any order of people."""
    order = np.argsort(department, kind="stable")
    department = department[order]
    states = states_of(by_item, MISSING, order, scales)
    ends = np.searchsorted(department, np.arange(departments), side="right")
    blocks = [
        sums_of_answers(states[:, start:end], scales, groups)
        for start, end in zip((0, *ends[:-1]), ends, strict=True)
    ]
    return {key: np.stack([block[key] for block in blocks]) for key in blocks[0]}


def _narrow(array: NDArray[np.integer]) -> NDArray[np.integer]:
    """The smallest signed type that holds the values: files a quarter the size."""
    top = int(np.abs(array).max(initial=0))
    for kind in (np.int8, np.int16, np.int32):
        if top <= np.iinfo(kind).max:
            return array.astype(kind)
    return array
