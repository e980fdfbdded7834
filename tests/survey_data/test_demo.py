"""City H: what it must be like (the foundation's item 6), and that its truth is found again."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from actions.access import Access
from actions.data.demo import load_demo
from indicators.evidence import Evidence
from indicators.framework import Framework, default_framework
from indicators.scores import Scores
from indicators.scoring import score
from survey_data.answers.survey import SurveyImport, SurveyOptions, interpret_survey
from survey_data.demo import DemoCity, generate
from survey_data.metrics.sheet import interpret_metrics
from survey_data.reading import PAGE_LIMITS, parse
from survey_data.roster.departments import KnownDepartments
from survey_data.workspace import open_workspace, registry
from tests.survey_data.small import small_framework

FRAMEWORK = default_framework()


@cache
def city() -> DemoCity:
    return generate(FRAMEWORK)


@cache
def answers(round: int) -> SurveyImport:
    table = parse(city().rounds[round].survey_csv, PAGE_LIMITS)
    known = KnownDepartments({d.id: d.name for d in city().roster})
    return interpret_survey(table, FRAMEWORK, SurveyOptions(), known)


@cache
def scores(round: int) -> Scores:
    made = city().rounds[round]
    table = parse(made.metrics_csv, PAGE_LIMITS)
    known = KnownDepartments({d.id: d.name for d in city().roster})
    found = interpret_metrics(table, FRAMEWORK, known)
    cells = [(c.department, c.indicator, c.period, c.value, c.not_applicable) for c in found.values]
    evidence = Evidence.build(made.id, city().roster, answers(round).moments, cells, FRAMEWORK)
    return score(evidence, FRAMEWORK, draws=500)


def test_it_has_42_departments_in_five_groups_and_three_yearly_rounds() -> None:
    roster = city().roster
    assert len(roster) == len({d.id for d in roster}) == 42
    assert len({d.group for d in roster}) == 5
    assert [r.id for r in city().rounds] == ["2023", "2024", "2025"]
    assert all(d.name["zh"] and d.name["en"].isascii() for d in roster)
    assert all(d.headcount and d.headcount > 0 for d in roster)


def test_it_has_about_thirty_respondents_a_department_and_some_departments_with_few() -> None:
    for number in range(3):
        found = answers(number)
        sizes = np.bincount(found.department)
        assert len(sizes) == 42
        assert 24 <= sizes.mean() <= 36
        assert sum(0 < n < 5 for n in sizes) == 2
        assert sizes.max() < 150


def test_its_files_import_without_errors_and_some_answers_are_missing() -> None:
    for number in range(3):
        found = answers(number)
        found.require_importable()
        assert found.rejected == 0
        assert not [f for f in found.findings if f.severity == "error"]
        assert found.items == tuple(item.id for item in FRAMEWORK.items)
        assert 0.02 <= (found.codes < 0).mean() <= 0.05
        assert not found.new_departments


def test_every_metric_of_the_framework_has_values() -> None:
    scored = scores(2)
    for indicator in FRAMEWORK.measured:
        column = scored.score[:, FRAMEWORK.node_index[indicator.id]]
        assert np.isfinite(column).mean() > 0.7, indicator.id


def test_answers_correlate_more_within_a_dimension_than_between() -> None:
    found = answers(0)
    codes = np.where(found.codes < 0, np.nan, found.codes.astype(float))
    sign = np.array([-1.0 if item.reverse else 1.0 for item in FRAMEWORK.items])
    directed = codes * sign
    filled = np.where(np.isnan(directed), np.nanmean(directed, axis=0), directed)
    # Departments differ too, so what they have in common is taken out first.
    for d in range(42):
        filled[found.department == d] -= filled[found.department == d].mean(axis=0)
    r = np.corrcoef(filled.T)
    dimension = np.array(
        [FRAMEWORK.node(FRAMEWORK.item_indicator[i.id].id).parent for i in FRAMEWORK.items]
    )
    same = (dimension[:, None] == dimension) & ~np.eye(len(dimension), dtype=bool)
    assert r[same].mean() > r[dimension[:, None] != dimension].mean() + 0.1


def test_departments_differ_by_more_than_chance() -> None:
    """The spread of overall scores is far beyond what the width of their intervals explains."""
    scored = scores(2)
    width = (scored.high[:, 0] - scored.low[:, 0]) / (2 * 1.645)
    assert scored.score[:, 0].std() > 3 * np.median(width)


def test_the_scores_find_the_truth_again_within_their_intervals() -> None:
    """Of 90 % intervals about nine in ten hold what all the staff would have answered.

    Careless respondents shift a department beyond what sampling explains, so the share is asked of
    those without any; statistics.md 2 found .897-.912.
    """
    held, distance, careful = [], [], []
    for number in range(3):
        truth, scored = city().rounds[number].truth, scores(number)
        for d, department in enumerate(scored.departments):
            known = np.array([truth[department.id].get(m.id, np.nan) for m in FRAMEWORK.indicators])
            found = scored.score[d, [FRAMEWORK.node_index[m.id] for m in FRAMEWORK.indicators]]
            known[np.isnan(found)] = np.nan
            for factor in FRAMEWORK.factors:
                p = FRAMEWORK.node_index[factor.id]
                value = _mean_of(FRAMEWORK, factor.id, known)
                held.append(scored.low[d, p] <= value <= scored.high[d, p])
                distance.append(scored.score[d, p] - value)
                careful.append(city().rounds[number].careless[department.id] == 0)
    assert len(held) == 3 * 42 * 4
    assert 0.82 <= np.mean(held) <= 0.95
    assert 0.86 <= np.mean(np.array(held)[careful]) <= 0.94
    assert abs(np.mean(distance)) < 0.5


def _mean_of(framework: Framework, factor: str, values: np.ndarray) -> float:
    """Weighted means up the tree, written out anew: a missing child leaves its siblings' weights."""
    place = {m.id: n for n, m in enumerate(framework.indicators)}

    def value(id: str) -> float:
        node = framework.node(id)
        if not node.children:
            return float(values[place[id]])
        children = [(value(child), w) for child, w in zip(node.children, node.weights, strict=True)]
        there = [(v, w) for v, w in children if not np.isnan(v)]
        return sum(v * w for v, w in there) / sum(w for _, w in there) if there else float("nan")

    return value(factor)


def test_reforms_start_in_different_years_and_move_what_they_say() -> None:
    reforms = city().reforms
    assert len({r["from"] for r in reforms.values()}) >= 2
    assert any(float(str(r["shift"])) < 0 for r in reforms.values())
    before, after = city().rounds[0].truth, city().rounds[2].truth
    for department, reform in reforms.items():
        moved = [
            after[department][m.id] - before[department][m.id]
            for m in FRAMEWORK.indicators
            if m.survey and FRAMEWORK.node(m.id).parent in list(reform["dimensions"])  # type: ignore[call-overload]
        ]
        if moved and int(str(reform["from"])) > 2023:
            assert np.sign(np.mean(moved)) == np.sign(float(str(reform["shift"])))


def test_a_few_respondents_are_careless_and_how_many_is_known() -> None:
    for made in city().rounds:
        total = sum(made.careless.values())
        assert 0 < total < 0.08 * len(answers(0).codes)


def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others() -> None:
    again, other = generate(FRAMEWORK, rounds=1), generate(FRAMEWORK, rounds=1, seed=8)
    assert again.rounds[0].survey_csv == city().rounds[2].survey_csv
    assert again.rounds[0].metrics_csv == city().rounds[2].metrics_csv
    assert other.rounds[0].survey_csv != again.rounds[0].survey_csv


def test_more_departments_or_rounds_move_nobody_elses_answers() -> None:
    small = generate(FRAMEWORK, departments=5, rounds=1)
    lines = city().rounds[2].survey_csv.splitlines()
    assert set(small.rounds[0].survey_csv.splitlines()) <= set(lines)


@pytest.mark.parametrize("departments", [1, 60])
def test_any_number_of_departments_and_any_framework_can_be_had(departments: int) -> None:
    made = generate(small_framework(), departments=departments, respondents=8, rounds=2)
    assert len(made.roster) == departments
    assert len({d.id for d in made.roster}) == departments
    table = parse(made.rounds[0].survey_csv, PAGE_LIMITS)
    found = interpret_survey(table, small_framework(), SurveyOptions(), KnownDepartments())
    assert len(found.departments) == departments
    assert found.rejected == 0


def test_every_metric_says_that_it_is_synthetic() -> None:
    table = parse(city().rounds[0].metrics_csv, PAGE_LIMITS)
    found = interpret_metrics(table, FRAMEWORK, KnownDepartments())
    assert {cell.source for cell in found.values} == {"合成数据"}


def test_a_city_that_is_loaded_is_marked_as_synthetic_and_keeps_its_truth(tmp_path: Path) -> None:
    workspace = open_workspace(str(tmp_path / "w.db"))
    access = Access(workspace)
    loaded = load_demo(access, departments=5, respondents=8, rounds=2)
    rounds = registry.rounds(workspace)
    assert [(r.id, r.synthetic) for r in rounds] == [("2024", True), ("2025", True)]
    made = generate(FRAMEWORK, departments=5, respondents=8, rounds=2)
    truth = registry.setting(workspace, "demo-truth")
    assert truth is not None and json.loads(truth) == {"seed": 7} | made.truth()
    assert registry.departments(workspace) == list(made.roster)
    assert load_demo(access, departments=5, respondents=8, rounds=2) == loaded
    assert registry.rounds(workspace) == rounds
    workspace.close()
