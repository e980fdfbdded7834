"""Files that commands write: the workspace, inputs and devices are never the target.

The rule is contract.md 5 ("`--force` overwrites an existing output file; the workspace and the input
are never overwritten") and finding 4 of the attack: all three commands here ended with status 0.
"""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import openpyxl
import pytest

import cli.writing

SURVEY = "部门,P1-1a\n甲局,4\n"
posix = pytest.mark.skipif(os.name != "posix", reason="devices and modes of POSIX")


@pytest.fixture
def city(fourfold, tmp_path, monkeypatch):
    """The command on a workspace with a round, beside a survey file; ``own.xlsx`` names it too."""
    monkeypatch.setenv("FOURFOLD_WORKSPACE", str(tmp_path / "own.db"))
    (tmp_path / "in.csv").write_text(SURVEY, "utf-8")
    assert fourfold("import", "survey", "in.csv", "--round", "2025").status == 0
    return fourfold


def importing(target: object, *more: object) -> tuple[object, ...]:
    return (
        "import", "survey", "in.csv", "--round", "2027", "--annotated", target, "--json", *more,
    )  # fmt: skip


def writing(target: object, *more: object) -> dict[str, tuple[object, ...]]:
    """Every command that writes a file, each to the target."""
    quality = ("quality", "--round", "2025", "--json", *more)
    metrics = ("import", "metrics", "in.csv", "--round", "2027", "--json", *more)
    return {
        "template": ("template", "survey", "-o", target, "--json", *more),
        "import survey": importing(target, *more),
        "import metrics": (*metrics, "--annotated", target),
        "quality": (*quality, "-o", target),
        "quality lavaan": (*quality, "--lavaan", target),
    }


COMMANDS = sorted(writing("x"))


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_over_the_workspace(city, tmp_path, command, force):
    (tmp_path / "link.db").symlink_to(tmp_path / "own.db")
    os.link(tmp_path / "own.db", tmp_path / "hard.db")
    for target in (
        "own.db", "./own.db", f"../{tmp_path.name}/own.db", tmp_path / "own.db", "link.db",
        "hard.db", "own.db-wal", "own.db-shm", "own.db-journal", "OWN.DB-JOURNAL",
    ):  # fmt: skip
        answer = city(*writing(target, *force)[command])
        assert (answer.status, answer.json["error"]["code"]) == (3, "E928"), target
    assert (tmp_path / "own.db").read_bytes().startswith(b"SQLite format 3")
    assert [r["id"] for r in city("rounds", "--json").json["rounds"]] == ["2025"]
    assert not list(tmp_path.glob("*-journal")) and not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("url", [False, True], ids=["path", "url"])
def test_a_workspace_that_is_not_there_yet_is_none_the_less_no_target(fourfold, tmp_path, url):
    place = f"sqlite:///{tmp_path / 'new.xlsx'}" if url else "new.xlsx"
    answer = fourfold("--workspace", place, "template", "survey", "-o", "new.xlsx", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "E928")
    assert not (tmp_path / "new.xlsx").exists()


def test_an_input_is_never_the_target(city, tmp_path):
    source = (tmp_path / "in.csv").rename(tmp_path / "in.xlsx")
    (tmp_path / "same.xlsx").symlink_to(source)
    os.link(source, tmp_path / "hard.xlsx")
    for target in ("in.xlsx", "same.xlsx", "hard.xlsx"):
        answer = city(
            "import", "survey", "in.xlsx", "--round", "2027", "--annotated", target, "--force",
            "--json",
        )  # fmt: skip
        assert (answer.status, answer.json["error"]["code"]) == (3, "E928"), target
    assert source.read_text("utf-8") == SURVEY


def test_two_outputs_of_one_command_are_two_files(city, tmp_path):
    (tmp_path / "q.zip").symlink_to("q.xlsx")
    two = ("-o", "q.xlsx", "--lavaan", "q.zip", "--force", "--json")
    answer = city("quality", "--round", "2025", *two)
    assert (answer.status, answer.json["error"]["code"]) == (3, "E928")
    assert not (tmp_path / "q.xlsx").exists()


def test_a_target_that_cannot_be_written_is_refused_before_anything_is_imported(city, tmp_path):
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "loop.xlsx").symlink_to("loop.xlsx")
    refused = {
        "there.xlsx": "E927",
        "folder.xlsx": "E929",
        "none/x.xlsx": "E926",
        "in.csv/x.xlsx": "E926",
        "loop.xlsx": "E926",
        "x" * 300 + ".xlsx": "E926",
        "部" * 100 + ".xlsx": "E926",
        "x/" * 3000 + "x.xlsx": "E926",
    }
    for target, code in refused.items():
        answer = city(*importing(target))
        assert (answer.status, answer.json["error"]["code"]) == (3, code), target
        assert answer.json["error"]["fix"]["zh"] and answer.json["error"]["fix"]["en"]
    assert [r["id"] for r in city("rounds", "--json").json["rounds"]] == ["2025"]
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("file", "target"), [("a\0b.csv", "x.xlsx"), ("in.csv", "a\0b.xlsx"), ("in.csv", "\ud800.xlsx")]
)
def test_a_name_that_no_file_can_have_is_a_wrong_command_line(city, file, target):
    round_of_it = ("--round", "2027", "--annotated", target, "--json")
    answer = city("import", "survey", file, *round_of_it)
    assert (answer.status, answer.json["error"]["code"]) == (2, "E925")


@posix
def test_devices_pipes_and_what_stands_for_them_stay_what_they_are(city, tmp_path):
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "null.xlsx").symlink_to("/dev/null")
    for target in ("pipe.xlsx", "null.xlsx", "/dev/null"):
        answer = city(*importing(target, "--force"))
        assert (answer.status, answer.json["error"]["code"]) == (3, "E929"), target
    assert stat.S_ISFIFO((tmp_path / "pipe.xlsx").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(
    ("command", "name", "choices"),
    [
        ("template experts", "x.csv", ".xlsx"),
        ("template survey", "x.yaml", ".xlsx | .csv"),
        ("template metrics", "x", ".xlsx | .csv"),
        ("template framework", "x.xlsx", ".yaml | .yml"),
        ("template scenario", "x.csv", ".yaml | .yml"),
        ("template measures", "x.db", ".yaml | .yml"),
        ("quality --round 2025", "x.pdf", ".xlsx | .docx"),
    ],
)
def test_an_ending_that_does_not_fit_is_refused_with_the_choices(
    city, tmp_path, command, name, choices
):
    answer = city(*command.split(), "-o", name, "--json")
    assert answer.status == 2 and choices in answer.json["error"]["message"]["en"]
    assert not (tmp_path / name).exists()


def test_capitals_in_an_ending_are_no_other_ending(city, tmp_path):
    assert city("template", "survey", "-o", "X.CSV").status == 0
    assert (tmp_path / "X.CSV").read_bytes().startswith(b"\xef\xbb\xbf")


@posix
def test_a_new_file_is_as_the_umask_says_and_an_overwritten_one_as_it_was(city, tmp_path):
    before = os.umask(0o027)
    try:
        assert city("template", "survey", "-o", "new.xlsx").status == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.xlsx").stat().st_mode) == 0o640
    (tmp_path / "new.xlsx").chmod(0o600)
    assert city("template", "survey", "-o", "new.xlsx").status == 3
    assert city("template", "survey", "-o", "new.xlsx", "--force").status == 0
    assert stat.S_IMODE((tmp_path / "new.xlsx").stat().st_mode) == 0o600


def test_a_link_is_followed_and_stays(city, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "out.xlsx").symlink_to("kept/real.xlsx")
    assert city(*importing("out.xlsx")).status == 0
    assert (tmp_path / "out.xlsx").is_symlink()
    assert openpyxl.load_workbook(tmp_path / "kept" / "real.xlsx").worksheets
    assert city("template", "survey", "-o", "out.xlsx").status == 3


def test_of_commands_that_write_one_file_at_once_one_writes_it(tmp_path, fourfold):
    fourfold("rounds")
    files = [cli.writing.OutputFile(tmp_path / "one.csv", (".csv",), force=False) for _ in range(8)]
    start, results = threading.Barrier(len(files)), []

    def write(number: int) -> None:
        start.wait()
        try:
            files[number].write(str(number).encode() * 100_000)
            results.append(number)
        except cli.writing.Refused as refusal:
            assert refusal.first.code == "E927"

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(files))]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    assert len(results) == 1
    assert (tmp_path / "one.csv").read_bytes() == str(results[0]).encode() * 100_000
    assert not list(tmp_path.glob(".fourfold-*"))


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_a_failure_while_writing_imports_nothing_and_leaves_what_was_there(
    city, tmp_path, monkeypatch, force
):
    if force:
        (tmp_path / "out.xlsx").write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli.writing.os, "fsync", full)
    answer = city(*importing("out.xlsx", *force))
    assert (answer.status, answer.json["error"]["code"]) == (3, "E926")
    assert not list(tmp_path.glob(".fourfold-*"))
    assert [p.read_bytes() for p in tmp_path.glob("out.xlsx")] == ([b"old"] if force else [])
    monkeypatch.undo()
    monkeypatch.setenv("FOURFOLD_WORKSPACE", str(tmp_path / "own.db"))
    assert [r["id"] for r in city("rounds", "--json").json["rounds"]] == ["2025"]


def test_where_the_file_system_has_no_hard_links_no_file_is_overwritten_either(
    fourfold, tmp_path, monkeypatch
):
    def unsupported(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(cli.writing.os, "link", unsupported)
    fourfold("rounds")
    first, second = (
        cli.writing.OutputFile(tmp_path / "one.csv", (".csv",), force=False) for _ in range(2)
    )
    first.write(b"first")
    with pytest.raises(cli.writing.Refused):
        second.write(b"second")
    assert (tmp_path / "one.csv").read_bytes() == b"first"
