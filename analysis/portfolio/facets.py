"""Linear bounds on set functions that are tight at a plan: facets by sequential lifting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def lifted_facets(values: Array, point: Array) -> tuple[Array, Array]:
    """Bounds ``F(y) ≤ a·y + b`` for all y in {0, 1}^k, equal to F at the vertex next to ``point``.

    At the vertex the bound is F; then one measure after another may flip, and gets the smallest
    coefficient for which the bound holds whatever the measures before it do:
    ``c_j = max over T ⊆ {1, …, j−1} of F(T ∪ j) − F(∅) − Σ_T c``. That makes facets of the concave
    envelope (Wolsey 1976; Padberg 1975). Measures whose value lies farthest from the vertex flip
    first: there the bound is tightest.

    Parameters
    ----------
    values : (n, 2^k) one set function a row; bit j of the column says whether y_j is 1
    point : (n, k) in [0, 1]

    Returns
    -------
    a : (n, k)
    b : (n,)
    """
    rows, k = point.shape
    vertex = (point > 0.5).astype(np.intp)
    order = np.argsort(-np.abs(point - vertex), axis=1, kind="stable")
    flip = np.left_shift(1, order)
    number = np.zeros((rows, 1), dtype=np.intp)
    for j in range(k):
        number = np.concatenate([number, number | flip[:, [j]]], axis=1)
    corner = (vertex << np.arange(k)).sum(axis=1, keepdims=True)
    found = np.take_along_axis(values, corner ^ number, axis=1)
    at_vertex = found[:, 0]
    rise = found - at_vertex[:, None]
    given = np.zeros((rows, 1))
    flipped = np.zeros((rows, k))
    for j in range(k):
        least = (rise[:, 1 << j : 2 << j] - given).max(axis=1, keepdims=True)
        given = np.concatenate([given, given + least], axis=1)
        np.put_along_axis(flipped, order[:, [j]], least, axis=1)
    return np.where(vertex == 1, -flipped, flipped), at_vertex + (flipped * vertex).sum(axis=1)
