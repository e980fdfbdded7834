"""A hostile run: hundreds of files, names, options and workspaces that no office should meet.

``python -m tests.faults.hostile --seed 20261127`` prints the counts and every violation, and ends
with 1 when there is one. After each command: its status is one of the contract's (never 1, never a
signal), no traceback, one JSON document where JSON was asked for, no longer than a minute, the
database sound, no half batch, no file changed outside the case's folder; and a refusal leaves
every table that scores come from, and the scores, as they were.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.faults import (
    hostile_formats,
    hostile_options,
    hostile_text,
    hostile_workbooks,
    hostile_workspaces,
    hostile_yaml,
)
from tests.faults.forked import LONGEST, Ended, command, load_everything, start
from tests.faults.hostile_case import ROUND, SCORE, Case

ASIDE = {"alembic_version", "audit", "raw_files", "sqlite_sequence"}
"""Tables that a refusal may add to: the kept file and the line of the audit."""

SCORED = 0.2
"""Share of the refusals after which the scores are worked out again as well."""

WORKERS = 2


@dataclass(frozen=True)
class State:
    """``whole``: SQLite finds no damage; ``sound``: nor rows that point nowhere; ``facts``: digest of
    all that scores come from; ``half``: batches without what they brought."""

    whole: bool
    sound: bool
    facts: str
    half: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What became of one command; ``wrong`` is empty when all was as it has to be."""

    case: str
    door: str
    words: tuple[str, ...]
    status: int | None
    seconds: float
    wrong: tuple[str, ...]
    said: str


def state_of(workspace: Path) -> State:
    """Look at a workspace without the program."""
    whole = False
    try:
        with closing(sqlite3.connect(f"file:{workspace}?mode=ro", uri=True)) as base:
            # What is damaged may be no text.
            base.text_factory = bytes
            whole = base.execute("PRAGMA integrity_check").fetchone()[0] == b"ok"
            sound = whole and not base.execute("PRAGMA foreign_key_check").fetchall()
            names = [
                r[0].decode()
                for r in base.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            digest = hashlib.sha256()
            for name in sorted(set(names) - ASIDE):
                rows = sorted(map(repr, base.execute(f'SELECT * FROM "{name}"')))
                digest.update(repr((name, rows)).encode())
            return State(whole, sound, digest.hexdigest(), tuple(_half(base)) if sound else ())
    except sqlite3.DatabaseError:
        return State(whole, False, "", ())


def _half(base: sqlite3.Connection) -> Iterator[str]:
    for kind, table in (("survey", "answers"), ("metrics", "metric_values")):
        batches = {r[0] for r in base.execute("SELECT id FROM batches WHERE kind = ?", (kind,))}
        brought = {r[0] for r in base.execute(f"SELECT DISTINCT batch FROM {table}")}
        yield from map(repr, batches ^ brought)


def cases(seed: int) -> list[Case]:
    """Every case, in an order that spreads the slow ones."""
    modules = (
        hostile_workbooks, hostile_formats, hostile_text, hostile_yaml, hostile_options, hostile_workspaces,
    )  # fmt: skip
    found = [case for module in modules for case in module.cases(random.Random(seed))]
    names: Counter[str] = Counter()
    for place, case in enumerate(found):
        names[case.name] += 1
        if names[case.name] > 1:
            found[place] = replace(case, name=f"{case.name} ({names[case.name]})")
    random.Random(seed).shuffle(found)
    return found


def make_base(folder: Path) -> Path:
    """The workspace that every case gets a copy of: two rounds of six departments."""
    base = folder / "base.db"
    small = ("--departments", "6", "--respondents", "8", "--rounds", "2")
    ended = start(command(["--workspace", str(base), "demo", *small])).end()
    assert ended.status == 0, ended.err
    with closing(sqlite3.connect(base)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return base


@dataclass
class Runner:
    """Runs cases one after the other in its own folder."""

    base: Path
    folder: Path
    chance: random.Random

    @functools.cached_property
    def scores(self) -> dict[str, object]:
        """What `SCORE` says of a workspace that nothing has touched."""
        own = self._folder()
        return _scores(self._ended(own, SCORE, True))

    def run(self, case: Case) -> list[Seen]:
        own = self._folder()
        for name, content in case.files.items():
            (own / name).write_bytes(content if isinstance(content, bytes) else content())
        if case.target is not None:
            target = case.target(own)
            lines = [tuple(w.replace("{target}", target) for w in one) for one in case.commands]
            case = replace(case, commands=tuple(lines))
        done = None if case.prepare is None else case.prepare(own)
        try:
            return self._at_once(case, own) if case.together else self._in_turn(case, own)
        finally:
            if done is not None:
                done()

    def _in_turn(self, case: Case, own: Path) -> list[Seen]:
        found, refused = [], False
        before = first = state_of(own / "w.db")
        for number, words in enumerate(case.commands):
            as_json = "--json" in words or self.chance.random() < 0.5
            ended = self._ended(own, words, as_json, case)
            after = state_of(own / "w.db")
            wrong = [*_ending(ended, as_json), *_after(case, words, ended, before, after)]
            found.append(_seen(case, words, ended, wrong))
            refused |= number == 0 and ended.status != 0
            before = after
        scored = refused and before == first and self.chance.random() < SCORED
        if scored and case.sound and case.largest is None:
            ended = self._ended(own, SCORE, True)
            wrong = [*_ending(ended, True)]
            if not wrong and _scores(ended) != self.scores:
                wrong.append("the scores changed")
            found.append(_seen(case, SCORE, ended, wrong))
        return found

    def _at_once(self, case: Case, own: Path) -> list[Seen]:
        before = state_of(own / "w.db")
        children = [
            start(command([*_placed(words, own), "--json"]), own) for words in case.commands
        ]
        ends = [child.end() for child in children]
        after = state_of(own / "w.db")
        wrong = [] if after.sound and not after.half else ["half a batch or a damaged database"]
        if all(end.status for end in ends) and before.facts != after.facts:
            wrong.append("the state changed on a refusal")
        return [
            _seen(case, words, end, [*_ending(end, True), *wrong])
            for words, end in zip(case.commands, ends, strict=True)
        ]

    def _folder(self) -> Path:
        own = self.folder / "case"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        shutil.copy(self.base, own / "w.db")
        return own

    def _ended(
        self, own: Path, words: Sequence[str], as_json: bool, case: Case | None = None
    ) -> Ended:
        more = ("--json",) if as_json and "--json" not in words else ()
        given = [*_placed(words, own), *more]
        limits = {} if case is None else {"largest": case.largest, "user": case.user}
        return start(command(given), own, **limits).end()


def _placed(words: Sequence[str], own: Path) -> list[str]:
    """The words with the folder in them, and the workspace where they name none."""
    given = [word.replace("{case}", str(own)) for word in words]
    return given if "--workspace" in words else ["--workspace", str(own / "w.db"), *given]


def _ending(ended: Ended, as_json: bool) -> Iterator[str]:
    """What is wrong with how a command ended."""
    if ended.status is None or ended.seconds > LONGEST:
        yield f"hung, after {ended.seconds:.0f} s of computing"
    elif ended.status not in (0, 2, 3, 4):
        yield f"status {ended.status}"
    if "Traceback (most recent call last)" in ended.err:
        yield "traceback"
    if as_json and ended.status in (0, 2, 3, 4) and not ended.out.startswith(b"Usage"):
        try:
            json.loads(ended.out, parse_constant=_no_constant)
        except ValueError as problem:
            yield f"no JSON document: {problem}"
    if ended.outside:
        yield "changed " + ", ".join(ended.outside)


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _after(
    case: Case, words: Sequence[str], ended: Ended, before: State, after: State
) -> Iterator[str]:
    """What is wrong with what a command left."""
    if case.control and ended.status:
        yield "what is sound was not done"
    if half := set(after.half) - set(before.half):
        yield "half batches " + " ".join(half)
    if before.sound and not after.sound:
        yield "the database is damaged"
    if before.sound and ended.status and before.facts != after.facts:
        yield "the state changed on a refusal"
    if not before.whole and not case.sound and words[0] == "import" and ended.status == 0:
        yield "imported into a damaged database"


def _scores(ended: Ended) -> dict[str, object]:
    found = json.loads(ended.out)
    return {key: value for key, value in found.items() if key != "elapsed_s"}


def _seen(case: Case, words: Sequence[str], ended: Ended, wrong: Sequence[str]) -> Seen:
    said = ended.err.strip().splitlines()
    last = said[-1][:200] if said else ended.out[:200].decode(errors="replace")
    shown = tuple(word[:60] for word in words)
    return Seen(case.name, case.door, shown, ended.status, ended.seconds, tuple(wrong), last)


def run_all(wanted: Sequence[Case], seed: int, workers: int = WORKERS) -> list[Seen]:
    """Run the cases in ``workers`` processes, each with a folder of its own."""
    load_everything()
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = Path(name)
        base = make_base(folder)
        children = []
        for number in range(workers):
            part = wanted[number::workers]
            runner = Runner(base, folder / str(number), random.Random(seed + number))

            def work(part: Sequence[Case] = part, runner: Runner = runner) -> int:
                for case in part:
                    for seen in runner.run(case):
                        print(json.dumps(asdict(seen)), flush=True)
                return 0

            children.append(start(work))
        found = []
        for child in children:
            ended = child.end(longest=3600)
            assert ended.status == 0, ended.err
            found += [Seen(**json.loads(line)) for line in ended.out.splitlines()]
    return found


def table(found: Sequence[Seen]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| door | cases | commands | done | usage | refused | unusable | violations |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for door in [*sorted({seen.door for seen in found}), "all"]:
        here = [seen for seen in found if door in (seen.door, "all")]
        by = Counter(seen.status for seen in here)
        numbers = (
            len({seen.case for seen in here}), len(here), by[0], by[2], by[3], by[4],
            sum(bool(seen.wrong) for seen in here),
        )  # fmt: skip
        yield f"| {door} | " + " | ".join(map(str, numbers)) + " |"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=20261127)
    options.add_argument("--sample", type=int, help="only the first so many cases")
    options.add_argument("--workers", type=int, default=WORKERS)
    options.add_argument("--only", default="", help="only cases with this in their name")
    given = options.parse_args()
    wanted = [case for case in cases(given.seed) if given.only in case.name][: given.sample]
    started = time.monotonic()
    found = run_all(wanted, given.seed, given.workers)
    print("\n".join(table(found)))
    slowest = max(found, key=lambda seen: seen.seconds)
    print(
        f"\n{time.monotonic() - started:.0f} s; slowest {slowest.seconds:.1f} s of computing: {slowest.case}; "
        f"round {ROUND}, seed {given.seed}, {os.cpu_count()} processors"
    )
    wrong = [seen for seen in found if seen.wrong]
    for seen in wrong:
        print(f"\n{seen.case}: {'; '.join(seen.wrong)}\n  {' '.join(seen.words)}\n  {seen.said}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
