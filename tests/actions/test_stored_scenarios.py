"""Scenarios in the workspace: versions, audit, and workspaces of before they were kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from actions.access import open_access
from actions.scenarios.edits import edit_scenario, upload_scenario
from actions.scenarios.stored import (
    delete_scenario,
    list_scenarios,
    save_scenario,
    scenario_yaml,
    stored_scenario,
)
from indicators.findings import Refused
from survey_data.workspace import open_workspace
from survey_data.workspace import schema as t
from survey_data.workspace.opening import HEAD
from tests.survey_data.workspace.revisions import at_revision

PLAN = {"scenario": "plan", "measures": [{"id": "M06", "start": 2}, "M02"], "budget": 300}


def test_of_two_people_who_edit_the_same_version_the_second_is_told(tmp_path):
    access = open_access(str(tmp_path / "w.db"))
    assert save_scenario(access, PLAN) == 1
    assert save_scenario(access, PLAN | {"budget": 400}, version=1) == 2
    for version in (0, 1):
        with pytest.raises(Refused) as refused:
            save_scenario(access, PLAN | {"budget": 500}, version=version)
        assert refused.value.first.code == "E920"
    kept = stored_scenario(access, "plan")
    assert kept is not None and kept.version == 2 and kept.content["budget"] == 400
    with pytest.raises(Refused) as refused:
        save_scenario(access, {"scenario": "other", "measures": ["M99"]})
    assert refused.value.first.code == "E321"
    delete_scenario(access, "plan")
    assert list_scenarios(access) == []
    with access.workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.audit.c.result).where(t.audit.c.action == "scenario.edit")
        )
        results = list(rows.scalars())
    assert results == ["done", "done", "refused", "refused", "refused", "deleted"]
    access.workspace.close()


def test_an_upload_that_is_repeated_makes_no_copy_and_another_content_does(tmp_path):
    access = open_access(str(tmp_path / "w.db"))
    file = scenario_yaml(PLAN)
    first = upload_scenario(access, file)
    assert upload_scenario(access, file) == first
    other = upload_scenario(access, scenario_yaml(PLAN | {"budget": 400}))
    assert other.id != first.id
    assert upload_scenario(access, scenario_yaml(PLAN | {"budget": 400})) == other
    edit_scenario(access, first, budget=500)
    assert upload_scenario(access, file).content["budget"] == 300, "what was edited is another"
    assert len(list_scenarios(access)) == 3
    access.workspace.close()


def test_a_stored_scenario_as_a_file_is_the_same_scenario(tmp_path):
    access = open_access(str(tmp_path / "w.db"))
    save_scenario(access, PLAN)
    first = stored_scenario(access, "plan")
    assert first is not None
    save_scenario(access, scenario_yaml(dict(first.content)), version=1)
    second = stored_scenario(access, "plan")
    assert second is not None and second.content == first.content
    access.workspace.close()


def test_a_workspace_of_revision_two_gains_the_tables_and_keeps_its_rows(tmp_path):
    place = tmp_path / "w.db"
    engine = at_revision(str(place), "0002")
    with engine.begin() as connection:
        row = "INSERT INTO audit VALUES (1, '2026', 'owner', 'round.create', 'r', 'done', '{}')"
        connection.exec_driver_sql(row)
    engine.dispose()
    workspace = open_workspace(str(place))
    with workspace.reading() as connection:
        revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        audited = connection.execute(sa.select(sa.func.count()).select_from(t.audit)).scalar()
    workspace.close()
    assert revision == HEAD and audited == 1
    assert save_scenario(open_access(str(place)), PLAN) == 1
