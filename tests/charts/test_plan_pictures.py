"""Pictures and sentences of measures, experts and scenarios, from reports made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from charts.house.theme import DARK, LIGHT
from charts.measures.experts import disagreement_picture, experts_finding
from charts.measures.pictures import effect_picture
from charts.measures.tables import chosen, money, relations_of
from charts.scenarios.pictures import trajectory_picture
from charts.scenarios.words import (
    below,
    figures,
    provision_sentences,
    quarter_name,
    reaches,
    scenario_finding,
    where,
)


def name(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def traces(drawn: Any) -> list[Any]:
    return list(drawn.figure.data)


def measure(id: str, **rest: Any) -> dict[str, Any]:
    effect = {
        "name": name("Dim"), "low": 1.0, "mode": 5.0, "high": 9.0, "mean": 5.0,
        "share_of_gap": 5 / 55, "ends": "limits", "experts": [],
    }  # fmt: skip
    return {
        "id": id, "name": name(f"Name {id}"), "answers": ["C"], "effects": {"D": effect},
        "cost": {"first_year": {"low": 10.0, "mode": 40.0, "high": 90.0}}, "draft": False,
        "requires": {"all": [], "any": []}, "supported_by": [], **rest,
    }  # fmt: skip


def view(*measures: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference_score": 45.0, "causes": {"C": name("Cause")}, "measures": list(measures),
        "interactions": [],
        "dimensions": [
            {"id": "D", "name": name("Dim"), "factor": "F", "factor_name": name("F"), "place": 1}
        ],
    }  # fmt: skip


def report(**rest: Any) -> dict[str, Any]:
    node = {"score": 52.0, "low": 51.0, "high": 53.0}
    unit = {
        "id": "u", "name": name("Unit"), "level_probability": {"2": 0.25, "3": 0.75},
        "baseline_level_probability": {"2": 1.0, "3": 0.0},
    }  # fmt: skip
    provision = {
        "id": "M2", "name": name("Second"), "departments": "all", "begins_month": 7.0,
        "works_month": 12.0, "full_month": 18.0, "first_year": 99.3, "annual": 58.0,
        "waits_for": ["M1"], "dimensions": ["D"], "draft": False,
    }  # fmt: skip
    return {
        "name": name("Plan"), "horizon_years": 3, "measures": [provision], "units": [unit],
        "unmet": [], "checks": [], "draws": 2000,
        "cost": {"horizon_total": 216.0, "low": 150.0, "high": 300.0},
        "city": {
            "baseline": node, "projected": {"score": 56.9, "low": 56.0, "high": 57.8},
            "gain": {"score": 4.9, "low": 4.0, "high": 5.8},
            "level_probability": {"3": 0.4, "4": 0.6},
            "baseline_level_probability": {"3": 0.99, "4": 0.01},
        },
        **rest,
    }  # fmt: skip


PLACES = {
    "departments": {k: name(k) for k in "abcdef"},
    "groups": {"G": ["a", "b"]},
    "levels": [{"level": k, "from": 20 * (k - 1), "name": name(str(k))} for k in range(1, 6)],
}
CATALOGUE = {"measures": [measure("M1"), measure("M2", requires={"all": ["M1"], "any": []})]}


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_an_effect_is_a_dot_at_the_mean_and_a_line_from_low_to_high(tokens):
    drawn = effect_picture(view(measure("M1")), measure("M1"), tokens, "en")
    assert drawn is not None
    line, dot = traces(drawn)
    assert tuple(line.x) == (1.0, 9.0) and tuple(dot.x) == (5.0,)
    assert "9% of gap" in str(drawn.figure.to_plotly_json()["layout"])
    assert drawn.table.rows[0][-2] == "9%"


def test_a_measure_without_effects_has_no_picture():
    one = measure("M1", effects={})
    assert effect_picture(view(one), one, LIGHT, "zh") is None


def test_filters_are_taken_together():
    cheap, dear = measure("M1"), measure("M2", draft=True)
    dear["cost"] = {"first_year": {"low": 400.0, "mode": 500.0, "high": 900.0}}
    everything = view(cheap, dear)
    assert chosen(everything, "F", "C", "large", drafts="all") == [dear]
    assert chosen(everything, None, None, "small", drafts="only") == []
    assert chosen(everything, "other", None, None, drafts="all") == []


def test_prerequisites_are_told_from_both_sides():
    first, second = measure("M1"), measure("M2", requires={"all": [], "any": [["M1", "M3"]]})
    said = relations_of(view(first, second), second, "en")
    assert said == [
        "Needs M1 Name M1 or M3 first: it begins when that works, and does nothing without it."
    ]
    assert relations_of(view(first, second), first, "en") == ["It is a prerequisite of M2."]


def test_money_shows_low_likeliest_and_high():
    assert money({"low": 500.0, "mode": 1200.0, "high": 3000.0}) == "500–1,200–3,000"
    assert money({"low": 0.0, "mode": 0.0, "high": 0.0}) == "0"


def test_a_level_is_reached_by_all_levels_above_it_too():
    assert reaches({"2": 0.1, "3": 0.5, "4": 0.4}, 3) == pytest.approx(0.9)
    assert reaches(None, 3) is None


def test_departments_below_a_level_are_expected_numbers():
    assert below(report(), 3) == (1.0, 0.25)


def test_the_finding_names_cost_score_and_chance_before_and_after():
    said = scenario_finding(report(), 4, "zh")
    assert "216 万元" in said and "52.0 升到 56.9" in said and "由 1% 变为 60%" in said
    same = report()
    same["city"]["level_probability"] = same["city"]["baseline_level_probability"]
    assert "仍为 1%" in scenario_finding(same, 4, "zh")


def test_a_budget_that_is_passed_is_said_beside_the_cost():
    assert "余 84 万元" in figures(report(), 4, 300.0, "zh")[0][2]
    assert "超出 116 万元" in figures(report(), 4, 100.0, "zh")[0][2]


def test_a_provision_that_has_to_wait_says_since_when():
    (said,) = provision_sentences(
        report(), {"measures": [{"id": "M2", "start": 0}]}, PLACES, CATALOGUE, "zh"
    )
    assert said == (
        "从第 1 年第 1 季度起，全部部门：M2 Second；首年 99.3 万元，以后每年 58 万元；"
        "要等 M1 见效，约在第 1 年第 3 季度才能开始；约在第 2 年第 1 季度见效。"
    )


def test_an_idle_measure_and_one_for_nobody_are_told():
    idle = report(unmet=[{"measure": "M2", "needs": ["M1|M3"], "departments": 7}])
    planned = {"measures": [{"id": "M2"}, {"id": "M9", "departments": []}]}
    first, second = provision_sentences(idle, planned, PLACES, CATALOGUE, "en")
    assert "does nothing in 7 departments, for want of M1 or M3" in first
    assert second.startswith("M9: no department is chosen yet")


def test_places_are_named_and_long_lists_counted():
    assert where({}, PLACES, "zh") == "全部部门"
    assert where({"groups": ["G"]}, PLACES, "zh") == "G（2 个部门）"
    assert where({"departments": list("abcdef")}, PLACES, "zh") == "a、b、c、d等 6 个部门"


def test_quarters_are_counted_from_the_baseline():
    assert quarter_name(0, "en") == "Y1 Q1" and quarter_name(5, "zh") == "第 2 年第 2 季度"


def test_the_course_has_a_band_and_doing_nothing_pinned():
    course = [
        {"quarter": q, "score": 52 + q, "low": 51.0 + q, "high": 53.0 + q,
         "level_probability": {"3": 1.0}}
        for q in range(5)
    ]  # fmt: skip
    drawn = trajectory_picture(report(), course, PLACES, 4, LIGHT, "en")
    assert drawn.title == "A gain of 4.0 in 3 years, half of it by the end of Y1 Q2"
    flat = [tuple(trace.y) for trace in traces(drawn) if trace.line.dash == "dot"]
    assert flat == [(52.0,) * 5]
    assert len(drawn.table.rows) == 5
    assert "Do nothing" in str(drawn.figure.to_plotly_json()["layout"])


def judged(width: float, disagreement: float) -> dict[str, Any]:
    expert = {
        "expert": "a",
        "points": (1, 2, 3),
        "ends": "limits",
        "reason": "",
        "q5": 1.2,
        "q95": 2.8,
    }
    return {
        "measure": "M1", "measure_name": name("First"), "dimension": "D",
        "dimension_name": name("Dim"), "mean": 5.0, "sd": 2.0, "disagreement": disagreement,
        "quantiles": {"5": 1.0, "25": 2.0, "50": 5.0, "75": 7.0, "95": 1.0 + width},
        "width": width, "experts": [expert, {**expert, "expert": "b"}],
    }  # fmt: skip


def test_only_the_widest_effects_are_drawn_and_all_are_in_the_table():
    content = {"effects": [judged(9.0, 0.8), judged(5.0, 0.2)], "experts": [1, 2], "unjudged": 3}
    drawn = disagreement_picture(content, 1, {"D": 0}, LIGHT, "en")
    assert drawn is not None
    # The mixture is two lines and a dot, each expert a line and a tick.
    assert len(traces(drawn)) == 3 + 2 * 2
    assert len(drawn.table.rows) == 2
    assert "80%" in drawn.title and "M1 × D Dim" in experts_finding(content, "en")
    assert disagreement_picture({"effects": []}, 3, {}, LIGHT, "en") is None
