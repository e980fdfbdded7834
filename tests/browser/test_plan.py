"""The builder of scenarios in a real browser: built, saved, shared by its address."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from tests.browser.server import Server, settled


def test_a_scenario_is_built_and_a_shared_address_shows_it(context: BrowserContext, server: Server):
    page = context.new_page()
    page.goto(f"{server.address}/scenario?lang=en&part=edit&scenario=do-nothing")
    settled(page)
    page.get_by_role("button", name="Begin from the sample").click()
    expect(page.locator("h1.ff-finding")).to_contain_text("Inventory first", timeout=60_000)
    settled(page)
    page.get_by_label("Budget").fill("300")
    page.get_by_label("Budget").press("Enter")
    expect(page.get_by_text("W323")).to_be_visible(timeout=60_000)
    address = page.url
    assert "scenario=inventory-first" in address
    page.close()
    again = context.new_page()
    again.goto(address)
    settled(again)
    expect(again.get_by_label("Budget")).to_have_value("300")
    expect(again.get_by_text("begins once M06 works")).to_be_visible()
    again.get_by_role("radio", name="All scenarios").click()
    expect(again.get_by_role("cell", name="Inventory first")).to_be_visible(timeout=60_000)
    assert again.get_by_test_id("stException").count() == 0
