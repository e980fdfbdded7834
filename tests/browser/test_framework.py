"""The framework editor in a real browser: a judgement by keyboard, kept across tabs."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from tests.browser.server import Server, settled

WAIT = 30_000


def test_a_pair_is_judged_by_keyboard_and_a_closed_tab_loses_nothing(
    context: BrowserContext, server: Server
):
    page = context.new_page()
    page.goto(f"{server.address}/framework?lang=en&part=judgements")
    settled(page)
    page.get_by_role("button", name="Start from the built-in framework").click()
    page.get_by_role("button", name="Add an expert").click()
    page.get_by_role("textbox", name="Name or code").fill("Li")
    page.get_by_role("button", name="Add", exact=True).click()
    scale = page.get_by_test_id("stRadio").get_by_role("radio")
    expect(scale).to_have_count(17, timeout=WAIT)
    settled(page)
    page.get_by_role("radio", name="1 Equally important").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="2 People", exact=False)).to_be_checked(timeout=WAIT)
    expect(page.get_by_text("Pair 1 of 6; 1 judged.")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Next pair").click()
    expect(page.get_by_text("Pair 2 of 6; 1 judged.")).to_be_visible(timeout=WAIT)
    address = page.url
    page.close()
    again = context.new_page()
    again.goto(address)
    settled(again)
    expect(again.get_by_text("Pair 2 of 6; 1 judged.")).to_be_visible(timeout=WAIT)
    assert again.get_by_test_id("stException").count() == 0


def test_an_indicator_is_added_and_taken_back_with_its_want_of_data_told(
    context: BrowserContext, server: Server
):
    page = context.new_page()
    page.goto(f"{server.address}/framework?lang=en&draft=new&part=structure&node=P1&round=2025")
    settled(page)
    page.get_by_role("button", name="Start from the built-in framework").click()
    page.get_by_role("radiogroup", name="Scored by").get_by_text("An operational metric").click()
    page.get_by_label("Name in English").fill("Officers in post")
    page.get_by_label("Value at 0", exact=True).fill("0")
    # The button is clicked while the last number is still being written.
    page.get_by_label("Value at 100", exact=True).fill("100")
    page.get_by_role("button", name="Add to the draft").click()
    told = page.get_by_text("Without data in 2025, so without a score (1): P1-4.")
    expect(told).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("cell", name="P1-4").first).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Undo: adding P1-4").click()
    expect(told).to_have_count(0, timeout=WAIT)
    settled(page)
    assert page.get_by_test_id("stException").count() == 0
