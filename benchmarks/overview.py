"""The city overview as a person meets it: a cold start in a real browser, and what a rerun costs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.results import Row
from benchmarks.timing import FOURFOLD, ROOT, Failed, cost_of

STARTS = 3
CHARTS = 4
_CHART = ".js-plotly-plot:has(.trace)"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 60.0


def overview(folder: Path) -> list[Row]:
    """Rows of the cold start with city H in the workspace, and of a rerun without a browser."""
    workspace = folder / "workspace.db"
    cost_of((*FOURFOLD, "demo"), workspace)
    starts = [_cold_start(workspace) for _ in range(STARTS)]
    ready, numbers, charts = (median(times) for times in zip(*starts, strict=True))
    return [
        Row("cold start of the server to ready", ready, "s"),
        Row("cold start to the overview's first numbers, Chromium", numbers, "s", 5),
        Row(f"cold start to all {CHARTS} charts of the overview, Chromium", charts, "s", 8),
        Row("CPU of a rerun of the overview", _rerun(workspace), "ms", 60),
    ]


def _cold_start(workspace: Path) -> tuple[float, float, float]:
    """Seconds from starting the server process to ready, first numbers and all charts."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("FOURFOLD_BROWSER") or next(
        filter(None, map(shutil.which, _BROWSERS)), None
    )
    if found is None:
        raise Failed("no browser: install chromium, or name one in FOURFOLD_BROWSER")
    with sync_playwright() as player:
        # A leader's browser is open already.
        browser = player.chromium.launch(executable_path=found, args=["--no-sandbox"])
        # The policy forbids what the player waits with; it costs no time.
        page = browser.new_page(viewport={"width": 1440, "height": 2400}, bypass_csp=True)
        start = time.perf_counter()
        with _server(workspace) as address:
            ready = time.perf_counter() - start
            page.goto(address, wait_until="commit")
            page.wait_for_function(
                "/\\d+\\.\\d/.test(document.querySelector('.ff-reason')?.innerText ?? '')"
            )
            numbers = time.perf_counter() - start
            page.wait_for_function(f"document.querySelectorAll({_CHART!r}).length >= {CHARTS}")
            charts = time.perf_counter() - start
        browser.close()
    return ready, numbers, charts


@contextmanager
def _server(workspace: Path) -> Iterator[str]:
    """The app on a free port of its own, until it is no longer needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        (*FOURFOLD, "app", "--port", str(port)),
        cwd=ROOT,
        env={**os.environ, "FOURFOLD_WORKSPACE": str(workspace)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _PATIENCE
        while not _is_ready(address):
            if server.poll() is not None or time.monotonic() > until:
                raise Failed("the server does not become ready")
            time.sleep(0.02)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=_PATIENCE)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _rerun(workspace: Path) -> float:
    """Milliseconds of CPU that running the page once more takes, in a process of its own."""
    environment = {**os.environ, "FOURFOLD_WORKSPACE": str(workspace)}
    measured = subprocess.run(
        [sys.executable, "-m", "benchmarks.rerun"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if measured.returncode != 0:
        raise Failed(measured.stderr)
    return float(measured.stdout.strip().splitlines()[-1])
