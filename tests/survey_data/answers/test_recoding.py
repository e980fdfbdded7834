"""Answer texts become numbers of the scale, or are refused with their place (contract.md 3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.answers.moments import MISSING
from indicators.framework import Scale
from survey_data.answers.recoding import OFF_SCALE, code_text, code_texts, suggested_code
from tests.survey_data.small import survey_of

SCALE = Scale(
    min=1,
    max=5,
    labels={
        "zh": ["非常不同意", "不同意", "一般", "同意", "非常同意"],
        "en": ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"],
    },
)
WIDE = Scale(min=-5, max=5)


@pytest.mark.parametrize(
    "text", ["3", " 3 ", "３", "3.0", "3.", "3.000", "+3", "③", "\u30003\u00a0", "3e0"]
)
def test_a_whole_number_is_known_in_every_way_of_writing_it(text: str) -> None:
    assert code_text(text, SCALE, {}) == (3, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("非常不同意", 1),
        ("同意", 4),
        (" 同意 ", 4),
        ("Strongly agree", 5),
        ("strongly  AGREE", 5),
        ("ｎｅｕｔｒａｌ", 3),
    ],
)
def test_a_label_is_known_in_either_language_whatever_its_case_and_width(
    text: str, code: int
) -> None:
    assert code_text(text, SCALE, {}) == (code, None)


@pytest.mark.parametrize("text", ["0", "6", "-1", "99", "2.5", "1e9", "-0.5", "6分"])
def test_a_number_off_the_scale_is_refused_and_never_rounded(text: str) -> None:
    assert code_text(text, SCALE, {}) == (OFF_SCALE, "E151")


@pytest.mark.parametrize(
    "text", ["A", "0_3", "1,0", "0x3", "True", "3 3", "还行吧", "5-还行吧", "同意吧", "B."]
)
def test_an_unknown_text_is_never_guessed(text: str) -> None:
    assert code_text(text, SCALE, {}) == (OFF_SCALE, "E152")


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e400"])
def test_what_is_no_finite_number_is_called_so(text: str) -> None:
    assert code_text(text, SCALE, {}) == (OFF_SCALE, "E133")


@pytest.mark.parametrize("text", ["#DIV/0!", "#N/A", "#VALUE!", "#REF!"])
def test_an_error_of_the_spreadsheet_is_called_one(text: str) -> None:
    assert code_text(text, SCALE, {}) == (OFF_SCALE, "E132")


@pytest.mark.parametrize("text", ["=A1+B1", "=3", "=…"])
def test_a_formula_without_a_result_is_called_one(text: str) -> None:
    assert code_text(text, SCALE, {}) == (OFF_SCALE, "E131")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("五", 5),
        ("3分", 3),
        ("５分", 5),
        ("5-非常同意", 5),
        ("5 非常同意", 5),
        ("5、非常同意", 5),
        ("5：非常同意", 5),
        ("（5）非常同意", 5),
        ("非常同意（5分）", 5),
        ("A.非常同意", 5),
        ("e) 非常不同意", 1),
        ("4. Agree", 4),
        ("完全同意", 5),
        ("不太同意", 2),
        ("说不清", 3),
        ("Somewhat agree", 4),
        ("Neither agree nor disagree", 3),
    ],
)
def test_numbers_with_labels_and_usual_wordings_are_known(text: str, code: int) -> None:
    assert code_text(text, SCALE, {}) == (code, None)


LADDERS = {
    4: ["非常不满意", "不满意", "满意", "非常满意"],
    5: ["从不", "很少", "有时", "经常", "总是"],
    6: ["完全不符合", "不符合", "比较不符合", "比较符合", "符合", "完全符合"],
    7: [
        "Strongly disagree", "Disagree", "Somewhat disagree", "Neither agree nor disagree",
        "Somewhat agree", "Agree", "Strongly agree",
    ],
}  # fmt: skip


@pytest.mark.parametrize("points", LADDERS)
@pytest.mark.parametrize("form", ["{label}", "{n}-{label}", "{label}({n})", "{letter}.{label}"])
def test_a_whole_ladder_is_coded_from_its_lowest_to_its_highest(points: int, form: str) -> None:
    texts = [
        form.format(label=label, n=n, letter="ABCDEFG"[n - 1])
        for n, label in enumerate(LADDERS[points], 1)
    ]
    decisions, turned = code_texts(texts, Scale(min=1, max=points), {})
    assert decisions == [(n, None) for n in range(1, points + 1)]
    assert not turned


def test_numbers_that_run_against_their_labels_give_way_to_them() -> None:
    texts = ["1.非常同意", "2.同意", "4.不同意", "5.非常不同意"]
    decisions, turned = code_texts(texts, SCALE, {})
    assert ([code for code, _ in decisions], turned) == ([5, 4, 2, 1], True)


def test_numbers_that_fit_their_labels_in_neither_direction_are_left_to_a_person() -> None:
    decisions, turned = code_texts(["0.非常不同意", "1.不同意", "4.非常同意"], SCALE, {})
    assert [problem for _, problem in decisions] == ["E152"] * 3 and not turned


def test_value_labels_of_the_file_turn_a_reversed_scale() -> None:
    labels = {"1": "非常同意", "2": "同意", "3": "一般", "4": "不同意", "5": "非常不同意"}
    decisions, turned = code_texts(["1", "2", "5", "9"], SCALE, {}, missing={"9"}, labels=labels)
    assert decisions == [(5, None), (4, None), (1, None), (MISSING, "missing")] and turned
    straight = {"1": "非常不同意", "5": "非常同意"}
    decisions, turned = code_texts(["1", "2", "5"], SCALE, {}, labels=straight)
    assert decisions == [(1, None), (2, None), (5, None)] and not turned


def test_a_ladder_of_another_length_is_left_to_a_person() -> None:
    """不满意 and 满意 have no place on five points when the middle is not among the texts of any."""
    texts = ["完全不符合", "不符合", "比较不符合", "比较符合", "符合", "完全符合"]
    assert {problem for _, problem in code_texts(texts, SCALE, {})[0]} == {"E152"}


def test_two_wordings_of_one_rung_mean_another_ladder() -> None:
    decisions, _ = code_texts(["同意", "比较同意", "非常同意"], SCALE, {})
    assert decisions == [(4, None), (OFF_SCALE, "E152"), (5, None)]


def test_a_suggestion_is_what_the_usual_ladder_says_and_none_for_other_texts() -> None:
    assert suggested_code("比较同意", SCALE) == 4
    assert suggested_code("还行吧", SCALE) is None


@pytest.mark.parametrize("text", ["2026-03-02", "2026-03-02 00:00:00"])
def test_a_date_that_excel_made_of_an_answer_is_called_one(text: str) -> None:
    assert code_text(text, SCALE, {}) == (OFF_SCALE, "E130")


@pytest.mark.parametrize("text", ["", " ", "\u3000"])
def test_an_empty_cell_is_missing_without_a_remark(text: str) -> None:
    assert code_text(text, SCALE, {}) == (MISSING, None)


@pytest.mark.parametrize(
    "text", ["(空)", "（空）", "(跳过)", "NA", "N/A", "nan", "NULL", "-2", "-3", "－３"]
)
def test_a_survey_tools_mark_of_a_skipped_question_is_missing_and_said(text: str) -> None:
    assert code_text(text, SCALE, {}) == (MISSING, "missing")


def test_minus_two_is_an_answer_where_the_scale_holds_it() -> None:
    assert code_text("-2", WIDE, {}) == (-2, None)


def test_a_persons_rule_decides_an_unknown_text() -> None:
    assert code_text(" 还行吧 ", SCALE, {"还行吧": 4}) == (4, None)


def test_a_persons_rule_wins_over_label_number_and_mark_of_missing() -> None:
    rules = {"同意": 1, "3": 5, "NA": 2}
    assert [code_text(text, SCALE, rules)[0] for text in ("同意", "3", "NA")] == [1, 5, 2]


def test_a_persons_rule_cannot_leave_the_scale() -> None:
    assert code_text("x", SCALE, {"x": 9}) == (OFF_SCALE, "E151")


@given(text=st.text(max_size=12), low=st.integers(-5, 2), size=st.integers(1, 10))
def test_every_text_becomes_a_number_of_the_scale_or_missing_or_is_refused(
    text: str, low: int, size: int
) -> None:
    scale = Scale(min=low, max=low + size)
    code, problem = code_text(text, scale, {})
    if problem in (None, "missing"):
        assert code == MISSING or low <= code <= low + size
    else:
        assert code == OFF_SCALE


@given(number=st.integers(-5, 5), pad=st.sampled_from(["", " ", "\u3000"]), wide=st.booleans())
def test_every_number_of_a_scale_survives_width_and_spaces(
    number: int, pad: str, wide: bool
) -> None:
    text = str(number)
    if wide:
        text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-"})
    assert code_text(pad + text + pad, WIDE, {}) == (number, None)


def test_an_unknown_text_is_reported_with_row_column_and_value_in_both_languages() -> None:
    found = survey_of(["部门", "A1-1a"], ["教育局", "4"], ["民政局", "还行"])
    [finding] = [f for f in found.findings if f.code == "E152"]
    assert finding.where == {"row": 3, "column": "A1-1a", "value": "还行"}
    assert "还行" in finding.message["zh"] and "还行" in finding.message["en"]
    assert finding.as_json()["row"] == 3


def test_a_value_off_the_scale_is_reported_with_the_ends_of_its_own_scale() -> None:
    found = survey_of(["部门", "A1-2a"], ["教育局", "10"], ["民政局", "11"])
    [finding] = [f for f in found.findings if f.code == "E151"]
    assert finding.where == {"row": 3, "column": "A1-2a", "value": "11"}
    assert finding.params == {"low": 0, "high": 10}


def test_many_equal_problems_are_listed_up_to_a_bound_and_then_counted() -> None:
    rows = [["教育局", "还行"] for _ in range(500)] + [["教育局", "4"]]
    found = survey_of(["部门", "A1-1a"], *rows)  # type: ignore[arg-type]
    listed = [f for f in found.findings if f.code == "E152"]
    [rest] = [f for f in found.findings if f.code == "E154"]
    assert len(listed) + rest.params["count"] == 500  # type: ignore[operator]
    assert len(listed) == 200
    assert found.rejected == 500


def test_cells_that_count_as_missing_are_said_once_a_column() -> None:
    found = survey_of(["部门", "A1-1a"], ["x", "(跳过)"], ["y", "(跳过)"], ["z", "3"])
    [note] = [f for f in found.findings if f.code == "N151"]
    assert (note.severity, note.params["count"]) == ("note", 2)
    assert found.accepted == 3


def test_an_item_with_a_scale_of_its_own_does_not_take_the_labels_of_the_common_scale() -> None:
    found = survey_of(["部门", "A1-2a"], ["x", "同意"])
    assert [f.code for f in found.findings if f.severity == "error"] == ["E152"]
