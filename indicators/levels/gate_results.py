"""What each gate says of each unit, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indicators.framework import (
    CapGate,
    CoordinationGate,
    CoverageGate,
    Framework,
    Gate,
    MinimumGate,
    WeakestFactorGate,
)
from indicators.levels.maturity import TOLERANCE, GateState
from indicators.scores import GateResult
from locales import LANGUAGES, text, translate

Array = NDArray[np.float64]


def reads_scores(gate: Gate) -> bool:
    """Whether a gate compares scores (which mean nothing when they depend on the sample)."""
    if isinstance(gate, CapGate):
        return gate.when.score_below is not None
    return not isinstance(gate, CoverageGate)


def gate_results(
    framework: Framework,
    scores: Array,
    states: list[GateState],
    score_level: Array,
    level: Array,
    *,
    coverage: Mapping[str, Array] | None = None,
    sample_scaled: bool = False,
) -> tuple[tuple[GateResult, ...], ...]:
    """The results of every enabled gate for each of the U units, in the framework's order.

    Parameters
    ----------
    scores : array (U, P)
    score_level, level : arrays (U,), NaN = none
    coverage : arrays (U,) of ``core`` and ``all`` evidence; None leaves coverage gates out
    """
    of_gate = {state.gate.id: state for state in states}
    units = []
    for u in range(len(scores)):
        results = []
        for gate in framework.gates:
            if isinstance(gate, CoverageGate):
                if gate.enabled and coverage is not None:
                    results.append(_coverage_result(gate, float(coverage[gate.of][u])))
            elif gate.id in of_gate:
                results.append(
                    _result(
                        framework,
                        of_gate[gate.id],
                        u,
                        scores[u],
                        float(score_level[u]),
                        float(level[u]),
                        sample_scaled,
                    )
                )
        units.append(tuple(results))
    return tuple(units)


def without_scores(framework: Framework, results: tuple[GateResult, ...]) -> tuple[GateResult, ...]:
    """The gates of a unit whose score is withheld: those on records stay, none binds, and those on
    scores say only that they are withheld."""
    by_id = {gate.id: gate for gate in framework.gates}
    return tuple(
        GateResult(g.id, g.kind, None, False, None, None, None, text("gate.suppressed"))
        if reads_scores(by_id[g.id])
        else replace(g, binds=False)
        for g in results
    )


def shown(value: float, bound: float, digits: int = 1) -> str:
    """A number with as many decimals as keep it on its side of a bound, at least ``digits``."""
    for places in range(digits, 5):
        rounded = round(value, places)
        if (rounded >= bound - TOLERANCE) == (value >= bound - TOLERANCE):
            return f"{rounded:.{places}f}"
    return repr(value)


def _coverage_result(gate: CoverageGate, covered: float) -> GateResult:
    passed = covered >= gate.unrated_below - TOLERANCE
    reason = text(
        f"gate.coverage.{'passed' if passed else 'failed'}",
        what=text(f"gate.coverage.{gate.of}"),
        share=f"{covered:.0%}",
        unrated=f"{gate.unrated_below:.0%}",
        provisional=f"{gate.provisional_below:.0%}",
    )
    return GateResult(
        gate.id, gate.kind, passed, not passed, covered, gate.unrated_below, None, reason
    )


def _result(
    framework: Framework,
    state: GateState,
    u: int,
    scores: Array,
    score_level: float,
    level: float,
    sample_scaled: bool,
) -> GateResult:
    gate = state.gate
    if sample_scaled and reads_scores(gate):
        reason = text("gate.sample-scaled")
        return GateResult(gate.id, gate.kind, None, False, None, None, None, reason)
    value, threshold = float(state.value[u]), float(state.threshold[u])
    if np.isnan(state.passed[u]):
        reason = text("gate.missing", what=_inputs(framework, gate, scores))
        known = None if np.isnan(threshold) else threshold
        return GateResult(gate.id, gate.kind, None, False, None, known, None, reason)
    passed = bool(state.passed[u])
    cap = int(state.caps_at[u])
    binds = not passed and not np.isnan(level) and cap < score_level and max(cap, 1) == level
    return GateResult(
        gate.id,
        gate.kind,
        passed,
        binds,
        None if np.isnan(value) else value,
        None if np.isnan(threshold) else threshold,
        None if passed else cap,
        _reason(framework, gate, passed, value, threshold, cap, scores),
    )


def _reason(
    framework: Framework,
    gate: Gate,
    passed: bool,
    value: float,
    threshold: float,
    cap: int,
    scores: Array,
) -> dict[str, str]:
    key = f"gate.{gate.kind}.{'passed' if passed else 'failed'}"
    if isinstance(gate, WeakestFactorGate):
        factors = [framework.node_index[factor.id] for factor in framework.factors]
        lowest = framework.factors[int(np.argmin(scores[factors]))]
        return text(key, factor=lowest.name, level=int(value), cap=int(value) + gate.allow)
    if isinstance(gate, MinimumGate):
        listed = {
            language: translate("wording.semicolon", language).join(
                translate(
                    "gate.minimum.score",
                    language,
                    name=framework.node(node).name[language],
                    score=shown(float(scores[framework.node_index[node]]), bound),
                    bound=f"{bound:g}",
                )
                for node, bound in gate.nodes.items()
            )
            for language in LANGUAGES
        }
        return text(key, level=gate.level, scores=listed)
    if isinstance(gate, CoordinationGate):
        return text(key, level=gate.level, value=shown(value, threshold, 2), bound=f"{threshold:g}")
    assert isinstance(gate, CapGate)
    if np.isnan(value):
        return text("gate.cap.not-applicable", name=_name(framework, gate.when.indicator))
    return text(
        key,
        name=_name(framework, gate.when.indicator),
        value=f"{value:g}" if gate.when.score_below is None else shown(value, threshold),
        relation=text(f"gate.cap.{'above' if gate.when.value_above is not None else 'below'}"),
        bound=f"{threshold:g}",
        level=gate.level,
    )


def _inputs(framework: Framework, gate: Gate, scores: Array) -> dict[str, str]:
    """Names of the inputs that a gate misses."""
    if isinstance(gate, CapGate):
        return _name(framework, gate.when.indicator)
    if isinstance(gate, MinimumGate):
        nodes = list(gate.nodes)
    else:
        nodes = [factor.id for factor in framework.factors]
    missing = [n for n in nodes if np.isnan(scores[framework.node_index[n]])] or nodes
    return {
        language: translate("wording.comma", language).join(
            framework.node(node).name[language] for node in missing
        )
        for language in LANGUAGES
    }


def _name(framework: Framework, id: str) -> dict[str, str]:
    if id in framework.node_index:
        return framework.node(id).name
    return next(field.name for field in framework.register_fields if field.id == id)
