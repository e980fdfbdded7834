"""Which process works on something, and whether it is still there."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """``started`` tells two processes apart that got the same number; empty where the system
    does not say."""

    host: str
    pid: int
    started: str


def this_process() -> Process:
    pid = os.getpid()
    return Process(_host(), pid, _state_and_start(pid)[1])


def is_alive(process: Process) -> bool | None:
    """Whether a process is there; None where that cannot be known from here."""
    if process.host != _host():
        return None
    state, started = _state_and_start(process.pid)
    if started:
        # A process that has ended but was not fetched by its parent works no more.
        if state in "ZX" or (process.started and started != process.started):
            return False
        return True if process.started else None
    if os.name != "posix":
        # Elsewhere asking by signal ends the process that is asked.
        return None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return None


def _host() -> str:
    """The machine's name; of containers that share one, each has process numbers of its own."""
    try:
        space = os.readlink(_PROC / "self" / "ns" / "pid")
    except OSError:
        space = ""
    return f"{socket.gethostname()}{space and '/'}{space}"[:255]


def _state_and_start(pid: int) -> tuple[str, str]:
    """State letter and start, in clock ticks since the machine's, as Linux tells them (proc(5))."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return "", ""
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]
