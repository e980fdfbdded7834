"""The commands, each a thin call of one action."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from actions.access import Access, open_access
from actions.errors import Finding, Refused
from charts.numbers import probability as written_probability
from cli.output import Output, current

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="四维 Fourfold. Global options: --workspace W, --language zh|en, --json.",
)
framework_app = typer.Typer(no_args_is_help=True, help="Check, show, adopt a framework.")
import_app = typer.Typer(no_args_is_help=True, help="Bring files in.")
round_app = typer.Typer(no_args_is_help=True, help="Make, bind, publish a round.")
app.add_typer(framework_app, name="framework")
app.add_typer(import_app, name="import")
app.add_typer(round_app, name="round")

File = Annotated[Path, typer.Argument(metavar="FILE")]
RoundOption = Annotated[str, typer.Option("--round", metavar="R")]


def _access(published: bool = False) -> tuple[Access, Output]:
    """The owner at the workspace that the command line names."""
    output = current.get()
    return open_access(output.workspace, published=published), output


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        params = {"path": str(path), "problem": error.strerror or str(error)}
        raise Refused(Finding("E921", params=params)) from None


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


@app.command("app")
def start_app(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
) -> None:
    """Start the web app on the workspace; an empty one first gets the demo city."""
    from actions.demo import load_demo_if_empty
    from cli.server import serve

    access, output = _access()
    if load_demo_if_empty(access):
        output.remark(output.say("command.demo-loaded"))
    output.remark(output.say("command.address", address=f"http://127.0.0.1:{port}"))
    location = access.workspace.location
    access.workspace.close()
    raise typer.Exit(serve(location, port))


@app.command()
def demo(
    departments: Annotated[int, typer.Option(min=1, max=500)] = 42,
    respondents: Annotated[int, typer.Option(min=1, max=5000)] = 30,
    rounds: Annotated[int, typer.Option(min=1, max=20)] = 3,
    seed: int = 7,
) -> None:
    """Write the synthetic city H."""
    from actions.demo import load_demo

    access, output = _access()
    found = load_demo(
        access, departments=departments, respondents=respondents, rounds=rounds, seed=seed
    )
    if not output.result(found):
        output.line(output.say("command.demo-done", rounds=", ".join(found["rounds"])))


@framework_app.command("check")
def framework_check(file: File) -> None:
    """Check a framework file; all its problems at once."""
    from actions.frameworks import check_framework

    access, output = _access()
    found = check_framework(access, _content(file))
    if not output.result(found):
        output.issues(found["issues"])
        output.line(output.say("command.framework-ok", **_named(found, output)))


@framework_app.command("show")
def framework_show(
    name: Annotated[str | None, typer.Argument(metavar="[ID@VERSION]")] = None,
) -> None:
    """Print the adopted framework, or one by id and version."""
    from actions.frameworks import show_framework

    access, output = _access()
    found = show_framework(access, name)
    if not output.result(found):
        import yaml

        output.line(yaml.safe_dump(found["content"], allow_unicode=True, sort_keys=False).rstrip())


@framework_app.command("use")
def framework_use(file: File) -> None:
    """Adopt a framework for new rounds."""
    from actions.frameworks import use_framework

    access, output = _access()
    found = use_framework(access, _content(file))
    if not output.result(found):
        output.line(output.say("command.framework-used", **_named(found, output)))


@app.command("template")
def write_template(
    kind: Annotated[str, typer.Argument(metavar="survey|metrics|departments|framework")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE")],
) -> None:
    """Write a blank to hand out."""
    from actions.templates import KINDS, make_template

    if kind not in KINDS:
        raise typer.BadParameter(" | ".join(KINDS), param_hint="kind")
    access, output = _access()
    _, content = make_template(access, kind, output.language)
    try:
        target.write_bytes(content)
    except OSError as error:
        params = {"path": str(target), "problem": error.strerror or str(error)}
        raise Refused(Finding("E921", params=params)) from None
    if not output.result({"kind": kind, "file": str(target), "bytes": len(content)}):
        output.line(str(target))


@import_app.command("survey")
def import_survey_file(
    file: File,
    round_id: RoundOption,
    department: Annotated[str | None, typer.Option(metavar="COLUMN")] = None,
    maps: Annotated[list[str] | None, typer.Option("--map", metavar="COLUMN=ITEM")] = None,
    drop: Annotated[list[str] | None, typer.Option(metavar="COLUMN")] = None,
    code: Annotated[list[str] | None, typer.Option(metavar="[COLUMN:]TEXT=NUMBER")] = None,
    alias: Annotated[list[str] | None, typer.Option(metavar="NAME=DEPARTMENT")] = None,
    sheet: Annotated[str | None, typer.Option()] = None,
    encoding: Annotated[str | None, typer.Option()] = None,
    add: Annotated[bool, typer.Option("--add")] = False,
    supersede: Annotated[str | None, typer.Option(metavar="BATCH")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Read a survey export into a round."""
    from actions.imports import ReadOptions, SurveyOptions, import_survey

    if add and supersede:
        raise typer.BadParameter("--add | --supersede")
    options = SurveyOptions(
        None if department is None else department.strip(),
        _pairs(maps, "--map"),
        tuple(column.strip() for column in drop or ()),
        _codes(code),
        _pairs(alias, "--alias"),
    )
    access, output = _access()
    found = import_survey(
        access,
        _content(file),
        file.name,
        round_id,
        options,
        read_options=ReadOptions(encoding=encoding, sheet=sheet),
        mode="add" if add else supersede,
        dry_run=dry_run,
    )
    _print_import(found, output)


@import_app.command("metrics")
def import_metrics_file(
    file: File,
    round_id: RoundOption,
    alias: Annotated[list[str] | None, typer.Option(metavar="NAME=DEPARTMENT")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Read operational metrics into a round."""
    from actions.imports import import_metrics

    aliases = _pairs(alias, "--alias")
    access, output = _access()
    found = import_metrics(
        access,
        _content(file),
        file.name,
        round_id,
        aliases=aliases,
        dry_run=dry_run,
    )
    _print_import(found, output)


@import_app.command("departments")
def import_departments_file(file: File) -> None:
    """Read the roster of departments."""
    from actions.departments import import_departments

    access, output = _access()
    found = import_departments(access, _content(file), file.name)
    if not output.result(found):
        output.line(output.say("command.departments-done", count=found["accepted"]))


@app.command("departments")
def departments_list() -> None:
    """List the departments."""
    from actions.departments import departments_report

    access, output = _access()
    found = departments_report(access)
    if not output.result(found):
        headers = [output.say(f"command.column.{c}") for c in ("id", "name", "group", "headcount")]
        output.table(
            headers,
            [
                (d["id"], d["name"][output.language], d["group"] or None, d["headcount"])
                for d in found["departments"]
            ],
        )


@app.command("rounds")
def rounds_list() -> None:
    """List the rounds and their batches."""
    from actions.rounds import rounds_report

    access, output = _access()
    found = rounds_report(access)
    if not output.result(found):
        headers = [
            output.say(f"command.column.{c}") for c in ("round", "state", "framework", "batches")
        ]
        output.table(
            headers,
            [
                (
                    r["id"],
                    output.say(f"round.state.{r['state']}"),
                    f"{r['framework']['id']}@{r['framework']['version']}",
                    ", ".join(f"{b['id']} ({b['kind']}, {b['state']})" for b in r["batches"]),
                )
                for r in found["rounds"]
            ],
        )


@round_app.command("new")
def round_new(round_id: Annotated[str, typer.Argument(metavar="R")]) -> None:
    """Make an empty round bound to the framework in use."""
    from actions.rounds import new_round

    access, output = _access()
    found = new_round(access, round_id)
    if not output.result(found):
        output.line(f"{found['round']}  {found['framework']}")


@round_app.command("bind")
def round_bind(
    round_id: Annotated[str, typer.Argument(metavar="R")],
    framework: Annotated[str, typer.Argument(metavar="ID@VERSION")],
) -> None:
    """Bind a round without data to another framework."""
    from actions.rounds import bind_round

    access, output = _access()
    found = bind_round(access, round_id, framework)
    if not output.result(found):
        output.line(f"{found['round']}  {found['framework']}")


@round_app.command("publish")
def round_publish(round_id: Annotated[str, typer.Argument(metavar="R")]) -> None:
    """Mark a round as published."""
    from actions.rounds import publish_round

    access, output = _access()
    found = publish_round(access, round_id)
    if not output.result(found):
        output.line(f"{found['round']}  {found['state']}")


@app.command("score")
def score_round(
    round_id: RoundOption,
    draws: Annotated[int, typer.Option(min=100, max=1_000_000)] = 2000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    framework: Annotated[str | None, typer.Option(metavar="ID@VERSION")] = None,
    estimate: Annotated[str, typer.Option(metavar="raw|shrunken")] = "raw",
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """Every node of every department, with intervals, levels, gates and probabilities."""
    from actions.scoring import score_report

    if estimate not in ("raw", "shrunken"):
        raise typer.BadParameter("raw | shrunken", param_hint="--estimate")
    access, output = _access(published)
    found = score_report(
        access, round_id, draws=draws, seed=seed, framework=framework, estimate=estimate
    )
    if output.result(found):
        return
    output.issues(found["issues"])
    columns = ("department", "n", "status", "level", "probability", "score", "interval", "binds")
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [_score_row(unit, output) for unit in found["units"]],
    )
    city = found["city"]
    if city["overall"]["score"] is not None:
        output.line(
            output.say(
                "command.city",
                score=f"{city['overall']['score']:.1f}",
                low=f"{city['overall']['low']:.1f}",
                high=f"{city['overall']['high']:.1f}",
                level=city["level"] or "—",
                count=city["n_departments"],
            )
        )


def _score_row(unit: dict[str, Any], output: Output) -> tuple[object, ...]:
    overall, level = unit["overall"], unit["level"]
    probability = (unit["level_probability"] or {}).get(str(level))
    known = overall["score"] is not None
    return (
        unit["name"][output.language],
        "<5" if unit["n"] is None else unit["n"],
        output.say(f"status.{unit['status']}"),
        level,
        None if probability is None else written_probability(probability),
        f"{overall['score']:.1f}" if known else None,
        f"{overall['low']:.1f}–{overall['high']:.1f}" if known else None,
        ", ".join(g["id"] for g in unit["gates"] if g["binds"]) or None,
    )


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


def _named(found: dict[str, Any], output: Output) -> dict[str, object]:
    return {**found, "name": found["name"][output.language], "digest": found["digest"][:12]}
