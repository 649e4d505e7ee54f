"""What is edited outlives a stopped server and an ended session, and is saved in order afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.designer.windows import SUBMIT, names_of, outage, wait_until_saved
from tests.support.browser import open_visitor
from tests.support.installation import PASSWORD, Installation
from tests.support.processes import wait_for

SAVED = "#designer-saved"

pytestmark = pytest.mark.browser


def sign_in_again(page: Page, product: Installation, login: str) -> None:
    """In another window of the same browser."""
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto(f"{product.url}/accounts/login/")
    other.fill("[name=login]", login)
    other.fill("[name=password]", PASSWORD)
    other.click("main button.btn-primary")
    other.wait_for_url(lambda url: "/accounts/login/" not in url)
    other.close()


def turn(page: Page, way: str, verb: str) -> None:
    button = page.locator(f"#designer-{way}")
    expect(button).to_have_attribute("title", f"{verb}: a change that was not saved yet")
    button.click()


class TestEdits:
    def test_outlive_a_killed_server_and_an_ended_session(self, chromium: Browser, product: Installation) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(product.url, "ana", PASSWORD)
            page.goto(f"{product.url}/flows/kept/draft/outline/")
            expect(page.locator("#step-note")).to_be_visible()

            with outage(product):
                page.evaluate(SUBMIT, ["tell", "First"])
                page.evaluate(SUBMIT, ["tell", "Second"])
                expect(page.locator(SAVED)).to_contain_text("2 changes not saved yet")
                turn(page, "undo", "Undo")  # of what the server never had
                expect(page.locator(SAVED)).to_contain_text("Not saved yet")
                turn(page, "redo", "Redo")
                expect(page.locator(SAVED)).to_contain_text("2 changes not saved yet")
            page.reload()  # what is kept is sent by the page's next load too
            wait_for(lambda: names_of(page)["tell"] == "Second", within_s=20, what="what was kept to be sent")
            wait_until_saved(page)

            page.context.clear_cookies(name="sessionid")
            page.evaluate(SUBMIT, ["note", "Signed out"])
            notice = page.locator("#toasts").get_by_text(re.compile("[Ss]ign in again"))
            expect(notice).to_be_visible()
            expect(page.locator(SAVED)).to_contain_text("Not saved yet")
            sign_in_again(page, product, "lee")  # nobody sends what another one typed
            page.evaluate("window.IntegratorEdits.retry()")  # until it was tried
            expect(page.locator(SAVED)).to_contain_text("Not saved yet")
            sign_in_again(page, product, "ana")
            wait_until_saved(page)  # by itself: the page's next sign of life finds out
            expect(notice).to_have_count(0)
            assert names_of(page)["note"] == "Signed out"
