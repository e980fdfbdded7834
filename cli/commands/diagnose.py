"""`fourfold weights` and `fourfold diagnose`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.session import RoundOption, owner


def weights_command(
    round_id: RoundOption,
    method: Annotated[str, typer.Option(metavar="METHOD")] = "entropy",
    seed: Annotated[int, typer.Option(min=0)] = 1,
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """Weights that the data suggest, with their range, beside the framework's."""
    from actions.diagnosis import weight_methods, weights_report

    if method not in weight_methods():
        raise typer.BadParameter(" | ".join(weight_methods()), param_hint="--method")
    access, output = owner(published)
    found = weights_report(access, round_id, method=method, seed=seed)
    if output.result(found):
        return
    if "nodes" not in found:
        columns = ("department", "score", "rank", "own-score", "own-rank")
        output.table(
            [output.say(f"command.column.{c}") for c in columns],
            [
                (
                    unit["name"][output.language],
                    f"{unit['score']:.1f}",
                    unit["rank"],
                    f"{unit['own_score']:.1f}",
                    unit["own_rank"],
                )
                for unit in sorted(found["units"], key=lambda u: u["rank"])
            ],
        )
        return
    if found["warning"]:
        output.remark(f"! {found['warning'][output.language]}")
    columns = ("node", "child", "weight", "interval", "given", "effective")
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [
            (
                node,
                child,
                f"{w['weight']:.3f}",
                f"{w['low']:.3f}–{w['high']:.3f}",
                f"{w['given']:.3f}",
                None if w["effective"] is None else f"{w['effective']:.3f}",
            )
            for node, one in found["nodes"].items()
            for child, w in one["children"].items()
        ],
    )


def diagnose_command(
    round_id: RoundOption,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    published: Annotated[bool, typer.Option("--published")] = False,
) -> None:
    """What each department lacks for the next level, and where its gaps are."""
    from actions.diagnosis import diagnosis_report

    access, output = owner(published)
    found = diagnosis_report(access, round_id, seed=seed)
    if output.result(found):
        return
    columns = ("department", "level", "next", "points", "binds", "gaps", "coordination", "lagging")
    output.table(
        [output.say(f"command.column.{c}") for c in columns],
        [
            (
                unit["name"][output.language],
                unit["level"],
                unit["next_level"]["level"],
                None
                if unit["next_level"]["points"] is None
                else f"{unit['next_level']['points']:.1f}",
                ", ".join(unit["next_level"]["binding_gates"]) or None,
                ", ".join(gap["indicator"] for gap in unit["gap_shares"][:3]) or None,
                None
                if unit["coordination"]["wang2021"] is None
                else f"{unit['coordination']['wang2021']:.2f}",
                unit["coordination"]["lagging"],
            )
            for unit in found["units"]
        ],
    )
    for one in found["drivers"]:
        output.table(
            [
                output.say(f"command.drivers-{one['level']}", outcome=one["outcome"], r2=one["r2"]),
                *(output.say(f"command.column.{c}") for c in ("lmg", "interval", "johnson")),
            ],
            [
                (
                    factor,
                    f"{f['lmg']:.3f}",
                    f"{f['low']:.3f}–{f['high']:.3f}",
                    f"{f['johnson']:.3f}",
                )
                for factor, f in one["factors"].items()
            ],
        )
