"""Damaged workspaces: what is not as it was stored is refused, and never computed with."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey_data.workspace import (
    Workspace,
    WorkspaceUnusable,
    batches,
    open_workspace,
    plans,
    progress,
    registry,
)
from survey_data.workspace import schema as t
from tests.survey_data.workspace.imports import ONE, TWO, bring
from tests.survey_data.workspace.revisions import at_revision


def spoil(workspace: Workspace, column: sa.Column, place: float, with_digest: bool = False) -> None:
    """Change one bit of stored content; ``with_digest``: before an upgrade took its digest."""
    with workspace.writing() as connection:
        content = bytearray(connection.execute(sa.select(column)).scalar_one())
        content[int(place * (len(content) - 1))] ^= 4
        values: dict[str, object] = {column.name: bytes(content)}
        if with_digest:
            values[f"{column.name}_sha256"] = hashlib.sha256(bytes(content)).hexdigest()
        connection.execute(column.table.update().values(values))


READ: dict[str, tuple[sa.Column, Callable[[Workspace, str], object]]] = {
    "moments": (t.answers.c.moments, lambda w, _: batches.survey_moments(w, "2025")),
    "rows": (t.answers.c.parquet, batches.answers),
    "file": (
        t.raw_files.c.content,
        lambda w, _: batches.raw_content(w, hashlib.sha256(ONE).hexdigest()),
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_one_changed_bit_is_refused_wherever_it_stands(workspace: Workspace, kind: str) -> None:
    column, read = READ[kind]
    id, _ = bring(workspace, ONE)
    assert read(workspace, id) is not None
    for place in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0):
        spoil(workspace, column, place)
        with pytest.raises(WorkspaceUnusable) as caught:
            read(workspace, id)
        assert caught.value.first.code == "E906"
        spoil(workspace, column, place)
    assert read(workspace, id) is not None


@pytest.mark.parametrize("kind", ["moments", "rows"])
def test_what_was_damaged_before_digests_were_kept_is_refused_too(
    workspace: Workspace, kind: str
) -> None:
    column, read = READ[kind]
    id, _ = bring(workspace, ONE)
    # An archive begins with its mark, a Parquet file ends with it.
    spoil(workspace, column, {"moments": 0.0, "rows": 1.0}[kind], with_digest=True)
    with pytest.raises(WorkspaceUnusable) as caught:
        read(workspace, id)
    assert caught.value.first.code == "E906"
    assert "answers." in caught.value.first.message["en"]


def code_of(run: Callable[[], object]) -> str:
    with pytest.raises(WorkspaceUnusable) as caught:
        run()
    said = caught.value.first.message | caught.value.first.fix
    assert set(said) == {"zh", "en"}
    return caught.value.first.code


@pytest.mark.parametrize("part", [0.3, 0.6, 1.0])
def test_nothing_is_imported_into_a_damaged_file(tmp_path: Path, part: float) -> None:
    place = tmp_path / "w.db"
    first = open_workspace(str(place))
    bring(first, ONE)
    first.close()
    size = place.stat().st_size
    page = 16384
    with place.open("r+b") as file:
        # The head of a page says what the page is and where its rows begin.
        file.seek(min(int(part * (size // page)), size // page - 1) * page)
        file.write(random.Random(7).randbytes(2000))
    before = place.read_bytes()
    code = code_of(lambda: bring(open_workspace(str(place)), TWO, mode="add"))
    assert code == "E906"
    assert place.read_bytes() == before


@pytest.mark.parametrize(
    ("revision", "code"),
    [("0000", "E904"), ("ae1027a6acf", "E904"), ("", "E904"), ("0099", "E903")],
)
def test_an_unknown_revision_is_refused_and_left_as_it_is(
    location: str, revision: str, code: str
) -> None:
    workspace = open_workspace(location)
    with workspace.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    assert code_of(lambda: open_workspace(location)) == code
    with workspace.reading() as connection:
        held = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert held == revision
    workspace.close()


@pytest.mark.parametrize("table", ["audit", "jobs", "answers"])
def test_a_workspace_without_one_of_its_tables_is_refused(location: str, table: str) -> None:
    workspace = open_workspace(location)
    with workspace.writing() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    assert code_of(lambda: open_workspace(location)) == "E906"
    # Whoever had it open is told as soon as the table is asked for.
    assert code_of(lambda: (bring(workspace, ONE), progress.job(workspace, "x"),
                            registry.audit_trail(workspace))) == "E906"  # fmt: skip
    workspace.close()


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("UPDATE answers SET moments = 'x'", lambda w: batches.survey_moments(w, "2025")),
        ("UPDATE answers SET parquet = 'x'", lambda w: batches.answers(w, registry.rounds(w)[0].batches[0].id)),
        ("UPDATE frameworks SET content = '[]'", lambda w: batches.evidence(w, "2025")),
        ("UPDATE frameworks SET content = '{'", lambda w: batches.evidence(w, "2025")),
        ("INSERT INTO settings VALUES ('current-framework', x'00ff')", registry.current_framework),
        ("UPDATE departments SET name = '{}'", registry.departments),
        ("UPDATE rounds SET name = '[]'", registry.rounds),
        ("UPDATE batches SET report = 'null'", registry.rounds),
        ("UPDATE departments SET weight = 'x'", registry.departments),
        ("UPDATE departments SET headcount = 'x'", registry.departments),
        ("INSERT INTO settings VALUES ('catalogue', x'00ff')", plans.current_catalogue),
        ("INSERT INTO settings VALUES ('current-framework', 1 << 60)", registry.current_framework),
        ("INSERT INTO settings VALUES ('catalogue', 'city')", plans.current_catalogue),
        ("UPDATE answers SET moments = 1 << 60", lambda w: batches.survey_moments(w, "2025")),
    ],
)  # fmt: skip
def test_content_that_the_program_did_not_write_is_refused(
    sqlite_workspace: Workspace, change: str, read: Callable[[Workspace], object]
) -> None:
    bring(sqlite_workspace, ONE)
    read(sqlite_workspace)
    with sqlite_workspace.writing() as connection:
        connection.exec_driver_sql(change)
    assert code_of(lambda: read(sqlite_workspace)) == "E906"


def test_damaged_text_in_a_row_is_refused(sqlite_workspace: Workspace) -> None:
    id = progress.new_job(sqlite_workspace, "import", "owner", {})
    with sqlite_workspace.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET arguments = '{\"draft\": '")
    assert code_of(lambda: progress.job(sqlite_workspace, id)) == "E906"


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_vanishes_or_is_replaced_is_neither_read_nor_made_anew(
    tmp_path: Path, replaced: bool
) -> None:
    place, away = tmp_path / "w.db", tmp_path / "away"
    away.mkdir()
    workspace = open_workspace(str(place))
    bring(workspace, ONE)
    for path in list(tmp_path.glob("w.db*")):
        path.rename(away / path.name)
    if replaced:
        open_workspace(str(place)).close()
    before = place.read_bytes() if replaced else b""
    assert code_of(lambda: batches.survey_moments(workspace, "2025")) == "E907"
    assert code_of(lambda: bring(workspace, TWO, mode="add")) == "E907"
    assert place.exists() is replaced
    if replaced:
        assert place.read_bytes() == before
    else:
        for path in list(away.iterdir()):
            path.rename(tmp_path / path.name)
        assert batches.survey_moments(workspace, "2025") is not None
    workspace.close()


def test_asking_whether_a_workspace_is_there_makes_none(location: str, tmp_path: Path) -> None:
    assert code_of(lambda: open_workspace(location, create=False)) == "E902"
    assert list(tmp_path.iterdir()) == []
    open_workspace(location).close()
    open_workspace(location, create=False).close()
    deep = tmp_path / "deep" / "er.db"
    assert code_of(lambda: open_workspace(str(deep), create=False)) == "E902"
    assert not deep.parent.exists()


def test_an_older_workspace_is_not_migrated_by_who_only_asks(location: str) -> None:
    at_revision(location, "0003").dispose()
    assert code_of(lambda: open_workspace(location, create=False)) == "E902"
    open_workspace(location).close()
    open_workspace(location, create=False).close()


@pytest.mark.parametrize("location", ["sqlite://", "sqlite:///:memory:", "/dev/null"])
def test_what_keeps_nothing_is_no_workspace(location: str) -> None:
    assert code_of(lambda: open_workspace(location)) == "E902"
