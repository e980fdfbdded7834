"""What goes wrong is told apart: the command line, the input, the workspace; in JSON as in words."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
import yaml

FRAMEWORK = {
    "framework": "small",
    "version": "1",
    "name": {"zh": "小框架", "en": "Small"},
    "response_scale": {"min": 0, "max": 10},
    "levels": [
        {"level": 1, "from": 0, "name": {"zh": "低", "en": "low"}},
        {"level": 2, "from": 50, "name": {"zh": "高", "en": "high"}},
    ],
    "factors": [
        {
            "id": "A",
            "name": {"zh": "甲", "en": "A"},
            "dimensions": [
                {
                    "id": "A1",
                    "name": {"zh": "甲一", "en": "A1"},
                    "indicators": [
                        {
                            "id": "A1-1",
                            "name": {"zh": "问答", "en": "Answers"},
                            "survey": {"items": [{"id": "A1-1a"}, {"id": "A1-1b"}]},
                        },
                        {
                            "id": "A1-2",
                            "name": {"zh": "人员", "en": "Staff"},
                            "metric": {"unit": "1", "direction": "up", "goalposts": [0, 2.0]},
                        },
                    ],
                }
            ],
        }
    ],
}


@pytest.fixture
def small(fourfold, tmp_path):
    """The command on a workspace whose framework has two items on a scale from 0 to 10."""
    return with_framework(fourfold, tmp_path, FRAMEWORK)


def with_framework(fourfold, tmp_path, content):
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    assert fourfold("framework", "use", tmp_path / "f.yaml").status == 0
    return fourfold


def survey(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["部门,A1-1a,A1-1b", *rows]), "utf-8")
    return path


WRONG = [
    ["fly"],
    ["score"],
    ["score", "--round", "2026", "--draws", "many"],
    ["score", "--round", "2026", "--estimate", "best"],
    ["import", "survey", "x.csv"],
    ["import", "survey", "x.csv", "--round", "2026", "--map", "A1-1a"],
    ["import", "survey", "x.csv", "--round", "2026", "--map", "=A1-1a"],
    ["import", "survey", "x.csv", "--round", "2026", "--alias", "甲局"],
    ["import", "survey", "x.csv", "--round", "2026", "--code", "很好=五"],
    ["import", "survey", "x.csv", "--round", "2026", "--add", "--supersede", "B-1"],
    ["template", "poem", "-o", "x.xlsx"],
    ["rounds", "--language", "fr"],
    ["--workspace", "", "rounds"],
    ["rounds", "--workspace"],
]


@pytest.mark.parametrize("line", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_status_2_with_one_document_and_touches_nothing(
    fourfold, tmp_path, line
):
    found = fourfold(*line, "--json")
    assert found.status == 2
    assert found.json["error"]["code"] == "E925"
    assert set(found.json["error"]["message"]) == {"zh", "en"}
    assert found.err and "Traceback" not in found.err
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_fault_of_ours_is_status_1_with_a_trace_on_stderr_and_one_document(fourfold, monkeypatch):
    def fails(access):
        raise ZeroDivisionError

    monkeypatch.setattr("actions.rounds.rounds_report", fails)
    found = fourfold("rounds", "--json")
    assert found.status == 1
    assert found.json["error"]["code"] == "E900" and "Traceback" in found.err
    silent = fourfold("rounds")
    assert silent.status == 1 and silent.out == ""


def test_an_unusable_workspace_is_status_4_with_one_document(fourfold, tmp_path):
    found = fourfold("--workspace", tmp_path, "rounds", "--json")
    assert found.status == 4 and found.json["error"]["code"] == "E902"


def test_a_refused_file_names_its_rows(small, tmp_path):
    file = survey(tmp_path / "x.csv", "甲局,99,1", "乙局,3,好")
    found = small("import", "survey", file, "--round", "2026", "--json")
    assert found.status == 3 and found.json["error"]["code"] == "E146"
    places = [(f["code"], f["row"], f["column"], f["value"]) for f in found.json["findings"]]
    assert ("E151", 2, "A1-1a", "99") in places and ("E152", 3, "A1-1b", "好") in places


def test_a_dry_run_lists_whatever_would_stop_the_import_and_is_done(small, tmp_path):
    first = small(
        "import", "survey", survey(tmp_path / "1.csv", "甲局,1,2"), "--round", "2026", "--json"
    )
    file = survey(tmp_path / "2.csv", "甲局,3,4")
    for round_id, options, code in (
        ("2026", [], "E910"),
        ("2026", ["--supersede", "B-unknown"], "E911"),
        ("2027", ["--alias", "甲局=没有的局"], "E923"),
        ("../2027", [], "E916"),
        ("2027", ["--drop", "A1-1a", "--drop", "A1-1b"], "E143"),
        ("2027", ["--department", "A9"], "E141"),
    ):
        line = ["import", "survey", file, "--round", round_id, *options, "--json"]
        dry = small(*line, "--dry-run")
        assert dry.status == 0, options
        assert code in [f["code"] for f in dry.json["blocking"]]
        assert code in [f["code"] for f in dry.json["issues"]]
        refused = small(*line)
        assert refused.status == 3 and refused.json["error"]["code"] == code
    for options in (["--add"], ["--supersede", first.json["batch"]]):
        dry = small("import", "survey", file, "--round", "2026", *options, "--dry-run", "--json")
        assert dry.status == 0 and dry.json["blocking"] == []
    (only,) = small("rounds", "--json").json["rounds"]
    assert [b["id"] for b in only["batches"]] == [first.json["batch"]]


def test_a_dry_run_of_metrics_lists_what_would_stop_them(small, tmp_path):
    (tmp_path / "m.csv").write_text("部门,A1-2\n甲局,1\n", "utf-8")
    line = [
        "import",
        "metrics",
        tmp_path / "m.csv",
        "--round",
        "2026",
        "--alias",
        "甲局=无",
        "--json",
    ]
    dry = small(*line, "--dry-run")
    assert dry.status == 0 and [f["code"] for f in dry.json["blocking"]] == ["E923"]
    assert small(*line).status == 3
    (tmp_path / "n.csv").write_text("部门,没有\n甲局,1\n", "utf-8")
    dry = small("import", "metrics", tmp_path / "n.csv", "--round", "2026", "--dry-run", "--json")
    assert dry.status == 0 and [f["code"] for f in dry.json["blocking"]] == ["E164"]


def test_a_map_is_split_at_its_last_equals_sign(small, tmp_path):
    (tmp_path / "x.csv").write_text("单位,a=b\n甲局,4\n", "utf-8")
    found = small(
        "import", "survey", tmp_path / "x.csv", "--round", "2026", "--map", "a=b=A1-1a", "--json"
    )
    assert found.json["mapped"] == {"a=b": "A1-1a"}


def test_texts_are_coded_as_said_for_one_column_or_for_all(small, tmp_path):
    file = survey(tmp_path / "x.csv", "甲局,好,好", "甲局,一:半,2")
    codes = ["--code", "好=8", "--code", "A1-1b:好=6", "--code", "一:半=5"]
    assert small("import", "survey", file, "--round", "2026", *codes).status == 0
    (unit,) = small("score", "--round", "2026", "--json").json["units"]
    # Item means (8+5)/2 and (6+2)/2 on a scale from 0 to 10.
    assert unit["nodes"]["A1-1"]["score"] == pytest.approx((65 + 40) / 2)


@pytest.mark.parametrize("name", ["2026\n", "2026 ", " 2026", "a/b", "x" * 41, "", "-2026"])
def test_a_round_cannot_have_a_name_that_reads_like_another(fourfold, name):
    found = fourfold("round", "new", "--json", "--", name)
    assert found.status == 3 and found.json["error"]["code"] == "E916"


def test_a_file_name_that_is_not_utf_8_is_no_fault(small, tmp_path):
    path = os.fsencode(tmp_path) + b"/\xce\xcf.csv"
    try:
        with open(path, "wb") as file:
            file.write("部门,A1-1a\n甲局,1\n".encode())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = small("import", "survey", os.fsdecode(path), "--round", "2026", "--json")
    assert found.status == 0
    missing = small("import", "survey", os.fsdecode(path + b"x"), "--round", "2026", "--json")
    assert missing.status == 3 and missing.json["error"]["code"] == "E921"


def test_city_h_keeps_its_own_framework_whatever_framework_is_in_use(small):
    done = small("demo", "--departments", "6", "--rounds", "1", "--json")
    assert done.status == 0
    (only,) = small("rounds", "--json").json["rounds"]
    assert only["framework"]["id"] == "city-sharing" and only["synthetic"] is True
    assert small("framework", "show", "--json").json["framework"] == "small"


def test_city_h_never_mixes_with_other_data_and_changes_nothing_when_refused(small, tmp_path):
    file = survey(tmp_path / "x.csv", "财政局,1,2")
    small("import", "survey", file, "--round", "2025")
    (tmp_path / "d.csv").write_text("id,headcount,weight\n财政局,777,3\n", "utf-8")
    small("import", "departments", tmp_path / "d.csv")
    before = [small(name, "--json").json for name in ("rounds", "departments")]
    refused = small("demo", "--json")
    assert refused.status == 3 and refused.json["error"]["code"] == "E924"
    assert [small(name, "--json").json for name in ("rounds", "departments")] == before


def test_city_h_twice_is_one_city_and_another_seed_is_refused(fourfold):
    line = ["demo", "--departments", "5", "--rounds", "1", "--respondents", "6", "--json"]
    first = fourfold(*line)
    assert fourfold(*line).json["batches"] == first.json["batches"]
    scored = fourfold("score", "--round", "2025", "--json").out
    assert fourfold(*line, "--seed", "8").status == 3
    assert fourfold("score", "--round", "2025", "--json").out == scored


@pytest.mark.parametrize("method", ["zscore", "rank", "borda", "percentile-rank"])
def test_without_levels_the_reason_is_said(fourfold, tmp_path, method):
    small = with_framework(fourfold, tmp_path, {**FRAMEWORK, "normalisation": method})
    (tmp_path / "m.csv").write_text("部门,A1-2\n甲局,1\n乙局,3\n丙局,4\n", "utf-8")
    small("import", "metrics", tmp_path / "m.csv", "--round", "2026")
    found = small("score", "--round", "2026", "--json").json
    assert found["sample_scaled"] is True
    for one in (*found["units"], found["city"]):
        assert one["level"] is None and one["level_probability"] is None
        assert set(one["level_reason"]) == {"zh", "en"} and all(one["level_reason"].values())


def test_background_and_attention_may_be_named_once_for_both_languages(fourfold, tmp_path):
    extra = {
        "attributes": [{"id": "post", "name": "Post"}, {"id": "role"}],
        "attention": [{"id": "chk", "text": "Tick three", "expected": "3"}],
    }
    small = with_framework(fourfold, tmp_path, {**FRAMEWORK, **extra})
    for language in ("zh", "en"):
        assert (
            small("template", "survey", "-o", f"{language}.xlsx", "--language", language).status
            == 0
        )
    (tmp_path / "x.csv").write_text("部门,A1-1a,chk\n甲局,1,3\n甲局,2,4\n", "utf-8")
    found = small("import", "survey", tmp_path / "x.csv", "--round", "2026", "--json").json
    (failed,) = [f for f in found["issues"] if f["code"] == "W244"]
    assert "1" in failed["message"]["en"]


def test_a_published_score_shows_no_department_with_few_answers(small, tmp_path):
    rows = ["甲局,1,2"] * 4 + ["乙局,5,6"] * 5
    small("import", "survey", survey(tmp_path / "x.csv", *rows), "--round", "2026")
    shown = small("score", "--round", "2026", "--published", "--json").json
    few, enough = (next(u for u in shown["units"] if u["id"] == id) for id in ("甲局", "乙局"))
    assert few["status"] == "suppressed" and few["n"] is None and few["level"] is None
    assert all(node["score"] is None for node in few["nodes"].values())
    assert few["level_reason"]["en"]
    whole = small("score", "--round", "2026", "--json").json
    assert next(u for u in whole["units"] if u["id"] == "甲局")["overall"]["score"] is not None
    assert enough["overall"]["score"] == pytest.approx(55)
    table = small("score", "--round", "2026", "--published").out
    assert "<5" in table and "15.0" not in table


def test_published_tables_and_json_can_be_read_by_csv_and_json_alike(small, tmp_path):
    """A blank of metrics lists the known departments, so that filled in it imports as it is."""
    small("import", "survey", survey(tmp_path / "x.csv", "007,1,2", "NA,3,4"), "--round", "2026")
    listed = small("departments", "--json").json["departments"]
    assert [d["id"] for d in listed] == ["007", "NA"]
    with (tmp_path / "m.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["department", "A1-2"], ["007", 1], ["NA", 2]])
    done = small("import", "metrics", tmp_path / "m.csv", "--round", "2026", "--json").json
    assert done["departments"] == ["007", "NA"] and done["values"] == 2
    units = small("score", "--round", "2026", "--json").json["units"]
    assert [(u["id"], u["nodes"]["A1-2"]["score"]) for u in units] == [("007", 50), ("NA", 100)]
