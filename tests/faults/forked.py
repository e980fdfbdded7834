"""Calls of the program in forked children of a process that has loaded everything once.

A child may end in any way; its parent sees how: exit status, signal, what it printed, how long it
took, and every file that it wanted to change outside its own folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import io
import os
import pkgutil
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST = 60.0
"""Seconds of computing after which a call hangs."""

WAITED = 240.0
"""Seconds after which it is killed: a crowded machine gives a call but a part of its time."""

MEMORY = 6 << 30
"""Bytes of address space: what asks for more is at fault, not the machine."""

_PARENT_DIES = 1
"""``PR_SET_PDEATHSIG`` of Linux."""

_CRASH = 70
"""A status that the program does not have: an exception came out of it."""


def load_everything() -> None:
    """Import the program, and what it imports on its way, so that children start at once."""
    for name in ("cli", "actions", "reports", "charts", "analysis", "survey_data"):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations." not in found.name and not found.name.endswith(".child"):
                importlib.import_module(found.name)
    for name in (
        "alembic.command", "docx", "odf.opendocument", "openpyxl", "pandas",
        "pyreadstat", "rich.console", "rich.table", "scipy.optimize", "scipy.stats",
        "sqlalchemy.dialects.sqlite", "xlsxwriter",
    ):  # fmt: skip
        importlib.import_module(name)
    # Children share what is loaded; a collection would touch, and so copy, all of it.
    gc.freeze()


@dataclass(frozen=True)
class Ended:
    """``status``: the exit status, minus the signal that ended it, or None when it was killed.

    ``seconds``: of computing, that of the processes that it waited for with it.
    """

    status: int | None
    out: bytes
    err: str
    seconds: float
    outside: tuple[str, ...]


@dataclass
class Child:
    """A call under way in a child that leads its own process group."""

    pid: int
    started: float
    outputs: tuple[int, int, int]

    def kill(self) -> None:
        """SIGKILL to the whole group, its reading processes with it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def end(self, longest: float = WAITED) -> Ended:
        """Wait; what runs too long is killed."""
        status = None
        pause = 0.001
        while time.monotonic() - self.started < longest:
            pid, ended, used = os.wait4(self.pid, os.WNOHANG)
            if pid:
                status = os.waitstatus_to_exitcode(ended)
                break
            time.sleep(pause)
            pause = min(0.02, 1.5 * pause)
        else:
            self.kill()
            _, _, used = os.wait4(self.pid, 0)
        out, err, outside = (_all_of(one) for one in self.outputs)
        outside_paths = tuple(sorted(set(outside.decode(errors="replace").split("\0")) - {""}))
        seconds = used.ru_utime + used.ru_stime
        return Ended(status, out, err.decode(errors="replace"), seconds, outside_paths)


def start(
    call: Callable[[], object],
    own: Path | None = None,
    largest: int | None = None,
    user: int | None = None,
) -> Child:
    """Run ``call`` in a child; what it returns is its exit status.

    ``own``: the folder that it may write in; ``largest``: bytes that a file may grow to; ``user``:
    who it runs as.
    """
    outputs = tuple(os.memfd_create(name) for name in ("out", "err", "outside"))
    # Whatever this process has printed and not handed over would be printed twice.
    sys.stdout.flush()
    sys.stderr.flush()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _in_child(call, outputs, own, largest, user)
    os_group(pid)
    return Child(pid, started, outputs)  # type: ignore[arg-type]


def os_group(pid: int) -> None:
    """The child leads its group from here on, whoever of the two comes first."""
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)


def command(words: Sequence[str]) -> Callable[[], int]:
    """A call of the command line."""

    def called() -> int:
        from cli.main import run

        return run([os.fsdecode(os.fsencode(word)) for word in words])

    return called


def _in_child(
    call: Callable[[], object],
    outputs: tuple[int, ...],
    own: Path | None,
    largest: int | None,
    user: int | None,
) -> None:
    status = _CRASH
    try:
        os_group(0)
        # Whoever stops the run stops its children with it, which have groups of their own.
        ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGKILL)
        faulthandler.disable()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(outputs[0], 1)
        os.dup2(outputs[1], 2)
        # What stood here before must not close the descriptor when it goes.
        out, err = (io.FileIO(number, "wb", closefd=False) for number in (1, 2))
        sys.stdout = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
        sys.stderr = io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _soften(resource.RLIMIT_AS, MEMORY)
        if own is not None:
            os.environ.update(TMPDIR=str(own / "tmp"), HOME=str(own / "home"))
            (own / "tmp").mkdir(exist_ok=True)
            (own / "home").mkdir(exist_ok=True)
            os.chdir(own)
            _watch(own, outputs[2])
        if largest is not None:
            _soften(resource.RLIMIT_FSIZE, largest)
        if user is not None:
            os.setgid(user)
            os.setuid(user)
        found = call()
        status = found if isinstance(found, int) else 0
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else _CRASH
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(status & 0xFF)


def _soften(kind: int, most: int) -> None:
    """Limit this process; the reader, which it starts, sets limits of its own."""
    resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


_CHANGES = {
    "os.rename": (0, 1), "os.remove": (0,), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,),
    "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,),
    "sqlite3.connect": (0,),
}  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _watch(own: Path, report: int) -> None:
    """Report every path outside that the program is about to change."""
    home = os.path.realpath(own)

    def looked_at(event: str, arguments: tuple) -> None:
        if event == "open":
            paths = arguments[:1] if (arguments[2] or 0) & _WRITING else ()
        else:
            paths = tuple(arguments[at] for at in _CHANGES.get(event, ()))
        for path in paths:
            if isinstance(path, int) or path in (":memory:", b":memory:", os.devnull):
                continue
            place = os.path.realpath(os.fsdecode(path).removeprefix("file:").partition("?")[0])
            if place != home and not place.startswith(home + os.sep):
                os.write(report, os.fsencode(place) + b"\0")

    sys.addaudithook(looked_at)


def _all_of(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    os.close(file)
    return b"".join(parts)
