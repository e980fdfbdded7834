"""`fourfold backup` and `fourfold restore`, as an administrator calls them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusals import error
from tests.kept.workspaces import unpack

REVISION = "revision-0003"


def test_what_comes_back_has_the_same_scores_and_the_same_tables(fourfold, kept, tmp_path):
    made = fourfold("--workspace", kept, "backup", tmp_path / "b.zip", "--json").json
    back = fourfold("--workspace", tmp_path / "r.db", "restore", tmp_path / "b.zip", "--json").json
    assert made["verified"] and back["verified"]
    same = ("made_at", "engine", "revision", "sha256", "tables", "blobs", "program")
    assert {key: made[key] for key in same} == {key: back[key] for key in same}
    assert made["size"] == (tmp_path / "b.zip").stat().st_size
    assert made["tables"]["rounds"]["rows"] == 4 and made["blobs"]["count"] > 20
    before, after = [
        fourfold("--workspace", place, "score", "--round", "2026", "--json").out
        for place in (kept, tmp_path / "r.db")
    ]
    assert before == after


def test_city_h_comes_back_and_a_second_backup_of_it_holds_the_same(fourfold, demo, tmp_path):
    shutil.copy(demo, tmp_path / "w.db")
    made = fourfold("--workspace", "w.db", "backup", "b.zip", "--json").json
    assert fourfold("--workspace", "r.db", "restore", "b.zip", "--json").status == 0
    again = fourfold("--workspace", "r.db", "backup", "c.zip", "--json").json
    for name, table in made["tables"].items():
        assert (again["tables"][name] == table) == (name != "audit"), name
    assert again["blobs"] == made["blobs"]


def test_a_workspace_of_an_older_version_is_backed_up_as_it_is_and_upgraded_when_restored(
    fourfold, tmp_path
):
    old = unpack(REVISION, tmp_path)
    before = sqlite3.connect(old).execute("SELECT count(*) FROM audit").fetchone()
    made = fourfold("--workspace", old, "backup", "b.zip", "--json").json
    assert made["revision"] == "0003"
    held = sqlite3.connect(old)
    assert held.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)
    assert held.execute("SELECT count(*) FROM audit").fetchone() == before
    looked = fourfold("--workspace", old, "doctor", "--json").json["checks"]
    assert next(one["state"] for one in looked if one["id"] == "revision") == "warning"
    back = fourfold("--workspace", "r.db", "restore", "b.zip", "--json").json
    assert (back["revision"], back["interrupted_jobs"]) == ("0003", 1)
    assert fourfold("--workspace", "r.db", "rounds", "--json").status == 0


def test_a_backup_never_overwrites_anything_unasked_and_never_the_workspace(
    fourfold, kept, backup, tmp_path
):
    held = backup.read_bytes()
    assert error(fourfold("--workspace", kept, "backup", backup, "--json")) == "E927"
    assert backup.read_bytes() == held
    assert fourfold("--workspace", kept, "backup", backup, "--force", "--json").status == 0
    for place in (kept, f"{kept}-wal"):
        assert error(fourfold("--workspace", kept, "backup", place, "--force", "--json")) == "E928"
    assert error(fourfold("--workspace", kept, "backup", tmp_path, "--force", "--json")) == "E929"
    assert error(fourfold("--workspace", kept, "backup", "no/b.zip", "--json")) == "E926"
    assert fourfold("--workspace", kept, "rounds", "--json").status == 0
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_only_its_owner_can_read_a_backup_and_what_comes_back(fourfold, kept, tmp_path):
    backup = tmp_path / "b.zip"
    assert fourfold("--workspace", kept, "backup", backup, "--json").status == 0
    assert fourfold("--workspace", "r.db", "restore", backup, "--json").status == 0
    for path in (backup, tmp_path / "r.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("before", [0o644, 0o666, 0o600])
def test_only_its_owner_can_read_a_backup_that_takes_the_place_of_another_file(
    fourfold, kept, tmp_path, before
):
    old = tmp_path / "old.zip"
    old.touch()
    old.chmod(before)
    assert fourfold("--workspace", kept, "backup", old, "--force", "--json").status == 0
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


@pytest.mark.parametrize("command", [["backup", "b.zip"], ["doctor"]])
def test_a_workspace_that_is_not_there_is_not_made(fourfold, tmp_path, command):
    answer = fourfold("--workspace", tmp_path / "no" / "typo.db", *command, "--json")
    assert error(answer, 4) == "E902"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
def test_a_restore_goes_only_to_where_nothing_is(fourfold, backup, tmp_path, end):
    left = tmp_path / f"r.db{end}"
    left.write_bytes(b"kept")
    assert error(fourfold("--workspace", "r.db", "restore", backup, "--json")) == "E939"
    assert left.read_bytes() == b"kept"
    assert [one.name for one in tmp_path.glob("r.db*")] == [left.name]


def test_a_restore_over_a_link_that_leads_nowhere_or_a_folder_is_refused(
    fourfold, backup, tmp_path
):
    (tmp_path / "r.db").symlink_to(tmp_path / "elsewhere.db")
    (tmp_path / "d.db").mkdir()
    for name in ("r.db", "d.db"):
        assert error(fourfold("--workspace", name, "restore", backup, "--json")) == "E939"
    assert not (tmp_path / "elsewhere.db").exists()
    assert error(fourfold("--workspace", "no/r.db", "restore", backup, "--json")) == "E926"
    assert not (tmp_path / "no").exists()


def test_a_backup_in_the_form_for_more_than_4_gib_comes_back(fourfold, kept, monkeypatch):
    # From there on the container's directory has fields of another form; here it has them at once.
    with monkeypatch.context() as large:
        large.setattr(zipfile, "ZIP64_LIMIT", 1000)
        assert fourfold("--workspace", kept, "backup", "b.zip", "--json").status == 0
    assert b"PK\x06\x06" in Path("b.zip").read_bytes()[-200:]
    assert fourfold("--workspace", "r.db", "restore", "b.zip", "--json").status == 0


Change = Callable[[dict[str, bytes]], Any]


def rewritten(backup: Path, change: Change) -> None:
    """The backup with its entries changed, as a zip that is sound in itself."""
    with zipfile.ZipFile(backup) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    change(entries)
    with zipfile.ZipFile(backup, "w") as made:
        for name, content in entries.items():
            made.writestr(zipfile.ZipInfo(name), content)


def with_manifest(**changes: Any) -> Change:
    def change(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["manifest.json"])
        for path, value in changes.items():
            *parents, last = path.split("__")
            part = manifest
            for one in parents:
                part = part[int(one) if one.isdecimal() else one]
            part[last] = value
        entries["manifest.json"] = json.dumps(manifest).encode()

    return change


def with_database(statement: str) -> Change:
    """A database that was changed, with the manifest of its new bytes."""

    def change(entries: dict[str, bytes]) -> None:
        import hashlib

        path = Path("changed.db")
        path.write_bytes(entries["workspace.db"])
        held = sqlite3.connect(path)
        held.executescript(statement)
        held.close()
        content = path.read_bytes()
        path.unlink()
        entries["workspace.db"] = content
        digest = hashlib.sha256(content).hexdigest()
        with_manifest(bytes=len(content), sha256=digest)(entries)

    return change


def flip(entries: dict[str, bytes]) -> None:
    content = bytearray(entries["workspace.db"])
    content[len(content) // 2] ^= 1
    entries["workspace.db"] = bytes(content)


DAMAGES: dict[str, Change] = {
    "one bit of the database": flip,
    "the database cut": lambda e: e.update({"workspace.db": e["workspace.db"][:-4096]}),
    "no manifest": lambda e: e.pop("manifest.json"),
    "no database": lambda e: e.pop("workspace.db"),
    "one more entry": lambda e: e.update({"more.txt": b"x"}),
    "an entry that leads out": lambda e: e.update({"../../evil.db": e.pop("workspace.db")}),
    "an absolute entry": lambda e: e.update({"/tmp/evil.db": e.pop("workspace.db")}),
    "a manifest that is no JSON": lambda e: e.update({"manifest.json": b"{"}),
    "a manifest of lists in lists": lambda e: e.update({"manifest.json": b"[" * 200_000}),
    "a manifest that is a list": lambda e: e.update({"manifest.json": b"[]"}),
    "a manifest with more in it": with_manifest(more=1),
    "another digest": with_manifest(sha256="0" * 64),
    "another digest of a table": with_manifest(tables__rounds__sha256="0" * 64),
    "another count of rows": with_manifest(tables__rounds__rows=3),
    "another digest of a blob": with_manifest(blobs__3__sha256="0" * 64),
    "another revision": with_manifest(revision="0001"),
    "a revision that is none": with_manifest(revision="x; DROP"),
    "a row taken out": with_database("DELETE FROM metric_values WHERE rowid = 1"),
    "a value changed": with_database("UPDATE departments SET weight = 9"),
    "a trigger": with_database(
        "CREATE TRIGGER evil AFTER INSERT ON audit BEGIN DELETE FROM rounds; END"
    ),
    "rows that lead nowhere": with_database("PRAGMA foreign_keys = OFF; DELETE FROM rounds"),
    "a table gone": with_database("DROP TABLE scenarios"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_and_nothing_is_left(fourfold, backup, tmp_path, damage):
    rewritten(backup, DAMAGES[damage])
    before = sorted(one.name for one in tmp_path.iterdir())
    assert error(fourfold("--workspace", "r.db", "restore", backup, "--json")) == "E938"
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def truncated(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-30])


def begun(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[: 1 << 20])


def empty(backup: Path) -> None:
    backup.write_bytes(b"")


def twice(backup: Path) -> None:
    with pytest.warns(UserWarning), zipfile.ZipFile(backup, "a") as held:
        held.writestr(zipfile.ZipInfo("manifest.json"), held.read("manifest.json"))


def packed(backup: Path) -> None:
    """A bomb would have to be packed; nothing packed is taken."""
    with zipfile.ZipFile(backup) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    with zipfile.ZipFile(backup, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)


def linked(backup: Path) -> None:
    with zipfile.ZipFile(backup) as held:
        manifest = held.read("manifest.json")
    with zipfile.ZipFile(backup, "w") as made:
        link = zipfile.ZipInfo("workspace.db")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr(zipfile.ZipInfo("manifest.json"), manifest)


def overlapping(backup: Path) -> None:
    """Both names lead to the same bytes: the directory says twice what the file holds."""
    content = backup.read_bytes()
    at = content.rindex(b"PK\x01\x02")
    held = bytearray(content)
    held[at + 42 : at + 46] = struct.pack("<I", 0)
    backup.write_bytes(bytes(held))


def with_junk_before(backup: Path) -> None:
    backup.write_bytes(b"#!/bin/sh\n" + backup.read_bytes())


def with_junk_after(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes() + b"more")


def with_zeros_after(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes() + bytes(22))


def with_a_comment(backup: Path) -> None:
    with zipfile.ZipFile(backup, "a") as held:
        held.comment = b"more"


def with_an_entry_that_is_not_listed(backup: Path) -> None:
    with zipfile.ZipFile(backup) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    with zipfile.ZipFile(backup, "w") as made:
        for name, content in {"more.txt": b"more", **entries}.items():
            made.writestr(zipfile.ZipInfo(name), content)
        del made.filelist[0]


def with_junk_between(backup: Path) -> None:
    with zipfile.ZipFile(backup) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    with zipfile.ZipFile(backup, "w") as made:
        for name, content in entries.items():
            made.writestr(zipfile.ZipInfo(name), content)
            at: Any = made.fp
            at.seek(made.start_dir)
            at.write(b"more")
            made.start_dir = at.tell()


def with_a_comment_of_an_entry(backup: Path) -> None:
    with zipfile.ZipFile(backup) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    with zipfile.ZipFile(backup, "w") as made:
        for name, content in entries.items():
            one = zipfile.ZipInfo(name)
            one.comment = b"more"
            made.writestr(one, content)


def a_workspace(backup: Path) -> None:
    shutil.copy(backup.with_name("kept.db"), backup)


@pytest.mark.parametrize(
    "damage",
    [
        truncated, begun, empty, twice, packed, linked, overlapping, a_workspace,
        with_junk_before, with_junk_after, with_zeros_after, with_junk_between, with_a_comment,
        with_an_entry_that_is_not_listed, with_a_comment_of_an_entry,
    ],
)  # fmt: skip
def test_a_file_that_is_no_whole_backup_is_refused(fourfold, backup, tmp_path, damage):
    damage(backup)
    assert error(fourfold("--workspace", "r.db", "restore", backup, "--json")) == "E938"
    assert not list(tmp_path.glob("r.db*"))


def test_a_backup_that_is_not_there_or_no_file_is_refused(fourfold, tmp_path):
    assert error(fourfold("--workspace", "r.db", "restore", "no.zip", "--json")) == "E921"
    os.mkfifo(tmp_path / "pipe")
    assert error(fourfold("--workspace", "r.db", "restore", "pipe", "--json")) == "E938"
    assert not (tmp_path / "r.db").exists()


@pytest.mark.parametrize("change", [{"revision": "9999"}, {"format": 2, "more": 1}])
def test_a_backup_of_a_newer_version_is_refused(fourfold, backup, tmp_path, change):
    rewritten(backup, with_manifest(**change))
    assert error(fourfold("--workspace", "r.db", "restore", backup, "--json")) == "E941"
    assert not (tmp_path / "r.db").exists()


def test_a_workspace_with_a_text_among_its_numbers_is_not_backed_up(fourfold, kept, tmp_path):
    with sqlite3.connect(kept) as held:
        held.execute("UPDATE departments SET weight = 'heavy' WHERE id = '教育局'")
    answer = fourfold("--workspace", kept, "backup", "c.zip", "--json")
    assert error(answer, 4) == "E906" and "Traceback" not in answer.err
    assert not (tmp_path / "c.zip").exists()


@pytest.mark.parametrize("content", ["[1]", "5"])
def test_a_backup_that_cannot_be_upgraded_is_refused_and_nothing_is_left(
    fourfold, tmp_path, content
):
    old = unpack(REVISION, tmp_path)
    with sqlite3.connect(old) as held:
        held.execute("UPDATE jobs SET arguments = ?", (content,))
    assert fourfold("--workspace", old, "backup", "b.zip", "--json").status == 0
    answer = fourfold("--workspace", "r.db", "restore", "b.zip", "--json")
    assert error(answer) == "E938" and "Traceback" not in answer.err
    assert not list(tmp_path.glob("r.db*")) and not list(tmp_path.glob(".fourfold*"))
