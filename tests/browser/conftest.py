"""Fixtures: services by name, started once each, and pages over them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.running_service import RunningService, specification_named, start
from tests.browser.watched_page import WatchedPage

_HERE = Path(__file__).parent
_CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
TIMEOUT_MILLISECONDS = 20_000

Serve = Callable[[str], RunningService]
OpenPage = Callable[[RunningService], WatchedPage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium of the machine."""
    if _CHROMIUM is None:
        pytest.skip("there is no Chromium; name it with CHROMIUM")
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts the service of a specification, with no records in it."""
    running: list[RunningService] = []

    def serve_named(name: str) -> RunningService:
        service = start(specification_named(name), tmp_path)
        running.append(service)
        return service

    yield serve_named
    for service in running:
        service.stop()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens the start page of a service; at the end no trouble may have been noted."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(TIMEOUT_MILLISECONDS)
    opened: list[WatchedPage] = []

    def open_service(service: RunningService) -> WatchedPage:
        watched = WatchedPage(context.new_page(), service.address)
        opened.append(watched)
        watched.open()
        return watched

    yield open_service
    # Before the end: what is on its way then would be noted as a request without an answer.
    try:
        for watched in opened:
            watched.no_troubles()
    finally:
        context.close()
