"""Who is rated, on how much evidence, and what is said about it (contract 2, statistics.md 4)."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.answers.moments import SurveyMoments
from indicators.evidence import Department, Evidence, MetricCell
from indicators.framework import Framework, default_framework
from indicators.scores import Scores
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric, survey
from tests.indicators.mixed_city import MIXED, rows

COVERED = framework_of(
    [metric("A1", core=True), metric("A2", core=True), metric("A3", core=True)],
    [metric("B1", core=True), metric("B2", core=True), metric("B3")],
    gates=[
        {
            "id": "C",
            "kind": "coverage",
            "of": "core",
            "unrated_below": 0.3,
            "provisional_below": 0.8,
        }
    ],
)


def rated(framework: Framework, **values: float | None) -> Scores:
    return score(evidence_of(framework, {"d": values}), framework, draws=100)


# Coverage of the core: F1 holds three, F2 two core indicators, both factors weigh the same.
@pytest.mark.parametrize(
    ("present", "covered", "status"),
    [
        ("A1 A2 A3 B1 B2", 1.0, "rated"),
        ("A1 A2 A3 B1", 0.75, "provisional"),
        ("A1 A2 B1 B2", 5 / 6, "rated"),
        ("A1 A2", 1 / 3, "provisional"),
        ("B1", 0.25, "unrated"),
        ("A1", 1 / 6, "unrated"),
    ],
)
def test_coverage_of_the_core_decides_who_is_rated(
    present: str, covered: float, status: str
) -> None:
    scores = rated(COVERED, **dict.fromkeys(present.split(), 70.0))
    assert scores.status == (status,)
    (gate,) = scores.gates[0]
    assert gate.value == pytest.approx(covered)
    assert gate.passed is (status != "unrated")


def test_the_bounds_of_coverage_are_met_by_a_share_that_is_only_just_inexact() -> None:
    """0.1 + 0.2 is not 0.3 in floating point; a node at three tenths is at three tenths."""
    weights = [0.1, 0.2, 0.7]
    framework = framework_of(
        [metric(f"A{k}", w, core=True) for k, w in enumerate(weights)],
        gates=[{"id": "C", "kind": "coverage", "of": "core", "unrated_below": 0.3}],
    )
    assert rated(framework, A0=1.0, A1=1.0).status == ("rated",)


def test_an_unrated_department_keeps_its_scores_and_score_level_and_lists_what_is_missing() -> None:
    scores = rated(COVERED, A1=70.0)
    assert scores.score[0, 0] == pytest.approx(70)
    assert (scores.score_level[0], scores.level[0]) == (4, 0)
    assert np.isnan(scores.level_probability).all()
    assert scores.score_level_probability[0].tolist() == [0, 0, 0, 1, 0]
    assert scores.missing == (("A2", "A3", "B1", "B2", "B3"),)


def test_without_a_coverage_gate_every_department_with_a_score_is_rated() -> None:
    framework = framework_of([metric("A1"), metric("A2")])
    assert rated(framework, A1=70.0).status == ("rated",)


def test_coverage_is_the_weighted_share_of_evidence_beneath_a_node() -> None:
    """statistics.md 4: Σ w_c·coverage(c)/Σ w_c; what does not apply leaves both sums."""
    framework = framework_of([metric("A1", 3), metric("A2", 1)], [metric("B1"), metric("B2")])
    scores = rated(framework, A1=10.0, B1=5.0, B2=None)
    at = {node: scores.coverage[0, p] for p, node in enumerate(scores.nodes)}
    assert at["F1"] == pytest.approx(0.75)
    assert at["F2"] == pytest.approx(1.0)
    assert at["overall"] == pytest.approx(0.875)
    assert scores.missing == (("A2",),)


def test_a_factor_that_does_not_apply_leaves_the_score_to_the_others() -> None:
    framework = framework_of([metric("A1")], [metric("B1")])
    scores = rated(framework, A1=40.0, B1=None)
    assert scores.score[0, 0] == pytest.approx(40)
    assert scores.coverage[0, 0] == pytest.approx(1)
    assert np.isnan(scores.score[0, scores.nodes.index("F2")])


def default_evidence(*, asked: bool, recorded: str) -> Evidence:
    """One department on the default framework; ``recorded`` is none, core or all."""
    framework = default_framework()
    moments = None
    if asked:
        codes = np.full((6, len(framework.items)), 3, dtype=np.int16)
        moments = SurveyMoments.from_answers(
            codes, np.zeros(6, dtype=int), ["d"], [i.id for i in framework.items], framework
        )
    cells: list[MetricCell] = []
    for indicator in framework.indicators:
        if indicator.metric and (recorded == "all" or (recorded == "core" and indicator.core)):
            posts = indicator.metric.goalposts
            assert isinstance(posts, tuple)
            cells.append(("d", indicator.id, "1", float(np.mean(posts)), False))
    if recorded != "none":
        cells += [("d", r.id, "1", 0.0, False) for r in framework.register_fields]
    return Evidence.build("r", (), moments, cells, framework)


@pytest.mark.parametrize(
    ("asked", "recorded", "status"),
    [
        (True, "all", "rated"),
        (True, "core", "rated"),
        (True, "none", "provisional"),
    ],
)
def test_under_the_default_gates_the_core_is_rated_and_the_survey_alone_is_provisional(
    asked: bool, recorded: str, status: str
) -> None:
    """statistics.md 4."""
    evidence = default_evidence(asked=asked, recorded=recorded)
    assert score(evidence, default_framework(), draws=100).status == (status,)


def test_n_of_a_node_is_the_smallest_positive_number_of_answers_beneath_it() -> None:
    answers: list[list[float | None]] = [[4, 2, 3], [4, None, None], [None, 3, None], [None] * 3]
    scores = score(evidence_of(MIXED, {"d": {"A2": 50.0}}, {"d": answers}), MIXED, draws=100)
    at = {node: int(scores.n[0, p]) for p, node in enumerate(scores.nodes)}
    assert at == {
        "A1": 2,
        "A2": 0,
        "B1": 1,
        "B2": 0,
        "D1": 2,
        "D2": 1,
        "F1": 2,
        "F2": 1,
        "overall": 1,
    }
    assert scores.respondents.tolist() == [3]


def test_the_survey_share_says_how_much_of_a_nodes_weight_was_asked() -> None:
    framework = framework_of([survey("A1", "a1", weight=1), metric("A2", 3)], [metric("B1")])
    scores = score(
        evidence_of(framework, {"d": {"A2": 50.0, "B1": 50.0}}, {"d": [[3], [4]]}),
        framework,
        draws=100,
    )
    at = {node: scores.survey_share[0, p] for p, node in enumerate(scores.nodes)}
    assert at["A1"] == 1 and at["B1"] == 0
    assert at["F1"] == pytest.approx(0.25) and at["overall"] == pytest.approx(0.125)


def test_more_respondents_than_staff_is_a_finding() -> None:
    answers = {"d": rows(1, 9)}
    framework = MIXED
    for headcount, codes in ((8, ["W401"]), (9, []), (None, [])):
        listed = [Department("d", {"zh": "甲", "en": "Tax"}, headcount=headcount)]
        evidence = evidence_of(framework, None, answers, departments=listed)
        found = score(evidence, framework, draws=100).findings
        assert [f.code for f in found] == codes
        assert all("9" in f.message["en"] and "Tax" in f.message["en"] for f in found)


def test_a_metric_that_its_method_cannot_score_is_a_finding() -> None:
    framework = framework_of([metric("A", goalposts="sample"), metric("B")])
    values = {"d": {"A": 7.0, "B": 5.0}, "e": {"A": 7.0, "B": 6.0}}
    scores = score(evidence_of(framework, values), framework, draws=100)
    assert [f.code for f in scores.findings] == ["W402"]
    assert np.isnan(scores.score[:, scores.nodes.index("A")]).all()


def test_a_clipped_value_is_marked_at_its_indicator() -> None:
    framework = framework_of([metric("A"), metric("B")])
    scores = rated(framework, A=120.0, B=50.0)
    marked = [n for n, c in zip(scores.nodes, scores.clipped[0], strict=True) if c]
    assert marked == ["A"]


def test_an_outcome_scaled_by_its_sample_takes_no_level_away() -> None:
    framework = framework_of([metric("A")], outcomes=[metric("O", normalisation="zscore")])
    values = {"d": {"A": 70.0, "O": 1.0}, "e": {"A": 50.0, "O": 2.0}}
    scores = score(evidence_of(framework, values), framework, draws=100)
    assert scores.level.tolist() == [4, 3]
    outcome = scores.score[:, scores.nodes.index("O")]
    np.testing.assert_allclose(outcome, [-(0.5**0.5), 0.5**0.5])
