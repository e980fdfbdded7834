"""`fourfold compare`: who is above whom, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from charts.house.numbers import probability, signed
from cli.output import Output
from cli.session import RoundOption, owner

if TYPE_CHECKING:
    from actions.comparison import Comparison


def comparison_command(
    round_id: RoundOption,
    compared: Annotated[str | None, typer.Option("--with", metavar="R0")] = None,
    node: Annotated[str, typer.Option(metavar="NODE")] = "overall",
    draws: Annotated[int, typer.Option(min=100, max=100_000)] = 2000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """Pairs, sets of ranks and letters of departments; change since another round."""
    from actions.comparison import comparison_report

    access, output = owner(published)
    found = comparison_report(
        access, round_id, compared=compared, node=node, draws=draws, seed=seed
    )
    if not output.result(found):
        _print(found, output)


def _print(found: Comparison, output: Output) -> None:
    language = output.language
    columns = ("department", "score", "interval", "rank", "rank-interval", "letters")
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [
            (
                unit.name[language],
                f"{unit.score.score:.1f}",
                f"{unit.score.low:.1f}–{unit.score.high:.1f}",
                unit.rank.nominal,
                f"{unit.rank.low}–{unit.rank.high}",
                unit.letters,
            )
            for unit in sorted(found.units, key=lambda u: u.rank.nominal)
        ],
    )
    if found.change is not None:
        columns = ("department", "change", "interval", "rise")
        output.table(
            [output.say(f"command.column.{c}") for c in columns],
            [
                (
                    unit.name[language],
                    signed(unit.difference),
                    f"{signed(unit.low)} – {signed(unit.high)}",
                    probability(unit.p_up),
                )
                for unit in sorted(found.change.units, key=lambda u: -u.difference)
            ],
        )
