"""Runs one import and dies by SIGKILL at its k-th step; a step is a statement, a commit or a stage.
The last one lies after all of them.

``python -m tests.faults.killed K COUNT_FILE import|draft …``; K = 0 runs to the end. The number of
steps taken is written to COUNT_FILE.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

STEPS = 0


def step(*_: object, **__: object) -> None:
    """Count, and die when it is time."""
    global STEPS
    STEPS += 1
    if int(sys.argv[1]) == STEPS:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    for event in ("before_cursor_execute", "after_cursor_execute"):
        sa.event.listen(sa.Engine, event, step)
    sa.event.listen(sa.Engine, "commit", step)
    from actions.access import open_access

    access = open_access(os.environ["FOURFOLD_WORKSPACE"])
    kind, *rest = sys.argv[3:]
    if kind == "draft":
        from actions.drafts import commit_draft

        commit_draft(access, rest[0], step)
    else:
        from actions.imports import import_metrics, import_survey

        path, round_id, *mode = rest
        content = Path(path).read_bytes()
        if kind == "metrics":
            import_metrics(access, content, "m.csv", round_id, progress=step)
        else:
            import_survey(
                access, content, "s.csv", round_id, mode=mode[0] if mode else None, progress=step
            )
    step()
    Path(sys.argv[2]).write_text(str(STEPS), "utf-8")


if __name__ == "__main__":
    main()
