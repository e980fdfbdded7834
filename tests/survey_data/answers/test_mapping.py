"""Which column holds what (contract.md 3): by decision, id, id in brackets, or the item's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_data.answers.mapping import ColumnMap, map_columns
from survey_data.dialects import read_export
from tests.survey_data.small import ITEMS, codes_of, small_framework, table_of

FRAMEWORK = small_framework()


def mapped(*headers: str, row: list[str] | None = None, **options: object) -> ColumnMap:
    table = table_of(list(headers), row or ["1"] * len(headers))  # type: ignore[arg-type]
    return map_columns(read_export(table), FRAMEWORK, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "header",
    [
        "A1-1a",
        "【A1-1a】我愿意共享",
        "[A1-1a] anything",
        "3. 【 A1-1a 】",
        "我愿意共享数据。",
        "我愿意共享数据",
        "Q3、我愿意共享数据？",
        "I am willing to share data.",
        "i am willing to share data",
        "Ｉ ａｍ ｗｉｌｌｉｎｇ ｔｏ ｓｈａｒｅ ｄａｔａ．",
        "12. I am willing to share data",
    ],
)
def test_an_item_is_found_by_its_id_in_any_form_or_its_text_in_either_language(header: str) -> None:
    assert mapped("部门", header).items == {1: "A1-1a"}


@pytest.mark.parametrize("header", ["a1-1A", "A1-1", "A1-1a2", "我愿意共享", "【A1-9z】我不知道"])
def test_what_is_only_similar_is_not_taken_and_is_listed_as_unmapped(header: str) -> None:
    found = mapped("部门", header, "A1-1b")
    assert found.items == {2: "A1-1b"}
    assert found.unmapped == (1,)


def test_a_decision_wins_over_what_the_header_says() -> None:
    found = mapped("部门", "A1-1a", "Frage 1", overrides={"Frage 1": "A1-1a"})
    assert found.items == {2: "A1-1a"}
    assert found.unmapped == (1,)
    assert not found.blocking


def test_a_decision_for_an_item_that_the_framework_does_not_have_stops_the_import() -> None:
    found = mapped("部门", "x", "A1-1a", overrides={"x": "Z9"})
    assert [(f.code, f.where["column"], f.params["item"]) for f in found.blocking] == [
        ("E155", "x", "Z9")
    ]


@pytest.mark.parametrize(
    "options", [{"overrides": {"no": "A1-1a"}}, {"drop": ["no"]}, {"department": "no"}]
)
def test_a_decision_about_a_column_that_is_not_there_stops_the_import(options: dict) -> None:
    found = mapped("部门", "A1-1a", **options)
    assert "E141" in codes_of(found.blocking)
    assert "部门, A1-1a" in found.blocking[0].message["en"] + found.blocking[0].fix["en"]


def test_the_stronger_claim_to_an_item_wins_and_the_other_column_stays_visible() -> None:
    found = mapped("部门", "我愿意共享数据。", "【A1-1a】old", "A1-1a")
    assert found.items == {3: "A1-1a"}
    assert found.unmapped == (1, 2)


def test_two_equal_claims_to_an_item_stop_the_import_and_name_both_columns() -> None:
    found = mapped("部门", "【A1-1a】one", "[A1-1a] two")
    assert [(f.code, f.where["column"]) for f in found.blocking] == [
        ("E129", "【A1-1a】one, [A1-1a] two")
    ]


def test_two_columns_of_the_same_header_never_share_an_item_silently() -> None:
    assert codes_of(mapped("部门", "A1-1a", "A1-1a").blocking) == ["E129"]


def test_a_dropped_column_holds_nothing() -> None:
    found = mapped("部门", "A1-1a", "A1-1b", drop=["A1-1a"])
    assert found.items == {2: "A1-1b"}
    assert found.dropped == (1,)


@pytest.mark.parametrize(
    "header", ["department", "Department", "部门", "所在部门", "单位", "1、部门："]
)
def test_the_department_column_is_found_by_its_name(header: str) -> None:
    assert mapped("A1-1a", header).department == 1


def test_without_a_department_column_the_import_stops() -> None:
    assert codes_of(mapped("Where", "A1-1a").blocking) == ["E142"]
    assert not mapped("Where", "A1-1a", department="Where").blocking


def test_a_column_that_a_person_decided_upon_is_not_taken_as_the_department() -> None:
    assert mapped("单位", "部门", "A1-1a", drop=["单位"]).department == 1
    found = mapped("单位", "部门", "A1-1a", overrides={"单位": "A1-1b"})
    assert (found.department, found.items) == (1, {0: "A1-1b", 2: "A1-1a"})


def test_without_any_item_the_import_stops() -> None:
    assert codes_of(mapped("部门", "问题一", "问题二").blocking) == ["E143"]


def test_items_without_a_column_are_named() -> None:
    [finding] = mapped("部门", "A1-1a").findings
    assert (finding.code, finding.params["count"]) == ("W243", len(ITEMS) - 1)
    assert finding.params["items"] == "A1-1b, A1-2a"


@pytest.mark.parametrize(
    "header", ["post", "岗位类别", "岗位", "Type of post", "Post", "2. 岗位类别"]
)
def test_a_background_question_is_found_by_its_id_or_any_of_its_names(header: str) -> None:
    found = mapped("部门", header, "A1-1a")
    assert found.attributes == {1: "post"}


def test_of_two_columns_for_one_background_question_the_second_stays_unmapped() -> None:
    found = mapped("部门", "岗位", "Post", "A1-1a")
    assert (found.attributes, found.unmapped) == ({1: "post"}, (2,))


@pytest.mark.parametrize(
    "header", ["check-1", "【check-1】请选", "此题请选择“不同意”", "Please choose 'disagree' here"]
)
def test_an_attention_check_is_found_by_its_id_or_text(header: str) -> None:
    assert mapped("部门", header, "A1-1a").attention == {1: "check-1"}


@pytest.mark.parametrize(
    "header",
    ["姓名", "您的姓名", "Name", "手机号", "联系电话", "Phone", "E-mail", "邮箱", "身份证号码", "IP地址",
     "来自IP", "微信昵称", "工号", "家庭地址"],
)  # fmt: skip
def test_a_personal_column_is_known_by_its_header_and_said(header: str) -> None:
    found = mapped("部门", header, "A1-1a", row=["教育局", "?", "4"])
    assert found.personal == (1,)
    [finding] = [f for f in found.findings if f.code == "E150"]
    assert finding.params["columns"] == header


@pytest.mark.parametrize(
    "value", ["13812345678", "110101199003078515", "11010119900307851X", "a.b@c.gov.cn", "10.0.0.1",
              "61.144.1.2(广东-广州)"]
)  # fmt: skip
def test_a_personal_column_is_known_by_what_it_holds(value: str) -> None:
    found = mapped("部门", "备注", "A1-1a", row=["教育局", value, "4"])
    assert found.personal == (1,)


@pytest.mark.parametrize("header", ["Description", "tips", "模型名称", "电子政务平台"])
def test_an_ordinary_header_is_not_taken_for_personal(header: str) -> None:
    assert mapped("部门", header, "A1-1a", row=["x", "text", "4"]).unmapped == (1,)


def test_an_item_whose_text_names_a_telephone_is_not_dropped() -> None:
    found = mapped("部门", "【A1-1a】有人接电话", "A1-1b")
    assert found.items[1] == "A1-1a"
    assert not found.personal


@given(
    headers=st.lists(
        st.sampled_from(
            ["部门", "单位", "A1-1a", "【A1-1a】x", "A1-1b", "Sharing worries me.", "A1-2a", "岗位",
             "check-1", "姓名", "其他", "备注", "Post"]
        ),
        min_size=1,
        max_size=9,
    ),
    drop=st.sets(st.sampled_from(["其他", "A1-1b", "部门"])),
)  # fmt: skip
def test_every_column_has_exactly_one_meaning_and_none_is_lost(
    headers: list[str], drop: set[str]
) -> None:
    drop &= set(headers)
    table = table_of(headers, ["1"] * len(headers))  # type: ignore[arg-type]
    found = map_columns(read_export(table), FRAMEWORK, drop=drop)
    places = [
        *found.items,
        *([] if found.department is None else [found.department]),
        *found.attributes,
        *found.attention,
        *found.personal,
        *found.dropped,
        *found.unmapped,
    ]
    assert sorted(places) == list(range(len(headers)))
    assert len(set(found.items.values())) == len(found.items)
    assert len(set(found.attributes.values())) == len(found.attributes)
