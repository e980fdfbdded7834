"""Files made to break their reader: each is refused with its code, and the program goes on.

Codes and cases: reliability.md C3, 1-28.
"""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indicators.findings import Refused
from survey_data.reading import PAGE_LIMITS, Limits, RawTable, parse, read
from tests.survey_data.workbooks import (
    parts_of,
    raw_workbook,
    sheet_xml,
    text_row,
    workbook,
    zipped,
)

GOOD = text_row(1, ["部门", "A"]) + text_row(2, ["教育局", "4"])


def code_of(content: bytes, limits: Limits = PAGE_LIMITS) -> str:
    """The code with which the limited child process refuses the file."""
    with pytest.raises(Refused) as caught:
        read(content, limits)
    assert caught.value.first.message["zh"] and caught.value.first.fix["en"]
    return caught.value.first.code


def test_the_parent_reads_on_after_every_kind_of_refusal() -> None:
    assert code_of(b"") == "E101"
    table = read(workbook(["部门", "A"], ["教育局", "4"]))
    assert table.headers == ("部门", "A")
    assert table.columns.column(1).to_pylist() == ["4"]


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_small_workbook_with_cells_at_both_ends_of_the_sheet_is_refused(quote: str) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ).replace('"', quote)
    content = raw_workbook(rows)
    assert len(content) < 5_000
    assert code_of(content) == "E112"


def test_the_same_workbook_as_a_spreadsheet_library_writes_it_is_refused() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = 1, 1
    store = io.BytesIO()
    book.save(store)
    assert code_of(store.getvalue()) == "E112"


def test_a_reader_that_dies_of_memory_is_reported_and_the_parent_lives() -> None:
    """A spelling of the place that the look through the parts does not know reaches the reader."""
    rows = '<row><c r = "A1"><v>1</v></c><c r = "XFD1048576"><v>1</v></c></row>'
    assert code_of(raw_workbook(rows)) == "E109"


def test_rows_beyond_the_limit_are_told_from_stray_cells() -> None:
    stray = text_row(1, ["a", "b"]) + text_row(1_000_000, ["x", "y"])
    assert code_of(raw_workbook(stray)) == "E112"


def test_too_many_columns_are_refused() -> None:
    cells = "".join(f"<c r='WC{n}'><v>{n}</v></c></row><row>" for n in range(1, 80))
    assert code_of(raw_workbook(f"<row>{cells}</row>")) == "E125"


@pytest.mark.parametrize("reference", ["ZZZZZ99999999", "A1048577", "ABCD1", "B99999999"])
def test_a_cell_reference_outside_every_sheet_is_refused(reference: str) -> None:
    assert code_of(raw_workbook(f'<row><c r="{reference}"><v>1</v></c></row>')) == "E115"


def test_a_part_that_unpacks_to_a_thousand_times_its_size_is_refused() -> None:
    parts = parts_of({"Data": GOOD})
    parts["xl/sharedStrings.xml"] = b"<sst>" + b"A" * 200_000_000 + b"</sst>"
    content = zipped(parts)
    assert len(content) < 1_000_000
    assert code_of(content) == "E110"


def test_parts_that_together_unpack_beyond_the_limit_are_refused() -> None:
    parts = parts_of({"Data": GOOD})
    block = os.urandom(40_000) * 50
    parts |= {f"xl/media/{n}.bin": block for n in range(4)}
    assert code_of(zipped(parts), replace(PAGE_LIMITS, unpacked=5_000_000, ratio=10**6)) == "E110"


def test_an_archive_of_very_many_entries_is_refused() -> None:
    parts = parts_of({"Data": GOOD}) | {f"xl/{n}.txt": b"" for n in range(300)}
    assert code_of(zipped(parts)) == "E110"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    "doctype",
    [
        LAUGHS,
        '<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "<!doctype z>",
        " " * 1_100_000 + LAUGHS,
    ],
)
def test_entity_definitions_are_refused_wherever_they_stand(doctype: str) -> None:
    parts = parts_of({"Data": GOOD})
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        wrong = parts | {name: doctype.encode() + parts[name]}
        assert code_of(zipped(wrong), replace(PAGE_LIMITS, ratio=10**6)) == "E113"


def test_xml_in_an_encoding_that_hides_its_entities_is_refused() -> None:
    parts = parts_of({"Data": GOOD})
    hidden = (LAUGHS + sheet_xml(GOOD)).encode("utf-16")
    assert code_of(zipped(parts | {"xl/worksheets/sheet1.xml": hidden})) == "E113"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_called_damaged(share: float) -> None:
    content = workbook(["部门", "A"], *[["教育局", str(n)] for n in range(50)])
    assert code_of(content[: int(share * len(content))]) == "E102"


@pytest.mark.parametrize(
    "missing", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]
)
def test_a_workbook_without_one_of_its_parts_is_called_damaged(missing: str) -> None:
    parts = parts_of({"Data": GOOD})
    del parts[missing]
    assert code_of(zipped(parts)) == "E102"


def test_a_shared_text_that_is_not_there_is_called_damaged() -> None:
    rows = text_row(1, ["a", "b"]) + '<row r="2"><c r="A2" t="s"><v>9</v></c></row>'
    assert code_of(raw_workbook(rows)) == "E102"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "E103"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 40,
            "E104",
        ),
        (b"%PDF-1.7\n1 0 obj", "E103"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "E103"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "E103"),
        (b"\x7fELF\x02\x01\x01", "E103"),
        (b"MZ\x90\x00", "E103"),
        (b"\x1f\x8b\x08\x00", "E103"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "E103"),
        (b"\xef\xbb\xbf <!DOCTYPE html><html></html>", "E103"),
    ],
)
def test_other_formats_are_known_by_their_content_whatever_their_name(
    start: bytes, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        parse(start, PAGE_LIMITS)
    assert caught.value.first.code == code


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"xl/workbook.bin": b"\x00"}, "E107"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "E107"),
        ({"../../outside.xml": b"<a/>"}, "E114"),
        ({"/etc/outside.xml": b"<a/>"}, "E114"),
        ({"C:\\outside.xml": b"<a/>"}, "E114"),
        ({"XL/Worksheets/SHEET1.xml": b"<a/>"}, "E114"),
    ],
)
def test_parts_that_no_survey_needs_are_refused(extra: dict[str, bytes], code: str) -> None:
    assert code_of(zipped(parts_of({"Data": GOOD}) | extra)) == code


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/VBAProject.bin"])
def test_macros_are_noted_and_the_cells_are_read(name: str) -> None:
    table = read(zipped(parts_of({"Data": GOOD}) | {name: b"\x00"}))
    assert [(f.code, f.severity) for f in table.findings] == [("W207", "note")]
    assert len(table) > 0


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused() -> None:
    parts = parts_of({"Data": GOOD})
    again = {"xl/worksheets/sheet1.xml": sheet_xml(text_row(1, ["other"])).encode()}
    assert code_of(zipped(parts, again)) == "E114"


def test_an_archive_of_spreadsheets_is_told_from_a_spreadsheet() -> None:
    inner = workbook(["a", "b"], ["1", "2"])
    assert code_of(zipped({"one.xlsx": inner, "two.csv": b"a,b"})) == "E108"
    assert code_of(zipped({"readme.txt": b"hello"})) == "E103"


def test_an_entry_that_is_marked_as_encrypted_is_called_protected() -> None:
    content = bytearray(workbook(["a", "b"], ["1", "2"]))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        first = archive.infolist()[0]
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature, first.header_offset if offset == 6 else 0)
        content[at + offset] |= 1
    assert code_of(bytes(content)) == "E104"


def test_a_cell_of_two_million_characters_is_refused_with_its_row() -> None:
    words = "".join(f"{n:x} " for n in range(330_000))[:2_000_000]
    with pytest.raises(Refused) as caught:
        read(workbook(["a", "b"], ["1", words]))
    assert (caught.value.first.code, caught.value.first.where) == ("E124", {"row": 2})


@pytest.mark.parametrize("nul", ["x_x0000_y", "&#0;"])
def test_a_nul_in_a_cell_is_refused(nul: str) -> None:
    rows = text_row(1, ["a", "b"]) + (
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>{nul}</t></is></c></row>'
    )
    assert code_of(raw_workbook(rows)) == ("E121" if "_x" in nul else "E102")


@settings(max_examples=150)
@given(data=st.data())
def test_damage_at_any_place_is_refused_or_read_but_never_crashes(data: st.DataObject) -> None:
    content = bytearray(workbook(["部门", "A"], ["教育局", "4"], ["民政局", "5"]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(parse(bytes(content), PAGE_LIMITS), RawTable)
    except Refused as refusal:
        assert refusal.first.code.startswith("E1")


@given(content=st.binary(max_size=300))
@example(content=b"a\rb\nc")
def test_any_bytes_are_refused_or_read_but_never_crash(content: bytes) -> None:
    try:
        assert isinstance(parse(content, PAGE_LIMITS), RawTable)
    except Refused as refusal:
        assert refusal.first.code.startswith("E1")
