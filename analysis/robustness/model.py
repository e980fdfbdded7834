"""Scores of every department under any setting of the inputs, many settings at once.

The kernel is `indicators.aggregate.up_the_tree`; here its leaves, weights and methods are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.robustness.inputs import NOMINAL, POOL, Input
from indicators.aggregate import up_the_tree
from indicators.draws import joint_draws, stream
from indicators.evidence import Evidence
from indicators.framework import Framework, Metric
from indicators.imputation import dimension_blocks, impute
from indicators.leaves import Leaves, leaves
from indicators.normalise import normalise

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


class NotApplicable(ValueError):
    """An alternative that cannot be applied; ``alternative`` names it, ``reason`` is a key."""

    def __init__(self, alternative: str, reason: str) -> None:
        super().__init__(f"{alternative}: {reason}")
        self.alternative = alternative
        self.reason = reason


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
        self, inputs: Sequence[Input], settings: Mapping[str, NDArray[np.int64]], count: int
    ) -> Array:
        """Node scores (count, R, P); an input that ``settings`` does not name stays nominal."""
        width = len(self.framework.node_ids)
        found = np.empty((count, self.departments, width))
        for start in range(0, count, CHUNK):
            part = slice(start, min(start + CHUNK, count))
            own = {id: values[part] for id, values in settings.items()}
            found[part] = self._chunk(inputs, own, part.stop - part.start)
        return found

    def _chunk(
        self, inputs: Sequence[Input], settings: Mapping[str, NDArray[np.int64]], count: int
    ) -> Array:
        by_kind: dict[str, list[Input]] = {}
        for one in inputs:
            if one.id in settings:
                by_kind.setdefault(one.kind, []).append(one)
        values = self._leaves(by_kind, settings, count)
        weights: dict[str, Array] = {}
        for one in by_kind.get("weights", []):
            chosen = settings[one.id]
            for node, pool in one.weights.items():
                own = pool[np.maximum(chosen, 0)]
                nominal = np.array(self.framework.node(node).weights, dtype=float)
                weights[node] = np.where((chosen == NOMINAL)[:, None], nominal, own)[:, None]
        methods: list[str | Mapping[str, str] | None] = [None]
        choice = np.zeros(count, dtype=np.int64)
        for one in by_kind.get("aggregation", []):
            methods = [_aggregation(self.framework, name) for name in one.alternatives]
            choice = settings[one.id]
        found = np.empty((count, self.departments, len(self.framework.node_ids)))
        for place, method in enumerate(methods):
            used = choice == place
            if used.any():
                own = {node: w[used] for node, w in weights.items()}
                found[used] = up_the_tree(self.framework, values[used], method, own)
        return found

    def _leaves(
        self,
        by_kind: Mapping[str, list[Input]],
        settings: Mapping[str, NDArray[np.int64]],
        count: int,
    ) -> Array:
        normalisations = [NONE]
        choice = np.zeros(count, dtype=np.int64)
        for one in by_kind.get("normalisation", []):
            normalisations, choice = list(one.alternatives), settings[one.id]
        values = np.empty((count, self.departments, self.leaf.value.shape[1]))
        columns = list(self.leaf.survey_columns)
        for place, name in enumerate(normalisations):
            used = choice == place
            if used.any():
                values[used] = _metric_leaves(self, name)
        for one in by_kind.get("sampling", []):
            assert self.sampled is not None
            drawn = settings[one.id]
            values[:, :, columns] = np.where(
                (drawn == NOMINAL)[:, None, None],
                self.leaf.value[self.rows][:, columns],
                self.sampled[np.maximum(drawn, 0)],
            )
        for place, name in enumerate(normalisations):
            used = choice == place
            if name in SAMPLE_METHODS and used.any():
                values[used] = by_sample(values[used], name, self.framework.normalised_range)
        blocks, absent = dimension_blocks(self.framework), self.leaf.not_applicable[self.rows]
        for one in by_kind.get("imputation", []):
            for place, name in enumerate(one.alternatives):
                used = settings[one.id] == place
                if name != NONE and used.any():
                    values[used] = impute(values[used], name, blocks, self.groups, absent)
        for one in by_kind.get("leave-out", []):
            left = settings[one.id]
            for place, name in enumerate(one.alternatives):
                used = left == place
                if name != NONE and used.any():
                    values[used, :, self._column(name)] = np.nan
        return values

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
        sampled = np.empty((POOL, len(rows), len(leaf.survey_columns)), dtype=np.float32)
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
            if metric.direction != "interval":
                moved = (
                    np.log1p(np.maximum(raw, -1 + 1e-12)) if metric.transform == "log1p" else raw
                )
                values[:, column] = -moved if metric.direction == "down" else moved
            continue
        if isinstance(metric.goalposts, tuple):
            other = _moved_goalposts(metric, -1 if name == "goalposts-wider" else 1)
            values[:, column], _ = normalise(
                raw, other, framework.normalisation_of(metric), framework.normalised_range
            )
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
