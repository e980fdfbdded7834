"""Protecting respondents: what few people answered is taken out before anything is computed.

Every published figure is a function of shown answers alone (statistics.md 4). Departments with
1 … `THRESHOLD` − 1 people lose their answers; in larger ones items that so few answered are left
out. What remains is summed anew, so that numbers of people, complete rows and totals per person
are those of what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import SurveyMoments

THRESHOLD = 5
"""Fewest people behind an answer that is shown. May be raised, never lowered."""


@dataclass(frozen=True)
class Withheld:
    """What a round's answers must not show.

    Attributes
    ----------
    departments : ids of those that somebody answered for and that keep no answer
    items : of other departments, the ids of the items that 1 … threshold − 1 people answered
    """

    departments: frozenset[str] = frozenset()
    items: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.departments or self.items)

    def shown_answers(self, moments: SurveyMoments) -> NDArray[np.bool_]:
        """(D, J) whether anything of these answers to an item may be shown of a department."""
        answered = np.einsum("djj->dj", moments.pair_n) > 0
        for d, department in enumerate(moments.departments):
            if department in self.departments:
                answered[d] = False
            elif department in self.items:
                answered[d] &= [item not in self.items[department] for item in moments.items]
        return answered

    def shown_items(self, moments: Iterable[SurveyMoments]) -> frozenset[str]:
        """Items that somebody answered who is shown; that the others were asked is not told."""
        return frozenset(
            item
            for one in moments
            for item, shown in zip(one.items, self.shown_answers(one).T, strict=True)
            if shown.any()
        )


def withheld(moments: SurveyMoments, threshold: int = THRESHOLD) -> Withheld:
    """What of a round's answers rests on 1 … threshold − 1 people.

    A department of which no item has more is withheld as a whole, however many people it has.

    Raises
    ------
    ValueError
        For a threshold below `THRESHOLD`.
    """
    if threshold < THRESHOLD:
        raise ValueError(
            f"the threshold may be raised from {THRESHOLD}, not lowered to {threshold}"
        )
    answered = np.einsum("djj->dj", moments.pair_n)
    few = (answered > 0) & (answered < threshold)
    whole = (moments.n > 0) & (answered < threshold).all(axis=1)
    ids = np.array(moments.departments, dtype=object)
    return Withheld(
        frozenset(ids[whole].tolist()),
        {
            moments.departments[d]: frozenset(
                item for item, hide in zip(moments.items, few[d], strict=True) if hide
            )
            for d in np.flatnonzero(few.any(axis=1) & ~whole)
        },
    )
