"""Values of the measured indicators, and what holds for every node above them.

The leaves of the tree are survey indicators (with their sampling covariance) and metrics. Coverage,
counts of answers and the share of answers in a node follow from what is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import up_the_tree
from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.values.imputation import dimension_blocks, impute
from indicators.values.normalise import normalise
from indicators.values.outliers import Treatment, treat
from indicators.values.survey_mean import SurveyMeans, survey_means

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Leaves:
    """Values of the measured indicators (I) of every department, and how sure they are.

    ``imputed`` marks values that nobody measured; ``treated`` says of which metrics outliers were
    changed.
    """

    survey: SurveyMeans
    value: Array
    raw: Array
    clipped: NDArray[np.bool_]
    not_applicable: NDArray[np.bool_]
    raw_not_applicable: NDArray[np.bool_]
    count: NDArray[np.int64]
    survey_columns: tuple[int, ...]
    error_columns: tuple[int, ...]
    imputed: NDArray[np.bool_]
    treated: dict[str, Treatment]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(D, I) what nobody measured, filled in or not."""
        return np.isnan(self.value) | self.imputed


def leaves(evidence: Evidence, framework: Framework) -> Leaves:
    """Indicator values on the normalised range, from moments and raw metric values."""
    survey = survey_means(evidence, framework)
    size, width = len(evidence.departments), len(framework.measured)
    value = np.full((size, width), np.nan)
    clipped = np.zeros((size, width), dtype=bool)
    absent = np.zeros((size, width), dtype=bool)
    count = np.zeros((size, width), dtype=np.int64)
    raw = np.full((size, len(framework.metric_ids)), np.nan)
    raw_absent = np.zeros(raw.shape, dtype=bool)
    held = {metric: index for index, metric in enumerate(evidence.metric_ids)}
    for column, metric in enumerate(framework.metric_ids):
        if metric in held:
            raw[:, column] = evidence.metrics[:, held[metric]]
            raw_absent[:, column] = evidence.not_applicable[:, held[metric]]
    survey_columns, error_columns = [], []
    treated: dict[str, Treatment] = {}
    for column, indicator in enumerate(framework.measured):
        if indicator.metric is None:
            survey_columns.append(column)
            value[:, column] = survey.mean[:, len(survey_columns) - 1]
            count[:, column] = survey.count[:, len(survey_columns) - 1]
            continue
        metric_column = framework.metric_ids.index(indicator.id)
        absent[:, column] = raw_absent[:, metric_column]
        method = framework.normalisation_of(indicator.metric)
        own = raw[:, metric_column]
        if framework.outliers is not None and method.depends_on_sample:
            rule = framework.outliers
            own, done = treat(own, rule.skewness, rule.kurtosis, rule.winsorise)
            if done is not None:
                treated[indicator.id] = done
        value[:, column], clipped[:, column] = normalise(
            own, indicator.metric, method, framework.normalised_range
        )
        if indicator.metric.error_sd:
            error_columns.append(column)
    unmeasured = np.isnan(value)
    if framework.imputation != "none":
        groups = [department.group for department in evidence.departments]
        blocks = dimension_blocks(framework)
        value = impute(value, framework.imputation, blocks, groups, absent)
    return Leaves(
        survey,
        value,
        raw,
        clipped,
        absent,
        raw_absent,
        count,
        tuple(survey_columns),
        tuple(error_columns),
        unmeasured & ~np.isnan(value),
        treated,
    )


def coverages(framework: Framework, leaf: Leaves) -> tuple[Array, Array]:
    """(D, P) coverage of every node, and (D,) of the core indicators alone."""
    there = (~leaf.missing).astype(float)
    there[leaf.not_applicable] = np.nan
    is_core = np.array([m.core for m in framework.measured])
    core = np.where(is_core, there, np.nan) if is_core.any() else there
    return (
        up_the_tree(framework, there, "arithmetic"),
        up_the_tree(framework, core, "arithmetic")[:, 0],
    )


def survey_beneath(framework: Framework) -> NDArray[np.bool_]:
    """(P,) nodes that rest on answers, wholly or in part."""
    asked = np.array([m.survey is not None for m in framework.measured], dtype=np.int64)
    return smallest_counts(framework, asked[None])[0] > 0


def survey_shares(framework: Framework, leaf: Leaves) -> Array:
    """(D, P) share of each node's weight that comes from answers, NaN = missing."""
    kind = np.zeros(leaf.value.shape)
    kind[:, list(leaf.survey_columns)] = 1.0
    kind[leaf.missing] = np.nan
    return up_the_tree(framework, kind, "arithmetic")


def smallest_counts(framework: Framework, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(D, P) smallest positive count of answers beneath each node, 0 = no answers."""
    positive = np.where(counts > 0, counts.astype(float), np.nan)
    smallest = _tree_minimum(framework, positive)
    return np.nan_to_num(smallest).astype(np.int64)


def _tree_minimum(framework: Framework, leaf_values: Array) -> Array:
    """The smallest value beneath each node, whatever the weights."""
    index = framework.node_index
    values = np.full((len(leaf_values), len(index)), np.nan)
    for column, indicator in enumerate(framework.measured):
        values[:, index[indicator.id]] = leaf_values[:, column]
    for node in sorted((n for n in framework.nodes if n.children), key=lambda n: -n.depth):
        children = [index[child] for child in node.children]
        values[:, index[node.id]] = np.fmin.reduce(values[:, children], axis=1)
    return values


def flags_at_leaves(framework: Framework, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Flags of measured indicators (D, I) at their nodes (D, P)."""
    out = np.zeros((len(flags), len(framework.node_ids)), dtype=bool)
    for column, indicator in enumerate(framework.measured):
        out[:, framework.node_index[indicator.id]] = flags[:, column]
    return out
