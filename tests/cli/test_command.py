"""What every command has in common: statuses, JSON, languages, options anywhere; and round trips."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from indicators.framework import default_framework

ROOT = Path(__file__).resolve().parents[2]
ITEMS = [item.id for item in default_framework().items]


def answers(path: Path, answer: str = "4", names: tuple[str, ...] = ("甲局", "乙局")) -> Path:
    rows = [",".join(["部门", *ITEMS])]
    rows += [",".join([name, *[answer] * len(ITEMS)]) for name in names for _ in range(6)]
    path.write_text("\n".join(rows), "utf-8")
    return path


def test_a_command_that_does_not_exist_is_a_wrong_command_line(fourfold):
    for wrong in (["fly"], ["score"], ["import", "survey"], ["score", "--round"], ["demo", "--x"]):
        found = fourfold(*wrong)
        assert found.status == 2, wrong
        assert found.out == "" and found.err


def test_a_refusal_is_status_3_and_says_code_place_and_cure_in_both_languages(fourfold, tmp_path):
    found = fourfold("score", "--round", "1999", "--json")
    assert found.status == 3
    error = found.json["error"]
    assert error["code"] == "E913"
    for part in ("message", "fix"):
        assert set(error[part]) == {"zh", "en"} and all(error[part].values())
    assert isinstance(error["where"], dict)
    assert "E913" in fourfold("score", "--round", "1999").err


def test_a_missing_file_is_said_and_not_thrown(fourfold):
    found = fourfold("import", "survey", "nowhere.csv", "--round", "2026", "--json")
    assert found.status in (2, 3)
    assert "Traceback" not in found.err


def test_a_workspace_that_is_none_is_status_4(fourfold, tmp_path):
    (tmp_path / "other.db").write_bytes(b"no database at all, but long enough to look at" * 40)
    assert fourfold("--workspace", tmp_path / "other.db", "rounds").status == 4
    assert fourfold("--workspace", "nosuchdialect://x/y", "rounds", "--json").status == 4


def test_global_options_stand_anywhere(fourfold):
    fourfold("round", "new", "2026")
    first = fourfold("--json", "rounds")
    last = fourfold("rounds", "--json")
    assert first.json == last.json
    assert first.json["rounds"][0]["id"] == "2026"
    english = fourfold("rounds", "--language", "en").out
    chinese = fourfold("--language", "zh", "rounds").out
    assert english != chinese and english.isascii()


def test_rounds_come_in_time_order_with_their_first_day(fourfold):
    for name in ("2026-Q2", "2025", "2026-03"):
        assert fourfold("round", "new", name).status == 0
    rounds = fourfold("rounds", "--json").json["rounds"]
    assert [r["id"] for r in rounds] == ["2025", "2026-03", "2026-Q2"]
    assert [r["starts_on"] for r in rounds] == ["2025-01-01", "2026-03-01", "2026-04-01"]
    assert all(r["framework"]["digest"] and r["batches"] == [] for r in rounds)


def test_the_same_file_twice_is_one_batch_and_another_needs_a_decision(fourfold, tmp_path):
    one = answers(tmp_path / "one.csv")
    two = answers(tmp_path / "two.csv", "2", ("丙局",))
    first = fourfold("import", "survey", one, "--round", "2026", "--json").json
    again = fourfold("import", "survey", one, "--round", "2026", "--json").json
    assert first["batch"] == again["batch"]
    assert first["rows_read"] == first["accepted"] + first["rejected"] + first["ignored"] == 12
    refused = fourfold("import", "survey", two, "--round", "2026", "--json")
    assert refused.status == 3
    said = refused.json["error"]["fix"]["en"]
    assert "--add" in said and "--supersede" in said
    assert fourfold("import", "survey", two, "--round", "2026", "--add").status == 0
    scored = fourfold("score", "--round", "2026", "--json").json
    assert {u["id"] for u in scored["units"]} == {"甲局", "乙局", "丙局"}
    (batch,) = [b for b in fourfold("rounds", "--json").json["rounds"][0]["batches"]
                if b["id"] == first["batch"]]  # fmt: skip
    assert batch["state"] == "active"


def test_superseding_takes_the_place_of_a_batch_and_edits_nothing(fourfold, tmp_path):
    old = answers(tmp_path / "old.csv")
    new = answers(tmp_path / "new.csv", "5")
    first = fourfold("import", "survey", old, "--round", "2026", "--json").json["batch"]
    second = fourfold(
        "import", "survey", new, "--round", "2026", "--supersede", first, "--json"
    ).json["batch"]
    batches = {b["id"]: b for b in fourfold("rounds", "--json").json["rounds"][0]["batches"]}
    assert batches[first]["state"] == "superseded"
    assert batches[first]["superseded_by"] == second
    assert batches[second]["state"] == "active"
    unit = fourfold("score", "--round", "2026", "--json").json["units"][0]
    assert unit["n"] == 6


def test_a_dry_run_tells_and_changes_nothing(fourfold, tmp_path):
    found = fourfold(
        "import", "survey", answers(tmp_path / "x.csv"), "--round", "2026", "--dry-run", "--json"
    )
    assert found.status == 0 and found.json["batch"] is None
    assert found.json["accepted"] == 12
    assert fourfold("rounds", "--json").json == {"rounds": []}


def test_a_dry_run_of_an_empty_blank_lists_what_would_stop_it(fourfold, tmp_path):
    for kind in ("survey", "metrics"):
        fourfold("template", kind, "-o", tmp_path / f"{kind}.xlsx")
        found = fourfold(
            "import", kind, tmp_path / f"{kind}.xlsx", "--round", "2026", "--dry-run", "--json"
        )
        assert found.status == 0 and found.json["blocking"]


def test_a_refused_file_leaves_no_round(fourfold, tmp_path):
    (tmp_path / "bad.csv").write_text("部门,随便\n甲局,1\n", "utf-8")
    assert fourfold("import", "survey", tmp_path / "bad.csv", "--round", "2026").status == 3
    assert fourfold("rounds", "--json").json == {"rounds": []}


def test_the_same_inputs_and_seed_give_the_same_bytes(fourfold, tmp_path):
    fourfold("import", "survey", answers(tmp_path / "x.csv"), "--round", "2026")
    first = fourfold("score", "--round", "2026", "--seed", "3", "--json")
    assert first.json["seed"] == 3 and first.json["draws"] == 2000
    assert fourfold("score", "--round", "2026", "--seed", "3", "--json").out == first.out


def test_another_department_never_moves_a_score(fourfold, tmp_path):
    fourfold("import", "survey", answers(tmp_path / "x.csv"), "--round", "2026")
    fourfold("import", "survey", answers(tmp_path / "y.csv"), "--round", "2027")
    other = answers(tmp_path / "z.csv", "1", ("丙局",))
    fourfold("import", "survey", other, "--round", "2027", "--add")
    before = fourfold("score", "--round", "2026", "--json").json["units"]
    after = {u["id"]: u for u in fourfold("score", "--round", "2027", "--json").json["units"]}
    for unit in before:
        for id, node in unit["nodes"].items():
            assert after[unit["id"]]["nodes"][id]["score"] == node["score"]


def test_a_framework_travels_out_and_in_again_with_its_digest(fourfold, tmp_path):
    fourfold("template", "framework", "-o", tmp_path / "own.yaml")
    checked = fourfold("framework", "check", tmp_path / "own.yaml", "--json")
    assert checked.status == 0
    used = fourfold("framework", "use", tmp_path / "own.yaml", "--json")
    shown = fourfold("framework", "show", "--json")
    assert used.status == shown.status == 0
    text = (tmp_path / "own.yaml").read_text("utf-8")
    broken = text.replace("direction: up", "direction: sideways", 1)
    assert broken != text
    (tmp_path / "own.yaml").write_text(broken, "utf-8")
    bad = fourfold("framework", "check", tmp_path / "own.yaml", "--json")
    assert bad.status == 3 and bad.json["error"]["code"].startswith("E")


def test_same_id_and_version_with_other_content_is_refused(fourfold, tmp_path):
    fourfold("template", "framework", "-o", tmp_path / "own.yaml")
    fourfold("framework", "use", tmp_path / "own.yaml")
    text = (tmp_path / "own.yaml").read_text("utf-8")
    other = text.replace("初始级", "起步级", 1)
    assert other != text
    (tmp_path / "own.yaml").write_text(other, "utf-8")
    assert fourfold("framework", "use", tmp_path / "own.yaml").status == 3


def test_the_roster_gives_names_groups_and_weights(fourfold, tmp_path):
    (tmp_path / "roster.csv").write_text(
        "id,name_zh,name_en,group,aliases,headcount,weight\n"
        "甲局,甲局,Bureau A,综合,市甲局;甲委,40,2\n乙局,乙局,Bureau B,综合,,30,1\n",
        "utf-8",
    )
    assert fourfold("import", "departments", tmp_path / "roster.csv").status == 0
    listed = fourfold("departments", "--json").json["departments"]
    assert [d["id"] for d in listed] == ["乙局", "甲局"] or [d["id"] for d in listed] == [
        "甲局", "乙局"
    ]  # fmt: skip
    one = next(d for d in listed if d["id"] == "甲局")
    assert one["name"] == {"zh": "甲局", "en": "Bureau A"}
    assert (one["headcount"], one["weight"]) == (40, 2)
    file = answers(tmp_path / "x.csv", names=("市甲局",))
    assert fourfold("import", "survey", file, "--round", "2026", "--json").json["departments"] == [
        "甲局"
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_score_table_reads_in_both_languages(fourfold, tmp_path, lang):
    fourfold("import", "survey", answers(tmp_path / "x.csv"), "--round", "2026")
    shown = fourfold("score", "--round", "2026", "--language", lang)
    assert shown.status == 0 and "甲局" in shown.out


def test_the_installed_command_prints_one_document_and_nothing_else(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", "demo", "--departments", "6", "--rounds", "1", "--json"],
        cwd=ROOT,
        env={**__import__("os").environ, "FOURFOLD_WORKSPACE": str(tmp_path / "x.db")},
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == 0
    document = __import__("json").loads(ended.stdout)
    assert document["synthetic"] is True and len(document["rounds"]) == 1


def test_the_version_is_said_alone_and_no_workspace_is_opened_for_it(fourfold, tmp_path):
    assert fourfold("--version").out == "0.1.0\n"
    assert fourfold("--version", "--json").json == {"version": "0.1.0"}
    assert not (tmp_path / "own.db").exists()


def test_no_form_of_a_location_shows_its_password(fourfold):
    """Nothing listens on port 1 of this machine."""
    secret = "s3cret-pass"
    for location in (
        f"postgresql+psycopg://me:{secret}@127.0.0.1:1/x",
        f"postgresql+psycopg://me@127.0.0.1:1/x?password={secret}",
        f"postgresql+psycopg://me:{secret}@127.0.0.1:port/x",
        f"postgresql+psycopg://me:{secret}@[::1/x",
        f"postgresql+psycopg://me:{secret}@127.0.0.1:1/x?nosuch={secret}",
        f"postgresql+psycopg:/me:{secret}@127.0.0.1/x",
        f"nosuch://me:{secret}@127.0.0.1/x",
    ):
        for arguments in (["rounds"], ["rounds", "--json"], ["app"]):
            found = fourfold("--workspace", location, *arguments)
            assert found.status == 4, location
            assert "E902" in found.out + found.err
            assert secret not in found.out + found.err and "Traceback" not in found.err
