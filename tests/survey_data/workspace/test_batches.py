"""Batches (contract.md 3): wholly in or out, the same again is one, superseded but never edited."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from actions.access import Access
from actions.data.imports import import_survey
from indicators.answers.moments import SurveyMoments
from indicators.findings import Refused
from indicators.framework import load_framework
from survey_data.workspace import Workspace, batches, open_workspace, registry
from survey_data.workspace import schema as tables
from survey_data.workspace.batches import ADD
from tests.survey_data.small import YAML, small_framework
from tests.survey_data.workspace.imports import (
    HEADER,
    ONE,
    TWO,
    bring,
    bring_metrics,
    everything,
    read_survey,
    states,
)


def refused_code(*arguments: object, **options: object) -> str:
    with pytest.raises(Refused) as caught:
        bring(*arguments, **options)  # type: ignore[arg-type]
    return caught.value.first.code


def kept_name(workspace: Workspace, sha256: str) -> str:
    """The name under which a raw file is kept."""
    query = sa.select(tables.raw_files.c.name).where(tables.raw_files.c.sha256 == sha256)
    with workspace.reading() as connection:
        return connection.execute(query).scalar_one()


def moments(workspace: Workspace, round_id: str = "2025") -> SurveyMoments:
    survey = batches.evidence(workspace, round_id)[0].survey
    assert survey is not None
    return survey


def test_raw_bytes_are_kept_under_their_sha_256(workspace: Workspace) -> None:
    content = bytes(range(256)) * 50
    sha256 = batches.store_raw(workspace, content, "any.bin")
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert batches.raw_content(workspace, sha256) == content


def test_the_same_bytes_are_kept_once_under_the_name_they_came_with_first(
    workspace: Workspace,
) -> None:
    one = batches.store_raw(workspace, b"abc", "first.csv")
    two = batches.store_raw(workspace, b"abc", "second.csv")
    assert one == two
    assert kept_name(workspace, one) == "first.csv"
    assert len(everything(workspace)["raw_files"]) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a\nb\x00.csv", "a_b_.csv"),
        ("gepj.\u202excod", "gepj._xcod"),
        ("", "_"),
        ("调查 2025.xlsx", "调查 2025.xlsx"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
    ],
)
def test_a_file_name_cannot_do_harm(workspace: Workspace, name: str, kept: str) -> None:
    sha256 = batches.store_raw(workspace, name.encode(), name)
    assert kept_name(workspace, sha256) == kept


def test_a_file_that_is_refused_is_kept_with_a_line_in_the_audit_trail_and_nothing_else(
    workspace: Workspace,
) -> None:
    content = b"%PDF-1.7 not a table"
    with pytest.raises(Refused):
        import_survey(Access(workspace), content, "report.csv", "2025")
    sha256 = hashlib.sha256(content).hexdigest()
    assert batches.raw_content(workspace, sha256) == content
    [line] = registry.audit_trail(workspace)
    assert (line["action"], line["object"], line["result"]) == ("batch.import", sha256, "refused")
    filled = {name for name, rows in everything(workspace).items() if rows}
    assert filled == {"raw_files", "audit"}


def test_the_id_of_a_batch_derives_from_its_content_alone() -> None:
    framework = small_framework()
    other = load_framework(YAML.replace('version: "1"', 'version: "2"'))
    first = batches.batch_id("a" * 64, "2025", framework, {"x": 1, "y": 2})
    assert first == batches.batch_id("a" * 64, "2025", framework, {"y": 2, "x": 1})
    different = {
        batches.batch_id("b" * 64, "2025", framework, {"x": 1, "y": 2}),
        batches.batch_id("a" * 64, "2024", framework, {"x": 1, "y": 2}),
        batches.batch_id("a" * 64, "2025", other, {"x": 1, "y": 2}),
        batches.batch_id("a" * 64, "2025", framework, {"x": 1, "y": 3}),
    }
    assert len(different | {first}) == 5


def test_the_same_file_again_is_the_same_batch_and_changes_nothing(workspace: Workspace) -> None:
    first, new = bring(workspace, ONE)
    assert new
    before = everything(workspace)
    assert bring(workspace, ONE) == (first, False)
    assert bring(workspace, ONE, mode=ADD) == (first, False)
    assert everything(workspace) == before


def test_the_same_file_in_another_round_is_another_batch(workspace: Workspace) -> None:
    assert bring(workspace, ONE)[0] != bring(workspace, ONE, "2026")[0]


def test_a_further_file_must_say_whether_it_adds_or_supersedes(workspace: Workspace) -> None:
    first, _ = bring(workspace, ONE)
    before = everything(workspace)
    with pytest.raises(Refused) as caught:
        bring(workspace, TWO)
    finding = caught.value.first
    assert (finding.code, finding.params["batches"]) == ("E910", first)
    assert "--add" in finding.fix["en"] and "--supersede" in finding.fix["en"]
    after = everything(workspace)
    assert len(after.pop("raw_files")) == len(before.pop("raw_files")) + 1
    assert after == before


def test_an_added_file_counts_together_with_the_first(workspace: Workspace) -> None:
    bring(workspace, ONE)
    bring(workspace, TWO, mode=ADD)
    together = read_survey(HEADER.encode() + ONE.split(b"\n", 1)[1] + TWO.split(b"\n", 1)[1])
    assert moments(workspace).fingerprint() == together.moments.fingerprint()
    assert set(states(workspace).values()) == {"active"}


def test_a_superseding_file_counts_instead_of_the_one_it_names(workspace: Workspace) -> None:
    first, _ = bring(workspace, ONE)
    second, _ = bring(workspace, TWO, mode=first)
    assert states(workspace) == {first: "superseded", second: "active"}
    assert moments(workspace).fingerprint() == read_survey(TWO).moments.fingerprint()
    [old, _] = registry.round_named(workspace, "2025").batches
    assert old.superseded_by == second


def test_a_superseded_batch_keeps_all_that_it_was(workspace: Workspace) -> None:
    first, _ = bring(workspace, ONE)
    rows = batches.answers(workspace, first)
    before = everything(workspace)
    bring(workspace, TWO, mode=first)
    assert batches.answers(workspace, first).equals(rows)
    after = everything(workspace)
    for table in ("answers", "raw_files", "frameworks", "rounds", "departments"):
        assert all(row in after[table] for row in before[table]), table
    [old] = [row for row in after["batches"] if row[0] == first]
    [was] = before["batches"]
    changed = [a for a, b in zip(old, was, strict=True) if a != b]
    assert len(changed) == 2


def test_a_superseded_file_can_come_back(workspace: Workspace) -> None:
    first, _ = bring(workspace, ONE)
    second, _ = bring(workspace, TWO, mode=first)
    assert bring(workspace, ONE, mode=second) == (first, True)
    assert states(workspace) == {first: "active", second: "superseded"}
    assert moments(workspace).fingerprint() == read_survey(ONE).moments.fingerprint()


def test_only_an_active_batch_of_the_same_round_can_be_superseded(workspace: Workspace) -> None:
    first, _ = bring(workspace, ONE)
    other, _ = bring(workspace, ONE, "2026")
    bring(workspace, TWO, mode=first)
    third = HEADER.encode() + b"x,,1,1,1\n"
    before = everything(workspace)["batches"]
    for wrong in (first, other, "B-000000000000"):
        assert refused_code(workspace, third, mode=wrong) == "E911"
    assert everything(workspace)["batches"] == before


def test_of_two_first_files_at_the_same_moment_one_is_refused(location: str) -> None:
    """Otherwise both would count, and nobody had asked for that."""
    open_workspace(location).close()
    together = threading.Barrier(2)

    def one(content: bytes) -> str:
        workspace = open_workspace(location)
        together.wait()
        try:
            bring(workspace, content)
        except Refused as refusal:
            return refusal.first.code
        finally:
            workspace.close()
        return "in"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, [ONE, TWO])) == ["E910", "in"]


def test_the_rows_of_a_batch_are_the_coded_answers_with_their_places(workspace: Workspace) -> None:
    id, _ = bring(workspace, ONE)
    assert batches.answers(workspace, id).to_pydict() == {
        "row": [2, 3, 4],
        "department": ["教育局", "教育局", "民政局"],
        "attribute:post": ["业务", "领导", "业务"],
        "A1-1a": [5, 4, 3],
        "A1-1b": [1, None, 3],
        "A1-2a": [10, 8, 5],
    }


@pytest.mark.parametrize(("low", "high"), [(-300, -290), (-128, 127), (120, 130), (0, 1000)])
def test_answers_on_an_unusual_scale_are_kept_exactly(
    sqlite_workspace: Workspace, low: int, high: int
) -> None:
    framework = load_framework(YAML.replace("{min: 0, max: 10}", f"{{min: {low}, max: {high}}}"))
    content = f"部门,A1-2a\nx,{low}\nx,{high}\nx,\n".encode()
    id, _ = bring(sqlite_workspace, content, framework=framework)
    assert batches.answers(sqlite_workspace, id)["A1-2a"].to_pylist() == [low, high, None]


def test_departments_of_a_file_are_made_and_known_ones_are_left_as_they_are(
    workspace: Workspace,
) -> None:
    from indicators.evidence import Department

    listed = Department("教育局", {"zh": "教育局", "en": "Education"}, "民生", 90, 2.0)
    with workspace.writing() as connection:
        registry.save_departments(connection, [listed], {})
    bring(workspace, ONE)
    assert registry.departments(workspace) == [
        listed if d == "教育局" else Department(d, {"zh": d, "en": d})
        for d in sorted(["教育局", "民政局"])
    ]
    assert registry.rostered_ids(workspace) == {"教育局"}


def test_a_round_is_bound_to_the_framework_of_its_first_file(workspace: Workspace) -> None:
    bring(workspace, ONE)
    other = load_framework(YAML.replace('version: "1"', 'version: "2"'))
    assert refused_code(workspace, TWO, mode=ADD, framework=other) == "E912"
    assert registry.round_named(workspace, "2025").framework == small_framework().digest


def test_a_round_without_data_has_no_evidence(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        registry.ensure_round(connection, "2025", small_framework())
    with pytest.raises(Refused) as caught:
        batches.evidence(workspace, "2025")
    assert caught.value.first.code == "E918"


def test_the_key_of_the_evidence_changes_with_whatever_may_change_it_and_nothing_else(
    workspace: Workspace,
) -> None:
    from indicators.evidence import Department

    first, _ = bring(workspace, ONE)
    keys = [batches.evidence_key(workspace, "2025")]
    bring(workspace, ONE, "2026", mode=None)
    batches.store_raw(workspace, b"unrelated", "x")
    assert batches.evidence_key(workspace, "2025") == keys[0]
    bring(workspace, TWO, mode=first)
    keys.append(batches.evidence_key(workspace, "2025"))
    bring_metrics(workspace)
    keys.append(batches.evidence_key(workspace, "2025"))
    with workspace.writing() as connection:
        department = Department("教育局", {"zh": "教育局", "en": "Education"}, "民生", 9)
        registry.save_departments(connection, [department], {})
    keys.append(batches.evidence_key(workspace, "2025"))
    assert len(set(keys)) == len(keys)


def test_a_failure_at_any_statement_of_a_commit_leaves_nothing(workspace: Workspace) -> None:
    """The commit is broken at its first statement, its second, … until it goes through."""
    found, sha256 = read_survey(ONE), batches.store_raw(workspace, ONE, "survey.csv")
    before = everything(workspace)
    for broken_at in range(1, 60):
        seen = 0

        def count(*_: object, limit: int = broken_at) -> None:
            nonlocal seen
            seen += 1
            if seen > limit:
                raise ZeroDivisionError

        event.listen(workspace.engine, "before_cursor_execute", count)
        try:
            with workspace.writing() as connection:
                batches.commit_survey(connection, "2025", found, sha256, {}, {"教委": "教育局"})
                registry.record(connection, "owner", "batch.import", "x", "done")
        except ZeroDivisionError:
            event.remove(workspace.engine, "before_cursor_execute", count)
            assert everything(workspace) == before
        else:
            event.remove(workspace.engine, "before_cursor_execute", count)
            break
    assert broken_at > 8
    after = everything(workspace)
    for table in ("batches", "answers", "rounds", "frameworks", "aliases", "audit"):
        assert len(after[table]) == 1, table


_ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(["教育局", "民政局", "水利局"]),
        st.sampled_from(["", "1", "3", "5"]),
        st.sampled_from(["", "2", "4"]),
        st.sampled_from(["", "0", "10"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(_ANSWERS, min_size=1, max_size=3))
def test_evidence_is_the_union_of_the_active_batches_however_the_answers_were_parted(
    sqlite_workspace: Workspace, parts: list[list[tuple[str, ...]]]
) -> None:
    def file(rows: list[tuple[str, ...]]) -> bytes:
        return (HEADER + "".join(f"{d},,{a},{b},{c}\n" for d, a, b, c in rows)).encode()

    round_id = f"r{len(registry.rounds(sqlite_workspace))}"
    different = list({file(rows): rows for rows in parts}.values())
    for rows in different:
        bring(sqlite_workspace, file(rows), round_id, mode=ADD)
    together = read_survey(file([row for rows in different for row in rows])).moments
    kept = moments(sqlite_workspace, round_id)
    answered = [d for d, n in zip(together.departments, together.n, strict=True) if n > 0]
    assert kept.fingerprint() == together.for_departments(answered).fingerprint()
