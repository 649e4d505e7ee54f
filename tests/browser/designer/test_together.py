"""Several people and windows at one flow: each sees the others, undoes only their own, and hears what went live."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.designer.windows import (
    FLOW,
    SUBMIT,
    SUBMIT_ALL,
    names_of,
    open_two_windows,
    throw_drafts_away,
    wait_until_saved,
)
from tests.support.browser import open_visitor
from tests.support.installation import PASSWORD, Installation

SECOND = FLOW.replace("name: Kept", "name: Kept better")
PULSE_MS = 20_000  # the pages ask every three seconds; a busy machine takes longer

pytestmark = pytest.mark.browser


class TestTwoWindows:
    def test_undo_what_is_theirs_alone_and_hear_that_the_draft_is_gone(
        self, chromium: Browser, product: Installation
    ) -> None:
        with open_two_windows(chromium, product) as (one, other):
            one.evaluate(SUBMIT_ALL, ["note", ["One"]])
            other.evaluate(SUBMIT_ALL, ["end", ["Other"]])
            one.evaluate("window.IntegratorEdits.undo()")
            assert names_of(other) == {"note": "", "tell": "", "end": "Other"}
            one.evaluate("window.IntegratorEdits.redo()")
            assert names_of(other) == {"note": "One", "tell": "", "end": "Other"}
            revision = one.locator("#designer").get_attribute("data-revision") or ""
            expect(other.locator("#designer")).to_have_attribute("data-revision", revision, timeout=PULSE_MS)

            throw_drafts_away(product)
            expect(other.locator("#toasts")).to_contain_text("published or thrown away", timeout=PULSE_MS)
            other.evaluate(SUBMIT, ["tell", "Kept"])
            dialog = other.get_by_role("dialog", name="The same was changed elsewhere")
            expect(dialog).to_contain_text("published or thrown away")
            dialog.get_by_role("button", name="Keep mine").click()
            wait_until_saved(other)
            assert names_of(one) == {"note": "", "tell": "Kept", "end": ""}


class TestTwoPeople:
    def test_see_each_other_and_what_went_live(self, chromium: Browser, product: Installation) -> None:
        with open_visitor(chromium) as ana, open_visitor(chromium) as bo:
            ana.sign_in(product.url, "ana", PASSWORD)
            ana.page.goto(f"{product.url}/flows/kept/draft/outline/")
            bo.sign_in(product.url, "admin", PASSWORD)
            bo.page.goto(f"{product.url}/flows/kept/draft/text/")
            expect(ana.page.locator("#designer-people")).to_contain_text("in the text", timeout=PULSE_MS)
            expect(bo.page.locator("#designer-people")).to_contain_text("Ana is in the outline", timeout=PULSE_MS)
            ana.page.evaluate(SUBMIT_ALL, ["tell", ["Of Ana"]])
            assert names_of(bo.page)["tell"] == ""  # each has a draft of their own

            product.publish(SECOND)
            told = ana.page.locator("#toasts").get_by_text("has published version 2")
            expect(told).to_be_visible(timeout=PULSE_MS)
            expect(ana.page.locator(".bar-states")).to_contain_text("Live v2")
            assert names_of(ana.page)["tell"] == "Of Ana"
