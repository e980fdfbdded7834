"""Workbooks that are damaged, that lie about themselves, or that are bombs."""

from __future__ import annotations

import functools
import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.hostile_case import Case, Content, answers, as_text, control, survey
from tests.survey_data.workbooks import by_xlsxwriter, parts_of, text_row, zipped

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
END = b"</sheetData>"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cases(chance: random.Random) -> Iterator[Case]:
    yield control("workbook", "archives", _good())
    yield control("workbook of few parts", "sheets", zipped(_parts()))
    yield from _archives(chance)
    yield from _sheets()
    yield from _strings()
    yield from _books()


@functools.cache
def _good() -> bytes:
    """A sound workbook as most programs write it: shared strings, styles, dimension."""
    return by_xlsxwriter([list(row) for row in answers()])


@functools.cache
def _parts() -> dict[str, bytes]:
    """A sound workbook in as few parts as there can be."""
    rows = "".join(text_row_wide(n, row) for n, row in enumerate(answers(), 1))
    return parts_of({"Data": rows})


def text_row_wide(number: int, cells: tuple[str, ...]) -> str:
    """Like `text_row`, for more than 26 columns: cells without references stand in their order."""
    return re.sub(r'<c r="[^"]*" ', "<c ", text_row(number, cells[:26])).removesuffix("</row>") + (
        "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells[26:]) + "</row>"
    )


def _changed(part: str, change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    return lambda: zipped(_parts() | {part: change(_parts()[part])})


def _rewritten(part: str, change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """The same for the workbook with all its usual parts."""

    def made() -> bytes:
        with zipfile.ZipFile(io.BytesIO(_good())) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        assert change(parts[part]) != parts[part], f"nothing was changed in {part}"
        return zipped(parts | {part: change(parts[part])})

    return made


def _patched(signature: bytes, offset: int, value: bytes) -> bytes:
    """Every central or local header with other bytes at a place."""
    content = bytearray(_good())
    at = content.find(signature)
    while at >= 0:
        content[at + offset : at + offset + len(value)] = value
        at = content.find(signature, at + 4)
    return bytes(content)


def _archives(chance: random.Random) -> Iterator[Case]:
    good = _good()
    central, local = b"PK\x01\x02", b"PK\x03\x04"
    found: dict[str, Content] = {
        "empty": b"",
        "one byte": b"P",
        "only the magic": b"PK\x03\x04",
        "only an end record": b"PK\x05\x06" + b"\0" * 18,
        "end record promises 65535 entries": b"PK\x05\x06" + b"\0" * 4 + b"\xff" * 4 + b"\0" * 10,
        "junk before": b"MZ" + b"\x90" * 5000 + good,
        "junk after": good + b"\0" * 70_000,
        "comment with another archive": good[:-2] + struct.pack("<H", 22) + good[-22:],
        "encrypted flag": _patched(central, 8, b"\x01\x00"),
        "encrypted flag, local only": _patched(local, 6, b"\x01\x00"),
        "method 99": _patched(central, 10, b"\x63\x00"),
        "method lzma": _patched(central, 10, b"\x0e\x00"),
        "size lies low": _patched(central, 24, struct.pack("<I", 3)),
        "size lies high": _patched(central, 24, struct.pack("<I", 0xFFFFFFFE)),
        "packed size lies": _patched(central, 20, struct.pack("<I", 0x7FFFFFFF)),
        "all entries overlap": _patched(central, 42, struct.pack("<I", 0)),
        "offsets beyond the end": _patched(central, 42, struct.pack("<I", 0x7FFFFFF0)),
        "checksums wrong": _patched(central, 16, b"\x00\x00\x00\x00"),
        "name length lies": _patched(central, 28, b"\xff\xff"),
        "extra length lies": _patched(local, 28, b"\xff\xff"),
        "entry climbs out": lambda: zipped(_parts() | {"../../../../outside.xml": b"<a/>"}),
        "entry at the root": lambda: zipped(_parts() | {"/etc/outside.xml": b"<a/>"}),
        "entry of a drive": lambda: zipped(_parts() | {"C:\\outside.xml": b"<a/>"}),
        "entry name of 60,000": lambda: zipped(_parts() | {"x" * 60_000: b"<a/>"}),
        "entry name with controls": lambda: zipped(_parts() | {"xl/\u202e\u0007\r\n.xml": b""}),
        "sheet twice": lambda: zipped(_parts(), {SHEET: b"<worksheet/>"}),
        "sheet in other case": lambda: zipped(_parts() | {SHEET.upper(): b"<worksheet/>"}),
        "40,000 entries": lambda: zipped(_parts() | {f"x/{n}": b"" for n in range(40_000)}),
        "bomb of 400 MB": lambda: zipped(_parts() | {"xl/media/a": b"\0" * (400 << 20)}),
        "bomb of small parts": lambda: zipped(
            _parts() | {f"xl/media/{n}": b"\0" * (2 << 20) for n in range(120)}
        ),
        "archive in an archive": lambda: zipped({"a.xlsx": _good(), "b.zip": zipped({"c": b""})}),
        "stored, not packed": lambda: _stored(_parts()),
    }
    for name in ("[Content_Types].xml", "_rels/.rels", BOOK, "xl/_rels/workbook.xml.rels", SHEET):
        found[f"without {name}"] = lambda gone=name: zipped(
            {part: content for part, content in _parts().items() if part != gone}
        )
        found[f"empty {name}"] = lambda gone=name: zipped(_parts() | {gone: b""})
    for share in (0.02, 0.3, 0.6, 0.95, 0.999):
        found[f"cut at {share}"] = good[: int(share * len(good))]
    for number in range(6):
        changed = bytearray(good)
        for _ in range(4**number):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        found[f"{4**number} bits changed"] = bytes(changed)
    text = as_text(answers())
    found |= {
        "gzip": zlib.compress(text),
        "7z": b"7z\xbc\xaf\x27\x1c" + chance.randbytes(200),
        "rar": b"Rar!\x1a\x07\x01\x00" + chance.randbytes(200),
        "pdf": b"%PDF-1.7\n" + chance.randbytes(300),
        "png": b"\x89PNG\r\n\x1a\n" + chance.randbytes(300),
        "html table": b"<html><table><tr><td>1</td></tr></table></html>",
        "XML of 2003": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "web archive": b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n",
        "text called xlsx": text,
        "sqlite": b"SQLite format 3\0" + b"\0" * 500,
    }
    for name, content in found.items():
        yield survey(f"archive: {name}", "archives", content)


def _stored(parts: dict[str, bytes]) -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return store.getvalue()


def _row(number: str, cells: str) -> bytes:
    return f'<row r="{number}">{cells}</row>'.encode()


def _sheets() -> Iterator[Case]:
    cell = '<c r="{}" t="inlineStr"><is><t>甲局</t></is></c>'
    added = {
        "last cell there can be": _row("1048576", cell.format("XFD1048576")),
        "the same in small letters": _row("1048576", cell.format("xfd1048576")),
        "the same by entity": _row("1048576", cell.format("&#88;FD1048576")),
        "the same with dollars": _row("1048576", cell.format("$XFD$1048576")),
        "row nought": _row("0", cell.format("A0")),
        "row of minus one": _row("-1", cell.format("A-1")),
        "row of 2^64": _row("18446744073709551616", cell.format("A18446744073709551616")),
        "row that is a word": _row("first", cell.format("first")),
        "reference of 60,000 letters": _row("30", cell.format("Z" * 60_000 + "1")),
        "reference empty": _row("30", cell.format("")),
        "row once more": _row("2", cell.format("A2")) * 3,
        "rows downwards": _row("40", cell.format("A40")) + _row("39", cell.format("A39")),
        "cells backwards": _row("40", cell.format("C40") + cell.format("A40")),
        "text of a million": _row("40", f'<c t="inlineStr"><is><t>{"长" * 1_000_000}</t></is></c>'),
        "number of 100,000 digits": _row("40", f'<c r="B40"><v>{"9" * 100_000}</v></c>'),
        "numbers that are none": _row("40", "".join(
            f"<c><v>{v}</v></c>" for v in ("NaN", "INF", "-1e999", "0x1F", "1_0", "١", "")
        )),
        "dates beyond time": _row("40", '<c r="B40" t="d"><v>99999-99-99T99:99:99</v></c>'),
        "an unknown type": _row("40", '<c r="B40" t="zzz"><v>1</v></c>'),
        "truth that is neither": _row("40", '<c r="B40" t="b"><v>maybe</v></c>'),
        "style that is not there": _row("40", '<c r="B40" s="99999"><v>1</v></c>'),
        "style of minus one": _row("40", '<c r="B40" s="-1"><v>1</v></c>'),
        "string that is not there": _row("40", '<c r="A40" t="s"><v>4294967296</v></c>'),
        "errors": _row("40", "".join(f'<c t="e"><v>{e}</v></c>' for e in ("#REF!", "#N/A", "x"))),
        "a formula and no value": _row("40", '<c r="B40"><f>1/0</f></c>'),
        "a formula over everything": _row(
            "40", '<c r="B40"><f t="array" ref="A1:XFD1048576">A1</f></c>'
        ),
        "200,000 elements deep": b"<a>" * 200_000 + b"</a>" * 200_000,
        "60,000 attributes": b"<row " + b" ".join(b'a%d="1"' % n for n in range(60_000)) + b"/>",
        "60,000 cells never closed": b'<row r="40">' + b'<c t="e" ' * 60_000 + b"</row>",
        "comment never closed": b"<!-- ",
        "controls": b"<row><c><v>\x00\x01\x02</v></c></row>",
        "half a pair": b"<row><c t='inlineStr'><is><t>&#xD83D;</t></is></c></row>",
        "bytes that are no UTF-8": b"<row><c t='str'><v>\xff\xfe\xc3</v></c></row>",
    }  # fmt: skip
    for name, xml in added.items():
        yield survey(
            f"sheet: {name}", "sheets",
            _changed(SHEET, lambda old, xml=xml: old.replace(END, xml + END)),
        )  # fmt: skip
    merged = {
        "all cells": ("A2:XFD1048576",),
        "backwards": ("C9:A2",),
        "over the head": ("A1:CV1",),
        "one over the other": ("A2:A5", "A4:A9", "A2:A2"),
        "no reference": ("", "甲局", "A2:"),
        "50,000 of them": tuple(f"A{n}:A{n + 1}" for n in range(2, 100_000, 2)),
    }
    for name, ranges in merged.items():
        listed = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
        xml = END + f"<mergeCells>{listed}</mergeCells>".encode()
        content = _changed(SHEET, lambda old, xml=xml: old.replace(END, xml))
        yield survey(f"sheet merged: {name}", "sheets", content, "--fill-merged")
    for name, ref in (("of all cells", "A1:XFD1048576"), ("backwards", "Z9:A1"), ("nought", "A0")):
        content = _rewritten(
            SHEET,
            lambda old, ref=ref: re.sub(
                rb'<dimension ref="[^"]*"', b'<dimension ref="%b"' % ref.encode(), old
            ),
        )
        yield survey(f"sheet dimension: {name}", "sheets", content)


def _strings() -> Iterator[Case]:
    """Entities and shared strings."""
    strings = "xl/sharedStrings.xml"
    laughs = b"".join(
        b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )  # fmt: skip
    doctypes = {
        "billion laughs": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + laughs + b"]>",
        "one entity of a megabyte": b'<!DOCTYPE x [<!ENTITY j "' + b"a" * (1 << 20) + b'">]>',
        "a file of the machine": b'<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/hostname">]>',
        "an address": b'<!DOCTYPE x [<!ENTITY j SYSTEM "http://127.0.0.1:9/x">]>',
        "a parameter": b'<!DOCTYPE x [<!ENTITY % j SYSTEM "file:///etc/hostname"> %j;]>',
        "a schema": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    }
    parts = (strings, SHEET, BOOK, "xl/styles.xml")
    for number, (name, doctype) in enumerate(doctypes.items()):
        for part in (parts * 2)[number % 4 :][:2]:
            content = _rewritten(
                part,
                lambda old, d=doctype: (
                    re.sub(rb"<\?xml[^>]*\?>", b"", old, count=1)
                    and (d + re.sub(rb"<\?xml[^>]*\?>\s*", b"", old, count=1)).replace(
                        b"<t>", b"<t>&j;", 1
                    )
                ),
            )
            marked = ("--annotated", "{case}/out.xlsx") if "styles" in part else ()
            label = Path(part).stem
            yield survey(f"entities: {name} in {label}", "strings", content, *marked)
    changes: dict[str, Callable[[bytes], bytes]] = {
        "count of 2^64": lambda old: re.sub(rb'ount="\d+"', b'ount="18446744073709551615"', old),
        "count of minus one": lambda old: re.sub(rb'ount="\d+"', b'ount="-1"', old),
        "none of them": lambda old: re.sub(rb"<si>.*</si>", b"", old, flags=re.S),
        "one of 200 MB": lambda old: old.replace(b"<t>", b"<t>" + b"A" * (200 << 20), 1),
        "UTF-16": lambda old: old.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "called UTF-7": lambda old: old.replace(b"UTF-8", b"UTF-7"),
        "called an encoding that is none": lambda old: old.replace(b"UTF-8", b"rot13"),
        "100,000 runs": lambda old: old.replace(b"<si>", b"<si>" + b"<r><t>a</t></r>" * 100_000, 1),
    }
    for name, change in changes.items():
        yield survey(f"strings: {name}", "strings", _rewritten(strings, change))


def _books() -> Iterator[Case]:
    relations = "xl/_rels/workbook.xml.rels"
    target = b'Target="worksheets/sheet1.xml"'
    changes: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
        "target a file of the machine": (
            relations, lambda old: old.replace(target, b'Target="file:///etc/hostname"')
        ),
        "target climbs out": (
            relations, lambda old: old.replace(target, b'Target="../../../../etc/hostname"')
        ),
        "target an address": (
            relations,
            lambda old: old.replace(target, b'Target="http://127.0.0.1:9/" TargetMode="External"'),
        ),
        "target itself": (relations, lambda old: old.replace(target, b'Target="workbook.xml"')),
        "no sheets": (BOOK, lambda old: re.sub(rb"<sheet .*/>", b"", old)),
        "all hidden": (BOOK, lambda old: old.replace(b"<sheet ", b'<sheet state="veryHidden" ')),
        "2,000 sheets": (
            BOOK,
            lambda old: old.replace(
                b"</sheets>",
                b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n + 9)
                         for n in range(2000)) + b"</sheets>",
            ),
        ),
        "sheet of no relation": (BOOK, lambda old: old.replace(b"rId1", b"rId99")),
        "sheet name of markup": (
            BOOK, lambda old: old.replace(b'"Data"', b'"[/red]&lt;b&gt;=1+1\'"')
        ),
        "sheet name of 50,000": (BOOK, lambda old: old.replace(b"Data", b"D" * 50_000)),
        "1904": (BOOK, lambda old: old.replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')),
        "names without end": (
            BOOK,
            lambda old: old.replace(
                b"</sheets>", b"</sheets><definedNames>"
                + b"".join(b'<definedName name="n%d">#REF!</definedName>' % n for n in range(50_000))
                + b"</definedNames>",
            ),
        ),
        "another namespace": (SHEET, lambda old: old.replace(MAIN, b"urn:x")),
        "no namespace": (SHEET, lambda old: old.replace(b' xmlns="' + MAIN + b'"', b"")),
    }  # fmt: skip
    for name, (part, change) in changes.items():
        yield survey(f"book: {name}", "books", _changed(part, change))
    styles = "xl/styles.xml"
    for name, change in {
        "a fill without pattern": lambda old: old.replace(b"<fill>", b"<fill/><fill>", 1),
        "100,000 formats": lambda old: old.replace(b"<cellXfs", b"<xf/>" * 100_000 + b"<cellXfs"),
        "nothing": lambda old: b"<styleSheet/>",
        "no XML": lambda old: b"style",
    }.items():
        content = _rewritten(styles, change)
        yield survey(f"styles: {name}", "books", content, "--annotated", "{case}/out.xlsx")
