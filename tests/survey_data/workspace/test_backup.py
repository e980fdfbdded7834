"""What is backed up comes back, table by table, on either engine and whatever happens meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.findings import Refused
from survey_data.workspace import Workspace, open_workspace, progress, registry
from survey_data.workspace import schema as tables
from survey_data.workspace.batches import raw_content, store_raw
from survey_data.workspace.keeping.backup import back_up, restore
from survey_data.workspace.keeping.digests import Contents, contents
from tests.kept.workspaces import REVISIONS, unpack
from tests.survey_data.workspace import dying_keeper
from tests.survey_data.workspace.dying_import import bring

ROOT = Path(dying_keeper.__file__).parents[3]
Place = Callable[[str], str]


def contents_of(location: str) -> Contents:
    """Of a workspace at the newest revision, without the lines that a restore adds."""
    workspace = open_workspace(location)
    with workspace.writing() as connection:
        trail = tables.audit
        connection.execute(trail.delete().where(trail.c.action == "workspace.restore"))
        found = contents(connection)
    workspace.close()
    return found


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place where nothing is, on the engine that is named."""

    def named(engine: str) -> str:
        if engine == "sqlite":
            return str(tmp_path / f"place-{len(list(tmp_path.iterdir()))}.db")
        return request.getfixturevalue("postgres_url")()

    return named


SERVER = pytest.param("postgres", marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("sqlite", "sqlite"),
        # On its way there it was restored from SQLite into PostgreSQL.
        ("postgres", "sqlite"),
        pytest.param("sqlite", "postgres", marks=pytest.mark.slow),
        pytest.param("postgres", "postgres", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_kept_workspace_comes_back_table_by_table_on_either_engine(
    place, tmp_path, source, target, revision
):
    kept = unpack(revision, tmp_path)
    workspace = open_workspace(kept)
    progress.interrupt_jobs(workspace)
    workspace.close()
    wanted = contents_of(kept)
    if source == "postgres":
        kept = backed_up_to(kept, place("postgres"), tmp_path / "first.zip")
    there = backed_up_to(kept, place(target), tmp_path / "b.zip")
    found = contents_of(there)
    assert found == wanted
    assert sum(one.rows for one in found.tables.values()) > 1000 and len(found.blobs) > 20
    after = open_workspace(there)
    with after.writing() as connection:
        # The trail goes on counting where it was.
        registry.record(connection, "owner", "x", "y", "done")
    after.close()


def backed_up_to(location: str, place: str, file: Path) -> str:
    workspace = open_workspace(location)
    manifest = back_up(workspace, file, "test")
    assert manifest.engine == workspace.engine.dialect.name
    workspace.close()
    restore(file, place, "owner")
    return place


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from("abé市"), part),
    max_leaves=6,
)  # fmt: skip
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


VALUES = {
    "numbers": st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4, unique=True),
    "text": TEXT,
    "detail": st.dictionaries(TEXT, JSON, max_size=3),
    "blob": st.binary(max_size=64),
    "flag": st.booleans(),
    "count": st.none() | st.integers(-(2**31), 2**31 - 1),
}


@pytest.mark.slow
@settings(max_examples=30)
@given(values=st.fixed_dictionaries(VALUES))
def test_any_value_that_a_workspace_can_hold_comes_back_the_same(tmp_path_factory, values):
    comes_back(tmp_path_factory.mktemp("values"), **values)


def test_values_at_the_edges_of_their_types_come_back_the_same(tmp_path):
    comes_back(
        tmp_path,
        numbers=[5e-324, -0.0, 0.1 + 0.2, 1.7976931348623157e308, -3.0],
        text="1e5 \u2028'\";--市\U0001f4be",
        detail={"": None, "n": [1, 1.0, 2**53, -0.0, "1"], "中": {"t": True}},
        blob=b"\x00\xff" * 40,
        flag=True,
        count=-(2**31),
    )


def comes_back(
    folder: Path, *, numbers: list[float], text: str, detail: dict[str, object], blob: bytes,
    flag: bool, count: int | None,
) -> None:  # fmt: skip
    workspace = open_workspace(str(folder / "w.db"))
    with workspace.writing() as connection:
        registry.save_setting(connection, "blob", blob)
        registry.record(connection, text, "x", text, "done", detail)
        for place, number in enumerate(numbers):
            connection.execute(
                tables.departments.insert().values(
                    id=f"{text}{place}", name=detail, grouping=text, headcount=count,
                    weight=number, rostered=flag,
                )
            )  # fmt: skip
    back_up(workspace, folder / "b.zip", "test")
    workspace.close()
    restore(folder / "b.zip", str(folder / "r.db"), "owner")
    assert contents_of(str(folder / "r.db")) == contents_of(str(folder / "w.db"))


def test_a_digest_tells_values_apart_and_not_the_order_of_rows(tmp_path):
    workspace = open_workspace(str(tmp_path / "w.db"))
    seen = []
    for pair in (("a", "bc"), ("ab", "c"), ("1", "x"), ("", "a1x")):
        with workspace.writing() as connection:
            connection.execute(tables.aliases.delete())
            connection.execute(tables.departments.delete())
            registry.ensure_departments(connection, [pair[1]])
            connection.execute(tables.aliases.insert().values(alias=pair[0], department=pair[1]))
            seen.append(contents(connection).tables["aliases"].sha256)
    assert len(set(seen)) == 4
    orders = []
    for names in (["x", "y", "z"], ["z", "x", "y"]):
        with workspace.writing() as connection:
            connection.execute(tables.aliases.delete())
            connection.execute(tables.departments.delete())
            registry.ensure_departments(connection, names)
            orders.append(contents(connection).tables["departments"])
    assert orders[0] == orders[1] and orders[0].rows == 3
    workspace.close()


@pytest.mark.parametrize("engine", ["sqlite", SERVER])
def test_a_backup_made_while_others_write_holds_whole_imports_only(place, tmp_path, engine):
    location = place(engine)
    workspace = open_workspace(location)
    bring(workspace, "first")
    stop = threading.Event()
    done: list[int] = []

    def write() -> None:
        busy = open_workspace(location)
        while not stop.is_set():
            bring(busy, f"round-{len(done)}")
            done.append(1)
        busy.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(done)
            back_up(workspace, tmp_path / f"{number}.zip", "test")
            restore(tmp_path / f"{number}.zip", str(tmp_path / f"{number}.db"), "owner")
            found = contents_of(str(tmp_path / f"{number}.db")).tables
            rounds = found["rounds"].rows
            assert before + 1 <= rounds <= len(done) + 2
            assert found["batches"].rows == found["answers"].rows == rounds
            assert found["audit"].rows == rounds
            assert found["raw_files"].rows in (rounds, rounds + 1)
    finally:
        stop.set()
        writer.join()
    assert len(done) > 3
    workspace.close()


def test_a_plain_copy_of_a_live_database_lacks_what_a_backup_has(tmp_path):
    workspace = open_workspace(str(tmp_path / "w.db"))
    for number in range(5):
        bring(workspace, f"round-{number}")
    (tmp_path / "copy.db").write_bytes((tmp_path / "w.db").read_bytes())
    back_up(workspace, tmp_path / "b.zip", "test")
    restore(tmp_path / "b.zip", str(tmp_path / "r.db"), "owner")
    with sqlite3.connect(tmp_path / "copy.db") as torn:
        names = {row[0] for row in torn.execute("SELECT name FROM sqlite_master")}
        held = torn.execute("SELECT count(*) FROM rounds").fetchone()[0] if names else 0
    assert held < 5
    assert contents_of(str(tmp_path / "r.db")).tables["rounds"].rows == 5
    workspace.close()


@pytest.mark.parametrize("engine", ["sqlite", SERVER])
def test_jobs_that_ran_when_the_backup_was_made_are_interrupted_in_what_comes_back(
    place, tmp_path, engine
):
    location = place(engine)
    workspace = open_workspace(location)
    running = progress.new_job(workspace, "robustness", "owner", {})
    ended = progress.new_job(workspace, "robustness", "owner", {})
    progress.finish(workspace, ended, "done", {"x": 1})
    back_up(workspace, tmp_path / "b.zip", "test")
    there = place(engine)
    assert restore(tmp_path / "b.zip", there, "owner").interrupted == 1
    after = open_workspace(there)
    states = [progress.job(after, one) for one in (running, ended)]
    assert [one.state for one in states if one] == ["interrupted", "done"]
    before = progress.job(workspace, running)
    assert before is not None and before.state == "waiting"
    for one in (workspace, after):
        one.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and fork")
@pytest.mark.parametrize("what", ["backup", "restore"])
@pytest.mark.parametrize(
    ("engine", "every"),
    [
        pytest.param("sqlite", 97, id="sample"),
        pytest.param("sqlite", 1, id="sqlite", marks=pytest.mark.slow),
        pytest.param("postgres", 11, id="postgres", marks=pytest.mark.slow),
    ],
)
def test_a_kill_at_any_step_leaves_the_whole_or_nothing(tmp_path, place, what, engine, every):
    location = place(engine)
    workspace = open_workspace(location)
    bring(workspace, "first")
    back_up(workspace, tmp_path / "b.zip", "test")
    workspace.close()
    wanted = contents_of(location)
    made = str(tmp_path / "made")
    there = place("postgres") if "://" in location else made
    program = [sys.executable, "-m", "tests.survey_data.workspace.dying_keeper", what]
    given = [location, made] if what == "backup" else [there, str(tmp_path / "b.zip")]
    done = subprocess.run(
        [*program, *given, str(every)], cwd=ROOT, capture_output=True, text=True, timeout=540,
        check=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    ends = [line.split() for line in done.stdout.splitlines()]
    assert [end for _, end in ends[:-1]] == ["killed"] * (len(ends) - 1)
    assert ends[-1][1] == "ended" and len(ends) > 5
    found = [f"{made}-{number}" for number, _ in ends]
    held = [one for one in found if os.path.lexists(one)]
    assert held or (what == "restore" and "://" in location)
    for number, one in enumerate(held):
        if what == "backup":
            restore(Path(one), str(tmp_path / f"r{number}.db"), "owner")
            one = str(tmp_path / f"r{number}.db")
        assert contents_of(one) == wanted
    if what == "restore" and "://" in location:
        assert contents_of(there) == wanted
    assert contents_of(location) == wanted


def test_nothing_of_a_discarded_draft_is_left_in_the_file_or_its_log(sqlite_workspace: Workspace):
    said = "我部门的某某说过这句话"
    sha256 = store_raw(sqlite_workspace, b"a,b\n1,2\n", "x.csv")
    place = Path(sqlite_workspace.location)
    ids = []
    for number in range(40):
        draft = progress.new_draft(
            sqlite_workspace, "owner", sha256, {"codes": [f"{said}{number}"] * 50}
        )
        ids.append(progress.save_draft(sqlite_workspace, draft, {"codes": [said] * 60}).id)
    written = "".join(f"\\u{ord(letter):04x}" for letter in said).encode()
    assert b"".join(path.read_bytes() for path in log_and_file(place)).count(written) > 1000
    for id in ids:
        progress.discard_draft(sqlite_workspace, id)
    left = b"".join(path.read_bytes() for path in log_and_file(place))
    assert left.count(written) == 0 and left.count(said.encode()) == 0
    assert raw_content(sqlite_workspace, sha256) == b"a,b\n1,2\n"


def log_and_file(place: Path) -> list[Path]:
    return [path for end in ("", "-wal") if (path := Path(f"{place}{end}")).exists()]


def test_a_discarded_draft_does_not_wait_long_for_somebody_who_reads(sqlite_workspace: Workspace):
    sha256 = store_raw(sqlite_workspace, b"x", "x.csv")
    draft = progress.new_draft(sqlite_workspace, "owner", sha256, {})
    with sqlite_workspace.reading() as connection:
        connection.execute(sa.select(tables.drafts)).all()
        progress.discard_draft(sqlite_workspace, draft.id)
    assert progress.draft(sqlite_workspace, draft.id) is None


def test_a_place_that_is_taken_is_refused_on_a_server_too(postgres_url, tmp_path):
    location = postgres_url()
    workspace = open_workspace(location)
    back_up(workspace, tmp_path / "b.zip", "test")
    workspace.close()
    with pytest.raises(Refused) as caught:
        restore(tmp_path / "b.zip", location, "owner")
    assert caught.value.first.code == "E939"
