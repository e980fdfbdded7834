"""A workspace of an earlier version opens in this one, with the same scores and everything in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.access import open_access
from actions.data.drafts import get_draft, open_drafts, preview_draft, read_draft
from actions.framework.drafts import base_frameworks, draft_view, framework_drafts
from actions.measures.experts import experts_report
from actions.scenarios.stored import list_scenarios, scenario_yaml
from cli.main import run
from survey_data.workspace import opening, registry
from tests.kept.workspaces import REVISIONS, answered, unpack

WITH_ROSTER_AND_BLANKS = ("2024", "2025", "2026")
"""Rounds whose intervals were too narrow in revision 0003; see README.md."""
UNCERTAIN = ("low", "high")


@pytest.fixture(scope="module", params=REVISIONS)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Path of the kept workspace, and what its version said of it."""
    folder = tmp_path_factory.mktemp("kept")
    yield unpack(request.param, folder), answered(request.param)


def asked(capsys: pytest.CaptureFixture, workspace: str, *arguments: str) -> Any:
    capsys.readouterr()
    status = run(["--workspace", workspace, *arguments, "--json"])
    seen = capsys.readouterr()
    assert status == 0, seen.out
    return json.loads(seen.out)


def same(now: Any, then: Any, leave: tuple[str, ...] = (), at: str = "") -> None:
    """What was said then is said now, numbers to 1e-9; more may be said now."""
    if isinstance(then, dict):
        for key, value in then.items():
            if key not in leave:
                assert key in now, f"{at}/{key}"
                same(now[key], value, leave, f"{at}/{key}")
    elif isinstance(then, list):
        assert len(now) == len(then), at
        for place, (new, old) in enumerate(zip(now, then, strict=True)):
            same(new, old, leave, f"{at}/{place}")
    elif isinstance(then, float):
        assert now == pytest.approx(then, rel=1e-9, abs=1e-9), at
    else:
        assert now == then, at


def leaves(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(leaves(one) for one in (value.values() if isinstance(value, dict) else value))
    return 1


def test_it_is_brought_to_the_newest_revision_and_is_sound(kept):
    access = open_access(kept[0])
    with access.workspace.reading() as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        assert revision == opening.HEAD
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    access.workspace.close()


@pytest.mark.parametrize("round_id", ["2024", "2025", "2026", "2026-Q4"])
def test_every_round_has_the_scores_and_levels_that_it_had(kept, capsys, round_id):
    path, then = kept
    then = then["score"][round_id]
    now = asked(capsys, path, "score", "--round", round_id)
    for unit in (*now["units"], now["city"]):
        unit["nodes"]["overall"] = unit["overall"]
    leave = UNCERTAIN if round_id in WITH_ROSTER_AND_BLANKS else ()
    same(now["framework"], then["framework"])
    units = {unit["id"]: unit for unit in now["units"]}
    assert set(units) == {unit["id"] for unit in then["units"]}
    for unit in then["units"]:
        same(units[unit["id"]], unit, leave, unit["id"])
    city = {key: value for key, value in then["city"].items() if value is not None}
    same(now["city"], city, leave, "city")
    assert leaves(then) > 500


def test_changes_between_rounds_are_those_of_the_scores_then(kept, capsys):
    path, then = kept
    now = asked(capsys, path, "compare", "--round", "2025", "--with", "2024")
    for part in (now, now["change"]):
        part["units"] = {unit["id"]: unit for unit in part["units"]}
    for unit in then["compare"]["2025"]["units"]:
        score = now["units"][unit["id"]]["score"]["score"]
        assert score == pytest.approx(unit["score"]["score"], abs=1e-9)
        assert now["units"][unit["id"]]["level"] == unit["level"]
    for unit in then["compare"]["2025"]["change"]["units"]:
        moved = now["change"]["units"][unit["id"]]["difference"]
        assert moved == pytest.approx(unit["difference"], abs=1e-9)


def test_a_round_without_a_roster_is_compared_as_it_was(kept, capsys):
    path, then = kept
    now = asked(capsys, path, "compare", "--round", "2026-Q4")
    for part in ("units", "pairs"):
        same(now[part], then["compare"]["2026-Q4"][part], at=part)


@pytest.mark.parametrize("scenario", ["inventory-first", "rules"])
def test_a_stored_scenario_leads_to_what_it_led_to(kept, capsys, tmp_path, scenario):
    path, then = kept
    access = open_access(path)
    held = next(one for one in list_scenarios(access) if one.id == scenario)
    access.workspace.close()
    file = tmp_path / "s.yaml"
    file.write_bytes(scenario_yaml(dict(held.content)))
    for round_id in ("2025", "2026-Q4"):
        now = asked(capsys, path, "simulate", str(file), "--round", round_id)
        before = then["simulate"][scenario][round_id]
        for part in ("catalogue", "cost", "unmet", "checks", "measures"):
            same(now[part], before[part], at=part)
        if round_id not in WITH_ROSTER_AND_BLANKS:
            same(now["units"], before["units"], at="units")


def test_rounds_batches_departments_and_frameworks_are_listed_as_they_were(kept, capsys):
    path, then = kept
    same(asked(capsys, path, "rounds"), then["rounds"])
    same(asked(capsys, path, "departments"), then["departments"])
    access = open_access(path)
    assert [one.name for one in base_frameworks(access)] == then["frameworks"]
    access.workspace.close()


def test_drafts_go_on_and_the_trail_and_finished_jobs_are_there(kept):
    path, then = kept
    access = open_access(path)
    for one in then["drafts"]:
        held = get_draft(access, one["id"])
        assert held is not None
        assert (held.version, dict(held.content)) == (one["version"], one["content"])
        assert preview_draft(access, held, read_draft(access, held)).report()["accepted"] == 12
    assert [one.id for one in open_drafts(access)] == [one["id"] for one in then["drafts"]]
    (draft,) = framework_drafts(access)
    view = draft_view(access, draft)
    shown = {"id": draft.id, "base": view.base, "name": view.name, "changes": len(view.changes)}
    assert shown == then["framework_draft"]
    trail = [[line["action"], line["result"]] for line in registry.audit_trail(access.workspace)]
    assert trail[: len(then["audit"])] == then["audit"]
    with access.workspace.reading() as connection:
        jobs = connection.exec_driver_sql("SELECT kind, state FROM jobs").all()
    done = sorted(kind for kind, state in jobs if state == "done")
    assert done == ["import", "optimise", "optimise", "robustness"]
    same(experts_report(access), then["experts"])
    access.workspace.close()


def test_a_kept_workspace_stays_small():
    for path in Path(__file__).parent.glob("*.gz"):
        assert path.stat().st_size < 1 << 20, path.name
