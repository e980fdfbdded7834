"""Every change leaves one line in the audit trail, made or refused, with who, what and why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.access import Access, User, open_access
from actions.data.demo import load_demo
from actions.data.departments import import_departments
from actions.data.imports import import_metrics, import_survey
from actions.errors import Refused
from actions.framework.frameworks import use_framework
from actions.rounds import bind_round, new_round, publish_round
from indicators.framework import default_framework_text
from survey_data.workspace import registry

VISITOR = User("visitor", frozenset())
ROSTER = "id,headcount\n甲局,40\n".encode()
REFUSED: list[tuple[str, str, Callable[[Access], Any]]] = [
    ("round.create", "E916", lambda a: new_round(a, "a/b")),
    ("round.create", "E919", lambda a: new_round(a, "2026")),
    ("round.bind", "E915", lambda a: bind_round(a, "2026", "none@1")),
    ("round.bind", "E913", lambda a: bind_round(a, "2099", "city-sharing@2025.1")),
    ("round.publish", "E913", lambda a: publish_round(a, "2099")),
    ("framework.use", "E316", lambda a: use_framework(a, b"framework: X Y\n")),
    ("departments.import", "E170", lambda a: import_departments(a, b"name\nx\n", "d.csv")),
    ("batch.import", "E143", lambda a: import_survey(a, "部门,x\n甲,1\n".encode(), "x", "2026")),
    ("batch.import", "E164", lambda a: import_metrics(a, "部门,x\n甲,1\n".encode(), "x", "2026")),
]
CHANGES: list[tuple[str, Callable[[Access], Any]]] = [
    ("round.create", lambda a: new_round(a, "2027")),
    ("round.bind", lambda a: bind_round(a, "2026", "city-sharing@2025.1")),
    ("round.publish", lambda a: publish_round(a, "2026")),
    ("framework.use", lambda a: use_framework(a, default_framework_text().encode())),
    ("departments.import", lambda a: import_departments(a, ROSTER, "d.csv")),
    ("batch.import", lambda a: import_survey(a, "部门,P1-1a\n甲,1\n".encode(), "x", "2026")),
    ("batch.import", lambda a: import_metrics(a, "部门,P1-2\n甲,1\n".encode(), "x", "2026")),
    ("demo.load", lambda a: load_demo(a, departments=3, respondents=6, rounds=1)),
]


@pytest.fixture
def access(tmp_path) -> Access:
    opened = open_access(str(tmp_path / "own.db"))
    new_round(opened, "2026")
    return opened


def lines(access: Access) -> list[dict[str, Any]]:
    return registry.audit_trail(access.workspace)


@pytest.mark.parametrize(("action", "code", "call"), REFUSED, ids=lambda v: str(v)[:20])
def test_a_refused_change_leaves_its_line_and_no_other_trace(access, action, code, call):
    rounds, departments = registry.rounds(access.workspace), registry.departments(access.workspace)
    before = lines(access)
    with pytest.raises(Refused) as caught:
        call(access)
    assert caught.value.first.code == code
    (line,) = lines(access)[len(before) :]
    assert (line["user"], line["action"], line["result"]) == ("owner", action, "refused")
    assert code in line["detail"]["codes"]
    assert registry.rounds(access.workspace) == rounds
    assert registry.departments(access.workspace) == departments


@pytest.mark.parametrize(("action", "call"), CHANGES, ids=lambda v: str(v)[:20])
def test_a_change_leaves_a_line_that_says_it_was_made(access, action, call):
    before = len(lines(access))
    call(access)
    made = [line for line in lines(access)[before:] if line["action"] == action]
    assert len(made) == 1 and made[0]["result"] == "done" and made[0]["user"] == "owner"


@pytest.mark.parametrize(("action", "call"), CHANGES, ids=lambda v: str(v)[:20])
def test_what_a_visitor_tries_to_change_is_refused_and_remembered(access, action, call):
    before = len(lines(access))
    with pytest.raises(Refused):
        call(Access(access.workspace, VISITOR))
    (line,) = lines(access)[before:]
    assert (line["user"], line["action"], line["result"]) == ("visitor", action, "refused")
    assert line["detail"]["codes"] == ["E922"]
