"""The reading process: bounds on memory and time that hold, and no way out (reliability.md C2)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

import survey_data.reading
from indicators.findings import Refused
from survey_data.reading import PAGE_LIMITS, Limits, read, read_document, sandbox
from survey_data.reading.limits import DOCUMENT_LIMITS
from survey_data.reading.sandbox import watch_memory
from tests.survey_data.workbooks import parts_of, text_row, zipped

MIB = 1024 * 1024
CHILD = str(Path(str(survey_data.reading.__file__)).with_name("child.py"))
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="limits of a Linux process")
pytestmark = linux_only


def in_limited_process(body: str, memory: int = 512 * MIB, seconds: int = 2) -> tuple[int, str]:
    """Exit status and what was printed by code that runs under the reader's limits."""
    program = (
        f"import runpy; child = runpy.run_path({CHILD!r})\n"
        f"child['limit_process']({memory}, {seconds})\n{body}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def refused(content: bytes, limits: Limits) -> str:
    with pytest.raises(Refused) as caught:
        read(content, limits)
    return caught.value.first.code


def slow_workbook() -> bytes:
    """Small enough for every size limit, but several seconds of work for any reader."""
    cells = "<c><v>1</v></c>" * 500
    rows = text_row(1, [f"q{n}" for n in range(20)]) + f"<row>{cells}</row>" * 10_000
    return zipped(parts_of({"Data": rows}))


def test_memory_beyond_the_bound_cannot_be_had() -> None:
    status, said = in_limited_process(f"b = bytearray({1024 * MIB})")
    assert status != 0
    assert "MemoryError" in said


def test_memory_within_the_bound_can_be_had() -> None:
    assert in_limited_process(f"b = bytearray({100 * MIB}); print(len(b))")[0] == 0


def test_a_process_that_computes_without_end_is_ended() -> None:
    begun = time.monotonic()
    status, _ = in_limited_process("while True: pass", seconds=1)
    assert status < 0
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
    ],
)
def test_network_and_other_programs_are_refused(attempt: str) -> None:
    status, said = in_limited_process(attempt)
    assert status != 0
    assert "PermissionError" in said and "not allowed while reading a file" in said


def test_nothing_can_be_written_to_a_file(tmp_path: object) -> None:
    target = os.path.join(str(tmp_path), "out")
    status, said = in_limited_process(f"open({target!r}, 'wb', 0).write(b'x' * 9)")
    assert status != 0
    assert os.path.getsize(target) == 0 and ("File too large" in said or status == -25)


def test_a_file_that_needs_more_memory_than_allowed_is_refused() -> None:
    small = replace(PAGE_LIMITS, memory=64 * MIB)
    assert refused(("a,b\n" + "1,2\n" * 1000).encode(), small) == "E109"
    assert len(read(b"a,b\n1,2\n", PAGE_LIMITS)) == 1


def test_a_file_that_needs_more_time_than_allowed_is_refused() -> None:
    content = slow_workbook()
    begun = time.monotonic()
    assert refused(content, replace(PAGE_LIMITS, seconds=0, rows=10**6)) == "E109"
    assert time.monotonic() - begun < 30


@contextmanager
def reader_at_work() -> Iterator[tuple[psutil.Process, list[str]]]:
    """The process that reads a slow file, and where the code of the refusal will be."""
    me = psutil.Process()
    before = {child.pid for child in me.children()}
    result: list[str] = []
    limits = replace(PAGE_LIMITS, rows=10**6)
    thread = threading.Thread(target=lambda: result.append(refused(slow_workbook(), limits)))
    thread.start()
    deadline = time.monotonic() + 20
    found: list[psutil.Process] = []
    while not found and time.monotonic() < deadline:
        found = [child for child in me.children() if child.pid not in before]
        time.sleep(0.01)
    try:
        yield found[0], result
    finally:
        with suppress(psutil.NoSuchProcess):
            found[0].kill()
        thread.join(30)


def test_a_reader_that_is_killed_from_outside_is_reported_and_leaves_nothing_behind() -> None:
    with reader_at_work() as (reader, result):
        reader.kill()
    assert result == ["E109"]
    assert not psutil.pid_exists(reader.pid)


def _interfaces(pid: int) -> set[str]:
    lines = Path(f"/proc/{pid}/net/dev").read_text().splitlines()
    return {line.split(":")[0].strip() for line in lines if ":" in line}


def test_where_the_system_allows_it_the_reader_has_no_network_at_all() -> None:
    """Even code that goes round Python's own guard would find no way out."""
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x40000000) and 1)"
    user = probe.replace("0x40000000", "0x50000000")
    if all(
        subprocess.run([sys.executable, "-c", p], check=False).returncode for p in (probe, user)
    ):
        pytest.skip("this system does not let a process leave its network")
    with reader_at_work() as (reader, _):
        deadline = time.monotonic() + 10
        while _interfaces(reader.pid) != {"lo"} and time.monotonic() < deadline:
            time.sleep(0.01)
        assert _interfaces(reader.pid) == {"lo"}


def test_the_reader_does_not_see_the_environment_of_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A start-up file that the environment names would run before any limit."""
    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    assert read(b"a,b\n1,2\n").headers == ("a", "b")


def test_the_watch_ends_a_process_that_grows_and_leaves_others_alone() -> None:
    """Where a system has no limits for a process, as Windows has none."""
    grows = "import time; held = bytearray(400 << 20); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", grows]) as process:
        watch_memory(process, 200 << 20)
        assert process.wait(10) != 0
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        watch_memory(process, 2 << 30)
        assert process.wait(10) == 0


@pytest.mark.parametrize("line", [True, False], ids=["lines", "one line"])
def test_a_reader_that_answers_without_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bool
) -> None:
    """What a broken reader says is not collected beyond the bound, let alone made into objects."""
    endless = tmp_path / "endless.py"
    said = "{}" + chr(10) if line else '{"content": {"a": "xx'
    endless.write_text(
        f"import os, pathlib, sys\npathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        f"while True: sys.stdout.write({said!r} * 1000)\n"
    )
    monkeypatch.setattr(sandbox, "_CHILD", endless)
    peak = psutil.Process().memory_info().rss
    begun = time.monotonic()
    with pytest.raises(Refused) as caught:
        read_document(b"a: 1")
    assert caught.value.first.code == "E109"
    assert time.monotonic() - begun < DOCUMENT_LIMITS.seconds
    assert psutil.Process().memory_info().rss - peak < 2 * DOCUMENT_LIMITS.answer
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_an_answer_above_the_bound_is_refused_and_one_at_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = len('{"content": {"a": 1}, "lines": {"": 1, "a": 1}}\n')
    monkeypatch.setattr(sandbox, "DOCUMENT_LIMITS", replace(DOCUMENT_LIMITS, answer=bound))
    assert read_document(b"a: 1").content == {"a": 1}
    with pytest.raises(Refused) as caught:
        read_document(b"a: 12")
    assert caught.value.first.code == "E109"


@pytest.mark.parametrize(
    "written",
    [
        "a: &a '" + "𝔎" * 19_000 + "'\nb: [" + ",".join(["*a"] * 218) + "]",
        "a: &a [" + "x, " * 240 + "]\n" + "𝔎" * 280 + ": [" + "*a, " * 200 + "]",
        "a: [" + "'\U0001d50e', " * 49_000 + "]",
    ],
    ids=["texts", "places", "values"],
)
def test_the_largest_document_that_is_read_costs_little_memory(written: str) -> None:
    program = (
        "import resource, sys; from survey_data.reading import read_document\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "read_document(sys.stdin.buffer.read())\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=written.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout) * 1024 < 200 * MIB
