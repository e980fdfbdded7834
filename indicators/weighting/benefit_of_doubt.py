"""Benefit of the doubt: each unit with the weights that suit it best, within bounds.

Says how far a unit's place owes to the weights: whoever is behind even with the weights most to its
liking is behind under all of them. Source: Cherchye et al. (2007); OECD & JRC Handbook (2008), 6.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

LEAST, MOST = 0.5, 1.5
"""Own weights stay between these multiples of the given ones (statistics.md 5)."""


def bounded_weights(
    x: Array, given: Array, least: float = LEAST, most: float = MOST
) -> tuple[Array, Array]:
    """For each unit the weights in [least·w, most·w] with sum 1 that give it the highest mean.

    The linear programme max Σ w_c x_c of one equality and bounds is solved exactly by filling the
    best columns first. A missing column (NaN) leaves the unit with the others' weights renormalised
    first.

    Parameters
    ----------
    x : (n, C) scores
    given : (C,) weights, not negative

    Returns
    -------
    weights (n, C), and scores (n,): NaN for a unit without any column
    """
    if not 0 <= least <= 1 <= most:
        raise ValueError(f"bounds hold the given weights: least ≤ 1 ≤ most, not {least}, {most}")
    known = ~np.isnan(x) & (given > 0)
    own = np.where(known, given, 0.0)
    with np.errstate(invalid="ignore"):
        own = own / own.sum(axis=1, keepdims=True)
    order = np.argsort(np.where(known, -x, np.inf), axis=1, kind="stable")
    sorted_own = np.take_along_axis(own, order, axis=1)
    floor, room = least * sorted_own, (most - least) * sorted_own
    before = np.cumsum(room, axis=1) - room
    filled = floor + np.clip((1 - least) - before, 0.0, room)
    weights = np.empty_like(filled)
    np.put_along_axis(weights, order, filled, axis=1)
    score = (weights * np.where(known, x, 0.0)).sum(axis=1)
    return weights, np.where(known.any(axis=1), score, np.nan)


def frontier_scores(x: Array) -> Array:
    """The classical form, for ranking only: max Σ w_c x_c with w ≥ 0 and no unit above 1. (n,)

    One linear programme a unit (data envelopment analysis with a constant input), solved by HiGHS.
    ``x`` (n, C) is complete and not negative, and no unit is 0 throughout.
    """
    from scipy.optimize import linprog

    if not (np.isfinite(x).all() and (x >= 0).all()):
        raise ValueError("benefit of the doubt needs complete values that are not negative")
    if (x.max(axis=0) == 0).any():
        raise ValueError("a column that is 0 throughout has no weight")
    found = [
        linprog(-unit, A_ub=x, b_ub=np.ones(len(x)), bounds=(0, None), method="highs") for unit in x
    ]
    return np.array([-one.fun for one in found])
