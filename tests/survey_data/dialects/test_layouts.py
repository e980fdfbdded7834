"""Every tool's layout, written as a file, reads back as the same answers and is no other tool's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_data.answers.survey import SurveyImport, SurveyOptions, interpret_survey
from survey_data.dialects import DIALECTS, recognise
from survey_data.reading import PAGE_LIMITS, parse
from survey_data.roster.departments import KnownDepartments
from tests.survey_data.dialects.layouts import LAYOUTS, WRITERS
from tests.survey_data.small import small_framework, table_of

DURATION = {"wenjuanxing", "tencent", "wenjuan", "qualtrics"}
SUBMITTED = set(LAYOUTS) - {"plain"}
SEVERAL = set(LAYOUTS) - {"plain"}


def read(name: str, form: str) -> SurveyImport:
    table = parse(WRITERS[form](LAYOUTS[name]()), PAGE_LIMITS)
    headers = [h for h in table.headers if "部门" in h and "信任" not in h]
    second = table.columns.slice(0, 1).to_pydict()
    at = next(
        (h for h, c in zip(table.headers, second.values(), strict=True) if c == ["部门"]), None
    )
    options = SurveyOptions(department=at or headers[0])
    return interpret_survey(table, small_framework(), options, KnownDepartments())


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_reads_back_as_the_same_answers(name, form):
    found = read(name, form)
    assert found.export.dialect == name
    assert set(found.mapped.values()) == {"A1-1a", "A1-2a"}
    assert found.codes.tolist() == [[5, 9], [2, 7], [4, 10]]
    assert [found.departments[i] for i in found.department] == ["教育局", "教育局", "财政局"]
    assert (found.rows_read, found.accepted, found.rejected) == (3 + found.ignored, 3, 0)


@pytest.mark.parametrize("name", sorted(DURATION))
def test_durations_are_read_as_seconds(name):
    duration = read(name, "csv").duration
    assert duration is not None and duration.tolist() == [187.0] * 3


@pytest.mark.parametrize("name", sorted(SUBMITTED))
def test_times_of_submission_are_read(name):
    submitted = read(name, "csv").submitted
    assert submitted is not None
    assert [str(time)[:8] for time in submitted] == ["2026-09-"] * 3


@pytest.mark.parametrize("name", sorted(SEVERAL))
def test_several_answers_are_counted_option_by_option(name):
    counts = {}
    for options in read(name, "csv").multiple.values():
        counts |= options
    assert counts == {"目录": 2, "接口": 2}


@pytest.mark.parametrize(
    "name", sorted(set(LAYOUTS) - {"plain", "google-forms", "tencent", "wenjuan"})
)
def test_addresses_and_accounts_are_personal(name):
    found = read(name, "csv")
    personal = {found.headers[index] for index in found.mapping.personal}
    expected = {
        "wenjuanxing": {"来自IP"},
        "qualtrics": {"IPAddress"},
        "limesurvey": {"ipaddr"},
        "kobo": set(),
        "microsoft-forms": {"电子邮件", "名称"},
    }
    assert personal == expected[name]


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_other_dialect_claims_a_tool_s_file(name):
    sure = recognise(parse(WRITERS["xlsx"](LAYOUTS[name]()), PAGE_LIMITS))
    first, second = list(sure.items())[:2]
    assert first[0] == name
    assert first[1] - second[1] >= (0.3 if name != "plain" else 0.01)


def test_rows_of_a_three_row_header_are_no_answers_and_rows_keep_their_numbers():
    found = read("qualtrics", "csv")
    assert found.row_numbers.tolist() == [4, 5, 6]
    assert "{" not in "".join(found.mapped)


@settings(max_examples=40)
@given(
    st.lists(st.text(max_size=12), min_size=1, max_size=6),
    st.lists(st.text(max_size=8), min_size=6, max_size=6),
)
def test_any_table_is_read_by_every_dialect_and_claimed_by_none(headers, row):
    table = table_of(headers, row[: len(headers)])  # type: ignore[arg-type]
    assert all(sure <= 0.5 for sure in recognise(table).values())
    for dialect in DIALECTS:
        export = dialect.read(table)
        assert len(export.columns) == len(headers)


def test_every_dialect_names_where_its_layout_is_described():
    for dialect in DIALECTS:
        assert getattr(dialect, "SOURCE", "") or dialect.NAME in ("plain", "spss", "stata")
