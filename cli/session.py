"""What commands share: the owner at the workspace that was named, and the files that were named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from actions.access import Access, open_access
from actions.errors import Finding, Refused
from cli.output import Output, current

File = Annotated[Path, typer.Argument(metavar="FILE")]
RoundOption = Annotated[str, typer.Option("--round", metavar="R")]


def owner(published: bool = False) -> tuple[Access, Output]:
    """The owner at the workspace that the command line names."""
    output = current.get()
    output.published = published
    return open_access(output.workspace, published=published), output


def content_of(path: Path) -> bytes:
    """Raises Refused (E921) for a file that cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        # A ValueError: no file can have this name (a NUL, half of a surrogate pair).
        problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Refused(Finding("E921", params={"path": str(path), "problem": problem})) from None
