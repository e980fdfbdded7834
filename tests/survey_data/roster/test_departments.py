"""Names of departments: near names are proposed, never taken (contract.md 3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_data.roster.departments import (
    KnownDepartments,
    department_name,
    match_departments,
    proposal_findings,
)

KNOWN = KnownDepartments(
    {
        "卫生健康委员会": {"zh": "卫生健康委员会", "en": "Health Commission"},
        "教育局": {"zh": "教育局", "en": "Education Bureau"},
        "第1区": {"zh": "第1区", "en": "District 1"},
        "Big Data": {"zh": "大数据局", "en": "Big Data"},
    },
    {"卫健委": "卫生健康委员会"},
)


def match(
    name: str, aliases: dict[str, str] | None = None, known: KnownDepartments = KNOWN
) -> tuple[str, list[str]]:
    """The id that a name gets, and what is proposed for it."""
    ids, proposals = match_departments([name], known, aliases or {})
    return ids[name], proposals.get(name, [])


def test_an_exact_id_is_used() -> None:
    assert match("教育局") == ("教育局", [])


def test_a_confirmed_alias_is_used_without_a_question() -> None:
    assert match("卫健委") == ("卫生健康委员会", [])


def test_an_alias_of_this_import_is_used() -> None:
    assert match("教体局", {"教体局": "教育局"}) == ("教育局", [])


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("卫生健康委", "卫生健康委员会"),
        ("市卫生健康委员会", "卫生健康委员会"),
        ("卫生健康委员会（本级）", "卫生健康委员会"),
        ("教 育 局", "教育局"),
        ("某某市教育局", "教育局"),
        ("Education  bureau", "教育局"),
        ("big data", "Big Data"),
        ("大数据管理局", "Big Data"),
    ],
)
def test_a_near_name_is_a_new_department_with_a_proposal(name: str, near: str) -> None:
    id, proposals = match(name)
    assert id == name
    assert proposals[0] == near


@pytest.mark.parametrize("name", ["水利局", "第2区", "District 2", "Finance", "海关", "教育局2"])
def test_a_clearly_different_name_is_a_new_department_without_a_proposal(name: str) -> None:
    assert match(name) == (name, [])


def test_at_most_three_departments_are_proposed_nearest_first() -> None:
    known = KnownDepartments({f"教育{c}局": {"zh": f"教育{c}局", "en": c} for c in "甲乙丙丁戊"})
    _, proposals = match("教育局", known=known)
    assert len(proposals) == 3


@pytest.mark.parametrize("name", ["NA", "None", "null", "007", "nan", "-"])
def test_odd_texts_are_names(name: str) -> None:
    assert department_name(f" {name}\u3000") == name
    assert match(name)[0] == name


def test_a_proposal_names_the_column_the_name_and_what_is_near_in_both_languages() -> None:
    [finding] = proposal_findings({"卫健局": ["卫生健康委员会"]}, "部门")
    assert (finding.code, finding.severity) == ("W241", "warning")
    assert finding.where == {"column": "部门", "value": "卫健局"}
    for language in ("zh", "en"):
        assert "卫健局" in finding.message[language]
        assert "卫生健康委员会" in finding.message[language]


_NAME = st.text("市教育卫生健康委员会局办公室大数据民政BigDta 12", min_size=1, max_size=9).map(
    str.strip
)


@given(
    names=st.sets(_NAME.filter(bool), max_size=6),
    known=st.sets(_NAME.filter(bool), max_size=6),
    aliases=st.dictionaries(_NAME.filter(bool), _NAME.filter(bool), max_size=3),
)
def test_without_a_decision_no_name_ever_becomes_another_department(
    names: set[str], known: set[str], aliases: dict[str, str]
) -> None:
    held = KnownDepartments({name: {"zh": name, "en": name} for name in known})
    ids, proposals = match_departments(names, held, aliases)
    assert set(ids) == names
    for name, id in ids.items():
        assert id == aliases.get(name, name)
    for name, near in proposals.items():
        assert name not in known and name not in aliases
        assert 1 <= len(near) <= 3
        assert set(near) <= known


@pytest.mark.parametrize(
    "name",
    ["財政局", "財政", "财政局（本级）", "Ｈ市财政局", "财 政 局", "财政厅"],
)
def test_other_forms_of_a_name_are_proposed_and_never_taken(name):
    known = KnownDepartments(
        {"财政局": {"zh": "财政局", "en": "Finance"}, "教育局": {"zh": "教育局", "en": "Education"}}
    )
    ids, proposals = match_departments([name], known, {})
    assert ids == {name: name}
    assert proposals[name][0] == "财政局"
