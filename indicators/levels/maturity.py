"""Levels and gates: from scores to a maturity level, and what holds it back.

Everything takes leading axes, so that one function serves the point estimate, the draws behind the
level probabilities, and the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

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
from indicators.words import one_of

Array = NDArray[np.float64]
TOLERANCE = 1e-9
"""Scores this near a cut-off or a gate's bound count as reaching it."""


def level_of(scores: Array, cuts: Array) -> Array:
    """The highest level whose cut-off the score reaches, 1 … L; NaN where the score is missing."""
    reaches = np.asarray(scores + TOLERANCE)
    reached = np.ones(reaches.shape, dtype=np.int8)
    for cut in cuts[1:]:
        reached += reaches >= cut
    levels = reached.astype(float)
    levels[np.isnan(reaches)] = np.nan
    return levels


def coordination(shares: Array, weights: Array, variant: str = "wang2021") -> Array:
    """Coupling coordination degree D = √(C·T) of factor scores on 0-1, T = Σ α u with Σ α = 1.

    ``standard``: C = n (Π u)^(1/n) / Σ u. ``wang2021``: C = √{[1 − Σ_{i>j}|u_i − u_j| / (n(n−1)/2)]
    · [Π (u_i / max u)]^(1/(n−1))} (Wang et al. 2021, Journal of Natural Resources 36(3):793-810).
    A zero gives 0; all zeros, or a missing factor, give missing.

    Parameters
    ----------
    shares : array (..., n)
    weights : array (n,), not negative
    """
    one_of("variant", variant, ("wang2021", "standard"))
    # Factors are few and draws many: one array a factor is faster than a short last axis.
    u = [np.clip(shares[..., k], 0.0, 1.0) for k in range(shares.shape[-1])]
    n = len(u)
    top = reduce(np.maximum, u)
    t = sum(a * x for a, x in zip(weights / weights.sum(), u, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        if n == 1:
            c = np.ones_like(top)
        elif variant == "standard":
            c = n * reduce(np.multiply, u) ** (1 / n) / sum(u)
        else:
            apart = sum(np.abs(a - b) for a, b in combinations(u, 2)) / (n * (n - 1) / 2)
            product = reduce(np.multiply, [x / top for x in u])
            c = np.sqrt(np.maximum(1 - apart, 0.0) * product ** (1 / (n - 1)))
    return np.where(top > 0, np.sqrt(np.maximum(c * t, 0.0)), np.nan)


@dataclass(frozen=True, eq=False)
class GateState:
    """One gate over many units or draws (all arrays of one shape (...)).

    ``passed`` is 1, 0, or NaN where an input is missing; ``caps_at`` is the highest level the gate
    allows, above all levels where it does not bind; ``value`` is what was compared with
    ``threshold``.
    """

    gate: Gate
    passed: Array
    caps_at: Array
    value: Array
    threshold: Array


def gate_states(
    framework: Framework,
    scores: Array,
    raw: Array,
    not_applicable: NDArray[np.bool_],
    *,
    positions: Mapping[str, int] | None = None,
    raw_positions: Mapping[str, int] | None = None,
    with_caps: bool = True,
) -> list[GateState]:
    """Every enabled gate but coverage, which asks for evidence, not for a level.

    Parameters
    ----------
    scores : array (..., P) node scores; ``positions`` names their order, by default that of
        ``framework.node_ids``
    raw : array (..., M) raw values in the order of ``framework.metric_ids``, or of
        ``raw_positions``; leading axes that broadcast with those of ``scores``
    not_applicable : bool array like ``raw``; such a metric cannot trip a gate
    with_caps : False leaves the cap gates out (the city)
    """
    at = framework.node_index if positions is None else positions
    raw_at = (
        {id: column for column, id in enumerate(framework.metric_ids)}
        if raw_positions is None
        else raw_positions
    )
    states = []
    degrees: dict[str, Array] = {}
    for gate in framework.gates:
        if not gate.enabled or isinstance(gate, CoverageGate):
            continue
        if isinstance(gate, CapGate):
            if with_caps:
                states.append(_cap(gate, framework, scores, at, raw_at, raw, not_applicable))
        elif isinstance(gate, MinimumGate):
            states.append(_minimum(gate, framework, scores, at))
        elif isinstance(gate, CoordinationGate):
            if gate.variant not in degrees:
                degrees[gate.variant] = _degree(gate.variant, framework, scores, at)
            states.append(_coordination(gate, framework, degrees[gate.variant]))
        else:
            states.append(_weakest_factor(gate, framework, scores, at))
    return states


def _state(
    gate: Gate, framework: Framework, passed: Array, cap: Array, value: Array, threshold: Array
) -> GateState:
    free = float(len(framework.levels))
    binding = np.where(passed == 0, cap, free)
    return GateState(gate, passed, binding, value, np.broadcast_to(threshold, value.shape))


def _decided(condition: NDArray[np.bool_] | np.bool_, known: NDArray[np.bool_] | np.bool_) -> Array:
    return np.where(known, np.asarray(condition, dtype=float), np.nan)


def _weakest_factor(
    gate: WeakestFactorGate, framework: Framework, scores: Array, at: Mapping[str, int]
) -> GateState:
    lowest = level_of(_factors(framework, scores, at).min(axis=-1), level_cuts(framework))
    cap = lowest + gate.allow
    own = level_of(scores[..., at["overall"]], level_cuts(framework))
    passed = _decided(own <= cap, ~np.isnan(lowest) & ~np.isnan(own))
    return _state(gate, framework, passed, cap, lowest, own - gate.allow)


def _minimum(
    gate: MinimumGate, framework: Framework, scores: Array, at: Mapping[str, int]
) -> GateState:
    columns = [at[node] for node in gate.nodes]
    bounds = np.array(list(gate.nodes.values()))
    values = scores[..., columns]
    known = ~np.isnan(values).any(axis=-1)
    passed = _decided((values >= bounds - TOLERANCE).all(axis=-1), known)
    worst = np.where(known, np.argmin(np.nan_to_num(values - bounds), axis=-1), 0)
    value = np.take_along_axis(values, worst[..., None], axis=-1)[..., 0]
    cap = np.full(value.shape, gate.level - 1.0)
    return _state(gate, framework, passed, cap, value, bounds[worst])


def gated_levels(
    framework: Framework,
    scores: Array,
    raw: Array,
    not_applicable: NDArray[np.bool_],
    *,
    positions: Mapping[str, int],
    raw_positions: Mapping[str, int],
    with_caps: bool = True,
) -> Array:
    """`gated_level` of `gate_states` for many draws: the level alone, not what each gate compared.

    Parameters as of `gate_states`. Coordination is worked out only where the level could still fall.

    Returns
    -------
    array (...), NaN where there is no overall score
    """
    cuts = level_cuts(framework)
    own = level_of(scores[..., positions["overall"]], cuts)
    level = own.copy()
    coordinated: dict[str, list[CoordinationGate]] = {}
    for gate in framework.gates:
        if not gate.enabled or isinstance(gate, CoverageGate):
            continue
        if isinstance(gate, CapGate):
            if with_caps:
                tripped, _, _ = _cap_input(
                    gate, scores, positions, raw_positions, raw, not_applicable
                )
                np.minimum(level, gate.level, out=level, where=tripped)
        elif isinstance(gate, MinimumGate):
            values = [scores[..., positions[node]] for node in gate.nodes]
            bounds = gate.nodes.values()
            below = [v < bound - TOLERANCE for v, bound in zip(values, bounds, strict=True)]
            failed = reduce(np.logical_or, below) & ~np.isnan(sum(values))
            np.minimum(level, gate.level - 1, out=level, where=failed)
        elif isinstance(gate, CoordinationGate):
            coordinated.setdefault(gate.variant, []).append(gate)
        else:
            lowest = level_of(_factors(framework, scores, positions).min(axis=-1), cuts)
            np.fmin(level, lowest + gate.allow, out=level)
    for variant, gates in coordinated.items():
        asked = level >= min(gate.level for gate in gates)
        degree = np.full(level.shape, np.inf)
        degree[asked] = _degree(variant, framework, scores, positions, asked)
        for gate in gates:
            failed = degree < gate.at_least - TOLERANCE
            np.minimum(level, gate.level - 1, out=level, where=failed)
    np.maximum(level, 1.0, out=level)
    level[np.isnan(own)] = np.nan
    return level


def _cap(
    gate: CapGate,
    framework: Framework,
    scores: Array,
    at: Mapping[str, int],
    raw_at: Mapping[str, int],
    raw: Array,
    not_applicable: NDArray[np.bool_],
) -> GateState:
    shape = scores.shape[:-1]
    tripped, value, exempt = _cap_input(gate, scores, at, raw_at, raw, not_applicable)
    passed = np.broadcast_to(_decided(~tripped, exempt | ~np.isnan(value)), shape)
    cap = np.full(shape, float(gate.level))
    when = gate.when
    bounds = [b for b in (when.score_below, when.value_above, when.value_below) if b is not None]
    return _state(gate, framework, passed, cap, np.broadcast_to(value, shape), np.array(bounds[0]))


def _cap_input(
    gate: CapGate,
    scores: Array,
    at: Mapping[str, int],
    raw_at: Mapping[str, int],
    raw: Array,
    not_applicable: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], Array, NDArray[np.bool_]]:
    """Where the gate trips, the value that it reads, and where that does not apply and cannot trip.

    All of a shape that broadcasts with the scores'.
    """
    when = gate.when
    if when.score_below is not None:
        value = scores[..., at[when.indicator]]
        return value < when.score_below - TOLERANCE, value, np.zeros((), dtype=bool)
    value = raw[..., raw_at[when.indicator]]
    exempt = not_applicable[..., raw_at[when.indicator]]
    if when.value_above is not None:
        return (value > when.value_above + TOLERANCE) & ~exempt, value, exempt
    assert when.value_below is not None
    return (value < when.value_below - TOLERANCE) & ~exempt, value, exempt


def _degree(
    variant: str,
    framework: Framework,
    scores: Array,
    at: Mapping[str, int],
    asked: NDArray[np.bool_] | None = None,
) -> Array:
    low, high = framework.normalised_range
    shares = (_factors(framework, scores, at, asked) - low) / (high - low)
    return coordination(shares, np.array(framework.node("overall").weights), variant)


def _coordination(gate: CoordinationGate, framework: Framework, value: Array) -> GateState:
    passed = _decided(value >= gate.at_least - TOLERANCE, ~np.isnan(value))
    cap = np.full(value.shape, gate.level - 1.0)
    return _state(gate, framework, passed, cap, value, np.array(gate.at_least))


def _factors(
    framework: Framework,
    scores: Array,
    at: Mapping[str, int],
    asked: NDArray[np.bool_] | None = None,
) -> Array:
    """(..., factors), each of them contiguous; only where it is asked for."""
    columns = [scores[..., at[factor.id]] for factor in framework.factors]
    if asked is not None:
        columns = [column[asked] for column in columns]
    return np.moveaxis(np.stack(columns), 0, -1)


def gated_level(score_level: Array, states: list[GateState]) -> Array:
    """The score level after all gates, at least 1; NaN where there is no score level."""
    level = score_level
    for state in states:
        level = np.minimum(level, state.caps_at)
    return np.where(np.isnan(score_level), np.nan, np.maximum(level, 1.0))


def level_shares(levels: Array, count: int) -> Array:
    """Share of draws at each level: (S, ...) → (..., L); NaN where no draw has a level."""
    known = ~np.isnan(levels)
    total = known.sum(axis=0)
    tallies = np.stack([(levels == k).sum(axis=0) for k in range(1, count + 1)], axis=-1)
    with np.errstate(invalid="ignore"):
        return tallies / np.where(total > 0, total, np.nan)[..., None]


def level_cuts(framework: Framework) -> Array:
    return np.array([level.from_ for level in framework.levels])


def factor_columns(framework: Framework) -> list[int]:
    return [framework.node_index[factor.id] for factor in framework.factors]


def gate_columns(framework: Framework) -> list[int]:
    """The nodes that levels and gates read: overall, the factors, and what gates name."""
    columns = [0, *factor_columns(framework)]
    for gate in framework.gates:
        if isinstance(gate, MinimumGate):
            columns += [framework.node_index[node] for node in gate.nodes]
        elif isinstance(gate, CapGate) and gate.when.score_below is not None:
            columns.append(framework.node_index[gate.when.indicator])
    return list(dict.fromkeys(columns))
