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
        "backup": ("backup", target, "--json", *more),
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


def detours(folder: Path, name: str) -> list[str]:
    """Paths that name a file by the letter, though the system finds no file by them: opened for
    writing, each fails. Written over by its letters, each is that file."""
    end = Path(name).suffix
    (folder / f"dangling{end}").symlink_to(f"none/../{name}")
    (folder / f"again{end}").symlink_to(f"dangling{end}")
    (folder / "gone").symlink_to("none")
    return [
        f"none/../{name}", f"./none/..//{name}", f"none/deeper/../../{name}", f"in.csv/../{name}",
        f"{folder}/none/../{name}", f"gone/../{name}", f"none/../none/../{name}",
        f"dangling{end}", f"again{end}", f"{'n' * 300}/../{name}",
    ]  # fmt: skip


def direct(folder: Path, name: str) -> list[str]:
    """Paths that do lead to the file, written in other ways."""
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "round").symlink_to("sub")
    return [
        f"{name}/", f"./{name}", f".//{name}", f"sub/../{name}", f"round/../{name}",
        f"/proc/self/cwd/{name}", f"/../..{folder}/{name}",
    ]  # fmt: skip


@posix
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_spelling_of_the_workspace_is_a_way_to_write_over_it(city, tmp_path, command, force):
    held = (tmp_path / "own.db").read_bytes()
    for targets, code in ((direct, "E928"), (detours, "E926")):
        for target in targets(tmp_path, "own.db"):
            answer = city(*writing(target, *force)[command])
            assert (answer.status, answer.json["error"]["code"]) == (3, code), target
            assert (tmp_path / "own.db").read_bytes().startswith(held[:16]), target
    assert [r["id"] for r in city("rounds", "--json").json["rounds"]] == ["2025"]
    assert not list(tmp_path.glob("*.part")) and not (tmp_path / "none").exists()


@posix
@pytest.mark.parametrize("spelling", ["own.xlsx", "none/../own.xlsx", "./own.xlsx", "link.xlsx"])
def test_nor_is_one_where_the_workspace_itself_is_spelt_so(fourfold, tmp_path, spelling):
    (tmp_path / "link.xlsx").symlink_to("own.xlsx")
    assert fourfold("--workspace", "own.xlsx", "rounds", "--json").status == 0
    for name in ("own.xlsx", *direct(tmp_path, "own.xlsx"), *detours(tmp_path, "own.xlsx")):
        template = ("template", "survey", "-o", name, "--force", "--json")
        answer = fourfold("--workspace", spelling, *template)
        assert answer.status == 3 and answer.json["error"]["code"] in ("E926", "E928"), name
    assert (tmp_path / "own.xlsx").read_bytes().startswith(b"SQLite format 3")


@posix
@pytest.mark.parametrize("kind", ["survey", "metrics"])
def test_no_spelling_of_the_input_is_a_way_to_write_over_it(city, tmp_path, kind):
    source = (tmp_path / "in.csv").rename(tmp_path / "in.xlsx")
    (tmp_path / "in.csv").write_text(SURVEY, "utf-8")
    for targets, code in ((direct, "E928"), (detours, "E926")):
        for target in targets(tmp_path, "in.xlsx"):
            marked = ("--round", "2027", "--annotated", target, "--force", "--json")
            answer = city("import", kind, "in.xlsx", *marked)
            assert (answer.status, answer.json["error"]["code"]) == (3, code), target
    assert source.read_text("utf-8") == SURVEY


@posix
def test_a_path_through_no_folder_makes_no_file_either(city, tmp_path):
    for target in detours(tmp_path, "new.xlsx"):
        answer = city("template", "survey", "-o", target, "--force", "--json")
        assert (answer.status, answer.json["error"]["code"]) == (3, "E926"), target
    assert not (tmp_path / "new.xlsx").exists()


@posix
def test_a_file_that_a_handle_leads_to_is_judged_as_itself(city, tmp_path):
    with open(tmp_path / "own.db", "rb") as held, open(tmp_path / "x.csv", "w+b") as unnamed:
        (tmp_path / "x.csv").unlink()
        (tmp_path / "x.csv (deleted)").write_bytes(b"mine")
        for handle, code in ((held, "E928"), (unnamed, "E926")):
            for folder in ("/dev/fd", "/proc/self/fd"):
                target = f"{folder}/{handle.fileno()}"
                answer = city("backup", target, "--force", "--json")
                assert (answer.status, answer.json["error"]["code"]) == (3, code), target
    assert (tmp_path / "x.csv (deleted)").read_bytes() == b"mine"
    assert city("rounds", "--json").status == 0


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


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_while_it_is_written_a_file_is_not_more_readable_than_what_it_replaces(
    tmp_path, fourfold, mode
):
    fourfold("rounds")
    (tmp_path / "x.csv").touch()
    (tmp_path / "x.csv").chmod(mode)
    target = cli.writing.OutputFile(tmp_path / "x.csv", None, force=True)
    with target.whole() as beside:
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == mode


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
