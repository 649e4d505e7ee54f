"""Windows in which drafts are edited beside each other, cut off from the server and brought back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import open_visitor
from tests.support.installation import PASSWORD, Installation
from tests.support.processes import wait_for

FLOW = """
format: 1
flow: kept
name: Kept
team: marketing
trigger: {kind: manual}
steps:
  note: {kind: set, with: {a: 1}, next: tell}
  tell: {kind: set, with: {b: 2}, next: end}
  end: {kind: stop}
"""
EDITS = "**/draft/edits/"
SUBMIT = """([step, name]) => void window.IntegratorEdits.submit(
  [{op: "set", target: `steps/${step}`, path: ["name"], value: name}], "outline").catch(() => undefined)"""
SUBMIT_ALL = """([step, names]) => Promise.all(names.map((name) => window.IntegratorEdits.submit(
  [{op: "set", target: `steps/${step}`, path: ["name"], value: name}], "outline")))"""


@contextmanager
def open_two_windows(chromium: Browser, product: Installation) -> Iterator[tuple[Page, Page]]:
    """Two windows of two browsers in which one person has the same draft open."""
    with open_visitor(chromium) as one, open_visitor(chromium) as other:
        for visitor in (one, other):
            visitor.sign_in(product.url, "ana", PASSWORD)
            visitor.page.goto(f"{product.url}/flows/kept/draft/outline/")
        yield one.page, other.page


@contextmanager
def outage(product: Installation) -> Iterator[None]:
    """The server is killed, and back afterwards."""
    product.latest["up"].kill()
    try:
        yield
    finally:
        product.start_up()


def throw_drafts_away(product: Installation) -> None:
    """Every draft is gone, as publishing it leaves it: the next one begins with what is live."""
    for table in ("flows_draftedit", "flows_draft"):
        product.execute(f"DELETE FROM {table}")


def read_state(page: Page) -> Any:
    """The draft as the server has it."""
    return page.evaluate("fetch(document.getElementById('designer').dataset.stateUrl).then((answer) => answer.json())")


def names_of(page: Page) -> dict[str, str]:
    """The steps' names as the server has them, by key; empty for a step without one."""
    return {key: step.get("name", "") for key, step in read_state(page)["document"]["steps"].items()}


def wait_until_saved(page: Page) -> None:
    """Until the server has taken what the page has said to be unsaved, and the page says that too."""
    wait_for(lambda: page.evaluate("window.IntegratorEdits.pending()") == 0, within_s=20, what="edits to be taken")
    expect(page.locator("#designer-saved")).to_have_text(re.compile(r"^\s*Saved \d"))


def cut_off(page: Page) -> None:
    """This page's edits reach nobody from now on."""
    page.route(EDITS, lambda route: route.abort())


def reconnect(page: Page) -> None:
    """They do again, and the page tries at once."""
    page.unroute(EDITS)
    page.evaluate("void window.IntegratorEdits.retry()")
