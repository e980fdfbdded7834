"""When measures begin, when they work, and what they cost year by year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.measures.catalogue import Catalogue

Array = NDArray[np.float64]


def begin_and_done(
    catalogue: Catalogue, anywhere: NDArray[np.bool_], earliest: Array, lead: Array
) -> tuple[Array, Array]:
    """Months at which each measure begins and at which its effect begins.

    A measure begins when all its hard prerequisites work: all of ``requires.all``, and of every
    any-of list the first of those that are taken.

    Parameters
    ----------
    anywhere : bool array (M,), taken in any department
    earliest : (M,) months, as planned
    lead : (S, M) months of preparation

    Returns
    -------
    begin, done : (S, M); of measures not taken too, as if they were
    """
    place = {id: column for column, id in enumerate(catalogue.ids)}
    begin = np.empty(lead.shape[::-1]).T
    begin[:] = earliest
    for column in _in_order(catalogue):
        need = catalogue.measures[column].requires
        for id in need.all:
            other = place[id]
            if anywhere[other]:
                begin[:, column] = np.maximum(begin[:, column], begin[:, other] + lead[:, other])
        for some in need.any:
            taken = [place[id] for id in some if anywhere[place[id]]]
            if taken:
                first = (begin[:, taken] + lead[:, taken]).min(axis=1)
                begin[:, column] = np.maximum(begin[:, column], first)
    return begin, begin + lead


def _in_order(catalogue: Catalogue) -> list[int]:
    """Columns with every measure after all that it may wait for."""
    place = {id: column for column, id in enumerate(catalogue.ids)}
    after: list[int] = []
    seen: set[int] = set()

    def visit(column: int) -> None:
        if column in seen:
            return
        seen.add(column)
        need = catalogue.measures[column].requires
        for id in (*need.all, *(n for some in need.any for n in some)):
            visit(place[id])
        after.append(column)

    for column in range(len(place)):
        visit(column)
    return after


def ramps(catalogue: Catalogue, done: Array, month: float) -> Array:
    """(S, M) share of the full effect at a month: 0 until it begins, then linear over the ramp.

    Without a ramp the effect is there from any time after it begins, so that nothing has changed at
    month 0.
    """
    length = np.array([catalogue.ramp_of(m) for m in catalogue.measures])
    since = month - done
    with np.errstate(divide="ignore", invalid="ignore"):
        rising = np.clip(since / length, 0.0, 1.0)
    return np.where(length > 0, rising, (since > 0).astype(float))


def share_of_cost(
    catalogue: Catalogue, chosen: NDArray[np.bool_], everywhere: NDArray[np.bool_]
) -> Array:
    """(M,) share of a measure's city cost that a plan (D, M) pays.

    Taken as a city measure (``everywhere`` (M,), or of city scope) it costs all; taken by listed
    departments the set-up once and a part for each, never more than the whole.
    """
    split = catalogue.cost_split
    count = chosen.sum(axis=0)
    part = split.setup + count * (1 - split.setup) / split.departments
    whole = everywhere | np.array([m.scope == "city" for m in catalogue.measures])
    return np.where(count == 0, 0.0, np.where(whole, 1.0, np.minimum(part, 1.0)))


def cost_by_year(first_year: Array, annual: Array, begin: Array, years: int) -> Array:
    """万元 of each year of the horizon, and what falls due after it.

    A measure costs its first-year sum in the year in which it begins, and its annual sum in each
    of the ``years − 1`` years that follow; so a plan always sets aside ``first + (years − 1)·annual``,
    whenever it begins.

    Parameters
    ----------
    first_year, annual : (M,) as the plan pays them
    begin : (M,) months

    Returns
    -------
    array (years + 1,), the last for what lies beyond
    """
    found = np.zeros(years + 1)
    for first, yearly, month in zip(first_year, annual, begin, strict=True):
        start = min(int(month // 12), years)
        found[start] += first
        for later in range(start + 1, start + years):
            found[min(later, years)] += yearly
    return found
