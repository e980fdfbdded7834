"""Old workbooks, open documents and statistics files that are damaged or lie about themselves."""

from __future__ import annotations

import functools
import io
import random
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.hostile_case import Case, answers, control, survey
from tests.survey_data.workbooks import by_odfpy, by_xlwt, zipped


def cases(chance: random.Random) -> Iterator[Case]:
    yield control("xls", "xls and ods", by_xlwt(answers("甲局", people=3)))
    yield control("ods", "xls and ods", by_odfpy(answers("甲局", people=2)))
    yield from _old_workbooks(chance)
    yield from _open_documents()
    yield from _statistics(chance)


def _old_workbooks(chance: random.Random) -> Iterator[Case]:
    good = by_xlwt([list(row) for row in answers("甲局", people=3)])
    head = good[:512]
    found = {
        "sectors without end": head[:44] + b"\xff" * 4 + head[48:] + good[512:],
        "directory before the file": head[:48] + b"\xfe\xff\xff\xff" + head[52:] + good[512:],
        "sector size of 2^30": head[:30] + b"\x1e\x00" + head[32:] + good[512:],
        "version 999": head[:26] + b"\xe7\x03" + head[28:] + good[512:],
        "allocation points at itself": good[:512] + b"\0\0\0\0" * 128 + good[1024:],
        "only the header": head,
        "zeros": head[:8] + b"\0" * 50_000,
        "records of 65535": good.replace(b"\x09\x08\x10\x00", b"\x09\x08\xff\xff"),
        "another BIFF": good.replace(b"\x09\x08\x10\x00\x00\x06", b"\x09\x08\x10\x00\x00\x02"),
        "password record": good.replace(b"\x09\x08\x10\x00", b"\x2f\x00\x10\x00", 1),
    }
    for share in (0.1, 0.4, 0.7, 0.97):
        found[f"cut at {share}"] = good[: int(share * len(good))]
    for number in range(8):
        changed = bytearray(good)
        for _ in range(2 ** (number + 1)):
            changed[chance.randrange(512, len(changed))] = chance.randrange(256)
        found[f"{2 ** (number + 1)} bytes changed"] = bytes(changed)
    for name, content in found.items():
        yield survey(f"xls: {name}", "xls and ods", content, file="x.xls")


def _open_documents() -> Iterator[Case]:
    def changed(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
        def made() -> bytes:
            with zipfile.ZipFile(io.BytesIO(by_odfpy(answers("甲局", people=2)))) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            return zipped(parts | {"content.xml": change(parts["content.xml"])})

        return made

    row, many = b"<table:table-row", b"2147483647"
    changes: dict[str, Callable[[bytes], bytes]] = {
        "rows repeated": lambda old: old.replace(
            row, row + b' table:number-rows-repeated="' + many + b'"', 1
        ),
        "cells repeated": lambda old: old.replace(
            b"<table:table-cell", b'<table:table-cell table:number-columns-repeated="' + many + b'"'
        ),
        "repeated minus one": lambda old: old.replace(
            row, row + b' table:number-rows-repeated="-1"', 1
        ),
        "table in a cell": lambda old: old.replace(b"<text:p>", b"<table:table><text:p>", 1),
        "entity": lambda old: b'<!DOCTYPE x [<!ENTITY a "b">]>' + old[old.find(b"<office") :],
        "100,000 deep": lambda old: old.replace(b"<text:p>", b"<text:p>" * 100_000, 1),
        "empty": lambda old: b"",
        "cut": lambda old: old[: len(old) // 2],
        "values that are none": lambda old: old.replace(b'"string"', b'"float" office:value="NaN"'),
    }
    for name, change in changes.items():
        yield survey(f"ods: {name}", "xls and ods", changed(change), file="x.ods")


def _statistics(chance: random.Random) -> Iterator[Case]:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"dept": ["甲局", "乙局"] * 3, "q1": [1.0, 5.0] * 3})
    with tempfile.TemporaryDirectory() as folder:
        good = {}
        writers = {
            "sav": pyreadstat.write_sav,
            "zsav": functools.partial(pyreadstat.write_sav, compress=True),
            "dta": pyreadstat.write_dta,
            "por": pyreadstat.write_por,
            "xpt": pyreadstat.write_xport,
        }
        for kind, write in writers.items():
            place = Path(folder, f"x.{kind}")
            write(frame if kind != "por" else frame[["q1"]], str(place))
            good[kind] = place.read_bytes()
    sav = good["sav"]
    found = {f"{kind}: sound": content for kind, content in good.items()}
    found |= {f"{kind}: cut": content[: len(content) * 2 // 3] for kind, content in good.items()}
    for number in (0, 2, 4):
        for kind, content in good.items():
            changed = bytearray(content)
            for _ in range(3**number):
                changed[chance.randrange(4, len(changed))] = chance.randrange(256)
            found[f"{kind}: {3**number} bytes changed"] = bytes(changed)
    for name, at, value in (
        ("layout", 64, 99), ("case size", 68, -1), ("case size large", 68, 2**31 - 1),
        ("compression", 72, 7), ("weight", 76, -5), ("cases", 80, 2**31 - 1), ("cases", 80, -2),
    ):  # fmt: skip
        found[f"sav: {name} {value}"] = sav[:at] + struct.pack("<i", value) + sav[at + 4 :]
    for name, content in found.items():
        file = "x." + name.split(":")[0]
        by_hand = ("--map", "q1=P1-1a", "--department", "dept")
        yield survey(f"statistics, {name}", "statistics", content, *by_hand, file=file)
