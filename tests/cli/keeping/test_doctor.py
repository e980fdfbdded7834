"""`fourfold doctor`: what is sound, what asks for attention, what is wrong; nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusals import error


def checks(answer: Any) -> dict[str, str]:
    return {one["id"]: one["state"] for one in answer.json["checks"]}


def test_doctor_finds_a_backup_made_and_remembers_when(fourfold, kept, tmp_path):
    first = fourfold("--workspace", kept, "doctor", "--json")
    assert first.status == 0 and first.json["ok"]
    assert checks(first)["backup"] == "warning"
    assert fourfold("--workspace", kept, "backup", "b.zip", "--json").status == 0
    assert checks(fourfold("--workspace", kept, "doctor", "--json"))["backup"] == "ok"
    with sqlite3.connect(kept) as held:
        held.execute(
            "UPDATE audit SET at = '2025-01-01T00:00:00+00:00' WHERE action = 'workspace.backup'"
        )
    assert checks(fourfold("--workspace", kept, "doctor", "--json"))["backup"] == "warning"


def test_doctor_says_everything_in_the_form_of_the_contract_and_changes_nothing(
    fourfold, kept, tmp_path
):
    os.chmod(kept, 0o600)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.is_file()}
    answer = fourfold("--workspace", kept, "doctor", "--json")
    expected = {
        "integrity": "ok", "foreign-keys": "ok", "revision": "ok", "blobs": "ok",
        "backup": "warning", "disk": "ok", "permissions": "ok", "address": "ok",
    }  # fmt: skip
    assert checks(answer) == expected
    for one in answer.json["checks"]:
        assert set(one) == {"id", "state", "message", "fix"}
        assert set(one["message"]) == {"zh", "en"}
        assert (one["fix"] is None) == (one["state"] == "ok")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.is_file()} == before
    said = fourfold("--workspace", kept, "doctor", "--language", "en").out
    assert "✓ The database is sound." in said and "! There is no backup." in said


def test_doctor_looks_at_a_workspace_that_is_open_and_being_written(fourfold, kept):
    from survey_data.workspace import open_workspace, registry

    workspace = open_workspace(kept)
    with workspace.writing() as connection:
        registry.record(connection, "owner", "workspace.backup", "b", "done")
    with workspace.writing() as connection:
        registry.record(connection, "owner", "x", "y", "done")
        answer = fourfold("--workspace", kept, "doctor", "--json")
        assert answer.status == 0 and checks(answer)["backup"] == "ok"
    workspace.close()


def damage_pages(path: str) -> None:
    content = bytearray(Path(path).read_bytes())
    for at in range(3 * 16384, len(content) - 16384, 16384):
        content[at : at + 8] = b"\xff" * 8
    Path(path).write_bytes(bytes(content))


def sql(statement: str) -> Callable[[str], None]:
    def run(path: str) -> None:
        held = sqlite3.connect(path)
        held.executescript(statement)
        held.close()

    return run


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (damage_pages, "integrity"),
        (sql("PRAGMA foreign_keys = OFF; DELETE FROM rounds WHERE id = '2026'"), "foreign-keys"),
        (sql("UPDATE alembic_version SET version_num = '9999'"), "revision"),
        (sql("UPDATE alembic_version SET version_num = 'abc'"), "revision"),
        (sql("DROP TABLE scenarios"), "revision"),
        (
            sql(
                "INSERT INTO audit SELECT 99, 'x', user, 'workspace.backup', object, 'done', detail"
                " FROM audit LIMIT 1"
            ),
            "backup",
        ),
        (sql("UPDATE raw_files SET content = zeroblob(10) WHERE rowid = 2"), "blobs"),
    ],
    ids=["pages", "references", "newer", "unknown", "a table", "a time", "a stored file"],
)
def test_doctor_refuses_what_is_wrong_and_still_says_all(fourfold, kept, harm, found):
    harm(kept)
    answer = fourfold("--workspace", kept, "doctor", "--json")
    assert answer.status == 3 and answer.json["ok"] is False
    states = checks(answer)
    assert states[found] == "refused" and len(states) == 8
    others = {"integrity", "foreign-keys", "revision", "blobs"} - {found}
    if harm is not damage_pages:
        assert {states[one] for one in others} == {"ok"}
    assert "Traceback" not in answer.err


def test_doctor_warns_of_a_readable_file_and_refuses_an_open_address(fourfold, kept, monkeypatch):
    os.chmod(kept, 0o644)
    for folder in Path(kept).parents:
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    assert checks(fourfold("--workspace", kept, "doctor", "--json"))["permissions"] == "warning"
    for address, state in {"0.0.0.0": "refused", "::1": "ok", "localhost": "ok"}.items():
        monkeypatch.setenv("FOURFOLD_ADDRESS", address)
        answer = fourfold("--workspace", kept, "doctor", "--json")
        assert checks(answer)["address"] == state
        assert answer.status == (3 if state == "refused" else 0)


def test_doctor_warns_when_the_disk_is_nearly_full(fourfold, kept, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(9, 8, 10**8))
    assert checks(fourfold("--workspace", kept, "doctor", "--json"))["disk"] == "warning"


def test_doctor_ends_with_4_only_when_the_database_cannot_be_opened(fourfold, tmp_path):
    (tmp_path / "text.db").write_text("no database at all, only text" * 400)
    (tmp_path / "empty.db").write_bytes(b"")
    sqlite3.connect(tmp_path / "other.db").executescript("CREATE TABLE x (y)")
    os.mkfifo(tmp_path / "pipe.db")
    codes = {name: error(fourfold("--workspace", name, "doctor", "--json"), 4)
             for name in ("text.db", "empty.db", "other.db", "none.db", "pipe.db")}  # fmt: skip
    assert codes == {
        "text.db": "E902",
        "empty.db": "E904",
        "other.db": "E904",
        "none.db": "E902",
        "pipe.db": "E902",
    }


def test_a_damaged_workspace_is_not_backed_up_over_a_good_backup(fourfold, kept, backup):
    good = backup.read_bytes()
    damage_pages(kept)
    answer = fourfold("--workspace", kept, "backup", backup, "--force", "--json")
    assert answer.status in (3, 4) and "Traceback" not in answer.err
    assert backup.read_bytes() == good
