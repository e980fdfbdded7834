"""The tree of a framework's content: parts put in, moved, taken out; steps back; forms."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.findings import Refused
from indicators.framework import default_framework
from indicators.framework.editing.content import changes, owner, plain_content
from indicators.framework.editing.form import form_fields
from indicators.framework.editing.history import step_back, stepped_back
from indicators.framework.editing.structure import (
    Reference,
    below,
    free_id,
    moved_part,
    references,
    siblings,
    with_part,
    without_part,
    without_references,
)
from indicators.framework.file import check_content
from indicators.framework.indicator import Indicator, Item, Metric
from indicators.framework.model import Dimension
from tests.indicators.frameworks import content_of, metric, survey

PLAIN = plain_content(default_framework())
PARTS = [n.id for n in default_framework().nodes if n.kind in ("factor", "dimension", "indicator")]
ITEMS = [item.id for item in default_framework().items]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def codes(content) -> list[str]:
    return [one.code for one in check_content(content)[1]]


@given(st.sampled_from([*PARTS, *ITEMS]))
def test_what_is_taken_out_and_put_back_in_its_place_is_the_same_content(id):
    held = owner(PLAIN, id)
    assert held.parent is not None
    order = ("", *siblings(PLAIN, held.parent))
    without = without_part(PLAIN, id)
    assert not {*below(PLAIN, id)} & {*below(without, "overall")}
    again = with_part(without, held.parent, held.entry, order[order.index(id) - 1])
    assert again == PLAIN


def test_a_new_part_is_put_first_behind_a_sibling_or_last():
    entry = {"id": "new", "metric": {"goalposts": [0, 1]}}
    for after, expected in ((None, -1), ("", 0), ("P1-1", 1)):
        assert siblings(with_part(PLAIN, "P1", entry, after), "P1")[expected] == "new"


def test_what_moves_keeps_its_content_and_the_change_says_from_where_to_where():
    moved = moved_part(PLAIN, "P1-1", "P2")
    assert owner(moved, "P1-1").entry == owner(PLAIN, "P1-1").entry
    (one,) = changes(PLAIN, moved)
    assert (one.owner, one.field, one.before, one.after) == ("P1-1", ("parent",), "P1", "P2")


def test_another_order_is_one_change_of_the_node():
    moved = moved_part(PLAIN, "P1-1", "P1", "P1-2")
    (one,) = changes(PLAIN, moved)
    assert (one.owner, one.field) == ("P1", ("order",))
    assert (one.before[:2], one.after[:2]) == (["P1-1", "P1-2"], ["P1-2", "P1-1"])


def test_a_part_that_came_or_went_is_one_change_with_all_below_it():
    (gone,) = changes(PLAIN, without_part(PLAIN, "T1"))
    assert (gone.owner, gone.field, gone.before, gone.after) == ("T1", ("parent",), "T", None)
    (came,) = changes(without_part(PLAIN, "T1"), PLAIN)
    assert (came.owner, came.before, came.after) == ("T1", None, "T")


@pytest.mark.parametrize(
    ("id", "parent"), [("P1", "I1"), ("P1-1", "P"), ("P1-1a", "P1"), ("P", "overall-"), ("G1", "P")]
)
def test_a_place_where_a_part_cannot_stand_is_refused(id, parent):
    with pytest.raises(Refused) as caught:
        moved_part(PLAIN, id, parent)
    assert caught.value.first.code in ("E968", "E969")


def test_the_whole_framework_cannot_be_taken_out():
    with pytest.raises(Refused) as caught:
        without_part(PLAIN, "overall")
    assert caught.value.first.code == "E969"


def test_what_names_a_part_is_told_and_cleared():
    content = content_of(
        [metric("A"), survey("B", "b1", "b2"), metric("C")],
        [metric("X")],
        gates=[
            {"id": "G1", "kind": "minimum", "level": 3, "nodes": {"A": 50, "D1": 40}},
            {"id": "G2", "kind": "cap", "level": 2, "when": {"indicator": "A", "value_above": 1}},
            {"id": "G3", "kind": "minimum", "level": 3, "nodes": {"A": 10}},
        ],
        outcomes=[{"ref": "A"}],
        cfa={"f": ["b1", "b2"]},
    )
    content["factors"][0]["dimensions"][0]["weighting"] = {
        "method": "ahp",
        "experts": [{"name": "Li", "pairs": [["A", "B", 2], ["A", "C", 3], ["B", "C", 4]]}],
    }
    assert codes(content) == []
    named = references(content, ["A"])
    assert named == [
        Reference("gate", "G1"),
        Reference("gate", "G2"),
        Reference("gate", "G3"),
        Reference("outcome", "A"),
        Reference("judgements", "D1"),
    ]
    assert references(content, ["b1"]) == [Reference("latent", "f")]
    # Left alone they are errors, which name the place.
    assert set(codes(without_part(content, "A"))) == {"E307", "E317"}
    cleared = without_references(without_part(content, "A"), ["A"])
    assert codes(cleared) == []
    assert [gate["id"] for gate in cleared["gates"]] == ["G1"]
    assert owner(cleared, "D1").entry["weighting"]["experts"][0]["pairs"] == [["B", "C", 4]]


PAIRS = [["A", "B", 2], ["A", "C", 3], ["B", "C", 4]]


@pytest.mark.parametrize(
    ("method", "judged", "gone", "left"),
    [
        # Who has given everything to the part that goes has judged nothing of the others.
        ("budget", [{"A": 100, "B": 0, "C": 0}, {"A": 0, "B": 60, "C": 40}], ["A"], [1]),
        ("budget", [{"A": 100, "B": 0, "C": 0}], ["A"], None),
        ("budget", [{"A": 50, "B": 50, "C": 0}], ["A"], [0]),
        ("ahp", [PAIRS, PAIRS], ["A", "B"], None),
        ("ahp-geometric", [PAIRS], ["A"], [0]),
        ("best-worst", ["A B", "B C"], ["A"], [1]),
        ("best-worst", ["A B"], ["C"], [0]),
    ],
)
def test_who_has_judged_nothing_of_what_is_left_goes(method, judged, gone, left):
    def expert(name, held):
        if method == "budget":
            return {"name": name, "points": held}
        if method != "best-worst":
            return {"name": name, "pairs": held}
        best, worst = held.split()
        return {
            "name": name,
            "best": best,
            "worst": worst,
            "best_to": {id: 3 for id in "ABC" if id != best},
            "to_worst": {id: 3 for id in "ABC" if id != worst},
        }

    content = content_of([metric("A"), metric("B"), metric("C")])
    experts = [expert(str(place), held) for place, held in enumerate(judged)]
    dimension = content["factors"][0]["dimensions"][0]
    dimension["weighting"] = {"method": method, "experts": experts}
    assert codes(content) == []
    assert references(content, gone) == [Reference("judgements", "D1")]
    for id in gone:
        content = without_part(content, id)
    cleared = without_references(content, gone)
    assert codes(cleared) == []
    block = owner(cleared, "D1").entry.get("weighting")
    assert left == (None if block is None else [int(one["name"]) for one in block["experts"]])


def test_a_removal_elsewhere_leaves_judgements_as_they_are():
    content = content_of([metric("A"), metric("B")], [metric("X"), metric("Y")])
    # Somebody who has not begun yet.
    dimension = content["factors"][0]["dimensions"][0]
    dimension["weighting"] = {"method": "ahp", "experts": [{"name": "Li", "pairs": []}]}
    assert without_references(content, ["X"]) == content


def test_a_dimension_left_empty_says_so_at_its_place():
    content = content_of([metric("A")], [metric("B")])
    (one,) = check_content(without_part(content, "A"))[1]
    assert (one.code, one.where["path"]) == ("E318", "factors[0].dimensions[0].indicators")
    assert "一项" in one.message["zh"] + one.fix["zh"]


@pytest.mark.parametrize("wrong", [["x"], {"a": 1}, None, 3.5])
def test_an_id_that_is_no_text_is_a_finding(wrong):
    content = content_of([metric("A")], gates=[{"id": "G", "kind": "cap", "level": 2,
                                                "when": {"indicator": wrong, "value_above": 0}}],
                         outcomes=[{"ref": wrong}])  # fmt: skip
    content["factors"][0]["dimensions"][0]["indicators"][0]["id"] = wrong
    assert check_content(content)[0] is None and codes(content)


@pytest.mark.parametrize(
    ("parent", "taken", "expected"),
    [
        ("overall", (), "F1"),
        ("P", (), "P5"),
        ("P1", (), "P1-4"),
        ("P1", ("P1-4",), "P1-5"),
        ("P1-1", (), "P1-1d"),
    ],
)
def test_a_free_id_follows_the_manner_of_its_siblings(parent, taken, expected):
    assert free_id(PLAIN, parent, taken) == expected


@given(json_values, json_values)
def test_a_step_back_leads_to_the_content_before(before, after):
    assert stepped_back(after, step_back(before, after)) == json.loads(json.dumps(before))


def test_a_step_back_holds_little_more_than_what_differs():
    after = without_part(PLAIN, "P1-1a")
    step = step_back(PLAIN, after)
    assert stepped_back(after, step) == PLAIN
    assert len(json.dumps(step)) < 1000 < len(json.dumps(PLAIN))
    with pytest.raises(ValueError, match="another content"):
        stepped_back(PLAIN, step)


@pytest.mark.parametrize(
    ("kind", "model"),
    [("dimension", Dimension), ("indicator", Indicator), ("metric", Metric), ("item", Item)],
)
def test_a_form_has_the_fields_of_the_schema_with_its_choices_and_defaults(kind, model):
    elsewhere = {"survey", "metric", "aggregation", "weighting", "indicators"}
    assert {one.name for one in form_fields(kind)} == set(model.model_fields) - elsewhere
    controls = {one.name: one.control for one in form_fields("metric")}
    assert controls["goalposts"] == controls["optimum"] == "ends"
    assert controls["unit"] == "words" and controls["normalisation"] == "choice"
    direction = next(one for one in form_fields("metric") if one.name == "direction")
    assert direction.options == ("up", "down", "interval") and direction.default == "up"
