"""The way back: marked where it is wrong, the rest as it was, and nothing in it can run."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from indicators.findings import Finding
from survey_data.handing_out.annotated import annotate, safe_text
from survey_data.reading import PAGE_LIMITS, parse
from tests.survey_data.small import survey_of, table_of
from tests.survey_data.workbooks import by_xlsxwriter

HEADERS = ["部门", "A1-1a", "A1-2a"]


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def annotated(*rows: list[str | None], lang: str = "zh"):
    found = survey_of(HEADERS, *rows)
    return opened(annotate(table_of(HEADERS, *rows), (*found.blocking, *found.findings), lang))


def test_the_wrong_cell_is_red_and_says_what_is_wrong_and_how_to_mend_it():
    sheet = annotated(["甲局", "5", "9"], ["乙局", "6", "9"]).worksheets[0]
    cell = sheet["B3"]
    assert (cell.value, cell.fill.start_color.rgb) == ("6", "FFF4C7C3")
    assert isinstance(cell.comment, Comment) and "E151" in cell.comment.text
    assert sheet["B2"].fill.fill_type is None and sheet["B2"].comment is None


@pytest.mark.parametrize(("lang", "name"), [("zh", "校验结果"), ("en", "Findings")])
def test_a_sheet_lists_every_finding_and_leads_to_its_cell(lang, name):
    book = annotated(["甲局", "5", "9"], ["乙局", "6", "x"], lang=lang)
    rows = list(book[name].iter_rows(min_row=2, values_only=True))
    assert {("3", "A1-1a", "6", "E151"), ("3", "A1-2a", "x", "E152")} <= {r[1:5] for r in rows}
    link = next(c for c in book[name]["B"][1:] if c.value == "3").hyperlink
    assert link.location.endswith(("B3", "C3")) and link.target is None


def test_title_rows_leave_their_place_so_that_row_numbers_are_the_file_s():
    content = by_xlsxwriter([["2026 年调查"], [], HEADERS, ["甲局", 6, 9]])
    table = parse(content, PAGE_LIMITS)
    finding = Finding(
        "E151", where={"row": 4, "column": "A1-1a", "value": "6"}, params={"low": 1, "high": 5}
    )
    sheet = opened(annotate(table, [finding], "zh")).worksheets[0]
    assert [cell.value for cell in sheet[3]] == HEADERS
    assert sheet["B4"].comment is not None


def test_a_file_without_findings_comes_back_with_its_cells_alone():
    book = opened(annotate(table_of(HEADERS, ["甲局", "5", None]), [], "zh"))
    assert [[c.value for c in row] for row in book.worksheets[0].iter_rows()] == [
        HEADERS,
        ["甲局", "5", None],
    ]


def test_an_endless_text_is_cut_with_a_mark():
    cut = safe_text("x" * 40_000)
    assert len(cut) == 32_767 and cut.endswith("…（已截断）")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=30), min_size=1, max_size=5))
def test_no_text_becomes_a_formula_and_every_workbook_opens(texts):
    rows = [["=cmd|'/C calc'!A0", text] for text in texts]
    findings = [Finding("E152", where={"row": 2, "column": "b", "value": texts[0]})]
    table = table_of(["部门", "b"], *rows)  # type: ignore[arg-type]
    sheet = opened(annotate(table, findings, "zh")).worksheets[0]
    for row, text in enumerate(texts, 2):
        for cell, wanted in zip(sheet[row], ("=cmd|'/C calc'!A0", text), strict=False):
            assert cell.data_type in ("s", "n")
            assert (cell.value or "").replace("\r", "\n") in (
                "",
                safe_text(wanted).replace("\r\n", "\n").replace("\r", "\n"),
                wanted,
            )
