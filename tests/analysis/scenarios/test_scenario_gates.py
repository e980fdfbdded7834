"""Levels after measures: gates read what the plan leads to (statistics.md 6)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from indicators.levels.maturity import gate_states, gated_level, gated_levels, level_cuts, level_of
from tests.analysis.scenarios.scenario_cities import catalogue_of, measure, outcome, planner_of
from tests.indicators.frameworks import framework_of, metric

FULL = {"x": 100.0, "y": 100.0, "z": 100.0}


def capped(raw: float, when: dict, effect: float, **parts) -> float:
    """Share of draws at level 5 under a gate that caps at 4, one measure closing ``effect``/55."""
    framework = framework_of(
        [metric("M", 0.0, **parts), metric("x"), metric("y"), metric("z")],
        gates=[{"id": "G", "kind": "cap", "level": 4, "when": {"indicator": "M", **when}}],
    )
    planner = planner_of(
        catalogue_of(measure("m", {"D1": effect}), readiness={"by_level": [1.0]}),
        {"d1": FULL | {"M": raw}},
        framework,
    )
    assert planner.baseline.level.tolist() == [4]
    return float((outcome(planner, "m").projection.level == 5).mean())


@pytest.mark.parametrize(
    ("parts", "raw", "when", "needed"),
    [
        # 20 → 10 of a goalpost at 30: half of the gap.
        ({"goalposts": [0, 30]}, 10, {"value_below": 20}, 0.5),
        # Less is better: 12 days → 6 on the way to 3.
        ({"goalposts": [20, 3], "direction": "down"}, 12, {"value_above": 6}, 6 / 9),
        # An interval metric moves to the nearer edge: 90 → 70 on the way to 60.
        (
            {"goalposts": [0, 100], "direction": "interval", "optimum": [20, 60]},
            90,
            {"value_above": 70},
            20 / 30,
        ),
        # A value outside starts at its goalpost: −40 counts as 0.
        ({"goalposts": [0, 30]}, -40, {"value_below": 12}, 12 / 30),
        ({"goalposts": [20, 3], "direction": "down"}, 99, {"value_above": 10}, 10 / 17),
        # Gaps of a log1p metric close in logarithms.
        (
            {"goalposts": [0, 99], "transform": "log1p"},
            9,
            {"value_below": 49},
            float(np.log(50 / 10) / np.log(100 / 10)),
        ),
    ],
)
def test_a_metric_gate_opens_when_the_inverse_goalpost_passes_its_bound(
    parts: dict, raw: float, when: dict, needed: float
):
    assert capped(raw, when, 55 * (needed + 1e-6), **parts) == 1
    assert capped(raw, when, 55 * (needed - 1e-6), **parts) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_counted_events_are_thinned_one_by_one(count: int):
    framework = framework_of(
        [metric("x"), metric("y")],
        register=[{"id": "R", "name": "R"}],
        gates=[
            {"id": "G", "kind": "cap", "level": 4, "when": {"indicator": "R", "value_above": 0}}
        ],
    )
    catalogue = catalogue_of(
        measure("m", {"D1": 33}), counts={"R": "D1"}, readiness={"by_level": [1.0]}
    )
    planner = planner_of(catalogue, {"d1": FULL | {"R": count}}, framework, draws=20_000)
    share = (outcome(planner, "m").projection.level == 5).mean()
    # All of them are gone with probability (33/55)^count; 4 standard errors of 20,000 draws.
    none = binom.pmf(0, count, 1 - 33 / 55)
    assert share == pytest.approx(none, abs=4 * (none * (1 - none) / 20_000) ** 0.5)


def test_counted_events_of_others_and_measures_named_for_other_indicators_change_nothing():
    framework = framework_of(
        [metric("x"), metric("y")],
        register=[{"id": "R", "name": "R"}],
        gates=[
            {"id": "G", "kind": "cap", "level": 4, "when": {"indicator": "R", "value_above": 0}}
        ],
    )
    catalogue = catalogue_of(
        measure("m", {"D1": 33}),
        measure("n", {"D1": {"low": 11, "high": 11, "only": ["x"]}}),
        counts={"R": "D1"},
    )

    def levels(others: int, *measures: str) -> list[int]:
        values = {"d1": FULL | {"R": 2}} | ({"d2": FULL | {"R": others}} if others else {})
        planner = planner_of(catalogue, values, framework, draws=300)
        return outcome(planner, *measures).projection.level[0].tolist()

    assert levels(0, "m") == levels(7, "m")
    assert levels(0, "n") == [4] * 300
    assert levels(0, "m", "n") == levels(0, "m")


def test_weakest_factor_and_minimum_gates_read_projected_scores():
    framework = framework_of(
        [metric("x")],
        [metric("y")],
        gates=[
            {"id": "G1", "kind": "weakest-factor", "allow": 1},
            {"id": "G2", "kind": "minimum", "level": 4, "nodes": {"D1": 50}},
        ],
    )
    catalogue = catalogue_of(
        measure("m", {"D1": 20}), measure("n", {"D1": 45}), readiness={"by_level": [1.0]}
    )
    planner = planner_of(catalogue, {"d1": {"x": 10, "y": 100}}, framework)
    assert planner.baseline.level.tolist() == [2]  # overall 55, the weakest factor at level 1
    # 10 + 90·20/55 = 42.7: overall 71.4 of level 4, held at 3 by D1 < 50.
    assert (outcome(planner, "m").projection.level == 3).all()
    # 10 + 90·45/55 = 83.6: overall 91.8 of level 5.
    assert (outcome(planner, "n").projection.level == 5).all()


def test_levels_alone_are_those_of_all_gate_states():
    from indicators.framework import default_framework
    from indicators.levels.maturity import gate_columns

    framework = default_framework()
    random = np.random.default_rng(3)
    columns = gate_columns(framework)
    positions = {framework.node_ids[c]: k for k, c in enumerate(columns)}
    scores = random.uniform(20, 100, (4000, len(columns)))
    scores[random.random(scores.shape) < 0.02] = np.nan
    scores[::50] = np.round(scores[::50] / 20) * 20
    raw = random.integers(0, 3, (4000, len(framework.metric_ids))).astype(float)
    raw[random.random(raw.shape) < 0.2] = np.nan
    absent = random.random(raw.shape) < 0.2
    places = {id: k for k, id in enumerate(framework.metric_ids)}
    for with_caps in (True, False):
        alone = gated_levels(
            framework,
            scores,
            raw,
            absent,
            positions=positions,
            raw_positions=places,
            with_caps=with_caps,
        )
        states = gate_states(
            framework, scores, raw, absent, positions=positions, with_caps=with_caps
        )
        by_score = level_of(scores[:, 0], level_cuts(framework))
        np.testing.assert_array_equal(alone, gated_level(by_score, states))
    assert len(np.unique(alone[~np.isnan(alone)])) == 4
