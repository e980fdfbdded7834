"""`fourfold measures experts`: filled sheets of estimates into the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from charts.house.numbers import percent
from cli.output import Output
from cli.session import content_of, owner


def experts_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.xlsx…")],
    check: Annotated[bool, typer.Option("--check", help="Read and report; adopt nothing.")] = False,
) -> None:
    """Add experts' (low, most likely, high) to the catalogue as its next version."""
    from actions.measures.experts import adopt_experts, preview_experts

    access, output = owner()
    handed = [(file.name, content_of(file)) for file in files]
    found = (preview_experts if check else adopt_experts)(access, handed)
    if not output.result(found):
        _print(found, output)


def _print(found: dict[str, Any], output: Output) -> None:
    language = output.language
    columns = ("id", "dimension", "mean", "interval", "disagreement", "experts")
    output.table(
        [output.say(f"experts.column-{c}") for c in columns],
        [
            (
                one["measure"],
                f"{one['dimension']} {(one['dimension_name'] or {}).get(language, '')}".strip(),
                f"{one['mean']:.1f}",
                f"{one['quantiles']['5']:.1f}–{one['quantiles']['95']:.1f}",
                percent(one["disagreement"]) if len(one["experts"]) > 1 else None,
                str(len(one["experts"])),
            )
            for one in found["effects"]
        ],
    )
    for one in found["read"]:
        output.line(output.say("experts.read", **one))
    notes = [one for one in found["issues"] if one["code"] != "W330"]
    output.issues(notes)
    silent = len(found["issues"]) - len(notes)
    if silent:
        output.remark(output.say("experts.without-reason", count=silent))
    key = "experts.adopted" if found["adopted"] else "experts.checked"
    name = f"{found['catalogue']['id']}@{found['catalogue']['version']}"
    output.line(output.say(key, name=name))
    output.remark(output.say("command.planning-assumptions"))
