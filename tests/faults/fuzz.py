"""Damaged files of every format: each gives a table or a typed refusal, in bounded time.

``python -m tests.faults.fuzz 10000`` prints the outcomes by format.
"""

from __future__ import annotations

import io
import json
import queue
import random
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from survey_data.dialects import DIALECTS
from tests.survey_data.dialects.layouts import LAYOUTS, as_csv
from tests.survey_data.workbooks import by_odfpy, by_xlsxwriter, by_xlwt, parts_of, text_row, zipped

ROOT = Path(__file__).parents[2]
LONGEST = 20.0
"""Seconds that one file may take."""

TYPED = ("read", "E1", "E2")


def corpus() -> dict[str, list[bytes]]:
    """Sound files of each format."""
    rows = [layout() for layout in LAYOUTS.values()]
    plain = LAYOUTS["plain"]()
    written = zipped(
        parts_of({"Data": "".join(text_row(n, map(str, r)) for n, r in enumerate(plain, 1))})
    )
    return {
        "csv": [as_csv(one, code) for one in rows for code in ("utf-8", "gbk", "utf-16")],
        "xlsx": [*[by_xlsxwriter(one) for one in rows], written],
        "xls": [by_xlwt(one) for one in rows[:4]],
        "ods": [by_odfpy(one) for one in rows[:3]],
        "statistics": _statistics(),
    }


def _statistics() -> list[bytes]:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"dept": ["教育局", "财政局"], "q1": [1.0, 5.0]})
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("a.sav", pyreadstat.write_sav), ("a.dta", pyreadstat.write_dta)):
            write(frame, f"{folder}/{name}")
            found.append(Path(folder, name).read_bytes())
        pyreadstat.write_sav(frame, f"{folder}/a.zsav", compress=True)
        found.append(Path(folder, "a.zsav").read_bytes())
    return found


def damaged(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """The file with one kind of damage."""
    kind = chance.randrange(7)
    if kind == 0:
        return content[: chance.randrange(len(content) + 1)]
    if kind == 1:
        return _bits(content, chance, chance.choice((1, 8, 64)))
    if kind == 2:
        return content[: chance.randrange(len(content))] + other[chance.randrange(len(other)) :]
    if kind == 3:
        at, length = chance.randrange(len(content)), chance.randrange(1, 400)
        return content[:at] + content[at + length :]
    if kind == 4:
        at = chance.randrange(len(content))
        return content[:at] + content[at : at + 200] * chance.randrange(2, 30) + content[at:]
    if kind == 5 and zipfile.is_zipfile(io.BytesIO(content)):
        return _parts_damaged(content, chance)
    at = chance.randrange(len(content))
    noise = chance.choice(
        (b"\x00" * 9, b'"', b"\xff\xfe", b"\r", b",,,,;;\t", chance.randbytes(30))
    )
    return content[:at] + noise + content[at:]


def _bits(content: bytes, chance: random.Random, count: int) -> bytes:
    changed = bytearray(content)
    for _ in range(count):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _parts_damaged(content: bytes, chance: random.Random) -> bytes:
    """A sound archive around parts that are damaged, swapped or gone."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name, second = chance.choice(list(parts)), chance.choice(list(parts))
    kind = chance.randrange(4)
    if kind == 0:
        del parts[name]
    elif kind == 1:
        parts[name], parts[second] = parts[second], parts[name]
    elif kind == 2 and parts[name]:
        parts[name] = _bits(parts[name], chance, 4)
    else:
        parts[name] = parts[name].replace(
            b"1", chance.choice((b"-1", b"99999999", b"", b"A" * 70_000))
        )
    return zipped(parts)


@dataclass
class Report:
    """Outcomes by format, and every file that did not end as it should."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: float = 0.0
    bad: list[tuple[str, str, bytes]] = field(default_factory=list)

    def table(self) -> Iterator[str]:
        """Lines of a Markdown table."""
        yield "| format | files | read | refused | outcomes |"
        yield "| --- | ---: | ---: | ---: | --- |"
        for kind, counts in self.outcomes.items():
            listed = ", ".join(f"{code} {n}" for code, n in counts.most_common() if code != "read")
            total = sum(counts.values())
            yield f"| {kind} | {total} | {counts['read']} | {total - counts['read']} | {listed} |"


class Reader:
    """A worker process that is started again when a file ends it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.fuzz_worker"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def outcome(self, content: bytes) -> tuple[str, float]:
        """What became of the file; ``died`` or ``hung`` end the worker."""
        assert self._process.stdin
        try:
            self._process.stdin.write(struct.pack("<I", len(content)) + content)
            self._process.stdin.flush()
            line = self._lines.get(timeout=LONGEST)
        except (queue.Empty, OSError):
            line = None
        if not line:
            self.close()
            return ("hung" if line is None else "died"), LONGEST
        outcome, seconds = json.loads(line)
        return outcome, seconds

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def fuzz(count: int, seed: int = 1) -> Report:
    """Damage and read ``count`` files."""
    from indicators.findings import Refused
    from survey_data.reading import read

    chance = random.Random(seed)
    sound = corpus()
    report = Report({kind: Counter() for kind in sound})
    everything = [content for contents in sound.values() for content in contents]
    reader = Reader()
    for number in range(count):
        kind = list(sound)[number % len(sound)]
        content = damaged(chance.choice(sound[kind]), chance.choice(everything), chance)
        outcome, seconds = reader.outcome(content)
        if outcome in ("died", "hung"):
            # A file may end its reader; through the door that people use it must be a refusal.
            reader = Reader()
            try:
                read(content)
                outcome = "read"
            except Refused as refusal:
                outcome = refusal.first.code
        report.outcomes[kind][outcome] += 1
        report.slowest = max(report.slowest, seconds)
        if not outcome.startswith(TYPED) or len(outcome) > 4:
            report.bad.append((kind, outcome, content))
    reader.close()
    return report


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    report = fuzz(count)
    print("\n".join(report.table()))
    print(
        f"\nslowest {report.slowest:.1f} s of CPU; dialects {len(DIALECTS)}; bad {len(report.bad)}"
    )
    for kind, outcome, _ in report.bad[:20]:
        print(kind, outcome)
    sys.exit(bool(report.bad))


if __name__ == "__main__":
    main()
