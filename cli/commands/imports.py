"""`fourfold import`: files in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Output
from cli.session import File, RoundOption, content_of, owner
from cli.writing import Force, OutputFile

import_app = typer.Typer(no_args_is_help=True, help="Bring files in.")


@import_app.command("survey")
def import_survey_file(
    file: File,
    round_id: RoundOption,
    department: Annotated[str | None, typer.Option(metavar="COLUMN")] = None,
    maps: Annotated[list[str] | None, typer.Option("--map", metavar="COLUMN=ITEM")] = None,
    drop: Annotated[list[str] | None, typer.Option(metavar="COLUMN")] = None,
    code: Annotated[list[str] | None, typer.Option(metavar="[COLUMN:]TEXT=NUMBER")] = None,
    alias: Annotated[list[str] | None, typer.Option(metavar="NAME=DEPARTMENT")] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="RULE")] = None,
    dialect: Annotated[str | None, typer.Option()] = None,
    sheet: Annotated[str | None, typer.Option()] = None,
    encoding: Annotated[str | None, typer.Option()] = None,
    header_row: Annotated[int | None, typer.Option(min=1)] = None,
    fill_merged: Annotated[bool, typer.Option("--fill-merged")] = False,
    add: Annotated[bool, typer.Option("--add")] = False,
    supersede: Annotated[str | None, typer.Option(metavar="BATCH")] = None,
    annotated: Annotated[Path | None, typer.Option(metavar="OUT.xlsx")] = None,
    force: Force = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Read a survey export into a round."""
    from actions.data.imports import ReadOptions, SurveyOptions, import_survey

    if add and supersede:
        raise typer.BadParameter("--add | --supersede")
    options = SurveyOptions(
        None if department is None else department.strip(),
        _pairs(maps, "--map"),
        tuple(column.strip() for column in drop or ()),
        _codes(code),
        _pairs(alias, "--alias"),
        dialect,
        _exclusions(exclude),
    )
    marked = _marked_sheet(annotated, file, force)
    access, output = owner()
    with output.progress() as step:
        found = import_survey(
            access,
            content_of(file),
            file.name,
            round_id,
            options,
            read_options=ReadOptions(encoding, None, sheet, header_row, fill_merged),
            mode="add" if add else supersede,
            dry_run=dry_run,
            progress=step,
            annotated=marked,
            language=output.language,
        )
    _print_import({**found, "annotated": None if annotated is None else str(annotated)}, output)


@import_app.command("metrics")
def import_metrics_file(
    file: File,
    round_id: RoundOption,
    alias: Annotated[list[str] | None, typer.Option(metavar="NAME=DEPARTMENT")] = None,
    sheet: Annotated[str | None, typer.Option()] = None,
    encoding: Annotated[str | None, typer.Option()] = None,
    header_row: Annotated[int | None, typer.Option(min=1)] = None,
    annotated: Annotated[Path | None, typer.Option(metavar="OUT.xlsx")] = None,
    force: Force = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Read operational metrics into a round."""
    from actions.data.imports import ReadOptions, import_metrics

    aliases = _pairs(alias, "--alias")
    marked = _marked_sheet(annotated, file, force)
    access, output = owner()
    with output.progress() as step:
        found = import_metrics(
            access,
            content_of(file),
            file.name,
            round_id,
            aliases=aliases,
            read_options=ReadOptions(encoding=encoding, sheet=sheet, header_row=header_row),
            dry_run=dry_run,
            progress=step,
            annotated=marked,
            language=output.language,
        )
    _print_import({**found, "annotated": None if annotated is None else str(annotated)}, output)


@import_app.command("departments")
def import_departments_file(file: File) -> None:
    """Read the roster of departments."""
    from actions.data.departments import import_departments

    access, output = owner()
    found = import_departments(access, content_of(file), file.name)
    if not output.result(found):
        output.line(output.say("command.departments-done", count=found["accepted"]))


def _pairs(values: list[str] | None, option: str) -> dict[str, str]:
    """``LEFT=RIGHT`` options, split at the last equals sign."""
    found = {}
    for value in values or []:
        left, _, right = (part.strip() for part in value.rpartition("="))
        if not left or not right:
            raise typer.BadParameter(repr(value), param_hint=option)
        found[left] = right
    return found


def _codes(values: list[str] | None) -> tuple[str, ...]:
    """``[COLUMN:]TEXT=NUMBER`` options; which columns there are the file says."""
    for value in values or []:
        text, _, number = value.rpartition("=")
        if not text or not re.fullmatch(r"[+-]?\d+", number.strip()):
            raise typer.BadParameter(repr(value), param_hint="--code")
    return tuple(values or ())


def _marked_sheet(path: Path | None, file: Path, force: bool) -> Callable[[bytes], None] | None:
    """What takes the marked workbook of an import. Raises as `OutputFile`, before the import."""
    if path is None:
        return None
    return OutputFile(path, (".xlsx",), force=force, inputs=[file]).write


def _exclusions(values: list[str] | None) -> tuple[str, ...] | None:
    """Rules by name; ``none`` sets the round's policy aside; nothing said leaves it in force."""
    if values is None:
        return None
    return tuple(value for value in values if value != "none")


def _print_import(found: dict[str, Any], output: Output) -> None:
    if output.result(found):
        return
    output.issues(found["issues"])
    output.line(
        output.say(
            "command.import-done",
            batch=found["batch"] or output.say("command.dry-run"),
            rows=found["rows_read"],
            accepted=found["accepted"],
            rejected=found["rejected"],
            ignored=found["ignored"],
            departments=len(found["departments"]),
        )
    )
