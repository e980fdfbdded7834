"""Words, tables and pictures of measurement quality say the same numbers, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from analysis.quality.report import quality
from charts.house.theme import DARK, LIGHT
from charts.quality.departments import agreement_strip, estimate_dots, response_bars
from charts.quality.findings import (
    drift_sentences,
    invariance_sentence,
    modification_table,
    reason_sentences,
    remark_sentences,
)
from charts.quality.pictures import item_answers, item_rest_dots, loading_dots, missing_bars, scree
from charts.quality.tables import (
    check_table,
    correlation_table,
    department_table,
    exploratory_table,
    fit_table,
    item_table,
    scale_table,
)
from charts.quality.words import quality_finding, quality_paragraph, quality_reason
from indicators.answers.moments import SurveyMoments
from indicators.evidence import Department, Evidence
from indicators.framework import Framework
from tests.indicators.inventory import ITEMS, inventory_framework, moments_by, people

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def report():
    framework = inventory_framework()
    moments = moments_by(people()["education"])
    roster = [
        Department(id, {"zh": f"部门{id}", "en": f"Dept {id}"}, headcount=2000)
        for id in moments.departments
    ]
    return quality(Evidence.build("2025", roster, moments, [], framework), framework)


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+|\.\d{3}", text.replace("−", "-")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_coefficient_of_the_paragraph_stands_in_a_table(report, language):
    tables = (
        scale_table(report, language),
        fit_table(report, language),
        check_table(report, language),
    )
    cells = numbers(" ".join(cell for table in tables for row in table.rows for cell in row))
    said = numbers(quality_paragraph(report, language))
    bartlett = report.structure.sphericity
    assert bartlett is not None
    assert said - cells <= {f"{bartlett.chi2:.2f}", ".001"}
    assert len(said) > 15


def test_the_paragraph_says_the_same_numbers_in_both_languages(report):
    chinese, english = (numbers(quality_paragraph(report, language)) for language in LANGUAGES)
    assert chinese == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_finding_names_what_is_weak(report, language):
    assert report.verdict != "usable"
    assert quality_finding(report, language)
    reason = quality_reason(report, language)
    weakest = next(c for c in report.checks if c.id == "convergent")
    assert weakest.place in reason
    assert len(reason_sentences(report, language)) == 1
    assert remark_sentences(report, language) == []


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_has_its_title_words_method_and_table(report, tokens, language):
    scale = report.main_scales[0]
    found = [
        loading_dots(report, tokens, language),
        item_rest_dots(report, tokens, language),
        scree(report, tokens, language),
        item_answers(report, scale, tokens, language),
        missing_bars(report, tokens, language),
        agreement_strip(report, scale, tokens, language),
        estimate_dots(report, scale, tokens, language),
        response_bars(report, tokens, language),
    ]
    for one in found:
        assert one is not None
        assert one.title and one.note and one.method and one.table.rows
        assert len(one.sentence) > 10
        widths = {len(row) for row in one.table.rows}
        assert widths == {len(one.table.headers)}


def test_the_pictures_draw_what_the_tables_say(report):
    shown = item_rest_dots(report, LIGHT, "en")
    assert shown is not None
    drawn = [f"{x:.2f}" for x in shown.figure.data[0].x]
    assert drawn == [row[3].replace("−", "-") for row in shown.table.rows]
    bars = response_bars(report, LIGHT, "en")
    assert bars is not None
    assert list(bars.figure.data[0].x) == sorted(report.representation.response)


def test_tables_have_a_row_for_each_thing(report):
    assert len(scale_table(report, "en").rows) == 5
    assert len(item_table(report, "en").rows) == 25
    assert len(fit_table(report, "en").rows) == 2
    assert len(exploratory_table(report, "en").rows) == 25
    assert len(modification_table(report, "en").rows) == 10
    assert len(correlation_table(report, "en").rows[0]) == 6
    departments = department_table(report, report.main_scales[0], "zh")
    assert [row[0] for row in departments.rows] == [f"部门{d.id}" for d in report.departments]


def test_a_report_of_almost_nothing_still_has_words(report):
    framework: Framework = inventory_framework()
    codes = np.full((3, 25), 4, dtype=np.int16)
    codes[0] = 2
    moments = SurveyMoments.from_answers(codes, np.array([0, 0, 1]), ["a", "b"], ITEMS, framework)
    small = quality(Evidence.build("r", [], moments, [], framework), framework)
    for language in LANGUAGES:
        assert quality_paragraph(small, language)
        assert "—" in scale_table(small, language).rows[0] or small.main_scales
        assert reason_sentences(small, language)
        assert loading_dots(small, LIGHT, language) is None
        assert response_bars(small, LIGHT, language) is None
        assert fit_table(small, language).rows == ()
    assert small.verdict == "do-not-rank"


def test_sentences_on_groups_and_rounds_say_what_may_be_compared():
    from analysis.quality.invariance import group_invariance, round_invariance, scale_drifts

    framework = inventory_framework()
    moments = moments_by(people()["education"])
    roster = [
        Department(id, {"zh": id, "en": id}, group="low" if id in "123" else "high")
        for id in moments.departments
    ]
    evidence = Evidence.build("2025", roster, moments, [], framework)
    groups = group_invariance(evidence, framework, "listwise")
    assert groups.groups == ("high", "low")
    assert groups.holds in ("configural", "metric", "scalar")
    for language in LANGUAGES:
        assert "high" in invariance_sentence(groups, language)
    city = replace(groups, groups=("综合管理", "high"), left_out=("区县",))
    assert "综合管理" in invariance_sentence(city, "zh")
    assert not re.search("[一-鿿]", invariance_sentence(city, "en"))
    same = round_invariance({"2024": moments, "2025": moments}, framework, "listwise")
    assert same.holds == "scalar"
    drifts = scale_drifts(moments, moments, framework, "pairwise")
    assert drift_sentences(drifts, "en") == [
        "Between the two rounds no item moved away from its scale."
    ]
    few = moments.for_departments(["1"])
    none = round_invariance({"2024": few, "2025": moments}, framework, "listwise")
    assert none.steps or none.reason is not None
