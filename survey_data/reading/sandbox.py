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
from typing import IO, Any

import pyarrow as pa

from indicators.document import MAX_BYTES, Document, Unreadable
from indicators.findings import Finding, Refused
from indicators.framework.yaml_file import unreadable
from survey_data.reading.limits import DOCUMENT_LIMITS, PAGE_LIMITS, Limits
from survey_data.reading.parse import ReadOptions
from survey_data.reading.table import RawTable, finding_from_plain

_PIECE = 1024 * 1024
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
    found, rest = _ask({"options": options.as_json()}, content, limits)
    try:
        if not found["refused"]:
            return RawTable.from_stream(pa.py_buffer(rest))
        refused = [finding_from_plain(finding) for finding in found["refused"]]
    except (ValueError, KeyError, TypeError):
        # A reader that a file has broken may answer anything.
        raise Refused(Finding("E109")) from None
    raise Refused(refused)


def read_document(content: bytes) -> Document:
    """Read a YAML file in a child process like that of `read`.

    Raises Refused: E305 with the line for a file that is no document, E109 when the child died,
    hung or asked for more than it may have.
    """
    if len(content) > MAX_BYTES:
        raise unreadable(Unreadable("too-large"))
    found, _ = _ask({}, content, DOCUMENT_LIMITS)
    try:
        if "unreadable" not in found:
            lines = {str(place): int(line) for place, line in found["lines"].items()}
            return Document(dict(found["content"]), lines)
        refusal = unreadable(Unreadable(*found["unreadable"], **found["params"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(Finding("E109")) from None
    raise refusal


def _ask(
    order: dict[str, object], content: bytes, limits: Limits
) -> tuple[dict[str, Any], memoryview]:
    """What a child answers about a file: one line of JSON, and what comes after it."""
    seconds = limits.seconds_for(len(content))
    order = {"limits": asdict(limits), "size": len(content), "seconds": seconds, **order}
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
    late = threading.Timer(2 * seconds, child.kill)
    late.daemon = True
    late.start()
    try:
        answer = _hear(child, limits.answer)
    finally:
        late.cancel()
        feeder.join()
    head = answer[: answer.find(b"\n") + 1]
    if child.returncode != 0 or not head:
        raise Refused(Finding("E109"))
    try:
        found = json.loads(head)
    except (ValueError, RecursionError):
        raise Refused(Finding("E109")) from None
    if not isinstance(found, dict):
        raise Refused(Finding("E109"))
    return found, memoryview(answer)[len(head) :]


def _feed(stdin: IO[bytes], content: bytes) -> None:
    """Give the child the file; a child that stops reading says so by its exit."""
    with contextlib.suppress(OSError), stdin:
        stdin.write(content)


def _hear(child: subprocess.Popen[bytes], most: int) -> bytes:
    """All that a child says until it ends; one that says more than ``most`` bytes is ended."""
    pieces, size = [], 0
    assert child.stdout is not None
    with child:
        while piece := child.stdout.read(_PIECE):
            size += len(piece)
            if size > most:
                child.kill()
                return b""
            pieces.append(piece)
    return b"".join(pieces)


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
