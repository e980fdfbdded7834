"""`fourfold template experts` and `fourfold measures experts`: the round trip by command."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest


def fill(path, expert: str, points: tuple[float | str, float | str, float | str]) -> None:
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    sheet["A2"], sheet["I2"], sheet["J2"] = expert, sheet["I2"].value or "limits", "trial"
    for place, value in zip("FGH", points, strict=True):
        sheet[f"{place}2"] = value
    book.save(path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_blanks_filled_by_two_experts_become_a_version_of_the_catalogue(fourfold, language):
    for name in ("a", "b"):
        answer = fourfold(
            "template", "experts", "-o", f"{name}.xlsx", "--language", language, "--json"
        )
        assert answer.status == 0 and answer.json["kind"] == "experts"
    fill("a.xlsx", "Zhang", (8, 15, 25))
    fill("b.xlsx", "Li", (1, 2, 3))
    checked = fourfold("measures", "experts", "a.xlsx", "b.xlsx", "--check", "--json")
    assert checked.status == 0 and not checked.json["adopted"]
    assert fourfold("measures", "--json").json["catalogue"]["version"] == "2026.1"
    adopted = fourfold("measures", "experts", "a.xlsx", "b.xlsx", "--json").json
    assert adopted["adopted"] and adopted["judgements"] == 2
    assert adopted["effects"] == checked.json["effects"]
    listed = fourfold("measures", "--json").json
    assert listed["catalogue"]["version"] == adopted["catalogue"]["version"] == "2026.2"
    experts = listed["measures"][0]["effects"]["P1"]["experts"]
    assert [one["expert"] for one in experts] == ["Zhang", "Li"]


def test_a_person_is_told_who_judged_and_what_they_disagree_on(fourfold):
    fourfold("template", "experts", "-o", "a.xlsx")
    fill("a.xlsx", "张三", (8, 15, 25))
    answer = fourfold("measures", "experts", "a.xlsx")
    assert answer.status == 0
    assert "张三：1 项判断" in answer.out and "city-measures@2026.2" in answer.out
    assert "规划假设" in answer.err


def test_a_wrong_sheet_is_refused_with_sheet_row_column_and_fix(fourfold):
    fourfold("template", "experts", "-o", "a.xlsx")
    fill("a.xlsx", "张三", (8, "十五", 25))
    answer = fourfold("measures", "experts", "a.xlsx", "--json")
    assert answer.status == 3
    (found,) = answer.json["findings"]
    assert (found["code"], found["sheet"], found["row"], found["column"]) == (
        "E332", "数据", 2, "最可能",
    )  # fmt: skip
    assert found["fix"]["zh"] and found["fix"]["en"]
    assert fourfold("measures", "--json").json["catalogue"]["version"] == "2026.1"


def test_estimates_beyond_all_bounds_are_refused_with_the_place(fourfold):
    fourfold("template", "experts", "-o", "a.xlsx")
    fill("a.xlsx", "张三", (8, 15, 1e308))
    answer = fourfold("measures", "experts", "a.xlsx", "--json")
    assert answer.status == 3
    (found,) = answer.json["findings"]
    assert (found["code"], found["row"], found["value"]) == ("E339", 2, "1e+308")


def test_a_file_that_is_no_table_is_refused_and_a_missing_one_too(fourfold, tmp_path):
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 nothing of the kind")
    assert fourfold("measures", "experts", "no.xlsx", "--json").status == 3
    answer = fourfold("measures", "experts", "none.xlsx", "--json")
    assert answer.status == 3 and answer.json["error"]["code"] == "E921"
