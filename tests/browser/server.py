"""The app's server as its users start it, and how to know that a page is done."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, Page

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 75
"""Seconds that a page may take on a slow or crowded machine."""
START = "from cli.main import main; main()"


@dataclass
class Server:
    """A running app. ``workspace`` is its database file."""

    address: str
    workspace: Path
    process: subprocess.Popen = field(repr=False)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_server(workspace: Path) -> Server:
    """Start the app by its command and wait until it is ready."""
    port = free_port()
    command = [sys.executable, "-c", START, "app", "--port", str(port)]
    environment = {**os.environ, "FOURFOLD_WORKSPACE": str(workspace)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return Server(address, workspace, process)
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server was not ready within a minute")


def stop_server(server: Server) -> None:
    os.killpg(server.process.pid, 15)
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.process.pid, 9)


def wait_until(page: Page, expression: str, arg: object = None) -> None:
    """Wait for what holds in the page. Playwright's own way has the page evaluate text, which the
    app forbids to every script."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if page.evaluate(expression, arg):
                return
        except Error:
            # The page is on its way to another one, or has nothing yet to look at.
            pass
        assert time.monotonic() < until, f"not within {PATIENCE} s: {expression}"
        page.wait_for_timeout(50)


def settled(page: Page) -> None:
    """Wait until the page's script has run and its finding stands."""
    # A click takes a moment to reach the server and start the script that it asks for.
    page.wait_for_timeout(250)
    page.wait_for_selector("h1.ff-finding")
    wait_until(
        page,
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'",
    )
