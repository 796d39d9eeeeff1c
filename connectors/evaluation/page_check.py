"""Opens a service's page in headless Chromium: console errors, failed requests, axe-core violations."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_MOST_VIEWS = 8
_TIMEOUT_MILLISECONDS = 60_000
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_AXE_RUN = 'axe.run(document, {resultTypes: ["violations"]})'


@dataclass(frozen=True)
class PageFindings:
    """What was seen of the page.

    Attributes:
        views: how many views were opened: the start page and those that its links lead to.
        errors: console errors, exceptions, answers from 400 on.
        violations: what axe-core found, with the view.
        skipped: why the page was not looked at, '' where it was.
    """

    views: int = 0
    errors: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    skipped: str = ""


def chromium() -> str | None:
    """Path of a Chromium: named by the variable CHROMIUM, or found."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def check_page(url: str) -> PageFindings:
    """Opens the start page and the views that it links to."""
    executable = chromium()
    if executable is None:
        return PageFindings(skipped="there is no Chromium; name it with CHROMIUM")
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        return PageFindings(skipped=f"{error.name} is not installed")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))
            try:
                page = browser.new_context(locale="en-GB", timezone_id="UTC").new_page()
                page.set_default_timeout(_TIMEOUT_MILLISECONDS)
                return _looked_at(page, url, str(Axe().axe_script))
            finally:
                browser.close()
    except Error as error:
        return PageFindings(views=1, errors=(f"the page does not open: {error.message[:300]}",))


def _looked_at(page: Page, url: str, axe_script: str) -> PageFindings:
    errors: list[str] = []
    violations: list[str] = []
    page.on("console", lambda said: errors.append(said.text[:300]) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(f"exception: {error}"[:300]))
    page.on(
        "response",
        lambda answer: errors.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    page.goto(url, wait_until="networkidle")
    links = page.eval_on_selector_all("a[href^='#']", "links => links.map(a => a.getAttribute('href'))")
    views = ["", *dict.fromkeys(link for link in links if len(link) > 1)][:_MOST_VIEWS]
    for view in views:
        page.goto(f"{url}/{view}", wait_until="networkidle")
        page.evaluate(axe_script)
        found: list[dict[str, Any]] = page.evaluate(_AXE_RUN)["violations"]
        violations += [f"{view or 'start'}: {v['id']} ({len(v['nodes'])} places)" for v in found]
    return PageFindings(len(views), tuple(errors), tuple(violations))
