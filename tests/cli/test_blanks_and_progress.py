"""Blanks to hand out come back in as they are; a person sees how far long work is."""

from __future__ import annotations

import csv
import io
import sys

import openpyxl
import pytest

from indicators.framework import default_framework

FRAMEWORK = default_framework()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_blank_survey_that_was_filled_in_imports_whole(fourfold, tmp_path, language, suffix):
    blank = tmp_path / f"blank{suffix}"
    assert fourfold("template", "survey", "-o", blank, "--language", language).status == 0
    if suffix == ".csv":
        header = next(csv.reader(io.StringIO(blank.read_text("utf-8-sig"))))
        rows = [header, ["甲局", *["4"] * (len(header) - 1)]]
        with blank.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    else:
        book = openpyxl.load_workbook(blank)
        sheet = book.worksheets[0]
        header = [cell.value for cell in sheet[1]]
        sheet.append(["甲局", *[4] * (len(header) - 1)])
        book.save(blank)
    found = fourfold("import", "survey", blank, "--round", "2026", "--json")
    assert found.status == 0, found.json
    assert set(found.json["mapped"].values()) == {item.id for item in FRAMEWORK.items}
    assert found.json["departments"] == ["甲局"] and found.json["accepted"] == 1


def test_a_blank_of_metrics_lists_the_departments_and_imports_once_filled(fourfold, tmp_path):
    (tmp_path / "d.csv").write_text("id,name_zh\n甲局,甲局\n乙局,乙局\n", "utf-8")
    fourfold("import", "departments", tmp_path / "d.csv")
    blank = tmp_path / "m.csv"
    fourfold("template", "metrics", "-o", blank)
    rows = list(csv.reader(io.StringIO(blank.read_text("utf-8-sig"))))
    assert sorted(row[0] for row in rows[1:]) == ["乙局", "甲局"]
    full = [rows[0]] + [[row[0], "2025-12", *["1"] * (len(rows[0]) - 2)] for row in rows[1:]]
    with blank.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(full)
    found = fourfold("import", "metrics", blank, "--round", "2026", "--json").json
    wanted = {m.id for m in FRAMEWORK.measured if m.metric}
    assert set(found["mapped"].values()) == wanted | {r.id for r in FRAMEWORK.register_fields}
    assert found["rejected"] == 0 and found["values"] == 2 * len(found["mapped"])


def test_a_blank_roster_holds_what_is_known_and_imports_again(fourfold, tmp_path):
    (tmp_path / "d.csv").write_text("id,name_en,group,headcount,weight\n甲,A,g,30,2\n", "utf-8")
    fourfold("import", "departments", tmp_path / "d.csv")
    before = fourfold("departments", "--json").json
    assert fourfold("template", "departments", "-o", tmp_path / "e.csv").status == 0
    assert fourfold("import", "departments", tmp_path / "e.csv").status == 0
    assert fourfold("departments", "--json").json == before


def test_where_nothing_can_be_written_is_said(fourfold, tmp_path):
    found = fourfold("template", "survey", "-o", tmp_path / "none" / "x.xlsx", "--json")
    assert found.status == 3 and found.json["error"]["code"] == "E926"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_progress_and_remarks_go_to_stderr(fourfold, tmp_path, monkeypatch, language):
    (tmp_path / "x.csv").write_text("部门,P1-1a,别的\n甲局,4,x\n甲局,9,y\n", "utf-8")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    found = fourfold(
        "import", "survey", tmp_path / "x.csv", "--round", "2026", "--language", language
    )
    assert found.status == 0
    assert "E151" in found.err and "E151" not in found.out
    assert len(found.out.splitlines()) == 1


def test_json_of_an_import_is_alone_on_stdout_even_before_a_person(fourfold, tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_text("部门,P1-1a\n甲局,4\n甲局,9\n", "utf-8")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    found = fourfold("import", "survey", tmp_path / "x.csv", "--round", "2026", "--json")
    counts = [found.json[key] for key in ("rows_read", "accepted", "rejected", "ignored")]
    assert counts == [2, 1, 1, 0]
    assert set(found.json) >= {
        "batch", "sha256", "dialect", "encoding", "departments", "mapped", "unmapped", "issues",
    }  # fmt: skip
    (issue,) = [i for i in found.json["issues"] if i["severity"] == "error"]
    assert set(issue) >= {
        "code", "severity", "sheet", "row", "column", "value", "message", "fix",
    }  # fmt: skip
    assert (issue["row"], issue["column"], issue["value"]) == (3, "P1-1a", "9")
