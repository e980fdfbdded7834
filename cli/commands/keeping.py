"""`fourfold backup`, `restore` and `doctor`: a workspace kept, brought back, looked at."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from charts.house.numbers import file_size
from cli.output import Output, current
from cli.session import File
from cli.writing import Force, OutputFile

_MARKS = {"ok": "✓", "warning": "!", "refused": "✗"}
REFUSED = 3


def backup_command(file: File, force: Force = False) -> None:
    """Write the whole workspace into a file, and read it again."""
    from actions.access import existing_access
    from actions.keeping import backup_workspace

    output = current.get()
    access = existing_access(output.workspace)
    target = OutputFile(file, None, force=force, private=True)
    found = backup_workspace(access, file.name, target.whole())
    access.workspace.close()
    if not output.result({"file": str(file), **found}):
        size = file_size(found["size"])
        output.line(output.say("command.backup-done", file=str(file), size=size, **_counts(found)))


def restore_command(file: File) -> None:
    """Bring a backup back to a place where nothing is: --workspace W."""
    from actions.access import OWNER
    from actions.keeping import restore_workspace

    output = current.get()
    found = restore_workspace(OWNER, output.workspace, file)
    if output.result({"file": str(file), **found}):
        return
    output.line(
        output.say(
            "command.restore-done",
            place=found["workspace"],
            made_at=found["made_at"],
            **_counts(found),
        )
    )
    if found["revision"] != found["upgraded_to"]:
        output.line(
            output.say(
                "command.restore-upgraded",
                revision=found["revision"],
                head=found["upgraded_to"],
            )
        )
    if found["interrupted_jobs"]:
        output.line(output.say("command.restore-jobs", count=found["interrupted_jobs"]))


def doctor_command(
    quick: Annotated[
        bool, typer.Option("--quick", help="Read neither the indexes nor the stored files.")
    ] = False,
) -> None:
    """Look whether the workspace is sound; nothing is created or changed."""
    from actions.access import OWNER
    from actions.keeping import check_workspace

    output = current.get()
    found = check_workspace(OWNER, output.workspace, quick=quick)
    if not output.result(found):
        for one in found["checks"]:
            _print(one, output)
    if not found["ok"]:
        raise typer.Exit(REFUSED)


def _print(one: dict[str, Any], output: Output) -> None:
    output.line(f"{_MARKS[one['state']]} {one['message'][output.language]}")
    if one["fix"] is not None:
        output.line(f"  {one['fix'][output.language]}")


def _counts(found: dict[str, Any]) -> dict[str, object]:
    return {
        "tables": len(found["tables"]),
        "rows": sum(one["rows"] for one in found["tables"].values()),
        "blobs": found["blobs"]["count"],
    }
