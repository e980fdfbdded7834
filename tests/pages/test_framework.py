"""The framework editor through the shell."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.framework.drafts import draft_view, framework_draft, start_framework_draft
from actions.framework.edits import edit_framework
from actions.framework.frameworks import framework_of
from actions.framework.judgements import add_expert, judge
from indicators.framework import default_framework_text
from indicators.framework.editing.judging import asked_pairs
from tests.pages.test_see import text

PAGE = "manage/framework.py"
SHIPPED = "city-sharing@2025.1"
FACTORS = ("P", "I", "E", "T")


@pytest.fixture
def workspace(demo: str, tmp_path: Path) -> str:
    return str(shutil.copy(demo, tmp_path / "own.db"))


@pytest.fixture
def drafted(workspace: str) -> str:
    access = open_access(workspace)
    start_framework_draft(access, SHIPPED)
    access.workspace.close()
    return workspace


def held(workspace: str):
    access = open_access(workspace)
    draft = framework_draft(access)
    assert draft is not None
    return draft_view(access, draft)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return run(app)


def finding(app: AppTest) -> str:
    found = re.search(r'<h1 class="ff-finding">(.*?)</h1>', text(app))
    assert found
    return found.group(1)


def test_the_first_visit_begins_from_the_built_in_framework(visit, tmp_path):
    app = visit(str(tmp_path / "empty.db"), PAGE, lang="en")
    assert app.button(key="framework-begin").label == "Start from the built-in framework"
    app = click(app, "framework-begin")
    assert finding(app) == "Edits so far: 0"
    assert app.query_params["draft"]


@pytest.mark.parametrize(("lang", "said"), [("zh", "没有差别"), ("en", "does not differ")])
def test_a_fresh_draft_says_in_either_language_that_it_changes_nothing(visit, drafted, lang, said):
    app = visit(drafted, PAGE, lang=lang)
    assert said in finding(app)
    assert "合成数据" in text(app) or "synthetic" in text(app)


def test_a_weight_is_saved_at_once_with_its_share_and_its_impact(visit, drafted):
    app = visit(drafted, PAGE, lang="en")
    app.number_input(key="fw-P-weight").set_value(3.0)
    app = run(app)
    assert "The edits so far (1) would move the level of" in finding(app)
    assert "City score 52.8 → 53.5" in text(app)
    # 3 of 3 + 1 + 1 + 1
    assert app.number_input(key="fw-P-weight").label.endswith("50.0%")
    (one,) = held(drafted).edits
    assert (one.owner, one.after) == ("P", 3.0)


def test_a_closed_tab_loses_nothing(visit, drafted):
    app = visit(drafted, PAGE)
    app.number_input(key="fw-P-weight").set_value(3.0)
    run(app)
    again = visit(drafted, PAGE)
    assert again.number_input(key="fw-P-weight").value == 3.0


def test_the_address_holds_draft_node_part_and_round(visit, drafted):
    app = visit(drafted, PAGE, node="T2-1", part="tree", round="2024")
    assert app.selectbox(key="select-node").value == "T2-1"
    assert app.selectbox(key="select-round").value == "2024"
    app.selectbox(key="select-node").select("P1")
    app = run(app)
    assert app.query_params["node"] == "P1" and app.query_params["draft"]


def test_a_wrong_draft_names_its_problem_and_cannot_be_adopted(visit, drafted):
    app = visit(drafted, PAGE, node="T2-1", lang="en")
    app = click(app, "swap-goalposts")
    assert "Errors in the draft: 1" in finding(app)
    app.query_params["part"] = "adopt"
    app = run(app)
    assert app.button(key="adopt-draft").disabled
    assert "E309" in text(app) and "T2-1.metric" in text(app)
    app.query_params["part"] = "tree"
    app = click(run(app), "swap-goalposts")
    assert "does not differ" in finding(app)


def test_wording_aggregation_and_goalposts_are_edited(visit, drafted):
    app = visit(drafted, PAGE, node="P")
    app.text_input(key="fw-P-name.zh").set_value("人员")
    app = run(app)
    app.selectbox(key="fw-P-aggregation").set_value("power")
    app = run(app)
    app.number_input(key="fw-P-aggregation-parameter").set_value(-1.0)
    app = run(app)
    app.selectbox(key="select-node").select("T2-1")
    app = run(app)
    app.number_input(key="fw-T2-1-metric.goalposts-0").set_value(15.0)
    app = run(app)
    edits = {(one.owner, one.field): one.after for one in held(drafted).edits}
    assert edits == {
        ("P", ("name", "zh")): "人员",
        ("P", ("aggregation",)): "power:-1",
        ("T2-1", ("metric", "goalposts")): [15.0, 3.0],
    }
    app.selectbox(key="select-node").select("P")
    app = run(app)
    app.selectbox(key="fw-P-aggregation").set_value("inherited")
    run(app)
    assert ("P", ("aggregation",)) not in {(e.owner, e.field) for e in held(drafted).edits}


def test_the_wording_and_direction_of_items_are_edited(visit, drafted):
    app = visit(drafted, PAGE, node="P1-1")
    app.text_input(key="fw-P1-1a-text.en").set_value("Our mandate is written down.")
    app = run(app)
    app.checkbox(key="fw-P1-1a-reverse").check()
    run(app)
    edits = {one.field: one.after for one in held(drafted).edits if one.owner == "P1-1a"}
    assert edits == {("text", "en"): "Our mandate is written down.", ("reverse",): True}


def test_gates_are_switched_off_and_moved(visit, drafted):
    app = visit(drafted, PAGE, part="gates")
    app.checkbox(key="fw-G1-enabled").uncheck()
    app = run(app)
    app.number_input(key="fw-G3-nodes.P1").set_value(70.0)
    app = run(app)
    assert "P1 ≥ 70" in text(app)
    edits = {(one.owner, one.field): one.after for one in held(drafted).edits}
    assert edits == {("G1", ("enabled",)): False, ("G3", ("nodes", "P1")): 70.0}


def test_every_field_of_a_gate_keeps_what_the_framework_says(visit, drafted):
    # Showing a control must not change the draft, whatever the gate.
    visit(drafted, PAGE, part="gates")
    assert held(drafted).edits == ()


def test_changes_list_what_was_before_and_after(visit, drafted):
    app = visit(drafted, PAGE, lang="en")
    app.number_input(key="fw-P-weight").set_value(3.0)
    app = run(app)
    app.query_params["part"] = "changes"
    said = text(run(app))
    assert "<td>P</td><td class=ff-wrap>People</td><td>Weight</td>" in said
    assert "<td class=ff-wrap>1</td><td class=ff-wrap>3</td>" in said
    assert "Departments of 2025 that would move" in said


def test_an_adopted_draft_holds_for_new_rounds(visit, drafted):
    app = visit(drafted, PAGE, lang="en", part="adopt")
    app.text_input(key="fw-overall-version").set_value("2026.0")
    app = run(app)
    app = click(app, "adopt-draft")
    assert app.success and "city-sharing@2026.0" in app.success[0].value
    assert framework_of(open_access(drafted)).version == "2026.0"
    assert app.query_params["draft"] == "new"


def test_a_version_that_is_taken_is_a_finding(visit, drafted):
    app = visit(drafted, PAGE, part="adopt")
    app.text_input(key="fw-overall-version").set_value("2025.1")
    app = run(app)
    app.query_params["part"] = "tree"
    app = run(app)
    app.number_input(key="fw-P-weight").set_value(2.0)
    app = run(app)
    app.query_params["part"] = "adopt"
    app = click(run(app), "adopt-draft")
    assert app.error and "E914" in text(app)


def test_files_can_be_taken_away(visit, drafted):
    app = visit(drafted, PAGE, part="adopt")
    assert len(app.get("download_button")) == 2


def upload(app: AppTest, content: bytes) -> AppTest:
    app.file_uploader(key="framework-file").upload("框架.yaml", content, "application/yaml")
    return click(run(app), "framework-begin-file")


def test_a_file_begins_a_draft(visit, workspace):
    content = default_framework_text().replace('version: "2025.1"', 'version: "9"', 1)
    app = upload(visit(workspace, PAGE), content.encode())
    assert held(workspace).base == "city-sharing@9"
    assert "没有差别" in finding(app)


def test_a_bad_file_shows_code_place_and_fix(visit, workspace):
    content = default_framework_text().replace("kind: weakest-factor", "kind: luck", 1)
    app = upload(visit(workspace, PAGE, lang="en"), content.encode())
    said = text(app)
    assert app.error and "E314" in said and "line 7" in said and "gates[0]" in said
    access = open_access(workspace)
    assert framework_draft(access) is None


def test_a_draft_that_is_gone_says_so(visit, workspace):
    app = visit(workspace, PAGE, draft="0123456789ab")
    assert app.warning


def test_open_drafts_are_resumed_and_discarded(visit, drafted):
    draft = framework_draft(open_access(drafted))
    assert draft is not None
    app = click(visit(drafted, PAGE, draft="new"), f"resume-{draft.id}")
    assert app.query_params["draft"] == draft.id
    app.query_params["part"] = "adopt"
    click(run(app), "discard-draft")
    assert framework_draft(open_access(drafted)) is None


def test_another_tab_s_edit_is_told_of_and_not_overwritten(visit, drafted, monkeypatch):
    from actions.framework import edits as framework_edits

    app = visit(drafted, PAGE, lang="en")
    keep = framework_edits.with_value

    def slow(*arguments):
        """Another tab saves between this one's reading and its writing."""
        monkeypatch.setattr(framework_edits, "with_value", keep)
        access = open_access(drafted)
        draft = framework_draft(access)
        assert draft is not None
        edit_framework(access, draft, "I", ("weight",), 2.0)
        return keep(*arguments)

    monkeypatch.setattr(framework_edits, "with_value", slow)
    app.number_input(key="fw-P-weight").set_value(3.0)
    app = run(app)
    assert app.error and "E920" in text(app)
    assert [(one.owner, one.after) for one in held(drafted).edits] == [("I", 2.0)]
    assert app.number_input(key="fw-P-weight").value == 1.0


@pytest.mark.parametrize(
    ("address", "button"),
    [
        ({"part": "adopt"}, "adopt-draft"),
        ({"part": "adopt"}, "discard-draft"),
        ({"draft": "new"}, "discard-{id}"),
    ],
)
def test_what_another_tab_saved_is_not_ended_unseen(visit, drafted, address, button):
    app = visit(drafted, PAGE, **address)
    access = open_access(drafted)
    draft = framework_draft(access)
    assert draft is not None
    edit_framework(access, draft, "I", ("weight",), 2.0)
    app = click(app, button.format(id=draft.id))
    assert app.error and "E920" in text(app)
    assert [(one.owner, one.after) for one in held(drafted).edits] == [("I", 2.0)]
    # Now it has been seen.
    app = click(app, button.format(id=draft.id))
    assert not app.error and framework_draft(access) is None


def test_a_version_that_is_written_just_before_adopting_is_adopted(visit, drafted):
    app = visit(drafted, PAGE, part="adopt")
    app.text_input(key="fw-overall-version").set_value("2026.1")
    app.button(key="adopt-draft").click()
    run(app)
    assert framework_of(open_access(drafted)).version == "2026.1"


def compared(workspace: str, name: str, steps: tuple[int, ...]) -> None:
    access = open_access(workspace)
    draft = framework_draft(access)
    assert draft is not None
    draft = add_expert(access, draft, "overall", name)
    for pair, step in zip(asked_pairs(FACTORS), steps, strict=False):
        draft = judge(access, draft, "overall", name, pair, step)
    access.workspace.close()


def test_an_expert_compares_pair_by_pair_with_back_and_undo(visit, drafted):
    app = visit(drafted, PAGE, part="judgements", lang="en")
    app.text_input(key="expert-name").set_value("Li")
    app = click(app, "add-expert")
    assert app.query_params["expert"] == "Li"
    radio = app.radio(key="pair-overall-Li-0")
    assert len(radio.options) == 17 and radio.value is None
    assert radio.options[0] == "9 People extremely more"
    assert app.button(key="pair-next").disabled
    radio.set_value(5)
    app = run(app)
    assert "Pair 1 of 6; 1 judged." in text(app)
    app = click(app, "pair-next")
    assert app.query_params["pair"] == "2"
    app.radio(key="pair-overall-Li-1").set_value(-3)
    app = run(app)
    app = click(app, "pair-back")
    assert app.radio(key="pair-overall-Li-0").value == 5
    app = click(app, "pair-undo")
    assert app.query_params["pair"] == "2" and "1 judged" in text(app)


def test_judging_goes_on_where_it_was_left(visit, drafted):
    compared(drafted, "Li", (3, 3, 3))
    app = visit(drafted, PAGE, part="judgements", lang="en")
    assert app.radio(key="pair-overall-Li-3").value is None
    assert "Of the first 3" in text(app)


def test_contradictions_name_the_triple_and_the_pair_to_think_over(visit, drafted):
    # All 1 but people against technology, where only "equally" would agree.
    compared(drafted, "Li", (1, 1, 1, 9, 1, 1))
    app = visit(drafted, PAGE, part="judgements", lang="en")
    said = text(app)
    assert "above 0.1" in said and "random index: Saaty 1980" in said
    assert "The triple that agrees least: People to Information is 1" in said
    assert "The pair most worth another thought is People and Technology" in said
    assert "the ratio would fall to 0.000" in said
    app = click(app, "to-pair")
    assert app.radio(key="pair-overall-Li-3").value == 9


def test_several_experts_are_joined_pictured_and_used(visit, drafted):
    compared(drafted, "Li", (2, 4, 2, 8, 4, 2))
    compared(drafted, "王工", (1, 1, 1, 1, 1, 1))
    app = visit(drafted, PAGE, part="judgements", lang="en")
    assert len(app.get("plotly_chart")) == 2
    said = text(app)
    assert "2 experts differ most on People: 25%–53%" in said
    for method in ("Equal", "AHP eigenvector", "AHP geometric mean", "Entropy", "CRITIC"):
        assert f'<th scope="col">{method}</th>' in said
    app = click(app, "use-judgements")
    assert "they stand in the framework file" in text(app)
    view = held(drafted)
    assert view.framework is not None and view.framework.weighting is not None
    assert [one.name for one in view.framework.weighting.experts] == ["Li", "王工"]
    app.query_params["part"] = "tree"
    app = run(app)
    assert app.number_input(key="fw-P-weight").disabled
    app = click(app, "keep-weights")
    assert not app.number_input(key="fw-P-weight").disabled


def test_names_are_shown_as_text(visit, drafted):
    app = visit(drafted, PAGE, node="P")
    app.text_input(key="fw-P-name.zh").set_value("<script>alert(1)</script>")
    app = run(app)
    assert "<script>alert" not in text(app) and "&lt;script&gt;alert" in text(app)


def test_a_leaf_has_nothing_to_compare(visit, drafted):
    app = visit(drafted, PAGE, part="judgements", node="P1-1", lang="en")
    assert "no children to compare" in text(app)


@pytest.mark.parametrize("part", ["tree", "structure", "judgements", "gates", "changes", "adopt"])
def test_no_part_fails_while_the_draft_is_wrong(visit, drafted, part):
    access = open_access(drafted)
    draft = framework_draft(access)
    assert draft is not None
    draft = edit_framework(access, draft, "P", ("weight",), 0.0)
    for one in ("I", "E", "T"):
        draft = edit_framework(access, draft, one, ("weight",), 0.0)
    draft = edit_framework(access, draft, "overall", ("framework",), "Not An Id")
    access.workspace.close()
    app = visit(drafted, PAGE, part=part)
    assert "2 处错误" in finding(app)
