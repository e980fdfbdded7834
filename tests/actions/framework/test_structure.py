"""Parts of a framework draft added, moved, removed, and what that breaks."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.access import Access, open_access
from actions.city.scoring import round_scores
from actions.data.departments import import_departments
from actions.data.imports import import_metrics
from actions.errors import Refused
from actions.framework.drafts import (
    adopt_draft,
    draft_codebook,
    draft_file,
    draft_view,
    framework_draft,
    impact,
    start_framework_draft,
)
from actions.framework.edits import edit_framework, undo_edit
from actions.framework.fit import round_data, round_fits
from actions.framework.frameworks import framework_of
from actions.framework.judgements import add_expert, judge, use_judgements
from actions.framework.structure import (
    add_part,
    move_part,
    part_places,
    removal,
    remove_part,
    spare_items,
)
from actions.rounds import new_round
from indicators.framework.editing.content import owner, to_yaml
from indicators.framework.editing.judging import asked_pairs
from indicators.framework.file import check_framework
from tests.indicators.frameworks import content_of, metric, survey

SHIPPED = "city-sharing@2025.1"
RATE = {
    "id": "P1-9",
    "name": {"zh": "专员到岗率", "en": "Officers in post"},
    "metric": {"unit": {"zh": "%", "en": "%"}, "goalposts": [0, 100]},
}
ASKED = {
    "id": "P1-8",
    "name": {"zh": "主动性", "en": "Initiative"},
    "survey": {"items": [{"id": "P1-8a", "text": {"zh": "主动。", "en": "We offer data."}}]},
}


def refusal(call, *arguments) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        call(*arguments)
    for one in caught.value.findings:
        assert one.message["zh"] and one.message["en"] and one.fix["zh"] and one.fix["en"]
    return [(one.code, str(one.where.get("path"))) for one in caught.value.findings]


def edits(access, draft):
    return [(e.owner, e.field, e.before, e.after) for e in draft_view(access, draft).edits]


def test_an_added_metric_is_part_of_the_file_the_codebook_and_the_adopted_framework(access, draft):
    draft = add_part(access, draft, "P1", RATE)
    assert edits(access, draft) == [("P1-9", ("parent",), None, "P1")]
    loaded, findings = check_framework(draft_file(access, draft)[1])
    assert loaded is not None and findings == []
    assert loaded.indicator("P1-9").name == RATE["name"]
    book = openpyxl.load_workbook(io.BytesIO(draft_codebook(access, draft, "en")[1]))
    assert any("P1-9" in [c.value for c in row] for sheet in book for row in sheet.iter_rows())
    adopt_draft(access, draft)
    assert framework_of(access).indicator("P1-9").metric is not None


def test_a_survey_indicator_of_items_that_are_here_takes_them_from_where_they_were(access, draft):
    entry = {"id": "P1-8", "name": "Both", "survey": {"items": [{"id": "P1-8a"}]}}
    draft = add_part(access, draft, "P1", entry, ["P1-1a", "P2-1b"])
    framework = draft_view(access, draft).framework
    assert framework is not None
    found = {m.id: m.survey for m in framework.indicators if m.survey}
    assert [i.id for i in found["P1-8"].items] == ["P1-1a", "P2-1b", "P1-8a"]
    assert "P1-1a" not in [i.id for i in found["P1-1"].items]
    # Answers that are there count at once, the new question's not.
    (fit, *_) = round_fits(access, draft)
    assert [(f.code, f.where["path"]) for f in fit.findings] == [("W304", "P1-8")]
    assert impact(access, draft, "2025").changed > 0


def test_a_removed_item_with_answers_can_be_asked_again_elsewhere(access, draft):
    draft = remove_part(access, draft, "P1-1a")
    (spare,) = [one for one in spare_items(access, draft) if one.home is None]
    assert (spare.id, spare.round) == ("P1-1a", "2025")
    draft = add_part(access, draft, "P2-1", None, ["P1-1a"])
    assert edits(access, draft) == [("P1-1a", ("parent",), "P1-1", "P2-1")]
    draft = move_part(access, draft, "P1-1a", "P1-1", "")
    assert edits(access, draft) == []


@pytest.mark.parametrize(
    ("entry", "items", "after", "expected"),
    [
        (None, ["P2-1a", "P2-1b"], "P1-1a", "P1-1a P2-1a P2-1b P1-1b P1-1c"),
        ({"id": "q"}, ["P2-1a", "P2-1b"], "", "q P2-1a P2-1b P1-1a P1-1b P1-1c"),
        ({"id": "q"}, ["P2-1a"], None, "P1-1a P1-1b P1-1c q P2-1a"),
        # Behind an item that is put anew itself: where it stood.
        (None, ["P2-1a", "P1-1b"], "P1-1b", "P1-1a P2-1a P1-1b P1-1c"),
        (None, ["P1-1b", "P1-1a"], "P1-1b", "P1-1b P1-1a P1-1c"),
    ],
)
def test_several_items_stand_in_the_order_given_behind_the_one_named(
    access, draft, entry, items, after, expected
):
    draft = add_part(access, draft, "P1-1", entry, items, after)
    content = draft_view(access, draft).content
    assert [
        one["id"] for one in owner(content, "P1-1").entry["survey"]["items"]
    ] == expected.split()


def test_an_item_of_another_indicator_is_no_sibling_to_stand_behind(access, draft):
    wrong = refusal(add_part, access, draft, "P1-1", None, ["P2-1a"], "P2-1a")
    assert wrong == [("E968", "P2-1a")]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({**RATE, "id": "P2-1"}, ("E302", "P2-1.id")),
        ({**RATE, "id": "P1-1a"}, ("E302", "P1-1a.id")),
        ({**RATE, "id": "9 x"}, ("E316", "9 x.id")),
        ({**RATE, "metric": {"goalposts": [100, 0]}}, ("E309", "P1-9.metric")),
        ({**RATE, "metric": {}}, ("E309", "P1-9.metric.goalposts")),
        ({**RATE, "weight": -1}, ("E301", "P1-9.weight")),
        ({"id": "P1-9", "name": "x"}, ("E312", "P1-9")),
        ({**RATE, "survey": ASKED["survey"]}, ("E312", "P1-9")),
    ],
)
def test_a_part_that_a_file_could_not_hold_is_refused_with_code_place_and_fix(
    access, draft, entry, expected
):
    assert expected in refusal(add_part, access, draft, "P1", entry)
    kept = framework_draft(access)
    assert kept is not None and draft_view(access, kept).edits == ()


def test_items_do_not_stand_under_a_metric_nor_anything_under_what_is_not_there(access, draft):
    assert ("E312", "P1-2") in refusal(add_part, access, draft, "P1-2", {"id": "q"})
    assert refusal(add_part, access, draft, "nobody", RATE)[0][0] == "E968"
    assert refusal(add_part, access, draft, "P1-1a", {"id": "q"})[0][0] == "E969"
    assert refusal(move_part, access, draft, "P1", "P1-1")[0][0] == "E969"
    assert refusal(edit_framework, access, draft, "nobody", ("weight",), 1)[0][0] == "E968"
    assert "P1-2" not in part_places(access, draft, "P1-1a").parents


def test_a_new_dimension_is_empty_until_an_indicator_stands_under_it(access, draft):
    draft = add_part(access, draft, "P", {"id": "P9", "name": {"zh": "新", "en": "New"}})
    view = draft_view(access, draft)
    assert [(f.code, f.where["path"]) for f in view.findings] == [("E318", "P9.indicators")]
    draft = add_part(access, draft, "P9", RATE)
    assert draft_view(access, draft).findings == ()


def test_judgements_that_do_not_cover_a_new_child_are_an_error_until_they_are_mended(access, draft):
    children = ("P1-1", "P1-2", "P1-3")
    draft = add_expert(access, draft, "P1", "Li")
    for pair in asked_pairs(children):
        draft = judge(access, draft, "P1", "Li", pair, 1)
    draft = use_judgements(access, draft, "P1")
    draft = add_part(access, draft, "P1", RATE)
    view = draft_view(access, draft)
    assert [(f.code, f.where["path"]) for f in view.findings] == [("E317", "P1.weighting")]
    draft = remove_part(access, draft, "P1-9")
    # The judgements on the others were never lost.
    framework = draft_view(access, draft).framework
    assert framework is not None and framework.weightings[0][0] == "P1"


def test_removal_says_beforehand_what_goes_and_what_names_it(access, draft):
    found = removal(access, draft, "P1")
    assert found.parts == ("P1-1", "P1-1a", "P1-1b", "P1-1c", "P1-2", "P1-3")
    assert [(one.kind, one.id) for one in found.references] == [("gate", "G3")]
    assert "M01" in found.measures
    assert found.data["2023"] == ("P1-1a", "P1-1b", "P1-1c", "P1-2", "P1-3")
    draft = remove_part(access, draft, "P1")
    assert edits(access, draft) == [
        ("P1", ("parent",), "P", None),
        ("G3", ("nodes", "P1"), 50.0, None),
    ]


def test_references_that_are_left_are_errors_at_their_place(access, draft):
    draft = remove_part(access, draft, "P1", False)
    view = draft_view(access, draft)
    assert [(f.code, f.where["path"]) for f in view.findings] == [("E307", "G3.nodes")]
    assert round_fits(access, draft) == ()


def test_the_impact_of_a_removal_is_what_scoring_without_the_part_says(access, draft):
    draft = remove_part(access, draft, "P1-1")
    found = impact(access, draft, "2025")
    adopt_draft(access, draft)
    after = round_scores(access, "2025", framework="city-sharing@2025.2", draws=100)
    assert found.city[1] == after.city.score[0] != found.city[0]


def test_a_department_that_loses_its_only_data_does_not_hinder_the_impact(tmp_path):
    access = open_access(str(tmp_path / "small.db"))
    content = to_yaml(content_of([metric("A"), metric("B")]))
    adopt_draft(access, start_framework_draft(access, "", content))
    import_departments(access, b"id\nfirst\nsecond\n", "d.csv")
    new_round(access, "2026")
    rows = b"department,indicator,value\nfirst,A,10\nfirst,B,20\nsecond,B,70\n"
    import_metrics(access, rows, "m.csv", "2026")
    draft = remove_part(access, start_framework_draft(access, "written@2"), "B")
    found = impact(access, draft, "2026")
    assert found.departments == 1 and found.shifts[0].after == 10
    assert {one.round: one.valued for one in round_data(access)} == {"2026": {"A", "B"}}


def test_edits_are_taken_back_one_by_one_to_the_start(access, draft):
    start = draft.content["framework"]
    draft = add_part(access, draft, "P1", RATE)
    draft = edit_framework(access, draft, "P1-9", ("weight",), 3.0)
    draft = move_part(access, draft, "P1-9", "P2")
    draft = remove_part(access, draft, "P")
    for last in (("remove", "P"), ("move", "P1-9"), ("edit", "P1-9"), ("add", "P1-9")):
        assert draft_view(access, draft).last == last
        undo_edit(access, draft)
        draft = framework_draft(access)
        assert draft is not None
    assert draft.content["framework"] == start and draft_view(access, draft).last is None
    assert undo_edit(access, draft) == draft


def test_an_edit_that_changes_nothing_is_no_step_to_take_back(access, draft):
    draft = edit_framework(access, draft, "P", ("weight",), 1.0)
    assert draft_view(access, draft).last is None


IDS = [
    "F1",
    "D1",
    "D2",
    "A",
    "B",
    "C",
    "b1",
    "b2",
    "new",
    "x-1",
    "overall",
    "G1",
    "",
    "9",
    "nobody",
]
ids = st.sampled_from(IDS)
names = st.one_of(
    st.text(max_size=5),
    st.fixed_dictionaries({"zh": st.text(max_size=5)}),
    st.none(),
    st.integers(),
)
number = st.one_of(st.floats(), st.integers(-3, 200), st.none(), st.text(max_size=2))
metrics = st.fixed_dictionaries(
    {},
    optional={
        "goalposts": st.one_of(st.lists(number, max_size=3), st.just("sample"), number),
        "direction": st.sampled_from(["up", "down", "interval", "sideways"]),
        "optimum": st.lists(number, min_size=2, max_size=2),
        "normalisation": st.sampled_from(["minmax", "zscore", "borda", "luck"]),
    },
)
items = st.fixed_dictionaries({}, optional={"id": ids, "text": names, "reverse": st.booleans()})
entries = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(ids, st.text(max_size=4), st.none(), st.lists(ids, max_size=1)),
        "name": names,
        "weight": number,
        "core": st.booleans(),
        "metric": metrics,
        "survey": st.one_of(st.fixed_dictionaries({"items": st.lists(items, max_size=2)}), number),
    },
)
fields = st.sampled_from(
    [
        ("weight",),
        ("name", "zh"),
        ("metric", "goalposts"),
        ("aggregation",),
        ("core",),
        ("version",),
    ]
)
new_ids = st.sampled_from(["n1", "n2", "n3"])
right_items = st.builds(lambda id: {"id": id, "text": "?"}, new_ids)
right_metric = st.builds(lambda id: metric(id), new_ids)
right_survey = st.builds(lambda id: survey(id, f"{id}a"), new_ids)
right = st.one_of(
    st.tuples(
        st.just(add_part),
        st.sampled_from(["D1", "D2"]),
        st.one_of(right_metric, right_survey),
        st.lists(st.sampled_from(["a1", "b1"]), max_size=1),
    ),
    st.tuples(st.just(add_part), st.sampled_from(["A", "B", "n1"]), right_items),
    st.tuples(st.just(add_part), st.sampled_from(["F1", "F2"]), st.builds(dict, id=new_ids)),
    st.tuples(
        st.just(move_part),
        st.sampled_from(["A", "B", "C", "n1"]),
        st.sampled_from(["D1", "D2", "n1", "n2"]),
        st.sampled_from([None, "", "A", "C"]),
    ),
    st.tuples(
        st.just(move_part), st.sampled_from(["a1", "b1", "n1"]), st.sampled_from(["A", "B", "n2"])
    ),
    st.tuples(
        st.just(remove_part), st.sampled_from(["a1", "b2", "A", "D1", "F2", "n1"]), st.booleans()
    ),
)
anything = st.one_of(
    st.tuples(st.just(add_part), ids, st.one_of(entries, st.none()), st.lists(ids, max_size=2)),
    st.tuples(st.just(move_part), ids, ids, st.one_of(st.none(), ids)),
    st.tuples(st.just(remove_part), ids, st.booleans()),
    st.tuples(st.just(edit_framework), ids, fields, st.one_of(names, number)),
    st.tuples(st.just(undo_edit)),
)
steps = st.lists(st.one_of(right, right, anything), min_size=3, max_size=10)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Access:
    access = open_access(str(tmp_path_factory.mktemp("small") / "small.db"))
    content = content_of(
        [survey("A", "a1"), survey("B", "b1", "b2")],
        [metric("C")],
        gates=[{"id": "G1", "kind": "minimum", "level": 3, "nodes": {"D1": 40, "C": 10}}],
        outcomes=[{"ref": "A"}],
    )
    adopt_draft(access, start_framework_draft(access, "", to_yaml(content)))
    return access


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_any_edits_yield_a_framework_that_its_file_holds_or_a_finding_and_never_a_fault(
    small, sequence
):
    draft = start_framework_draft(small, "written@2")
    start = draft.content["framework"]
    for action, *arguments in sequence:
        try:
            draft = action(small, draft, *arguments)
        except Refused as refused:
            assert all(one.code and one.message["zh"] and one.fix["en"] for one in refused.findings)
    view = draft_view(small, draft)
    loaded, findings = check_framework(draft_file(small, draft)[1])
    if view.framework is None:
        assert view.findings and loaded is None and findings
    else:
        assert loaded is not None and loaded.digest == view.framework.digest
    while draft_view(small, draft).last is not None:
        draft = undo_edit(small, draft)
    assert draft.content["framework"] == start
