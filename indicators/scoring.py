"""Evidence + Framework → Scores. The one kernel that every analysis calls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import up_the_tree
from indicators.city import city_scores
from indicators.evidence import Evidence
from indicators.findings import Finding
from indicators.framework import CapGate, CoverageGate, Framework
from indicators.levels.gate_results import gate_results, reads_scores, without_scores
from indicators.levels.level_probability import level_probabilities
from indicators.levels.maturity import (
    TOLERANCE,
    GateState,
    factor_columns,
    gate_columns,
    gate_states,
    gated_level,
    level_cuts,
    level_of,
)
from indicators.scores import WITHHELD, Scores
from indicators.uncertainty.draws import quantiles
from indicators.uncertainty.node_draws import (
    QUANTILES,
    min_nodes,
    node_draws,
    normal_quantiles,
    uncertain_columns,
)
from indicators.uncertainty.shrinkage import shrunken_nodes
from indicators.values.leaves import (
    Leaves,
    coverages,
    flags_at_leaves,
    leaves,
    smallest_counts,
    survey_beneath,
    survey_shares,
)
from indicators.words import one_of

Array = NDArray[np.float64]
ESTIMATES = ("raw", "shrunken")


def score(
    evidence: Evidence,
    framework: Framework,
    *,
    draws: int = 2000,
    seed: int = 1,
    estimate: str = "raw",
    keep_draws: bool = False,
) -> Scores:
    """Scores, intervals, levels and gates of every department, and the city's.

    Parameters
    ----------
    draws : number of joint draws behind intervals and probabilities
    estimate : ``raw``, or ``shrunken`` for empirical Bayes estimates of every node
    keep_draws : also return the raw draws (S, D, P), in float32

    A department that the evidence withholds has what its records say and no overall score: it is
    ``suppressed``, and the city is the mean over the others.

    Source: docs/methods/scores.md.
    """
    one_of("estimate", estimate, ESTIMATES)
    if draws < 100:
        raise ValueError(f"at least 100 draws are needed for an interval, not {draws}")
    leaf = leaves(evidence, framework)
    point = up_the_tree(framework, leaf.value)
    withheld = np.array([d.id in (evidence.withheld or ()) for d in evidence.departments], bool)
    point[withheld, 0] = np.nan
    coverage, core = coverages(framework, leaf)
    share = survey_shares(framework, leaf)
    counts = smallest_counts(framework, leaf.count)
    sample_scaled = any(
        framework.normalisation_of(m.metric).depends_on_sample
        for m in framework.indicators
        if m.metric
    )
    states = gate_states(framework, point, leaf.raw, leaf.raw_not_applicable)
    status = _statuses(framework, point, coverage, core, states, sample_scaled, withheld)
    counted = np.array([s in ("rated", "provisional") for s in status], dtype=bool)
    inside = counted[:, None] & ~np.isnan(point)
    weight = np.array([d.weight for d in evidence.departments])

    read = gate_columns(framework)
    spans = np.full((len(QUANTILES), *point.shape), np.nan)
    spread = np.zeros(point.shape)
    spread_normal = np.zeros(point.shape)
    read_draws = np.empty((draws, len(point), len(read)))
    city_draws = np.zeros((draws, point.shape[1]))
    kept = np.empty((draws, *point.shape), dtype=np.float32) if keep_draws else None
    approximate = min_nodes(framework)
    for d, (drawn, normal) in enumerate(
        node_draws(evidence, framework, leaf, draws, seed, bool(approximate.any()))
    ):
        uncertain = uncertain_columns(share[d], point[d], leaf.error_columns, framework)
        spans[:, d] = point[d]
        spans[:, d, uncertain] = quantiles(drawn[:, uncertain], QUANTILES)
        spread[d, uncertain] = drawn[:, uncertain].std(axis=0)
        if normal is not None:
            spread_normal[d, uncertain] = normal[:, uncertain].std(axis=0)
        read_draws[:, d] = drawn[:, read]
        city_draws += np.where(inside[d], weight[d] * np.nan_to_num(drawn), 0.0)
        if kept is not None:
            kept[:, d] = np.where(np.isnan(point[d]), np.nan, drawn)
    if approximate.any():
        spans[:, :, approximate] = normal_quantiles(point, spread_normal, leaf.survey.df)[
            :, :, approximate
        ]

    bayes, bayes_sd, adjusted = shrunken_nodes(framework, leaf, point, spread, share)
    shown = bayes if estimate == "shrunken" and adjusted else point
    if shown is bayes:
        step = np.divide(bayes_sd, spread, out=np.zeros_like(spread), where=spread > 0)
        spans = bayes + (spans - point) * step
        if not sample_scaled:
            spans = np.clip(spans, *framework.normalised_range)
        states = gate_states(framework, shown, leaf.raw, leaf.raw_not_applicable)
    score_level, level, factor_level = _levels(framework, shown, states, ~counted, sample_scaled)
    probability, score_probability = level_probabilities(
        framework, leaf, point, spread, bayes, bayes_sd, read, read_draws
    )
    probability[np.isnan(level)] = np.nan
    score_probability[np.isnan(score_level)] = np.nan
    low, low50, high50, high = spans
    people = np.zeros(len(point), dtype=np.int64) if evidence.survey is None else evidence.survey.n
    gates = gate_results(
        framework,
        shown,
        states,
        score_level,
        level,
        coverage={"core": np.nan_to_num(core), "all": np.nan_to_num(coverage[:, 0])},
        sample_scaled=sample_scaled,
    )
    return Scores(
        framework=framework,
        round=evidence.round,
        evidence_digest=evidence.digest if evidence.withheld is None else None,
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
        respondents=np.where(withheld, WITHHELD, people),
        census=leaf.survey.census,
        status=status,
        missing=tuple(
            tuple(
                m.id
                for column, m in enumerate(framework.measured)
                if leaf.missing[d, column] and not leaf.not_applicable[d, column]
            )
            for d in range(len(point))
        ),
        score_level=_whole(score_level),
        level=_whole(level),
        factor_level=_whole(factor_level),
        level_probability=probability,
        score_level_probability=score_probability,
        probability_basis="adjusted" if adjusted else "unadjusted",
        gates=tuple(
            without_scores(framework, results) if hide else results
            for hide, results in zip(withheld, gates, strict=True)
        ),
        hidden=_hidden(evidence, framework, point, withheld | (people > 0)),
        approximate=approximate,
        city=city_scores(
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


def _statuses(
    framework: Framework,
    point: Array,
    coverage: Array,
    core: Array,
    states: list[GateState],
    sample_scaled: bool,
    withheld: NDArray[np.bool_],
) -> tuple[str, ...]:
    """rated | provisional | unrated | suppressed of every department."""
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
        "suppressed" if w else "unrated" if u else "provisional" if p else "rated"
        for w, u, p in zip(withheld, unrated, provisional, strict=True)
    )


def _hidden(
    evidence: Evidence, framework: Framework, point: Array, asked: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(D, P) cells without a published score for want of answers, in departments that answered.

    Whether nobody answered beneath or too few is not told.
    """
    if evidence.withheld is None:
        return np.zeros(point.shape, dtype=bool)
    return asked[:, None] & np.isnan(point) & survey_beneath(framework)


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
    found += _on_sampling(leaf)
    for column, indicator in enumerate(framework.measured):
        if indicator.metric is None:
            continue
        raw = leaf.raw[:, framework.metric_ids.index(indicator.id)]
        if np.isnan(leaf.value[:, column]).all() and not np.isnan(raw).all():
            found.append(Finding("W402", "warning", params={"indicator": indicator.name}))
        elif indicator.id in leaf.treated:
            done = leaf.treated[indicator.id]
            params = {"indicator": indicator.name, "units": done.units}
            code = "W403" if done.method == "winsorised" else "W404"
            found.append(Finding(code, "warning", params=params))
    if leaf.imputed.any():
        params = {"count": int(leaf.imputed.sum()), "method": framework.imputation}
        found.append(Finding("W405", "warning", params=params))
    return tuple(found)


def _on_sampling(leaf: Leaves) -> list[Finding]:
    """Why intervals of answers have no width, or the widest: a census, no spread, nothing known."""
    survey = leaf.survey
    shown = ~np.isnan(survey.mean).all(axis=1)
    found = []
    if whole := int(survey.census.sum()):
        found.append(Finding("W406", "note", params={"count": whole}))
    flat = shown & ~survey.census & (np.einsum("dkk->dk", survey.covariance) <= 0).all(axis=1)
    if flat.any():
        found.append(Finding("W407", "warning", params={"count": int(flat.sum())}))
    if survey.unseen:
        found.append(Finding("W408", "warning", params={"count": len(survey.unseen)}))
    return found
