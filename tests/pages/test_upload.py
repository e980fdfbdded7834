"""The upload in steps, through the shell; the commit in its worker is a browser flow."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import Access, open_access
from actions.data.drafts import commit_draft, open_drafts, save_draft, start_draft
from actions.rounds import list_rounds, publish_round
from cli.main import run
from indicators.framework import default_framework
from tests.pages.test_see import text

ITEMS = [item.id for item in default_framework().items]


def answers(departments: list[str], answer: str = "4", people: int = 6) -> bytes:
    rows = [",".join(["部门", "姓名", *ITEMS])]
    rows += [
        ",".join([department, "张三", *([answer] * len(ITEMS))])
        for department in departments
        for _ in range(people)
    ]
    return "\n".join(rows).encode("gb18030")


@pytest.fixture
def workspace(demo: str, tmp_path: Path) -> str:
    return str(shutil.copy(demo, tmp_path / "own.db"))


def begun(visit, workspace: str, content: bytes, round_id: str = "2026") -> AppTest:
    app = visit(workspace, "bring/upload.py")
    app.text_input(key="upload-round").set_value(round_id)
    app.file_uploader(key="upload-file").upload("答卷.csv", content, "text/csv")
    app.run()
    app.button(key="upload-begin").click().run()
    assert not app.exception
    return app


def onward(app: AppTest, name: str) -> AppTest:
    app.button(key=f"next-{name}").click().run()
    assert not app.exception
    return app


def held(access: Access) -> dict:
    (draft,) = open_drafts(access)
    return dict(draft.content)


def test_a_file_needs_a_round_before_it_can_begin(visit, workspace):
    app = visit(workspace, "bring/upload.py")
    assert app.button(key="upload-begin").disabled


def test_a_gb18030_file_is_recognised_and_its_names_are_left_out(visit, workspace):
    app = begun(visit, workspace, answers(["财政局"]))
    assert "gb18030" in text(app)
    app = onward(app, "recognised")
    assert "个人信息列不导入：姓名" in text(app)


@pytest.fixture
def browser(monkeypatch):
    """Look with another browser; pages under test have no cookies of their own."""

    def named(name: str) -> None:
        monkeypatch.setattr("pages.bring.choose_file.browser", lambda: name)

    named("first browser")
    return named


def key_of(app: AppTest) -> str:
    """What the address holds of the upload."""
    held = app.query_params["draft"]
    return held if isinstance(held, str) else held[0]


def resume_buttons(app: AppTest) -> list[str]:
    return [str(b.key) for b in app.button if str(b.key).startswith(("resume-", "discard-"))]


def test_the_draft_keeps_its_step_for_the_next_visit_of_the_same_browser(visit, workspace, browser):
    app = begun(visit, workspace, answers(["财政局"]))
    onward(app, "recognised")
    access = open_access(workspace)
    (draft,) = open_drafts(access)
    assert draft.content["step"] == 2
    again = visit(workspace, "bring/upload.py")
    again.button(key=f"resume-{draft.id}").click().run()
    assert "列中对应上" in text(again)


@pytest.mark.parametrize("name", ["second browser", ""])
def test_an_upload_is_neither_listed_nor_opened_by_another_browser(visit, workspace, browser, name):
    app = begun(visit, workspace, answers(["财政局"], "答案原文"))
    key = key_of(app)
    (draft,) = open_drafts(open_access(workspace))
    id, _, token = key.partition(".")
    assert id == draft.id and len(bytes.fromhex(token)) >= 16
    browser(name)
    assert resume_buttons(visit(workspace, "bring/upload.py")) == []
    for wrong in (id, f"{id}.", f"{id}.{'0' * 64}", f"{id}.{draft.token_sha256}", f".{token}"):
        other = visit(workspace, "bring/upload.py", draft=wrong)
        assert "打不开草稿" in text(other) + "".join(w.value for w in other.warning)
        assert "答案原文" not in text(other) and resume_buttons(other) == []


def test_the_address_brings_an_upload_back_in_any_browser(visit, workspace, browser):
    app = begun(visit, workspace, answers(["财政局"]))
    key = key_of(app)
    browser("")
    assert "gb18030" in text(visit(workspace, "bring/upload.py", draft=key))


def test_the_workspace_does_not_hold_what_opens_an_upload(visit, workspace, browser):
    app = begun(visit, workspace, answers(["财政局"]))
    key = key_of(app)
    with sqlite3.connect(workspace) as connection:
        stored = "\n".join(connection.iterdump())
    assert key.partition(".")[0] in stored
    assert key.partition(".")[2] not in stored and "first browser" not in stored


def test_the_owner_opens_an_upload_of_an_earlier_version_from_the_command_line(
    visit, workspace, monkeypatch, capsys
):
    access = open_access(workspace)
    draft = start_draft(access, answers(["财政局"]), "答卷.csv", "survey", "2026")
    with sqlite3.connect(workspace) as connection:
        connection.execute("UPDATE drafts SET token_sha256 = NULL")
    connection.close()
    assert "打不开草稿" in visit(workspace, "bring/upload.py", draft=draft.key).warning[0].value

    def fourfold(*arguments: str) -> dict:
        capsys.readouterr()
        assert run(["--workspace", workspace, "--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    (listed,) = fourfold("draft", "list")["drafts"]
    assert (listed["id"], listed["file"], listed["round"]) == (draft.id, "答卷.csv", "2026")
    first, second = (fourfold("draft", "open", draft.id)["address"] for _ in range(2))
    key = second.removeprefix("/upload?draft=")
    assert "gb18030" in text(visit(workspace, "bring/upload.py", draft=key))
    old = visit(workspace, "bring/upload.py", draft=first.removeprefix("/upload?draft="))
    assert "打不开草稿" in old.warning[0].value
    # Both commands that the page shows are of this workspace, and do what it says.
    listing, opening = (shlex.split(line)[1:] for line in old.code[0].value.splitlines())
    assert run(["--json", *listing]) == 0 and draft.id in capsys.readouterr().out
    assert run(["--json", *opening[:-1], draft.id]) == 0
    fourfold("draft", "discard", draft.id)
    assert fourfold("draft", "list") == {"drafts": []}
    for command in ("open", "discard"):
        assert run(["--workspace", workspace, "--json", "draft", command, draft.id]) == 3
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "E908"


def test_no_page_asks_for_uploads_without_what_opens_them():
    """The pages' door is `draft_at` and `drafts_of`; the owner's at the machine is not."""
    pages = Path(__file__).resolve().parents[2] / "pages"
    for path in pages.rglob("*.py"):
        asked = set(re.findall(r"\w+", path.read_text("utf-8")))
        assert not asked & {"get_draft", "open_drafts", "reopen_draft", "drafts_report"}, path


def test_an_unknown_answer_is_decided_by_a_person(visit, workspace):
    app = begun(visit, workspace, answers(["财政局"], "还行吧"))
    app = onward(onward(app, "recognised"), "columns")
    app.selectbox(key="code-还行吧").set_value(3).run()
    assert not app.exception
    assert held(open_access(workspace))["codes"] == ["还行吧=3"]
    assert "已决定：还行吧=3" in [c.value for c in app.caption]
    app.button(key="forget-decisions").click().run()
    assert held(open_access(workspace))["codes"] == []


def test_a_near_department_name_is_asked_about_and_never_merged_silently(visit, workspace):
    app = begun(visit, workspace, answers(["市财政局"]))
    app = onward(onward(app, "recognised"), "columns")
    box = app.selectbox(key="alias-市财政局")
    assert box.value is None
    box.set_value("财政局").run()
    assert not app.exception
    assert held(open_access(workspace))["aliases"] == {"市财政局": "财政局"}


def test_a_column_that_was_not_found_is_given_its_item(visit, workspace):
    content = answers(["财政局"]).decode("gb18030").replace(ITEMS[0], "说不清的题", 1)
    app = onward(begun(visit, workspace, content.encode("gb18030")), "recognised")
    app.selectbox(key="column-说不清的题-None").set_value(ITEMS[0]).run()
    assert not app.exception
    assert held(open_access(workspace))["overrides"] == {"说不清的题": ITEMS[0]}
    assert f"中对应上 {len(ITEMS)} 列" in text(app)


def test_warnings_must_be_read_before_going_on(visit, workspace):
    app = begun(visit, workspace, answers(["财政局"]))
    app = onward(onward(onward(app, "recognised"), "columns"), "codes")
    assert app.button(key="next-findings").disabled
    app.checkbox[0].check().run()
    assert not app.button(key="next-findings").disabled


def test_rows_are_counted_and_compared_with_the_round_before(visit, workspace):
    app = begun(visit, workspace, answers(["财政局", "教育局"]))
    app = onward(onward(onward(app, "recognised"), "columns"), "codes")
    app.checkbox[0].check().run()
    app = onward(app, "findings")
    said = text(app)
    assert "读到 12 行 = 计入 12 + 拒绝 0 + 忽略 0" in said
    assert "财政局" in said and "上一轮" in said


def test_a_round_with_answers_asks_whether_to_add_or_to_take_their_place(visit, workspace):
    app = begun(visit, workspace, answers(["财政局"]), "2025")
    app = onward(onward(onward(app, "recognised"), "columns"), "codes")
    app.checkbox[0].check().run()
    app = onward(app, "findings")
    (radio,) = app.radio
    assert radio.value is None and len(radio.options) == 2
    radio.set_value(radio.options[0] if "add" not in radio.options else "add").run()
    assert held(open_access(workspace))["mode"] == "add"


def test_what_the_steps_decided_is_what_comes_in(visit, workspace):
    begun(visit, workspace, answers(["财政局"]))
    access = open_access(workspace)
    (draft,) = open_drafts(access)
    report = commit_draft(access, draft.id, lambda stage, share: None)
    assert report["accepted"] == 6
    assert open_drafts(access) == []
    assert "2026" in [info.id for info in list_rounds(access)]


def test_a_broken_file_keeps_its_draft_and_says_the_code(visit, workspace):
    app = visit(workspace, "bring/upload.py")
    app.text_input(key="upload-round").set_value("2026")
    app.file_uploader(key="upload-file").upload("x.xlsx", b"PK\x03\x04 broken", "application/zip")
    app.run()
    app.button(key="upload-begin").click().run()
    assert not app.exception
    assert app.error and "E1" in text(app)
    assert len(open_drafts(open_access(workspace))) == 1


def test_a_name_that_a_round_cannot_have_is_refused_at_once(visit, workspace):
    app = begun(visit, workspace, answers(["财政局"]), "../../etc")
    assert "E916" in text(app)
    assert open_drafts(open_access(workspace)) == []


def test_markup_in_a_file_is_shown_as_text(visit, workspace):
    app = begun(visit, workspace, answers(["<script>alert(1)</script>"]))
    assert "<script>alert" not in text(app)
    assert "&lt;script&gt;alert" in text(app)


def test_blanks_can_be_taken_away_in_both_languages(visit, workspace):
    for lang in ("zh", "en"):
        app = visit(workspace, "bring/upload.py", lang=lang)
        assert len(app.get("download_button")) == 2


def at_step(
    visit, workspace: str, content: bytes, step: int, name: str = "x.csv", **more
) -> AppTest:
    """The page of a draft whose earlier steps are done."""
    access = open_access(workspace)
    draft = save_draft(
        access, start_draft(access, content, name, "survey", "2031"), step=step, **more
    )
    return visit(workspace, "bring/upload.py", draft=draft.key)


def test_a_proposal_waits_for_a_yes_and_then_maps(visit, tmp_path):
    item = default_framework().items[0]
    content = f"部门,{item.text['zh'][:-1]}吗？,{ITEMS[1]}\n甲局,4,5\n".encode()  # type: ignore[index]
    app = at_step(visit, str(tmp_path / "w.db"), content, 2)
    column = f"{item.text['zh'][:-1]}吗？"  # type: ignore[index]
    assert f"≈ {item.id}" in text(app)
    app.button(key=f"yes-{column}").click().run()
    assert not app.exception
    assert held(open_access(str(tmp_path / "w.db")))["overrides"] == {column: item.id}


def test_three_encodings_stand_side_by_side_and_one_is_taken(visit, tmp_path):
    app = at_step(visit, str(tmp_path / "w.db"), answers(["财政局"]), 1)
    assert [b.key for b in app.button if str(b.key).startswith("encoding-")][
        0
    ] == "encoding-gb18030"
    app.button(key="encoding-big5").click().run()
    assert held(open_access(str(tmp_path / "w.db")))["encoding"] == "big5"


def test_no_rule_is_preset_and_a_chosen_one_is_kept_with_its_effect(visit, tmp_path):
    rows = [",".join(["部门", *ITEMS])]
    rows += [
        ",".join(["甲局", *[str((n + k) % 5 + 1) for k in range(len(ITEMS))]]) for n in range(12)
    ]
    rows += [",".join(["甲局", "5", *[""] * (len(ITEMS) - 1)])] * 2
    app = at_step(visit, str(tmp_path / "w.db"), "\n".join(rows).encode(), 5)
    (box,) = app.multiselect
    assert box.value == []
    assert "如按建议规则排除 2 份" in text(app)
    box.select("missing").run()
    assert not app.exception
    assert held(open_access(str(tmp_path / "w.db")))["exclude"] == ["missing"]
    assert "按所选规则排除 2 份" in text(app)


def test_the_findings_offer_the_marked_sheet(visit, tmp_path):
    app = at_step(visit, str(tmp_path / "w.db"), answers(["财政局"], "9"), 4)
    assert "E151" in text(app)
    assert any("annotated" in str(b.proto.id) for b in app.get("download_button"))


def test_publishing_a_round_shows_at_once(visit, workspace):
    assert "征集中" in text(visit(workspace)) or "已发布" not in text(visit(workspace))
    publish_round(open_access(workspace), "2025")
    assert "已发布" in text(visit(workspace))
