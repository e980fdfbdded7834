"""Survey and metric files of the small framework, read and committed as an action does it."""

from __future__ import annotations

import sqlalchemy as sa

from indicators.framework import Framework
from survey_data.answers.survey import SurveyImport, SurveyOptions, interpret_survey
from survey_data.metrics.sheet import interpret_metrics
from survey_data.reading import PAGE_LIMITS, parse
from survey_data.workspace import Workspace, batches, registry
from survey_data.workspace import schema as tables
from tests.survey_data.small import small_framework

HEADER = "部门,岗位,A1-1a,A1-1b,A1-2a\n"
ONE = (HEADER + "教育局,业务,5,1,10\n教育局,领导,4,,8\n民政局,业务,3,3,5\n").encode()
TWO = (HEADER + "教育局,业务,1,5,0\n水利局,业务,2,2,2\n").encode()
METRICS = "部门,指标,数值,期间,来源\n教育局,B1-1,80,2025-01,平台\n教育局,B1-2,6,2025-01,平台\n"


def read_survey(
    content: bytes, framework: Framework | None = None, options: SurveyOptions = SurveyOptions()
) -> SurveyImport:
    table = parse(content, PAGE_LIMITS)
    known = registry.KnownDepartments()
    return interpret_survey(table, framework or small_framework(), options, known)


def bring(
    workspace: Workspace,
    content: bytes,
    round_id: str = "2025",
    mode: str | None = None,
    mapping: dict[str, object] | None = None,
    framework: Framework | None = None,
) -> tuple[str, bool]:
    """Batch id, and whether it is new."""
    found = read_survey(content, framework)
    sha256 = batches.store_raw(workspace, content, "survey.csv")
    with workspace.writing() as connection:
        return batches.commit_survey(
            connection, round_id, found, sha256, mapping or {}, {}, mode=mode
        )


def bring_metrics(
    workspace: Workspace, text: str = METRICS, round_id: str = "2025"
) -> tuple[str, bool, list[str]]:
    """Batch id, whether it is new, and the codes of what was found."""
    framework = small_framework()
    content = text.encode()
    found = interpret_metrics(
        parse(content, PAGE_LIMITS), framework, registry.known_departments(workspace)
    )
    sha256 = batches.store_raw(workspace, content, "metrics.csv")
    with workspace.writing() as connection:
        id, new, findings = batches.commit_metrics(
            connection, round_id, found, framework, sha256, {}
        )
    return id, new, [finding.code for finding in findings]


def everything(workspace: Workspace) -> dict[str, list[tuple]]:
    """All rows of all tables."""
    with workspace.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in tables.metadata.tables.items()
        }


def states(workspace: Workspace, round_id: str = "2025") -> dict[str, str]:
    return {b.id: b.state for b in registry.round_named(workspace, round_id).batches}
