"""Measurement quality in a real browser: its parts, its picture, its documents."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server, settled, wait_until


def test_a_researcher_walks_the_parts_and_takes_the_word_document(
    page: Page, server: Server, tmp_path: Path
):
    page.goto(f"{server.address}/quality?lang=en&round=2025")
    settled(page)
    expect(page.locator("h1.ff-finding")).to_contain_text("The data and the scales bear")
    for part, charts in (("Data", 2), ("Reliability", 2), ("Structure", 2), ("Agreement", 2)):
        page.get_by_role("radio", name=part, exact=True).click()
        settled(page)
        wait_until(
            page, f"document.querySelectorAll('.js-plotly-plot .main-svg').length >= {charts}"
        )
        assert page.get_by_test_id("stException").count() == 0
    page.get_by_role("radio", name="Paper and export").click()
    settled(page)
    expect(page.get_by_test_id("stCode")).to_contain_text("Cronbach's alpha of the 15 scales")
    assert "part=export" in page.url
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download Word").click()
    waiting.value.save_as(tmp_path / "q.docx")
    with zipfile.ZipFile(tmp_path / "q.docx") as archive:
        text = archive.read("word/document.xml").decode()
    assert "Table 1." in text and "synthetic data" in text
