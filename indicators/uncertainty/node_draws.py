"""Draws of every node: the joint draws of the indicators, taken up the tree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import up_the_tree
from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.uncertainty.draws import joint_draws, stream
from indicators.values.imputation import dimension_blocks, impute
from indicators.values.leaves import Leaves
from indicators.values.normalise import normalise

Array = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.75, 0.95)


def node_draws(
    evidence: Evidence, framework: Framework, leaf: Leaves, count: int, seed: int, normal: bool
) -> Iterator[tuple[Array, Array | None]]:
    """Department by department the draws of every node, (S, P) at a time: memory stays small."""
    for values, plain in leaf_draws(evidence, framework, leaf, count, seed, normal):
        drawn = up_the_tree(framework, values)
        yield drawn, None if plain is None else up_the_tree(framework, plain)


def leaf_draws(
    evidence: Evidence, framework: Framework, leaf: Leaves, count: int, seed: int, normal: bool
) -> Iterator[tuple[Array, Array | None]]:
    """The draws of the measured indicators beneath, (S, I) a department; with ``normal`` also those
    without the χ²."""
    low, high = framework.normalised_range
    columns = list(leaf.survey_columns)
    for d, department in enumerate(evidence.departments):
        stretched, plain = joint_draws(
            leaf.survey.mean[d],
            leaf.survey.covariance[d],
            float(leaf.survey.df[d]),
            count,
            stream(seed, "answers", evidence.round, department.id),
        )
        values = np.broadcast_to(leaf.value[d], (count, leaf.value.shape[1])).copy()
        _draw_metric_errors(values, evidence, framework, leaf, d, seed)
        other = values.copy() if normal else None
        values[:, columns] = np.clip(stretched, low, high, out=stretched)
        drawn = _with_imputed(values, framework, leaf, d)
        if other is not None:
            other[:, columns] = np.clip(plain, low, high, out=plain)
            other = _with_imputed(other, framework, leaf, d)
        yield drawn, other


def _with_imputed(values: Array, framework: Framework, leaf: Leaves, d: int) -> Array:
    """Values (S, I) of a department with its imputed ones: a mean of the dimension moves with the
    draws, what others or a regression lent stays as it is."""
    gaps = leaf.imputed[d]
    if not gaps.any():
        return values
    values[:, gaps] = leaf.value[d, gaps]
    if framework.imputation == "dimension-mean":
        own = np.where(gaps, np.nan, values)[:, None]
        blocks, absent = dimension_blocks(framework), leaf.not_applicable[d : d + 1]
        return impute(own, "dimension-mean", blocks, ("",), absent)[:, 0]
    return values


def _draw_metric_errors(
    values: Array, evidence: Evidence, framework: Framework, leaf: Leaves, d: int, seed: int
) -> None:
    """Metrics with a declared error: normal around the raw value, then normalised."""
    if not leaf.error_columns:
        return
    generator = stream(seed, "metrics", evidence.round, evidence.departments[d].id)
    for column in leaf.error_columns:
        indicator = framework.measured[column]
        assert indicator.metric is not None and indicator.metric.error_sd is not None
        raw = leaf.raw[d, framework.metric_ids.index(indicator.id)]
        drawn = raw + indicator.metric.error_sd * generator.standard_normal(len(values))
        values[:, column], _ = normalise(
            drawn,
            indicator.metric,
            framework.normalisation_of(indicator.metric),
            framework.normalised_range,
        )


def normal_quantiles(point: Array, spread: Array, df: Array) -> Array:
    """score + t_q·SD: for nodes with ``min``, whose draws cover too little."""
    from scipy.special import stdtrit

    t = np.array([stdtrit(df, q) for q in QUANTILES])
    return point + t[:, :, None] * spread


def min_nodes(framework: Framework) -> NDArray[np.bool_]:
    """(P,) nodes that take a minimum, or rest on one that does."""
    found = {n.id for n in framework.nodes if n.aggregation == "min" and len(n.children) > 1}
    for node in sorted((n for n in framework.nodes if n.children), key=lambda n: -n.depth):
        if found & set(node.children):
            found.add(node.id)
    return np.array([node.id in found for node in framework.nodes])


def uncertain_columns(
    share: Array, point: Array, error_columns: tuple[int, ...], framework: Framework
) -> NDArray[np.int64]:
    """Nodes of one department whose draws vary; the others' interval is exactly their score."""
    varies = (np.nan_to_num(share) > 0) & ~np.isnan(point)
    for column in error_columns:
        node: str | None = framework.measured[column].id
        while node is not None:
            varies[framework.node_index[node]] |= not np.isnan(point[framework.node_index[node]])
            node = framework.node(node).parent
    return np.flatnonzero(varies)
