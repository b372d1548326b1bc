"""What people see: reports in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import started
from playwright.sync_api import BrowserContext, Page, Playwright
from report_world import BIDI, HOSTILE
from unit_fakes import repository

AXE = repository() / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE, SMALL = 1280, 390, 320
EVERY = ("run", "beside", "trend")
# Chromium starts, and may have to be installed.
pytestmark = pytest.mark.timeout(900)


class Opened:
    """A report that was opened, with all that its page complained of or asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(url)


Open = Callable[..., Opened]


@pytest.fixture
def opened(browser: BrowserContext, reports: dict[str, str]) -> Iterator[Open]:
    page = browser.new_page()

    def look(name: str, *, width: int = DESKTOP, **media: Any) -> Opened:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(**media)
        return Opened(page, reports[name])

    yield look
    page.close()


def shown(page: Page) -> list[str]:
    """The headings of the records that are to be seen, of the first evaluation."""
    lines = page.locator("[data-records]").first.locator(".record:visible h4")
    return [one.split("\n")[0].strip() for one in lines.all_inner_texts()]


@pytest.mark.parametrize("name", EVERY)
def test_a_report_opens_without_complaint_and_asks_for_nothing_but_itself(
    opened: Open, reports: dict[str, str], name: str
) -> None:
    found = opened(name)
    assert found.complaints == []
    assert found.requests == [reports[name]]


def test_the_verdict_stands_on_top_with_its_sentence(opened: Open) -> None:
    page = opened("run").page
    top = page.locator("header").inner_text()
    assert "Failed" in top
    assert "1 of 4 conditions failed" in top
    assert page.title() == "support: run meabcdefgh234567ab"
    assert page.get_by_text("This run is partial").is_visible()


@pytest.mark.parametrize("name", ["run", "beside"])
def test_what_a_dataset_or_a_judge_wrote_is_text(opened: Open, name: str) -> None:
    page = opened(name).page
    record = page.locator(".record", has_text="Line 2").first
    record.locator("summary").click()
    texts = record.locator(".text").all_inner_texts()
    assert HOSTILE in texts
    assert "safe\u27e8U+202E\u27e9txt.exe\u27e8U+2066\u27e9" in texts
    assert BIDI not in page.content()
    assert page.evaluate("window.hacked") is None
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0


def test_the_policy_runs_no_script_that_came_in_with_the_data(opened: Open) -> None:
    found = opened("run")
    found.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend',"
        " '<button id=trap onclick=\"window.hacked = 1\">x</button>')"
    )
    found.page.locator("#trap").click()
    assert found.page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in one for one in found.complaints)


def test_records_are_searched(opened: Open) -> None:
    page = opened("run").page
    every = len(shown(page))
    page.get_by_label("Search").first.fill("HACKED img")
    assert shown(page) == ["Line 2 delivery"]
    assert page.locator("output").first.inner_text() == f"1 of {every} records"
    page.get_by_label("Search").first.fill("no such words")
    assert shown(page) == []
    page.get_by_label("Search").first.fill("")
    assert len(shown(page)) == every > 1


def test_records_are_filtered_by_category_and_metric(opened: Open) -> None:
    page = opened("run").page
    every = shown(page)
    page.get_by_label("Category").first.select_option("billing")
    billing = page.locator("[data-records]").first.locator(".record:visible .tag")
    assert set(billing.all_inner_texts()) == {"billing"}
    page.get_by_label("Category").first.select_option("")
    page.get_by_label("Metric").first.select_option("Helpfulness")
    some = shown(page)
    assert set(some) <= set(every)
    found = page.locator("[data-records]").first.locator(".record:visible").all_inner_texts()
    assert all("Helpfulness" in text for text in found)


def test_records_are_sorted(opened: Open) -> None:
    page = opened("run").page

    def lines() -> list[int]:
        return [int(one.split()[1]) for one in shown(page)]

    worst_first = lines()
    page.get_by_label("Order").first.select_option("line")
    assert lines() == sorted(worst_first)
    page.get_by_label("Order").first.select_option("place")
    assert lines() == worst_first


def test_without_javascript_everything_is_there(
    playwright: Playwright, executable: str, reports: dict[str, str], tmp_path: Path
) -> None:
    with started(playwright, executable, tmp_path, javascript=False) as context:
        page = context.new_page()
        page.goto(reports["run"])
        assert not page.locator(".tools").first.is_visible()
        record = page.locator(".record").first
        record.locator("summary").click()
        assert record.get_by_text("Where is order 0, please?").is_visible()
        assert page.locator("svg.plot").first.is_visible()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("width", [DESKTOP, PHONE, SMALL])
def test_a_report_is_never_wider_than_the_screen(opened: Open, name: str, width: int) -> None:
    page = opened(name, width=width).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing_that_keeps_anybody_out(
    opened: Open, name: str, width: int, scheme: str
) -> None:
    page = opened(name, width=width, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document)")
    assert found["passes"]
    assert [
        (one["id"], [node["target"] for node in one["nodes"]][:5]) for one in found["violations"]
    ] == []


def test_in_print_closed_details_are_there_too(opened: Open) -> None:
    page = opened("run", media="print").page
    assert not page.locator(".tools").first.is_visible()
    text = page.locator(".record").first.locator(".texts")
    assert page.locator(".record details[open]").count() == 0
    box = text.bounding_box()
    assert box is not None
    assert box["height"] > 50
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(255, 255, 255)"
