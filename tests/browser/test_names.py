"""What a browser makes of hostile names: the letters of the name, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.labels import ALL, KINDS
from tests.browser.server import free_port, start_server, stop_server
from tests.names import hostile_city
from tests.names.hostile_city import NAMES, ROUNDS

MADE = (
    "a, img, strong, em, code, del, h1, h2, li, table, hr, blockquote, .katex, .stMarkdownShimmer"
)
SCRIPT = Path(__file__).with_name("labels.py")


@pytest.fixture(scope="module")
def labels() -> Iterator[str]:
    """The address of the page of labels."""
    port = free_port()
    options = ("server.address=127.0.0.1", "server.headless=true", "browser.gatherUsageStats=false")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(SCRIPT), f"--server.port={port}",
         *(f"--{one}" for one in options)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ),
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait(10)


def plain(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


def test_markdown_shows_every_name_and_makes_nothing_of_it(labels, page):
    for _ in range(60):
        try:
            page.goto(labels)
            break
        except Exception:
            page.wait_for_timeout(500)
    page.locator(".st-key-done").wait_for(timeout=60_000)
    # A widget's own script may come after the page's last element.
    page.wait_for_function(
        """kinds => kinds.every(kind =>
            [...document.querySelectorAll(`[class*="st-key-${kind}-"]`)].every(one =>
                one.innerText.trim()))""",
        arg=list(KINDS),
        timeout=60_000,
    )
    read = """([kinds, made]) => Object.fromEntries(kinds.flatMap(kind =>
        [...document.querySelectorAll(`[class*="st-key-${kind}-"]`)].map(block => [
            [...block.classList].find(name => name.startsWith(`st-key-${kind}-`)).slice(7),
            [block.innerText, block.querySelectorAll(made).length]])))"""
    found = page.evaluate(read, [list(KINDS), MADE])
    for place, name in enumerate(ALL):
        for kind in KINDS:
            text, made = found[f"{kind}-{place}"]
            assert (plain(text), made) == (plain(name), 0), (kind, name)


def test_pictures_show_every_name_and_make_nothing_of_it(page, tmp_path):
    hostile_city.build(str(tmp_path / "w.db"))
    server = start_server(tmp_path / "w.db")
    try:
        page.goto(f"{server.address}/?round={ROUNDS[-1]}&lang=zh")
        page.locator(".st-key-picture-departments .js-plotly-plot text").first.wait_for()
        page.wait_for_timeout(1000)
        drawn = page.locator(".st-key-picture-departments svg text")
        texts = {plain(text) for text in drawn.all_text_contents()}
        assert [n for n in NAMES if len(n) < 12 and plain(n) not in texts] == []
        assert page.locator("svg a").count() == 0
    finally:
        stop_server(server)
