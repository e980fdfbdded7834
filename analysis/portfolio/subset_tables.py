"""Share of each gap that is left, tabulated over the subsets of the measures that touch it.

A gap group is touched by few measures, so the 2^k values of ``exp(−u)`` say everything about it:
pairs, overlaps and draws included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.terms import ALONE, Terms

Array = NDArray[np.float64]
WIDEST = 14
"""Groups touched by more measures than this are not tabulated."""
LARGEST = 1 << 24
"""Numbers in one table, at most."""


@dataclass(frozen=True, eq=False)
class SubsetTable:
    """One gap group g and the k measures that touch it, in rising order.

    Bit j of a subset's number says whether ``measures[j]`` is taken.

    Attributes
    ----------
    group : g
    measures : (k,)
    left : (S, C, 2^k) share of the gap left by kind of department; None where k is too large
    terms : positions in `Terms` of the terms that act on g
    """

    group: int
    measures: NDArray[np.intp]
    left: Array | None
    terms: NDArray[np.intp]

    @cached_property
    def mean(self) -> Array:
        """(C, 2^k) mean over the draws."""
        assert self.left is not None
        return self.left.mean(axis=0)

    def number(self, taken: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Subset number (...) of the measures taken (..., M)."""
        return (taken[..., self.measures] << np.arange(len(self.measures))).sum(axis=-1)


def subset_tables(terms: Terms) -> tuple[SubsetTable, ...]:
    """A table for each group that some measure moves."""
    found = []
    acts = (terms.value != 0).any(axis=(0, 1))
    for group in range(terms.groups):
        own = np.flatnonzero((terms.group == group) & acts)
        if not len(own):
            continue
        touched = np.union1d(terms.first[own], terms.second[own])
        touched = touched[touched != ALONE].astype(np.intp)
        found.append(SubsetTable(group, touched, _left(terms, own, touched), own))
    return tuple(found)


def _left(terms: Terms, own: NDArray[np.intp], touched: NDArray[np.intp]) -> Array | None:
    draws, kinds = terms.value.shape[:2]
    count = 1 << len(touched)
    if len(touched) > WIDEST or draws * kinds * count > LARGEST:
        return None
    place = {m: j for j, m in enumerate(touched.tolist())}
    subset = np.arange(count)
    log = np.zeros((draws, kinds, count))
    for term in own:
        acting = (subset >> place[int(terms.first[term])]) & 1
        if terms.second[term] != ALONE:
            acting &= subset >> place[int(terms.second[term])] & 1
        log[..., acting == 1] += terms.value[..., term, None]
    return np.exp(log)
