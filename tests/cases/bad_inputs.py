"""The list of bad inputs: each a real file, made here, with what must be said of it.

Numbers are those of the project's list of bad inputs (container and file 1-28, text 29-45, values
46-65, SPSS 66-73).
"""

from __future__ import annotations

import datetime
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import xlsxwriter

from indicators.framework import default_framework
from tests.survey_data.workbooks import (
    by_xlsxwriter,
    by_xlsxwriter_merged,
    by_xlwt,
    parts_of,
    raw_workbook,
    text_row,
    zipped,
)

A, B = [item.id for item in default_framework().items[:2]]
HEAD = ["部门", A, B]
GOOD = [HEAD, ["教育局", "4", "5"], ["财政局", "3", "2"]]
ROWS = "".join(text_row(n, row) for n, row in enumerate(GOOD, 1))


@dataclass(frozen=True)
class Case:
    """``code`` None: read without a remark. ``refused``: the import stops; else it is reported."""

    number: int
    name: str
    content: Callable[[], bytes]
    code: str | None
    refused: bool = False
    accepted: int | None = None


def csv(*rows: list[str], encoding: str = "utf-8") -> bytes:
    return "\n".join(",".join(row) for row in rows).encode(encoding)


def answers(*rows: list[str]) -> Callable[[], bytes]:
    return lambda: csv(HEAD, *rows)


def answer(text: str) -> Callable[[], bytes]:
    """A sound row and one whose first answer is this text."""
    return lambda: by_xlsxwriter([HEAD, ["教育局", "4", "5"], ["财政局", text, "2"]])


def bomb(kind: str) -> bytes:
    parts = parts_of({"Data": ROWS})
    if kind == "string":
        parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"a" * (120 << 20) + b"</t></si></sst>"
    elif kind == "entity":
        parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + parts["xl/workbook.xml"]
    elif kind == "external":
        entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        parts["xl/worksheets/sheet1.xml"] = entity + parts["xl/worksheets/sheet1.xml"]
    elif kind == "slip":
        parts["../../outside.xml"] = b"<a/>"
    elif kind == "entries":
        parts |= {f"xl/media/{n}.bin": b"" for n in range(300)}
    return zipped(parts)


def twice() -> bytes:
    store = io.BytesIO(zipped(parts_of({"Data": ROWS})))
    with zipfile.ZipFile(store, "a") as archive:
        archive.writestr("xl/worksheets/SHEET1.xml", b"<worksheet/>")
    return store.getvalue()


def without(part: str) -> bytes:
    parts = parts_of({"Data": ROWS})
    del parts[part]
    return zipped(parts)


def shared_string_missing() -> bytes:
    return raw_workbook(ROWS + '<row r="4"><c r="A4" t="s"><v>99</v></c></row>')


def long_sheet() -> bytes:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><v>2</v></c></row>'
        for n in range(2, 200_100)
    )
    return raw_workbook(text_row(1, HEAD) + rows)


def linked() -> bytes:
    parts = parts_of({"Data": ROWS})
    parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    return zipped(parts)


def chart_alone() -> bytes:
    store = io.BytesIO()
    with xlsxwriter.Workbook(store, {"in_memory": True}) as book:
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Gone!$A$1:$A$2"})
        book.add_chartsheet().set_chart(chart)
    return store.getvalue()


def archive_of_workbooks() -> bytes:
    return zipped({"a.xlsx": zipped(parts_of({"Data": ROWS})), "b.xlsx": b"PK"})


def with_cell(xml: str) -> Callable[[], bytes]:
    """A sound row and one whose first answer is this piece of XML."""
    row = f'<row r="3"><c r="A3" t="inlineStr"><is><t>财政局</t></is></c>{xml}</row>'
    return lambda: raw_workbook(text_row(1, HEAD) + text_row(2, GOOD[1]) + row)


def dated() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, ["教育局", 4, 5], ["财政局", datetime.date(2026, 3, 2), 2]):
        sheet.append(row)
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def sav(change: Callable[[bytes], bytes] = lambda content: content, **options: object) -> bytes:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"部门": ["教育局", "财政局"], A.replace("-", "_"): [1.0, 5.0]})
    labels = {A.replace("-", "_"): f"【{A}】题目"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.sav"
        pyreadstat.write_sav(frame, path, column_labels=labels, **options)
        return change(path.read_bytes())


def turned() -> bytes:
    names = ["非常同意", "同意", "一般", "不同意", "非常不同意"]
    return sav(variable_value_labels={A.replace("-", "_"): dict(enumerate(names, 1))})


def partly_labelled() -> bytes:
    return sav(variable_value_labels={A.replace("-", "_"): {1: "非常不同意", 2: "不同意"}})


def wide_names() -> bytes:
    import pandas as pd
    import pyreadstat

    name = "我部门明确了负责数据共享工作的机构"
    frame = pd.DataFrame(
        {"部门": ["教育局", "财政局"], name: [1.0, 5.0], "备注": ["字" * 8_000, "x"]}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.sav"
        pyreadstat.write_sav(frame, path, column_labels={name: f"【{A}】题目"})
        return path.read_bytes()


def old_epoch() -> bytes:
    """The date system of 1904, as old Macintosh workbooks have it."""
    store = io.BytesIO()
    with xlsxwriter.Workbook(store, {"in_memory": True, "date_1904": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["序号", "提交答卷时间", *HEAD])
        sheet.write_row(1, 0, [1, None, "教育局", 4, 5])
        sheet.write_datetime(1, 1, datetime.datetime(2026, 9, 3, 12, 30), day)
    return store.getvalue()


def mislabelled() -> bytes:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"department": ["教育局", "财政局"], "q": [1.0, 5.0]})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.sav"
        pyreadstat.write_sav(frame, path, column_labels={"q": f"[{A}]"})
        content = path.read_bytes()
    for name in ("教育局", "财政局"):
        content = content.replace(name.encode(), name.encode("gbk").ljust(len(name.encode())))
    return content


def more_cases_said(content: bytes) -> bytes:
    """The number of cases stands at byte 80 of the header."""
    return content[:80] + (2**31 - 1).to_bytes(4, "little") + content[84:]


CONTAINER = [
    Case(1, "an empty file", lambda: b"", "E101", True),
    Case(2, "a truncated workbook", lambda: zipped(parts_of({"D": ROWS}))[:600], "E102", True),
    Case(3, "a web page called a workbook", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "E103", True),
    Case(4, "a workbook with a password", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 40, "E104", True),
    Case(5, "an older workbook under a new name", lambda: by_xlwt(GOOD), None, accepted=2),
    Case(6, "a workbook with macros", lambda: zipped(parts_of({"D": ROWS}) | {"xl/vbaProject.bin": b"\0"}), "W207", accepted=2),
    Case(7, "a binary workbook", lambda: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\0"}), "E107", True),
    Case(8, "a PDF called a csv", lambda: b"%PDF-1.7\n1 0 obj", "E103", True),
    Case(9, "an archive of workbooks", archive_of_workbooks, "E108", True),
    Case(10, "a workbook that unpacks to 120 MiB", lambda: bomb("string"), "E110", True),
    Case(11, "a sheet of more than 200,000 rows", long_sheet, "E111", True),
    Case(12, "cells at both ends of the sheet", lambda: raw_workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "E112", True),
    Case(13, "an entity of its own", lambda: bomb("entity"), "E113", True),
    Case(14, "an entity from a file", lambda: bomb("external"), "E113", True),
    Case(15, "a path that leaves the archive", lambda: bomb("slip"), "E114", True),
    Case(16, "one part twice", twice, "E114", True),
    Case(17, "very many entries", lambda: bomb("entries"), "E110", True),
    Case(18, "no content types", lambda: without("[Content_Types].xml"), "E102", True),
    Case(19, "a sheet without its part", lambda: without("xl/worksheets/sheet1.xml"), "E102", True),
    Case(20, "a shared string that is not there", shared_string_missing, "E102", True),
    Case(21, "a cell reference outside every sheet", lambda: raw_workbook(ROWS + '<row><c r="ZZZZZ99999999"><v>1</v></c></row>'), "E115", True),
    Case(22, "links to other workbooks", linked, "W201", accepted=2),
    Case(23, "two visible sheets", lambda: zipped(parts_of({"甲": ROWS, "乙": ROWS})), "W203", accepted=2),
    Case(23, "a hidden sheet", lambda: zipped(parts_of({"藏": ROWS, "乙": ROWS}, hidden=("藏",))), "W202", accepted=2),
    Case(23, "only a chart", chart_alone, "E116", True),
    Case(27, "a file of 21 MB", lambda: csv(*GOOD) + b"\n" * (21 << 20), "E118", True),
]  # fmt: skip

TEXT = [
    Case(29, "a GB18030 file", lambda: csv(*GOOD, encoding="gb18030"), None, accepted=2),
    Case(30, "a UTF-8 file with a mark", lambda: csv(*GOOD, encoding="utf-8-sig"), None, accepted=2),
    Case(31, "a UTF-16 file with tabs", lambda: "\n".join("\t".join(r) for r in GOOD).encode("utf-16"), None, accepted=2),
    Case(32, "a UTF-8 header over a GBK body", lambda: ",".join(["部门", A, "单位全称"]).encode() + "\n教育局,4,丙\n".encode("gbk"), "E120", True),
    Case(33, "a Big5 file", lambda: csv(["部門", A, "備註"], ["教育局", "4", "這個說法還需要討論"], ["財政局", "3", "資訊不夠清楚"], encoding="big5"), "W216", True),
    Case(34, "a NUL", lambda: csv(*GOOD) + b"\nx,\x004,1", "E121", True),
    Case(35, "a quotation mark that is not closed", answers(['"教育局', "4", "5"]), "E122", True),
    Case(36, "a row longer than the header", answers(["教育局", "4", "5", "6"]), "E123", True),
    Case(37, "a row shorter than the header", answers(["教育局", "4"], ["财政局", "3", "2"]), "W223", accepted=2),
    Case(38, "semicolons", lambda: "\n".join(";".join(r) for r in GOOD).encode(), None, accepted=2),
    Case(39, "line ends of old", lambda: csv(*GOOD).replace(b"\n", b"\r"), None, accepted=2),
    Case(40, "a cell of 40,000 characters", lambda: csv(HEAD, ["x" * 40_000, "4", "5"]), "E124", True),
    Case(41, "more than 600 columns", lambda: csv([*HEAD, *[f"c{n}" for n in range(700)]], ["x"] * 703), "E125", True),
    Case(42, "a header alone", lambda: csv(HEAD), "E126", True),
    Case(42, "no header", lambda: csv(["1", "4", "5"], ["2", "3", "2"]), "W217", True),
    Case(43, "a title above the header", lambda: by_xlsxwriter([["2026 年调查"], *GOOD]), None, accepted=2),
    Case(43, "merged cells in the data", by_xlsxwriter_merged, "W226", True),
    Case(44, "one name twice", lambda: csv(["部门", A, "备注", "备注"], ["教育局", "4", "a", "b"]), "E127", accepted=1),
    Case(45, "a column without a name", lambda: csv(["部门", A, " "], ["教育局", "4", "b"]), "E128", accepted=1),
]  # fmt: skip

VALUES = [
    *[Case(46, f"the answer {text}", answer(text), "E151", accepted=1) for text in ("6", "0", "-1", "99", "2.5")],
    *[Case(47, f"the mark {text}", answer(text), "N151", accepted=2) for text in ("-3", "-2", "(跳过)", "(空)")],
    *[Case(48, f"the answer {text}", answer(text), code, accepted=2) for text, code in ((" 3 ", None), ("３", None), ("3分", "N263"), ("③", None), ("五", "N263"), ("5-非常同意", "N263"), ("A.非常同意", "N263"))],
    Case(48, "an unknown text", answer("还行吧"), "E152", accepted=1),
    Case(49, "an answer that became a date", dated, "E130", accepted=1),
    Case(50, "a formula without a result", with_cell('<c r="B3"><f>A1+1</f></c>'), "E131", accepted=1),
    Case(50, "a formula with its result", with_cell('<c r="B3"><f>2+1</f><v>3</v></c>'), "W231", accepted=2),
    Case(51, "an error cell", with_cell('<c r="B3" t="e"><v>#DIV/0!</v></c>'), "E132", accepted=1),
    *[Case(52, f"the answer {text}", answer(text), "E133", accepted=1) for text in ("inf", "1e400")],
    *[Case(53, f"a department called {name}", answers([name, "4", "5"], ["财政局", "3", "2"]), None, accepted=2) for name in ("NA", "None", "null", "007")],
    Case(54, "a department without a name", answers(["", "4", "5"], ["财政局", "3", "2"]), "E153", accepted=1),
    Case(54, "a name near to another", answers(["教育局", "4", "5"], ["教育 局", "3", "2"]), None, accepted=2),
    Case(56, "a text that begins like a formula", answers(["=cmd|'/C calc'!A0", "4", "5"]), None, accepted=1),
    Case(57, "a name that is markup", answers(["<script>alert(1)</script>", "4", "5"]), None, accepted=1),
    Case(58, "control characters in a name", answers(["教育\x0b局\u202e", "4", "5"]), "W240", accepted=1),
    Case(60, "a column of telephone numbers", lambda: csv([*HEAD, "联系方式"], ["教育局", "4", "5", "13800138000"]), "E150", accepted=1),
    Case(61, "one respondent number twice", lambda: csv(["序号", "提交答卷时间", *HEAD], ["7", "2026/9/3 12:00:00", "教育局", "4", "5"], ["7", "2026/9/3 12:10:00", "财政局", "3", "2"]), "W250", accepted=2),
    Case(62, "one answer throughout", lambda: csv(HEAD, *[["教育局", "4", str(n % 5 + 1)] for n in range(12)]), "W252", accepted=12),
    Case(62, "a column without answers", lambda: csv(HEAD, *[["教育局", "", "3"], ["财政局", "", "4"]]), "W251", accepted=2),
    Case(63, "a time in the future", lambda: csv(["序号", "提交答卷时间", "所用时间", *HEAD], ["1", "2126/9/3 12:00:00", "99秒", "教育局", "4", "5"]), "E134", accepted=1),
    Case(63, "dates in the system of 1904", old_epoch, None, accepted=1),
    Case(64, "questions of another framework", lambda: csv(["部门", "甲", "乙"], ["教育局", "4", "5"]), "E143", True),
    Case(65, "a department of one person", answers(["教育局", "4", "5"]), None, accepted=1),
]  # fmt: skip

STATISTICS = [
    Case(66, "a truncated .sav", lambda: sav(lambda content: content[:400]), "E102", True),
    Case(67, "noise after the mark of SPSS", lambda: b"$FL2" + bytes(range(256)) * 3, "E103", True),
    Case(69, "declared missing codes", lambda: sav(missing_ranges={A.replace("-", "_"): [5]}), "N151", accepted=2),
    Case(70, "value labels the other way round", turned, "W262", accepted=2),
    Case(70, "codes without a label", partly_labelled, "W260", accepted=2),
    Case(68, "a GBK .sav that says it is UTF-8", mislabelled, "W218", accepted=2),
    Case(71, "an encrypted .sav", lambda: b"ENCRYPTEDSAV" + b"\0" * 60, "E104", True),
    Case(72, "a header that claims 2³¹ − 1 cases", lambda: sav(more_cases_said), "W261", accepted=2),
    Case(73, "long Chinese names and very wide texts", wide_names, None, accepted=2),
]  # fmt: skip

CASES = [*CONTAINER, *TEXT, *VALUES, *STATISTICS]
