"""Metric sheets: long and wide, units, periods, register; every bad cell with its place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.findings import Refused
from survey_data.metrics.sheet import MetricsImport, interpret_metrics
from survey_data.roster.departments import KnownDepartments
from tests.survey_data.small import NOBODY_KNOWN, YAML, codes_of, small_framework, table_of

FRAMEWORK = small_framework()
LONG = ["部门", "指标", "数值", "期间", "来源"]


def metrics(
    headers: list[str],
    *rows: list[str | None],
    known: KnownDepartments = NOBODY_KNOWN,
    aliases: dict[str, str] | None = None,
    ignored: int = 0,
) -> MetricsImport:
    return interpret_metrics(table_of(headers, *rows, ignored=ignored), FRAMEWORK, known, aliases)


def kept(found: MetricsImport) -> list[tuple[str, str, str, float, str]]:
    return [(c.department, c.indicator, c.period, c.value, c.source) for c in found.values]


def errors(found: MetricsImport) -> list[tuple[str, dict]]:
    return [(f.code, dict(f.where)) for f in found.findings if f.severity == "error"]


def test_a_long_sheet_keeps_value_period_and_source() -> None:
    found = metrics(
        LONG, ["教育局", "B1-1", "83.5", "2025-Q1", "平台"], ["民政局", "B1-2", "7", "", ""]
    )
    assert found.shape == "long"
    assert kept(found) == [
        ("教育局", "B1-1", "2025-Q1", 83.5, "平台"),
        ("民政局", "B1-2", "", 7.0, ""),
    ]
    assert [cell.row for cell in found.values] == [2, 3]


@pytest.mark.parametrize(
    "headers",
    [
        ["department", "indicator", "value", "period", "source"],
        ["Department", "Indicator", "Value", "Period", "Source"],
        ["单位", "指标", "数值", "期间", "来源"],
    ],
)
def test_the_headers_of_a_long_sheet_are_known_in_both_languages(headers: list[str]) -> None:
    assert kept(metrics(headers, ["x", "B1-1", "1", "p", "s"])) == [("x", "B1-1", "p", 1.0, "s")]


def test_a_wide_sheet_has_one_row_a_department_and_one_column_a_metric() -> None:
    found = metrics(
        ["部门", "B1-1", "响应天数", "安全事件数"],
        ["教育局", "80", "5", "0"],
        ["民政局", "", "6", "1"],
    )
    assert found.shape == "wide"
    assert found.mapped == {"B1-1": "B1-1", "响应天数": "B1-2", "安全事件数": "R-incidents"}
    assert kept(found) == [
        ("教育局", "B1-1", "", 80.0, ""),
        ("教育局", "B1-2", "", 5.0, ""),
        ("教育局", "R-incidents", "", 0.0, ""),
        ("民政局", "B1-2", "", 6.0, ""),
        ("民政局", "R-incidents", "", 1.0, ""),
    ]


@pytest.mark.parametrize(
    "header",
    ["B1-2", "【B1-2】响应天数 (天)", "[B1-2]", "响应天数", "Days to reply", "days  to reply"],
)
def test_a_metric_column_is_found_by_id_bracketed_id_or_name(header: str) -> None:
    assert metrics(["部门", header], ["x", "5"]).mapped == {header: "B1-2"}


def test_a_period_column_of_a_wide_sheet_goes_with_every_value() -> None:
    found = metrics(["部门", "期间", "B1-1"], ["x", "2025-01", "1"], ["x", "2025-02", "2"])
    assert [(c.period, c.value) for c in found.values] == [("2025-01", 1.0), ("2025-02", 2.0)]


def test_register_fields_are_metrics_that_are_kept() -> None:
    found = metrics(LONG, ["x", "R-incidents", "2", "", ""], ["y", "Incidents", "0", "", ""])
    assert [(c.indicator, c.value) for c in found.values] == [
        ("R-incidents", 2.0),
        ("R-incidents", 0.0),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("１２．５", 12.5),
        (" 3 ", 3),
        ("-4.5", -4.5),
        ("1e3", 1000),
        (".5", 0.5),
        ("+7", 7),
    ],
)
def test_a_number_is_known_in_every_plain_way_of_writing_it(text: str, value: float) -> None:
    found = metrics(["部门", "B1-2"], ["x", text])
    assert found.values[0].value == value
    assert not found.findings


@pytest.mark.parametrize(
    ("text", "value"), [("12%", 12), ("1,234", 1234), ("1,234.5%", 1234.5), ("１２％", 12)]
)
def test_a_number_that_is_converted_by_rule_is_said(text: str, value: float) -> None:
    found = metrics(["部门", "B1-1"], ["x", text])
    assert found.values[0].value == value
    [note] = [f for f in found.findings if f.code == "N167"]
    assert (note.severity, note.params["count"]) == ("note", 1)


def test_a_percentage_for_a_metric_in_another_unit_is_refused_with_its_place() -> None:
    found = metrics(["部门", "B1-2"], ["x", "5"], ["y", "12%"])
    assert errors(found) == [("E166", {"row": 3, "column": "B1-2", "value": "12%"})]
    assert (found.accepted, found.rejected) == (1, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[(text, "E161") for text in ("abc", "1,2", "1_000", "%", "--3", "0x10")],
        *[(text, "E166") for text in ("5天", "12万", "3 人")],
        *[(text, "E133") for text in ("inf", "-Infinity", "1e400")],
        ("=1+1", "E131"),
        ("#DIV/0!", "E132"),
        ("#N/A", "E132"),
        ("2026-03-02", "E130"),
    ],
)
def test_a_cell_that_is_no_number_is_refused_with_row_column_and_value(
    text: str, code: str
) -> None:
    found = metrics(["部门", "B1-1"], ["x", "5"], ["y", text])
    assert errors(found) == [(code, {"row": 3, "column": "B1-1", "value": text})]
    assert kept(found) == [("x", "B1-1", "", 5.0, "")]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("B1-1", "85%", 85.0),
        ("B1-1", "８５％", 85.0),
        ("B1-2", "3天", 3.0),
        ("B1-2", "2.5 days", 2.5),
        ("B1-2", "1,234", 1234.0),
        ("R-incidents", "1.2万", 12_000.0),
        ("R-incidents", "３起", 3.0),
    ],
)
def test_numbers_as_people_write_them_are_read_and_said(column, text, value) -> None:
    found = metrics(["部门", column], ["x", text])
    assert [row[3] for row in kept(found)] == [value]
    assert "N167" in codes_of(found.findings)


def test_a_value_a_thousand_times_the_others_asks_for_its_unit() -> None:
    rows = [["a", "12"], ["b", "15"], ["c", "14"], ["d", "130000"]]
    found = metrics(["部门", "B1-2"], *rows)
    asked = [(f.code, f.where["row"]) for f in found.findings if f.code == "W310"]
    assert asked == [("W310", 5)]
    assert len(kept(found)) == 4


def test_shares_below_one_under_per_cent_ask() -> None:
    found = metrics(["部门", "B1-1"], ["a", "0.85"], ["b", "0.9"], ["c", "1"])
    assert "W311" in codes_of(found.findings)


@pytest.mark.parametrize(
    ("header", "period"),
    [
        ("挂接率 2025-Q1", "2025-Q1"),
        ("挂接率（2025年1月）", "2025-01"),
        ("B1-1@2025-03", "2025-03"),
        ("2025年第二季度—挂接率", "2025-Q2"),
        ("挂接率 2025", "2025"),
    ],
)
def test_a_column_may_be_of_one_period(header, period) -> None:
    found = metrics(["部门", header, "B1-2"], ["x", "5", "3"])
    assert ("x", "B1-1", period, 5.0, "") in kept(found)


@pytest.mark.parametrize(
    ("top", "bottom"),
    [
        ("挂接率（分子）", "挂接率（分母）"),
        ("B1-1:numerator", "B1-1:denominator"),
        ("挂接率—分子", "挂接率—分母"),
    ],
)
def test_a_rate_is_its_numerator_over_its_denominator(top, bottom) -> None:
    found = metrics(["部门", top, bottom], ["x", "3", "4"], ["y", "1", "0"], ["z", "—", "4"])
    assert kept(found) == [("x", "B1-1", "", 75.0, "3/4")]
    assert errors(found) == [("E191", {"row": 3, "column": bottom, "value": "0"})]


def test_half_a_rate_is_refused() -> None:
    assert "E190" in codes_of(metrics(["部门", "挂接率（分子）"], ["x", "3"]).blocking)


@pytest.mark.parametrize("text", ["", "—", "-", "/", "无", "N/A", "null", "…", " NaN "])
def test_a_cell_without_a_value_brings_none_and_rejects_nothing(text: str) -> None:
    found = metrics(["部门", "B1-1", "B1-2"], ["x", text, "5"])
    assert [c.indicator for c in found.values] == ["B1-2"]
    assert found.rejected == 0


@pytest.mark.parametrize("text", ["不适用", "Not applicable", "not APPLICABLE"])
def test_not_applicable_is_kept_apart_from_missing(text: str) -> None:
    [cell] = metrics(["部门", "B1-1"], ["x", text]).values
    assert cell.not_applicable and math.isnan(cell.value)


def test_an_unknown_metric_of_a_long_sheet_is_refused_with_near_ones() -> None:
    found = metrics(LONG, ["x", "B1-1", "1", "", ""], ["x", "B1-9", "1", "", ""])
    assert errors(found) == [("E160", {"row": 3, "column": "指标", "value": "B1-9"})]
    [finding] = [f for f in found.findings if f.code == "E160"]
    assert "B1-1" in str(finding.params["near"])


def test_a_survey_indicator_in_a_metric_sheet_is_told_from_an_unknown_one() -> None:
    found = metrics(LONG, ["x", "B1-1", "1", "", ""], ["x", "A1-1", "1", "", ""])
    assert errors(found)[0][0] == "E162"


def test_a_name_that_two_metrics_share_is_refused() -> None:
    shared = YAML.replace("zh: 响应天数", "zh: 挂接率")
    from indicators.framework import load_framework

    framework = load_framework(shared)
    wide = interpret_metrics(table_of(["部门", "挂接率"], ["x", "1"]), framework, NOBODY_KNOWN)
    assert [(f.code, f.params["ids"]) for f in wide.blocking] == [("E163", "B1-1, B1-2")]
    long = interpret_metrics(table_of(LONG, ["x", "挂接率", "1", "", ""]), framework, NOBODY_KNOWN)
    assert "E163" in codes_of(long.findings)


def test_two_columns_of_one_metric_stop_the_import() -> None:
    found = metrics(["部门", "B1-1", "挂接率"], ["x", "1", "2"])
    assert [(f.code, f.where["column"]) for f in found.blocking] == [("E165", "B1-1, 挂接率")]
    with pytest.raises(Refused):
        found.require_importable()


def test_a_sheet_without_metric_columns_or_departments_stops_the_import() -> None:
    assert codes_of(metrics(["部门", "其他"], ["x", "1"]).blocking) == ["E164"]
    assert "E142" in codes_of(metrics(["谁", "B1-1"], ["x", "1"]).blocking)


def test_columns_that_mean_nothing_are_named() -> None:
    found = metrics(["部门", "B1-1", "备注"], ["x", "1", "好"])
    assert found.unmapped == ("备注",)
    assert "W169" in codes_of(found.findings)


def test_of_two_rows_for_the_same_cell_the_last_counts_and_that_is_said() -> None:
    found = metrics(
        LONG, ["x", "B1-1", "1", "p", ""], ["x", "B1-1", "2", "p", ""], ["x", "B1-1", "3", "q", ""]
    )
    assert [(c.period, c.value) for c in found.values] == [("p", 2.0), ("q", 3.0)]
    assert [f.where["row"] for f in found.findings if f.code == "W168"] == [3]


def test_a_total_row_is_ignored_and_a_row_without_a_department_is_rejected() -> None:
    found = metrics(["部门", "B1-1"], ["x", "1"], ["合计", "1"], [None, "2"], ignored=2)
    assert (found.rows_read, found.accepted, found.rejected, found.ignored) == (5, 1, 1, 3)
    assert errors(found) == [("E153", {"row": 4, "column": "部门"})]


@pytest.mark.parametrize(
    ("row", "column"),
    [(["局" * 201, "B1-1", "1", "p", ""], "部门"), (["x", "B1-1", "1", "p" * 41, ""], "期间")],
)
def test_a_text_that_no_workspace_can_keep_is_rejected_with_its_place(
    row: list[str | None], column: str
) -> None:
    found = metrics(LONG, ["y", "B1-1", "1", "p" * 40, ""], row)
    assert errors(found) == [("E135", {"row": 3, "column": column})]
    assert (found.accepted, found.rejected) == (1, 1)


def test_near_departments_are_proposed_and_aliases_are_used() -> None:
    known = KnownDepartments({"教育局": {"zh": "教育局", "en": "Education"}})
    found = metrics(["部门", "B1-1"], ["市教育局", "1"], known=known)
    assert found.new_departments == ("市教育局",)
    assert "W241" in codes_of(found.findings)
    found = metrics(
        ["部门", "B1-1"], ["市教育局", "1"], known=known, aliases={"市教育局": "教育局"}
    )
    assert found.departments == ("教育局",)


def test_two_names_of_one_department_are_one_cell_of_which_the_last_counts() -> None:
    known = KnownDepartments({"教育局": {"zh": "教育局", "en": "Education"}}, {"教委": "教育局"})
    found = metrics(["部门", "B1-1"], ["教育局", "1"], ["教委", "2"], known=known)
    assert kept(found) == [("教育局", "B1-1", "", 2.0, "")]
    assert "W168" in codes_of(found.findings)


def test_the_report_has_the_keys_of_the_contract() -> None:
    report = metrics(["部门", "B1-1", "B1-2"], ["x", "1", "2"], ["y", "3", ""]).report()
    assert (report["rows_read"], report["accepted"], report["values"]) == (2, 2, 3)
    assert report["dialect"] == "wide"


_CELL = st.sampled_from(["1", "x", "", None, "12%", "不适用", "1,000", "—"])


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["a", "b", "合计", "", None]), _CELL, _CELL),
        min_size=1,
        max_size=12,
    )
)
def test_every_row_read_is_accepted_rejected_or_ignored(rows: list[tuple[str | None, ...]]) -> None:
    found = metrics(["部门", "B1-1", "B1-2"], *[list(row) for row in rows])
    assert found.rows_read == len(rows) == found.accepted + found.rejected + found.ignored
    places = {(c.department, c.indicator, c.period) for c in found.values}
    assert len(places) == len(found.values)
    assert all(c.not_applicable == math.isnan(c.value) for c in found.values)
    said = {where["row"] for _, where in errors(found)}
    assert len(said) == found.rejected
