"""A server of its own per worker, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.server import Server, start_server, stop_server

# What a page promises may take a while on a slow or crowded machine; it is never timed here.
expect.set_options(timeout=45_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on an empty workspace, into which it loads city H by itself."""
    running = start_server(tmp_path_factory.mktemp("workspace") / "fourfold.db")
    yield running
    stop_server(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("FOURFOLD_BROWSER") or shutil.which("chromium")
    path = path or shutil.which("google-chrome")
    assert path, "no browser found: install chromium, or name one in FOURFOLD_BROWSER"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 1440, "height": 1800}, locale="zh-CN", accept_downloads=True
    )
    opened.set_default_timeout(75_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
