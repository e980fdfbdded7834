"""Sound workbooks: which sheet, which header, and every kind of cell as the text a person sees."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.findings import Refused
from survey_data.reading import PAGE_LIMITS, Limits, RawTable, ReadOptions, parse
from survey_data.reading.grid import trimmed
from tests.survey_data.workbooks import (
    by_odfpy,
    by_xlsxwriter,
    by_xlsxwriter_merged,
    by_xlwt,
    parts_of,
    raw_workbook,
    text_row,
    workbook,
    zipped,
)

NOTES = text_row(1, ["Please fill in the other sheet."]) + text_row(2, ["Thank you."])
DATA = text_row(1, ["部门", "A"]) + text_row(2, ["教育局", "4"])


def read(content: bytes, limits: Limits = PAGE_LIMITS, **options: object) -> RawTable:
    return parse(content, limits, ReadOptions(**options))  # type: ignore[arg-type]


def cells(table: RawTable) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in table.columns.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def refused_code(content: bytes, limits: Limits = PAGE_LIMITS, **options: object) -> str:
    with pytest.raises(Refused) as caught:
        read(content, limits, **options)
    return caught.value.first.code


def by_openpyxl(*rows: list[object]) -> bytes:
    """A workbook written by another library than the one that reads it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def test_cells_read_as_the_text_that_a_person_sees() -> None:
    table = read(
        by_openpyxl(
            ["text", "whole", "float", "half", "date", "time", "yes", "digits"],
            ["教育局", 3, 3.0, 2.5, datetime.date(2025, 3, 2), datetime.time(9, 30), True, "007"],
        )
    )
    assert cells(table) == [["教育局", "3", "3", "2.5", "2025-03-02", "09:30:00", "TRUE", "007"]]
    assert (table.kind, table.encoding, table.sheet) == ("xlsx", None, "Sheet")


def test_an_answer_that_excel_turned_into_a_date_shows_as_that_date() -> None:
    table = read(by_openpyxl(["q"], [datetime.datetime(2026, 3, 2)]))
    assert cells(table) == [["2026-03-02"]]


def test_a_formula_reads_as_its_stored_result() -> None:
    rows = text_row(1, ["a", "b"])
    rows += '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><v>5</v></c></row>'
    table = read(raw_workbook(rows))
    assert cells(table) == [["2", "5"]]
    assert [(f.code, f.severity) for f in table.findings] == [("W231", "note")]


@pytest.mark.parametrize(
    ("formula", "text"),
    [("<f>A1</f>", "=A1"), ("<f>A1</f><v/>", "=A1"), ('<f t="shared" si="0"/>', "=…")],
)
def test_a_formula_without_a_stored_result_stays_visible_as_a_formula(
    formula: str, text: str
) -> None:
    rows = text_row(1, ["a", "b"])
    rows += f'<row r="2"><c r="A2">{formula}</c><c r="B2"><v>5</v></c></row>'
    assert cells(read(raw_workbook(rows))) == [[text, "5"]]


def test_error_cells_keep_their_error_in_their_place() -> None:
    rows = text_row(1, ["a", "b"])
    for number in range(2, 5):
        rows += (
            f'<row r="{number}"><c r="A{number}" t="e"><v>#DIV/0!</v></c>'
            f'<c r="B{number}"><v>5</v></c></row>'
        )
    assert cells(read(raw_workbook(rows))) == [["#DIV/0!", "5"]] * 3


def test_error_cells_are_found_wherever_the_sheet_is_cut_into_pieces() -> None:
    count = 30_000
    rows = text_row(1, ["a", "b"]) + "".join(
        f'<row r="{n}"><c r="A{n}" t="e"><v>#N/A</v></c><c r="B{n}"><v>{n * 7919 % 5}</v></c></row>'
        for n in range(2, count + 2)
    )
    table = read(raw_workbook(rows))
    assert table.columns.column(0).to_pylist() == ["#N/A"] * count


def test_merged_cells_in_the_data_are_named_and_filled_only_when_asked() -> None:
    content = by_xlsxwriter_merged()
    table = read(content)
    assert cells(table) == [["甲局", "1"], [None, "2"], ["乙局", "3"]]
    assert [(f.code, f.params["ranges"]) for f in table.findings] == [("W226", "A2:A3")]
    filled = read(content, fill_merged=True)
    assert [row[0] for row in cells(filled)] == ["甲局", "甲局", "乙局"]


def test_two_header_rows_under_merged_titles_become_one() -> None:
    store = io.BytesIO()
    with xlsxwriter.Workbook(store, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:A2", "部门")
        sheet.merge_range("B1:C1", "响应率")
        sheet.write_row("B2", ["分子", "分母"])
        sheet.write_row("A3", ["甲局", 3, 4])
    table = read(store.getvalue())
    assert table.headers == ("部门", "响应率—分子", "响应率—分母")
    assert cells(table) == [["甲局", "3", "4"]]
    assert table.row_numbers.to_pylist() == [3]


@pytest.mark.parametrize("write", [by_xlwt, by_odfpy], ids=["xls", "ods"])
def test_older_and_open_workbooks_read_like_new_ones(write) -> None:
    rows = [["部门", "A1-1a", "备注"], ["教育局", 4, "007"], ["财政局", 2.5, "é ③"]]
    table = read(write(rows))
    assert table.headers == ("部门", "A1-1a", "备注")
    assert cells(table) == [["教育局", "4", "007"], ["财政局", "2.5", "é ③"]]
    assert table.kind == ("xls" if write is by_xlwt else "ods")


@settings(max_examples=40)
@given(st.data())
def test_the_quick_reading_gives_cell_for_cell_what_the_exact_reading_gives(data) -> None:
    width = data.draw(st.integers(1, 4))
    cell = st.one_of(
        st.none(),
        st.integers(-9, 10**12),
        st.floats(-1e6, 1e6, width=32),
        st.booleans(),
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=5),
        st.dates(datetime.date(1950, 1, 1), datetime.date(2050, 1, 1)),
        st.sampled_from(["true", "2026-03-02 00:00:00", "1.0", "007", "NA"]),
    )
    headers = [f"h{index}" for index in range(width)]
    kinds = [
        data.draw(st.sampled_from([cell, st.integers(1, 5), st.floats(0, 9)])) for _ in headers
    ]
    rows = data.draw(
        st.lists(
            st.tuples(*kinds).filter(lambda r: any(c not in (None, "") for c in r)),
            min_size=1,
            max_size=6,
        )
    )
    plain = by_xlsxwriter([headers, *rows])
    exact = by_xlsxwriter([["", *headers], *[[None, *row] for row in rows]])
    assert cells(read(plain)) == cells(read(exact))


def test_links_to_other_workbooks_are_not_followed_and_their_stored_values_are_kept() -> None:
    rows = text_row(1, ["a", "b"])
    rows += (
        "<row r='2'><c r='A2'><f>[1]Sheet1!A1</f><v>42</v></c>"
        "<c r='B2' t='str'><f>HYPERLINK(\"http://192.0.2.1/x\")</f><v>seen</v></c></row>"
    )
    parts = parts_of({"Data": rows})
    parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        b'<Relationships><Relationship Id="rId1" Target="http://192.0.2.1/book.xlsx" '
        b'TargetMode="External"/></Relationships>'
    )
    assert cells(read(zipped(parts))) == [["42", "seen"]]


def test_texts_that_begin_like_formulas_stay_texts() -> None:
    table = read(workbook(["部门", "b"], ["=cmd|'/C calc'!A0", "＝1+1"]))
    assert cells(table) == [["=cmd|'/C calc'!A0", "＝1+1"]]


def test_a_sheet_of_notes_before_the_data_is_passed_over() -> None:
    table = read(zipped(parts_of({"Guide": NOTES, "Data": DATA})))
    assert table.sheet == "Data"
    assert not table.findings


def test_of_several_sheets_the_first_is_read_and_the_others_are_named() -> None:
    content = zipped(parts_of({"One": DATA, "Two": DATA}))
    table = read(content)
    assert (table.sheet, table.sheets) == ("One", ("One", "Two"))
    [finding] = table.findings
    assert (finding.code, finding.params["others"]) == ("W203", "Two")
    assert read(content, sheet="Two").sheet == "Two"


def test_a_hidden_sheet_is_named_and_not_read() -> None:
    table = read(zipped(parts_of({"Secret": DATA, "Data": DATA}, hidden=("Secret",))))
    assert table.sheet == "Data"
    assert [(f.code, f.params["sheets"]) for f in table.findings] == [("W202", "Secret")]


def test_a_workbook_whose_sheets_are_all_hidden_has_no_data_sheet() -> None:
    assert refused_code(zipped(parts_of({"Data": DATA}, hidden=("Data",)))) == "E116"


def test_a_sheet_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused) as caught:
        read(zipped(parts_of({"One": DATA})), sheet="Drei")
    assert caught.value.first.code == "E119"
    assert caught.value.first.params == {"sheet": "Drei", "sheets": "One"}


def test_title_rows_and_empty_rows_are_left_out_and_counted() -> None:
    rows = text_row(1, ["Survey of the city"]) + text_row(3, ["部门", "A", "B"])
    rows += text_row(4, ["教育局", "1", "2"]) + text_row(7, ["民政局", "3", "4"])
    table = read(raw_workbook(rows))
    assert table.headers == ("部门", "A", "B")
    assert (table.header_row, table.row_numbers.to_pylist()) == (3, [4, 7])
    assert table.ignored == 4


@pytest.mark.parametrize("rows", ["", text_row(1, ["a", "b"])])
def test_a_sheet_without_data_rows_is_refused(rows: str) -> None:
    assert refused_code(raw_workbook(rows)) == "E126"


@pytest.mark.parametrize("row", [0, 3, 50])
def test_a_header_row_outside_the_sheet_is_refused(row: int) -> None:
    assert refused_code(raw_workbook(DATA), header_row=row) == "E126"


def test_too_many_rows_are_refused() -> None:
    few = Limits(**{**vars(PAGE_LIMITS), "rows": 3})
    assert refused_code(workbook(["a", "b"], *[["1", "2"]] * 4), few) == "E111"
    assert len(read(workbook(["a", "b"], *[["1", "2"]] * 3), few)) == 3


_CELL = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12
).filter(lambda text: "_x" not in text)  # _x0041_ is the format's own way to write A


@given(
    rows=st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(_CELL, min_size=width, max_size=width), min_size=1, max_size=5
        )
    )
)
def test_whatever_was_written_as_text_is_read_back_cell_by_cell(rows: list[list[str]]) -> None:
    headers = [f"q{index}" for index in range(len(rows[0]))]
    kept = [[cell or None for cell in row] for row in rows if any(map(trimmed, row))]
    if not kept:
        return
    table = read(workbook(headers, *rows), header_row=1)
    assert table.headers == tuple(headers)
    assert cells(table) == kept
    assert table.row_numbers.to_pylist() == [
        number for number, row in enumerate(rows, 2) if any(map(trimmed, row))
    ]
