"""Adding, moving and removing parts on the framework editor's page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions.access import open_access
from actions.framework.drafts import framework_draft, start_framework_draft
from actions.framework.edits import edit_framework
from actions.framework.structure import add_part, remove_part
from tests.pages.test_framework import PAGE, SHIPPED, click, finding, held, run
from tests.pages.test_see import text


@pytest.fixture
def drafted(demo: str, tmp_path: Path) -> str:
    workspace = str(shutil.copy(demo, tmp_path / "own.db"))
    access = open_access(workspace)
    start_framework_draft(access, SHIPPED)
    access.workspace.close()
    return workspace


def form(app) -> str:
    """The beginning of the keys of the form that is shown."""
    return next(b.key for b in app.button if b.key and b.key.endswith("-add")).removesuffix("-add")


def edits(workspace) -> list[tuple]:
    return [(e.owner, e.field, e.before, e.after) for e in held(workspace).edits]


def test_a_metric_is_added_and_its_lack_of_data_is_told_and_undone(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P1", lang="en")
    key = form(app)
    app.text_input(key=f"{key}-name-en").set_value("Officers in post")
    app.radio(key=f"{key}-structure.measured").set_value("metric")
    app = run(app)
    app.number_input(key=f"{key}-metric.goalposts-0").set_value(0.0)
    app.number_input(key=f"{key}-metric.goalposts-1").set_value(100.0)
    app = click(app, f"{key}-add")
    assert edits(drafted) == [("P1-4", ("parent",), None, "P1")]
    assert "edits so far (1)" in finding(app)
    assert "Without data in 2025, so without a score (1): P1-4." in app.warning[0].value
    said = text(app)
    assert "only by re-scoring" in said and "┆" in said
    # The next form begins empty under the next id.
    assert app.text_input(key=f"{form(app)}-id").placeholder == "P1-5"
    app.query_params["part"] = "adopt"
    assert "W303" in text(run(app))
    app = click(app, "undo-edit")
    assert edits(drafted) == [] and not app.warning


def test_a_wrong_indicator_is_refused_by_the_form_which_keeps_what_was_written(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P1", lang="en")
    key = form(app)
    app.text_input(key=f"{key}-id").set_value("P2-1")
    app.text_input(key=f"{key}-name-zh").set_value("新指标")
    app = click(app, f"{key}-add")
    assert app.error and "E302" in text(app) and "P2-1" in text(app)
    assert app.text_input(key=f"{key}-name-zh").value == "新指标"
    assert edits(drafted) == []


def test_a_survey_indicator_is_made_of_items_that_are_here_and_new_ones(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P1")
    key = form(app)
    app.multiselect(key=f"{key}-spare").set_value(["P2-1a"])
    app.number_input(key=f"{key}-count").set_value(1)
    app = run(app)
    app.text_input(key=f"{key}-item-0-text-zh").set_value("会主动提供吗？")
    app = click(app, f"{key}-add")
    framework = held(drafted).framework
    assert framework is not None
    survey = framework.indicator("P1-4").survey
    assert survey is not None and [i.id for i in survey.items] == ["P2-1a", "P1-4a"]
    assert "┆ 断点" in text(app)


def test_an_item_is_added_moved_and_removed(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P1-1", lang="en")
    key = form(app)
    app.text_input(key=f"{key}-text-en").set_value("We know whom to ask.")
    app = click(app, f"{key}-add")
    assert edits(drafted) == [("P1-1d", ("parent",), None, "P1-1")]
    app.selectbox(key="arrange-P1-1").set_value("P1-1d")
    app = run(app)
    app.selectbox(key="move-P1-1d-P1-1").set_value("P2-1")
    app = click(run(app), "move-P1-1d")
    assert edits(drafted) == [("P1-1d", ("parent",), None, "P2-1")]
    app.selectbox(key="arrange-P1-1").set_value("P1-1a")
    app = click(run(app), "remove-P1-1a")
    assert ("P1-1a", ("parent",), "P1-1", None) in edits(drafted)
    assert "no longer used (1): P1-1a" in app.warning[0].value


def test_a_new_question_under_an_old_id_is_warned_of_and_other_ids_are_proposed(visit, drafted):
    access = open_access(drafted)
    draft = framework_draft(access)
    assert draft is not None
    remove_part(access, draft, "P1-1")
    access.workspace.close()
    app = visit(drafted, PAGE, part="structure", node="P1", lang="en")
    key = form(app)
    app.text_input(key=f"{key}-id").set_value("P1-1")
    app.text_input(key=f"{key}-name-en").set_value("Lunch quality")
    app = run(app)
    assert app.text_input(key=f"{key}-item-0-id").placeholder == "P1-1d"
    app.text_input(key=f"{key}-item-0-id").set_value("P1-1a")
    app.text_input(key=f"{key}-item-0-text-en").set_value("Is lunch tasty?")
    app = click(app, f"{key}-add")
    assert "not the question of 2025 (1): P1-1a" in app.warning[0].value
    app.query_params["part"] = "adopt"
    assert "W308" in text(run(app))


def test_removing_a_dimension_says_what_goes_and_clears_what_names_it(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P1", lang="en")
    said = text(app)
    assert "Gate G3" in said and "Measures M01" in said and "the data stay" in said
    app = click(app, "remove-P1")
    assert app.query_params["node"] == "P"
    assert ("P1", ("parent",), "P", None) in edits(drafted)
    app.query_params["part"] = "changes"
    assert "Organisation &amp; mandate" in text(run(app))


def test_a_reference_that_is_kept_is_an_error_with_its_place(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P1", lang="en")
    app.checkbox(key="clean-P1").uncheck()
    app = click(run(app), "remove-P1")
    assert "Errors in the draft: 1" in finding(app) and not app.warning
    app.query_params["part"] = "adopt"
    app = run(app)
    assert "E307" in text(app) and "G3.nodes" in text(app)


def test_a_dimension_is_added_empty_and_named_until_it_is_filled(visit, drafted):
    app = visit(drafted, PAGE, part="structure", node="P", lang="en")
    key = form(app)
    app.text_input(key=f"{key}-name-en").set_value("Leadership")
    app = click(app, f"{key}-add")
    assert "Errors in the draft: 1" in finding(app) and "Nothing stands under P5" in text(app)
    # The page goes on to it, where its first indicator is added.
    assert app.query_params["node"] == "P5"
    key = form(app)
    app.text_input(key=f"{key}-item-0-text-en").set_value("Our leaders ask for data.")
    app = click(app, f"{key}-add")
    assert "edits so far (1)" in finding(app)


def test_the_whole_is_neither_moved_nor_removed_and_a_metric_has_no_items(visit, drafted):
    app = visit(drafted, PAGE, part="structure", lang="en")
    assert "Choose a factor, dimension or indicator" in text(app)
    app = visit(drafted, PAGE, part="structure", node="P1-2", lang="en")
    assert "has no items" in text(app)


def test_texts_of_added_parts_are_shown_as_text(visit, drafted):
    access = open_access(drafted)
    draft = framework_draft(access)
    assert draft is not None
    entry = {"id": "x", "name": "<b>x</b>", "metric": {"goalposts": [0, 1]}}
    draft = add_part(access, draft, "P1", entry)
    edit_framework(access, draft, "x", ("metric", "normalisation"), {"method": "rank"})
    access.workspace.close()
    app = visit(drafted, PAGE, part="structure", node="x")
    assert "<b>x" not in text(app) and "&lt;b&gt;x" in text(app)
    app.query_params["part"] = "tree"
    assert run(app).selectbox(key="fw-x-normalisation").value == "rank"
