"""The city: which departments it is the mean of, its interval, its level (statistics.md 3)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from indicators.evidence import Department
from indicators.scores import WITHHELD, Scores
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric, survey
from tests.indicators.mixed_city import MIXED, city, mixed, mixed_framework, records


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
def test_a_withheld_department_has_its_records_no_overall_and_no_part_in_the_city(
    aggregation: str, estimate: str
) -> None:
    framework = mixed_framework(aggregation)
    answers = {id: own for id, own in city(9).items() if id != "d04"}
    every = records([*answers, "d04"])
    options = {"draws": 200, "estimate": estimate, "keep_draws": True}
    found = score(
        evidence_of(framework, every, answers, withheld=frozenset({"d04"})),
        framework,
        **options,  # type: ignore[arg-type]
    )
    others = {id: own for id, own in every.items() if id != "d04"}
    without = score(evidence_of(framework, others, answers), framework, **options)  # type: ignore[arg-type]
    assert found.status[4] == "suppressed" and found.respondents[4] == WITHHELD
    assert np.isnan(found.score[4, 0]) and found.level[4] == found.score_level[4] == 0
    assert np.isnan(found.draws[:, 4, 0]).all()
    measured = [framework.node_index[m.id] for m in framework.measured if m.metric]
    assert np.isfinite(found.score[4, measured]).all() and not found.hidden[4, measured].any()
    asked = [framework.node_index[m.id] for m in framework.measured if m.survey]
    assert np.isnan(found.score[4, asked]).all() and found.hidden[4, [0, *asked]].all()
    for name in ("score", "low", "high", "level_probability"):
        np.testing.assert_allclose(
            getattr(found.city, name), getattr(without.city, name), rtol=1e-12
        )
    assert found.city.n_departments == 8 and found.evidence_digest is None


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
