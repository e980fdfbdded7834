"""Rounds, frameworks, departments, settings and the audit trail of a workspace."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import survey_data.workspace
from indicators.evidence import Department
from indicators.findings import Refused
from indicators.framework import default_framework, load_framework
from survey_data.workspace import Workspace, registry
from tests.survey_data.small import YAML, small_framework
from tests.survey_data.workspace.imports import ONE, bring

OTHER = load_framework(YAML.replace('version: "1"', 'version: "2"'))
CHANGED = load_framework(YAML.replace("zh: 小框架", "zh: 改过的框架"))
EDUCATION = Department("教育局", {"zh": "教育局", "en": "Education"}, "民生", 120, 1.5)


def new_rounds(workspace: Workspace, *ids: str) -> None:
    with workspace.writing() as connection:
        for id in ids:
            registry.ensure_round(connection, id, small_framework())


def code_of(call: object, *arguments: object) -> str:
    with pytest.raises(Refused) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.first.code


def test_rounds_come_in_time_order_and_those_without_a_time_last(workspace: Workspace) -> None:
    new_rounds(workspace, "pilot", "2025-Q3", "2024", "2025-02", "2025", "again")
    listed = registry.rounds(workspace)
    assert [r.id for r in listed] == ["2024", "2025", "2025-02", "2025-Q3", "pilot", "again"]
    assert [r.starts_on for r in listed] == [
        "2024-01-01", "2025-01-01", "2025-02-01", "2025-07-01", None, None,
    ]  # fmt: skip
    assert {r.state for r in listed} == {"collecting"}


@given(year=st.integers(1000, 9999), month=st.integers(1, 12), quarter=st.integers(1, 4))
def test_the_first_day_of_a_round_follows_from_its_id(year: int, month: int, quarter: int) -> None:
    assert registry.starts_on(f"{year}") == f"{year}-01-01"
    assert registry.starts_on(f"{year}-{month:02}") == f"{year}-{month:02}-01"
    first = {1: "01", 2: "04", 3: "07", 4: "10"}[quarter]
    assert registry.starts_on(f"{year}-Q{quarter}") == f"{year}-{first}-01"


@pytest.mark.parametrize(
    "id", ["2025-13", "2025-Q5", "25", "2025-1", "2025-02-03", "round 2025", "２０２５年"]
)
def test_an_id_that_is_no_year_month_or_quarter_has_no_first_day(id: str) -> None:
    assert registry.starts_on(id) is None


@pytest.mark.parametrize("id", ["", " 2025", "a/b", "../x", "x" * 41, "a\nb", "<b>", "-1"])
def test_a_round_id_that_could_do_harm_is_refused(workspace: Workspace, id: str) -> None:
    assert code_of(new_rounds, workspace, id) == "E916"


@pytest.mark.parametrize("id", ["2025", "2025年第一轮", "pilot 2.1", "a_b-c", "x" * 40])
def test_an_ordinary_round_id_is_taken(workspace: Workspace, id: str) -> None:
    new_rounds(workspace, id)
    assert registry.round_named(workspace, id).name == {"zh": id, "en": id}


def test_a_round_that_does_not_exist_is_refused_with_those_that_do(workspace: Workspace) -> None:
    new_rounds(workspace, "2024", "2025")
    with pytest.raises(Refused) as caught:
        registry.round_named(workspace, "2026")
    assert caught.value.first.code == "E913"
    assert caught.value.first.params["rounds"] == "2024, 2025"


def test_a_round_can_change_its_framework_until_it_has_data(workspace: Workspace) -> None:
    new_rounds(workspace, "2025")
    with workspace.writing() as connection:
        registry.bind_round(connection, "2025", OTHER)
    assert registry.round_named(workspace, "2025").framework == OTHER.digest
    bring(workspace, ONE, "2026")

    def bind() -> None:
        with workspace.writing() as connection:
            registry.bind_round(connection, "2026", OTHER)

    assert code_of(bind) == "E917"
    assert registry.round_named(workspace, "2026").framework == small_framework().digest


def test_the_state_of_a_round_is_kept(workspace: Workspace) -> None:
    new_rounds(workspace, "2025")
    with workspace.writing() as connection:
        registry.set_round_state(connection, "2025", "published")
    assert registry.round_named(workspace, "2025").state == "published"


def test_a_framework_comes_back_by_digest_and_by_name_with_the_same_content(
    workspace: Workspace,
) -> None:
    framework = small_framework()
    with workspace.writing() as connection:
        registry.add_framework(connection, framework)
        registry.add_framework(connection, framework)
    by_digest = registry.framework_by_digest(workspace, framework.digest)
    assert by_digest == registry.framework_named(workspace, "small@1") == framework
    assert by_digest.digest == framework.digest
    assert code_of(registry.framework_named, workspace, "small@9") == "E915"


def test_the_same_id_and_version_with_other_content_is_refused(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        registry.add_framework(connection, small_framework())

    def add() -> None:
        with workspace.writing() as connection:
            registry.add_framework(connection, CHANGED)

    assert code_of(add) == "E914"
    assert registry.framework_named(workspace, "small@1").digest == small_framework().digest


def test_new_rounds_use_the_framework_that_was_adopted(workspace: Workspace) -> None:
    assert registry.current_framework(workspace).digest == default_framework().digest
    shipped = default_framework()
    name = f"{shipped.id}@{shipped.version}"
    assert registry.framework_named(workspace, name).digest == shipped.digest
    with workspace.writing() as connection:
        registry.use_framework(connection, OTHER)
    assert registry.current_framework(workspace).digest == OTHER.digest
    with workspace.writing() as connection:
        registry.use_framework(connection, small_framework())
    assert registry.current_framework(workspace).digest == small_framework().digest


def test_a_department_is_kept_with_both_names_group_headcount_and_weight(
    workspace: Workspace,
) -> None:
    with workspace.writing() as connection:
        registry.save_departments(connection, [EDUCATION], {"教委": "教育局"})
    assert registry.departments(workspace) == [EDUCATION]
    known = registry.known_departments(workspace)
    assert known.names == {"教育局": {"zh": "教育局", "en": "Education"}}
    assert known.aliases == {"教委": "教育局"}


def test_a_new_roster_replaces_the_facts_of_the_departments_it_lists_only(
    workspace: Workspace,
) -> None:
    other = Department("民政局", {"zh": "民政局", "en": "Civil Affairs"}, "民生", 60, 1.0)
    newer = Department("教育局", {"zh": "教育局", "en": "Schools"}, "综合", None, 0.0)
    with workspace.writing() as connection:
        registry.save_departments(connection, [EDUCATION, other], {})
    with workspace.writing() as connection:
        registry.save_departments(connection, [newer], {})
    assert registry.departments(workspace) == [newer, other]


def test_an_alias_can_be_given_to_another_department(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        registry.ensure_departments(connection, ["甲", "乙"])
        registry.save_aliases(connection, {"丙": "甲"})
    with workspace.writing() as connection:
        registry.save_aliases(connection, {"丙": "乙"})
    assert registry.known_departments(workspace).aliases == {"丙": "乙"}


def test_the_longest_names_that_an_import_accepts_can_be_kept(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        registry.ensure_departments(connection, ["局" * 200])
        registry.save_aliases(connection, {"名" * 200: "局" * 200})
    assert registry.known_departments(workspace).aliases == {"名" * 200: "局" * 200}


def test_a_setting_is_kept_as_bytes_and_replaced_by_a_later_one(workspace: Workspace) -> None:
    assert registry.setting(workspace, "x") is None
    for value in (b"\x00\xff", b"", "四维".encode()):
        with workspace.writing() as connection:
            registry.save_setting(connection, "x", value)
        assert registry.setting(workspace, "x") == value


def test_lines_of_the_audit_trail_are_added_in_order_and_stay(workspace: Workspace) -> None:
    trails = []
    for number in range(3):
        with workspace.writing() as connection:
            detail = {"n": number, "文": "本", "none": None}
            registry.record(connection, "owner", "score.read", f"o{number}", "done", detail)
        trails.append(registry.audit_trail(workspace))
    assert trails[2][:2] == trails[1]
    assert trails[1][:1] == trails[0]
    assert [line["object"] for line in trails[2]] == ["o0", "o1", "o2"]
    assert trails[2][1]["detail"] == {"n": 1, "文": "本", "none": None}
    assert all(str(line["at"]).endswith("+00:00") for line in trails[2])


def test_an_object_too_long_for_the_audit_trail_is_cut_not_refused(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        registry.record(connection, "owner", "x", "o" * 999, "done")
    [line] = registry.audit_trail(workspace)
    assert line["object"] == "o" * 255


def test_no_code_of_the_workspace_changes_or_removes_what_is_kept_for_good() -> None:
    """Audit lines, raw files, answers and metric values are only ever inserted and read."""
    kept = {"audit", "raw_files", "answers", "metric_values"}
    folder = Path(str(survey_data.workspace.__file__)).parent
    changes = []
    for source in folder.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("update", "delete")
                and isinstance(node.func.value, ast.Attribute)
            ):
                changes.append(node.func.value.attr)
    assert "batches" in changes
    assert not kept & set(changes)
