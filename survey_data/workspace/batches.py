"""Batches: what an import brings in, wholly or not at all, superseded but never edited."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Evidence, MetricCell
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from survey_data.answers.survey import SurveyImport
from survey_data.metrics.sheet import MetricsImport
from survey_data.workspace import registry
from survey_data.workspace import schema as t
from survey_data.workspace.contents import as_parquet, as_stored, stored_moments, stored_rows
from survey_data.workspace.opening import Workspace, now

ADD = "add"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]")


def store_raw(workspace: Workspace, content: bytes, name: str) -> str:
    """Keep the bytes as they came, before anything reads them. Returns their SHA-256.

    Every import begins here: into a damaged file (E906) nothing is brought.
    """
    workspace.check()
    sha256 = hashlib.sha256(content).hexdigest()
    name = name.encode(errors="replace").decode()
    with workspace.writing() as connection:
        held = connection.execute(
            sa.select(t.raw_files.c.sha256).where(t.raw_files.c.sha256 == sha256)
        ).scalar()
        if held is None:
            connection.execute(
                t.raw_files.insert().values(
                    sha256=sha256,
                    name=_UNSAFE.sub("_", name)[-255:] or "_",
                    size=len(content),
                    content=content,
                    received_at=now(),
                )
            )
    return sha256


def raw_content(workspace: Workspace, sha256: str) -> bytes:
    with workspace.reading() as connection:
        content = connection.execute(
            sa.select(t.raw_files.c.content).where(t.raw_files.c.sha256 == sha256)
        ).scalar_one()
    return as_stored(workspace, content, sha256, f"raw_files {sha256[:12]}")


def batch_id(
    sha256: str, round_id: str, framework: Framework, mapping: Mapping[str, object]
) -> str:
    """Derived from content: the same file read the same way into the same round is one batch."""
    key = json.dumps(
        [sha256, round_id, framework.digest, mapping], ensure_ascii=False, sort_keys=True
    )
    return "B-" + hashlib.sha256(key.encode()).hexdigest()[:12]


def commit_survey(
    connection: sa.Connection,
    round_id: str,
    found: SurveyImport,
    sha256: str,
    mapping: Mapping[str, object],
    aliases: Mapping[str, str],
    *,
    mode: str | None = None,
    synthetic: bool = False,
) -> tuple[str, bool]:
    """Bring a survey file into a round, in the caller's transaction.

    Parameters
    ----------
    mode : None for a round's first file, ``add``, or the id of the batch that it supersedes

    Returns
    -------
    batch id, and whether it is new (False: the same content was there already)

    Raises
    ------
    Refused
        E910 when the round has answers and ``mode`` does not say what to do; E911 for an unknown
        batch; E912 when the round has another framework.
    """
    framework = found.framework
    registry.ensure_round(connection, round_id, framework, synthetic)
    id = batch_id(sha256, round_id, framework, mapping)
    held, superseded = place_of(connection, round_id, id, mode)
    if held == "active":
        return id, False
    registry.ensure_departments(connection, found.departments)
    registry.save_aliases(connection, aliases)
    if superseded is not None:
        connection.execute(
            t.batches.update()
            .where(t.batches.c.id == superseded)
            .values(state="superseded", superseded_by=id)
        )
    if held is not None:
        # A file that was superseded comes back: its batch is there, only its turn is new.
        connection.execute(
            t.batches.update()
            .where(t.batches.c.id == id)
            .values(state="active", superseded_by=None, sequence=_next_sequence(connection))
        )
        return id, True
    _insert_batch(connection, id, "survey", round_id, framework, sha256, mapping, found.report())
    parquet, moments = as_parquet(found), found.moments.to_bytes()
    connection.execute(
        t.answers.insert().values(
            batch=id,
            parquet=parquet,
            parquet_sha256=hashlib.sha256(parquet).hexdigest(),
            moments=moments,
            moments_sha256=hashlib.sha256(moments).hexdigest(),
        )
    )
    return id, True


def place_of(
    connection: sa.Connection, round_id: str, id: str, mode: str | None
) -> tuple[str | None, str | None]:
    """State of the survey batch where it is there already, and the batch that it supersedes.

    Raises Refused (E910, E911) where the round's other answers leave no place for it.
    """
    held = connection.execute(sa.select(t.batches.c.state).where(t.batches.c.id == id)).scalar()
    if held == "active":
        return held, None
    active = list(
        connection.execute(
            sa.select(t.batches.c.id).where(
                t.batches.c.round == round_id,
                t.batches.c.kind == "survey",
                t.batches.c.state == "active",
            )
        ).scalars()
    )
    if active and mode is None:
        params = {"round": round_id, "batches": ", ".join(active)}
        raise Refused(Finding("E910", params=params))
    superseded = mode if mode not in (None, ADD) else None
    if superseded is not None and superseded not in active:
        params = {"batch": superseded, "round": round_id, "batches": ", ".join(active) or "—"}
        raise Refused(Finding("E911", params=params))
    return held, superseded


def commit_metrics(
    connection: sa.Connection,
    round_id: str,
    found: MetricsImport,
    framework: Framework,
    sha256: str,
    aliases: Mapping[str, str],
    *,
    synthetic: bool = False,
) -> tuple[str, bool, list[Finding]]:
    """Bring metrics into a round. For the same department, metric and period the newest counts."""
    registry.ensure_round(connection, round_id, framework, synthetic)
    id = batch_id(sha256, round_id, framework, {"aliases": dict(aliases)})
    held = connection.execute(sa.select(t.batches.c.id).where(t.batches.c.id == id)).scalar()
    if held is not None:
        return id, False, []
    registry.ensure_departments(connection, found.departments)
    registry.save_aliases(connection, aliases)
    earlier = {
        tuple(row)
        for row in connection.execute(
            sa.select(
                t.metric_values.c.department,
                t.metric_values.c.indicator,
                t.metric_values.c.period,
            )
            .join(t.batches, t.metric_values.c.batch == t.batches.c.id)
            .where(t.batches.c.round == round_id, t.batches.c.state == "active")
        )
    }
    replaced = sum((v.department, v.indicator, v.period) in earlier for v in found.values)
    findings = [Finding("W910", "warning", params={"count": replaced})] if replaced else []
    _insert_batch(
        connection,
        id,
        "metrics",
        round_id,
        framework,
        sha256,
        {"aliases": dict(aliases)},
        found.report(),
    )
    connection.execute(
        t.metric_values.insert(),
        [
            {
                "batch": id,
                "department": v.department,
                "indicator": v.indicator,
                "period": v.period,
                "value": None if v.not_applicable else v.value,
                "not_applicable": v.not_applicable,
                "source": v.source,
                "row": v.row,
            }
            for v in found.values
        ],
    )
    return id, True, findings


def evidence(
    workspace: Workspace, round_id: str, framework: Framework | None = None
) -> tuple[Evidence, Framework]:
    """A round's facts: the sums of its active batches' moments, and its metric values.

    The cost does not depend on the number of respondents. Raises Refused (E913, E918).
    """
    survey = survey_moments(workspace, round_id)
    return evidence_of(workspace, round_id, survey, framework)


def evidence_of(
    workspace: Workspace,
    round_id: str,
    survey: SurveyMoments | None,
    framework: Framework | None = None,
    withheld: frozenset[str] | None = None,
) -> tuple[Evidence, Framework]:
    """A round's facts with these answers; ``withheld`` as in `Evidence`. Raises Refused (E913, E918)."""
    info = registry.round_named(workspace, round_id)
    framework = framework or registry.framework_by_digest(workspace, info.framework)
    cells = metric_cells(workspace, round_id)
    if survey is None and not cells and not withheld:
        raise Refused(Finding("E918", params={"round": round_id}))
    listed = registry.departments(workspace)
    return Evidence.build(round_id, listed, survey, cells, framework, withheld), framework


def survey_moments(
    workspace: Workspace, round_id: str, *, without: str | None = None
) -> SurveyMoments | None:
    """Sum of the moments of a round's active survey batches, one of them left out; None = none."""
    held = moments_by_batch(workspace, round_id)
    return merged([moments for id, moments in held.items() if id != without])


def moments_by_batch(workspace: Workspace, round_id: str) -> dict[str, SurveyMoments]:
    """The moments of each active survey batch of a round, in the order of the batches."""
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.answers.c.batch, t.answers.c.moments, t.answers.c.moments_sha256)
            .join(t.batches, t.answers.c.batch == t.batches.c.id)
            .where(t.batches.c.round == round_id, t.batches.c.state == "active")
            .order_by(t.batches.c.sequence)
        ).all()
    return {
        row.batch: stored_moments(workspace, row.batch, row.moments, row.moments_sha256)
        for row in rows
    }


def merged(moments: Iterable[SurveyMoments]) -> SurveyMoments | None:
    """The moments of all these answers together, None without any."""
    found = None
    for one in moments:
        found = one if found is None else found.merge(one)
    return found


def metric_cells(workspace: Workspace, round_id: str) -> list[MetricCell]:
    """Of each department, metric and period the newest active value."""
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.metric_values)
            .join(t.batches, t.metric_values.c.batch == t.batches.c.id)
            .where(t.batches.c.round == round_id, t.batches.c.state == "active")
            .order_by(t.batches.c.sequence)
        ).all()
    for row in rows:
        if not isinstance(row.value, int | float | None):
            raise workspace.damaged(f"metric_values {row.batch}")
    newest = {
        (row.department, row.indicator, row.period): (row.value, row.not_applicable) for row in rows
    }
    return [
        (department, indicator, period, np.nan if value is None else value, absent)
        for (department, indicator, period), (value, absent) in newest.items()
    ]


def evidence_key(workspace: Workspace, round_id: str) -> str:
    """Changes whenever a round's evidence, framework or state may have; cheap to ask for."""
    with workspace.reading() as connection:
        round = connection.execute(
            sa.select(t.rounds.c.framework, t.rounds.c.state).where(t.rounds.c.id == round_id)
        ).all()
        rows = connection.execute(
            sa.select(t.batches.c.id, t.batches.c.state, t.batches.c.sequence)
            .where(t.batches.c.round == round_id)
            .order_by(t.batches.c.sequence)
        ).all()
        people = connection.execute(sa.select(t.departments).order_by(t.departments.c.id)).all()
    held = [[list(row) for row in part] for part in (round, rows, people)]
    text = json.dumps(held, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def answers(workspace: Workspace, batch: str) -> pa.Table:
    """Rows of a survey batch: row, department, attributes, one column an item (null = missing).

    Where the file had them: duration in seconds, submitted, attention_failed; ``excluded`` where
    rows count in no score.
    """
    with workspace.reading() as connection:
        row = connection.execute(
            sa.select(t.answers.c.parquet, t.answers.c.parquet_sha256).where(
                t.answers.c.batch == batch
            )
        ).one()
    return stored_rows(workspace, batch, row.parquet, row.parquet_sha256)


def share_of_known_rows(workspace: Workspace, round_id: str, found: SurveyImport) -> float:
    """Share of the file's rows whose department and answers a row of the round has already."""
    with workspace.reading() as connection:
        active = connection.execute(
            sa.select(t.batches.c.id).where(
                t.batches.c.round == round_id,
                t.batches.c.kind == "survey",
                t.batches.c.state == "active",
            )
        ).scalars()
        ids = list(active)
    held: set[tuple[object, ...]] = set()
    for id in ids:
        rows = answers(workspace, id)
        if set(found.items) <= set(rows.column_names):
            columns = [rows.column(name).to_pylist() for name in ("department", *found.items)]
            held.update(zip(*columns, strict=True))
    mine = [
        (found.departments[department], *[None if c == MISSING else c for c in codes])
        for department, codes in zip(found.department.tolist(), found.codes.tolist(), strict=True)
    ]
    return sum(row in held for row in mine) / len(mine)


def _next_sequence(connection: sa.Connection) -> int:
    last = connection.execute(sa.select(sa.func.max(t.batches.c.sequence))).scalar()
    return (last or 0) + 1


def _insert_batch(
    connection: sa.Connection,
    id: str,
    kind: str,
    round_id: str,
    framework: Framework,
    sha256: str,
    mapping: Mapping[str, object],
    report: Mapping[str, object],
) -> None:
    connection.execute(
        t.batches.insert().values(
            id=id,
            kind=kind,
            round=round_id,
            framework=framework.digest,
            sha256=sha256,
            mapping=dict(mapping),
            report={k: v for k, v in report.items() if k != "issues"},
            state="active",
            superseded_by=None,
            sequence=_next_sequence(connection),
            added_at=now(),
        )
    )
