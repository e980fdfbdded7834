"""What people do, from the first start to a round of their own, in a real browser."""

from __future__ import annotations

import csv
import io
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from indicators.framework import default_framework
from tests.browser.server import Server, settled, start_server, stop_server, wait_until

DEPARTMENTS = ("档案馆", "数据局", "港务局")
FINDING = "h1.ff-finding"
STEPS = ("识别", "列", "编码", "检查", "预览")
CHART = ".js-plotly-plot .main-svg"


def finding(page: Page) -> str:
    settled(page)
    return page.locator(FINDING).inner_text()


def select(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    # As a person does it: a list that was closed by a late redraw opens again with the click.
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def survey_file(path: Path, people: int = 12) -> Path:
    """Answers of three departments that city H does not have, good in the first."""
    chance = random.Random(3)
    items = [item.id for item in default_framework().items]
    rows = [["部门", *items]]
    for place, department in enumerate(DEPARTMENTS):
        for _ in range(people):
            rows.append([department, *[str(chance.randint(3 - place, 5 - place)) for _ in items]])
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8-sig")
    return path


def metrics_file(path: Path) -> Path:
    """Every metric and register field at the middle of its goalposts, in the wide form."""
    framework = default_framework()
    out = io.StringIO()
    writer = csv.writer(out)
    measured = [m for m in framework.measured if m.metric]
    registers = list(framework.register_fields)
    writer.writerow(["部门", *[m.id for m in measured], *[r.id for r in registers]])
    for department in DEPARTMENTS:
        middle = []
        for m in measured:
            assert m.metric is not None and isinstance(m.metric.goalposts, tuple)
            low, high = sorted(m.metric.goalposts)
            middle.append(f"{low + 0.6 * (high - low):.4g}")
        writer.writerow([department, *middle, *["0" for _ in registers]])
    path.write_text(out.getvalue(), "utf-8")
    return path


def begin(page: Page, server: Server, file: Path, kind: str, round_id: str) -> None:
    """First step of an upload: content, round and file."""
    page.goto(f"{server.address}/upload")
    settled(page)
    page.get_by_test_id("stButtonGroup").get_by_text(kind, exact=True).click()
    settled(page)
    box = page.get_by_role("textbox", name="轮次")
    box.fill(round_id)
    box.press("Enter")
    expect(box).to_have_value(round_id)
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="开始核对").click()


def upload(page: Page, server: Server, file: Path, kind: str, round_id: str) -> None:
    """Walk the steps of an upload to its end; every step must offer the next."""
    begin(page, server, file, kind, round_id)
    for name in STEPS:
        wait_until(
            page,
            "at => document.querySelector('.ff-steps li[aria-current]')?.innerText === at",
            arg=name,
        )
        settled(page)
        onward = page.get_by_role("button", name=re.compile("^(下一步|提交)$"), disabled=False)
        seen = page.get_by_text("我已看过这些提醒")
        expect(onward.or_(seen).first).to_be_visible()
        if name == "检查" and seen.count():
            seen.click()
        onward.click()
    page.get_by_text(re.compile("已导入，批次")).wait_for(timeout=60_000)


def test_first_start_shows_city_h_in_chinese_and_every_chart(page: Page, server: Server):
    outside: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.address, "data:", "blob:"))
            else outside.append(request.url)
        ),
    )
    forbidden: list[str] = []
    page.on(
        "console",
        lambda said: forbidden.append(said.text) if "Security Policy" in said.text else None,
    )
    page.goto(server.address)
    assert finding(page).startswith("H 市处于")
    expect(page.locator(CHART).first).to_be_visible()
    wait_until(page, "document.querySelectorAll('.js-plotly-plot').length === 4")
    matrix = page.locator(".js-plotly-plot").nth(2)
    expect(matrix).to_contain_text("财政局")
    expect(matrix).to_contain_text("综合管理")
    assert page.get_by_text("合成数据").count() >= 1
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert forbidden == []
    assert outside == []


def test_the_language_switches_in_place_and_a_reload_keeps_the_view(page: Page, server: Server):
    page.goto(f"{server.address}/?round=2025")
    settled(page)
    select(page, "轮次", "2024")
    page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()
    wait_until(page, "document.documentElement.lang === 'en'")
    before = finding(page)
    assert before.startswith("City H is at")
    assert "round=2024" in page.url and "lang=en" in page.url
    page.reload()
    assert finding(page) == before
    expect(page.get_by_text("2023", exact=True).first).to_be_visible()


def test_a_leader_opens_a_department_and_comes_back(page: Page, server: Server):
    page.goto(f"{server.address}/?round=2024")
    settled(page)
    select(page, "看一个部门", "财政局")
    page.get_by_role("link", name="打开财政局的画像").click()
    page.wait_for_url("**/department**")
    wait_until(page, "document.querySelector('h1.ff-finding')?.innerText.includes('财政局')")
    assert "round=2024" in page.url
    wait_until(page, "document.querySelectorAll('.js-plotly-plot').length === 4")
    gaps = page.locator(".st-key-picture-gaps")
    expect(gaps).to_contain_text(re.compile("[●■▲◆]"))
    page.get_by_role("link", name="全市总览").click()
    wait_until(page, "document.querySelector('h1.ff-finding')?.innerText.includes('H 市')")
    assert "round=2024" in page.url


def test_a_researcher_brings_a_round_and_sees_it_rated(page: Page, server: Server, tmp_path: Path):
    upload(page, server, survey_file(tmp_path / "答卷.csv"), "问卷答卷", "2031")
    upload(page, server, metrics_file(tmp_path / "指标.csv"), "运行指标", "2031")
    page.get_by_role("link", name="查看 2031 轮的总览").click()
    page.wait_for_url("**round=2031**")
    wait_until(page, "document.querySelector('h1.ff-finding')?.innerText.includes('级')")
    page.goto(f"{server.address}/department?round=2031&department=档案馆")
    text = finding(page)
    assert "档案馆" in text and "级" in text and "证据不足" not in text


def test_a_closed_tab_loses_nothing_of_an_upload_and_another_browser_sees_nothing_of_it(
    context: BrowserContext, browser: Browser, server: Server, tmp_path: Path
):
    first = context.new_page()
    begin(first, server, survey_file(tmp_path / "半途.csv"), "问卷答卷", "2032")
    first.get_by_role("button", name="下一步").click()
    wait_until(first, "document.querySelector('.ff-steps li[aria-current]')?.innerText === '列'")
    first.close()
    second = context.new_page()
    second.goto(f"{server.address}/upload")
    second.get_by_role("button", name=re.compile("半途.csv")).click()
    wait_until(second, "document.querySelector('.ff-steps li[aria-current]')?.innerText === '列'")
    other = browser.new_context(locale="zh-CN")
    stranger = other.new_page()
    id, _, token = second.url.partition("draft=")[2].partition("&")[0].partition(".")
    assert len(token) == 64
    for address in ("upload", f"upload?draft={id}", f"upload?draft={id}.{'0' * 64}"):
        stranger.goto(f"{server.address}/{address}")
        settled(stranger)
        expect(stranger.get_by_text("半途.csv")).to_have_count(0)
        assert DEPARTMENTS[0] not in stranger.locator("body").inner_text()
    other.close()


def test_a_broken_file_is_refused_with_its_cure_and_the_app_goes_on(
    page: Page, server: Server, tmp_path: Path
):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 this is no workbook")
    begin(page, server, broken, "问卷答卷", "2033")
    expect(page.get_by_text("没有完成；数据没有任何改动。")).to_be_visible()
    expect(page.locator(".ff-table").get_by_text(re.compile(r"^E1\d\d$")).first).to_be_visible()
    page.goto(f"{server.address}/?round=2025")
    assert "H 市" in finding(page)


def test_a_picture_is_saved_with_its_title(page: Page, server: Server):
    page.goto(f"{server.address}/?round=2025")
    settled(page)
    wait_until(page, "document.querySelectorAll('.js-plotly-plot').length === 4")
    with page.expect_download() as saved:
        page.locator("button.ff-save").first.click()
    content = Path(saved.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) > 5_000


def test_the_table_behind_a_picture_opens_by_keyboard(page: Page, server: Server):
    page.goto(f"{server.address}/?round=2025")
    settled(page)
    button = page.get_by_role("button", name="数据表").nth(2)
    button.focus()
    page.keyboard.press("Enter")
    table = page.locator(".ff-table table").last
    expect(table).to_be_visible()
    expect(table.get_by_text("财政局", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh"), ("dark", "en")])
@pytest.mark.parametrize("path", ["", "department", "upload"])
def test_no_page_is_wider_than_its_screen(browser, server, width, scheme, lang, path):
    opened = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="zh-CN"
    )
    page = opened.new_page()
    page.goto(f"{server.address}/{path}?lang={lang}")
    settled(page)
    overflow = page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=stMain]');"
        " return m.scrollWidth - m.clientWidth; })()"
    )
    failed = page.get_by_test_id("stException").count()
    opened.close()
    assert overflow <= 0
    assert failed == 0


def test_on_a_phone_no_page_of_results_or_plans_scrolls_sideways(browser, server):
    opened = browser.new_context(viewport={"width": 390, "height": 900}, locale="zh-CN")
    opened.set_default_timeout(75_000)
    page = opened.new_page()
    wide = {}
    for path in ("compare", "robustness", "measures", "scenario", "portfolio", "framework"):
        page.goto(f"{server.address}/{path}?lang=zh")
        settled(page)
        assert page.get_by_test_id("stException").count() == 0
        wide[path] = page.evaluate(
            "(() => { const m = document.querySelector('[data-testid=stMain]');"
            " return m.scrollWidth - m.clientWidth; })()"
        )
    opened.close()
    assert wide == dict.fromkeys(wide, 0)


def test_the_overview_opens_under_its_name_too_and_keeps_the_view(page: Page, server: Server):
    page.goto(f"{server.address}/overview?round=2024&lang=en")
    expect(page.locator(FINDING)).to_contain_text("City H is at", timeout=120_000)
    settled(page)
    expect(page.get_by_role("combobox", name="Round")).to_have_value("2024")
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_role("link", name="City overview").count() == 1


def test_a_deep_link_as_the_first_request_goes_through_the_shell(
    context: BrowserContext, tmp_path: Path
):
    fresh = start_server(tmp_path / "fresh.db")
    try:
        page = context.new_page()
        page.goto(f"{fresh.address}/upload?lang=en")
        settled(page)
        # Navigation, language and style come from the shell alone.
        expect(page.get_by_role("link", name="City overview")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.get_by_role("link", name="shell").count() == 0
    finally:
        stop_server(fresh)
