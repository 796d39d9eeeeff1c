"""The status page over a real query API: served alone, and in a browser."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from projections.api.app import create_app
from tests.integration.projections.conftest import Projected

_CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


async def test_given_the_api_when_its_page_is_asked_then_it_comes_with_a_policy(
    api: httpx.AsyncClient,
) -> None:
    page = await api.get("/")

    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
        file = await api.get(f"/page/{name}")
        assert f"page/{name}" in page.text
        assert file.headers["content-type"].startswith(kind)
    assert (await api.get("/page/..%2Fapp.py")).status_code in (404, 422)


@pytest.fixture
def address(projected: Projected) -> Iterator[str]:
    """Address of the query API over `projected`."""
    config = uvicorn.Config(create_app(projected.settings), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def browser_page(address: str) -> Iterator[Page]:
    """The page in Chromium; no message of the console may be an error."""
    if _CHROMIUM is None:
        pytest.skip("there is no Chromium; name it with CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        yield page
        browser.close()
    assert errors == []


@pytest.mark.browser
def test_given_deliveries_when_the_page_is_used_then_it_lists_filters_and_shows_them(
    browser_page: Page, tmp_path: Path
) -> None:
    expect(browser_page.locator("#told")).to_have_text("40 deliveries")
    browser_page.get_by_label("Status").select_option("built")
    browser_page.get_by_role("button", name="Show", exact=True).click()
    expect(browser_page.locator("tbody tr").first).to_contain_text("built")
    expect(browser_page.locator("#told")).not_to_have_text("40 deliveries")
    browser_page.locator("tbody button").first.click()
    expect(browser_page.locator("#timeline li").first).to_contain_text("RequirementSubmitted")
    expect(browser_page.locator("#delivery")).to_be_focused()
    browser_page.screenshot(path=tmp_path / "page.png")

    found = Axe().run(browser_page)
    assert found.violations_count == 0, found.generate_report()
