"""Weights that make the people who answered stand for all staff, and what they cost. Array floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def rake(table: Array, margins: Sequence[Array], tolerance: float = 1e-10) -> Array:
    """Fit a table of weighted counts to its margins by iterative proportional fitting.

    Parameters
    ----------
    table : array of A axes, the sum of base weights in each cell; a zero cell stays zero
    margins : A arrays, the totals wanted along each axis; all with the same sum

    Returns
    -------
    factor : array like ``table``, by which each cell's weights are multiplied

    Source: Deming & Stephan (1940).

    Raises
    ------
    ValueError
        When margins do not fit the table's shape or disagree in sum, or when a margin asks for
        people where nobody answered.
    """
    if tuple(len(m) for m in margins) != table.shape:
        raise ValueError(f"margins of {[len(m) for m in margins]} for a table of {table.shape}")
    sums = [float(m.sum()) for m in margins]
    if max(sums) - min(sums) > 1e-9 * max(sums):
        raise ValueError(f"margins have different sums: {sums}")
    axes = [tuple(b for b in range(table.ndim) if b != a) for a in range(table.ndim)]
    for axis, margin in zip(axes, margins, strict=True):
        if ((table.sum(axis=axis) == 0) & (margin > 0)).any():
            raise ValueError("a margin asks for people where nobody answered")
    fitted = table.astype(float)
    for _ in range(1000):
        worst = 0.0
        for a, (axis, margin) in enumerate(zip(axes, margins, strict=True)):
            held = fitted.sum(axis=axis)
            ratio = np.divide(margin, held, out=np.ones_like(held), where=held > 0)
            worst = max(worst, float(np.abs(ratio - 1).max()))
            fitted = fitted * ratio.reshape([-1 if b == a else 1 for b in range(table.ndim)])
        if worst < tolerance:
            break
    return np.divide(fitted, table, out=np.zeros_like(fitted), where=table > 0)


def trimmed(weight: Array, n: Array, most: float = 5.0) -> Array:
    """Weights above ``most`` times the people's median weight brought down, the total kept.

    ``weight`` (C,) of the people of each cell, ``n`` (C,) how many they are. Source: Potter (1990).
    """
    people = np.repeat(weight, n.astype(int))
    if not len(people):
        return weight
    capped = np.minimum(weight, most * float(np.median(people)))
    return capped * (float((weight * n).sum()) / float((capped * n).sum()))


def effective_size(weight: Array, n: Array) -> float:
    """Kish's effective number of people, (Σw)²/Σw²; ``weight`` (C,) per person, ``n`` (C,)."""
    squares = float((weight**2 * n).sum())
    return float((weight * n).sum()) ** 2 / squares if squares > 0 else float("nan")


def cluster_design_effect(icc: float, size: float) -> float:
    """1 + (m − 1) ρ: variance of a mean of clusters of m over that of single people. Kish (1965)."""
    return 1 + (size - 1) * max(icc, 0.0)
