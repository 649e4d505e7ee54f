"""A real browser for tests: Debian's Chromium by Playwright, without motion, with what a page complained about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from tests.support.crawler import TOKEN

Theme = Literal["light", "dark"]
WIDE_PX, NARROW_PX = 1440, 375
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(kw_only=True)
class Visitor:
    """A page with its complaints: console errors (Content-Security-Policy among them) and scripts that failed."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, base_url: str, login: str, password: str) -> None:
        """Sign in by what the form sends, without drawing the form and the page it leads to."""
        address = f"{base_url}/accounts/login/"
        browser = self.page.context.request  # shares its cookies with the page
        form = TOKEN.search(browser.get(address).text())
        assert form is not None, f"{address} shows no form"
        words = {"login": login, "password": password, "csrfmiddlewaretoken": form[1]}
        answer = browser.post(address, form=words, headers={"Referer": address}, max_redirects=0)
        assert answer.status == 302, f"{login} cannot sign in: {answer.status}"

    def note_console(self, said: ConsoleMessage) -> None:
        """Keep what the console calls an error."""
        if said.type == "error":
            self.complaints.append(said.text)

    def note_error(self, error: Error) -> None:
        """Keep a script's failure."""
        self.complaints.append(str(error))

    def find_barriers(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA: rule, and the elements it is about."""
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']]}" for rule in found]

    def is_too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """The machine's own Chromium; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=ARGUMENTS
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_visitor(browser: Browser, *, width_px: int = WIDE_PX, theme: Theme = "light") -> Iterator[Visitor]:
    """A fresh person at a screen of this width, whose system is light or dark. Closed at the end."""
    context = browser.new_context(
        viewport={"width": width_px, "height": 900 if width_px > 600 else 812},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=False,
    )
    visitor = Visitor(page=context.new_page())
    visitor.page.on("console", visitor.note_console)
    visitor.page.on("pageerror", visitor.note_error)
    try:
        yield visitor
    finally:
        context.close()
