"""The child's side of `sandbox`: limits first, then the reader, then the answer on stdout."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, Any

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


class WithoutPandas:
    """Hides pandas, which Arrow loads for conversions that need nothing of it: half the start."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def leave_network() -> None:
    """Leave the network, as far as the system lets us.

    To be called while there is one thread only: the system lets no other process do it. Leaving
    the user's rights behind as well is the second choice, for root could then read less.
    """
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            system = ctypes.CDLL(None)
            if system.unshare(CLONE_NEWNET) != 0:
                system.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def limit_process(memory: int, seconds: int) -> None:
    """Bound memory and time, and refuse sockets and other programs."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    def refuse_network(event: str, _: tuple) -> None:
        if event.startswith(("socket.", "subprocess.", "os.exec", "os.system", "os.posix_spawn")):
            raise PermissionError(f"{event} is not allowed while reading a file")

    sys.addaudithook(refuse_network)


def read_table(order: dict[str, Any], answer: IO[bytes]) -> None:
    """One line that says what was refused, then the table as an Arrow stream."""
    sys.meta_path.insert(0, WithoutPandas())
    import pyarrow as pa

    from indicators.findings import Refused
    from survey_data.reading.limits import Limits
    from survey_data.reading.parse import ReadOptions, parse
    from survey_data.reading.table import finding_to_plain

    pa.set_cpu_count(2)
    content = limited_content(order)
    try:
        table = parse(content, Limits(**order["limits"]), ReadOptions(**order["options"]))
    except Refused as refusal:
        plain = [finding_to_plain(finding) for finding in refusal.findings]
        answer.write(json.dumps({"refused": plain}).encode() + b"\n")
    except MemoryError:
        answer.write(
            json.dumps(
                {"refused": [{"code": "E109", "severity": "error", "where": {}, "params": {}}]}
            ).encode()
            + b"\n"
        )
    else:
        answer.write(json.dumps({"refused": []}).encode() + b"\n")
        table.to_stream(pa.PythonFile(answer, mode="w"))


def read_document(order: dict[str, Any], answer: IO[bytes]) -> None:
    """One line with a YAML file's content and lines, or with why it is none."""
    from indicators.document import Unreadable, parse

    content = limited_content(order)
    try:
        read = parse(content)
    except Unreadable as found:
        said = {"unreadable": [found.reason, found.line], "params": found.params}
    else:
        said = {"content": read.content, "lines": read.lines}
    # As it stands: escapes would make up to three times as much of it.
    answer.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")


def limited_content(order: dict[str, Any]) -> bytes:
    """The file, once this process is bound. What reads it is loaded before, without the bounds."""
    content = sys.stdin.buffer.read(order["size"])
    limit_process(order["limits"]["memory"], order["seconds"])
    return content


def main() -> None:
    leave_network()
    order = json.loads(sys.argv[1])
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    reader = read_table if "options" in order else read_document
    reader(order, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    # Skip the interpreter's clean-up: the answer is complete.
    os._exit(0)


if __name__ == "__main__":
    main()
