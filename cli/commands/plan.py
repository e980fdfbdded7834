"""`fourfold measures`, `simulate` and `optimise`: what to do, and what it would lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from charts.house.numbers import probability, signed
from cli.commands.experts import experts_command
from cli.output import Output
from cli.session import File, RoundOption, content_of, owner

measures_app = typer.Typer(
    invoke_without_command=True, help="List the measures; check or adopt a catalogue."
)
measures_app.command("experts")(experts_command)
CatalogueOption = Annotated[Path | None, typer.Option("--catalogue", metavar="FILE")]
Draws = Annotated[int, typer.Option(min=100, max=100_000)]
Seed = Annotated[int, typer.Option(min=0)]


@measures_app.callback(invoke_without_command=True)
def measures(context: typer.Context, catalogue: CatalogueOption = None) -> None:
    """The catalogue of measures: effects, costs, needs. All of it is planning assumptions."""
    if context.invoked_subcommand is not None:
        return
    from actions.measures.catalogue import measures_report

    access, output = owner()
    found = measures_report(access, None if catalogue is None else content_of(catalogue))
    if not output.result(found):
        _print_measures(found, output)


@measures_app.command("check")
def check(file: File) -> None:
    """Check a catalogue file; all its problems at once."""
    from actions.measures.catalogue import check_measures

    access, output = owner()
    found = check_measures(access, content_of(file))
    if not output.result(found):
        output.issues(found["issues"])
        output.line(output.say("command.measures-ok", count=len(found["measures"])))


@measures_app.command("use")
def use(file: File) -> None:
    """Adopt a catalogue for scenarios and portfolios."""
    from actions.measures.catalogue import use_measures

    access, output = owner()
    found = use_measures(access, content_of(file))
    if not output.result(found):
        name = f"{found['id']}@{found['version']}"
        output.line(output.say("command.measures-used", name=name, count=found["measures"]))


def simulate_command(
    file: Annotated[Path, typer.Argument(metavar="SCENARIO.yaml")],
    round_id: RoundOption,
    draws: Draws = 2000,
    seed: Seed = 1,
    catalogue: CatalogueOption = None,
    trajectory: Annotated[bool, typer.Option("--trajectory")] = False,
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """Projected scores, levels and costs of a scenario."""
    from actions.scenarios.simulation import simulate_report

    access, output = owner(published)
    found = simulate_report(
        access,
        round_id,
        content_of(file),
        catalogue=None if catalogue is None else content_of(catalogue),
        draws=draws,
        seed=seed,
        with_trajectory=trajectory,
    )
    if not output.result(found):
        _print_simulation(found, output)


def _print_measures(found: dict[str, Any], output: Output) -> None:
    language = output.language
    columns = ("id", "measure", "effects", "first-year", "annual", "months", "needs")
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [
            (
                one["id"],
                one["name"][language],
                " ".join(
                    f"{id} {e['low']:g}/{e['mode']:g}/{e['high']:g}"
                    for id, e in one["effects"].items()
                ),
                _money(one["cost"]["first_year"]),
                _money(one["cost"]["annual"]),
                f"{one['lead_months']['low']:g}–{one['lead_months']['high']:g}",
                " ".join(
                    [*one["requires"]["all"], *("|".join(some) for some in one["requires"]["any"])]
                ),
            )
            for one in found["measures"]
        ],
    )
    output.issues(found["issues"])
    output.remark(output.say("command.planning-assumptions"))


def _money(triple: dict[str, float]) -> str:
    return f"{triple['low']:g}–{triple['high']:g}"


def _print_simulation(found: dict[str, Any], output: Output) -> None:
    language = output.language
    cost, city = found["cost"], found["city"]
    output.line(
        output.say(
            "command.simulated",
            name=found["name"][language],
            years=found["horizon_years"],
            cost=f"{cost['horizon_total']:,.0f}",
            low=f"{cost['low']:,.0f}",
            high=f"{cost['high']:,.0f}",
            before=f"{city['baseline']['score']:.1f}",
            after=f"{city['projected']['score']:.1f}",
            gain=signed(city["gain"]["score"]),
        )
    )
    if city["level_probability"]:
        output.line(
            "  ".join(
                f"{level}: {probability(city['baseline_level_probability'][level])} → {probability(p)}"
                for level, p in city["level_probability"].items()
            )
        )
    columns = ("department", "before", "after", "interval", "change", "level", "p")
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [_unit_row(unit, language) for unit in found["units"]],
    )
    output.issues(found["checks"])
    output.remark(found["assumptions"][language])


def _unit_row(unit: dict[str, Any], language: str) -> tuple[Any, ...]:
    chances = unit["level_probability"] or {}
    best = max(chances, key=lambda level: chances[level]) if chances else None
    return (
        unit["name"][language],
        f"{unit['baseline']['score']:.1f}",
        f"{unit['projected']['score']:.1f}",
        f"{unit['projected']['low']:.1f}–{unit['projected']['high']:.1f}",
        signed(unit["gain"]["score"]),
        best,
        None if best is None else probability(chances[best]),
    )


def optimise_command(
    round_id: RoundOption,
    budget: Annotated[float | None, typer.Option(metavar="万元")] = None,
    scope: Annotated[str, typer.Option(metavar="city|department")] = "city",
    horizon: Annotated[int, typer.Option(min=1, max=10, metavar="YEARS")] = 3,
    must: Annotated[list[str] | None, typer.Option(metavar="M")] = None,
    never: Annotated[list[str] | None, typer.Option(metavar="M")] = None,
    aim: Annotated[str, typer.Option(metavar="expected|probability|worst-off-gain|cvar")] = (
        "expected"
    ),
    level: Annotated[int | None, typer.Option(min=1)] = None,
    floor: Annotated[int | None, typer.Option(min=1, metavar="LEVEL")] = None,
    yearly: Annotated[float | None, typer.Option(metavar="万元")] = None,
    in_parallel: Annotated[int | None, typer.Option("--in-parallel", min=0)] = None,
    gap: Annotated[float, typer.Option(min=0, max=1)] = 1e-4,
    frontier: Annotated[int, typer.Option(min=0, max=100, metavar="N")] = 0,
    draws: Draws = 2000,
    seed: Seed = 1,
    catalogue: CatalogueOption = None,
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """The best portfolio of measures under a budget, proven; near-optimal ones; the frontier."""
    from actions.portfolio import AIMS, optimise_report

    if scope not in ("city", "department"):
        raise typer.BadParameter("city | department", param_hint="--scope")
    if aim not in AIMS:
        raise typer.BadParameter(" | ".join(AIMS), param_hint="--aim")
    access, output = owner(published)
    with output.progress("portfolio") as step:
        found = optimise_report(
            access,
            round_id,
            budget=budget,
            scope=scope,
            horizon=horizon,
            must=must or (),
            never=never or (),
            aim=aim,
            level=level,
            floor=floor,
            yearly=yearly,
            in_parallel=in_parallel,
            gap=gap,
            frontier_points=frontier,
            draws=draws,
            seed=seed,
            catalogue=None if catalogue is None else content_of(catalogue),
            step=step,
        )
    if not output.result(found):
        _print_optimum(found, output)


def _print_optimum(found: dict[str, Any], output: Output) -> None:
    from charts.portfolio.words import money, optimum_finding, optimum_reason

    language = output.language
    output.line(optimum_finding(found, language))
    output.line(optimum_reason(found, language))
    rows = [
        (
            one["id"],
            len(one["departments"]),
            money(one["cost"], language),
            f"{found['inclusion'].get(one['id'], 1.0):.0%}",
        )
        for one in found["measures"]
    ]
    columns = ("measure", "department", "cost", "inclusion")
    output.table([output.say(f"command.column.{c}") for c in columns], rows)
    if found["frontier"]:
        columns = ("cost", "gain", "measures")
        output.table(
            [output.say(f"command.column.{c}") for c in columns],
            [
                (money(one["cost"], language), signed(one["gain"]), " ".join(one["measures"]))
                for one in found["frontier"]
            ],
        )
    output.remark(output.say("command.planning-assumptions"))
