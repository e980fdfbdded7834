"""Workspaces of earlier versions: what is brought along, and what must not stay."""

from __future__ import annotations

import hashlib
import json

import pytest
import sqlalchemy as sa

from survey_data.workspace import Workspace, open_workspace, progress
from survey_data.workspace import schema as t
from survey_data.workspace.location import shown_location, without_secrets
from tests.survey_data.workspace.revisions import at_revision

SECRET = "s3cret-pass"
LOCATION = f"postgresql+psycopg://fourfold:{SECRET}@db.local/fourfold"


def everything(workspace: Workspace) -> str:
    with workspace.reading() as connection:
        tables = [connection.execute(sa.select(one)).all() for one in t.metadata.tables.values()]
    return "\n".join(str(tuple(row)) for rows in tables for row in rows)


def test_a_password_that_an_earlier_version_stored_is_taken_out(location: str) -> None:
    engine = at_revision(location, "0003")
    jobs = [
        ("a", "optimise", "done", {"round": "2025", "scope": f"{LOCATION}|owner|published"}, {}),
        ("b", "optimise", "waiting", {"round": "2025", "scope": "/srv/w.db|owner|all"}, None),
        ("c", "robustness", "done", {"round": "2025", "scope": "published"}, {"url": "https://a"}),
        (
            "d",
            "import",
            "refused",
            {"draft": "x"},
            {"findings": [{"message": {"zh": f"工作区 {LOCATION}?password={SECRET} 不能用"}}]},
        ),
    ]
    insert = sa.text(
        "INSERT INTO jobs (id, kind, owner, state, stage, progress, cancel, arguments, result,"
        " changed_at) VALUES (:id, :kind, 'owner', :state, :state, 0, false, :arguments, :result,"
        " '2026')"
    )
    with engine.begin() as connection:
        for id, kind, state, arguments, result in jobs:
            values = {"id": id, "kind": kind, "state": state}
            held = {"arguments": json.dumps(arguments), "result": json.dumps(result)}
            connection.execute(insert, values | held)
    engine.dispose()
    workspace = open_workspace(location)
    found = {id: progress.job(workspace, id) for id, *_ in jobs}
    assert [dict(job.arguments).get("scope") for job in found.values() if job] == [
        "published",
        "all",
        "published",
        None,
    ]
    assert found["c"] is not None and found["c"].result == {"url": "https://a"}
    text = everything(workspace)
    assert "不能用" in text
    assert SECRET not in text and "/srv/w.db" not in text
    # Nobody holds what an earlier version left unfinished.
    assert progress.interrupt_jobs(workspace) == 1
    workspace.close()


def test_answers_of_an_earlier_version_get_their_digests(location: str) -> None:
    engine = at_revision(location, "0003")
    with engine.begin() as connection:
        for line in (
            "INSERT INTO frameworks VALUES ('f', 'f', '1', '{}', '2026')",
            "INSERT INTO rounds (id, name, state, framework, synthetic, sequence)"
            " VALUES ('r', '{}', 'collecting', 'f', false, 1)",
            "INSERT INTO batches (id, kind, round, framework, sha256, mapping, report, state,"
            " sequence, added_at) VALUES ('b', 'survey', 'r', 'f', 's', '{}', '{}', 'active', 1, '')",
        ):
            if line.startswith("INSERT INTO batches"):
                connection.execute(
                    sa.text("INSERT INTO raw_files VALUES ('s', 'x', 1, :content, '2026')"),
                    {"content": b"x"},
                )
            connection.exec_driver_sql(line)
        connection.execute(
            sa.text("INSERT INTO answers VALUES ('b', :rows, :sums)"),
            {"rows": b"rows", "sums": b"sums"},
        )
    engine.dispose()
    workspace = open_workspace(location)
    with workspace.reading() as connection:
        row = connection.execute(sa.select(t.answers)).one()
    assert row.parquet_sha256 == hashlib.sha256(b"rows").hexdigest()
    assert row.moments_sha256 == hashlib.sha256(b"sums").hexdigest()
    workspace.close()


@pytest.mark.parametrize(
    "location",
    [
        LOCATION,
        f"postgresql+psycopg://me@db.local/fourfold?password={SECRET}",
        f"postgresql+psycopg:///fourfold?host=db.local&user=me&sslpassword={SECRET}",
        f"postgresql+psycopg://me:{SECRET}@db.local:port/fourfold",
        f"postgresql+psycopg://me:{SECRET}@[::1/fourfold",
        f"postgresql+psycopg:/me:{SECRET}@db.local/fourfold",
        f"a b://me:{SECRET}@db.local/x",
    ],
)
def test_a_location_is_shown_without_its_password(location: str) -> None:
    assert SECRET not in shown_location(location)
    assert SECRET not in without_secrets(f"cannot reach me:{SECRET}@db.local", location)


@pytest.mark.parametrize("path", ["/a/w.db", r"C:\a\w.db", "C:/a/w.db", "a:b.db", "a@b:c.db"])
def test_a_path_is_shown_as_it_is(path: str) -> None:
    assert shown_location(path) == path
