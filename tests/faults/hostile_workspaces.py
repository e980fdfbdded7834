"""Workspaces that are damaged, foreign, locked, full, read only, or written by two at once."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tests.faults.hostile_case import FRESH, ROUND, SCORE, Case, answers, as_text

NOBODY = 65534

SURVEY = ("import", "survey", "{case}/x.csv", "--round", FRESH)
METRICS = ("import", "metrics", "{case}/m.csv", "--round", ROUND)
ROSTER = ("import", "departments", "{case}/r.csv")
LOOKING = (SCORE, ("rounds",), ("departments",), ("quality", "--round", ROUND))

FILES = {
    "x.csv": as_text(answers()),
    "y.csv": as_text(answers("丁局", "戊局")),
    "m.csv": as_text((("部门", "P1-2", "I1-1"), ("甲局", "1.5", "80"))),
    "r.csv": as_text((("id", "headcount"), ("甲局", "30"))),
}

Damage = Callable[[Path], object]


def cases(chance: random.Random) -> Iterator[Case]:
    yield Case(
        "sound: every way in", "damaged", (SURVEY, METRICS, ROSTER, *LOOKING), FILES, control=True
    )
    for name, damage in _damages(chance).items():
        lines = (chance.choice(LOOKING), chance.choice((SURVEY, METRICS, ROSTER)))
        yield Case(f"damaged: {name}", "damaged", lines, FILES, _prepared(damage), sound=False)
    yield from _contents(chance)
    yield from _foreign()
    yield from _locked()
    yield from _limited()
    yield from _together()


def _prepared(damage: Damage) -> Callable[[Path], None]:
    def prepare(own: Path) -> None:
        damage(own / "w.db")

    return prepare


def _overwritten(at: float, length: int, filling: Callable[[int], bytes]) -> Damage:
    """``at``: share of the file."""

    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(int(at * (path.stat().st_size - length)))
            file.write(filling(length))

    return damage


def _cut(share: float) -> Damage:
    return lambda path: os.truncate(path, int(share * path.stat().st_size))


def _flipped(seed: int, count: int) -> Damage:
    def damage(path: Path) -> None:
        chance, content = random.Random(seed), bytearray(path.read_bytes())
        for _ in range(count):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)

    return damage


def _executed(*statements: str) -> Damage:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                base.execute(statement)
            base.commit()

    return damage


def _beside(suffix: str, content: bytes) -> Damage:
    return lambda path: Path(f"{path}{suffix}").write_bytes(content)


def _damages(chance: random.Random) -> dict[str, Damage]:
    found: dict[str, Damage] = {
        "last page random": _overwritten(1.0, 4000, chance.randbytes),
        "first page random": _overwritten(0.0, 100, chance.randbytes),
        "first page but the header": lambda path: _at(path, 100, chance.randbytes(3000)),
        "page in the middle random": _overwritten(0.5, 16384, chance.randbytes),
        "page in the middle empty": _overwritten(0.5, 16384, bytes),
        "the second half empty": lambda path: _at(
            path, path.stat().st_size // 2, bytes(path.stat().st_size // 2)
        ),
        "pages count lies": lambda path: _at(path, 28, b"\x7f\xff\xff\xff"),
        "page size lies": lambda path: _at(path, 16, b"\x02\x00"),
        "free list lies": lambda path: _at(path, 32, b"\x00\x00\x00\x05\x00\x00\x00\x09"),
        "schema format lies": lambda path: _at(path, 44, b"\x00\x00\x00\x09"),
        "encoding lies": lambda path: _at(path, 56, b"\x00\x00\x00\x02"),
        "read version of the future": lambda path: _at(path, 18, b"\x09\x09"),
        "empty": lambda path: path.write_bytes(b""),
        "one byte": lambda path: path.write_bytes(b"S"),
        "a log of noise": _beside("-wal", chance.randbytes(40_000)),
        "a log of another": _beside("-wal", b"\x37\x7f\x06\x82" + chance.randbytes(9000)),
        "a journal of noise": _beside("-journal", chance.randbytes(5000)),
        "an index of noise": _beside("-shm", chance.randbytes(32_768)),
        "a folder as log": lambda path: Path(f"{path}-wal").mkdir(),
    }
    for share in (0.05, 0.5, 0.9, 0.999):
        found[f"cut at {share}"] = _cut(share)
    for number in range(8):
        found[f"{8 ** (number % 4)} bits, {number}"] = _flipped(
            chance.randrange(10**9), 8 ** (number % 4)
        )
    for table in ("rounds", "batches", "answers", "departments", "settings", "audit", "frameworks"):
        found[f"no table {table}"] = _executed(f"DROP TABLE {table}")
    for name, value in {
        "of the future": "'9999'", "of the past": "'0000'", "empty": "''", "a word": "'[/red]'",
        "null": "NULL", "a number": "3", "of another program": "'ae1027a6acf'",
    }.items():  # fmt: skip
        change = (
            "PRAGMA ignore_check_constraints = ON",
            "DROP TABLE alembic_version",
            "CREATE TABLE alembic_version (version_num TEXT)",
            f"INSERT INTO alembic_version VALUES ({value})",
        )
        found[f"revision {name}"] = _executed(*change)
    found["no revision"] = _executed("DELETE FROM alembic_version")
    found["two revisions"] = _executed("INSERT INTO alembic_version VALUES ('0001')")
    found["a column is gone"] = _executed("ALTER TABLE rounds DROP COLUMN sequence")
    return found


def _at(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def _contents(chance: random.Random) -> Iterator[Case]:
    """A sound database in which a value is none that the program would write."""
    blobs = {
        "empty": "x''", "noise": "randomblob(900)", "text": "'x'", "an archive cut": "substr({0}, 1, 200)",
        "one byte longer": "{0} || x'00'", "null bytes": "zeroblob(2000)",
    }  # fmt: skip
    for column in ("moments", "parquet"):
        for name, value in blobs.items():
            change = f"UPDATE answers SET {column} = {value.format(column)}"
            yield _content(f"{column} {name}", change, 0)
        for number in range(6):
            yield Case(
                f"{column} with a bit changed, {number}",
                "contents",
                (SCORE, ("quality", "--round", ROUND), SURVEY),
                FILES,
                _prepared(_bit(column, chance.randrange(10**9))),
                sound=False,
            )
    for number, (name, change) in enumerate(
        {
            "framework is no JSON": "UPDATE frameworks SET content = '{'",
            "framework is another thing": "UPDATE frameworks SET content = '[]'",
            "framework of deep JSON": f"UPDATE frameworks SET content = '{'[' * 20000}'",
            "adopted framework unknown": "INSERT INTO settings VALUES ('current-framework', x'00ff')",
            "round of no framework": "UPDATE rounds SET framework = 'nope'",
            "round's name is a list": "UPDATE rounds SET name = '[]'",
            "round's name is no JSON": "UPDATE rounds SET name = 'x'",
            "round's state": "UPDATE rounds SET state = '[/red]'",
            "round's rules": "UPDATE rounds SET exclude = '\"x\"'",
            "rounds of one sequence": "UPDATE rounds SET sequence = 1, starts_on = NULL",
            "department without name": "UPDATE departments SET name = '{}'",
            "department of weight -1": "UPDATE departments SET weight = -1",
            "department of weight 9e999": "UPDATE departments SET weight = 9e999",
            "department of a word's weight": "UPDATE departments SET weight = 'x'",
            "department of 10^18 people": "UPDATE departments SET headcount = 1000000000000000000",
            "department of -5 people": "UPDATE departments SET headcount = -5",
            "departments gone": "DELETE FROM departments",
            "answers gone": "DELETE FROM answers",
            "metrics gone": "DELETE FROM metric_values",
            "metrics of infinity": "UPDATE metric_values SET value = 9e999",
            "metrics that are words": "UPDATE metric_values SET value = 'x'",
            "metrics of no indicator": "UPDATE OR REPLACE metric_values SET indicator = 'nope'",
            "metrics of no department": "UPDATE OR REPLACE metric_values SET department = 'nope'",
            "batches of no kind": "UPDATE batches SET kind = 'nope'",
            "batches of no state": "UPDATE batches SET state = 'nope'",
            "batch superseded by itself": "UPDATE batches SET superseded_by = id, state = 'superseded'",
            "batch's report is no JSON": "UPDATE batches SET report = 'x'",
            "batch's report is null": "UPDATE batches SET report = 'null'",
            "catalogue adopted, none there": "INSERT INTO settings VALUES ('catalogue', x'ff')",
            "alias of a chain": "INSERT INTO aliases SELECT 'a' || id, id FROM departments",
            "files gone": "DELETE FROM raw_files",
        }.items()
    ):
        yield _content(name, change, number)


def _content(name: str, change: str, number: int) -> Case:
    lines = (SCORE, LOOKING[1 + number % 3], SURVEY)
    return Case(
        f"content: {name}", "contents", lines, FILES, _prepared(_executed(change)), sound=False
    )


def _bit(column: str, seed: int) -> Damage:
    def damage(path: Path) -> None:
        chance = random.Random(seed)
        with closing(sqlite3.connect(path)) as base:
            for batch, held in base.execute(f"SELECT batch, {column} FROM answers").fetchall():
                changed = bytearray(held)
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
                base.execute(f"UPDATE answers SET {column} = ? WHERE batch = ?", (changed, batch))
            base.commit()

    return damage


def _foreign() -> Iterator[Case]:
    """What is named as workspace and is none."""
    for name, place in {
        "a text file": "{case}/x.csv",
        "a folder": "{case}",
        "below a file": "{case}/x.csv/w.db",
        "a device": "/dev/null",
        "a name of 300": "{case}/" + "a" * 300,
        "no driver": "nope://user:secret@127.0.0.1:1/db",
        "no address": "postgresql+psycopg://",
        "a port where nobody is": "postgresql+psycopg://u:secret@127.0.0.1:1/db?connect_timeout=2",
        "an address of markup": "sqlite:///{case}/[/red].db",
        "sqlite in memory": ":memory:",
        "a half address": "sqlite://",
        "\udcff": "{case}/\udcff.db",
    }.items():
        lines = tuple(("--workspace", place, *words) for words in (("rounds",), SURVEY))
        yield Case(f"workspace {name!r}", "foreign", lines, FILES, sound=False)
    for name, statements in {
        "another program's": ("CREATE TABLE t (x)",),
        "tables of our names": (
            "CREATE TABLE rounds (id)",
            "CREATE TABLE alembic_version (version_num)",
        ),
    }.items():

        def made(own: Path, statements: tuple[str, ...] = statements) -> None:
            (own / "w.db").unlink()
            _executed(*statements)(own / "w.db")

        lines = (("rounds",), SURVEY, SCORE)
        yield Case(f"workspace {name}", "foreign", lines, FILES, made, sound=False)


def _locked() -> Iterator[Case]:
    """Another program holds the workspace for longer than anybody waits."""
    for kind, words in (("IMMEDIATE", SURVEY), ("IMMEDIATE", SCORE), ("EXCLUSIVE", METRICS)):

        def held(own: Path, kind: str = kind) -> Callable[[], None]:
            base = sqlite3.connect(own / "w.db", isolation_level=None, check_same_thread=False)
            if kind == "EXCLUSIVE":
                base.execute("PRAGMA locking_mode = EXCLUSIVE")
            base.execute(f"BEGIN {kind}")
            if kind == "EXCLUSIVE":
                base.execute("UPDATE rounds SET sequence = sequence")
            return base.close

        yield Case(f"locked {kind} {words[0]}", "locked", (words,), FILES, held, sound=kind != "EXCLUSIVE")  # fmt: skip


def _limited() -> Iterator[Case]:
    """No room: a file may not grow any further; or nothing may be written at all."""
    writing = (SURVEY, METRICS, ROSTER, ("round", "new", FRESH), ("demo", "--departments", "9"))
    # What a command prints is a file here too, and has to fit.
    for most in (20_000, 60_000, 200_000, 400_000):
        for words in writing:
            yield Case(
                f"full after {most} bytes: {words[1]}", "full", (words, ("rounds",)), FILES,
                largest=most,
            )  # fmt: skip
    marked = (*SURVEY, "--annotated", "{case}/out.xlsx")
    for most in (20_000, 2_000_000):
        yield Case(f"full, marked file, {most}", "full", (marked,), FILES, largest=most)
    for words in (("template", "survey", "-o", "{case}/t.xlsx"), ("quality", "--round", ROUND, "--out", "{case}/q.docx")):  # fmt: skip
        yield Case(f"full, {words[0]}", "full", (words,), FILES, largest=4_000)
    if os.getuid() == 0:
        for words in (*writing[:4], *LOOKING[:3]):

            def closed(own: Path) -> None:
                (own / "tmp").mkdir(mode=0o777)
                (own / "home").mkdir()
                own.chmod(0o555)

            yield Case(f"read only: {' '.join(words[:2])}", "read only", (words,), FILES, closed, user=NOBODY)  # fmt: skip


def _together() -> Iterator[Case]:
    """Two or three at once."""
    other = ("import", "survey", "{case}/y.csv", "--round", FRESH)
    for name, lines in {
        "the same file three times": (SURVEY, SURVEY, SURVEY),
        "two files for one round": (SURVEY, other),
        "added by two": ((*SURVEY, "--add"), (*other, "--add")),
        "a roster and answers": (ROSTER, SURVEY),
        "one round three times": (("round", "new", FRESH),) * 3,
        "metrics and scores": (METRICS, SCORE, SCORE),
        "everything": (SURVEY, METRICS, ROSTER, SCORE),
    }.items():
        yield Case(f"at once: {name}", "at once", lines, FILES, together=True)
    for number in range(3):
        places = tuple(
            ("--workspace", "{case}/new.db", *words) for words in (SURVEY, other, ROSTER)
        )
        yield Case(f"at once, a new workspace, {number}", "at once", places, FILES, together=True)
