"""A framework draft from its start to its adoption, and judgements on the way."""

from __future__ import annotations

import io

import openpyxl
import pytest

from actions.access import Access, User, open_access
from actions.city.scoring import round_scores
from actions.data.drafts import get_draft, open_drafts
from actions.errors import Refused
from actions.framework.drafts import (
    adopt_draft,
    base_frameworks,
    discard_framework_draft,
    draft_codebook,
    draft_file,
    draft_view,
    framework_draft,
    framework_drafts,
    impact,
    start_framework_draft,
)
from actions.framework.edits import edit_framework, keep_weights, reset_weights, set_weighting
from actions.framework.frameworks import framework_of
from actions.framework.judgements import (
    add_expert,
    choose_rule,
    judge,
    judgements,
    remove_expert,
    take_back,
    use_judgements,
    weights_beside,
)
from actions.framework.structure import remove_part
from indicators.framework import default_framework, load_framework
from indicators.framework.editing.judging import asked_pairs
from survey_data.workspace import registry

SHIPPED = "city-sharing@2025.1"
FACTORS = ("P", "I", "E", "T")
# Ratios of the weights 8 : 4 : 2 : 1, which contradict nothing, in the order asked.
CONSISTENT = (2, 4, 2, 8, 4, 2)


def judged(access, draft, name="Li", steps=CONSISTENT, node="overall", children=FACTORS):
    draft = add_expert(access, draft, node, name)
    for pair, step in zip(asked_pairs(children), steps, strict=False):
        draft = judge(access, draft, node, name, pair, step)
    return draft


def audit(access):
    return [(row["action"], row["result"]) for row in registry.audit_trail(access.workspace)]


def test_the_built_in_framework_is_always_among_what_a_draft_can_start_from(tmp_path, access):
    (only,) = base_frameworks(open_access(str(tmp_path / "empty.db")))
    assert (only.name, only.shipped, only.current) == (SHIPPED, True, True)
    draft = start_framework_draft(access, SHIPPED)
    adopt_draft(access, draft)
    assert [one.name for one in base_frameworks(access)] == ["city-sharing@2025.2", SHIPPED]
    assert [one.current for one in base_frameworks(access)] == [True, False]


def test_a_fresh_draft_differs_from_its_base_in_its_version_alone(access, draft):
    view = draft_view(access, draft)
    assert view.name == "city-sharing@2025.2" and view.base == SHIPPED
    assert [one.field for one in view.changes] == [("version",)] and view.edits == ()
    assert view.framework is not None and view.findings == ()


def test_a_wrong_file_begins_no_draft_and_says_code_place_and_fix(access):
    text = b"framework: x\nversion: '1'\nname: x\nresponse_scale: {min: 1, max: 5}\n"
    with pytest.raises(Refused) as caught:
        start_framework_draft(access, "", text + b"levels: []\nfactors: []\n", "x.yaml")
    assert len(caught.value.findings) >= 2
    for one in caught.value.findings:
        assert one.where["path"] and one.where["line"] and one.fix["zh"] and one.fix["en"]
    assert framework_drafts(access) == []
    assert ("framework.draft", "refused") in audit(access)


def test_a_file_of_one_s_own_becomes_a_draft_under_a_free_version(access):
    content = draft_file(access, start_framework_draft(access, SHIPPED))[1]
    draft = start_framework_draft(access, "", content, "own.yaml")
    view = draft_view(access, draft)
    assert view.base == "city-sharing@2025.2" and view.name == "city-sharing@2025.3"


def test_the_draft_s_file_is_the_framework_that_the_draft_shows(access, draft):
    name, content = draft_file(access, draft)
    view = draft_view(access, draft)
    assert name == "city-sharing-2025.2.yaml" and view.framework is not None
    assert load_framework(content).digest == view.framework.digest


def test_an_edit_is_kept_and_listed_with_before_and_after(access, draft):
    edit_framework(access, draft, "P", ("weight",), 3.0)
    kept = framework_draft(access)
    assert kept is not None
    view = draft_view(access, kept)
    (one,) = view.edits
    assert (one.owner, one.field, one.before, one.after) == ("P", ("weight",), None, 3.0)


def test_an_edit_taken_back_leaves_no_change(access, draft):
    draft = edit_framework(access, draft, "P", ("weight",), 3.0)
    draft = edit_framework(access, draft, "G3", ("nodes", "P1"), 55.0)
    draft = edit_framework(access, draft, "P", ("weight",), 1.0)
    draft = edit_framework(access, draft, "G3", ("nodes", "P1"), 50.0)
    assert draft_view(access, draft).edits == ()


def test_another_tab_s_save_in_between_is_told_of(access, draft):
    edit_framework(access, draft, "P", ("weight",), 3.0)
    with pytest.raises(Refused) as caught:
        edit_framework(access, draft, "I", ("weight",), 3.0)
    assert caught.value.first.code == "E920"


def test_a_wrong_draft_lists_all_problems_by_id_and_cannot_be_adopted(access, draft):
    draft = edit_framework(access, draft, "T2-1", ("metric", "goalposts"), [3.0, 20.0])
    for one in FACTORS:
        draft = edit_framework(access, draft, one, ("weight",), 0.0)
    view = draft_view(access, draft)
    assert view.framework is None
    found = {one.code: str(one.where["path"]) for one in view.findings}
    assert found["E309"].startswith("T2-1.metric") and found["E301"] == "factors"
    with pytest.raises(Refused) as caught:
        adopt_draft(access, draft)
    assert len(caught.value.findings) == len(view.findings) == 2
    assert framework_of(access).version == "2025.1"
    assert ("framework.use", "refused") in audit(access)


def test_an_adopted_draft_holds_for_new_rounds_alone_and_is_gone(access, draft):
    draft = edit_framework(access, draft, "P", ("weight",), 3.0)
    adopt_draft(access, draft)
    assert framework_of(access).version == "2025.2"
    assert framework_of(access, "2025").version == "2025.1"
    assert framework_of(access).factors[0].weight == 3.0
    assert framework_drafts(access) == []
    assert ("framework.use", "done") in audit(access)


def test_a_version_that_is_taken_is_refused_and_the_draft_stays(access, draft):
    draft = edit_framework(access, draft, "P", ("weight",), 3.0)
    draft = edit_framework(access, draft, "overall", ("version",), "2025.1")
    with pytest.raises(Refused) as caught:
        adopt_draft(access, draft)
    assert caught.value.first.code == "E914"
    assert framework_draft(access, draft.id) is not None


@pytest.mark.parametrize("id", ["P1", "P2-1a", "nobody"])
@pytest.mark.parametrize(
    "action",
    [keep_weights, reset_weights, lambda a, d, id: set_weighting(a, d, id, {"method": "equal"})],
)
def test_weights_of_what_the_draft_has_not_as_a_node_are_refused(access, draft, action, id):
    draft = remove_part(access, draft, "P1")
    with pytest.raises(Refused) as caught:
        action(access, draft, id)
    assert (caught.value.first.code, caught.value.first.where["path"]) == ("E968", id)


def test_nobody_judges_a_node_that_is_gone(access, draft):
    draft = remove_part(access, draft, "P1")
    with pytest.raises(Refused) as caught:
        add_expert(access, draft, "P1", "Li")
    assert caught.value.first.code == "E968"


@pytest.mark.parametrize("end", [adopt_draft, discard_framework_draft])
def test_a_draft_that_was_saved_since_is_neither_adopted_nor_discarded(access, draft, end):
    newer = edit_framework(access, draft, "P", ("weight",), 3.0)
    with pytest.raises(Refused) as caught:
        end(access, draft)
    assert caught.value.first.code == "E920"
    assert framework_draft(access) == newer
    assert framework_of(access).version == "2025.1"
    end(access, newer)
    assert framework_draft(access) is None


def test_a_draft_is_adopted_once(access, draft):
    adopt_draft(access, draft)
    with pytest.raises(Refused) as caught:
        adopt_draft(access, draft)
    assert caught.value.first.code == "E920"


def test_uploads_and_framework_drafts_keep_apart(access, draft):
    assert open_drafts(access) == [] and get_draft(access, draft.id) is None


def test_a_draft_of_somebody_else_is_not_there(access, draft):
    other = Access(access.workspace, User("other", frozenset({"owner"})))
    assert framework_draft(other, draft.id) is None
    discard_framework_draft(other, draft)
    assert framework_draft(access, draft.id) is not None
    discard_framework_draft(access, draft)
    assert framework_draft(access) is None


def test_a_draft_without_edits_moves_nothing(access, draft):
    found = impact(access, draft, "2025")
    assert found.moved == () and found.shifts == () and found.largest == found.changed == 0
    assert found.city[0] == found.city[1]


def test_the_impact_is_what_scoring_under_both_frameworks_says(access, draft):
    draft = edit_framework(access, draft, "P", ("weight",), 5.0)
    found = impact(access, draft, "2025")
    before = round_scores(access, "2025", draws=100)
    adopt_draft(access, draft)
    after = round_scores(access, "2025", framework="city-sharing@2025.2", draws=100)
    assert found.city == (before.city.score[0], after.city.score[0])
    names = {d.name["zh"]: place for place, d in enumerate(before.departments)}
    for one in (*found.moved, *found.shifts):
        d = names[one.name["zh"]]
        assert (one.before, one.after) == (before.score[d, 0], after.score[d, 0])
    assert len(found.moved) == int((before.level != after.level).sum()) > 0


def test_the_impact_never_names_a_withheld_department(access, draft):
    before = round_scores(access, "2025", draws=100)
    hidden = {
        d.name["zh"]
        for d, status in zip(before.departments, before.status, strict=True)
        if status == "suppressed"
    }
    draft = edit_framework(access, draft, "P", ("weight",), 0.0)
    found = impact(access, draft, "2025")
    assert hidden
    assert not hidden & {one.name["zh"] for one in (*found.moved, *found.shifts)}
    assert found.departments <= len(before.departments) - len(hidden)


def test_weights_of_consistent_judgements_are_the_ones_they_were_made_of(access, draft):
    draft = judged(access, draft)
    found = judgements(access, draft, "overall")
    (person,) = found.people
    assert person.accepted and person.state.complete and person.state.consistency
    assert person.state.consistency.ratio == pytest.approx(0, abs=1e-9)
    for method in ("ahp", "ahp-geometric"):
        assert list(found.joint[method].values()) == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])


def test_judgements_count_in_the_framework_once_they_are_used(access, draft):
    before = draft_view(access, draft).framework
    draft = judged(access, draft)
    assert draft_view(access, draft).edits == ()
    assert not judgements(access, draft, "overall").in_framework
    draft = use_judgements(access, draft, "overall")
    view = draft_view(access, draft)
    assert before is not None and view.framework is not None
    assert view.framework.digest != before.digest
    assert view.framework.node("overall").weights == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
    assert judgements(access, draft, "overall").in_framework
    draft = choose_rule(access, draft, "overall", "ahp-geometric", "saaty1980")
    assert not judgements(access, draft, "overall").in_framework


def test_a_new_draft_of_a_judged_framework_goes_on_from_its_judgements(access, draft):
    adopt_draft(access, use_judgements(access, judged(access, draft), "overall"))
    draft = start_framework_draft(access, "city-sharing@2025.2")
    found = judgements(access, draft, "overall")
    assert [one.name for one in found.people] == ["Li"] and found.in_framework
    draft = judge(access, draft, "overall", "Li", ("P", "I"), 9)
    assert judgements(access, draft, "overall").person("Li").steps["P", "I"] == 9
    assert not judgements(access, draft, "overall").in_framework


def test_judged_weights_can_become_plain_numbers_and_equal_ones(access, draft):
    draft = use_judgements(access, judged(access, draft), "overall")
    draft = keep_weights(access, draft, "overall")
    framework = draft_view(access, draft).framework
    assert framework is not None and framework.weighting is None
    assert [f.weight for f in framework.factors] == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
    draft = reset_weights(access, draft, "overall")
    assert draft_view(access, draft).edits == ()


def test_the_last_judgement_is_taken_back_and_a_changed_one_is_the_last(access, draft):
    draft = judged(access, draft)
    draft = judge(access, draft, "overall", "Li", ("P", "I"), -9)
    draft = take_back(access, draft, "overall", "Li")
    state = judgements(access, draft, "overall").person("Li").state
    assert ("P", "I") not in state.ratios and len(state.ratios) == 5 and state.next_place == 0


def test_only_those_who_judged_every_pair_are_joined(access, draft):
    draft = judged(access, draft)
    draft = judged(access, draft, "Wang", (1, 1, 1, 1, 1, 1))
    draft = judged(access, draft, "Zhao", (9, 9))
    found = judgements(access, draft, "overall")
    assert found.finished == ("Li", "Wang")
    # Geometric mean of (8, 4, 2, 1) and (1, 1, 1, 1), scaled: Aczél & Saaty (1983).
    raw = [8**0.5, 2.0, 2**0.5, 1.0]
    expected = [one / sum(raw) for one in raw]
    assert list(found.joint["ahp"].values()) == pytest.approx(expected)
    draft = use_judgements(access, draft, "overall")
    framework = draft_view(access, draft).framework
    assert framework is not None and framework.weighting is not None
    written = framework.weighting
    assert [one.name for one in written.experts] == ["Li", "Wang"]
    draft = remove_expert(access, draft, "overall", "Wang")
    assert judgements(access, draft, "overall").finished == ("Li",)


def test_contradictions_warn_and_do_not_bar_adoption(access, draft):
    draft = judged(access, draft, steps=(9, -9, 9, 1, 1, 1))
    person = judgements(access, draft, "overall").person("Li")
    assert not person.accepted and person.state.revision is not None
    draft = use_judgements(access, draft, "overall")
    view = draft_view(access, draft)
    assert [one.code for one in view.findings] == ["W302"] and view.framework is not None


@pytest.mark.parametrize("name", ["", "  ", "Li", "x" * 41])
def test_a_name_that_is_blank_long_or_taken_is_refused(access, draft, name):
    draft = add_expert(access, draft, "overall", "Li")
    with pytest.raises(Refused) as caught:
        add_expert(access, draft, "overall", name)
    assert caught.value.first.code == "E965"


def test_nothing_is_used_before_somebody_judged_every_pair(access, draft):
    draft = judged(access, draft, steps=(3, 3))
    with pytest.raises(Refused) as caught:
        use_judgements(access, draft, "overall")
    assert caught.value.first.code == "E966"


def test_a_person_whom_another_tab_removed_is_a_finding(access, draft):
    with pytest.raises(Refused) as caught:
        judge(access, draft, "overall", "nobody", ("P", "I"), 3)
    assert caught.value.first.code == "E967"


def test_weights_of_several_methods_stand_side_by_side(access, draft):
    from actions.diagnosis import weights_report

    draft = judged(access, draft)
    whole = weights_report(access, "2025", method="critic")
    report = weights_report(access, "2025", method="critic", node="overall")
    # One node alone has the same weights and range as among all.
    assert report["nodes"] == {"overall": whole["nodes"]["overall"]}
    beside = weights_beside(access, draft, "overall", {"critic": report})
    assert set(beside) == {"equal", "given", "ahp", "ahp-geometric", "critic"}
    for method, listed in beside.items():
        assert sum(weight for weight, _, _ in listed.values()) == pytest.approx(1), method
        assert all(low <= weight <= high for weight, low, high in listed.values())


def test_the_codebook_lists_every_part_and_holds_no_formula(access, draft):
    draft = edit_framework(access, draft, "P1-1", ("name", "zh"), "=HYPERLINK(1)")
    draft = use_judgements(access, judged(access, draft), "overall")
    framework = default_framework()
    for language in ("zh", "en"):
        name, content = draft_codebook(access, draft, language)
        assert name == "city-sharing-2025.2-codebook.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(content))
        rows = {sheet.title: list(sheet.iter_rows()) for sheet in book}
        counts = [len(one) - 1 for one in rows.values()]
        nodes = [n for n in framework.nodes if n.kind != "outcome"]
        assert counts[1:] == [
            len(nodes),
            len(framework.measured),
            len(framework.items),
            len(framework.gates),
            len(framework.levels),
            6,
        ]
        cells = [cell for sheet in rows.values() for row in sheet for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        named = [c for c in cells if c.value == "=HYPERLINK(1)"]
        assert named and all(c.data_type == "s" and c.quotePrefix for c in named)
