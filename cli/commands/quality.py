"""`fourfold quality`: is this data, and is this scale, good enough to score with?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Output
from cli.session import RoundOption, owner
from cli.writing import Force, OutputFile


class Missing(StrEnum):
    pairwise = "pairwise"
    listwise = "listwise"


class Extraction(StrEnum):
    minres = "minres"
    ml = "ml"


class Rotated(StrEnum):
    oblimin = "oblimin"
    varimax = "varimax"
    promax = "promax"


class Correlations(StrEnum):
    pearson = "pearson"
    polychoric = "polychoric"


def quality_command(
    round_id: RoundOption,
    missing: Annotated[Missing, typer.Option()] = Missing.pairwise,
    factors: Annotated[int | None, typer.Option(min=1, max=50)] = None,
    extraction: Annotated[Extraction, typer.Option()] = Extraction.minres,
    rotation: Annotated[Rotated, typer.Option()] = Rotated.oblimin,
    correlations: Annotated[Correlations, typer.Option()] = Correlations.pearson,
    compared: Annotated[str | None, typer.Option("--with", metavar="R0")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    published: Annotated[bool, typer.Option("--published")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="OUT.xlsx|OUT.docx")] = None,
    lavaan: Annotated[Path | None, typer.Option(metavar="OUT.zip")] = None,
    force: Force = False,
) -> None:
    """Screening, reliability, dimensions, factor models, agreement, invariance of a round."""
    from actions.quality import FactorChoice, lavaan_archive, round_quality
    from actions.quality_json import plain_quality

    document = None if out is None else OutputFile(out, (".xlsx", ".docx"), force=force)
    archive = None if lavaan is None else OutputFile(lavaan, (".zip",), force=force, inputs=[out])
    access, output = owner(published)
    view = round_quality(
        access,
        round_id,
        missing=missing.value,
        choice=FactorChoice(factors, extraction.value, rotation.value, seed),
        correlations=correlations.value,
        compared=compared,
    )
    # Both are made before either is written: a refusal leaves no file behind.
    packed = None if archive is None else lavaan_archive(access, round_id)
    if document is not None:
        from actions.documents import quality_document

        kind = document.path.suffix[1:].lower()
        document.write(quality_document(view, kind, output.language))
    if archive is not None and packed is not None:
        archive.write(packed)
    found = plain_quality(view)
    if not output.result(found):
        _print(found, output)


def _print(found: dict[str, Any], output: Output) -> None:
    language = output.language
    output.line(
        output.say("command.quality", n=found["n"], verdict=found["verdict_text"][language])
    )
    output.table(
        [output.say(f"command.column.{c}") for c in ("check", "value", "place", "grade")],
        [
            (
                check["name"][language],
                None if check["value"] is None else f"{check['value']:.3f}",
                check["place"],
                output.say(f"quality.grade-{check['grade']}"),
            )
            for check in found["checks"]
        ],
    )
    output.table(
        [
            output.say(f"command.column.{c}")
            for c in ("scale", "n", "items", "alpha", "omega", "icc2")
        ],
        [
            (
                id,
                scale["n"],
                scale["k"],
                _three(scale["alpha"]),
                _three(scale["omega_total"]),
                _three(found["agreement"].get(id, {}).get("icc2")),
            )
            for id, scale in found["scales"].items()
        ],
    )
    for id, scale in found["scales"].items():
        for remark in scale["remarks"]:
            output.remark(f"! {id}: {remark[language]}")
    for part, reason in found["model"]["reasons"].items():
        output.remark(f"! {part}: {reason[language]}")


def _three(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"
