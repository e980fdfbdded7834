"""Metrics in a workspace: every value kept, and which one counts (contract.md 3)."""

from __future__ import annotations

import numpy as np
import pytest

from survey_data.workspace import Workspace, batches
from tests.survey_data.small import small_framework
from tests.survey_data.workspace.imports import ONE, bring, bring_metrics, everything


def metric(workspace: Workspace, department: str, id: str) -> float:
    evidence, _ = batches.evidence(workspace, "2025")
    row = [d.id for d in evidence.departments].index(department)
    return float(evidence.metrics[row, evidence.metric_ids.index(id)])


def test_metrics_of_every_period_are_kept_with_their_source(workspace: Workspace) -> None:
    head = "部门,指标,数值,期间,来源\n"
    bring_metrics(workspace, head + "x,B1-2,5,2025-01,平台\nx,B1-2,9,2025-02,台账\n")
    kept = {row[1:5] + (row[6],) for row in everything(workspace)["metric_values"]}
    assert kept == {
        ("x", "B1-2", "2025-01", 5.0, "平台"),
        ("x", "B1-2", "2025-02", 9.0, "台账"),
    }
    assert metric(workspace, "x", "B1-2") == 7.0  # over_periods: mean


@pytest.mark.parametrize(
    "periods",
    [("2025-02", "2025-10"), ("2025-2", "2025-10"), ("2025年9月", "2025年12月"), ("Q2", "Q11")],
)
def test_the_last_period_is_the_latest_however_its_number_is_written(
    sqlite_workspace: Workspace, periods: tuple[str, str]
) -> None:
    earlier, later = periods
    head = "部门,指标,数值,期间\n"
    bring_metrics(sqlite_workspace, head + f"x,B1-1,70,{later}\nx,B1-1,20,{earlier}\n")
    assert metric(sqlite_workspace, "x", "B1-1") == 70.0  # over_periods: last


def test_of_two_batches_the_newest_value_of_a_cell_wins_with_a_warning(
    workspace: Workspace,
) -> None:
    head = "部门,指标,数值,期间\n"
    _, _, first = bring_metrics(workspace, head + "x,B1-1,50,p\nx,B1-2,5,p\n")
    _, _, second = bring_metrics(workspace, head + "x,B1-1,60,p\nx,B1-2,9,q\n")
    assert (first, second) == ([], ["W910"])
    assert metric(workspace, "x", "B1-1") == 60.0
    assert metric(workspace, "x", "B1-2") == 7.0
    assert len(everything(workspace)["metric_values"]) == 4


def test_the_same_metrics_again_are_one_batch(workspace: Workspace) -> None:
    id, new, _ = bring_metrics(workspace)
    assert new
    before = everything(workspace)
    assert bring_metrics(workspace) == (id, False, [])
    assert everything(workspace) == before


def test_not_applicable_is_kept_apart_from_missing(workspace: Workspace) -> None:
    bring_metrics(workspace, "部门,B1-1,B1-2\nx,不适用,5\n")
    evidence, _ = batches.evidence(workspace, "2025")
    column = evidence.metric_ids.index("B1-1")
    assert bool(evidence.not_applicable[0, column])
    assert np.isnan(evidence.metrics[0, column])


def test_metrics_and_answers_of_a_round_come_together(workspace: Workspace) -> None:
    bring(workspace, ONE)
    bring_metrics(workspace)
    evidence, framework = batches.evidence(workspace, "2025")
    assert [d.id for d in evidence.departments] == ["教育局", "民政局"]
    assert evidence.survey is not None and evidence.survey.n.tolist() == [2, 1]
    assert framework.digest == small_framework().digest
