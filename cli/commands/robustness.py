"""`fourfold robustness`: does the conclusion survive other reasonable choices?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Output
from cli.session import RoundOption, content_of, owner


def robustness_command(
    round_id: RoundOption,
    design: Annotated[Path | None, typer.Option(metavar="FILE.yaml")] = None,
    draws: Annotated[int | None, typer.Option(min=100, max=1_000_000)] = None,
    points: Annotated[int, typer.Option(min=0, max=65_536)] = 1024,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    split: Annotated[bool, typer.Option("--split")] = False,
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """Scores, ranks, levels and conclusions under other choices, and which choice moves them."""
    from actions.robustness import robustness_report

    if points & (points - 1) or points == 1:
        raise typer.BadParameter("0 | 2 | 4 | 8 | …", param_hint="--points")
    access, output = owner(published)
    found = robustness_report(
        access,
        round_id,
        design=None if design is None else content_of(design),
        draws=draws,
        points=points,
        seed=seed,
        split=split,
    )
    if not output.result(found):
        _print(found, output)


def _print(found: dict[str, Any], output: Output) -> None:
    language = output.language
    for one in found["conclusions"]:
        output.line(f"{one['holds_in']:>6.0%}  {one['text'][language]}")
    columns = ["department", "score", "interval", "rank", "rank-interval", "level", "stability"]
    parted = any("split" in unit for unit in found["units"])
    columns += ["from-sampling", "from-method"] if parted else []
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [
            (
                unit["name"][language],
                f"{unit['score']['score']:.1f}",
                None
                if unit["score"]["low"] is None
                else f"{unit['score']['low']:.1f}–{unit['score']['high']:.1f}",
                unit["rank"]["nominal"],
                f"{unit['rank']['low']}–{unit['rank']['high']}",
                unit["level"],
                None if unit["level_stability"] is None else f"{unit['level_stability']:.0%}",
                *(_part(unit["split"][name]) for name in ("sampling", "method") if parted),
            )
            for unit in sorted(found["units"], key=lambda u: u["rank"]["nominal"])
        ],
    )
    for name, indices in found["sensitivity"].items():
        output.table(
            [name, *(output.say(f"command.column.{c}") for c in ("first", "total"))],
            [
                (id, _share(one, "first"), _share(one, "total"))
                for id, one in sorted(indices.items(), key=lambda i: -(i[1]["total"] or 0))
            ],
        )
    for one in found["alternatives"]:
        if not one["applied"]:
            output.remark(f"· {one['id']}: {one['reason'][language]}")


def _part(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"


def _share(one: dict[str, float | None], name: str) -> str | None:
    value, low, high = one[name], one[f"{name}_low"], one[f"{name}_high"]
    if value is None or low is None or high is None:
        return None
    return f"{value:.2f} ({low:.2f}–{high:.2f})"
