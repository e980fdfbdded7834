"""The city: which departments it is the mean of, its interval, its level (statistics.md 3)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from indicators.evidence import Department
from indicators.scores import Scores
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric, survey
from tests.indicators.mixed_city import MIXED, city, mixed, mixed_framework, records, rows


def test_the_city_is_the_weighted_mean_of_its_rated_and_provisional_departments() -> None:
    framework = framework_of(
        *([metric(id, core=True) for id in ids] for ids in (("A1", "A2", "A3"), ("B1", "B2"))),
        gates=[
            {"id": "C", "kind": "coverage", "unrated_below": 0.3, "provisional_below": 0.8},
        ],
    )
    values: dict[str, dict[str, float | None]] = {
        "big": dict.fromkeys(("A1", "A2", "A3", "B1", "B2"), 80.0),
        "thin": dict.fromkeys(("A1", "A2"), 50.0),
        "unrated": {"A1": 0.0},
    }
    listed = [
        Department("big", {"zh": "大", "en": "Big"}, weight=3.0),
        Department("thin", {"zh": "小", "en": "Thin"}),
        Department("unrated", {"zh": "无", "en": "None"}, weight=50.0),
    ]
    evidence = evidence_of(framework, values, departments=listed)
    scores = score(evidence, framework, draws=100)
    assert scores.status == ("rated", "provisional", "unrated")
    found = scores.city
    assert found.n_departments == 2
    assert found.score[0] == pytest.approx((3 * 80 + 50) / 4)
    # A node's mean is over the departments that have a value there: F2 is known of one alone.
    assert found.score[scores.nodes.index("F2")] == pytest.approx(80)
    assert found.low[0] == found.high[0] == pytest.approx(found.score[0])


def test_the_citys_interval_is_that_of_a_mean_of_independent_departments() -> None:
    """Sixteen departments alike: the city's interval is about a quarter as wide."""
    framework = framework_of([survey("A1", "a1")])
    own = [[float(x)] for x in (1, 2, 3, 3, 3, 4, 4, 5)]
    scores = score(
        evidence_of(framework, answers={f"d{k:02d}": own for k in range(16)}), framework, draws=4000
    )
    ratio = (scores.city.high[0] - scores.city.low[0]) / (scores.high - scores.low)[:, 0].mean()
    assert ratio == pytest.approx(1 / 4, rel=0.1)


def test_gates_on_nodes_hold_the_city_and_caps_do_not_but_are_counted() -> None:
    framework = framework_of(
        [metric("A")],
        [metric("B")],
        gates=[
            {"id": "M", "kind": "minimum", "level": 4, "nodes": {"F1": 60}},
            {"id": "I", "kind": "cap", "level": 1, "when": {"indicator": "R", "value_above": 0}},
        ],
        register=[{"id": "R"}],
    )
    values = {
        "d": {"A": 50.0, "B": 100.0, "R": 1.0},
        "e": {"A": 60.0, "B": 100.0, "R": 0.0},
    }
    scores = score(evidence_of(framework, values), framework, draws=100)
    assert scores.level.tolist() == [1, 5]
    assert (scores.city.score_level, scores.city.level, scores.city.capped) == (4, 3, 1)
    assert [gate.id for gate in scores.city.gates] == ["M"]
    assert scores.city.level_probability.tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric"])
@pytest.mark.parametrize("estimate", ["raw", "shrunken"])
def test_cells_outside_the_city_move_none_of_its_figures(aggregation: str, estimate: str) -> None:
    """What suppression hands in: a hidden department neither counts nor lends its answers."""
    framework = mixed_framework(aggregation)
    outside = np.zeros((9, len(framework.node_ids)), dtype=bool)
    outside[4] = True
    found = []
    for hidden in (rows(4, 12), [[1.0, 5.0, 1.0]] * 12):
        answers = city(9) | {"d04": hidden}
        evidence = evidence_of(framework, records(list(answers)), answers)
        found.append(score(evidence, framework, draws=200, estimate=estimate, outside_city=outside))
    for name in ("score", "low", "high", "level_probability"):
        np.testing.assert_array_equal(getattr(found[0].city, name), getattr(found[1].city, name))
    others = [d for d in range(9) if d != 4]
    np.testing.assert_array_equal(found[0].low[others], found[1].low[others])
    np.testing.assert_array_equal(
        found[0].level_probability[others], found[1].level_probability[others]
    )
    assert found[0].city.n_departments == 8


def test_a_round_without_any_fact_has_no_departments_and_no_city() -> None:
    scores = score(evidence_of(MIXED), MIXED, draws=100)
    assert scores.departments == () and scores.status == ()
    assert scores.city.n_departments == 0 and scores.city.level == 0
    assert np.isnan(scores.city.score).all()


def test_every_field_of_the_scores_has_a_row_for_each_department() -> None:
    scores = mixed(9, keep_draws=True)
    for field in dataclasses.fields(Scores):
        value = getattr(scores, field.name)
        if isinstance(value, np.ndarray) and field.name not in {"approximate", "draws"}:
            assert len(value) == 9, field.name
    assert scores.draws is not None and scores.draws.shape == (400, 9, len(scores.nodes))
