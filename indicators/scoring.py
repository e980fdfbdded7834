"""Evidence + Framework → Scores. The one kernel that every analysis calls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import up_the_tree
from indicators.draws import joint_draws, stream
from indicators.evidence import Evidence
from indicators.findings import Finding
from indicators.framework import CapGate, CoverageGate, Framework
from indicators.gate_results import gate_results, reads_scores
from indicators.leaves import (
    Leaves,
    coverages,
    flags_at_leaves,
    leaves,
    smallest_counts,
    survey_shares,
)
from indicators.maturity import (
    TOLERANCE,
    GateState,
    factor_columns,
    gate_columns,
    gate_states,
    gated_level,
    level_cuts,
    level_of,
    level_shares,
)
from indicators.normalise import normalise
from indicators.scores import CityScores, GateResult, Scores
from indicators.shrinkage import FEWEST, empirical_bayes

Array = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.75, 0.95)


def score(
    evidence: Evidence,
    framework: Framework,
    *,
    draws: int = 2000,
    seed: int = 1,
    estimate: str = "raw",
    keep_draws: bool = False,
    outside_city: NDArray[np.bool_] | None = None,
) -> Scores:
    """Scores, intervals, levels and gates of every department, and the city's.

    Parameters
    ----------
    draws : number of joint draws behind intervals and probabilities
    estimate : ``raw``, or ``shrunken`` for empirical Bayes estimates of every node
    keep_draws : also return the raw draws (S, D, P), in float32
    outside_city : bool (D, P), cells that stay out of everything that is common to departments:
        the city's figures, the pooled variance of answers and the fit of the shrunken estimates
        (to protect respondents)

    Source: docs/methods/scores.md.
    """
    if draws < 100:
        raise ValueError(f"at least 100 draws are needed for an interval, not {draws}")
    lenders = None if outside_city is None else ~outside_city.any(axis=1)
    leaf = leaves(evidence, framework, lenders)
    point = up_the_tree(framework, leaf.value)
    coverage, core = coverages(framework, leaf)
    share = survey_shares(framework, leaf)
    counts = smallest_counts(framework, leaf.count)
    sample_scaled = any(
        framework.normalisation_of(m.metric).depends_on_sample
        for m in framework.measured
        if m.metric
    )
    states = gate_states(framework, point, leaf.raw, leaf.raw_not_applicable)
    status = _statuses(framework, point, coverage, core, states, sample_scaled)
    counted = np.array([s != "unrated" for s in status])
    inside = counted[:, None] & ~np.isnan(point)
    if outside_city is not None:
        inside &= ~outside_city
    weight = np.array([d.weight for d in evidence.departments])

    read = gate_columns(framework)
    quantiles = np.full((len(QUANTILES), *point.shape), np.nan)
    spread = np.zeros(point.shape)
    spread_normal = np.zeros(point.shape)
    read_draws = np.empty((draws, len(point), len(read)))
    city_draws = np.zeros((draws, point.shape[1]))
    kept = np.empty((draws, *point.shape), dtype=np.float32) if keep_draws else None
    approximate = _min_nodes(framework)
    for d, (drawn, normal) in enumerate(
        _node_draws(evidence, framework, leaf, draws, seed, approximate.any())
    ):
        uncertain = _uncertain_columns(share[d], point[d], leaf.error_columns, framework)
        quantiles[:, d] = point[d]
        quantiles[:, d, uncertain] = np.quantile(drawn[:, uncertain], QUANTILES, axis=0)
        spread[d, uncertain] = drawn[:, uncertain].std(axis=0)
        if normal is not None:
            spread_normal[d, uncertain] = normal[:, uncertain].std(axis=0)
        read_draws[:, d] = drawn[:, read]
        city_draws += np.where(inside[d], weight[d] * np.nan_to_num(drawn), 0.0)
        if kept is not None:
            kept[:, d] = drawn
    if approximate.any():
        quantiles[:, :, approximate] = _normal_quantiles(point, spread_normal, leaf.survey.df)[
            :, :, approximate
        ]

    bayes, bayes_sd, adjusted = _shrunken(framework, leaf, point, spread, share, outside_city)
    shown = bayes if estimate == "shrunken" and adjusted else point
    if shown is bayes:
        step = np.divide(bayes_sd, spread, out=np.zeros_like(spread), where=spread > 0)
        quantiles = bayes + (quantiles - point) * step
        quantiles = np.clip(quantiles, *framework.normalised_range)
        states = gate_states(framework, shown, leaf.raw, leaf.raw_not_applicable)
    score_level, level, factor_level = _levels(framework, shown, states, ~counted, sample_scaled)
    probability, score_probability = _probabilities(
        framework, leaf, point, spread, bayes, bayes_sd, read, read_draws
    )
    probability[np.isnan(level)] = np.nan
    score_probability[np.isnan(score_level)] = np.nan
    low, low50, high50, high = quantiles
    return Scores(
        framework=framework,
        round=evidence.round,
        evidence_digest=evidence.digest,
        seed=seed,
        draws_count=draws,
        estimate=estimate if adjusted or estimate == "raw" else "raw",
        departments=evidence.departments,
        nodes=framework.node_ids,
        score=shown,
        low=np.fmin(low, shown),
        high=np.fmax(high, shown),
        low50=np.fmin(low50, shown),
        high50=np.fmax(high50, shown),
        coverage=np.nan_to_num(coverage),
        n=counts,
        survey_share=np.nan_to_num(share),
        clipped=flags_at_leaves(framework, leaf.clipped),
        respondents=(
            np.zeros(len(point), dtype=np.int64) if evidence.survey is None else evidence.survey.n
        ),
        status=status,
        missing=tuple(
            tuple(
                m.id
                for column, m in enumerate(framework.measured)
                if np.isnan(leaf.value[d, column]) and not leaf.not_applicable[d, column]
            )
            for d in range(len(point))
        ),
        score_level=_whole(score_level),
        level=_whole(level),
        factor_level=_whole(factor_level),
        level_probability=probability,
        score_level_probability=score_probability,
        probability_basis="adjusted" if adjusted else "unadjusted",
        gates=gate_results(
            framework,
            shown,
            states,
            score_level,
            level,
            coverage={"core": np.nan_to_num(core), "all": np.nan_to_num(coverage[:, 0])},
            sample_scaled=sample_scaled,
        ),
        hidden=np.zeros(point.shape, dtype=bool),
        approximate=approximate,
        city=_city(
            framework,
            shown,
            point,
            inside,
            weight,
            city_draws,
            approximate,
            _capped(states, score_level, inside[:, 0]),
            sample_scaled,
        ),
        sample_scaled=sample_scaled,
        findings=_findings(evidence, framework, leaf),
        draws=kept,
    )


def _node_draws(
    evidence: Evidence, framework: Framework, leaf: Leaves, count: int, seed: int, normal: bool
) -> Iterator[tuple[Array, Array | None]]:
    """Department by department the draws of every node, (S, P) at a time: memory stays small."""
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
        values[:, columns] = np.clip(stretched, low, high)
        drawn = up_the_tree(framework, values)
        if normal:
            values[:, columns] = np.clip(plain, low, high)
            yield drawn, up_the_tree(framework, values)
        else:
            yield drawn, None


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


def _normal_quantiles(point: Array, spread: Array, df: Array) -> Array:
    """score + t_q·SD: for nodes with ``min``, whose draws cover too little."""
    from scipy.special import stdtrit

    t = np.array([stdtrit(df, q) for q in QUANTILES])
    return point + t[:, :, None] * spread


def _min_nodes(framework: Framework) -> NDArray[np.bool_]:
    """(P,) nodes that take a minimum, or rest on one that does."""
    found = {n.id for n in framework.nodes if n.aggregation == "min" and len(n.children) > 1}
    for node in sorted((n for n in framework.nodes if n.children), key=lambda n: -n.depth):
        if found & set(node.children):
            found.add(node.id)
    return np.array([node.id in found for node in framework.nodes])


def _uncertain_columns(
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


def _statuses(
    framework: Framework,
    point: Array,
    coverage: Array,
    core: Array,
    states: list[GateState],
    sample_scaled: bool,
) -> tuple[str, ...]:
    """rated | provisional | unrated of every department."""
    unrated = np.isnan(point[:, 0])
    provisional = np.zeros(len(point), dtype=bool)
    for gate in framework.gates:
        if isinstance(gate, CoverageGate) and gate.enabled:
            covered = np.nan_to_num(core if gate.of == "core" else coverage[:, 0])
            unrated |= covered < gate.unrated_below - TOLERANCE
            provisional |= covered < gate.provisional_below - TOLERANCE
    for state in states:
        if not (sample_scaled and reads_scores(state.gate)):
            provisional |= np.isnan(state.passed)
    return tuple(
        "unrated" if u else "provisional" if p else "rated"
        for u, p in zip(unrated, provisional, strict=True)
    )


def _levels(
    framework: Framework,
    shown: Array,
    states: list[GateState],
    unrated: NDArray[np.bool_],
    sample_scaled: bool,
) -> tuple[Array, Array, Array]:
    """Score level (D,), gated level (D,) and factor levels (D, F); NaN where there is none."""
    if sample_scaled:
        none = np.full(len(shown), np.nan)
        return none, none, np.full((len(shown), len(framework.factors)), np.nan)
    cuts = level_cuts(framework)
    score_level = level_of(shown[:, 0], cuts)
    level = np.where(unrated, np.nan, gated_level(score_level, states))
    return score_level, level, level_of(shown[:, factor_columns(framework)], cuts)


def _whole(levels: Array) -> NDArray[np.int64]:
    return np.nan_to_num(levels).astype(np.int64)


def _shrunken(
    framework: Framework,
    leaf: Leaves,
    point: Array,
    spread: Array,
    share: Array,
    outside: NDArray[np.bool_] | None,
) -> tuple[Array, Array, bool]:
    """Empirical Bayes means and standard deviations of every node, node by node.

    What is shrunk is the node's survey part: the score less the score that the department's own
    metrics would give with everybody's mean answers, per unit of survey weight. Where fewer than
    `FEWEST` departments have answers the raw values stay; the flag says whether overall was
    adjusted.
    """
    columns = list(leaf.survey_columns)
    values = leaf.value.copy()
    answered = ~np.isnan(values[:, columns])
    if outside is not None:
        nodes = [framework.node_index[framework.measured[column].id] for column in columns]
        answered &= ~outside[:, nodes]
    people = np.maximum(answered.sum(axis=0), 1)
    middle = np.nan_to_num(values[:, columns]).sum(axis=0) / people
    values[:, columns] = np.where(answered, middle, np.nan)
    metric_part = up_the_tree(framework, values)
    mean, sd = point.copy(), spread.copy()
    df = leaf.survey.df
    adjusted = False
    for p in range(point.shape[1]):
        rows = (np.nan_to_num(share[:, p]) > 0) & ~np.isnan(point[:, p])
        if outside is not None:
            rows &= ~outside[:, p]
        if rows.sum() < FEWEST:
            continue
        part = share[rows, p]
        variance = (spread[rows, p] / part) ** 2 * (df[rows] - 2) / df[rows]
        own = (point[rows, p] - metric_part[rows, p]) / part
        posterior, posterior_sd = empirical_bayes(own, variance)
        mean[rows, p] = metric_part[rows, p] + part * posterior
        sd[rows, p] = part * posterior_sd
        adjusted |= p == 0
    return mean, sd, adjusted


def _probabilities(
    framework: Framework,
    leaf: Leaves,
    point: Array,
    spread: Array,
    bayes: Array,
    bayes_sd: Array,
    read: list[int],
    drawn: Array,
) -> tuple[Array, Array]:
    """Probabilities of the gated level and of the score level, (D, L) each."""
    step = np.divide(bayes_sd, spread, out=np.zeros_like(spread), where=spread > 0)
    theta = bayes[:, read] + (drawn - point[:, read]) * step[:, read]
    theta = np.clip(theta, *framework.normalised_range)
    positions = {framework.node_ids[column]: place for place, column in enumerate(read)}
    states = gate_states(framework, theta, leaf.raw, leaf.raw_not_applicable, positions=positions)
    by_score = level_of(theta[..., positions["overall"]], level_cuts(framework))
    count = len(framework.levels)
    return level_shares(gated_level(by_score, states), count), level_shares(by_score, count)


def _city(
    framework: Framework,
    shown: Array,
    point: Array,
    inside: NDArray[np.bool_],
    weight: Array,
    drawn_sum: Array,
    approximate: NDArray[np.bool_],
    capped: int,
    sample_scaled: bool,
) -> CityScores:
    """The weighted mean over the departments inside, per node and draw.

    Cap gates are not applied to the city; ``capped`` tells how many departments they hold down.
    """
    share = np.where(inside, weight[:, None], 0.0)
    total = share.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw, mean = (
            (share * np.nan_to_num(values)).sum(axis=0) / total for values in (point, shown)
        )
        drawn = drawn_sum / total
    centre = np.where(approximate, drawn.mean(axis=0), raw)
    drawn = drawn - centre + mean
    drawn[:, drawn.std(axis=0) < 1e-9] = mean[drawn.std(axis=0) < 1e-9]
    low, low50, high50, high = np.quantile(drawn, QUANTILES, axis=0)
    count = len(framework.levels)
    probability = np.full(count, np.nan)
    score_level = level = 0
    results: tuple[GateResult, ...] = ()
    if not sample_scaled and not np.isnan(mean[0]):
        nothing = np.zeros((1, len(framework.metric_ids)))
        absent = np.zeros(nothing.shape, dtype=bool)
        states = gate_states(framework, mean[None], nothing, absent, with_caps=False)
        by_score = level_of(mean[None, 0], level_cuts(framework))
        gated = gated_level(by_score, states)
        score_level, level = int(by_score[0]), int(gated[0])
        results = gate_results(framework, mean[None], states, by_score, gated)[0]
        per_draw = gate_states(framework, drawn, nothing, absent, with_caps=False)
        levels = gated_level(level_of(drawn[:, 0], level_cuts(framework)), per_draw)
        probability = level_shares(levels, count)
    return CityScores(
        score=mean,
        low=np.fmin(low, mean),
        high=np.fmax(high, mean),
        low50=np.fmin(low50, mean),
        high50=np.fmax(high50, mean),
        level=level,
        score_level=score_level,
        level_probability=probability,
        gates=results,
        n_departments=int(inside[:, 0].sum()),
        capped=capped,
    )


def _capped(states: list[GateState], score_level: Array, counted: NDArray[np.bool_]) -> int:
    held = np.zeros(len(counted), dtype=bool)
    for state in states:
        if isinstance(state.gate, CapGate):
            held |= (state.passed == 0) & (state.caps_at < score_level) & counted
    return int(held.sum())


def _findings(evidence: Evidence, framework: Framework, leaf: Leaves) -> tuple[Finding, ...]:
    """Remarks on the evidence that change how scores are to be read."""
    found = [
        Finding(
            "W401",
            "warning",
            params={
                "department": dict(department.name),
                "n": int(evidence.survey.n[d]) if evidence.survey else 0,
                "headcount": department.headcount,
            },
        )
        for d, department in enumerate(evidence.departments)
        if leaf.survey.over_roster[d]
    ]
    for column, indicator in enumerate(framework.measured):
        if indicator.metric is None or not np.isnan(leaf.value[:, column]).all():
            continue
        if not np.isnan(leaf.raw[:, framework.metric_ids.index(indicator.id)]).all():
            found.append(Finding("W402", "warning", params={"indicator": indicator.name}))
    return tuple(found)
