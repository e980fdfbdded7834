"""The leader's two pages, through the shell."""

from __future__ import annotations

import shutil
from html import escape
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.city.overview import city_view, department_view
from actions.measures.catalogue import use_measures
from actions.scenarios.remedies import linked_measures
from charts.city.words import remedy_name, remedy_sentence
from cli.main import run
from tests.cli.full_roster_city import city

ELSEWHERE = """
catalogue: elsewhere
measures:
  - id: M1
    effects: {OTHER: 5}
    cost: {first_year: 10}
    evidence: {source: a dimension that this framework does not have}
"""


def text(app: AppTest) -> str:
    """Everything that the page says in its own markup."""
    return "\n".join(element.proto.body for element in app.get("html"))


def labels(app: AppTest) -> list[str]:
    return [box.label for box in app.selectbox]


@pytest.mark.parametrize(("lang", "finding"), [("zh", "H 市处于"), ("en", "City H is at")])
def test_the_overview_opens_with_the_city_s_level_in_the_language_of_the_address(
    visit, demo, lang, finding
):
    app = visit(demo, lang=lang)
    assert finding in text(app)
    assert len(app.get("plotly_chart")) == 4


def links(app: AppTest) -> list[tuple[str, str]]:
    """Label and parameters of every link from the page to another."""
    return [(link.proto.label, link.proto.query_string) for link in app.get("page_link")]


def test_every_weak_point_names_a_measure_with_its_cost_and_gain_and_leads_to_it(visit, demo):
    app = visit(demo, lang="en")
    access = open_access(demo, published=True)
    weak = [point.indicator for point in city_view(access, "2025").weak_points]
    found = linked_measures(access, "2025", weak)
    assert list(found) == weak
    said, seen = text(app), links(app)
    for remedy in found.values():
        assert escape(remedy_sentence(remedy, "en")) in said
        query = next(query for label, query in seen if label == remedy_name(remedy, "en"))
        assert f"measure={remedy.measure}" in query and "part=measure" in query
    assert "planning assumptions" in said


def test_where_the_catalogue_does_not_apply_weak_points_stand_without_measures(
    visit, demo, tmp_path
):
    copy = shutil.copy(demo, tmp_path / "copy.db")
    access = open_access(str(copy))
    use_measures(access, ELSEWHERE.encode())
    access.workspace.close()
    app = visit(str(copy), lang="en")
    assert "departments are below level 3" in text(app)
    assert "planning assumptions" not in text(app)
    assert [label for label, _ in links(app) if label.startswith("M")] == []


def test_the_overview_compares_the_newest_round_with_the_one_before(visit, demo):
    app = visit(demo)
    assert app.selectbox(key="select-round").value == "2025"
    assert app.selectbox(key="select-compared").value == "2024"


def test_a_choice_goes_into_the_address_and_the_address_into_the_choice(visit, demo):
    app = visit(demo, round="2023", compared="none")
    assert app.selectbox(key="select-round").value == "2023"
    assert app.selectbox(key="select-compared").value == "none"
    app.selectbox(key="select-round").select("2024").run()
    assert app.query_params["round"] == "2024"
    assert not app.exception


def test_an_address_that_names_nothing_shows_the_default_instead_of_failing(visit, demo):
    app = visit(demo, round="1066", group="海军", lang="fr")
    assert app.selectbox(key="select-round").value == "2025"
    assert "H 市处于" in text(app)


def test_every_chart_has_an_alternative_text_and_a_table(visit, demo):
    app = visit(demo, lang="en")
    for chart in app.get("plotly_chart"):
        assert len(chart.proto.alt) > 10
    assert text(app).count('<div class="ff-table"') == 4


def test_the_mark_of_synthetic_data_stands_on_every_page_of_results(visit, demo):
    assert "合成数据" in text(visit(demo))
    assert "合成数据" in text(visit(demo, "see/department.py"))


def test_a_group_shows_its_departments_alone(visit, demo):
    app = visit(demo, group="民生与社会")
    table = next(body for body in text(app).split("\n") if "民政局" in body and "<td" in body)
    assert "教育局" in table and "财政局" not in table


def test_the_profile_of_a_department_names_its_level_and_every_gate(visit, demo):
    app = visit(demo, "see/department.py", department="财政局", lang="en")
    said = text(app)
    view = department_view(open_access(demo, published=True), "2025", "财政局")
    assert view is not None and view.row.level is not None
    assert f"Finance is at level {view.row.level}" in said
    for gate in view.gates:
        assert f"{gate.id} " in said


def test_the_view_stays_when_the_page_changes(visit, demo):
    app = visit(demo, round="2024", lang="en")
    app.switch_page("see/department.py").run()
    assert app.selectbox(key="select-round").value == "2024"
    assert "Round" in labels(app)


def test_the_profile_opens_on_the_first_department_whose_score_is_shown(visit, demo):
    seen = city_view(open_access(demo, published=True), "2025")
    scored = {row.name["zh"] for row in seen.rows if row.overall.score is not None}
    app = visit(demo, "see/department.py")
    box = app.selectbox(key="select-department")
    listed = box.options
    assert listed[0] not in scored
    opened = next(name for name in listed if name in scored)
    assert listed[box.index or 0] == opened
    assert "为保护填答人" not in text(app)


def test_peers_of_one_s_own_choice_are_kept_in_the_address(visit, demo):
    app = visit(demo, "see/department.py", department="财政局", peers="own")
    app.multiselect(key="select-with").select("教育局").select("民政局").run()
    assert app.query_params["with"] == "教育局,民政局"
    assert not app.exception


def test_no_page_says_the_number_of_a_protected_department(visit, demo):
    seen = city_view(open_access(demo, published=True), "2025")
    true = city_view(open_access(demo, published=False), "2025")
    hidden = {row.id for row in seen.rows if row.status == "suppressed"}
    assert hidden
    said = text(visit(demo))
    assert "＊" in said
    for row in true.rows:
        if row.id in hidden:
            app = visit(demo, "see/department.py", department=row.id)
            page = text(app) + "".join(str(c.proto.spec) for c in app.get("plotly_chart"))
            assert "为保护填答人" in page
            assert f"{row.overall.score:.3f}"[:6] not in page
            assert f"（{row.overall.low:.1f}—{row.overall.high:.1f}）" not in page


def test_why_a_protected_department_is_where_it_is_stays_unsaid_with_words(visit, demo):
    seen = city_view(open_access(demo, published=True), "2025")
    hidden = next(row.id for row in seen.rows if row.status == "suppressed")
    said = text(visit(demo, "see/department.py", department=hidden, part="why", lang="en"))
    assert "withheld to protect" in said
    assert "At the highest level" not in said


def test_an_empty_workspace_says_who_must_do_what(visit, tmp_path):
    app = visit(str(tmp_path / "empty.db"), lang="en")
    assert "no round to show yet" in text(app)
    app = visit(str(tmp_path / "empty.db"), "see/department.py", lang="en")
    assert "no round to show yet" in text(app)


def test_a_workspace_that_cannot_be_opened_is_a_finding_and_not_a_failure(visit, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"this is no database, whatever its name says" * 50)
    app = visit(str(tmp_path / "broken.db"))
    assert app.error
    assert "E9" in text(app)


def test_a_department_without_data_in_the_round_gets_no_level(visit, demo, tmp_path):
    from actions.data.departments import import_departments

    copy = tmp_path / "copy.db"
    shutil.copy(demo, copy)
    access = open_access(str(copy))
    roster = "id,name_zh,name_en,group,headcount,weight\n新局,新局,New bureau,综合管理,10,1\n"
    import_departments(access, roster.encode(), "名单.csv")
    access.workspace.close()
    said = text(visit(str(copy), "see/department.py", department="新局"))
    assert "没有数据" in said
    assert "新局" in text(visit(str(copy)))


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "全员答全，没有抽样误差"), ("en", "everybody answered: no sampling error")],
)
def test_where_everybody_answered_everything_both_pages_say_so(visit, tmp_path, lang, said):
    workspace = str(tmp_path / "own.db")
    city(
        lambda *a: SimpleNamespace(status=run(["--workspace", workspace, *map(str, a)])),
        tmp_path,
        blank=0.0,
    )
    assert said in text(visit(workspace, lang=lang))
    assert said in text(visit(workspace, "see/department.py", lang=lang))
