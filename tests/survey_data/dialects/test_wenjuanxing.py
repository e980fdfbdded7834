"""Exports of 问卷星: metadata by name, matrix stems, several answers in a cell or in columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_data.answers.survey import SurveyOptions
from survey_data.dialects import Export, read_export, recognise
from tests.survey_data.small import survey_of, table_of

META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
ROW = ["1", "2026/9/3 12:00:00", "187秒", "微信", "N/A", "10.0.0.1(北京-北京)"]


def export_of(headers: list[str], *rows: list[str]) -> Export:
    return read_export(table_of(headers, *rows))  # type: ignore[arg-type]


def texts(export: Export) -> dict[str, tuple[str, ...]]:
    return {
        header: column.texts
        for header, column in zip(export.table.headers, export.columns, strict=True)
        if column.meta is None
    }


def test_the_six_metadata_columns_are_known_by_name_wherever_they_stand():
    export = export_of([META[3], "1、您的岗位", *META[:3], *META[4:], "总分"], ["x"] * 8)
    assert export.dialect == "wenjuanxing"
    assert export.confidence > 0.95
    assert [column.meta for column in export.columns] == [
        "source", None, "respondent", "submitted", "duration", "source", "ip", "score",
    ]  # fmt: skip


def test_the_stem_of_a_matrix_is_carried_to_rows_that_name_only_themselves():
    export = export_of(
        [*META, "10、您是否同意—我愿意共享", "10、我信任他人", "11、其他"],
        [*ROW, "同意", "同意", "无"],
    )
    assert list(texts(export).values()) == [
        ("您是否同意—我愿意共享", "我愿意共享"),
        ("您是否同意—我信任他人", "我信任他人"),
        ("其他",),
    ]
    assert [c.question for c in export.columns[6:]] == ["10", "10", "11"]


def test_a_row_title_may_hold_a_dash_of_its_own():
    export = export_of([*META, "3、态度—数据——共享"], [*ROW, "同意"])
    assert "数据——共享" in export.columns[6].texts


def test_rows_that_the_author_numbered_belong_to_the_matrix_not_to_other_questions():
    headers = [*META, "10、同意程度—1.我愿意", "2.我信任", "(3)我担心", "11、建议"]
    export = export_of(headers, [*ROW, "同意", "同意", "同意", "无"])
    assert [c.question for c in export.columns[6:]] == ["10", "10", "10", "11"]
    assert "我信任" in export.columns[7].texts
    assert "我担心" in export.columns[8].texts


def test_a_further_question_is_not_taken_for_a_numbered_row():
    export = export_of([*META, "1、程度—1.我愿意", "2、您的岗位"], [*ROW, "同意", "科员"])
    assert [c.question for c in export.columns[6:]] == ["1", "2"]


@pytest.mark.parametrize(
    "headers",
    [
        ["4、您用过哪些(目录)", "4、(接口)", "4、(性能（CPU）)"],
        ["第4题(目录)", "第4题(接口)", "第4题(性能（CPU）)"],
    ],
)
def test_options_in_columns_are_options_of_one_question(headers):
    export = export_of([*META, *headers], [*ROW, "1", "0", "-2"])
    assert [c.kind for c in export.columns[6:]] == ["option"] * 3
    assert [c.option for c in export.columns[6:]] == ["目录", "接口", "性能（CPU）"]
    assert {c.question for c in export.columns[6:]} == {"4"}


def test_answers_joined_in_a_cell_are_counted_option_by_option():
    found = survey_of(
        [*META, "1、部门", "2、A1-1a", "3、用过哪些", "4、排序"],
        [*ROW, "甲局", "5", "目录┋接口", "甲→乙"],
        [*ROW, "甲局", "4", "目录", "(跳过)"],
        [*ROW, "甲局", "4", "(空)", "(空)"],
        options=SurveyOptions(overrides={"2、A1-1a": "A1-1a"}),
    )
    assert found.multiple == {"3、用过哪些": {"目录": 2, "接口": 1}}
    assert found.export.columns[9].kind == "ranking"


def test_options_in_columns_are_counted_under_their_question():
    found = survey_of(
        [*META, "部门", "A1-1a", "4、用过哪些(目录)", "4、(接口)"],
        [*ROW, "甲局", "5", "1", "0"],
        [*ROW, "甲局", "5", "1", "1"],
        [*ROW, "甲局", "5", "-3", "-3"],
    )
    assert found.multiple == {"4、用过哪些": {"目录": 2, "接口": 1}}


def test_addresses_stay_out_and_other_metadata_is_kept_apart_from_answers():
    found = survey_of(
        [*META, "1、部门", "2、我愿意共享数据。", "3、我信任其他部门。"],
        [*ROW, "甲局", "非常同意", "9"],
        [*ROW[:2], "3分7秒", *ROW[3:], "乙局", "(跳过)", "10"],
    )
    report = found.report()
    assert report["dialect"] == "wenjuanxing"
    assert report["personal"] == ["来自IP"]
    assert report["metadata"] == {
        "序号": "respondent", "提交答卷时间": "submitted", "所用时间": "duration",
        "来源": "source", "来源详情": "source",
    }  # fmt: skip
    assert report["unmapped"] == []
    assert found.duration is not None and found.duration.tolist() == [187.0, 187.0]
    assert str(found.submitted[0]) == "2026-09-03T12:00:00"  # type: ignore[index]
    assert found.mapped == {"2、我愿意共享数据。": "A1-1a", "3、我信任其他部门。": "A1-2a"}


@pytest.mark.parametrize(("scored", "code"), [(False, "W280"), (True, "W281")])
def test_option_numbers_and_scores_ask_for_a_look_at_the_questionnaire(scored, code):
    headers = [*META, *(["总分"] if scored else []), "1、部门", "2、A", "3、B", "4、C"]
    row = [*ROW, *(["9"] if scored else []), "甲局", "5", "4", "-3"]
    assert [f.code for f in export_of(headers, row).findings] == [code]


def test_questions_by_number_alone_are_this_tool_s_only_with_its_marks():
    plain = export_of(["1、部门", "2、甲", "3、乙"], ["x", "1", "2"])
    marked = export_of(["1、部门", "2、甲", "3、乙"], ["x", "(跳过)", "a┋b"])
    assert (plain.confidence, marked.confidence) == (0.15, 0.6)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_any_headers_are_read_and_every_column_keeps_its_place(headers):
    table = table_of(headers, ["1"] * len(headers))  # type: ignore[arg-type]
    export = read_export(table, "wenjuanxing")
    assert len(export.columns) == len(headers) == len(set(export.table.headers))
    assert all(0 <= sure <= 1 for sure in recognise(table).values())
