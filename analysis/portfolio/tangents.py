"""Bounds on what a block of departments closes of one gap group, weighted by given rates.

The sum ``Σ_s Σ_d rate_sd · (1 − left_sd(y))`` is a set function of the group's k measures. It is
bounded exactly by weights on subsets, by a facet at a plan, or by a tangent in u = −ln(left).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.portfolio.facets import lifted_facets
from analysis.portfolio.problem import Array
from analysis.portfolio.subset_tables import SubsetTable
from analysis.scenarios.terms import ALONE, Terms


@dataclass(frozen=True, eq=False)
class Block:
    """Departments that decide a gap group's k measures together.

    ``columns`` (k,) are the variables of the measures; ``weights`` is the first of the 2^k
    variables that weigh the subsets, −1 without them.
    """

    table: SubsetTable
    departments: NDArray[np.intp]
    columns: NDArray[np.intp]
    weights: int = -1


def share_left(terms: Terms, y: Array) -> Array:
    """(S, D, G) ``exp(−u)`` at decisions y (D, M) between 0 and 1; a pair acts as the product."""
    acting = y[:, terms.first]
    paired = terms.second != ALONE
    acting[:, paired] *= y[:, terms.second[paired]]
    log = np.zeros((terms.draws, len(y), terms.groups))
    for term in range(len(terms.first)):
        log[..., terms.group[term]] += terms.value[:, terms.kind, term] * acting[:, term]
    return np.exp(log)


def subset_values(table: SubsetTable, kind: NDArray[np.intp], rate: Array, summed: bool) -> Array:
    """(1 or S, 2^k) the weighted share closed, of every subset.

    Parameters
    ----------
    kind : (n,) of the departments
    rate : (S or 1, n); a single row stands for equal rates in all draws, which ``summed`` adds up
        to it
    """
    assert table.left is not None
    by_kind = np.zeros((len(rate), table.left.shape[1]))
    np.add.at(by_kind.T, kind, rate.T)
    if not summed:
        return np.einsum("sc,sck->sk", *_same_draws(by_kind, 1 - table.left))
    if len(rate) == 1:
        return by_kind @ (1 - table.mean)
    if len(table.left) == 1:
        return by_kind.sum(axis=0, keepdims=True) @ (1 - table.left[0])
    return np.einsum("sc,sck->k", by_kind, 1 - table.left)[None]


def _same_draws(one: Array, other: Array) -> tuple[Array, Array]:
    draws = max(len(one), len(other))
    return (
        np.broadcast_to(one, (draws, *one.shape[1:])),
        np.broadcast_to(other, (draws, *other.shape[1:])),
    )


def bound_of_block(
    block: Block,
    terms: Terms,
    departments: NDArray[np.intp],
    rate: Array,
    x: Array,
    left: Array,
    *,
    summed: bool,
) -> tuple[NDArray[np.intp], Array, Array]:
    """Columns (c,), coefficients (n, c) and constants (n,) of the bound at x, n = 1 or S.

    Parameters
    ----------
    departments : those of the block that are meant
    rate : as in `subset_values`, not negative
    left : (S, D, G) shares left at x
    """
    kind = terms.kind[departments]
    y = x[block.columns]
    if block.table.left is None:
        own = left[:, departments, block.table.group]
        a, b = _tangent(block, terms, kind, rate, own, y, summed)
        return block.columns, a, b
    values = subset_values(block.table, kind, rate, summed)
    if block.weights >= 0:
        return block.weights + np.arange(values.shape[1]), values, np.zeros(len(values))
    a, b = lifted_facets(values, np.broadcast_to(y, (len(values), len(y))))
    return block.columns, a, b


def _tangent(
    block: Block,
    terms: Terms,
    kind: NDArray[np.intp],
    rate: Array,
    left: Array,
    y: Array,
    summed: bool,
) -> tuple[Array, Array]:
    """``1 − exp(−u) ≤ 1 − left + left·(u − u*)``, with each product bounded linearly at y."""
    if summed and len(rate) == 1:
        rate = np.broadcast_to(rate / len(left), left.shape)
    rate, left = _same_draws(rate, left)
    value = np.broadcast_to(terms.value[:, kind], (len(rate), len(kind), terms.value.shape[2]))
    constant = (rate * (1 - left + left * np.log(left))).sum(axis=1)
    a, b = np.zeros((len(rate), len(y))), constant
    place = {int(m): j for j, m in enumerate(block.table.measures)}
    for term in block.table.terms:
        slope = -(rate * left * value[..., term]).sum(axis=1)
        one = place[int(terms.first[term])]
        if terms.second[term] == ALONE:
            a[:, one] += slope
            continue
        other = place[int(terms.second[term])]
        a[:, one if y[one] <= y[other] else other] += np.maximum(slope, 0.0)
        if y[one] + y[other] > 1:
            harm = np.minimum(slope, 0.0)
            a[:, one] += harm
            a[:, other] += harm
            b = b - harm
    return (a.sum(axis=0)[None], np.array([b.sum()])) if summed else (a, b)
