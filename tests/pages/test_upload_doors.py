"""No page reads other people's bytes in the server's process: every uploader's file goes to a child."""

from __future__ import annotations

import ast
import os
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.scenarios.stored import list_scenarios
from survey_data.reading import sandbox
from tests.pages.test_see import text

PAGES = Path(__file__).resolve().parents[2] / "pages"
BRACKETS = b"a: " + b"[" * 60_000

# Uploader, its page and part, the file's name, the button that takes it in, what that asks before.
DOORS: dict[str, tuple[str, dict[str, str], str, str | None]] = {
    "design": ("see/robustness.py", {}, "design.yaml", "run"),
    "upload-file": ("bring/upload.py", {}, "答卷.xlsx", "upload-begin"),
    "measures-file": ("plan/measures.py", {"part": "files"}, "措施.yaml", "measures-adopt"),
    "experts-files": ("plan/experts.py", {"part": "collect"}, "专家.xlsx", None),
    "scenario-file": ("plan/scenario.py", {"part": "all"}, "方案.yaml", "scenario-take-in"),
    "framework-file": ("manage/framework.py", {}, "框架.yaml", "framework-begin-file"),
}
READER = """
import os, signal, sys
with open({marks!r}, "a") as marks:
    marks.write(f"{{os.getpid()}}\\n")
os.kill(os.getpid(), signal.SIGSEGV)
"""


def given(visit, workspace: str, door: str, content: bytes) -> AppTest:
    """The page after somebody gave it a file."""
    page, address, name, button = DOORS[door]
    app = visit(workspace, page, **address)
    if door == "upload-file":
        app.text_input(key="upload-round").set_value("2026")
    app.file_uploader(key=door).upload(name, content)
    app.run()
    assert not app.exception
    if button is not None:
        app.button(key=button).click().run()
        assert not app.exception
    return app


@pytest.fixture
def workspace(demo: str, tmp_path: Path) -> str:
    return str(shutil.copy(demo, tmp_path / "own.db"))


def test_every_uploader_of_the_pages_is_among_the_doors() -> None:
    keys = []
    for path in PAGES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in (
                "file_uploader",
                "chat_input",
                "camera_input",
                "audio_input",
            ):
                keys.append(node)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "file_uploader":
                key = next(one.value for one in node.keywords if one.arg == "key")
                assert isinstance(key, ast.Constant) and key.value in DOORS
    assert len(keys) == len(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_a_reader_that_dies_of_a_file_takes_no_page_with_it(
    visit, workspace, door, tmp_path, monkeypatch
) -> None:
    marks, reader = tmp_path / "marks", tmp_path / "reader.py"
    reader.write_text(READER.format(marks=str(marks)))
    monkeypatch.setattr(sandbox, "_CHILD", reader)
    app = given(visit, workspace, door, b"a: 1\n")
    assert "E109" in text(app)
    read_by = marks.read_text().split()
    assert read_by and str(os.getpid()) not in read_by


@pytest.mark.parametrize("door", [door for door, about in DOORS.items() if ".yaml" in about[2]])
def test_brackets_without_end_are_refused_with_their_line(visit, workspace, door) -> None:
    app = given(visit, workspace, door, BRACKETS)
    said = text(app)
    assert "E305" in said and "嵌套超过 64 层" in said
    access = open_access(workspace)
    assert list_scenarios(access) == []
    access.workspace.close()


def test_a_design_in_another_encoding_is_refused_not_repaired(visit, workspace) -> None:
    app = given(
        visit, workspace, "design", "design: 我的\ninputs: {sampling: true}\n".encode("gb18030")
    )
    assert "E305" in text(app) and "UTF-8" in text(app)
