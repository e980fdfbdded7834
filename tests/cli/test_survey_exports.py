"""Exports of survey tools through the command: mapping, memory, exclusion, and the way back."""

from __future__ import annotations

import openpyxl
import pytest

from indicators.findings import Refused
from indicators.framework import default_framework
from survey_data.reading import PAGE_LIMITS, read
from tests.survey_data.workbooks import by_xlsxwriter, by_xlwt

ITEMS = default_framework().items[:6]
LABELS = ["非常不同意", "不同意", "一般", "同意", "非常同意"]
META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def wenjuanxing(numbers: bool, people: int = 60) -> bytes:
    questions = [("2、请评价—" if n == 0 else "2、") + f"说法{n}" for n in range(6)]
    several = ["3、渠道(目录)", "3、(接口)"] if numbers else ["3、渠道"]
    rows: list[list[object]] = [[*META, "1、您的部门", *questions, *several]]
    for n in range(people):
        answers = [(n + k) % 5 + 1 for k in range(6)]
        chosen = [1, n % 2] if numbers else ["目录┋接口" if n % 2 else "目录"]
        given = answers if numbers else [LABELS[answer - 1] for answer in answers]
        if n == 0:
            given[0] = -3 if numbers else "(跳过)"
        rows.append(
            [n + 1, f"2026/9/{n % 28 + 1} 12:00:00", "5秒" if n < 2 else "300秒", "微信", "N/A",
             "10.0.0.1(北京-北京)", "甲局" if n % 2 else "乙局", *given, *chosen]
        )  # fmt: skip
    return by_xlwt(rows)


def maps() -> list[str]:
    names = [("2、请评价—" if n == 0 else "2、") + f"说法{n}" for n in range(6)]
    return [
        part
        for name, item in zip(names, ITEMS, strict=True)
        for part in ("--map", f"{name}={item.id}")
    ]


@pytest.mark.parametrize("numbers", [False, True], ids=["text", "option numbers"])
def test_an_export_with_its_metadata_is_read_whole(fourfold, tmp_path, numbers):
    path = tmp_path / "x.xls"
    path.write_bytes(wenjuanxing(numbers))
    found = fourfold(
        "import",
        "survey",
        path,
        "--round",
        "2026",
        "--department",
        "1、您的部门",
        *maps(),
        "--json",
    ).json
    assert (found["dialect"], found["rows_read"], found["accepted"]) == ("wenjuanxing", 60, 60)
    assert set(found["mapped"].values()) == {item.id for item in ITEMS}
    assert found["personal"] == ["来自IP"]
    assert set(found["metadata"]) == set(META) - {"来自IP"}
    (counts,) = found["multiple"].values()
    assert counts == {"目录": 60, "接口": 30}
    assert [i["code"] for i in found["issues"] if i["value"] in ("-3", "(跳过)")] == ["N151"]


def test_a_confirmed_mapping_serves_the_next_file(fourfold, tmp_path):
    path = tmp_path / "x.xls"
    path.write_bytes(wenjuanxing(False))
    rest = ("--department", "1、您的部门", "--json")
    assert fourfold("import", "survey", path, "--round", "2026", *maps(), *rest).status == 0
    path.write_bytes(wenjuanxing(False, people=40))
    found = fourfold("import", "survey", path, "--round", "2027", *rest).json
    assert len(found["mapped"]) == 6
    assert "N246" in [issue["code"] for issue in found["issues"]]


def test_what_reads_alike_is_proposed_and_waits(fourfold, tmp_path):
    text = default_framework().items[0].text["zh"]  # type: ignore[index]
    path = tmp_path / "x.csv"
    path.write_text(f"部门,{text[:-1]}吗？,{ITEMS[1].id}\n甲局,4,5\n", "utf-8")
    found = fourfold("import", "survey", path, "--round", "2026", "--json").json
    ((column, proposed),) = found["proposed"].items()
    assert proposed["item"] == ITEMS[0].id and proposed["likeness"] > 80
    assert column in found["unmapped"] and column not in found["mapped"]


def scores(fourfold, round_id: str) -> dict[str, int]:
    units = fourfold("score", "--round", round_id, "--json").json["units"]
    return {unit["id"]: unit["n"] for unit in units}


def test_excluded_respondents_stay_stored_and_count_in_no_score(fourfold, tmp_path):
    path = tmp_path / "x.xls"
    path.write_bytes(wenjuanxing(False))
    base = ("import", "survey", path, "--department", "1、您的部门", *maps(), "--json")
    every = fourfold(*base, "--round", "2026").json
    fewer = fourfold(*base, "--round", "2027", "--exclude", "speed").json
    assert every["excluded"] == {"rows": 0, "rules": {}}
    assert fewer["excluded"] == {"rows": 2, "rules": {"speed": 2}}
    assert fewer["accepted"] == every["accepted"] == 60
    assert scores(fourfold, "2026") == {"甲局": 30, "乙局": 30}
    assert scores(fourfold, "2027") == {"甲局": 29, "乙局": 29}


def test_a_round_s_policy_is_followed_until_a_person_says_otherwise(fourfold, tmp_path):
    path = tmp_path / "x.xls"
    path.write_bytes(wenjuanxing(False))
    base = (
        "import",
        "survey",
        path,
        "--department",
        "1、您的部门",
        *maps(),
        "--round",
        "2026",
        "--json",
    )
    assert fourfold("round", "new", "2026").status == 0
    assert fourfold("round", "policy", "2026", "--exclude", "speed", "--json").json["exclude"] == [
        "speed"
    ]
    assert fourfold(*base, "--dry-run").json["excluded"]["rows"] == 2
    assert fourfold(*base, "--dry-run", "--exclude", "none").json["excluded"]["rows"] == 0
    assert fourfold("round", "policy", "2026", "--exclude", "lazy", "--json").status == 3


def test_the_marked_sheet_comes_back_also_when_the_import_is_refused(fourfold, tmp_path):
    path, out = tmp_path / "x.xlsx", tmp_path / "out.xlsx"
    path.write_bytes(by_xlsxwriter([["部门", ITEMS[0].id], ["甲局", 9]]))
    answer = fourfold("import", "survey", path, "--round", "2026", "--annotated", out, "--json")
    assert answer.status == 3
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert "E151" in sheet["B2"].comment.text
    ask = ("import", "survey", path, "--round", "2026", "--annotated")
    assert fourfold(*ask, tmp_path / "x").status == 2
    assert fourfold(*ask, tmp_path / "no" / "x.xlsx").status == 3


def test_a_statistics_file_is_read_by_its_labels(fourfold, tmp_path):
    import pandas as pd
    import pyreadstat

    names = dict(enumerate(["非常同意", "同意", "一般", "不同意", "非常不同意"], 1))
    frame = pd.DataFrame({"部门": ["甲局", "乙局", "乙局"], "q1": [1.0, 5.0, 9.0]})
    pyreadstat.write_sav(
        frame, tmp_path / "x.sav", column_labels={"q1": ITEMS[0].text["zh"]},  # type: ignore[index]
        variable_value_labels={"q1": names}, missing_ranges={"q1": [9]},
    )  # fmt: skip
    found = fourfold("import", "survey", tmp_path / "x.sav", "--round", "2026", "--json").json
    assert (found["dialect"], found["mapped"]) == ("spss", {"q1": ITEMS[0].id})
    assert {"W262", "N151"} <= {issue["code"] for issue in found["issues"]}


def test_a_file_saved_again_is_noticed_when_it_is_added(fourfold, tmp_path):
    rows = [
        ["部门", ITEMS[0].id, ITEMS[1].id],
        *[["甲局", n % 5 + 1, n // 5 % 5 + 1] for n in range(25)],
    ]
    (tmp_path / "a.xlsx").write_bytes(by_xlsxwriter(rows))
    (tmp_path / "b.xlsx").write_bytes(by_xlsxwriter([*rows, ["甲局", 1, 1]]))
    base = ("import", "survey", "--round", "2026", "--json")
    assert fourfold(*base, tmp_path / "a.xlsx").status == 0
    again = fourfold(*base, tmp_path / "b.xlsx", "--add", "--dry-run").json
    assert "W253" in [issue["code"] for issue in again["issues"]]
    other = by_xlsxwriter([rows[0], *[["乙局", 3, 4]] * 20])
    (tmp_path / "c.xlsx").write_bytes(other)
    new = fourfold(*base, tmp_path / "c.xlsx", "--add", "--dry-run").json
    assert "W253" not in [issue["code"] for issue in new["issues"]]


def test_merged_departments_are_filled_down_only_on_request(fourfold, tmp_path):
    import io

    import xlsxwriter

    store = io.BytesIO()
    with xlsxwriter.Workbook(store, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["部门", ITEMS[0].id])
        sheet.merge_range("A2:A3", "甲局")
        sheet.write_column("B2", [4, 5])
    (tmp_path / "x.xlsx").write_bytes(store.getvalue())
    base = ("import", "survey", tmp_path / "x.xlsx", "--round", "2026", "--dry-run", "--json")
    asked = fourfold(*base).json
    assert (asked["accepted"], asked["rejected"]) == (1, 1)
    assert {"W226", "E153"} <= {issue["code"] for issue in asked["issues"]}
    assert fourfold(*base, "--fill-merged").json["accepted"] == 2


def test_the_command_takes_what_the_page_refuses_for_its_size(fourfold, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"部门,{ITEMS[0].id}\n" + "甲局,4\n" * 250_000, "utf-8")
    found = fourfold("import", "survey", path, "--round", "2026", "--dry-run", "--json").json
    assert found["accepted"] == 250_000
    with pytest.raises(Refused) as caught:
        read(path.read_bytes(), PAGE_LIMITS)
    assert caught.value.first.code == "E111"
