"""Evidence and framework to scores: values, intervals, and what moves whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.scores import Scores
from indicators.scoring import score
from tests.indicators.frameworks import (
    content_of,
    evidence_of,
    framework_of,
    load,
    metric,
    survey,
)
from tests.indicators.mixed_city import MIXED, city, mixed, records, rows


def fields_of(scores: Scores, row: int) -> dict[str, object]:
    names = "score low high low50 high50 coverage n survey_share clipped level score_level"
    return {name: getattr(scores, name)[row].tolist() for name in names.split()}


def test_the_same_evidence_and_seed_give_the_same_bytes_and_another_seed_other_intervals() -> None:
    first, again, other = mixed(9), mixed(9), mixed(9, seed=2)
    for name in ("score", "low", "high", "level_probability"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    np.testing.assert_array_equal(first.score, other.score)
    assert not np.array_equal(first.low, other.low)


def test_adding_a_department_never_changes_anothers_score_or_its_random_numbers() -> None:
    answers = city(6)
    more = answers | {"d02b": rows(99, 30), "a": rows(98, 3)}
    own = records(list(more))
    before = score(
        evidence_of(MIXED, {id: own[id] for id in answers}, answers),
        MIXED,
        draws=400,
        keep_draws=True,
    )
    after = score(evidence_of(MIXED, own, more), MIXED, draws=400, keep_draws=True)
    at = [[d.id for d in after.departments].index(id) for id in answers]
    for name in ("score", "coverage", "n", "level", "score_level"):
        np.testing.assert_array_equal(getattr(after, name)[at], getattr(before, name))
    # Pooling may widen or narrow the interval; the random numbers behind it stay.
    assert before.draws is not None and after.draws is not None
    for d, row in enumerate(at):
        r = np.corrcoef(before.draws[:, d, 0], after.draws[:, row, 0])[0, 1]
        assert r > 0.99


def test_a_departments_metric_draws_do_not_depend_on_who_else_is_there() -> None:
    framework = framework_of([metric("A", error_sd=4.0)])
    alone = score(evidence_of(framework, {"b": {"A": 50.0}}), framework, draws=300)
    both = score(evidence_of(framework, {"a": {"A": 20.0}, "b": {"A": 50.0}}), framework, draws=300)
    assert alone.low[0, 0] == both.low[1, 0] < 50 < both.high[1, 0]


@settings(max_examples=15)
@given(st.permutations(range(7)))
def test_the_order_in_which_departments_come_in_changes_nothing(order: list[int]) -> None:
    answers = city(7)
    ids = list(answers)
    turned = {ids[k]: answers[ids[k]] for k in order}
    own = records(ids)
    first = score(evidence_of(MIXED, own, answers), MIXED, draws=150)
    second = score(evidence_of(MIXED, {id: own[id] for id in turned}, turned), MIXED, draws=150)
    assert [fields_of(first, d) for d in range(7)] == [fields_of(second, d) for d in range(7)]
    np.testing.assert_array_equal(first.level_probability, second.level_probability)
    np.testing.assert_array_equal(first.city.score, second.city.score)
    assert first.evidence_digest == second.evidence_digest


def test_exchanging_two_departments_names_exchanges_their_scores() -> None:
    answers = city(5)
    own = records(list(answers))
    swap = {"d00": "d03", "d03": "d00"}
    first = score(evidence_of(MIXED, own, answers), MIXED, draws=150)
    second = score(
        evidence_of(
            MIXED,
            {swap.get(id, id): values for id, values in own.items()},
            {swap.get(id, id): given for id, given in answers.items()},
        ),
        MIXED,
        draws=150,
    )
    np.testing.assert_array_equal(first.score[[3, 1, 2, 0, 4]], second.score)
    np.testing.assert_allclose(first.city.score, second.city.score, rtol=1e-12)


def test_a_score_is_the_tree_over_survey_means_and_normalised_metrics() -> None:
    scores = score(
        evidence_of(MIXED, {"d": {"A2": 30.0, "B2": 11.5}}, {"d": [[4, 2, 3], [4, 4, 1]]}),
        MIXED,
        draws=100,
    )
    at = {node: scores.score[0, p] for p, node in enumerate(scores.nodes)}
    a1 = (75 + (75 + 25) / 2) / 2
    expected = {"A1": a1, "A2": 30.0, "B1": 25.0, "B2": 50.0, "D1": (a1 + 30) / 2, "D2": 37.5}
    expected |= {"F1": expected["D1"], "F2": 37.5, "overall": (expected["D1"] + 37.5) / 2}
    assert at == pytest.approx(expected)


def test_every_interval_holds_its_score_and_the_inner_lies_in_the_outer() -> None:
    scores = mixed(12)
    assert (scores.low <= scores.low50).all() and (scores.low50 <= scores.score).all()
    assert (scores.score <= scores.high50).all() and (scores.high50 <= scores.high).all()
    assert (scores.low >= 0).all() and (scores.high <= 100).all()


def test_a_node_of_metrics_alone_is_exact() -> None:
    scores = mixed(9)
    for node in ("A2", "B2"):
        p = scores.nodes.index(node)
        np.testing.assert_array_equal(scores.low[:, p], scores.score[:, p])
        np.testing.assert_array_equal(scores.high[:, p], scores.score[:, p])


def test_a_declared_error_gives_a_metric_a_normal_interval() -> None:
    """±1.645 standard deviations in raw units: 50 ± 6.58 with an error of 4."""
    framework = framework_of([metric("A", error_sd=4.0)])
    scores = score(evidence_of(framework, {"d": {"A": 50.0}}), framework, draws=20_000)
    assert scores.low[0, 0] == pytest.approx(50 - 1.645 * 4, abs=0.25)
    assert scores.high[0, 0] == pytest.approx(50 + 1.645 * 4, abs=0.25)


def test_the_interval_of_a_node_with_min_is_the_score_and_t_of_its_spread() -> None:
    framework = framework_of(
        [survey("A1", "a1")],
        [survey("B1", "b1")],
        aggregation="min",
        levels=[{"level": 1, "from": 0}],
    )
    answers = {f"d{k}": [row[:2] for row in rows(k, 10)] for k in range(4)}
    scores = score(evidence_of(framework, answers=answers), framework, draws=2000)
    assert [n for n, a in zip(scores.nodes, scores.approximate, strict=True) if a] == ["overall"]
    middle = (scores.low[:, 0] + scores.high[:, 0]) / 2
    np.testing.assert_allclose(middle, scores.score[:, 0], atol=1e-9)
    assert (scores.high[:, 0] > scores.score[:, 0]).all()


def test_whatever_rests_on_a_node_with_min_is_marked_approximate_as_well() -> None:
    content = content_of([survey("A1", "a1"), survey("A2", "a2")], [survey("B1", "b1")])
    content["factors"][0]["dimensions"][0]["aggregation"] = "min"
    framework = load(content)
    scores = score(evidence_of(framework, answers=city(3)), framework, draws=100)
    marked = {n for n, a in zip(scores.nodes, scores.approximate, strict=True) if a}
    assert marked == {"overall", "F1", "D1"}


def test_fewer_than_a_hundred_draws_are_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 100 draws"):
        mixed(2, draws=99)


def test_shrunken_estimates_move_survey_parts_to_the_middle_and_metrics_not_at_all() -> None:
    raw, shrunken = mixed(12), mixed(12, estimate="shrunken")
    assert (raw.estimate, shrunken.estimate) == ("raw", "shrunken")
    b1, b2 = raw.nodes.index("B1"), raw.nodes.index("B2")
    np.testing.assert_array_equal(raw.score[:, b2], shrunken.score[:, b2])
    assert shrunken.score[:, b1].std() < raw.score[:, b1].std()
    width = shrunken.high - shrunken.low
    assert width[:, b1].mean() < (raw.high - raw.low)[:, b1].mean()


def test_shrunken_estimates_of_few_departments_are_the_raw_ones_and_say_so() -> None:
    raw, asked = mixed(7), mixed(7, estimate="shrunken")
    assert asked.estimate == "raw"
    np.testing.assert_array_equal(asked.score, raw.score)


def test_shrunken_intervals_of_z_scores_are_not_cut_at_the_range_of_scores() -> None:
    framework = framework_of(
        [survey("A1", "a1"), metric("A2", 3, normalisation="zscore")],
        [metric("B", normalisation="zscore")],
        normalised_range=[-0.5, 0.5],
        levels=[{"level": 1, "from": -0.5}],
    )
    answers = {f"d{k:02d}": [row[:1] for row in rows(k, 8)] for k in range(10)}
    values = {id: {"A2": float(k), "B": float(k**2)} for k, id in enumerate(answers)}
    scores = score(
        evidence_of(framework, values, answers), framework, draws=400, estimate="shrunken"
    )
    assert scores.estimate == "shrunken"
    best = scores.score[:, 0].argmax()
    assert scores.score[best, 0] > 0.6
    assert scores.low[best, 0] < scores.score[best, 0] < scores.high[best, 0]
