"""Every kind of write that the kill suite cuts short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from actions.access import Access, open_access
from actions.data.demo import load_demo, load_demo_if_empty
from actions.data.departments import import_departments
from actions.data.drafts import commit_draft, save_draft, start_draft
from actions.data.imports import import_metrics, import_survey
from actions.framework.drafts import adopt_draft, framework_draft, start_framework_draft
from actions.framework.edits import edit_framework
from actions.framework.frameworks import use_framework
from actions.jobs import interrupt_jobs, run_job
from actions.measures.catalogue import catalogue_in_use, use_measures
from actions.measures.edits import adopt_next, plain_catalogue
from actions.measures.experts import adopt_experts, experts_blank
from actions.rounds import bind_round, new_round, publish_round, set_exclusion_policy
from actions.scenarios.edits import upload_scenario
from analysis.measures.catalogue_file import default_catalogue_text, default_scenario_text
from indicators.framework import default_framework_text
from survey_data.workspace import open_workspace, progress, schema
from tests.faults.hostile_case import answers, as_text
from tests.faults.hostile_text import filled_sheet

Act = Callable[[str], object]
"""Does the work on the workspace at a place."""


@dataclass(frozen=True)
class Work:
    """``prepare`` brings the base workspace to where the work begins and returns the work.

    ``aside``: tables in which a work that was cut short may stand between before and after.
    """

    name: str
    prepare: Callable[[Path], Act]
    aside: tuple[str, ...] = ()


FIRST = as_text(answers())
SECOND = as_text(answers("丁局", "戊局"))
METRICS = as_text((("部门", "P1-2", "I1-1"), ("甲局", "1.5", "80"), ("乙局", "1.2", "70")))
ROSTER = as_text((("id", "name_zh", "aliases", "headcount"), ("甲局", "甲", "a;b", "30"), ("己局", "己", "c", "9")))  # fmt: skip


def acting(act: Callable[[Access], object]) -> Callable[[Path], Act]:
    """A work that needs nothing but the workspace."""

    def at(location: str) -> None:
        access = open_access(location)
        act(access)
        access.workspace.close()

    return lambda base: at


def _supersede(base: Path) -> Act:
    access = open_access(str(base))
    batch = import_survey(access, FIRST, "a.csv", "2026")["batch"]
    access.workspace.close()
    return acting(lambda a: import_survey(a, SECOND, "b.csv", "2026", mode=str(batch)))(base)


def _draft(base: Path) -> Act:
    access = open_access(str(base))
    draft = save_draft(access, start_draft(access, SECOND, "b.csv", "survey", "2026"), step=5)
    access.workspace.close()
    return acting(lambda a: commit_draft(a, draft.id, lambda stage, share: None))(base)


def _job(base: Path) -> Act:
    access = open_access(str(base))
    draft = start_draft(access, SECOND, "b.csv", "survey", "2026")
    access.workspace.close()

    def at(location: str) -> None:
        """As after a start: what a dead process left is ended, and the work is asked for again."""
        access = open_access(location)
        interrupt_jobs(access)
        arguments = {"draft": draft.id}
        job = progress.new_job(access.workspace, "import", "owner", arguments)
        run_job(location, job, "all")
        with access.workspace.reading() as connection:
            states = set(connection.execute(sa.select(schema.jobs.c.state)).scalars())
        assert states <= {"done", "interrupted"}, states
        access.workspace.close()

    return at


def _framework_draft(base: Path) -> Act:
    access = open_access(str(base))
    draft = start_framework_draft(access, "city-sharing@2025.1")
    edit_framework(access, draft, "P", ("weight",), 2)
    access.workspace.close()

    def adopt(access: Access) -> None:
        held = framework_draft(access)
        if held is not None:
            adopt_draft(access, held)

    return acting(adopt)(base)


def _bind(base: Path) -> Act:
    access = open_access(str(base))
    new_round(access, "2030")
    use_framework(access, FRAMEWORK)
    access.workspace.close()
    return acting(lambda a: bind_round(a, "2030", "city-sharing@9.1"))(base)


def _old(base: Path) -> Act:
    """The first revision, which opening brings to the newest."""
    from alembic import command
    from alembic.config import Config

    from survey_data.workspace import opening

    workspace = open_workspace(str(base))
    config = Config()
    place = Path(opening.__file__).with_name("migrations")
    config.set_main_option("script_location", str(place))
    with workspace.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    workspace.close()
    return lambda location: open_workspace(location).close()


def _empty(base: Path) -> Act:
    for rest in ("", "-wal", "-shm"):
        Path(f"{base}{rest}").unlink(missing_ok=True)
    base.touch()
    return lambda location: open_workspace(location).close()


def _demo(base: Path) -> Act:
    """City H into a workspace that holds a round of somebody's."""
    _empty(base)
    access = open_access(str(base))
    import_survey(access, FIRST, "a.csv", "2019")
    access.workspace.close()
    return acting(lambda a: load_demo(a, departments=6, respondents=4, rounds=2))(base)


def _first_start(base: Path) -> Act:
    _empty(base)(str(base))
    return acting(load_demo_if_empty)(base)


def _experts(base: Path) -> Act:
    access = open_access(str(base))
    sheet = filled_sheet(experts_blank(access, "zh")[1])
    access.workspace.close()
    return acting(lambda a: adopt_experts(a, [("e.xlsx", sheet)]))(base)


def _edited_measures(access: Access) -> None:
    held = catalogue_in_use(access)
    content = plain_catalogue(access, held)
    adopt_next(access, held, {**content, "reference_score": 40})


FRAMEWORK = default_framework_text().replace('version: "2025.1"', 'version: "9.1"').encode()
CATALOGUE = default_catalogue_text().replace('version: "2026.1"', 'version: "9.1"').encode()

WORKS = (
    Work("survey", acting(lambda a: import_survey(a, FIRST, "a.csv", "2026"))),
    Work("supersede", _supersede),
    Work("metrics", acting(lambda a: import_metrics(a, METRICS, "m.csv", "2025"))),
    Work("roster", acting(lambda a: import_departments(a, ROSTER, "r.csv"))),
    Work("draft", _draft, ("drafts",)),
    Work("job", _job, ("drafts",)),
    Work("framework", acting(lambda a: use_framework(a, FRAMEWORK))),
    Work("framework draft", _framework_draft),
    Work("measures", acting(lambda a: use_measures(a, CATALOGUE))),
    Work("measures edited", acting(_edited_measures)),
    Work("experts", _experts),
    Work("scenario", acting(lambda a: upload_scenario(a, default_scenario_text().encode()))),
    Work("round", acting(lambda a: new_round(a, "2030"))),
    Work("bind", _bind),
    Work("publish", acting(lambda a: publish_round(a, "2025"))),
    Work("policy", acting(lambda a: set_exclusion_policy(a, "2025", ["recommended"]))),
    Work("demo", _demo),
    Work("first start", _first_start),
    Work("old workspace", _old),
    Work("new workspace", _empty),
)
