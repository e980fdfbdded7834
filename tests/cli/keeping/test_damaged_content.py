"""Content that is no longer what was stored: no backup is made of it and none brings it back."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey_data.workspace.keeping.container import pack
from survey_data.workspace.keeping.digests import contents
from tests.cli.refusals import error

HARMS = {
    "moments with other bytes": (
        "UPDATE answers SET moments = CAST(moments || x'00' AS BLOB)",
        "answers.moments",
    ),
    "rows with other bytes": (
        "UPDATE answers SET parquet = CAST(x'00' || substr(parquet, 2) AS BLOB) WHERE rowid = 1",
        "answers.parquet",
    ),
    "a stored file with other bytes": (
        "UPDATE raw_files SET content = zeroblob(10) WHERE rowid = 2",
        "raw_files.content",
    ),
    "another digest": ("UPDATE answers SET moments_sha256 = ''", "answers.moments"),
    "no digest": ("UPDATE answers SET parquet_sha256 = NULL", "answers.parquet"),
    "a number among the bytes": ("UPDATE answers SET moments = 300000000", "answers.moments: int"),
    "a huge number among the bytes": (
        "UPDATE raw_files SET content = 1 << 60 WHERE rowid = 2",
        "raw_files.content: int",
    ),
    "a text among the bytes": ("UPDATE answers SET parquet = 'PAR1'", "answers.parquet: str"),
    "a number in a setting": ("INSERT INTO settings VALUES ('x', 7)", "settings.value: int"),
    "bytes in a text": ("UPDATE batches SET state = x'616374697665'", "batches.state: bytes"),
    "bytes in a number": ("UPDATE departments SET weight = x'31'", "departments.weight: bytes"),
    "half a person": ("UPDATE departments SET headcount = 2.5", "departments.headcount: float"),
    "neither yes nor no": ("UPDATE departments SET rostered = 7", "departments.rostered"),
    "an infinite weight": ("UPDATE departments SET weight = 9e999", "departments.weight: inf"),
    "no text at all in the trail": ("UPDATE audit SET detail = x'7b7d'", "audit.detail: bytes"),
    "lists in lists": (
        "UPDATE audit SET detail = replace(hex(zeroblob(100000)), '00', '[')",
        "audit.detail",
    ),
    "no JSON in the trail": ("UPDATE audit SET detail = '{' WHERE sequence = 1", "audit.detail"),
}


def harmed(place: str, statement: str) -> None:
    held = sqlite3.connect(place)
    held.executescript(statement)
    held.close()


@pytest.mark.parametrize("harm", HARMS)
def test_no_backup_of_altered_content_replaces_a_good_one_and_doctor_names_it(
    fourfold, kept, backup, harm
):
    statement, named = HARMS[harm]
    good = backup.read_bytes()
    harmed(kept, statement)
    looked = fourfold("--workspace", kept, "doctor", "--json")
    assert looked.status == 3
    found = next(one for one in looked.json["checks"] if one["id"] == "blobs")
    assert found["state"] == "refused" and named in found["message"]["en"]
    answer = fourfold("--workspace", kept, "backup", backup, "--force", "--json")
    assert error(answer, 4) == "E906" and "Traceback" not in answer.err
    said = answer.json["error"]["message"]
    assert named in said["zh"] and named in said["en"]
    assert backup.read_bytes() == good
    assert fourfold("--workspace", "back.db", "restore", backup, "--json").status == 0


def as_earlier_versions_wrote(database: str, file: Path, revision: str = "0004") -> None:
    """A backup that compared a copy with itself alone, so that its manifest fits what it holds."""
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        try:
            found = contents(connection)
            held = {"tables": found.tables, "blobs": found.blobs}
        except ValueError:
            held = {"tables": {}, "blobs": ()}
    engine.dispose()
    about = {"program": "fourfold", "engine": "sqlite", "revision": revision, "made_at": "2026"}
    pack(Path(database), file, **about, **held)


@pytest.mark.parametrize("harm", HARMS)
def test_a_backup_of_altered_content_is_not_brought_back(fourfold, kept, tmp_path, harm):
    statement, named = HARMS[harm]
    harmed(kept, statement)
    as_earlier_versions_wrote(kept, tmp_path / "b.zip")
    answer = fourfold("--workspace", "back.db", "restore", "b.zip", "--json")
    assert error(answer) == "E938" and named in answer.json["error"]["message"]["en"]
    assert not list(tmp_path.glob("back.db*"))


def test_the_database_of_a_backup_that_is_refused_can_still_be_taken_out_of_it(
    fourfold, kept, tmp_path
):
    # What the guide says to do when there is no other.
    harmed(kept, HARMS["moments with other bytes"][0])
    as_earlier_versions_wrote(kept, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as held:
        held.extract("workspace.db", tmp_path / "out")
    place = tmp_path / "out" / "workspace.db"
    assert fourfold("--workspace", place, "rounds", "--json").status == 0
    assert error(fourfold("--workspace", place, "score", "--round", "2026", "--json"), 4) == "E906"


FORMS = {
    "an index of nobody": ("CREATE UNIQUE INDEX mine ON audit (action, sequence)", "mine"),
    "an index of an expression": (
        "CREATE UNIQUE INDEX mine ON audit (lower(action), sequence)",
        "mine",
    ),
    "a table of nobody": ("CREATE TABLE mine (x)", "mine"),
    "a trigger": ("CREATE TRIGGER mine AFTER INSERT ON audit BEGIN SELECT 1; END", "mine"),
    "a column more": ("ALTER TABLE audit ADD COLUMN mine", "audit.mine"),
    "a column less": ("ALTER TABLE jobs DROP COLUMN program", "jobs"),
    "a column of another kind": (
        "ALTER TABLE answers DROP COLUMN moments; ALTER TABLE answers ADD COLUMN moments TEXT",
        "answers.moments",
    ),
}


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
@pytest.mark.parametrize("change", FORMS)
def test_a_database_of_another_form_is_neither_backed_up_nor_brought_back(
    fourfold, kept, tmp_path, change
):
    # What was backed up as checked could not be restored.
    statement, named = FORMS[change]
    harmed(kept, statement)
    answer = fourfold("--workspace", kept, "backup", "new.zip", "--json")
    assert error(answer, 4) == "E906" and named in answer.json["error"]["message"]["en"]
    as_earlier_versions_wrote(kept, tmp_path / "b.zip")
    answer = fourfold("--workspace", "back.db", "restore", "b.zip", "--json")
    assert error(answer) == "E938" and named in answer.json["error"]["message"]["en"]
    assert not list(tmp_path.glob("back.db*")) and not (tmp_path / "new.zip").exists()


def test_a_workspace_of_two_revisions_is_damaged(fourfold, kept, tmp_path):
    harmed(kept, "INSERT INTO alembic_version VALUES ('0003')")
    looked = fourfold("--workspace", kept, "doctor", "--json")
    assert looked.status == 3 and "0003, 0004" in looked.out
    for command in (["backup", "new.zip"], ["rounds"]):
        assert error(fourfold("--workspace", kept, *command, "--json"), 4) == "E906"
    for held in ("0004", "0003, 0004"):
        as_earlier_versions_wrote(kept, tmp_path / "b.zip", held)
        answer = fourfold("--workspace", "back.db", "restore", "b.zip", "--json")
        assert error(answer) == "E938"
    assert not list(tmp_path.glob("back.db*"))
