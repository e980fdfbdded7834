"""Every bad input of the list through the command; through the page one of each code."""

from __future__ import annotations

from importlib import import_module

import pytest

from actions.access import open_access
from actions.data.drafts import save_draft, start_draft
from survey_data.reading import PAGE_LIMITS
from survey_data.workspace import batches
from tests.cases.bad_inputs import CASES, GOOD, Case, csv
from tests.pages.test_see import text

BY_NAME = [pytest.param(case, id=f"{case.number} {case.name}") for case in CASES]
MARKUP = 57
FIRST_OF_CODE = {(case.code, case.refused): case for case in reversed(CASES)}
"""The page shows what the action found, which the command proves case by case."""
ON_THE_PAGE = [
    pytest.param(
        case,
        id=f"{case.number} {case.name}",
        marks=() if case in FIRST_OF_CODE.values() or case.number == MARKUP else pytest.mark.slow,
    )
    for case in CASES
]
FINDINGS_STEP = 4


@pytest.mark.parametrize("case", BY_NAME)
def test_the_command_says_it_with_its_code_place_and_remedy(
    case: Case, fourfold, tmp_path, monkeypatch
):
    monkeypatch.setattr("actions.data.imports.COMMAND_LIMITS", PAGE_LIMITS)
    monkeypatch.setitem(
        import_module("actions.data.imports").import_survey.__kwdefaults__, "limits", PAGE_LIMITS
    )
    path = tmp_path / "file.xlsx"
    path.write_bytes(case.content())
    command = ("import", "survey", path, "--round", "2026", "--json")
    answer = fourfold(*command)
    found = answer.json
    issues = (
        [found["error"], *found["error"].get("issues", ())] if "error" in found else found["issues"]
    )
    assert answer.status == (3 if case.refused else 0), found
    said = [issue["code"] for issue in issues]
    if case.refused and case.code not in said:
        said += [i["code"] for i in fourfold(*command, "--dry-run").json["issues"]]
    assert case.code is None or case.code in said
    for issue in issues:
        assert issue["message"]["zh"] and issue["message"]["en"] and issue["fix"]["zh"]
    if not case.refused:
        assert found["rows_read"] == found["accepted"] + found["rejected"] + found["ignored"]
        assert case.accepted is None or found["accepted"] == case.accepted
    rounds = fourfold("rounds", "--json").json["rounds"]
    assert len(rounds) == (0 if case.refused else 1)


@pytest.mark.parametrize("case", ON_THE_PAGE)
def test_the_page_says_it_and_goes_on(case: Case, visit, tmp_path):
    workspace = str(tmp_path / "own.db")
    access = open_access(workspace)
    draft = start_draft(access, case.content(), "文件.xlsx", "survey", "2026")
    save_draft(access, draft, step=FINDINGS_STEP)
    app = visit(workspace, "bring/upload.py", draft=draft.key)
    assert not app.exception
    if case.code:
        assert case.code in text(app)
    assert "<script>alert" not in text(app)


@pytest.mark.parametrize(
    "name",
    ["x" * 240 + ".csv", "名字\n换行.csv", "\u202e.csv", "😀.csv", "CON.xlsx", "a'b.csv"],
)
def test_a_file_s_name_does_no_harm_and_is_shown_without_what_cannot_be_seen(
    name, fourfold, tmp_path
):
    """Number 24; the name decides nothing, the content does."""
    path = tmp_path / name
    try:
        path.write_bytes(csv(*GOOD))
    except OSError:
        pytest.skip("this file system has no such name")
    assert fourfold("import", "survey", path, "--round", "2026", "--json").json["accepted"] == 2
    (batch,) = fourfold("rounds", "--json").json["rounds"][0]["batches"]
    assert not set(batch["file"]) & set("\n\u202e/\\")


def test_the_same_file_again_is_the_same_batch(fourfold, tmp_path):
    """Number 25."""
    (tmp_path / "x.csv").write_bytes(csv(*GOOD))
    command = ("import", "survey", tmp_path / "x.csv", "--round", "2026", "--json")
    first, again = fourfold(*command).json, fourfold(*command).json
    assert (first["batch"], first["new"], again["new"]) == (again["batch"], True, False)


def test_a_date_of_1904_is_the_day_that_people_see(fourfold, tmp_path):
    """Number 63: 2026, not 2022."""
    from tests.cases.bad_inputs import old_epoch

    (tmp_path / "x.xlsx").write_bytes(old_epoch())
    found = fourfold("import", "survey", tmp_path / "x.xlsx", "--round", "2026", "--json").json
    access = open_access(str(tmp_path / "own.db"))
    (time,) = batches.answers(access.workspace, found["batch"]).column("submitted").to_pylist()
    assert str(time) == "2026-09-03 12:30:00"
