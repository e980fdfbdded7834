"""The commands, each a thin call of one action."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from charts.house.numbers import probability as written_probability
from cli.commands.compare import comparison_command
from cli.commands.diagnose import diagnose_command, weights_command
from cli.commands.drafts import draft_app
from cli.commands.imports import import_app
from cli.commands.keeping import backup_command, doctor_command, restore_command
from cli.commands.plan import measures_app, optimise_command, simulate_command
from cli.commands.quality import quality_command
from cli.commands.robustness import robustness_command
from cli.output import Output
from cli.session import File, RoundOption, content_of, owner
from cli.writing import Force, OutputFile

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="四维 Fourfold. Global options: --workspace W, --language zh|en, --json; --version.",
)
framework_app = typer.Typer(no_args_is_help=True, help="Check, show, adopt a framework.")
round_app = typer.Typer(no_args_is_help=True, help="Make, bind, publish a round.")
app.add_typer(framework_app, name="framework")
app.add_typer(import_app, name="import")
app.add_typer(draft_app, name="draft")
app.add_typer(round_app, name="round")
app.command("compare")(comparison_command)
app.command("quality")(quality_command)
app.command("robustness")(robustness_command)
app.command("weights")(weights_command)
app.command("diagnose")(diagnose_command)
app.add_typer(measures_app, name="measures")
app.command("simulate")(simulate_command)
app.command("optimise")(optimise_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.command("doctor")(doctor_command)


@app.command("app")
def start_app(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
) -> None:
    """Start the web app on the workspace; an empty one first gets the demo city."""
    from actions.data.demo import load_demo_if_empty
    from actions.server_address import LOOPBACK, check_address
    from cli.server import serve

    address = check_address(os.environ.get("FOURFOLD_ADDRESS", LOOPBACK))
    access, output = owner()
    access.workspace.check()
    if load_demo_if_empty(access):
        output.remark(output.say("command.demo-loaded"))
    host = f"[{address}]" if ":" in address else address
    output.remark(output.say("command.address", address=f"http://{host}:{port}"))
    location = access.workspace.location
    access.workspace.close()
    raise typer.Exit(serve(location, address, port))


@app.command()
def demo(
    departments: Annotated[int, typer.Option(min=1, max=500)] = 42,
    respondents: Annotated[int, typer.Option(min=1, max=5000)] = 30,
    rounds: Annotated[int, typer.Option(min=1, max=20)] = 3,
    seed: int = 7,
) -> None:
    """Write the synthetic city H."""
    from actions.data.demo import load_demo

    access, output = owner()
    found = load_demo(
        access, departments=departments, respondents=respondents, rounds=rounds, seed=seed
    )
    if not output.result(found):
        output.line(output.say("command.demo-done", rounds=", ".join(found["rounds"])))


@framework_app.command("check")
def framework_check(file: File) -> None:
    """Check a framework file; all its problems at once."""
    from actions.framework.frameworks import check_framework

    access, output = owner()
    found = check_framework(access, content_of(file))
    if not output.result(found):
        output.issues(found["issues"])
        output.line(output.say("command.framework-ok", **_named(found, output)))


@framework_app.command("show")
def framework_show(
    name: Annotated[str | None, typer.Argument(metavar="[ID@VERSION]")] = None,
) -> None:
    """Print the adopted framework, or one by id and version."""
    from actions.framework.frameworks import show_framework

    access, output = owner()
    found = show_framework(access, name)
    if not output.result(found):
        import yaml

        output.line(yaml.safe_dump(found["content"], allow_unicode=True, sort_keys=False).rstrip())


@framework_app.command("use")
def framework_use(file: File) -> None:
    """Adopt a framework for new rounds."""
    from actions.framework.frameworks import use_framework

    access, output = owner()
    found = use_framework(access, content_of(file))
    if not output.result(found):
        output.line(output.say("command.framework-used", **_named(found, output)))


@app.command("template")
def write_template(
    kind: Annotated[
        str,
        typer.Argument(metavar="survey|metrics|departments|framework|scenario|measures|experts"),
    ],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE")],
    force: Force = False,
) -> None:
    """Write a blank to hand out."""
    from actions.templates import KINDS, endings, make_template

    if kind not in KINDS:
        raise typer.BadParameter(" | ".join(KINDS), param_hint="kind")
    blank = OutputFile(target, endings(kind), force=force)
    access, output = owner()
    as_csv = target.suffix.lower() == ".csv"
    _, content = make_template(access, kind, output.language, as_csv=as_csv)
    blank.write(content)
    if not output.result({"kind": kind, "file": str(target), "bytes": len(content)}):
        output.line(str(target))


@app.command("departments")
def departments_list() -> None:
    """List the departments."""
    from actions.data.departments import departments_report

    access, output = owner()
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

    access, output = owner()
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

    access, output = owner()
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

    access, output = owner()
    found = bind_round(access, round_id, framework)
    if not output.result(found):
        output.line(f"{found['round']}  {found['framework']}")


@round_app.command("publish")
def round_publish(round_id: Annotated[str, typer.Argument(metavar="R")]) -> None:
    """Mark a round as published."""
    from actions.rounds import publish_round

    access, output = owner()
    found = publish_round(access, round_id)
    if not output.result(found):
        output.line(f"{found['round']}  {found['state']}")


@round_app.command("policy")
def round_policy(
    round_id: Annotated[str, typer.Argument(metavar="R")],
    exclude: Annotated[list[str] | None, typer.Option(metavar="RULE")] = None,
) -> None:
    """Say which screening rules later survey imports follow; without a rule: none."""
    from actions.rounds import set_exclusion_policy

    access, output = owner()
    found = set_exclusion_policy(access, round_id, exclude or [])
    if not output.result(found):
        output.line(f"{found['round']}  {', '.join(found['exclude']) or '—'}")


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
    from actions.city.scoring import score_report

    if estimate not in ("raw", "shrunken"):
        raise typer.BadParameter("raw | shrunken", param_hint="--estimate")
    access, output = owner(published)
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
                all=city["of_departments"],
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
        _interval(unit, output) if known else None,
        ", ".join(g["id"] for g in unit["gates"] if g["binds"]) or None,
    )


def _interval(unit: dict[str, Any], output: Output) -> str:
    overall = unit["overall"]
    if unit["census"] and overall["high"] - overall["low"] < 1e-9:
        return output.say("command.census")
    return f"{overall['low']:.1f}–{overall['high']:.1f}"


def _named(found: dict[str, Any], output: Output) -> dict[str, object]:
    return {**found, "name": found["name"][output.language], "digest": found["digest"][:12]}
