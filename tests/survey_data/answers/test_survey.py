"""A survey file as facts: every row is counted once, and what is kept is what was answered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.answers.moments import MISSING
from indicators.evidence import Evidence
from indicators.findings import Refused
from indicators.scoring import score
from survey_data.answers.survey import SurveyOptions
from survey_data.roster.departments import KnownDepartments
from tests.survey_data.small import ITEMS, codes_of, small_framework, survey_of

HEADERS = ["部门", *ITEMS]
KNOWN = KnownDepartments({"教育局": {"zh": "教育局", "en": "Education"}}, {"教委": "教育局"})


def test_answers_and_departments_are_kept_in_the_order_of_the_file() -> None:
    found = survey_of(HEADERS, ["教育局", "5", "1", "10"], ["民政局", "", "2", "0"])
    assert found.items == ITEMS
    assert found.codes.tolist() == [[5, 1, 10], [MISSING, 2, 0]]
    assert [found.departments[d] for d in found.department] == ["教育局", "民政局"]
    assert found.row_numbers.tolist() == [2, 3]
    assert (found.rows_read, found.accepted, found.rejected, found.ignored) == (2, 2, 0, 0)


def test_a_row_without_a_department_is_rejected_with_its_place() -> None:
    found = survey_of(
        HEADERS, ["教育局", "1", "1", "1"], [None, "1", "1", "1"], ["\u3000", "1", "1", "1"]
    )
    assert (found.accepted, found.rejected) == (1, 2)
    assert [f.where for f in found.findings if f.code == "E153"] == [
        {"row": 3, "column": "部门"},
        {"row": 4, "column": "部门"},
    ]


def test_a_row_with_missing_answers_is_accepted() -> None:
    found = survey_of(HEADERS, ["教育局", None, None, None])
    assert found.accepted == 1
    assert found.codes.tolist() == [[MISSING] * 3]


def test_a_row_with_one_value_off_its_scale_is_rejected_as_a_whole() -> None:
    found = survey_of(HEADERS, ["教育局", "5", "6", "3"], ["教育局", "5", "5", "3"])
    assert (found.accepted, found.rejected) == (1, 1)
    assert found.codes.tolist() == [[5, 5, 3]]


@pytest.mark.parametrize("name", ["合计", "总计", "小计", "Total", "SUM"])
def test_a_total_row_is_ignored_and_its_values_are_not_judged(name: str) -> None:
    found = survey_of(HEADERS, ["教育局", "5", "1", "3"], [name, "999", "x", "y"])
    assert (found.accepted, found.rejected, found.ignored) == (1, 0, 1)
    assert not [f for f in found.findings if f.severity == "error"]


def test_a_department_name_that_no_workspace_can_keep_is_rejected_with_its_place() -> None:
    found = survey_of(HEADERS, ["教育局", "1", "1", "1"], ["局" * 201, "1", "1", "1"])
    assert (found.accepted, found.rejected) == (1, 1)
    [finding] = [f for f in found.findings if f.code == "E135"]
    assert finding.where == {"row": 3, "column": "部门"}
    assert survey_of(HEADERS, ["局" * 200, "1", "1", "1"]).accepted == 1


def test_a_file_in_which_no_row_can_be_used_stops_the_import() -> None:
    found = survey_of(HEADERS, ["教育局", "9", "9", "99"])
    assert codes_of(found.blocking) == ["E146"]
    with pytest.raises(Refused):
        found.require_importable()


def test_a_known_alias_is_used_and_a_near_name_is_proposed_with_a_warning() -> None:
    found = survey_of(HEADERS, ["教委", "1", "1", "1"], ["市教育局", "2", "2", "2"], known=KNOWN)
    assert found.departments == ("市教育局", "教育局")
    assert found.new_departments == ("市教育局",)
    assert found.proposals == {"市教育局": ["教育局"]}
    assert "W241" in codes_of(found.findings)


def test_an_alias_of_the_import_brings_two_names_together() -> None:
    options = SurveyOptions(aliases={"市教育局": "教育局"})
    found = survey_of(
        HEADERS,
        ["教育局", "1", "1", "1"],
        ["市教育局", "2", "2", "2"],
        options=options,
        known=KNOWN,
    )
    assert found.departments == ("教育局",)
    assert found.moments.n.tolist() == [2]


def test_personal_columns_are_dropped_and_said() -> None:
    found = survey_of(["姓名", *HEADERS, "手机"], ["张三", "教育局", "1", "1", "1", "13812345678"])
    assert found.report()["personal"] == ["姓名", "手机"]
    assert "E150" in codes_of(found.findings)
    kept = repr((found.codes, found.attributes, found.departments, found.report()["mapped"]))
    assert "张三" not in kept and "13812345678" not in kept


def test_background_answers_of_the_accepted_rows_are_kept() -> None:
    found = survey_of(
        ["部门", "岗位", "A1-1a"],
        ["教育局", "业务", "4"],
        ["教育局", "领导", "9"],
        ["民政局", None, "3"],
    )
    assert found.attributes == {"post": ["业务", None]}


def test_respondents_who_fail_the_attention_check_are_counted_and_not_excluded() -> None:
    found = survey_of(
        ["部门", "A1-1a", "check-1"],
        ["x", "1", "2"],
        ["x", "1", "不同意"],
        ["x", "1", "4"],
        ["x", "1", None],
    )
    assert found.accepted == 4
    assert [f.params["count"] for f in found.findings if f.code == "W244"] == [1]


def test_reverse_items_are_kept_as_answered_and_turned_in_scoring() -> None:
    """Contract 2: directed, then rescaled from the scale's ends: (5 → 100) and (1, reversed → 100)."""
    framework = small_framework()
    rows: list[list[str | None]] = [["x", "5", "1", "10"]] * 6
    found = survey_of(HEADERS, *rows)
    assert found.codes[0].tolist() == [5, 1, 10]
    evidence = Evidence.build("2025", [], found.moments, [], framework)
    scores = score(evidence, framework, draws=100)
    node = framework.node_index
    assert scores.score[0, node["A1-1"]] == pytest.approx(100)
    assert scores.score[0, node["A1-2"]] == pytest.approx(100)


def test_a_code_rule_of_one_column_wins_over_one_for_all() -> None:
    options = SurveyOptions(codes=("还行=3", "A1-1b:还行=2"))
    found = survey_of(["部门", "A1-1a", "A1-1b"], ["x", "还行", "还行"], options=options)
    assert found.codes.tolist() == [[3, 2]]


def test_the_column_of_a_code_rule_may_itself_hold_a_colon() -> None:
    options = SurveyOptions(codes=("Q1: 意愿:还行=3",), overrides={"Q1: 意愿": "A1-1a"})
    found = survey_of(["部门", "Q1: 意愿"], ["x", "还行"], options=options)
    assert found.codes.tolist() == [[3]]


@pytest.mark.parametrize("rule", ["还行", "还行=", "=3", "还行=3.5", "还行=三"])
def test_a_code_rule_that_is_none_stops_the_import(rule: str) -> None:
    found = survey_of(["部门", "A1-1a"], ["x", "4"], options=SurveyOptions(codes=(rule,)))
    assert [(f.code, f.params["rule"]) for f in found.blocking] == [("E144", rule)]


def test_the_report_has_the_keys_of_the_contract() -> None:
    report = survey_of(["部门", "A1-1a", "备注"], ["x", "4", "ok"]).report()
    assert {"dialect", "encoding", "rows_read", "accepted", "rejected", "ignored", "departments",
            "mapped", "unmapped", "issues"} <= set(report)  # fmt: skip
    assert report["mapped"] == {"A1-1a": "A1-1a"}
    assert report["unmapped"] == ["备注"]
    for issue in report["issues"]:  # type: ignore[attr-defined]
        assert {"code", "severity", "sheet", "row", "column", "value", "message", "fix"} <= set(
            issue
        )


_CELL = st.sampled_from(["1", "3", "5", "６", "同意", "x", "", None, "(空)", "2.5", "4.0", " 2 "])
_ROW = st.tuples(
    st.sampled_from(["教育局", "民政局", "教委", " 教育局 ", "合计", "", None, "NA"]),
    _CELL,
    _CELL,
    _CELL,
)


@given(rows=st.lists(_ROW, min_size=1, max_size=15), titles=st.integers(0, 4))
def test_every_row_read_is_accepted_rejected_or_ignored(
    rows: list[tuple[str | None, ...]], titles: int
) -> None:
    from survey_data.answers.survey import interpret_survey
    from tests.survey_data.small import table_of

    table = table_of(HEADERS, *[list(row) for row in rows], ignored=titles)
    found = interpret_survey(table, small_framework(), SurveyOptions(), KNOWN)
    assert found.rows_read == len(rows) + titles
    assert found.rows_read == found.accepted + found.rejected + found.ignored
    assert min(found.accepted, found.rejected, found.ignored) >= 0
    usable = found.codes != MISSING
    assert ((found.codes[:, :2] >= 1) & (found.codes[:, :2] <= 5) | ~usable[:, :2]).all()
    assert len(found.department) == len(found.row_numbers) == found.accepted
    if found.accepted:
        assert int(found.moments.n.sum()) == int(usable.any(axis=1).sum())
        assert (np.bincount(found.department, minlength=len(found.departments)) > 0).all()
    rejected = set(range(2, len(rows) + 2)) - set(found.row_numbers.tolist())
    said = {f.where["row"] for f in found.findings if f.severity == "error" and "row" in f.where}
    totals = {n for n, row in enumerate(rows, 2) if row[0] == "合计"}
    assert said == rejected - totals
