"""Measures, experts' estimates and the builder of scenarios, through the shell."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.measures.edits import catalogue_view
from actions.measures.experts import adopt_experts, experts_blank
from actions.scenarios.edits import sample_scenario
from actions.scenarios.simulation import simulate_report
from actions.scenarios.stored import list_scenarios, save_scenario, stored_scenario
from charts.house.numbers import score
from tests.pages.test_see import text

MEASURES, SCENARIO, EXPERTS = "plan/measures.py", "plan/scenario.py", "plan/experts.py"


@pytest.fixture
def workspace(demo: str, tmp_path: Path) -> str:
    return str(shutil.copy(demo, tmp_path / "own.db"))


@pytest.fixture
def sampled(workspace: str) -> str:
    access = open_access(workspace)
    sample_scenario(access)
    access.workspace.close()
    return workspace


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def held(workspace: str, id: str = "inventory-first"):
    access = open_access(workspace)
    found = stored_scenario(access, id)
    access.workspace.close()
    assert found is not None
    return found


@pytest.mark.parametrize(("lang", "mark"), [("zh", "规划假设"), ("en", "planning assumptions")])
@pytest.mark.parametrize("part", ["catalogue", "measure", "edit", "files"])
def test_every_part_of_the_catalogue_is_marked_as_assumptions(visit, demo, lang, mark, part):
    said = text(visit(demo, MEASURES, lang=lang, part=part))
    assert f'<span class="ff-badge">{mark}</span>' in said


def test_the_table_shows_every_measure_with_its_effects_costs_and_needs(visit, demo):
    said = text(visit(demo, MEASURES, lang="en"))
    for id in (f"M{n:02d}" for n in range(1, 26)):
        assert f"<b>{id}</b>" in said
    # M06 on I1: PERT mean (6 + 4·12 + 20) / 6 = 12.3 points, 12.3/55 of the gap.
    assert "I1 Catalogue: 12.3 points on average (6–20), 22% of the gap" in said
    assert "First year 40–89–200" in said and "Needs M08 or M09" in said


def test_filters_stand_in_the_address_and_narrow_the_table(visit, demo):
    app = visit(demo, MEASURES, factor="T", cost="large")
    said = text(app)
    assert "<b>M17</b>" in said and "<b>M06</b>" not in said and "<b>M22</b>" not in said
    app = visit(demo, MEASURES, cause="OUT-B")
    assert "<b>M24</b>" in text(app) and "<b>M01</b>" not in text(app)
    app = visit(demo, MEASURES, drafts="only")
    assert "没有措施符合" in text(app)


def test_one_measure_is_told_with_its_picture_and_relations(visit, demo):
    app = visit(demo, MEASURES, part="measure", measure="M14")
    said = text(app)
    assert "必须先有 M08 目录管理强化与动态更新 或 M09" in said
    assert "与 M04" in said and "严格排名可能损害互信" in said
    (chart,) = app.get("plotly_chart")
    assert "占差距的 33%" in chart.proto.alt


def test_a_changed_measure_becomes_a_new_version(visit, workspace):
    app = visit(workspace, MEASURES, part="edit", measure="M06", lang="en")
    access = open_access(workspace)
    form = f"measure-M06-{catalogue_view(access)['catalogue']['digest'][:12]}"
    app.number_input(key=f"{form}-cost-annual-high").set_value(90.0)
    app = run(app)
    app.button(key=f"{form}-save").click()
    app = run(app)
    assert "2026.2 is now in use" in app.success[0].value
    one = next(m for m in catalogue_view(access)["measures"] if m["id"] == "M06")
    assert one["cost"]["annual"]["high"] == 90
    access.workspace.close()


def test_a_wrong_measure_is_refused_with_code_and_place_and_nothing_changes(visit, workspace):
    app = visit(workspace, MEASURES, part="edit", measure="M06", lang="en")
    access = open_access(workspace)
    digest = catalogue_view(access)["catalogue"]["digest"]
    form = f"measure-M06-{digest[:12]}"
    app.number_input(key=f"{form}-effect-I1-high").set_value(60.0)
    app = run(app)
    app.button(key=f"{form}-save").click()
    app = run(app)
    assert app.error and "E322" in text(app) and "measures[5].effects.I1" in text(app)
    assert catalogue_view(access)["catalogue"]["digest"] == digest
    access.workspace.close()


def test_a_new_measure_without_a_source_is_marked_as_a_draft(visit, workspace):
    app = visit(workspace, MEASURES, part="edit", lang="en")
    access = open_access(workspace)
    form = f"measure-new-{catalogue_view(access)['catalogue']['digest'][:12]}"
    assert app.text_input(key=f"{form}-id").value == "M26"
    app.text_input(key=f"{form}-name-en").set_value("Own measure")
    app.multiselect(key=f"{form}-dimensions").select("P1")
    app = run(app)
    app.number_input(key=f"{form}-effect-P1-high").set_value(10.0)
    app = run(app)
    app.button(key=f"{form}-save").click()
    app = run(app)
    one = catalogue_view(access)["measures"][-1]
    assert (one["id"], one["name"]["zh"], one["draft"]) == ("M26", "Own measure", True)
    access.workspace.close()
    said = text(visit(workspace, MEASURES, drafts="only", lang="en"))
    assert "Own measure" in said and '<span class="ff-badge">draft</span>' in said


def test_without_a_scenario_doing_nothing_is_there_and_how_to_begin(visit, workspace):
    app = visit(workspace, SCENARIO, lang="en", part="edit")
    assert app.selectbox(key="select-scenario").value == "do-nothing"
    assert "Doing nothing is the baseline" in text(app)
    app.button(key="scenario-sample").click()
    app = run(app)
    assert app.query_params["scenario"] == "inventory-first"
    assert held(workspace).version == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_the_numbers_of_the_simulation(visit, sampled, lang):
    app = visit(sampled, SCENARIO, lang=lang, round="2025")
    access = open_access(sampled, published=True)
    report = simulate_report(access, "2025", dict(held(sampled).content))
    access.workspace.close()
    city = report["city"]
    said = text(app)
    assert f"{score(city['baseline']['score'])} → {score(city['projected']['score'])}" in said
    assert f"{report['cost']['horizon_total']:,.0f}" in said
    charts = app.get("plotly_chart")
    assert len(charts) == 2 and all(len(chart.proto.alt) > 10 for chart in charts)
    # Doing nothing is pinned in the picture.
    assert {"zh": "不采取措施", "en": "Do nothing"}[lang] in json.dumps(
        json.loads(charts[0].proto.spec), ensure_ascii=False
    )


def test_a_provision_reads_as_a_sentence_with_where_when_cost_and_wait(visit, sampled):
    said = text(visit(sampled, SCENARIO))
    assert "从第 1 年第 3 季度起，全部部门：M08 目录管理强化与动态更新；首年 99.3 万元" in said
    assert "M06 见效后开始" in said


def test_edits_are_saved_as_they_are_made_and_checked_at_once(visit, sampled):
    app = visit(sampled, SCENARIO, part="edit", lang="en")
    app.multiselect(key="scenario-inventory-first-measures").set_value(["M02", "M12"])
    app = run(app)
    assert [one["id"] for one in held(sampled).content["measures"]] == ["M02", "M12"]
    assert "W324" in text(app) and "does nothing in" in text(app)
    app.selectbox(key="start-inventory-first-M12").set_value(5)
    app = run(app)
    assert held(sampled).content["measures"][1]["start"] == 5
    app.number_input(key="scenario-inventory-first-budget").set_value(50.0)
    app = run(app)
    assert "W323" in text(app) and "exceeded by" in text(app)
    # Another tab finds what this one did.
    again = visit(sampled, SCENARIO, part="edit", lang="en")
    assert again.selectbox(key="start-inventory-first-M12").value == 5


def test_a_measure_can_be_taken_by_groups_and_by_some_departments(visit, sampled):
    app = visit(sampled, SCENARIO, part="edit")
    key = "where-inventory-first-M08"
    app.segmented_control(key=key).set_value("groups")
    app = run(app)
    assert len(held(sampled).content["measures"][2]["groups"]) == 1
    app.segmented_control(key=key).set_value("some")
    app = run(app)
    assert "还没有选部门" in text(app)
    app.multiselect(key="departments-inventory-first-M08").set_value(["财政局", "民政局"])
    app = run(app)
    assert held(sampled).content["measures"][2]["departments"] == ["财政局", "民政局"]
    assert "财政局、民政局：M08" in text(app)


def test_somebody_else_s_save_is_told_of_and_kept(visit, sampled):
    app = visit(sampled, SCENARIO, part="edit")
    access = open_access(sampled)
    other = dict(held(sampled).content) | {"budget": 321.0}
    save_scenario(access, other, held(sampled).version)
    access.workspace.close()
    app.number_input(key="scenario-inventory-first-budget").set_value(50.0)
    app = run(app)
    assert "E920" in text(app)
    assert held(sampled).content["budget"] == 321.0


def test_the_address_restores_scenario_round_horizon_and_target(visit, sampled):
    app = visit(
        sampled, SCENARIO, scenario="inventory-first", round="2024", horizon="5", target="3"
    )
    assert app.selectbox(key="select-horizon").value == "5"
    assert app.selectbox(key="select-target").value == "3"
    assert "5 年约花" in text(app) or "5 年费用" in text(app)


def test_a_scenario_is_copied_and_deleted(visit, sampled):
    app = visit(sampled, SCENARIO, part="all", lang="en")
    app.button(key="scenario-copy").click()
    app = run(app)
    assert app.query_params["scenario"] == "inventory-first-2"
    assert held(sampled, "inventory-first-2").content["name"]["en"] == "Inventory first (copy)"
    app.button(key="scenario-delete").click()
    app = run(app)
    access = open_access(sampled)
    assert [one.id for one in list_scenarios(access)] == ["inventory-first"]
    access.workspace.close()


def test_a_scenario_that_the_round_cannot_bear_is_refused_by_code_and_not_lost(visit, sampled):
    access = open_access(sampled)
    content = {"scenario": "lost", "measures": [{"id": "M06", "departments": ["海军部"]}]}
    save_scenario(access, content)
    access.workspace.close()
    app = visit(sampled, SCENARIO, scenario="lost", lang="en")
    assert app.error and "E321" in text(app) and "海军部" in text(app)


def test_no_number_of_a_protected_department_is_in_the_page(visit, sampled):
    access = open_access(sampled, published=True)
    shown = simulate_report(access, "2025", dict(held(sampled).content))
    access.workspace.close()
    access = open_access(sampled)
    every = simulate_report(access, "2025", dict(held(sampled).content))
    access.workspace.close()
    hidden = {one["id"] for one in every["units"]} - {one["id"] for one in shown["units"]}
    assert hidden
    app = visit(sampled, SCENARIO)
    page = text(app) + "".join(str(chart.proto.spec) for chart in app.get("plotly_chart"))
    for one in every["units"]:
        if one["id"] in hidden:
            assert f"{one['projected']['score']:.3f}"[:6] not in page


def sheet(access, expert: str, points: tuple[float, float, float]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(experts_blank(access, "zh")[1]))
    page = book.worksheets[0]
    page["A2"], page["I2"], page["J2"] = expert, "上下限", "=1+1 试点"
    for place, value in zip("FGH", points, strict=True):
        page[f"{place}2"] = value
    page["J2"].data_type = "s"
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def test_without_experts_the_page_hands_out_the_blank(visit, demo):
    app = visit(demo, EXPERTS, lang="en")
    assert "No expert has judged yet" in text(app)
    assert "planning assumptions" in text(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_disagreement_is_shown_and_every_judgement_kept(visit, workspace, lang):
    access = open_access(workspace)
    files = [
        ("a.xlsx", sheet(access, "张三", (1, 2, 3))),
        ("b.xlsx", sheet(access, "<b>Li</b>", (21, 22, 23))),
    ]
    adopt_experts(access, files)
    access.workspace.close()
    app = visit(workspace, EXPERTS, lang=lang)
    (chart,) = app.get("plotly_chart")
    assert "99%" in chart.proto.alt
    said = text(visit(workspace, EXPERTS, lang=lang, part="judgements"))
    assert "1–2–3" in said and "21–22–23" in said
    assert "<b>Li</b>" not in said and "&lt;b&gt;Li&lt;/b&gt;" in said


def test_an_expert_can_withdraw_on_the_page(visit, workspace):
    access = open_access(workspace)
    adopt_experts(access, [("a.xlsx", sheet(access, "张三", (1, 2, 3)))])
    access.workspace.close()
    app = visit(workspace, EXPERTS, part="judgements")
    app.button(key="withdraw-张三").click()
    app = run(app)
    assert "还没有专家判断" in text(app)
