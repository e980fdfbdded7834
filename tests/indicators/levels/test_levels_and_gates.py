"""Levels by cut-off, and every kind of gate (domain.md 3.4, contract 2, statistics.md 3)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.framework import Framework, default_framework
from indicators.levels.maturity import gate_states, gated_level, level_cuts, level_of, level_shares
from indicators.scores import GateResult, Scores
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric

NAN = float("nan")
CUTS = np.array([0.0, 20.0, 40.0, 60.0, 80.0])


@pytest.mark.parametrize(
    ("points", "level"),
    [(0, 1), (19.99, 1), (20, 2), (39.9999, 2), (40, 3), (60, 4), (79.9, 4), (80, 5), (100, 5)],
)
def test_a_level_begins_at_its_cut_off(points: float, level: int) -> None:
    """domain.md 3.4 point 2: [0,20) L1 … [80,100] L5."""
    assert level_of(np.array(points), CUTS) == level


def test_a_score_within_a_billionth_of_a_cut_off_reaches_it() -> None:
    assert level_of(np.array([60 - 5e-10, 60 - 2e-9]), CUTS).tolist() == [4, 3]


def test_ten_tenths_reach_a_cut_off_although_their_sum_is_not_exact() -> None:
    total = 0.0
    for _ in range(10):  # not sum(), which newer Pythons compensate
        total += 0.1
    assert total < 1
    assert level_of(np.array([60 * total]), CUTS)[0] == 4


def test_a_missing_score_has_no_level() -> None:
    assert np.isnan(level_of(np.array(NAN), CUTS))


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_higher_score_never_has_a_lower_level(a: float, b: float) -> None:
    low, high = sorted([a, b])
    assert level_of(np.array(low), CUTS) <= level_of(np.array(high), CUTS)


def scored(
    values: dict[str, float | None], *gates: dict[str, Any], **top: Any
) -> tuple[Scores, dict[str, GateResult]]:
    """One department on four factors of one indicator each, A to D, with these gates."""
    framework = framework_of(
        *([metric(id)] for id in "ABCD"),
        gates=list(gates),
        register=[{"id": "R1", "name": "Incidents"}],
        **top,
    )
    scores = score(evidence_of(framework, {"d": values}), framework, draws=100)
    return scores, {result.id: result for result in scores.gates[0]}


def same(points: float, **others: float | None) -> dict[str, float | None]:
    return dict.fromkeys("ABCD", points) | others


WEAKEST = {"id": "G1", "kind": "weakest-factor", "allow": 1}
FOUR = {"id": "G2a", "kind": "coordination", "level": 4, "at_least": 0.7}
MINIMUM = {"id": "G3", "kind": "minimum", "level": 3, "nodes": {"D1": 50, "B": 50}}
INCIDENTS = {"id": "G4", "kind": "cap", "level": 2, "when": {"indicator": "R1", "value_above": 0}}
BELOW = {"id": "G5", "kind": "cap", "level": 3, "when": {"indicator": "C", "value_below": 60}}
SCORE = {"id": "G6", "kind": "cap", "level": 1, "when": {"indicator": "F4", "score_below": 30}}


def test_the_weakest_factor_allows_one_level_above_its_own() -> None:
    """Factors 90, 90, 90, 30: overall 75 is level 4, factor D is level 2, so level 3."""
    scores, gates = scored(same(90, D=30), WEAKEST)
    assert (scores.score_level[0], scores.level[0]) == (4, 3)
    assert scores.factor_level[0].tolist() == [5, 5, 5, 2]
    assert (gates["G1"].passed, gates["G1"].binds, gates["G1"].caps_at) == (False, True, 3)
    assert "F4" in gates["G1"].reason["en"] and "F4" in gates["G1"].reason["zh"]


@pytest.mark.parametrize(("allow", "level"), [(0, 2), (1, 3), (2, 4), (3, 4)])
def test_allow_says_how_far_above_the_weakest_factor_the_level_may_lie(
    allow: int, level: int
) -> None:
    scores, gates = scored(same(90, D=30), WEAKEST | {"allow": allow})
    assert scores.level[0] == level
    assert gates["G1"].passed is (allow >= 2)


def test_a_level_in_reach_of_the_weakest_factor_passes() -> None:
    scores, gates = scored(same(70, D=50), WEAKEST)
    assert (scores.level[0], gates["G1"].passed, gates["G1"].binds) == (4, True, False)


def test_a_minimum_needs_every_node_it_names() -> None:
    scores, gates = scored(same(70, A=49.9), MINIMUM)
    assert (scores.score_level[0], scores.level[0]) == (4, 2)
    result = gates["G3"]
    assert (result.passed, result.binds, result.caps_at) == (False, True, 2)
    assert (result.value, result.threshold) == (pytest.approx(49.9), 50)


def test_a_minimum_is_met_at_its_bound_and_within_a_billionth_of_it() -> None:
    for points in (50.0, 50 - 5e-10):
        scores, gates = scored(same(70, A=points, B=50), MINIMUM)
        assert gates["G3"].passed and scores.level[0] == 4
    assert scored(same(70, A=50 - 1e-6), MINIMUM)[1]["G3"].passed is False


def test_a_reason_shows_as_many_decimals_as_keep_a_value_on_its_side_of_the_bound() -> None:
    _, gates = scored(same(70, A=49.996), MINIMUM)
    assert "49.996" in gates["G3"].reason["en"]
    assert "50.0" not in gates["G3"].reason["en"]


@pytest.mark.parametrize(
    ("factors", "degree"),
    [((62.0, 48.0, 55.0, 40.0), 0.64759355), ((90.0, 90.0, 90.0, 10.0), 0.61314985)],
)
def test_coordination_below_its_bound_keeps_the_level_below(
    factors: tuple[float, ...], degree: float
) -> None:
    """Wang's D of domain.md 5.5; the bound of level 3 is put at 0.7 here to bind."""
    gate = FOUR | {"level": 3}
    scores, gates = scored(dict(zip("ABCD", factors, strict=True)), gate)
    assert gates["G2a"].value == pytest.approx(degree, abs=1e-8)
    assert gates["G2a"].passed is False
    assert scores.level[0] == 2


def test_the_standard_degree_can_be_asked_for() -> None:
    """0.711 passes where Wang's 0.648 fails (domain.md 5.5)."""
    values = dict(zip("ABCD", (62.0, 48.0, 55.0, 40.0), strict=True))
    scores, gates = scored(values, FOUR | {"level": 3, "variant": "standard"})
    assert gates["G2a"].value == pytest.approx(0.71122490, abs=1e-8)
    assert gates["G2a"].passed is True and scores.level[0] == 3


def test_coordination_takes_scores_as_shares_of_the_range() -> None:
    """contract 2: (score − low)/(high − low); 50 on 0-100 is 50.5 on 1-100."""
    _, gates = scored(same(50), FOUR, normalised_range=[1, 100])
    assert gates["G2a"].value == pytest.approx(0.5**0.5)


def test_a_factor_at_the_bottom_gives_coordination_0_and_all_of_them_give_none() -> None:
    _, gates = scored(same(90, D=0), FOUR)
    assert (gates["G2a"].value, gates["G2a"].passed) == (0, False)
    scores, gates = scored(same(0), FOUR)
    assert gates["G2a"].value is None and gates["G2a"].passed is None
    assert scores.status[0] == "provisional"


@pytest.mark.parametrize(("incidents", "level"), [(0, 4), (1, 2), (5, 2)])
def test_an_incident_caps_the_level(incidents: float, level: int) -> None:
    scores, gates = scored(same(70, R1=incidents), INCIDENTS)
    assert scores.level[0] == level
    assert gates["G4"].binds is (incidents > 0)
    assert scores.score_level[0] == 4


def test_a_cap_below_reads_the_raw_value_and_not_the_score() -> None:
    """C is better when low: the raw value 59 scores 41, and 60 scores 40."""
    framework = framework_of(
        [metric("C", goalposts=[100, 0], direction="down")], [metric("A", 3)], gates=[BELOW]
    )
    values = {"d": {"A": 95.0, "C": 59.0}, "e": {"A": 95.0, "C": 60.0}}
    scores = score(evidence_of(framework, values), framework, draws=100)
    (d,), (e,) = scores.gates
    assert (d.passed, d.value, d.threshold) == (False, 59, 60)
    assert (e.passed, e.value) == (True, 60)
    assert scores.score_level.tolist() == [4, 4]
    assert scores.level.tolist() == [3, 4]


def test_a_cap_on_a_score_reads_the_node() -> None:
    scores, gates = scored(same(70, D=29), SCORE)
    assert gates["G6"].value == pytest.approx(29)
    assert scores.level[0] == 1
    assert scored(same(70, D=30), SCORE)[1]["G6"].passed is True


def test_the_lowest_cap_of_several_holds_and_only_that_one_binds() -> None:
    scores, gates = scored(same(90, C=59, R1=1), INCIDENTS, BELOW, WEAKEST)
    assert scores.level[0] == 2
    assert (gates["G4"].binds, gates["G5"].binds, gates["G1"].binds) == (True, False, False)
    assert gates["G5"].passed is False


def test_a_failed_gate_above_the_score_level_does_not_bind() -> None:
    """Coordination for level 4 fails, but the score is level 3 anyway."""
    scores, gates = scored(same(45), FOUR)
    assert scores.level[0] == scores.score_level[0] == 3
    assert (gates["G2a"].passed, gates["G2a"].binds) == (False, False)


def test_a_level_never_falls_below_1() -> None:
    scores, gates = scored(same(15, A=10), MINIMUM | {"level": 1, "nodes": {"A": 50}})
    assert scores.level[0] == 1
    assert gates["G3"].passed is False


@pytest.mark.parametrize(
    ("gate", "values"),
    [
        (INCIDENTS, same(70)),
        (BELOW, {k: v for k, v in same(70).items() if k != "C"}),
        (MINIMUM, {k: v for k, v in same(70).items() if k != "B"}),
        (SCORE, {k: v for k, v in same(70).items() if k != "D"}),
        (FOUR, {k: v for k, v in same(30).items() if k != "D"}),
        (WEAKEST, {k: v for k, v in same(70).items() if k != "D"}),
    ],
    ids=lambda case: case["kind"] if isinstance(case, dict) and "kind" in case else "",
)
def test_a_gate_whose_input_is_missing_says_so_binds_nothing_and_makes_provisional(
    gate: dict[str, Any], values: dict[str, float | None]
) -> None:
    scores, gates = scored(values, gate)
    result = gates[gate["id"]]
    assert (result.passed, result.binds, result.value) == (None, False, None)
    assert result.reason["zh"] and result.reason["en"]
    assert scores.level[0] == scores.score_level[0]
    assert scores.status[0] == "provisional"


def test_a_metric_that_does_not_apply_cannot_trip_a_gate() -> None:
    scores, gates = scored(same(70, R1=None, C=None), INCIDENTS, BELOW)
    assert gates["G4"].passed is gates["G5"].passed is True
    assert (scores.level[0], scores.status[0]) == (4, "rated")


def test_a_gate_that_is_switched_off_is_not_there() -> None:
    scores, gates = scored(same(70, R1=1), INCIDENTS | {"enabled": False})
    assert gates == {} and scores.level[0] == 4


def test_gates_on_scores_mean_nothing_under_sample_scaling_but_gates_on_values_do() -> None:
    framework = framework_of(
        [metric("A", goalposts="sample")],
        gates=[MINIMUM | {"nodes": {"A": 50}}, INCIDENTS],
        register=[{"id": "R1", "name": "Incidents"}],
    )
    values = {"d": {"A": 1.0, "R1": 1.0}, "e": {"A": 2.0, "R1": 0.0}}
    scores = score(evidence_of(framework, values), framework, draws=100)
    by_score, by_value = scores.gates[0]
    assert by_score.passed is None and by_score.reason["en"]
    assert by_value.passed is False
    assert scores.level.tolist() == [0, 0]
    assert scores.status == ("rated", "rated")


def test_the_gates_of_the_default_framework_hold_a_good_department_down_one_by_one() -> None:
    """Everybody at 85 is level 5; each input spoilt alone gives the level of domain.md 3.4."""
    framework = default_framework()
    at = framework.node_index
    base = np.full(len(framework.node_ids), 85.0)
    good = {"R-incidents-major": 0, "R-incidents-general": 0, "T3-1": 95, "I1-3": 99}
    cases = [
        ({}, {}, 5),
        ({"P1": 49}, {}, 2),
        ({"I1": 49}, {}, 2),
        ({"T": 39}, {}, 3),
        ({}, {"R-incidents-major": 1}, 2),
        ({}, {"R-incidents-general": 1}, 3),
        ({}, {"T3-1": 59}, 3),
        ({}, {"I1-3": 79}, 3),
        ({}, {"R-incidents-major": 1, "I1-3": 79}, 2),
    ]
    for nodes, values, expected in cases:
        scores = base.copy()
        for node, points in nodes.items():
            scores[at[node]] = points
        raw = np.zeros(len(framework.metric_ids))
        for id, value in (good | values).items():
            raw[framework.metric_ids.index(id)] = value
        states = gate_states(framework, scores, raw, np.zeros(raw.shape, dtype=bool))
        found = gated_level(level_of(scores[at["overall"]], level_cuts(framework)), states)
        assert found == expected, (nodes, values)


def gated(framework: Framework, points: np.ndarray) -> np.ndarray:
    states = gate_states(framework, points, np.zeros(0), np.zeros(0, dtype=bool))
    return gated_level(level_of(points[..., 0], level_cuts(framework)), states)


@given(st.integers(0, 2**32), st.integers(1, 8), st.floats(0, 20))
def test_raising_every_score_never_lowers_the_gated_level(
    seed: int, node: int, step: float
) -> None:
    framework = framework_of(
        *([metric(id)] for id in "ABCD"),
        gates=[WEAKEST | {"allow": 0}, MINIMUM, SCORE],
    )
    points = np.random.default_rng(seed).uniform(0, 80, len(framework.node_ids))
    assert gated(framework, points) <= gated(framework, points + step)


def test_gates_take_draws_as_leading_axes() -> None:
    framework = framework_of(*([metric(id)] for id in "ABCD"), gates=[WEAKEST, FOUR, MINIMUM])
    points = np.random.default_rng(3).uniform(0, 100, (4, 6, len(framework.node_ids)))
    together = gated(framework, points)
    assert together.shape == (4, 6)
    for s in range(4):
        for d in range(6):
            assert together[s, d] == gated(framework, points[s, d])


def test_shares_of_levels_count_only_draws_with_a_level() -> None:
    levels = np.array([[1, NAN], [2, NAN], [2, NAN], [NAN, NAN]])
    found = level_shares(levels, 3)
    np.testing.assert_allclose(found[0], [1 / 3, 2 / 3, 0])
    assert np.isnan(found[1]).all()
