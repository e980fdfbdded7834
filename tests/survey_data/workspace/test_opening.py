"""Opening a workspace: made when missing, migrated exactly, refused with a reason when unusable."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc

import survey_data.workspace
from survey_data.workspace import (
    ENVIRONMENT,
    Workspace,
    WorkspaceUnusable,
    default_location,
    open_workspace,
    registry,
)
from survey_data.workspace import schema as tables
from survey_data.workspace.batches import raw_content, store_raw
from survey_data.workspace.opening import HEAD

# What a workspace promises when it is opened is asked of PostgreSQL in the quick run too.
pytestmark = pytest.mark.contract


def refused(location: str) -> WorkspaceUnusable:
    with pytest.raises(WorkspaceUnusable) as caught:
        open_workspace(location)
    return caught.value


def rows_of(workspace: Workspace) -> dict[str, int]:
    with workspace.reading() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        }


def test_a_workspace_that_is_missing_is_created_empty(workspace: Workspace) -> None:
    assert set(rows_of(workspace).values()) == {0}


@pytest.mark.parametrize(
    "name", ["a b.db", "工作区.db", "what?x=1.db", "50%.db", "deep/er/w.db", "#.db"]
)
def test_any_path_can_hold_a_workspace(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    opened = open_workspace(str(place))
    sha256 = store_raw(opened, b"x", "x.csv")
    opened.close()
    assert place.is_file()
    again = open_workspace(str(place))
    assert raw_content(again, sha256) == b"x"
    again.close()


def test_opening_again_keeps_what_is_there(location: str) -> None:
    first = open_workspace(location)
    sha256 = store_raw(first, b"kept", "x.csv")
    first.close()
    second = open_workspace(location)
    assert raw_content(second, sha256) == b"kept"
    second.close()


def test_the_environment_names_the_default_workspace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "named.db"))
    assert ENVIRONMENT == "FOURFOLD_WORKSPACE"
    assert default_location() == str(tmp_path / "named.db")
    open_workspace().close()
    assert (tmp_path / "named.db").is_file()


def test_without_the_environment_the_workspace_lies_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Path(default_location()).parent.name == "fourfold"


def test_migrations_make_exactly_the_tables_of_the_schema(workspace: Workspace) -> None:
    with workspace.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_constraints_have_the_names_of_the_schema(workspace: Workspace) -> None:
    """A later migration can only change what it can name."""
    found = sa.inspect(workspace.engine)
    for name, table in tables.metadata.tables.items():
        wanted = {key.name for key in table.foreign_key_constraints}
        assert {key["name"] for key in found.get_foreign_keys(name)} == wanted
        assert found.get_pk_constraint(name)["name"] == table.primary_key.name


def test_the_newest_migration_is_the_one_that_opening_looks_for() -> None:
    folder = Path(str(survey_data.workspace.__file__)).with_name("migrations")
    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


def test_every_sqlite_connection_is_safe_against_power_loss_and_holds_references(
    sqlite_workspace: Workspace,
) -> None:
    def pragmas(connection: sa.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    full = 2
    with sqlite_workspace.writing() as one:
        with sqlite_workspace.reading() as two:
            assert pragmas(two) == ["wal", full, 1]
        assert pragmas(one) == ["wal", full, 1]


def test_a_row_that_refers_to_nothing_is_refused(workspace: Workspace) -> None:
    with pytest.raises(exc.IntegrityError), workspace.writing() as connection:
        registry.save_aliases(connection, {"教委": "nowhere"})
    assert registry.known_departments(workspace).aliases == {}


def test_a_workspace_of_a_newer_program_is_refused_and_left_as_it_is(location: str) -> None:
    opened = open_workspace(location)
    sha256 = store_raw(opened, b"kept", "x.csv")
    with opened.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    refusal = refused(location)
    assert refusal.first.code == "E903"
    assert "newer" in refusal.first.message["en"]
    assert raw_content(opened, sha256) == b"kept"
    opened.close()


def test_a_database_of_another_program_is_refused_and_left_as_it_is(location: str) -> None:
    url = location if "://" in location else f"sqlite:///{location}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE other (x INTEGER)")
    assert refused(location).first.code == "E904"
    assert sa.inspect(engine).get_table_names() == ["other"]
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "notes.db"
    place.write_bytes(b"just some notes " * 100)
    assert refused(str(place)).first.code == "E902"
    assert place.read_bytes() == b"just some notes " * 100


def test_a_folder_is_no_workspace(tmp_path: Path) -> None:
    assert refused(str(tmp_path)).first.code == "E902"


def test_a_path_below_a_file_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert refused(str(tmp_path / "file" / "w.db")).first.code == "E902"


@pytest.mark.parametrize(
    "url", ["nosuch://host/db", "://", "postgresql+nosuch://host/db", "a b://x"]
)
def test_a_url_that_means_nothing_is_refused(url: str) -> None:
    assert refused(url).first.code == "E902"


def test_a_server_that_does_not_answer_is_refused_without_showing_the_password(
    tmp_path: Path,
) -> None:
    url = f"postgresql+psycopg://me:very-secret@/db?host={tmp_path}"
    refusal = refused(url)
    assert refusal.first.code == "E902"
    said = str(refusal) + "".join((refusal.first.message | refusal.first.fix).values())
    assert "very-secret" not in said


def test_programs_that_open_a_new_workspace_at_the_same_time_all_get_it(location: str) -> None:
    together = threading.Barrier(4)

    def opened(_: int) -> dict[str, int]:
        together.wait()
        workspace = open_workspace(location)
        try:
            return rows_of(workspace)
        finally:
            workspace.close()

    with ThreadPoolExecutor(4) as pool:
        for counts in pool.map(opened, range(4)):
            assert set(counts.values()) == {0}


def test_a_transaction_that_fails_leaves_nothing(workspace: Workspace) -> None:
    before = rows_of(workspace)
    with pytest.raises(ZeroDivisionError), workspace.writing() as connection:
        registry.ensure_departments(connection, ["教育局"])
        registry.record(connection, "owner", "test", "x", "done")
        raise ZeroDivisionError
    assert rows_of(workspace) == before


def test_what_another_writes_is_not_seen_before_it_is_committed(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        registry.ensure_departments(connection, ["教育局"])
        assert registry.departments(workspace) == []
    assert [d.id for d in registry.departments(workspace)] == ["教育局"]


def test_a_full_disk_is_said_and_leaves_no_half_of_a_file(sqlite_workspace: Workspace) -> None:
    before = rows_of(sqlite_workspace)
    with sqlite_workspace.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(WorkspaceUnusable) as caught:
        store_raw(sqlite_workspace, bytes(1_000_000), "big.csv")
    assert caught.value.first.code == "E901"
    assert rows_of(sqlite_workspace) == before
    with sqlite_workspace.reading() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5000}")
    store_raw(sqlite_workspace, bytes(1_000_000), "big.csv")


@pytest.mark.slow
def test_a_workspace_that_another_program_holds_is_said_after_a_while(
    sqlite_workspace: Workspace,
) -> None:
    other = sqlite3.connect(sqlite_workspace.location, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkspaceUnusable) as caught:
        store_raw(sqlite_workspace, b"x", "x.csv")
    assert caught.value.first.code == "E905"
    other.execute("ROLLBACK")
    other.close()
    store_raw(sqlite_workspace, b"x", "x.csv")
