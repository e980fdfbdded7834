"""Text files, cell values, names, rosters, metrics and experts' sheets that no form would give."""

from __future__ import annotations

import codecs
import functools
import io
import json
import random
from collections.abc import Callable, Iterator

import openpyxl

from tests.faults.hostile_case import (
    FRESH,
    ROUND,
    SCORE,
    Case,
    Content,
    answers,
    as_text,
    control,
    items,
    survey,
)

NAMES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![i](http://127.0.0.1:9/x) **b**",
    "$\\frac{a}{b}$", ":red[x] :material/delete:", "[/red] closes", "[/]", "[bold]甲局",
    "[link=http://127.0.0.1]x[/link]", "'); DROP TABLE rounds;--", "%s %d {0} {x} %(a)s",
    "\u202egnp.exe", "a\u200bb", "=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "＝1+1",
    "%{x}<br>", "&lt;b&gt;&amp;", "😀" * 20, "长" * 201, "x" * 5000, "..", "../../etc/passwd",
    "C:\\con", "NULL", "nan", "None", "true", "1.0", "007", "1e400", "-", "\u0007bell", "\x0b\x1b[2J",
    "\u2028line", "a\nb", "\ufeffBOM", "\ud83d", "合计", "{case}", "~", "\U000e0041tag",
    "e\u0301\u0301\u0301" * 60, "ﷺ" * 30, "\u00a0", "$(id) `id` ;id", "--json", "overall", "P1",
)  # fmt: skip
"""Names that are text to a person and something else to a program."""

ENCODINGS = (
    "rot13", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "zlib_codec", "hex",
    "bz2", "base64", "punycode", "mbcs", "oem", "", " ", "utf-8\u0001", "../x", "x" * 5000,
    "UTF_8_SIG", "latin-1", "utf-16", "utf-32", "uu", "quopri", "cp65001", "０", "\udc80",
)  # fmt: skip

VALUES = (
    "inf", "-inf", "nan", "1e400", "1e-400", "-0.0", "0x5", "１", "٣", "Ⅳ", "五", "1,234",
    "12%", "1/0", "true", "9" * 400, "9" * 40_000, "3." + "0" * 3000 + "1", "1_0", "1e0", "+3",
    " 3 ", "3\u200b", "2026-01-01", "3分", "A;B;C", "[1]", "{}", "\\N", "#REF!", "=1+2", "5>3",
)  # fmt: skip
"""What may stand where an answer is asked for."""

LISTS = (("departments",), (*SCORE[:1], "--round", FRESH, "--draws", "100"))


def cases(chance: random.Random) -> Iterator[Case]:
    yield control("text", "text", as_text(answers()), file="x.csv")
    yield from _text(chance)
    yield from _encodings(chance)
    yield from _values(chance)
    yield from _names()
    yield from _rosters()
    yield from _metrics()
    yield from _experts()


def _text(chance: random.Random) -> Iterator[Case]:
    good = as_text(answers())
    lines = good.split(b"\r\n")
    head, first = lines[0], lines[1]
    width = head.count(b",")
    found: dict[str, Content] = {
        "empty": b"",
        "a mark alone": codecs.BOM_UTF8,
        "a line end": b"\n",
        "a million line ends": b"\n" * 1_000_000,
        "five million commas": b"," * 5_000_000,
        "a million and one quotes": b'"' * 1_000_001,
        "a quote never closed": good + b'"' + b"a,b\n" * 20_000,
        "quotes within": good.replace(first, b'"a"b"c",' + first),
        "noughts": good.replace("甲局".encode(), b"a\0b\0"),
        "nothing but noughts": b"\0" * 100_000,
        "noise": chance.randbytes(100_000),
        "no department": b"\n".join(line.partition(b",")[2] for line in lines),
        "only a head": head,
        "two heads": head + b"\n" + good,
        "one row of 5,000": good + b"x," * 5_000 + b"\n",
        "rows that are short": good.replace(b",1", b""),
        "head of 700": b",".join([head, *(b"c%d" % n for n in range(700))]) + b"\n" + first,
        "head of 16,384": b",".join(b"c%d" % n for n in range(16_384)) + b"\n1\n",
        "each column twice": b"\n".join(line + b"," + line.partition(b",")[2] for line in lines),
        "a column of 40,000 letters": good.replace(b"P1-1a", b"P1-1a" + b"H" * 40_000, 1),
        "a cell of a megabyte": good.replace("甲局".encode(), "长".encode() * 350_000, 1),
        "every line end there is": good.replace(b"\r\n", b"\r", 5).replace(b"\r\n", b"\x85", 3),
        "separators of four kinds": good.replace(b",", b";", 9).replace(b",", b"\t", 9),
        "comments": b"# a\n# b\nsep=,\n" + good,
        "JSON": json.dumps([{"部门": "甲局", "P1-1a": 1}] * 5).encode(),
        "4,000 departments": lambda: (
            head + b"\n" + b"\n".join(b"d%d" % n + b",3" * width for n in range(4_000))
        ),
    }
    for name, content in found.items():
        yield survey(f"text: {name}", "text", content, file="x.csv")


def _encodings(chance: random.Random) -> Iterator[Case]:
    good = as_text(answers()).decode()
    wide = good.encode("utf-16")
    written = {
        "UTF-16 and half a letter": wide[:-1], "UTF-16 without mark": wide[2:],
        "UTF-32": good.encode("utf-32"), "UTF-7": good.encode("utf-7"),
        "Big5": good.encode("big5", "replace"), "Shift-JIS": good.encode("shift-jis", "replace"),
        "GB18030": good.encode("gb18030"), "HZ": good.encode("hz", "replace"),
        "two marks": codecs.BOM_UTF8 + wide, "mixed": good.encode() + "丙局".encode("gb18030"),
        "overlong": good.encode() + b"\xc0\xaf\xe0\x80\xaf\xf8\x88\x80\x80\x80,1\n",
        "surrogates": good.encode() + b"\xed\xa0\xbd\xed\xb8\x80,1\n",
        "EBCDIC": good.encode("cp037", "replace"),
    }  # fmt: skip
    for name, content in written.items():
        yield survey(f"encoding: {name}", "text", content, file="x.csv")
    for named in chance.sample(ENCODINGS, 14):
        options = ("--encoding", named)
        yield survey(
            f"encoding named {named[:12]!r}", "text", good.encode(), *options, file="x.csv"
        )


def _values(chance: random.Random) -> Iterator[Case]:
    count = len(items())
    for value in chance.sample(VALUES, 16):
        rows = (answers()[0], *(("甲局", *[value] * count),) * 6)
        content = as_text(rows)
        yield survey(f"value {value[:14]!r}", "values", content, file="x.csv")
    for column in (
        "身份证号",
        "手机",
        "邮箱",
        "<b>",
        "=1+1",
        "[/]",
        "部门",
        "a" * 300,
        "\u202e",
        "",
    ):
        rows = tuple((*row[:1], column or "", *row[1:]) for row in answers())
        yield survey(f"column {column[:12]!r}", "values", as_text(rows), file="x.csv")


def _names() -> Iterator[Case]:
    """Departments of every name, read, marked, listed and scored."""
    for number, name in enumerate(NAMES[1::3]):
        words = ("import", "survey", "{case}/x.csv", "--round", FRESH)
        marked = (*words, "--annotated", "{case}/out.xlsx")
        yield Case(
            f"department {number} {name[:14]!r}",
            "names",
            (marked, LISTS[number % 2]),
            {"x.csv": as_text(answers(name, "乙局"))},
        )


ROSTER = ("id", "name_zh", "name_en", "group", "aliases", "headcount", "weight")


def _roster(*rows: tuple[str, ...]) -> bytes:
    """A sound department beside the given ones, each padded to the roster's columns."""
    filled = [(row + ("",) * len(ROSTER))[: len(ROSTER)] for row in rows]
    return as_text((ROSTER, ("乙局", "乙局", "Bureau B", "g", "乙", "12", "1"), *filled))


def _rosters() -> Iterator[Case]:
    words = ("import", "departments", "{case}/r.csv")
    after = (("departments",), SCORE, ("template", "departments", "-o", "{case}/out.csv"))
    sound = _roster(("甲局", "甲局", "Bureau A", "g", "甲", "20", "2"))
    yield Case("sound: roster", "rosters", (words, *after), {"r.csv": sound}, control=True)
    for number, name in enumerate(NAMES[::2]):
        in_each = {
            "name": ("甲局", name, name, "g", "甲", "20", "1"),
            "id": (name, "甲局", "A", "g", "甲", "20", "1"),
            "group and alias": ("甲局", "甲局", "A", name, name, "20", "1"),
        }
        place = list(in_each)[number % 3]
        yield Case(
            f"roster {place} {number} {name[:14]!r}",
            "rosters",
            (words, *after[: number % 3]),
            {"r.csv": _roster(in_each[place])},
        )
    amounts = (
        "-1", "1.5", "nan", "inf", "1e400", "1e18", "9" * 30, "99999999999999999999", "０", "x", "1,000",
    )  # fmt: skip
    for number, amount in enumerate(amounts):
        column = 5 + number % 2
        row = ["甲局", "甲局", "A", "g", "甲", "20", "1"]
        row[column] = amount
        content = _roster(tuple(row))
        name = f"roster {ROSTER[column]} {amount[:12]}"
        yield Case(name, "rosters", (words, SCORE), {"r.csv": content})
    others = {
        "empty": b"",
        "only a head": as_text((ROSTER,)),
        "no id": as_text((ROSTER[1:], ("甲局",) * 6)),
        "id twice": _roster(("乙局",)),
        "alias of another": _roster(("甲局", "", "", "", "乙局")),
        "1,000 aliases": _roster(("甲局", "", "", "", ";".join(f"a{n}" for n in range(1000)))),
        "aliases of separators": _roster(("甲局", "", "", "", ";;、、||,,")),
        "4,000 departments": _roster(*((f"d{n}",) for n in range(4_000))),
        "the totals": _roster(("合计",), ("Total",)),
        "a workbook cut": b"PK\x03\x04" + b"x" * 900,
        "columns twice": as_text((ROSTER + ROSTER, ("甲局",) * 14)),
    }
    for name, content in others.items():
        yield Case(f"roster: {name}", "rosters", (words, *after), {"r.csv": content})


def _metrics() -> Iterator[Case]:
    words = ("import", "metrics", "{case}/m.csv", "--round", ROUND)
    after = (SCORE, ("diagnose", "--round", ROUND))
    head = ("部门", "期间", "P1-2", "I1-1")
    rows = {
        "sound": (("甲局", "2025", "1.5", "80"), ("乙局", "2025", "1.2", "70")),
        "inf": (("甲局", "", "inf", "-inf"), ("乙局", "", "Infinity", "nan")),
        "1e308": (("甲局", "", "1e308", "1e308"), ("乙局", "", "-1e308", "1e308")),
        "1e-320": (("甲局", "", "5e-324", "1e-320"), ("乙局", "", "0", "-0.0")),
        "400 digits": (("甲局", "", "9" * 400, "9" * 40_000),),
        "all the same": (("甲局", "", "50", "50"), ("乙局", "", "50", "50")),
        "percent": (("甲局", "", "150%", "-20%"),),
        "not applicable": (("甲局", "", "不适用", "N/A"), ("乙局", "", "—", "")),
        "a department twice": (("甲局", "2025", "1", "2"), ("甲局", "2025", "3", "4")),
        "nothing": (("甲局", "", "", ""),),
        "4,000 departments": tuple((f"d{n}", "2025", "1", "2") for n in range(4_000)),
    }
    for name, body in rows.items():
        yield Case(
            f"metrics {name}",
            "metrics",
            (words, *after),
            {"m.csv": as_text((head, *body))},
            control=name == "sound",
        )
    for number, name in enumerate(NAMES[1::6]):
        body = (("甲局", name, "1.5", "80"), (name, "2025", "1", "2"))
        content = as_text((head, *body))
        yield Case(f"metrics name {number} {name[:14]!r}", "metrics", (words, *after), {"m.csv": content})  # fmt: skip
    long = ("department", "indicator", "value", "period", "source")
    for name, row in {
        "indicator unknown": ("甲局", "nope", "1", "2025", ""),
        "source of 100,000": ("甲局", "P1-2", "1", "2025", "=HYPERLINK()" * 9000),
        "period of 300": ("甲局", "P1-2", "1", "x" * 300, ""),
        "indicator of markup": ("甲局", "[/red]", "1", "2025", ""),
    }.items():
        content = as_text((long, row))
        yield Case(f"metrics long: {name}", "metrics", (words, *after), {"m.csv": content})


@functools.cache
def _sheet() -> bytes:
    """A sheet as the program gives it, with one expert's judgement of the first effect."""
    from analysis.measures.catalogue_file import default_catalogue
    from survey_data.handing_out.expert_sheets import expert_sheet

    catalogue = default_catalogue()
    rows = [(m.id, m.name["zh"], id, id) for m in catalogue.measures for id in m.effects]
    return filled_sheet(expert_sheet(rows, catalogue.gap, "zh")[1])


def filled_sheet(content: bytes) -> bytes:
    """A blank sheet with one expert's judgement of the first effect."""
    return _edited(content, {"A2": "Zhang", "F2": 8, "G2": 15, "H2": 25, "I2": "limits", "J2": "r"})


def _edited(content: bytes, cells: dict[str, object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def _experts() -> Iterator[Case]:
    words = ("measures", "experts", "{case}/e.xlsx")
    yield Case(
        "sound: expert", "experts", (words, ("measures",)), {"e.xlsx": _sheet()}, control=True
    )
    changes: dict[str, dict[str, object]] = {
        "quantiles backwards": {"F2": 25, "H2": 8}, "negative": {"F2": -5},
        "more than the gap": {"H2": 5000}, "words": {"G2": "十五"}, "all the same": {"F2": 15, "H2": 15},
        "1e308": {"H2": 1e308}, "400 digits": {"H2": "9" * 400}, "a formula": {"G2": "=1/0"},
        "no expert": {"A2": None}, "a measure that is none": {"B2": "M99"},
        "ends that are none": {"I2": "some"}, "a reason of 30,000": {"J2": "长" * 30_000},
        "a second judgement": {"A3": "Zhang", "F3": 1, "G3": 2, "H3": 3, "I3": "quantiles"},
    }  # fmt: skip
    made: dict[str, Callable[[], bytes]] = {
        name: lambda cells=cells: _edited(_sheet(), cells) for name, cells in changes.items()
    }
    for name in NAMES[:40:3]:
        if name.isprintable():
            made[f"name {name[:14]!r}"] = lambda name=name: _edited(_sheet(), {"A2": name})
    for name, content in made.items():
        commands = (words, ("measures",), ("measures", "experts", "{case}/e.xlsx", "--check"))
        yield Case(f"expert: {name}", "experts", commands, {"e.xlsx": content})
    both = ("measures", "experts", "{case}/e.xlsx", "{case}/f.xlsx")
    yield Case(
        "expert: the same twice", "experts", (both,), {"e.xlsx": _sheet(), "f.xlsx": _sheet()}
    )
    yield Case("expert: cut", "experts", (words,), {"e.xlsx": lambda: _sheet()[:3000]})
    yield Case("expert: a survey", "experts", (words,), {"e.xlsx": as_text(answers())})
