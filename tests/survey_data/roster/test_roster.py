"""The roster of departments: contract.md 1, ``id, name_zh, name_en, group, aliases, headcount, weight``."""

from __future__ import annotations

import pytest

from indicators.evidence import Department
from indicators.findings import Refused
from survey_data.roster.sheet import Roster, interpret_roster
from tests.survey_data.small import codes_of, table_of

HEADERS = ["id", "name_zh", "name_en", "group", "aliases", "headcount", "weight"]


def roster(*rows: list[str | None], headers: list[str] = HEADERS, ignored: int = 0) -> Roster:
    return interpret_roster(table_of(headers, *rows, ignored=ignored))


def refused(*rows: list[str | None], headers: list[str] = HEADERS) -> Refused:
    with pytest.raises(Refused) as caught:
        roster(*rows, headers=headers)
    return caught.value


def test_every_field_of_a_department_is_read() -> None:
    found = roster(["edu", "教育局", "Education", "民生", "教委；教体局", "120", "1.5"])
    assert found.departments == (
        Department("edu", {"zh": "教育局", "en": "Education"}, "民生", 120, 1.5),
    )
    assert found.aliases == {
        "教委": "edu",
        "教体局": "edu",
        "教育局": "edu",
        "Education": "edu",
    }


def test_what_is_not_given_has_its_default() -> None:
    found = roster(["教育局"], headers=["部门"])
    assert found.departments == (
        Department("教育局", {"zh": "教育局", "en": "教育局"}, "", None, 1.0),
    )
    assert found.aliases == {}


def test_a_name_in_one_language_serves_for_both() -> None:
    [department] = roster(["edu", None, "Education", None, None, None, None]).departments
    assert department.name == {"zh": "Education", "en": "Education"}


def test_headers_are_known_in_chinese() -> None:
    found = roster(
        ["edu", "教育局", "Education", "民生", "教委", "9", "2"],
        headers=["编号", "中文名", "英文名", "组别", "别名", "人数", "权重"],
    )
    assert found.departments[0] == Department(
        "edu", {"zh": "教育局", "en": "Education"}, "民生", 9, 2.0
    )


@pytest.mark.parametrize("mark", [";", "；", "、", "|", ",", "，"])
def test_aliases_are_parted_by_any_usual_mark(mark: str) -> None:
    found = roster(["edu", "教育局", None, None, f"教委{mark} 教体局", None, None])
    assert {"教委", "教体局"} <= set(found.aliases)


def test_total_rows_are_ignored_and_counted() -> None:
    found = roster(["教育局"], ["合计"], headers=["部门"], ignored=1)
    assert (found.rows_read, found.ignored, len(found.departments)) == (3, 2, 1)


def test_a_roster_without_an_id_column_is_refused() -> None:
    assert refused(["x"], headers=["who"]).first.code == "E170"


@pytest.mark.parametrize(
    ("column", "text"),
    [("headcount", "many"), ("headcount", "-1"), ("headcount", "12.7"), ("headcount", "inf"),
     ("headcount", "1e30"), ("headcount", "2000000001"),
     ("weight", "-0.1"), ("weight", "nan"), ("weight", "x")],
)  # fmt: skip
def test_a_number_that_is_none_is_refused_with_its_place(column: str, text: str) -> None:
    row: list[str | None] = ["edu", None, None, None, None, None, None]
    row[HEADERS.index(column)] = text
    finding = refused(["ok", *[None] * 6], row).first
    assert (finding.code, finding.where) == ("E172", {"row": 3, "column": column, "value": text})


def test_all_problems_of_a_roster_are_said_at_once_and_nothing_is_kept() -> None:
    refusal = refused(
        ["edu", None, None, None, "教委", "x", None],
        ["edu", None, None, None, None, None, None],
        [None, "民政局", None, None, None, None, None],
        ["health", None, None, None, "教委", None, None],
        ["fin", None, None, None, "health", None, None],
        ["局" * 201, None, None, None, None, None, None],
    )
    assert sorted(codes_of(refusal.findings)) == ["E135", "E171", "E172", "E173", "E173", "E174"]


def test_an_alias_that_is_another_departments_id_is_refused_with_its_row() -> None:
    finding = refused(
        ["教育局", None, None, None, "民政局", None, None],
        ["民政局", None, None, None, None, None, None],
    ).first
    assert (finding.code, finding.where) == ("E173", {"row": 2, "value": "民政局"})


def test_a_name_that_two_departments_share_stands_for_neither() -> None:
    found = roster(
        ["a", "分局", "A", None, None, None, None], ["b", "分局", "B", None, None, None, None]
    )
    assert "分局" not in found.aliases


def test_odd_ids_are_ids() -> None:
    found = roster(["NA"], ["007"], ["None"], headers=["id"])
    assert [d.id for d in found.departments] == ["NA", "007", "None"]
