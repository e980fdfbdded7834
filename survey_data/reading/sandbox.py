"""The limited child process: whatever a file does to its reader, the program goes on."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO

import pyarrow as pa

from indicators.findings import Finding, Refused
from survey_data.reading.limits import PAGE_LIMITS, Limits
from survey_data.reading.parse import ReadOptions
from survey_data.reading.table import RawTable, finding_from_plain

_CHILD = Path(__file__).with_name("child.py")
_KEEP = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

# The reader multiplies no matrices and needs no threads for it.
_ALONE = {"OPENBLAS_NUM_THREADS": "1"}


def read(
    content: bytes, limits: Limits = PAGE_LIMITS, options: ReadOptions = ReadOptions()
) -> RawTable:
    """Read a table in a child process with bounded memory and time, without a network.

    The child gets the bytes on stdin and answers with one JSON line and, when it could read the
    file, an Arrow stream. Raises Refused: what the child refused, or E109 when it died, hung or
    asked for more than it may have.
    """
    if len(content) > limits.file:
        raise Refused(Finding("E118", params={"limit": limits.file // (1024 * 1024)}))
    order = {"limits": asdict(limits), "options": options.as_json(), "size": len(content)}
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEEP if name in os.environ} | _ALONE,
        close_fds=True,
    )
    if os.name == "nt":
        threading.Thread(target=watch_memory, args=(child, limits.memory), daemon=True).start()
    # Handed over in one piece: `communicate` would write a large file 4 KiB at a time.
    feeder = threading.Thread(target=_feed, args=(child.stdin, content), daemon=True)
    child.stdin = None
    feeder.start()
    try:
        answer, _ = child.communicate(timeout=2 * limits.seconds_for(len(content)))
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise Refused(Finding("E109")) from None
    finally:
        feeder.join()
    head = answer[: answer.find(b"\n") + 1]
    if child.returncode != 0 or not head:
        raise Refused(Finding("E109"))
    try:
        found = json.loads(head)
        if not found["refused"]:
            return RawTable.from_stream(pa.py_buffer(memoryview(answer)[len(head) :]))
        refused = [finding_from_plain(finding) for finding in found["refused"]]
    except (ValueError, KeyError, TypeError):
        # A reader that a file has broken may answer anything.
        raise Refused(Finding("E109")) from None
    raise Refused(refused)


def _feed(stdin: IO[bytes], content: bytes) -> None:
    """Give the child the file; a child that stops reading says so by its exit."""
    with contextlib.suppress(OSError), stdin:
        stdin.write(content)


def watch_memory(child: subprocess.Popen, limit: int) -> None:
    """Where the system has no limits for a process, look every 50 ms and end it."""
    import psutil

    try:
        process = psutil.Process(child.pid)
        while child.poll() is None:
            if process.memory_info().rss > limit:
                child.kill()
                return
            time.sleep(0.05)
    except psutil.Error:
        return
