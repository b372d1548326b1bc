"""One Chromium, and one world's reports as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NoBrowser, chromium, started
from playwright.sync_api import BrowserContext, Playwright, sync_playwright
from report_world import EARLIER, RUN, ReportWorld

from modeleval.report.gather import make_report, summary_of
from modeleval.report.source import Other
from modeleval.report.trend import trend_page
from modeleval.workflow.compare import compare_runs


@pytest.fixture(scope="session")
def executable() -> str:
    try:
        return chromium()
    except NoBrowser as reason:
        pytest.skip(f"Reports are not looked at in a browser: {reason}")


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of a run's report, of two runs beside each other, and of a suite over time."""
    world = ReportWorld()
    entries = compare_runs(RUN, EARLIER, world.services)
    summary = summary_of(world.earlier, world.services)
    assert summary is not None
    other = Other(
        run=world.earlier, summary=summary, compared={one["name"]: one for one in entries}
    )
    pages = {
        "run": make_report(world.run, world.services).data,
        "beside": make_report(world.run, world.services, other).data,
        "trend": trend_page(
            world.store, "support", limit=10, made_at="today", stand_in="Nobody judged."
        ).data,
    }
    folder = tmp_path_factory.mktemp("reports")
    for name, data in pages.items():
        Path(folder, f"{name}.html").write_bytes(data)
    return {name: Path(folder, f"{name}.html").as_uri() for name in pages}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(
    playwright: Playwright, executable: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    with started(playwright, executable, tmp_path_factory.mktemp("profile")) as context:
        yield context
