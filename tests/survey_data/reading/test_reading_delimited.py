"""Delimited files: encodings, delimiters, headers and rows (contract.md 3, reliability.md C3)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.findings import Refused
from survey_data.reading import PAGE_LIMITS, Limits, RawTable, ReadOptions, parse
from survey_data.reading.grid import trimmed

TEXT = "部门,意愿,信任\n教育局,4,同意\n民政局,,3\n"


def read(content: bytes | str, **options: object) -> RawTable:
    raw = content.encode() if isinstance(content, str) else content
    return parse(raw, PAGE_LIMITS, ReadOptions(**options))  # type: ignore[arg-type]


def cells(table: RawTable) -> list[list[str | None]]:
    """Rows of texts; None is an empty cell."""
    columns = [column.to_pylist() for column in table.columns.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def refusal(content: bytes | str, limits: Limits = PAGE_LIMITS, **options: object) -> Refused:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(Refused) as caught:
        parse(raw, limits, ReadOptions(**options))  # type: ignore[arg-type]
    return caught.value


def codes(table: RawTable) -> list[str]:
    return [finding.code for finding in table.findings]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_a_file_reads_the_same_in_every_encoding(encoding: str, named: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    table = read(mark + TEXT.encode(encoding))
    assert table.headers == ("部门", "意愿", "信任")
    assert cells(table) == [["教育局", "4", "同意"], ["民政局", None, "3"]]
    assert table.encoding == named


def test_a_short_gb18030_file_is_not_taken_for_another_encoding() -> None:
    assert cells(read("部门,a\n信访局,1\n".encode("gbk"))) == [["信访局", "1"]]


def test_a_gb18030_body_under_a_utf_8_header_is_refused_at_its_first_row() -> None:
    content = "部门,意愿程度\n".encode() + "教育局,4\n".encode("gb18030")
    refused = refusal(content)
    assert refused.first.code == "E120"
    assert refused.first.where == {"row": 2}


def test_an_encoding_that_a_person_names_is_taken() -> None:
    assert cells(read("部门,a\n教育局,1\n".encode("big5", "ignore"), encoding="big5"))
    assert refusal("é".encode("latin-1") * 3, encoding="utf-8").first.code == "E120"


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(mark: str) -> None:
    table = read(TEXT.replace(",", mark))
    assert table.headers == ("部门", "意愿", "信任")
    assert table.delimiter == mark


def test_a_title_with_a_comma_above_a_tab_table_does_not_hide_the_tabs() -> None:
    table = read("Survey of the city, 2025\n部门\tA\tB\n教育局\t1\t2\n民政局\t3\t4\n")
    assert table.headers == ("部门", "A", "B")
    assert (table.header_row, table.ignored) == (2, 1)
    assert table.row_numbers.to_pylist() == [3, 4]


def test_commas_in_the_questions_of_a_semicolon_file_do_not_split_it() -> None:
    table = read("dept;Rules, money, staff, tools, time;b\nx;1;2\ny;3;4\n")
    assert table.headers == ("dept", "Rules, money, staff, tools, time", "b")


def test_decimal_commas_of_a_semicolon_file_do_not_split_it() -> None:
    table = read("dept;a;b;c\nx;3,5;2,5;1,0\ny;3,5;2,5;1,0\n")
    assert cells(table)[0] == ["x", "3,5", "2,5", "1,0"]


def test_a_delimiter_that_a_person_names_is_taken() -> None:
    assert read("a;b,c\n1;2,3\n", delimiter=",").headers == ("a;b", "c")


def test_title_rows_above_the_header_are_left_out_and_counted() -> None:
    table = read("数据共享调查,,\n2025年,,\n部门,A,B\n教育局,1,2\n")
    assert table.headers == ("部门", "A", "B")
    assert (table.header_row, table.ignored) == (3, 2)


def test_a_person_may_name_the_header_row() -> None:
    table = read("a,b\nc,d\n1,2\n", header_row=2)
    assert table.headers == ("c", "d")
    assert cells(table) == [["1", "2"]]


@pytest.mark.parametrize("row", [0, -1, 4, 99])
def test_a_header_row_outside_the_file_is_refused(row: int) -> None:
    assert refusal("a,b\n1,2\n3,4\n", header_row=row).first.code == "E126"


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b" \t \n", b"\x00\x00"])
def test_a_file_without_content_is_called_empty(content: bytes) -> None:
    assert refusal(content).first.code == "E101"


@pytest.mark.parametrize(
    "content", ["a,b,c\n", "a,b,c", "\ufeffa,b\n", "a,b\n\n\n", "\ufeff", "a,b\n,\n"]
)
def test_a_header_without_rows_is_refused(content: str) -> None:
    assert refusal(content).first.code == "E126"


def test_two_columns_of_one_name_are_both_kept_and_said() -> None:
    table = read("部门,评分,评分\nx,1,2\n")
    assert table.headers == ("部门", "评分", "评分")
    [finding] = table.findings
    assert (finding.code, finding.where["column"]) == ("E127", "B, C")


def test_a_column_with_answers_but_no_name_is_kept_under_its_letter() -> None:
    table = read("部门,,B\nx,1,2\n")
    assert table.headers == ("部门", "(B)", "B")
    assert codes(table) == ["E128"]


def test_columns_without_name_and_content_are_left_out() -> None:
    assert read("a,b,,\n1,2,,\n3,4,,\n").headers == ("a", "b")


def test_a_row_with_more_cells_than_the_header_is_refused_not_shifted() -> None:
    refused = refusal("a,b\n1,2\n3,4,5\n")
    assert refused.first.code == "E123"
    assert refused.first.where == {"row": 3}
    assert refused.first.params == {"cells": 3, "width": 2}


def test_a_row_with_fewer_cells_is_read_with_empty_ones_and_said() -> None:
    table = read("a,b,c\n1,2,3\n4,5\n6\n")
    assert cells(table)[1:] == [["4", "5", None], ["6", None, None]]
    [finding] = table.findings
    assert (finding.code, finding.where, finding.params) == ("W223", {"row": 3}, {"count": 2})


def test_a_quotation_mark_that_is_never_closed_is_refused_at_the_row_that_opens_it() -> None:
    refused = refusal('a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert refused.first.code == "E122"
    assert refused.first.where == {"row": 3}


def test_line_ends_within_quotes_keep_the_row_numbers_of_the_spreadsheet() -> None:
    table = read('a,b\n"one\ntwo",2\n3,4\n')
    assert cells(table) == [["one\ntwo", "2"], ["3", "4"]]
    assert table.row_numbers.to_pylist() == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_reads_the_same(end: str) -> None:
    assert cells(read(TEXT.replace("\n", end))) == cells(read(TEXT))


def test_a_cell_of_two_million_characters_is_refused_with_its_row() -> None:
    refused = refusal("a,b\n1,2\n3," + "x" * 2_000_000 + "\n")
    assert (refused.first.code, refused.first.where) == ("E124", {"row": 3})


def test_a_cell_of_the_greatest_length_that_excel_knows_is_read() -> None:
    assert cells(read("a,b\n1," + "x" * 32_767 + "\n"))[0][1] == "x" * 32_767


def test_too_many_columns_and_too_many_rows_are_refused() -> None:
    wide = ",".join(f"c{i}" for i in range(601)) + "\n" + ",".join("1" * 601) + "\n"
    assert refusal(wide).first.code == "E125"
    few = Limits(**{**vars(PAGE_LIMITS), "rows": 3})
    assert refusal("a\n1\n2\n3\n4\n", few).first.code == "E111"
    assert len(parse(b"a\n1\n2\n3\n", few)) == 3


def test_a_file_over_the_size_limit_is_refused() -> None:
    assert refusal(TEXT, Limits(**{**vars(PAGE_LIMITS), "file": 20})).first.code == "E118"


def test_texts_that_look_like_missing_values_or_numbers_stay_texts() -> None:
    table = read("部门,值\nNA,1.0\nNone,007\nnull,1e3\n")
    assert cells(table) == [["NA", "1.0"], ["None", "007"], ["null", "1e3"]]


def test_headers_lose_outer_spaces_of_every_width_and_invisible_marks() -> None:
    assert read(" a\u3000,\u200bb ,\u00a0c\n1,2,3\n").headers == ("a", "b", "c")


def test_empty_rows_are_counted_and_keep_the_numbers_of_the_others() -> None:
    table = read("a,b\n1,2\n\n,\n3,4\n")
    assert table.row_numbers.to_pylist() == [2, 5]
    assert table.ignored == 2


_CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf")), max_size=12)
_ROWS = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(_CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)


@given(rows=_ROWS, mark=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]))
def test_whatever_was_written_as_csv_is_read_back_cell_by_cell(
    rows: list[list[str]], mark: str, end: str
) -> None:
    """The writer is the standard library's: an independent account of the format."""
    headers = [f"q{index}" for index in range(len(rows[0]))]
    store = io.StringIO(newline="")
    # A bare carriage return outside quotes ends a line in some files, so it is always quoted here.
    quoting = csv.QUOTE_ALL if any("\r" in c for row in rows for c in row) else csv.QUOTE_MINIMAL
    writer = csv.writer(store, delimiter=mark, lineterminator=end, quoting=quoting)
    writer.writerows([headers, *rows])
    kept = [[cell or None for cell in row] for row in rows if any(map(trimmed, row))]
    content = store.getvalue().encode()
    if not kept:
        return
    table = parse(content, PAGE_LIMITS, ReadOptions(encoding="utf-8", delimiter=mark, header_row=1))
    assert cells(table) == kept
    assert table.headers == tuple(headers)
    assert len(table) + table.ignored == len(rows)
