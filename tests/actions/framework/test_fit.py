"""What a framework draft breaks in the rounds that are there."""

from __future__ import annotations

import pytest

from actions.access import open_access
from actions.data.departments import import_departments
from actions.data.imports import import_metrics
from actions.framework.drafts import adopt_draft, draft_view, start_framework_draft
from actions.framework.edits import edit_framework, undo_edit
from actions.framework.fit import round_fits
from actions.framework.frameworks import framework_of
from actions.framework.structure import add_part, item_ids, move_part, remove_part, spare_items
from actions.rounds import new_round
from indicators.framework.editing.content import owner, to_yaml
from tests.actions.framework.test_structure import ASKED, RATE, SHIPPED
from tests.indicators.frameworks import content_of, metric

LUNCH = {"id": "P1-1", "name": "Lunch quality",
         "survey": {"items": [{"id": "P1-1a", "text": "Is lunch tasty?", "reverse": True}]}}  # fmt: skip


def warned(access, draft) -> list[tuple[str, str]]:
    """Codes and places of what the draft breaks in the newest round."""
    (fit, *_) = round_fits(access, draft)
    return [(one.code, str(one.where["path"])) for one in fit.findings]


def test_each_round_says_what_it_cannot_score_and_what_it_holds_for_nothing(access, draft):
    assert all(not one.findings for one in round_fits(access, draft))
    draft = add_part(access, draft, "P1", RATE)
    draft = remove_part(access, draft, "P2-1")
    items = tuple(i for i in framework_of(access).scales()["P2-1"])
    fits = round_fits(access, draft)
    assert [one.round for one in fits] == ["2025", "2024", "2023"]
    for one in fits:
        assert one.bound == SHIPPED
        assert one.unscored == ("P1-9",) and one.unused == items
        (finding,) = one.findings
        assert finding.code == "W303" and finding.severity == "warning"
        assert one.round in finding.message["en"] and finding.fix["zh"]


def test_a_dimension_without_any_data_is_named_too(access, draft):
    for id in ("P1-1", "P1-2", "P1-3"):
        draft = move_part(access, draft, id, "P2")
    draft = add_part(access, draft, "P1", ASKED)
    (fit, *_) = round_fits(access, draft)
    assert [(f.code, f.where["path"]) for f in fit.findings] == [("W303", "P1-8"), ("W306", "P1")]


def test_an_item_moved_to_another_scale_is_warned_of(access, draft):
    entry = {"id": "P1-8", "name": "x", "survey": {"scale": {"min": 0, "max": 10},
                                                   "items": [{"id": "P1-8a"}]}}  # fmt: skip
    draft = add_part(access, draft, "P1", entry, ["P1-1a"])
    (fit, *_) = round_fits(access, draft)
    assert ("W305", "P1-1a") in [(f.code, f.where["path"]) for f in fit.findings]


def test_another_question_under_an_old_id_is_told_with_id_and_round(access, draft):
    draft = add_part(access, remove_part(access, draft, "P1-1"), "P1", LUNCH)
    for fit in round_fits(access, draft):
        (finding,) = fit.findings
        assert (finding.code, finding.severity) == ("W307", "warning")
        assert fit.changed == ("P1-1a",) and finding.where["path"] == "P1-1a"
        assert f"P1-1a has data in round {fit.round}" in finding.message["en"]
        assert "reverse scoring, wording" in finding.message["en"]
        assert "反向计分、措辞" in finding.message["zh"] and "新编号" in finding.fix["zh"]


@pytest.mark.parametrize(
    ("id", "field", "value", "said"),
    [
        ("P1-1a", ("reverse",), True, "reverse scoring"),
        ("P1-2", ("metric", "unit"), {"zh": "天", "en": "days"}, "unit"),
        ("P1-2", ("metric", "over_periods"), "sum", "rule for several periods"),
    ],
)
def test_an_edit_of_what_its_data_mean_is_warned_of_until_it_is_undone(
    access, draft, id, field, value, said
):
    edited = edit_framework(access, draft, id, field, value)
    (fit, *_) = round_fits(access, edited)
    (finding,) = fit.findings
    assert (finding.code, finding.where["path"]) == ("W307", id)
    assert f": {said};" in finding.message["en"]
    assert warned(access, undo_edit(access, edited)) == []


def test_a_metric_that_turns_its_direction_is_warned_of(access, draft):
    posts = owner(draft_view(access, draft).content, "P1-2").entry["metric"]["goalposts"]
    draft = edit_framework(access, draft, "P1-2", ("metric", "direction"), "down")
    draft = edit_framework(access, draft, "P1-2", ("metric", "goalposts"), posts[::-1])
    assert warned(access, draft) == [("W307", "P1-2")]


def test_other_goalposts_are_no_other_question(access, draft):
    draft = edit_framework(access, draft, "P1-2", ("metric", "goalposts"), [0.0, 1000.0])
    assert warned(access, draft) == []


def test_another_wording_is_told_with_both(access, draft):
    held = framework_of(access).items[0]
    assert held.text is not None
    new = {"zh": "午饭好吃吗？", "en": "Is lunch tasty?"}
    draft = edit_framework(access, draft, held.id, ("text",), new)
    (fit, *_) = round_fits(access, draft)
    (finding,) = fit.findings
    assert (finding.code, finding.where["path"]) == ("W308", held.id)
    for language in ("zh", "en"):
        assert held.text[language] in finding.message[language]
        assert new[language] in finding.message[language]
    draft = edit_framework(access, draft, held.id, ("text",), None)
    assert warned(access, draft) == [("W308", held.id)]


def test_an_answered_item_that_is_put_back_as_it_was_is_the_same_question(access, draft):
    draft = remove_part(access, draft, "P1-1a")
    assert [one.id for one in spare_items(access, draft) if one.home is None] == ["P1-1a"]
    assert warned(access, add_part(access, draft, "P2-1", None, ["P1-1a"])) == []


def test_what_the_framework_before_had_changed_already_is_not_told_again(access, draft):
    draft = edit_framework(access, draft, "P1-1a", ("reverse",), True)
    adopt_draft(access, draft)
    again = start_framework_draft(access, "city-sharing@2025.2")
    again = edit_framework(access, again, "P", ("weight",), 2.0)
    assert warned(access, again) == []
    text = {"zh": "另一问？", "en": "Another?"}
    assert warned(access, edit_framework(access, again, "P1-1a", ("text",), text)) == [
        ("W307", "P1-1a")
    ]


def test_a_definition_that_was_not_written_yet_can_be_and_a_register_s_unit_counts(tmp_path):
    access = open_access(str(tmp_path / "small.db"))
    register = [{"id": "staff", "name": "Staff", "unit": "people"}]
    content = to_yaml(content_of([metric("A")], register=register))
    adopt_draft(access, start_framework_draft(access, "", content))
    import_departments(access, b"id\nfirst\n", "d.csv")
    new_round(access, "2026")
    rows = b"department,indicator,value\nfirst,A,10\nfirst,staff,20\n"
    import_metrics(access, rows, "m.csv", "2026")
    draft = start_framework_draft(access, "written@2")
    draft = edit_framework(access, draft, "A", ("definition",), {"zh": "甲", "en": "a"})
    assert warned(access, draft) == []
    unit = {"zh": "百人", "en": "hundreds"}
    assert warned(access, edit_framework(access, draft, "staff", ("unit",), unit)) == [
        ("W307", "staff")
    ]


def test_ids_of_before_are_not_proposed_for_new_items(access, draft):
    draft = remove_part(access, draft, "P1-1")
    assert item_ids(access, draft, "P1-1", 2) == ("P1-1d", "P1-1e")
    assert item_ids(access, draft, "new", 2) == ("newa", "newb")
