"""The first visitors after a start: however many come at once, none meets a half-imported module."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.server import Server, start_server, stop_server

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*("",) * 5, "compare", "department", "department", "overview", "measures"]
SECONDS = 120.0

# Pandas stands in ``sys.modules`` without its Series: for ten seconds, if a page imports it.
SLOW_PANDAS = """
import sys, threading, time
class Slow:
    def find_spec(name, path=None, target=None):
        if name == "pandas.core.api":
            time.sleep(1 if threading.current_thread().name == "warm-up" else 10)
sys.meta_path.insert(0, Slow)
"""

OPEN_EVERY_PAGE = """
import json, sys
from actions.access import open_access
from streamlit.testing.v1 import AppTest
from pages import warm_up

def grown_by(page):
    before = set(sys.modules)
    app = AppTest.from_file("{root}/pages/shell.py", default_timeout=120)
    if page is not None:
        app.switch_page(page)
    app.run()
    assert not app.exception, page
    return sorted(set(sys.modules) - before)

open_access(None).workspace.close()
warm_up.PATIENCE = 600
warm_up.load()
warm_up.wait_for_overview()
grown = {{"overview": grown_by(None)}}
warm_up.wait_for_everything()
for folder in ("see", "bring", "plan", "manage"):
    for page in {pages}:
        if page.startswith(folder):
            grown[page] = grown_by(page)
print(json.dumps(grown))
"""
SCRIPTS = [
    *("see/department.py", "see/compare.py", "see/robustness.py", "see/quality.py"),
    *("bring/upload.py", "plan/measures.py", "plan/experts.py", "plan/scenario.py"),
    *("plan/portfolio.py", "manage/framework.py"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city, quickly worked out: this is about imports."""
    from actions.access import open_access
    from actions.data.demo import load_demo

    path = tmp_path_factory.mktemp("small") / "fourfold.db"
    access = open_access(str(path))
    load_demo(access, departments=8, respondents=8, rounds=2)
    access.workspace.close()
    return path


async def visit(port: str, page: str) -> list[str]:
    """What a visitor's browser asks for; the errors that it is sent."""
    address = f"127.0.0.1:{port}"
    asked = BackMsg()
    asked.rerun_script.page_name = page
    errors = []
    async with websockets.connect(
        f"ws://{address}/_stcore/stream",
        subprotocols=[websockets.Subprotocol("streamlit")],
        origin=websockets.Origin(f"http://{address}"),
        max_size=None,
    ) as connection:
        await connection.send(asked.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(bytes(await connection.recv(decode=False)))
            if message.delta.new_element.WhichOneof("type") == "exception":
                errors.append(message.delta.new_element.exception.message)
            # A page that sends on to another one ends with a status of its own.
            if message.WhichOneof("type") == "script_finished" and not message.script_finished:
                return errors


def visits(server: Server, pages: list[str]) -> list[list[str]]:
    async def at_once() -> list[list[str]]:
        port = server.address.rpartition(":")[2]
        return await asyncio.wait_for(
            asyncio.gather(*(visit(port, page) for page in pages)), SECONDS
        )

    # In a thread of its own: a browser of other tests may keep an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(at_once())).result()


def errors_after_a_start(workspace: Path) -> list[list[str]]:
    server = start_server(workspace)
    try:
        return visits(server, PAGES)
    finally:
        stop_server(server)


def test_ten_visitors_at_once_wait_for_a_library_that_is_slow_to_import(
    demo, tmp_path, monkeypatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_PANDAS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert errors_after_a_start(Path(demo)) == [[]] * len(PAGES)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(5))
def test_ten_visitors_at_once_see_their_pages_after_every_start(demo, start) -> None:
    assert errors_after_a_start(Path(demo)) == [[]] * len(PAGES)


def test_pages_import_nothing_once_they_may_run(small) -> None:
    program = OPEN_EVERY_PAGE.format(root=ROOT, pages=SCRIPTS)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "FOURFOLD_WORKSPACE": str(small), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    grown = json.loads(done.stdout.splitlines()[-1])
    assert set(grown) == {"overview", *SCRIPTS}
    # Parts of figures and codecs are whole or not there: whoever asks for one waits for its lock.
    # The last two a server has when it starts; this one here is none.
    known = ("plotly.graph_objs.", "encodings.", "streamlit.components.v2.", "packaging.")
    late = {
        page: [name for name in names if not name.startswith(known)]
        for page, names in grown.items()
    }
    assert late == {page: [] for page in grown}


def test_the_pages_that_are_opened_here_are_those_of_the_shell() -> None:
    shell = (ROOT / "pages" / "shell.py").read_text("utf-8")
    assert all(f'"{page}"' in shell for page in SCRIPTS)
    assert shell.count("st.Page(") == len(SCRIPTS) + 2
