"""Writes that are killed: before, between and after the statements of a commit, in it, anywhere.

``python -m tests.faults.kills`` kills each kind of write ten times and prints where the kills fell
and what they left; ``--every`` kills at every moment there is. A moment is a statement about to be
sent or just answered, and a commit about to be sent. The child says when it is at the wanted one
and waits there for SIGKILL, which goes to its whole process group. After each kill the database
is sound and exactly as before or exactly as after; the same work done again ends as if nothing had
happened.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

import sqlalchemy as sa

# Children that each thread their small matrix products wait for one another; before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.faults.forked import Child, command, load_everything, start  # noqa: E402
from tests.faults.kill_works import WORKS, Act, Work  # noqa: E402

ASIDE = {"raw_files", "jobs", "sqlite_sequence"}
"""A file that is kept and brought nothing in does no harm; jobs say how far they are as they go."""

VARYING = {"added_at", "changed_at", "received_at", "at", "sequence"}
"""Columns that differ from run to run."""

EACH = 10
WORKERS = 2

Facts = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class Kill:
    """``moment``: where the child waited, None for a time; ``left``: before, after, or what else."""

    work: str
    kind: str
    moment: int | None
    left: str
    wrong: tuple[str, ...]


@dataclass
class Moments:
    """In the child: counts its moments, and waits at the wanted one.

    ``within``: for each moment the number of the transaction between whose first and last statement
    it lies, 0 for none.
    """

    tell: int
    wanted: int | None = None
    waits: bool = True
    within: list[int] = field(default_factory=list)
    _sent: int = 0
    _transaction: int = 0

    def install(self) -> None:
        sa.event.listen(sa.Engine, "before_cursor_execute", self._before)
        sa.event.listen(sa.Engine, "after_cursor_execute", self._after)
        sa.event.listen(sa.Engine, "commit", self._commit)

    def _before(self, connection: sa.Connection, _: object, statement: str, *__: object) -> None:
        if statement.startswith("BEGIN"):
            self._sent = 0
            self._transaction += 1
        self._moment(self._number(connection))

    def _after(self, connection: sa.Connection, _: object, statement: str, *__: object) -> None:
        self._sent += not statement.startswith("BEGIN")
        self._moment(self._number(connection))

    def _commit(self, connection: sa.Connection) -> None:
        self._moment(self._number(connection))

    def end(self) -> None:
        self._moment(0)

    def _number(self, connection: sa.Connection) -> int:
        writes = connection.get_execution_options().get("writing") and self._sent
        return self._transaction if writes else 0

    def _moment(self, within: int) -> None:
        if len(self.within) == self.wanted:
            os.write(self.tell, b".")
            while self.waits:
                signal.pause()
        self.within.append(within)


def facts(workspace: Path) -> Facts:
    """All that a workspace holds but for times; fails when it is not sound."""
    with closing(sqlite3.connect(workspace)) as base:
        base.row_factory = sqlite3.Row
        assert base.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert not base.execute("PRAGMA foreign_key_check").fetchall()
        tables = [r[0] for r in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted(
                tuple(str(row[key]) for key in row.keys() if key not in VARYING)  # noqa: SIM118
                for row in base.execute(f'SELECT * FROM "{table}"')
                if table != "audit" or row["result"] == "done"
            )
            for table in tables
            if table not in ASIDE
        }


def without(found: Facts, *tables: str) -> Facts:
    return {table: rows for table, rows in found.items() if table not in tables}


def settled(workspace: Path) -> None:
    """In one file, so that it can be copied."""
    with closing(sqlite3.connect(workspace)) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass
class Suite:
    """One kind of write and its kills."""

    work: Work
    base: Path
    folder: Path
    act: Act

    def __post_init__(self) -> None:
        self.before = facts(self.base)
        place, started = self._copy(), time.monotonic()
        self.within = self._undisturbed(place)
        self.seconds = time.monotonic() - started
        self.whole = facts(place)
        assert without(self.whole, "audit") != without(self.before, "audit"), "it writes nothing"
        assert any(self.within), "no statement lies within a commit"

    def kills(self, each: int, chance: random.Random) -> Iterator[Kill]:
        """Four tenths at statements of commits, two in the commit itself, the rest around."""
        inside = [number for number, within in enumerate(self.within) if within]
        sizes = Counter(filter(None, self.within))
        # The commit of the largest transaction first: the work itself, not what is told of it.
        commits = [max(n for n in inside if self.within[n] == t) for t, _ in sizes.most_common()]
        outside = [number for number, within in enumerate(self.within) if not within]
        some = max(1, round(0.4 * each))
        yield self._at(commits[0], "statement")
        for turn in range(1, some):
            yield self._at(inside[turn * len(inside) // some], "statement")
        for number in range(each // 5):
            yield self._in_commit(commits[number % len(commits)], chance.uniform(0, 0.004))
        for number in range(each // 5):
            yield self._at(outside[-1 if number == 0 else chance.randrange(len(outside))], "around")
        for _ in range(each - some - 2 * (each // 5)):
            yield self._any_time(chance)

    def every(self) -> Iterator[Kill]:
        for number, within in enumerate(self.within):
            yield self._at(number, "statement" if within else "around")

    def _copy(self) -> Path:
        """A copy that no earlier run has left a log beside."""
        place = self.folder / "killed.db"
        for rest in ("-wal", "-shm", "-journal"):
            Path(f"{place}{rest}").unlink(missing_ok=True)
        return Path(shutil.copy(self.base, place))

    def _started(self, place: Path, moments: Moments) -> Child:
        def call() -> int:
            from indicators.findings import Refused

            moments.install()
            try:
                self.act(str(place))
            except Refused as refusal:
                print(refusal.first.code, file=sys.stderr)
                return 3
            moments.end()
            print(json.dumps(moments.within))
            return 0

        return start(call)

    def _undisturbed(self, place: Path) -> list[int]:
        ended = self._started(place, Moments(-1)).end()
        assert ended.status == 0, f"{self.work.name}: {ended.err}"
        return json.loads(ended.out.splitlines()[-1])

    def _at(self, number: int, kind: str) -> Kill:
        return self._killed(kind, number, lambda: None)

    def _in_commit(self, number: int, later: float) -> Kill:
        """The child goes on from where the commit is about to be sent; it is killed on the way."""
        return self._killed("commit", number, lambda: time.sleep(later), waits=False)

    def _any_time(self, chance: random.Random) -> Kill:
        for _ in range(20):
            place = self._copy()
            child = self._started(place, Moments(-1))
            time.sleep(chance.uniform(0, self.seconds))
            child.kill()
            if child.end().status == -signal.SIGKILL:
                return self._judged("any time", None, place)
        raise AssertionError(f"{self.work.name} ended before it could be killed")

    def _killed(
        self, kind: str, number: int, wait: Callable[[], object], waits: bool = True
    ) -> Kill:
        place = self._copy()
        told, tell = os.pipe()
        child = self._started(place, Moments(tell, number, waits))
        os.close(tell)
        here = os.read(told, 1)
        os.close(told)
        if here:
            wait()
        child.kill()
        ended = child.end()
        kill = self._judged(kind, number, place)
        if not here or (waits and ended.status != -signal.SIGKILL):
            wrong = f"it never came to moment {number}: {ended.status} {ended.err[-300:]}"
            kill = Kill(self.work.name, kind, number, kill.left, (*kill.wrong, wrong))
        return kill

    def _judged(self, kind: str, number: int | None, place: Path) -> Kill:
        """What the kill has left, and what the same work makes of it."""
        wrong: list[str] = []
        left = "broken"
        try:
            found = without(facts(place), *self.work.aside)
            same = {"before": self.before, "after": self.whole}
            left = next(
                (n for n, state in same.items() if found == without(state, *self.work.aside)),
                "between",
            )
        except (AssertionError, sqlite3.DatabaseError) as problem:
            wrong.append(f"not sound: {problem}")
        if left == "between":
            wrong.append("neither before nor after: " + ", ".join(self._differing(found)))
        again = self._started(place, Moments(-1)).end()
        if again.status != 0 and not (again.status == 3 and left == "after"):
            wrong.append(f"done again it ends with {again.status}: {again.err[-300:]}")
        elif without(found := facts(place), "audit") != without(self.whole, "audit"):
            wrong.append("done again it ends otherwise: " + ", ".join(self._differing(found)))
        return Kill(self.work.name, kind, number, left, tuple(wrong))

    def _differing(self, found: Facts) -> list[str]:
        tables = found.keys() | self.whole.keys()
        return sorted(t for t in tables if found.get(t) != self.whole.get(t))


def suite(work: Work, base: Path, folder: Path) -> Suite:
    folder.mkdir(parents=True)
    own = Path(shutil.copy(base, folder / "base.db"))
    act = work.prepare(own)
    settled(own)
    return Suite(work, own, folder, act)


def run_all(works: Sequence[Work], each: int, seed: int, every: bool = False) -> list[Kill]:
    """Kill every work, half of them in each of two processes."""
    load_everything()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        base = folder / "base.db"
        small = ("--departments", "4", "--respondents", "6", "--rounds", "2")
        ended = start(command(["--workspace", str(base), "demo", *small])).end()
        assert ended.status == 0, ended.err
        settled(base)

        def part(number: int) -> Callable[[], int]:
            def run() -> int:
                for work in works[number::WORKERS]:
                    here = suite(work, base, folder / work.name)
                    chance = random.Random(f"{seed} {work.name}")
                    for kill in here.every() if every else here.kills(each, chance):
                        print(json.dumps(asdict(kill)), flush=True)
                return 0

            return run

        children = [start(part(number)) for number in range(WORKERS)]
        found = []
        for child in children:
            ended = child.end(longest=7200)
            assert ended.status == 0, ended.err
            found += [Kill(**json.loads(line)) for line in ended.out.splitlines()]
    return found


def table(found: Sequence[Kill]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| write | kills | between statements | in the commit | around | any time | before | after | violations |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name in [*dict.fromkeys(kill.work for kill in found), "all"]:
        here = [kill for kill in found if name in (kill.work, "all")]
        kinds = [sum(k.kind == kind for k in here) for kind in ("statement", "commit", "around", "any time")]  # fmt: skip
        left = [sum(k.left == state for k in here) for state in ("before", "after")]
        numbers = (len(here), *kinds, *left, sum(bool(k.wrong) for k in here))
        yield f"| {name} | " + " | ".join(map(str, numbers)) + " |"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--each", type=int, default=EACH, help="kills of each kind of write")
    options.add_argument("--every", action="store_true", help="at every moment there is")
    options.add_argument("--only", nargs="*", help="these kinds of write only")
    options.add_argument("--seed", type=int, default=20261127)
    given = options.parse_args()
    works = [work for work in WORKS if not given.only or work.name in given.only]
    started = time.monotonic()
    found = run_all(works, given.each, given.seed, given.every)
    print("\n".join(table(found)))
    print(f"\n{time.monotonic() - started:.0f} s; seed {given.seed}")
    wrong = [kill for kill in found if kill.wrong]
    for kill in wrong:
        print(
            f"\n{kill.work}, {kill.kind} {kill.moment}, left {kill.left}: {'; '.join(kill.wrong)}"
        )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
