"""How measures close gaps, as sums of logarithms: the model that scenarios and the optimiser share.

The gap that is left after a set of measures is ``gap · exp(−u)``, and u is linear in the measures
taken and in the pairs of them: ``−u = Σ y_m·ln(1 − share_m) + Σ y_m·y_n·pair_mn``. Order does not
matter, and each further measure adds less (statistics.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ALONE = -1
"""``second`` of a term that asks for one measure only."""


@dataclass(frozen=True, eq=False)
class Terms:
    """T logarithmic terms over S draws, C kinds of departments, M measures and G gap groups.

    A gap group holds the indicators that every measure treats alike: those of one dimension that
    respond and are named by the same measures.

    Attributes
    ----------
    measures : ids, length M
    first, second : (T,) measures that have to be taken for the term to act; ``second`` is `ALONE`
        where one is enough. Pairs carry synergies, overlaps and what a soft prerequisite brings.
    group : (T,) the gap group it acts on
    value : (S, C, T) what it adds to the logarithm of the share of the gap that is left; not
        positive for a beneficial measure alone
    kind : (D,) the kind of each department: those of one kind have the same readiness and
        multipliers
    groups : number of gap groups, G
    """

    measures: tuple[str, ...]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    group: NDArray[np.intp]
    value: Array
    kind: NDArray[np.intp]
    groups: int

    @property
    def draws(self) -> int:
        return self.value.shape[0]

    def active(self, taken: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(D, T) which terms act, from the measures taken (D, M)."""
        both = taken[:, self.first]
        paired = self.second != ALONE
        both[:, paired] &= taken[:, self.second[paired]]
        return both

    def rows(self, taken: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Departments that fare alike: kind and active terms of each row, (U, 1 + T), and every
        department's row, (D,)."""
        unique, place = np.unique(
            np.column_stack([self.kind, self.active(taken)]), axis=0, return_inverse=True
        )
        return unique.astype(np.intp), place.reshape(-1)

    def log_left_of_rows(self, rows: NDArray[np.intp], part: slice = slice(None)) -> Array:
        """Logarithm of the share of each gap that is left, (S, U, G), for rows as `rows` gives."""
        value = self.value[part]
        found = np.zeros((len(rows), self.groups, len(value))).transpose(2, 0, 1)
        for place, row in enumerate(rows):
            acting = np.flatnonzero(row[1:])
            route = np.zeros((len(acting), self.groups))
            route[np.arange(len(acting)), self.group[acting]] = 1.0
            found[:, place] = (route.T @ value.transpose(2, 1, 0)[acting, row[0]]).T
        return found

    def log_left(self, taken: NDArray[np.bool_], part: slice = slice(None)) -> Array:
        """The same for every department, (S, D, G); 0 where nothing acts.

        Parameters
        ----------
        taken : bool array (D, M)
        part : the draws asked for
        """
        rows, place = self.rows(taken)
        return self.log_left_of_rows(rows, part)[:, place]
