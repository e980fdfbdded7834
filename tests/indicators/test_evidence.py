"""Evidence: one value per metric, departments that have facts, and a digest of all of it."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.evidence import Department, Evidence, MetricCell
from indicators.framework import Framework
from tests.indicators.frameworks import evidence_of, framework_of, metric, moments_of, survey

NAN = float("nan")


def over(rule: str, *periods: tuple[str, float | None]) -> tuple[float, bool]:
    framework = framework_of([metric("A", over_periods=rule)])
    cells: list[MetricCell] = [
        ("d", "A", period, NAN if value is None else value, value is None)
        for period, value in periods
    ]
    evidence = Evidence.build("r", (), None, cells, framework)
    return float(evidence.metrics[0, 0]), bool(evidence.not_applicable[0, 0])


PERIODS = (("2025-10", 5.0), ("2025-2", 1.0), ("2025-9", 3.0))


@pytest.mark.parametrize(("rule", "expected"), [("last", 5.0), ("mean", 3.0), ("sum", 9.0)])
def test_several_periods_become_one_value_by_the_metrics_rule(rule: str, expected: float) -> None:
    assert over(rule, *PERIODS) == (expected, False)


def test_a_period_in_which_a_metric_does_not_apply_counts_only_when_it_is_the_last_or_all() -> None:
    assert over("mean", ("1", 4.0), ("2", None)) == (4.0, False)
    assert over("sum", ("1", 4.0), ("2", None)) == (4.0, False)
    value, not_applicable = over("last", ("1", 4.0), ("2", None))
    assert np.isnan(value) and not_applicable
    value, not_applicable = over("mean", ("1", None), ("2", None))
    assert np.isnan(value) and not_applicable


def test_departments_with_a_fact_are_there_sorted_by_id_and_others_are_not() -> None:
    framework = framework_of([metric("A"), survey("S", "s1")])
    roster = [Department(id, {"zh": id, "en": id}) for id in ("tax", "audit", "idle", "silent")]
    survey_only = moments_of(framework, {"water": [[3]], "silent": [[None]]})
    evidence = Evidence.build("r", roster, survey_only, [("tax", "A", "1", 5.0, False)], framework)
    assert [d.id for d in evidence.departments] == ["tax", "water"]
    assert evidence.survey is not None
    assert evidence.survey.departments == ("tax", "water")
    assert evidence.survey.n.tolist() == [0, 1]


def test_metrics_that_the_framework_does_not_name_are_left_out() -> None:
    framework = framework_of([metric("A")], register=[{"id": "R"}])
    evidence = evidence_of(framework, {"d": {"A": 1.0, "Z": 2.0, "R": 3.0}})
    assert evidence.metric_ids == ("A", "R")
    np.testing.assert_array_equal(evidence.metrics, [[1.0, 3.0]])


def build(
    framework: Framework,
    *,
    value: float = 5.0,
    answer: int = 3,
    round: str = "r",
    headcount: int | None = 9,
    weight: float = 1.0,
    turned: bool = False,
) -> str:
    departments = [
        Department("a", {"zh": "甲", "en": "A"}, headcount=headcount, weight=weight),
        Department("b", {"zh": "乙", "en": "B"}),
    ]
    cells: list[MetricCell] = [("a", "A", "1", value, False), ("b", "A", "1", 7.0, False)]
    if turned:
        departments, cells = departments[::-1], cells[::-1]
    answers = moments_of(framework, {"a": [[answer], [2]], "b": [[1]]})
    return Evidence.build(round, departments, answers, cells, framework).digest


def test_the_digest_is_the_same_for_the_same_facts_in_any_order() -> None:
    framework = framework_of([metric("A"), survey("S", "s1")])
    assert build(framework) == build(framework, turned=True)
    assert len(build(framework)) == 64


@pytest.mark.parametrize(
    "change",
    [{"value": 5.5}, {"answer": 4}, {"round": "s"}, {"headcount": 10}, {"weight": 2.0}],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_changes_with_every_fact_that_can_move_a_figure(
    change: dict[str, object],
) -> None:
    framework = framework_of([metric("A"), survey("S", "s1")])
    assert build(framework, **change) != build(framework)  # type: ignore[arg-type]
