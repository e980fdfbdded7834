"""The server as it is started: one beside another, and what it refuses to start with."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from actions.access import open_access
from actions.errors import Refused
from actions.jobs import job_state
from actions.server_address import check_address
from survey_data.workspace import progress
from tests.browser.server import Server, free_port, start_server, stop_server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a workspace in which another one works at two jobs."""
    place = tmp_path_factory.mktemp("server") / "w.db"
    running = start_server(place)
    yield running
    stop_server(running)


def asked(server: Server, path: str) -> tuple[int, bytes, Message]:
    try:
        with urllib.request.urlopen(server.address + path, timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def test_a_second_server_on_a_workspace_leaves_the_jobs_of_the_first_alone(tmp_path: Path) -> None:
    access = open_access(str(tmp_path / "w.db"))
    waiting, running = (progress.new_job(access.workspace, "import", "owner", {}) for _ in "ab")
    assert progress.claim_job(access.workspace, running, "1")
    stop_server(start_server(tmp_path / "w.db"))
    states = [job.state for id in (waiting, running) if (job := job_state(access, id))]
    assert states == ["waiting", "running"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LocalHost"])
def test_an_address_of_this_machine_alone_is_listened_on(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "::", "", " ", "127.0.0.1 ", "192.168.1.7", "10.0.0.1", "fe80::1", "::1%lo", "0",
     "localhost.example", "example.invalid", "127.1", "0177.0.0.1", "::ffff:10.0.0.1", "*", None],
)  # fmt: skip
def test_any_other_address_is_refused_with_the_reason(address: str | None) -> None:
    with pytest.raises(Refused) as caught:
        check_address(address)
    assert caught.value.first.code == "E934"
    assert "owner" in caught.value.first.fix["en"] and "所有者" in caught.value.first.fix["zh"]


def test_the_command_refuses_before_it_touches_the_workspace(fourfold, monkeypatch, tmp_path):
    for address in ("0.0.0.0", ""):
        monkeypatch.setenv("FOURFOLD_ADDRESS", address)
        found = fourfold("app", "--json")
        assert found.status == 3 and found.json["error"]["code"] == "E934"
    assert not (tmp_path / "own.db").exists()


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_server_started_by_hand_on_another_address_ends_before_anybody_is_answered(
    tmp_path: Path, way: str
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += [f"--server.port={port}", "--server.headless=true"]
    environment = {**os.environ, "FOURFOLD_WORKSPACE": str(tmp_path / "w.db")}
    if way == "option":
        command.append("--server.address=0.0.0.0")
    else:
        environment["STREAMLIT_SERVER_ADDRESS"] = "0.0.0.0"
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 3
    assert "E934" in ended.stderr and "Traceback" not in ended.stderr + ended.stdout
    assert not (tmp_path / "w.db").exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_does_not_start_on_a_damaged_workspace(demo, tmp_path, fourfold) -> None:
    place = tmp_path / "own.db"
    content = bytearray(Path(demo).read_bytes())
    content[5 * 16384 : 5 * 16384 + 2000] = os.urandom(2000)
    place.write_bytes(content)
    found = fourfold("app", "--json")
    assert found.status == 4 and found.json["error"]["code"] == "E906"
    assert place.read_bytes() == content


def test_whether_the_app_is_ready_is_told_without_making_anything(server: Server) -> None:
    assert asked(server, "/readyz")[:2] == (200, b'{"ready":true}')
    away = server.workspace.with_name("away.db")
    server.workspace.rename(away)
    status, body, _ = asked(server, "/readyz")
    assert status == 503 and json.loads(body) == {"ready": False, "code": "E907"}
    assert not server.workspace.exists()
    sqlite3.connect(server.workspace).close()
    server.workspace.write_bytes(b"")
    status, body, _ = asked(server, "/readyz")
    assert status == 503 and json.loads(body)["code"] == "E907"
    assert server.workspace.read_bytes() == b""
    away.replace(server.workspace)
    assert asked(server, "/readyz")[0] == 200


def test_a_browser_gets_a_secret_name_once_that_scripts_do_not_see(server: Server) -> None:
    names = []
    for _ in range(2):
        cookie = asked(server, "/")[2]["Set-Cookie"]
        name, _, options = cookie.partition(";")
        assert "HttpOnly" in options and "SameSite=Strict" in options
        names.append(name.partition("=")[2])
    assert names[0] != names[1] and len(names[0]) >= 43
    request = urllib.request.Request(
        server.address, headers={"Cookie": f"fourfold_browser={names[0]}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert "fourfold_browser" not in (answer.headers["Set-Cookie"] or "")
