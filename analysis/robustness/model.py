"""Scores of every department under any setting of the inputs, many settings at once.

The kernel is `indicators.aggregate.up_the_tree`; here its leaves, weights and methods are chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.robustness.inputs import KINDS, POOL, Input
from indicators.aggregate import up_from, up_the_tree
from indicators.evidence import Evidence
from indicators.framework import Framework, Metric
from indicators.uncertainty.draws import joint_draws, stream
from indicators.values.imputation import Moments, block_moments, dimension_blocks, impute
from indicators.values.leaves import Leaves, leaves
from indicators.values.normalise import normalise
from indicators.values.outliers import treat

Array = NDArray[Any]

CHUNK = 256
"""Settings evaluated at once: their arrays stay in the processor's cache."""
GOALPOST_SHIFT = 0.10
"""Share of the distance between goalposts by which the variants move both ends."""
NONE = "nominal"
"""The alternative that leaves everything as the framework has it."""
GOALPOSTS = ("goalposts-wider", "goalposts-narrower")
UPPER = "-upper"
"""Ends an aggregation that holds for the overall score and the factors, not inside dimensions,
where an indicator at nought would make everything above it nought."""
SAMPLE_METHODS = ("minmax", "zscore", "rank", "borda", "percentile-rank", "distance-to-max")


@dataclass(frozen=True, eq=False)
class Model:
    """A round prepared for many evaluations.

    ``rows`` (R,) are the departments that count; ``weight`` (R,) their weights in the city.
    ``sampled`` (pool, R, K) are joint draws of the survey indicators, None when nobody asked for
    them.
    """

    framework: Framework
    leaf: Leaves
    rows: NDArray[np.intp]
    weight: Array
    groups: tuple[str, ...]
    sampled: Array | None

    @property
    def departments(self) -> int:
        return len(self.rows)

    def scores(
        self,
        inputs: Sequence[Input],
        settings: Mapping[str, NDArray[np.int64]],
        count: int,
        nodes: Sequence[int] | None = None,
        known: Mapping[str, Array] | None = None,
    ) -> Array:
        """Scores (count, R, P) of all nodes, or of some; an input not in ``settings`` is nominal.

        ``known`` are scores (count, R) of nodes from which the others follow, of the same settings.
        """
        width = len(self.framework.node_ids if nodes is None else nodes)
        found = np.empty((width, count, self.departments))
        varied = {
            kind: [i for i in inputs if i.kind == kind and i.id in settings] for kind in KINDS
        }
        base: dict[str, Array] = {}
        fitted: dict[str, list[Moments | None]] = {}
        for chosen, draws in _alike(varied, settings, count):
            name = chosen.get("normalisation", NONE)
            method = _aggregation(self.framework, chosen.get("aggregation", NONE))
            if name not in base:
                base[name] = _metric_leaves(self, name).T
            if name not in fitted and self._imputation(chosen) == "regression":
                fitted[name] = self._regressions(base[name].T, name)
            for start in range(0, len(draws), CHUNK):
                part = draws[start : start + CHUNK]
                own = {one: values[part] for one, values in settings.items()}
                weights = self._weights(varied["weights"], own)
                if known is None:
                    values = self._leaves(
                        base[name], fitted.get(name), chosen, varied, own, len(part)
                    )
                    scores = up_the_tree(self.framework, values, method, weights, nodes)
                else:
                    start_from = {id: score[part] for id, score in known.items()}
                    scores = up_from(self.framework, start_from, method, weights, nodes)
                found[:, part] = np.moveaxis(scores, -1, 0)
        return np.moveaxis(found, 0, -1)

    def _weights(
        self, inputs: Sequence[Input], settings: Mapping[str, NDArray[np.int64]]
    ) -> dict[str, Array]:
        """Children's weights (n, 1, C) of the nodes whose weights vary."""
        found: dict[str, Array] = {}
        for one in inputs:
            for node, pool in one.weights.items():
                found[node] = pool[settings[one.id]][:, None]
        return found

    def _leaves(
        self,
        base: Array,
        fitted: list[Moments | None] | None,
        chosen: Mapping[str, str],
        varied: Mapping[str, list[Input]],
        settings: Mapping[str, NDArray[np.int64]],
        count: int,
    ) -> Array:
        """Values (n, R, I) of settings that share what is ``chosen``, from those (I, R) of no draw."""
        by_leaf = np.empty((len(base), count, self.departments))
        values = np.moveaxis(by_leaf, 0, -1)
        drawn: list[int] = []
        for one in varied["sampling"]:
            assert self.sampled is not None
            drawn = list(self.leaf.survey_columns)
            for column, own in zip(drawn, np.moveaxis(self.sampled, -1, 0), strict=True):
                by_leaf[column] = np.take(own, settings[one.id], axis=0)
        for column in set(range(len(base))).difference(drawn):
            by_leaf[column] = base[column]
        name, method = chosen.get("normalisation", NONE), self._imputation(chosen)
        if name != NONE or chosen.get("imputation", NONE) != NONE or varied["sampling"]:
            values[:, self.leaf.imputed[self.rows]] = np.nan
        else:
            method = "none"  # the values stand as they were scored
        if name in SAMPLE_METHODS:
            values[:] = by_sample(values, name, self.framework.normalised_range)
        if method != "none":
            blocks, absent = dimension_blocks(self.framework), self.leaf.not_applicable[self.rows]
            values[:] = impute(values, method, blocks, self.groups, absent, fitted)
        for one in varied["leave-out"]:
            left = np.array([-1 if n == NONE else self._column(n) for n in one.alternatives])
            out = left[settings[one.id]]
            draws = np.flatnonzero(out >= 0)
            by_leaf[out[draws], draws] = np.nan
        return values

    def _imputation(self, chosen: Mapping[str, str]) -> str:
        """The method that fills gaps: the alternative, else the framework's own."""
        name = chosen.get("imputation", NONE)
        return self.framework.imputation if name == NONE else name

    def _regressions(self, base: Array, name: str) -> list[Moments | None]:
        """Regressions between a dimension's indicators under a normalisation: of the values without
        sampling error, so that one fit serves all draws."""
        values = np.where(self.leaf.imputed[self.rows], np.nan, base)
        if name in SAMPLE_METHODS:
            values = by_sample(values[None], name, self.framework.normalised_range)[0]
        return block_moments(values, dimension_blocks(self.framework))

    def _column(self, indicator: str) -> int:
        return next(c for c, m in enumerate(self.framework.measured) if m.id == indicator)


def build_model(
    evidence: Evidence,
    framework: Framework,
    rows: NDArray[np.intp],
    *,
    sampling: bool,
    seed: int,
) -> Model:
    """Prepare a round; ``rows`` are the indices of the departments that count."""
    leaf = leaves(evidence, framework)
    sampled = None
    if sampling and leaf.survey_columns:
        low, high = framework.normalised_range
        # Indicator by indicator in memory, a draw's departments together: drawn row by row.
        by_leaf = np.empty((len(leaf.survey_columns), POOL, len(rows)), dtype=np.float32)
        sampled = np.moveaxis(by_leaf, 0, -1)
        for place, d in enumerate(rows):
            drawn, _ = joint_draws(
                leaf.survey.mean[d],
                leaf.survey.covariance[d],
                float(leaf.survey.df[d]),
                POOL,
                stream(seed, "answers", evidence.round, evidence.departments[d].id),
            )
            sampled[:, place] = np.clip(drawn, low, high)
    return Model(
        framework,
        leaf,
        rows,
        np.array([evidence.departments[d].weight for d in rows], dtype=float),
        tuple(evidence.departments[d].group for d in rows),
        sampled,
    )


def _alike(
    varied: Mapping[str, list[Input]], settings: Mapping[str, NDArray[np.int64]], count: int
) -> Iterator[tuple[dict[str, str], NDArray[np.intp]]]:
    """Draws that share the alternatives which hold for a whole setting, and these by kind."""
    inputs = [
        one for kind in ("normalisation", "aggregation", "imputation") for one in varied[kind]
    ]
    together = np.array([settings[one.id] for one in inputs], dtype=np.int64).reshape(-1, count)
    for alike in np.unique(together, axis=1).T:
        chosen = {one.kind: one.alternatives[k] for one, k in zip(inputs, alike, strict=True)}
        yield chosen, np.flatnonzero((together == alike[:, None]).all(axis=0))


def _aggregation(framework: Framework, name: str) -> str | Mapping[str, str] | None:
    """What the kernel is told; ``geometric-upper`` changes the overall score and the factors alone."""
    if name == NONE:
        return None
    if name.endswith(UPPER):
        nodes = [node.id for node in framework.nodes if node.children and node.depth <= 1]
        return dict.fromkeys(nodes, name.removesuffix(UPPER))
    return name


def _metric_leaves(model: Model, name: str) -> Array:
    """Leaf values (R, I) under a normalisation; for sample methods directed raw values."""
    values = model.leaf.value[model.rows].copy()
    framework = model.framework
    if name == NONE:
        return values
    for column, indicator in enumerate(framework.measured):
        metric = indicator.metric
        if metric is None:
            continue
        raw = model.leaf.raw[model.rows][:, framework.metric_ids.index(indicator.id)]
        if name in SAMPLE_METHODS:
            if framework.outliers is not None:
                rule = framework.outliers
                raw, _ = treat(raw, rule.skewness, rule.kurtosis, rule.winsorise)
            if metric.direction != "interval":
                moved = (
                    np.log1p(np.maximum(raw, -1 + 1e-12)) if metric.transform == "log1p" else raw
                )
                values[:, column] = -moved if metric.direction == "down" else moved
            continue
        method = framework.normalisation_of(metric)
        if isinstance(metric.goalposts, tuple) and method.method == "goalposts":
            other = _moved_goalposts(metric, -1 if name == "goalposts-wider" else 1)
            values[:, column], _ = normalise(raw, other, method, framework.normalised_range)
    return values


def _moved_goalposts(metric: Metric, inwards: int) -> Metric:
    """Goalposts with both ends moved by a share of their distance, inwards (1) or outwards (−1)."""
    assert isinstance(metric.goalposts, tuple)
    low, high = metric.goalposts
    step = inwards * GOALPOST_SHIFT * (high - low)
    moved = (low + step, high - step)
    if metric.direction == "interval" and metric.optimum is not None:
        moved = (min(moved[0], metric.optimum[0]), max(moved[1], metric.optimum[1]))
    if metric.transform == "log1p":
        moved = (max(moved[0], -0.999), max(moved[1], -0.999))
    return metric.model_copy(update={"goalposts": moved})


def by_sample(values: Array, method: str, ends: tuple[float, float]) -> Array:
    """Every leaf (n, R, I) scaled over the departments of its own setting; constant ones missing."""
    known = ~np.isnan(values)
    n = known.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(known, values, np.inf).min(axis=1, keepdims=True)
        high = np.where(known, values, -np.inf).max(axis=1, keepdims=True)
        if method == "zscore":
            filled = np.where(known, values, 0.0)
            mean = filled.sum(axis=1, keepdims=True) / n
            spread = np.where(known, (values - mean) ** 2, 0.0).sum(axis=1, keepdims=True)
            found = (values - mean) / np.sqrt(spread / (n - 1))
        elif method in ("minmax", "distance-to-max"):
            share = (values - low) / (high - low)
            found = share if method == "distance-to-max" else ends[0] + (ends[1] - ends[0]) * share
        else:
            from scipy.stats import rankdata

            ranks = rankdata(np.where(known, values, np.inf), method="min", axis=1).astype(float)
            found = {"rank": ranks, "borda": ranks - 1}.get(method, (ranks - 1) / (n - 1))
        return np.where(known & (high > low) & (n > 1), found, np.nan)
