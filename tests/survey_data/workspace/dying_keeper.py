"""Makes or restores a backup in one child after another; each is killed at its K-th step: a statement,
a commit, or what is done with a file (a name given or taken away, bytes brought to the disk).

``backup|restore LOCATION FILE EVERY``: K = 1, 1 + EVERY, … until a child comes to its end. LOCATION
is the workspace that is backed up to ``FILE-K``, or the place ``LOCATION-K`` (a URL as it is) to which
FILE is restored. Prints K and how the child ended.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from cli.output import Output, current
from cli.writing import OutputFile
from survey_data.workspace.keeping.backup import back_up, restore
from survey_data.workspace.opening import existing_workspace


def die_at(last: int) -> None:
    seen = 0

    def step(*_: object, **__: object) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def before_and_after(*arguments: Any, **named: Any) -> Any:
            step()
            found = call(*arguments, **named)
            step()
            return found

        return before_and_after

    event.listen(sa.Engine, "before_cursor_execute", step)
    event.listen(sa.Engine, "commit", step)
    for name in ("fsync", "link", "rename", "replace", "unlink", "chmod"):
        setattr(os, name, counted(getattr(os, name)))


def keep(what: str, location: str, file: str, number: int) -> None:
    if what == "restore":
        restore(Path(file), location if "://" in location else f"{location}-{number}", "owner")
        return
    current.set(Output(False, "zh", location))
    workspace = existing_workspace(location)
    target = OutputFile(Path(f"{file}-{number}"), None, force=False, private=True)
    with target.whole() as beside:
        back_up(workspace, beside, "test")


def main() -> None:
    what, location, file, every = sys.argv[1:]
    number = 1
    while True:
        child = os.fork()
        if child == 0:
            die_at(number)
            keep(what, location, file, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(number, "killed" if killed else "ended", flush=True)
        if not killed:
            break
        number += int(every)


if __name__ == "__main__":
    main()
