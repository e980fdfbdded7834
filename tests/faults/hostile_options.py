"""Words of a command line that are out of range, of another kind, or point where none should write."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.hostile_case import (
    EARLIER,
    FRESH,
    ROUND,
    SCORE,
    Case,
    answers,
    as_text,
    items,
    survey,
)

NUMBERS = (
    "-1", "0", "nan", "inf", "-inf", "1e400", "1e308", "-1e308", "99999999999999999999", "1.5", "",
    "x", "٣", "０", "9" * 5000, "0x10", "1_000", " 7 ", "+7", "--", "[/]", "1e-320", "\u202e1",
)  # fmt: skip

AT = ("--round", ROUND, "--draws", "100")

NUMERIC: dict[str, tuple[str, ...]] = {
    "--draws": ("score", "--round", ROUND),
    "--seed": SCORE,
    "--factors": ("quality", "--round", ROUND),
    "--points": ("robustness", *AT),
    "--horizon": ("optimise", *AT),
    "--budget": ("optimise", *AT),
    "--yearly": ("optimise", *AT),
    "--gap": ("optimise", *AT),
    "--frontier": ("optimise", *AT),
    "--in-parallel": ("optimise", *AT),
    "--level": ("optimise", *AT),
    "--floor": ("optimise", *AT),
    "--departments": ("demo", "--rounds", "1"),
    "--header-row": ("import", "survey", "{case}/x.csv", "--round", FRESH),
}

WORDS = (
    "", " ", "-", "--", "../../etc/passwd", "/etc/passwd", "'; DROP TABLE rounds;--", "a" * 5000,
    "[/red]", "<b>", "\u202e", "\n", "🏙", "=1+1", "%s{0}", "*", "~", "\udc80", "all",
    "none", "overall", ROUND, "city-sharing@2025.1", "@", "city-sharing@", "a@b@c", "P1",
)  # fmt: skip

NAMED: dict[str, tuple[str, ...]] = {
    "--round": ("score", "--draws", "100"),
    "--with": ("compare", *AT),
    "--node": ("compare", *AT),
    "--framework": SCORE,
    "--estimate": SCORE,
    "--missing": ("quality", "--round", ROUND),
    "--method": ("weights", "--round", ROUND),
    "--scope": ("optimise", *AT),
    "--aim": ("optimise", *AT),
    "--must": ("optimise", *AT),
    "--never": ("optimise", *AT),
    "--language": SCORE,
    "--catalogue": ("measures",),
}


def cases(chance: random.Random) -> Iterator[Case]:
    for option, words in NUMERIC.items():
        for value in chance.sample(NUMBERS, 4):
            files = {"x.csv": as_text(answers())} if option == "--header-row" else {}
            line = (*words, f"{option}={value}")
            yield Case(f"{option} {value[:14]!r}", "options", (line,), files)
    for option, words in NAMED.items():
        for value in chance.sample(WORDS, 3):
            yield Case(f"{option} {value[:14]!r}", "options", ((*words, f"{option}={value}"),))
    yield from _rounds()
    yield from _import_options()
    yield from _lines()
    yield from _targets()
    yield from _file_names()


def _rounds() -> Iterator[Case]:
    """Names of rounds, made, bound, published, given a policy."""
    for number, name in enumerate(WORDS[::2]):
        lines = (
            ("round", "new", name), ("round", "policy", name, "--exclude", name),
            ("round", "bind", name, name), ("round", "publish", name), ("rounds",),
        )  # fmt: skip
        yield Case(f"round {number} {name[:14]!r}", "rounds", lines[number % 3 :][:2])
    for name in (
        "2026-13",
        "2026-Q9",
        "0000",
        "999999999-12",
        "2026-00",
        "a" * 41,
        "2026\n",
        "２０２６",
    ):
        words = ("import", "survey", "{case}/x.csv", "--round", name)
        yield Case(f"into {name[:12]!r}", "rounds", (words, ("rounds",)), {"x.csv": as_text(answers())})  # fmt: skip


def _import_options() -> Iterator[Case]:
    good, item = as_text(answers()), items()[0]
    for options in (
        ("--map", f"部门={item}"), ("--map", "x=zzz"), ("--map", "=="), ("--map", f"{item}="),
        ("--map", f"{item}={item}"), ("--map", f"{item}={'A' * 10_000}"), ("--map", "[/]=[/]"),
        ("--map", f"{item}={items()[1]}", "--map", f"{items()[1]}={item}"),
        ("--code", "x=" + "9" * 400), ("--code", "x=nan"), ("--code", "x=1e400"), ("--code", "=3"),
        ("--code", f"{item}:1=-7"), ("--code", ":" * 50 + "=1"), ("--code", "1=5", "--code", "5=1"),
        ("--alias", "甲局=乙局"), ("--alias", "甲局=甲局"), ("--alias", "x=不存在"),
        ("--alias", "a=公安局", "--alias", "公安局=a"), ("--alias", "[/]=公安局"),
        ("--exclude", "speed"), ("--exclude", "'; DROP TABLE"), ("--exclude", ""),
        ("--dialect", "../../x"), ("--dialect", "plain"), ("--dialect", "qualtrics"),
        ("--department", "no such"), ("--department", item), ("--department", ""),
        ("--drop", "部门"), ("--drop", "*"), ("--drop", "x" * 9000), ("--sheet", "../x"),
        ("--sheet", "-1"), ("--supersede", ""), ("--supersede", "B-x' OR 1=1"), ("--add",),
        ("--add", "--supersede", "B-1"), ("--header-row", "3"), ("--fill-merged",),
        *(("--drop", one) for one in items()[:2]), ("--dry-run", "--map", "x=zzz"),
    ):  # fmt: skip
        name = "import " + " ".join(word[:20] for word in options)
        yield survey(name, "import options", good, *options, file="x.csv")


def _lines() -> Iterator[Case]:
    """Whole lines that are wrong in another way."""
    for words in (
        ("nothing",), ("import",), ("import", "survey"), ("score",), ("score", "--round"),
        ("score", "--round", ROUND, "extra"), (*SCORE, "--draws", "x"), ("--json", "--json"),
        ("rounds", "--workspace"), ("rounds", "--language", "fr"), ("rounds", "--language"),
        ("-h", "--json"), ("score", "--help"), ("framework", "show", "x@y"), ("framework", "use", "{case}"),
        ("framework", "check", "/dev/null"), ("framework", "check", "{case}/none"),
        ("import", "survey", "{case}", "--round", FRESH), ("import", "departments", "/dev/null"),
        ("import", "metrics", "{case}/w.db", "--round", FRESH), ("measures", "use", "{case}/w.db"),
        ("simulate", "{case}/w.db", "--round", ROUND), ("simulate", "/dev/null", "--round", ROUND),
        ("robustness", "--round", ROUND, "--design", "{case}"), ("measures", "experts"),
        ("measures", "experts", "{case}/w.db"), ("template", "nothing", "-o", "{case}/x"),
        ("compare", "--round", ROUND, "--with", ROUND), ("quality", "--round", EARLIER, "--with", ROUND),
        ("weights", "--round", FRESH), ("diagnose", "--round", FRESH), ("optimise", "--round", FRESH),
        ("optimise", *AT, "--budget", "5", "--must", "M01", "--never", "M01"),
        ("optimise", *AT, "--aim", "probability"), ("optimise", *AT, "--aim", "cvar", "--level", "9"),
        ("app", "--port", "0"), ("app", "--port", "99999"), ("app", "--port", "x"),
        ("demo", "--departments", "501"), ("demo", "--seed", "9" * 30), ("demo", "--seed", "-9"),
        *((*SCORE, "--published", "--estimate", one) for one in ("shrunken", "raw")),
    ):  # fmt: skip
        yield Case("line " + " ".join(word[:24] for word in words), "lines", (words,))


TARGETS: dict[str, Callable[[Path], str]] = {
    "the workspace": lambda own: str(own / "w.db"),
    "the workspace by another way": lambda own: str(own / "home" / ".." / "w.db"),
    "its log": lambda own: str(own / "w.db-wal"),
    "its index": lambda own: str(own / "w.db-shm"),
    "a link to it": lambda own: _linked(own, "w.db"),
    "a hard link to it": lambda own: _hard(own),
    "the input": lambda own: str(own / "x.csv"),
    "a folder": lambda own: str(own),
    "a folder that is not there": lambda own: str(own / "none" / "out.xlsx"),
    "below a file": lambda own: str(own / "x.csv" / "out.xlsx"),
    "a pipe": lambda own: _pipe(own),
    "a socket": lambda own: _socket(own),
    "a device": lambda own: _device(own),
    "a link to nowhere": lambda own: _linked(own, "none.xlsx"),
    "a link to itself": lambda own: _linked(own, "link"),
    "a name of 300": lambda own: str(own / ("a" * 300 + ".xlsx")),
    "a name of 250": lambda own: str(own / ("a" * 245 + ".xlsx")),
    "a path of 5,000": lambda own: str(own) + "/a" * 2500 + ".xlsx",
    "a name of 90 signs": lambda own: str(own / ("长" * 90 + ".xlsx")),
    "a name with a line end": lambda own: str(own / "a\nb.xlsx"),
    "a name of markup": lambda own: str(own / "[/red].xlsx"),
    "bytes that are no UTF-8": lambda own: str(own / "\udcff.xlsx"),
    "nothing": lambda own: "",
    "what is there": lambda own: _there(own),
}
"""Where output should not go, made where it has to be there."""


def _linked(own: Path, to: str) -> str:
    (own / "link").symlink_to(own / to)
    return str(own / "link")


def _hard(own: Path) -> str:
    os.link(own / "w.db", own / "hard.db")
    return str(own / "hard.db")


def _pipe(own: Path) -> str:
    os.mkfifo(own / "pipe")
    return str(own / "pipe")


def _socket(own: Path) -> str:
    with socket.socket(socket.AF_UNIX) as one:
        here = os.open(own, os.O_RDONLY)
        one.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
    return str(own / "socket")


def _device(own: Path) -> str:
    """The device that is always full, as a node of our own."""
    try:
        os.mknod(own / "full", 0o600 | 0o020000, os.makedev(1, 7))
    except PermissionError:
        return _linked(own, "/dev/full")
    return str(own / "full")


def _there(own: Path) -> str:
    (own / "there.xlsx").write_bytes(b"a person's file")
    return str(own / "there.xlsx")


def _targets() -> Iterator[Case]:
    """Every command that writes a file, at every place where it should not."""
    writers = (
        ("import", "survey", "{case}/x.csv", "--round", FRESH, "--annotated", "{target}"),
        ("template", "survey", "-o", "{target}"),
        ("quality", "--round", ROUND, "--out", "{target}"),
        ("quality", "--round", ROUND, "--lavaan", "{target}"),
    )
    for number, (name, place) in enumerate(TARGETS.items()):
        for words in (writers[number % 2], writers[2 + number % 2]):
            lines = ((*words[:-1], "{target}"),)
            yield Case(
                f"{words[0]} {words[-2]} to {name}",
                "targets",
                lines,
                {"x.csv": as_text(answers())},
                target=place,
            )


def _file_names() -> Iterator[Case]:
    for name in (
        "a" * 240 + ".csv", "x\ny.csv", "\u202exslx.csv", "CON.csv", "-rf.csv", "$(id).csv", "[bold].csv",
        "';drop.csv", "长" * 80 + ".csv", "a b\t.csv", "\udcff.csv", "=1+1.csv", ".csv", "x", "%s.csv",
    ):  # fmt: skip
        found = survey(f"file {name[:14]!r}", "targets", as_text(answers()), file=name)
        yield Case(found.name, found.door, (*found.commands, ("rounds",)), found.files)
