"""A page whose troubles are noted: console errors, exceptions, failed requests, accessibility violations."""

from __future__ import annotations

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, Response, expect

_AXE = Axe()
_GO = """fragment => new Promise((done) => {
  if (location.hash === fragment) { done(); return; }
  addEventListener("hashchange", () => done(), {once: true});
  location.hash = fragment;
})"""
_AXE_RUN = 'options => axe.run(document, {resultTypes: ["violations"], ...options})'


class WatchedPage:
    """The page of a service in a browser; `refusals` are answers of 400 and above that a test expects."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.refusals: list[int] = []
        self._troubles: list[str] = []
        page.on("console", lambda said: self._note(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(f"exception: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _note(self, trouble: str) -> None:
        # Chromium says the same of each answer of 400 and above, which is noted with its address.
        if not trouble.startswith("Failed to load resource"):
            self._troubles.append(trouble)

    def _failed(self, request: Request) -> None:
        self._troubles.append(f"no answer to {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refusals:
            self._troubles.append(f"{response.status} to {response.request.method} {response.url}")

    def open(self, fragment: str = "#/") -> None:
        """Loads the page anew at a view."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}/{fragment}")
        self.ready()

    def go(self, fragment: str) -> None:
        """Goes to a view without loading the page again."""
        self.page.evaluate(_GO, fragment)
        self.ready()

    def ready(self) -> None:
        """Waits until the view is shown."""
        expect(self.page.locator("#navigation > ul")).to_be_attached()
        expect(self.page.locator("#view:not([aria-busy])")).to_be_attached()

    def heading(self, text: str) -> None:
        """Waits for the view with this first heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)
        self.ready()

    def audit(self, where: str, *, dark: bool = True) -> None:
        """Fails on what axe-core finds in light and, of its contrasts, in dark colours."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_AXE.axe_script)
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._axe(f"{where}, light", {})
        if not dark:
            return
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self._axe(f"{where}, dark", {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")

    def _axe(self, where: str, options: dict[str, object]) -> None:
        results = AxeResults(self.page.evaluate(_AXE_RUN, options))
        assert results.violations_count == 0, f"{where}: {results.generate_report()}"

    def no_sideways_scroll(self, where: str) -> None:
        """Fails where the page is wider than the screen."""
        wide = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{where}: {wide[0]} px wide on a screen of {wide[1]} px"

    def no_troubles(self) -> None:
        """Fails where anything was noted."""
        assert self._troubles == [], "\n".join(self._troubles)
