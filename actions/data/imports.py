"""Imports of survey answers and metrics: raw bytes first, then all of it or none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from indicators.findings import Finding, Refused
from indicators.framework import Framework, default_framework
from survey_data.answers.survey import SurveyImport, SurveyOptions, interpret_survey
from survey_data.handing_out.annotated import annotate
from survey_data.metrics.sheet import MetricsImport, interpret_metrics
from survey_data.reading import COMMAND_LIMITS, Limits, RawTable, ReadOptions, parse, read
from survey_data.roster.departments import KnownDepartments
from survey_data.workspace import batches, decisions, registry

__all__ = [
    "ReadOptions",
    "SurveyOptions",
    "import_metrics",
    "import_survey",
    "preview_metrics",
    "preview_survey",
]

NO_ROWS = "E126"
"""A file that can be read and holds nothing: a dry run reports it."""

SAME_ROWS = 0.95
"""Share of a file's rows that are in the round already, from which on it looks like the same file."""

Progress = Callable[[str, float], None]
"""Told the stage and the share done; may raise to stop the import."""


def _quiet(stage: str, share: float) -> None:
    """No one is watching."""


def import_survey(
    access: Access,
    content: bytes,
    name: str,
    round_id: str,
    options: SurveyOptions = SurveyOptions(),
    *,
    read_options: ReadOptions = ReadOptions(),
    mode: str | None = None,
    dry_run: bool = False,
    limits: Limits = COMMAND_LIMITS,
    progress: Progress = _quiet,
    own: bool = False,
    annotated: Callable[[bytes], None] | None = None,
    language: str = "zh",
) -> dict[str, Any]:
    """Bring a survey file into a round.

    Parameters
    ----------
    mode : None, ``add``, or the id of the batch that this file supersedes
    dry_run : report what would happen and what would stop it; store nothing but the raw file
    annotated : given the file with its findings marked, in ``language``, before anything is refused
    own : the bytes are the program's own (the demo): they need no child process, and are of the
        framework that ships

    Returns
    -------
    the report of contract.md 4 with ``batch`` (None in a dry run) and ``sha256``

    Raises
    ------
    Refused
        The import is refused; nothing changed but the kept raw file and an audit line.
    """
    with refusals_recorded(access, "batch.import", round_id):
        authorize(access.user, "batch.import", round_id)
    workspace = access.workspace
    progress("store", 0.05)
    sha256 = batches.store_raw(workspace, content, name)
    with refusals_recorded(access, "batch.import", sha256, {"round": round_id}):
        framework = default_framework() if own else _framework_for(access, round_id)
        progress("read", 0.15)
        try:
            table = _table(content, limits, read_options, own)
        except Refused as refusal:
            if dry_run and refusal.first.code == NO_ROWS:
                return _nothing_to_import(sha256, round_id, refusal)
            raise
        progress("check", 0.6)
        known = registry.known_departments(workspace)
        confirmed = decisions.confirmed_mappings(workspace, framework.id)
        options = _with_policy(access, round_id, options)
        found = interpret_survey(table, framework, options, known, confirmed)
        if annotated is not None:
            marked = (*found.blocking, *found.findings)
            annotated(annotate(table, marked, language, found.headers))
        found = _seen_before(access, round_id, found, mode)
        report = {"batch": None, "sha256": sha256, "round": round_id, **found.report()}
        mapping = _mapping_json(found, options)
        if dry_run:
            stops = _stops(round_id, known, options.aliases)
            stops += _no_place(access, round_id, found, sha256, mapping, mode)
            return _dry(report, stops, found.blocking)
        _check_aliases(known, options.aliases)
        found.require_importable()
        found.moments  # noqa: B018  computed before the transaction, so that it stays short
        progress("commit", 0.9)
        with workspace.writing() as connection:
            batch, is_new = batches.commit_survey(
                connection, round_id, found, sha256, mapping, options.aliases, mode=mode,
                synthetic=own,
            )  # fmt: skip
            decisions.confirm_mappings(
                connection, found.export.dialect, framework.id, _by_hand(found, options)
            )
            kept = ("rows_read", "accepted", "rejected", "ignored", "excluded")
            counts = {key: report[key] for key in kept}
            registry.record(
                connection,
                access.user.id,
                "batch.import",
                batch,
                "done",
                {"round": round_id} | counts,
            )
    return {**report, "batch": batch, "new": is_new}


def import_metrics(
    access: Access,
    content: bytes,
    name: str,
    round_id: str,
    *,
    aliases: dict[str, str] | None = None,
    read_options: ReadOptions = ReadOptions(),
    dry_run: bool = False,
    limits: Limits = COMMAND_LIMITS,
    progress: Progress = _quiet,
    own: bool = False,
    annotated: Callable[[bytes], None] | None = None,
    language: str = "zh",
) -> dict[str, Any]:
    """Bring a metrics file into a round; parameters and errors as in `import_survey`."""
    with refusals_recorded(access, "batch.import", round_id):
        authorize(access.user, "batch.import", round_id)
    workspace = access.workspace
    aliases = aliases or {}
    progress("store", 0.05)
    sha256 = batches.store_raw(workspace, content, name)
    with refusals_recorded(access, "batch.import", sha256, {"round": round_id}):
        framework = default_framework() if own else _framework_for(access, round_id)
        progress("read", 0.15)
        try:
            table = _table(content, limits, read_options, own)
        except Refused as refusal:
            if dry_run and refusal.first.code == NO_ROWS:
                return {**_nothing_to_import(sha256, round_id, refusal), "values": 0}
            raise
        progress("check", 0.6)
        known = registry.known_departments(workspace)
        found = interpret_metrics(table, framework, known, aliases)
        if annotated is not None:
            marked = (*found.blocking, *found.findings)
            annotated(annotate(table, marked, language, found.headers))
        report = {"batch": None, "sha256": sha256, "round": round_id, **found.report()}
        if dry_run:
            return _dry(report, _stops(round_id, known, aliases), found.blocking)
        _check_aliases(known, aliases)
        found.require_importable()
        progress("commit", 0.9)
        with workspace.writing() as connection:
            batch, is_new, more = batches.commit_metrics(
                connection, round_id, found, framework, sha256, aliases, synthetic=own
            )
            registry.record(
                connection,
                access.user.id,
                "batch.import",
                batch,
                "done",
                {"round": round_id, "values": len(found.values)},
            )
    issues = [*report["issues"], *[finding.as_json() for finding in more]]
    return {**report, "issues": issues, "batch": batch, "new": is_new}


def preview_survey(
    access: Access,
    table: RawTable,
    round_id: str,
    options: SurveyOptions,
) -> SurveyImport:
    """What a table that was read would bring as answers. Nothing is stored."""
    authorize(access.user, "batch.import", round_id)
    known = registry.known_departments(access.workspace)
    framework = _framework_for(access, round_id)
    confirmed = decisions.confirmed_mappings(access.workspace, framework.id)
    options = _with_policy(access, round_id, options)
    return interpret_survey(table, framework, options, known, confirmed)


def preview_metrics(
    access: Access, table: RawTable, round_id: str, aliases: dict[str, str]
) -> MetricsImport:
    """What a table that was read would bring as metrics. Nothing is stored."""
    authorize(access.user, "batch.import", round_id)
    known = registry.known_departments(access.workspace)
    return interpret_metrics(table, _framework_for(access, round_id), known, aliases)


def _framework_for(access: Access, round_id: str) -> Framework:
    """The round's framework, or for a round that does not exist yet the one in use."""
    for info in registry.rounds(access.workspace):
        if info.id == round_id:
            return registry.framework_by_digest(access.workspace, info.framework)
    return registry.current_framework(access.workspace)


def _table(content: bytes, limits: Limits, options: ReadOptions, own: bool) -> RawTable:
    return parse(content, limits, options) if own else read(content, limits, options)


def _unknown_aliases(known: KnownDepartments, aliases: dict[str, str]) -> list[Finding]:
    return [
        Finding("E923", params={"department": department})
        for department in aliases.values()
        if department not in known.names
    ]


def _check_aliases(known: KnownDepartments, aliases: dict[str, str]) -> None:
    if unknown := _unknown_aliases(known, aliases):
        raise Refused(unknown)


def _stops(round_id: str, known: KnownDepartments, aliases: dict[str, str]) -> list[Finding]:
    """What would stop an import whatever its file holds."""
    found = _unknown_aliases(known, aliases)
    try:
        registry.require_round_id(round_id)
    except Refused as refusal:
        found += refusal.findings
    return found


def _no_place(
    access: Access,
    round_id: str,
    found: SurveyImport,
    sha256: str,
    mapping: dict[str, object],
    mode: str | None,
) -> list[Finding]:
    """What the round's other answers say against a survey file."""
    id = batches.batch_id(sha256, round_id, found.framework, mapping)
    try:
        with access.workspace.reading() as connection:
            batches.place_of(connection, round_id, id, mode)
    except Refused as refusal:
        return list(refusal.findings)
    return []


def _dry(
    report: dict[str, Any], stops: list[Finding], blocking: tuple[Finding, ...]
) -> dict[str, Any]:
    """The report of a dry run, with everything that would stop the import."""
    first = [finding.as_json() for finding in stops]
    return {
        **report,
        "issues": [*first, *report["issues"]],
        "blocking": [*first, *(finding.as_json() for finding in blocking)],
    }


def _mapping_json(found: SurveyImport, options: SurveyOptions) -> dict[str, object]:
    return {
        "columns": found.mapped,
        "department": None
        if found.mapping.department is None
        else found.headers[found.mapping.department],
        "codes": sorted(options.codes),
        "aliases": dict(sorted(options.aliases.items())),
        "drop": sorted(options.drop),
        **({"dialect": options.dialect} if options.dialect else {}),
        **({"exclude": sorted(found.exclude)} if found.exclude else {}),
    }


def _seen_before(
    access: Access, round_id: str, found: SurveyImport, mode: str | None
) -> SurveyImport:
    """Warn where nearly all rows of a file to be added are in the round already."""
    if mode != batches.ADD or not found.accepted:
        return found
    share = batches.share_of_known_rows(access.workspace, round_id, found)
    if share < SAME_ROWS:
        return found
    warning = Finding("W253", "warning", params={"share": f"{100 * share:.0f}"})
    return replace(found, findings=(*found.findings, warning))


def _with_policy(access: Access, round_id: str, options: SurveyOptions) -> SurveyOptions:
    """A person's exclusion rules, else the round's stored policy."""
    if options.exclude is not None:
        return options
    return replace(options, exclude=decisions.exclusion_rules(access.workspace, round_id))


def _by_hand(found: SurveyImport, options: SurveyOptions) -> dict[str, str]:
    """Question texts that a person mapped, for the next file of this dialect and framework."""
    decided = set(options.overrides.values())
    return {
        found.export.columns[index].texts[0]: item
        for index, item in found.mapping.items.items()
        if item in decided
    }


def _nothing_to_import(sha256: str, round_id: str, refusal: Refused) -> dict[str, Any]:
    """The dry run of a file that was read and holds no rows, such as an empty blank."""
    found = [finding.as_json() for finding in refusal.findings]
    empty = ("departments", "new_departments", "unmapped", "personal")
    return {
        "batch": None,
        "sha256": sha256,
        "round": round_id,
        "dialect": "plain",
        "encoding": None,
        **dict.fromkeys(("rows_read", "accepted", "rejected", "ignored"), 0),
        **{key: [] for key in empty},
        "mapped": {},
        "issues": found,
        "blocking": found,
    }
