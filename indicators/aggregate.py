"""Scores up the tree: children into their parent, for any number of leading axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.framework import Framework

Array = NDArray[np.float64]


def aggregate(values: Array, weights: NDArray[np.floating], method: str) -> Array:
    """One parent's score from its children's.

    A missing child (NaN) or one of weight 0 is left out and its siblings' weights are renormalised;
    without any child the parent is missing.

    - ``arithmetic``  Σ w x / Σ w
    - ``geometric``   exp(Σ w ln x / Σ w); 0 when a child is 0
    - ``harmonic``    Σ w / Σ (w / x); 0 when a child is 0
    - ``power:P``     (Σ w x^P / Σ w)^(1/P); for P < 0, 0 when a child is 0
    - ``min``         the smallest child, weights apart
    - ``mazziotta-pareto``  M − S²/M with the weighted mean M and population variance S², no less
      than the smallest child: uneven children cost points (Mazziotta & Pareto 2016)
    - ``owa:O``       ordered weighted average of orness 0 < O < 1: children in falling order with
      weights Q(T_j) − Q(T_(j−1)), T the running shares, Q(r) = r^((1−O)/O); 0.5 is arithmetic,
      less looks more at the low children (Yager 1988, 1997)

    Geometric, harmonic, power and Mazziotta-Pareto means of negative values do not exist: missing.

    Parameters
    ----------
    values : array (..., C)
    weights : array (C,), or one that broadcasts with ``values``; not negative

    Returns
    -------
    array (...)
    """
    return _of_children(list(np.moveaxis(values, -1, 0)), weights, method)


def _of_children(children: list[Array], weights: NDArray[np.floating], method: str) -> Array:
    """`aggregate` of children that lie apart in memory: C arrays (...)."""
    if method == "arithmetic":
        return _weighted_mean(children, weights)
    if method != "geometric":
        return _mean_of_known(np.moveaxis(np.stack(children), 0, -1), weights, method)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.asarray(np.exp(_weighted_mean([np.log(x) for x in children], weights)))
    odd = np.isnan(mean) | np.any([x < 0 for x in children], axis=0)
    if odd.any():
        own = np.broadcast_to(weights, (*mean.shape, len(children)))[odd]
        mean[odd] = _mean_of_known(np.stack([x[odd] for x in children], axis=-1), own, method)
    return mean[()]


def _weighted_mean(children: list[Array], weights: NDArray[np.floating]) -> Array:
    """Σ w x / Σ w over the children that are there, child by child."""
    top: Array = np.zeros(())
    total: Array = np.zeros(())
    with np.errstate(divide="ignore", invalid="ignore"):
        for place, x in enumerate(children):
            w = np.asarray(weights[..., place], dtype=np.float64)
            gone = np.isnan(x)
            if gone.any():
                x, w = np.where(gone, 0.0, x), np.where(gone, 0.0, w)
            if place == 0:
                top = x * w
            else:
                top += x * w
            total = total + w
        return top / total


def _mean_of_known(values: Array, weights: NDArray[np.floating], method: str) -> Array:
    used = ~np.isnan(values) & (weights > 0)
    any_used = used.any(axis=-1)
    if method == "min":
        return np.where(any_used, np.where(used, values, np.inf).min(axis=-1), np.nan)
    share = np.where(used, weights, 0.0)
    total = share.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if method.startswith("owa:"):
            return np.where(any_used, _ordered_mean(values, share, used, float(method[4:])), np.nan)
        x = np.where(used, values, 1.0)
        negative = (x < 0).any(axis=-1)
        if method == "mazziotta-pareto":
            mean = (share * x).sum(axis=-1) / total
            variance = (share * (x - mean[..., None]) ** 2).sum(axis=-1) / total
            least = np.where(used, x, np.inf).min(axis=-1)
            penalty = np.where(mean > 0, variance / mean, 0.0)
            mean = np.maximum(mean - penalty, least)
        elif method == "geometric":
            mean = np.exp((share * np.log(np.maximum(x, 0.0))).sum(axis=-1) / total)
        else:
            power = -1.0 if method == "harmonic" else float(method.removeprefix("power:"))
            floored = np.where(used, np.maximum(x, 0.0), np.nan)
            # Relative to the child that counts most no power overflows.
            leading = (np.fmax if power > 0 else np.fmin).reduce(floored, axis=-1)
            raised = np.where(used, (floored / leading[..., None]) ** power, 0.0)
            mean = leading * ((share * raised).sum(axis=-1) / total) ** (1.0 / power)
            mean = np.where(leading == 0, 0.0, mean)
    return np.where(negative | ~any_used, np.nan, mean)


def _ordered_mean(values: Array, share: Array, used: NDArray[np.bool_], orness: float) -> Array:
    known = np.where(used, values, 0.0)
    order = np.argsort(np.where(used, -values, np.inf), axis=-1)
    share = np.broadcast_to(share, values.shape)
    running = np.cumsum(np.take_along_axis(share, order, axis=-1), axis=-1)
    running = np.clip(running / running[..., -1:], 0.0, 1.0) ** ((1 - orness) / orness)
    weights = np.diff(running, axis=-1, prepend=0.0)
    return (weights * np.take_along_axis(known, order, axis=-1)).sum(axis=-1)


def up_the_tree(
    framework: Framework,
    leaves: Array,
    method: str | Mapping[str, str] | None = None,
    weights: Mapping[str, NDArray[np.floating]] | None = None,
    nodes: Sequence[int] | None = None,
) -> Array:
    """Scores of nodes from the scores of the measured indicators.

    Fastest where an indicator's leaves lie together in memory: then nothing is copied.

    Parameters
    ----------
    framework : its nodes in the order of ``framework.node_ids`` (P), measured indicators (I)
    leaves : array (..., I) over ``framework.measured``, NaN = missing
    method : one aggregation for every node instead of each node's own, or some nodes' other ones
    weights : other weights of some nodes' children, arrays (..., C) that broadcast with the leaves'
        leading axes
    nodes : indices of the nodes to return instead of all

    Returns
    -------
    array (..., P), or as many as ``nodes``
    """
    by_leaf = np.ascontiguousarray(np.moveaxis(leaves, -1, 0))
    scores = {m.id: own for m, own in zip(framework.measured, by_leaf, strict=True)}
    return up_from(framework, scores, method, weights, nodes)


def up_from(
    framework: Framework,
    scores: Mapping[str, Array],
    method: str | Mapping[str, str] | None = None,
    weights: Mapping[str, NDArray[np.floating]] | None = None,
    nodes: Sequence[int] | None = None,
) -> Array:
    """`up_the_tree` from scores (...) of some nodes, by id: others are worked out from their
    children, which must be given or follow from what is."""
    scores = dict(scores)
    branches = [node for node in framework.nodes if node.children and node.id not in scores]
    for node in sorted(branches, key=lambda node: -node.depth):
        own = (weights or {}).get(node.id)
        named = method if isinstance(method, str) else (method or {}).get(node.id)
        scores[node.id] = _of_children(
            [scores[child] for child in node.children],
            np.array(node.weights) if own is None else own,
            named or node.aggregation,
        )
    wanted = range(len(framework.node_ids)) if nodes is None else nodes
    return np.moveaxis(np.stack([scores[framework.node_ids[n]] for n in wanted]), 0, -1)
