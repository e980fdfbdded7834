"""Experts' estimates and edits of the catalogue, through the actions."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from actions.access import Access, User, open_access
from actions.errors import Refused
from actions.measures.edits import (
    catalogue_view,
    catalogue_workbook,
    catalogue_yaml,
    import_catalogue,
    plain_measure,
    remove_measure,
    save_measure,
)
from actions.measures.experts import (
    adopt_experts,
    experts_blank,
    experts_report,
    preview_experts,
    withdraw_expert,
)
from analysis.measures.catalogue import Effect, Judgement
from analysis.measures.disagreement import pooled
from analysis.measures.pert import pert_quantile
from survey_data.handing_out.expert_sheets import COLUMNS

QUANTILES = "5% 与 95% 分位"
LIMITS = "上下限"


@pytest.fixture
def access(tmp_path: Path):
    opened = open_access(str(tmp_path / "own.db"))
    yield opened
    opened.workspace.close()


def filled(
    access: Access, rows: dict[tuple[str, str], tuple], language: str = "zh", **cells
) -> bytes:
    """The blank with some rows filled: low, mode, high, and more cells by column."""
    book = openpyxl.load_workbook(io.BytesIO(experts_blank(access, language)[1]))
    sheet: Any = book.worksheets[0]
    place = {name: at for at, name in enumerate(COLUMNS, start=1)}
    first = True
    for line in range(2, sheet.max_row + 1):
        key = (sheet.cell(line, place["measure"]).value, sheet.cell(line, place["dimension"]).value)
        if key not in rows:
            continue
        for name, value in zip(("low", "mode", "high"), rows[key], strict=True):
            sheet.cell(line, place[name], value)
        if first:
            for name, value in {
                "expert": "张三",
                "ends": LIMITS,
                "reason": "试点",
                **cells,
            }.items():
                sheet.cell(line, place[name], value)
        first = False
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def codes(refusal) -> list[str]:
    return [one.code for one in refusal.value.findings if one.severity == "error"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_blank_has_a_row_for_every_effect_and_a_guide_and_shows_no_number(access, language):
    name, content = experts_blank(access, language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    view = catalogue_view(access)
    effects = sum(len(one["effects"]) for one in view["measures"])
    assert name == "fourfold-experts.xlsx"
    assert len(book.worksheets) == 2
    assert book.worksheets[0].max_row == effects + 1
    assert not any(
        isinstance(cell.value, int | float) for row in book.worksheets[0] for cell in row
    )


def test_a_filled_sheet_goes_into_the_catalogue_as_its_next_version(access):
    sheet = filled(access, {("M06", "I1"): (5, 10, 15), ("M06", "I2"): (2, 4, 9)})
    before = catalogue_view(access)["catalogue"]["version"]
    found = adopt_experts(access, [("a.xlsx", sheet)])
    assert found["adopted"] and found["read"] == [{"expert": "张三", "effects": 2, "replaced": 0}]
    view = catalogue_view(access)
    assert view["catalogue"]["version"] != before
    effect = next(m for m in view["measures"] if m["id"] == "M06")["effects"]["I1"]
    assert effect["experts"][0]["points"] == [5, 10, 15]
    # One expert's limits: the PERT mean (5 + 4·10 + 15) / 6.
    assert effect["mean"] == pytest.approx(10)
    # Only the first row gives a reason; the other is noted, not refused.
    assert [one["code"] for one in found["issues"]] == ["W330"]


def test_a_preview_changes_nothing(access):
    sheet = filled(access, {("M06", "I1"): (5, 10, 15)})
    found = preview_experts(access, [("a.xlsx", sheet)])
    assert not found["adopted"] and found["judgements"] == 1
    assert experts_report(access)["effects"] == []


def test_the_same_expert_again_replaces_his_judgement_and_others_stay(access):
    first = filled(access, {("M06", "I1"): (5, 10, 15), ("M08", "I1"): (8, 16, 24)})
    other = filled(access, {("M06", "I1"): (20, 25, 30)}, expert="李四")
    adopt_experts(access, [("a.xlsx", first), ("b.xlsx", other)])
    again = filled(access, {("M06", "I1"): (6, 11, 16)})
    found = adopt_experts(access, [("c.xlsx", again)])
    assert found["read"] == [{"expert": "张三", "effects": 1, "replaced": 1}]
    effects = {(e["measure"], e["dimension"]): e for e in found["effects"]}
    judged = {j["expert"]: j["points"] for j in effects["M06", "I1"]["experts"]}
    assert judged == {"张三": [6, 11, 16], "李四": [20, 25, 30]}
    assert effects["M08", "I1"]["experts"][0]["points"] == [8, 16, 24]


def test_the_same_sheet_again_makes_no_new_version(access):
    sheet = filled(access, {("M06", "I1"): (5, 10, 15)})
    one = adopt_experts(access, [("a.xlsx", sheet)])["catalogue"]
    assert adopt_experts(access, [("a.xlsx", sheet)])["catalogue"] == one


def test_an_expert_who_withdraws_is_gone_and_the_catalogue_is_as_before(access):
    before = plain_measure(access, "M06")
    adopt_experts(access, [("a.xlsx", filled(access, {("M06", "I1"): (5, 10, 15)}))])
    withdraw_expert(access, "张三")
    assert plain_measure(access, "M06") == before
    assert experts_report(access)["experts"] == []


def test_effects_are_listed_with_the_widest_mixture_first(access):
    rows = {("M06", "I1"): (9, 10, 11), ("M08", "I1"): (2, 20, 40)}
    found = adopt_experts(access, [("a.xlsx", filled(access, rows))])
    widths = [one["width"] for one in found["effects"]]
    assert widths == sorted(widths, reverse=True)
    assert found["effects"][0]["measure"] == "M08"


@pytest.mark.parametrize(
    ("rows", "cells", "code", "place"),
    [
        ({("M06", "I1"): ("十", 10, 15)}, {}, "E332", "低"),
        ({("M06", "I1"): (12, 10, 15)}, {}, "E333", "最可能"),
        ({("M06", "I1"): (5, 10, 15)}, {"expert": None}, "E334", "专家"),
        ({("M06", "I1"): (5, 10, 15)}, {"ends": None}, "E335", "两端含义"),
        ({("M06", "I1"): (5, 10, 15)}, {"ends": "大概"}, "E335", "两端含义"),
        ({("M06", "I1"): (5, None, 15)}, {}, "E337", "最可能"),
        ({("M06", "I1"): (5, 10, 15)}, {"measure": "M99"}, "E331", "措施编号"),
        ({("M06", "I1"): (-1, 10, 15)}, {}, "E339", None),
        ({("M06", "I1"): (5, 10, 55)}, {}, "E339", None),
        # The 95 % quantile is below the top, its limit is not.
        ({("M06", "I1"): (5, 20, 50)}, {"ends": QUANTILES}, "E339", None),
    ],
)
def test_a_wrong_row_is_refused_with_its_code_and_place(access, rows, cells, code, place):
    sheet = filled(access, rows, **cells)
    with pytest.raises(Refused) as refusal:
        adopt_experts(access, [("a.xlsx", sheet)])
    assert codes(refusal) == [code]
    where = refusal.value.first.where
    assert isinstance(where["row"], int) and where["sheet"] == "数据"
    assert where.get("column") == place
    assert experts_report(access)["effects"] == []


def test_one_wrong_sheet_refuses_all_and_names_the_file(access):
    good = filled(access, {("M06", "I1"): (5, 10, 15)})
    bad = filled(access, {("M06", "I1"): (15, 10, 5)}, expert="李四")
    with pytest.raises(Refused) as refusal:
        adopt_experts(access, [("good.xlsx", good), ("bad.xlsx", bad)])
    assert refusal.value.first.where["path"] == "bad.xlsx"
    assert experts_report(access)["effects"] == []


def test_one_expert_in_two_sheets_judges_an_effect_once(access):
    sheet = filled(access, {("M06", "I1"): (5, 10, 15)})
    with pytest.raises(Refused) as refusal:
        adopt_experts(access, [("a.xlsx", sheet), ("b.xlsx", sheet)])
    assert codes(refusal) == ["E336"]


def test_sheets_without_columns_or_without_numbers_are_refused(access):
    with pytest.raises(Refused) as refusal:
        adopt_experts(access, [("a.csv", "专家,低\n张三,3\n".encode())])
    assert codes(refusal) == ["E330"]
    with pytest.raises(Refused) as refusal:
        adopt_experts(access, [("a.xlsx", experts_blank(access, "zh")[1])])
    assert codes(refusal) == ["E338"]


@pytest.mark.parametrize("ends", ["上下限", "hard limits", "limits"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_meaning_of_the_ends_is_read_in_both_languages(access, language, ends):
    sheet = filled(access, {("M06", "I1"): (5, 10, 15)}, language, ends=ends)
    found = preview_experts(access, [("a.xlsx", sheet)])
    assert found["effects"][0]["experts"][0]["ends"] == "limits"


@pytest.mark.parametrize("ends", ["5% 与 95% 分位", "5%—95%", "5 % and 95 % quantiles", "5-95"])
def test_quantiles_as_ends_are_read_however_they_are_written(access, ends):
    sheet = filled(access, {("M06", "I1"): (5, 10, 15)}, ends=ends)
    one = preview_experts(access, [("a.xlsx", sheet)])["effects"][0]["experts"][0]
    assert one["ends"] == "5-95"
    # What was given as 5 % and 95 % quantiles comes back as such.
    assert (one["q5"], one["q95"]) == pytest.approx((5, 15), abs=1e-6)


def test_the_mixture_keeps_disagreement_and_does_not_average():
    effect = Effect(
        points=(0, 5, 10),
        experts=[
            Judgement(expert="a", points=(1, 2, 3)),
            Judgement(expert="b", points=(21, 22, 23)),
        ],
    )
    found = pooled(effect)
    # Two narrow estimates 20 points apart: the mean lies between, the mixture at both of them.
    assert found.mean == pytest.approx(12)
    assert found.disagreement == pytest.approx(100 / (100 + 1 / 7 * 1), abs=1e-9)
    low, high = (pert_quantile(np.array([q]), a, a + 1, a + 2)[0] for q, a in ((0.1, 1), (0.9, 21)))
    assert found.quantiles[0] == pytest.approx(low, abs=0.01)
    assert found.quantiles[-1] == pytest.approx(high, abs=0.01)


def test_a_changed_measure_is_a_new_version_and_the_old_edit_is_told_of(access):
    digest = catalogue_view(access)["catalogue"]["digest"]
    measure = dict(plain_measure(access, "M14") or {})
    measure["success"] = 0.8
    save_measure(access, measure, digest)
    view = catalogue_view(access)
    assert next(m for m in view["measures"] if m["id"] == "M14")["success"] == 0.8
    with pytest.raises(Refused) as refusal:
        save_measure(access, measure, digest)
    assert codes(refusal) == ["E920"]


def test_an_effect_without_a_source_stays_a_draft(access):
    digest = catalogue_view(access)["catalogue"]["digest"]
    new = {"id": "M26", "name": "新措施", "effects": {"P1": [1, 5, 9]}, "cost": {"first_year": 50}}
    save_measure(access, new, digest)
    view = catalogue_view(access)
    assert view["measures"][-1]["id"] == "M26" and view["measures"][-1]["draft"]
    assert not view["measures"][0]["draft"]


def test_what_others_need_is_not_taken_out_and_what_nobody_needs_is(access):
    digest = catalogue_view(access)["catalogue"]["digest"]
    with pytest.raises(Refused) as refusal:
        remove_measure(access, "M06", digest)
    assert set(codes(refusal)) == {"E321"}
    remove_measure(access, "M25", digest)
    assert "M25" not in [one["id"] for one in catalogue_view(access)["measures"]]


def test_the_exported_catalogue_comes_back_as_it_was(access, tmp_path):
    adopt_experts(access, [("a.xlsx", filled(access, {("M06", "I1"): (5, 10, 15)}))])
    content = catalogue_yaml(access)[1]
    other = open_access(str(tmp_path / "other.db"))
    import_catalogue(other, content)
    assert catalogue_view(other) == catalogue_view(access)
    other.workspace.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_of_the_workbook_is_a_formula(access, language):
    digest = catalogue_view(access)["catalogue"]["digest"]
    evil = dict(plain_measure(access, "M25") or {})
    evil["name"] = {"zh": "=1+1", "en": "@SUM(A1)"}
    evil["evidence"] = {"source": {"zh": "+cmd", "en": "-2"}}
    save_measure(access, evil, digest)
    book = openpyxl.load_workbook(io.BytesIO(catalogue_workbook(access, language)[1]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(cell.value == evil["name"][language] for cell in cells)


def test_who_may_not_edit_measures_is_refused(access):
    visitor = Access(access.workspace, User("visitor", frozenset()))
    sheet = filled(access, {("M06", "I1"): (5, 10, 15)})
    for call in (
        lambda: adopt_experts(visitor, [("a.xlsx", sheet)]),
        lambda: preview_experts(visitor, [("a.xlsx", sheet)]),
        lambda: experts_report(visitor),
        lambda: experts_blank(visitor, "zh"),
        lambda: withdraw_expert(visitor, "张三"),
        lambda: remove_measure(visitor, "M25", ""),
        lambda: catalogue_yaml(visitor),
    ):
        with pytest.raises(Refused) as refusal:
            call()
        assert codes(refusal) == ["E922"]
