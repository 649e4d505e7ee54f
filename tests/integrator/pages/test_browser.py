"""The frame in a real browser: nothing refused by the Content-Security-Policy, no barrier, never too wide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import NARROW_PX, WIDE_PX, Theme, Visitor, open_visitor
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["/settings/me/", "/accounts/2fa/", "/accounts/password/change/"]


@pytest.fixture(params=[(WIDE_PX, "light"), (WIDE_PX, "dark"), (NARROW_PX, "light"), (NARROW_PX, "dark")], ids=str)
def visitor(request, chromium: Browser) -> Iterator[Visitor]:
    width_px: int
    theme: Theme
    width_px, theme = request.param
    with open_visitor(chromium, width_px=width_px, theme=theme) as opened:
        yield opened


@pytest.fixture
def wide(chromium: Browser) -> Iterator[Visitor]:
    with open_visitor(chromium) as opened:
        yield opened


def assert_sound(visitor: Visitor) -> None:
    assert visitor.complaints == []
    assert visitor.find_barriers() == []
    assert not visitor.is_too_wide()


class TestSignInPage:
    def test_is_sound(self, visitor: Visitor, live_server) -> None:
        visitor.page.goto(f"{live_server.url}/accounts/login/")
        assert_sound(visitor)


class TestPagesInTheFrame:
    def test_are_sound(self, visitor: Visitor, live_server) -> None:
        make_person("lee")
        visitor.sign_in(live_server.url, "lee", "secret-password")
        for path in PAGES:
            visitor.page.goto(live_server.url + path)
            assert_sound(visitor)


class TestMessages:
    def test_never_cover_a_phone(self, chromium: Browser, live_server) -> None:
        make_person("lee")
        with open_visitor(chromium, width_px=NARROW_PX) as narrow:
            narrow.sign_in(live_server.url, "lee", "secret-password")
            narrow.page.goto(f"{live_server.url}/settings/me/")
            for number in range(12):
                detail = {"text": f"Message {number} of twelve, which were said at once", "tone": "completed"}
                narrow.page.evaluate("detail => document.dispatchEvent(new CustomEvent('toast', {detail}))", detail)
            expect(narrow.page.locator("#toasts > .notice")).to_have_count(12)
            height = narrow.page.locator("#toasts").bounding_box()["height"]
            assert height <= 0.3 * narrow.page.viewport_size["height"] + 1
            narrow.page.locator("#toasts > .notice").last.get_by_role("button", name="Close").click()
            expect(narrow.page.locator("#toasts > .notice")).to_have_count(11)
            assert narrow.find_barriers() == []


class TestMenu:
    def test_opens_closes_by_escape_and_gives_the_focus_back(self, wide: Visitor, live_server) -> None:
        make_person("lee")
        wide.sign_in(live_server.url, "lee", "secret-password")
        wide.page.goto(f"{live_server.url}/settings/me/")
        summary = wide.page.locator(".fold--me > summary")
        summary.click()
        expect(wide.page.get_by_role("button", name="Sign out")).to_be_visible()
        wide.page.keyboard.press("Escape")
        expect(wide.page.get_by_role("button", name="Sign out")).to_be_hidden()
        expect(summary).to_be_focused()

    def test_is_not_covered_by_what_was_said_on_a_phone(self, chromium: Browser, live_server) -> None:
        make_person("lee")
        with open_visitor(chromium, width_px=NARROW_PX) as narrow:
            narrow.sign_in(live_server.url, "lee", "secret-password")
            narrow.page.goto(f"{live_server.url}/settings/me/")
            narrow.page.get_by_role("button", name="Keep").click()
            expect(narrow.page.locator("#toasts > .notice")).to_be_visible()
            narrow.page.locator(".fold--me > summary").click()
            buttons = narrow.page.locator(".fold--me .fold-panel").get_by_role("button")
            expect(buttons.first).to_be_visible()
            found = buttons.all()
            assert found
            for button in found:
                button.click(trial=True, timeout=5_000)

    def test_changes_the_theme_at_once_and_for_good(self, wide: Visitor, live_server) -> None:
        make_person("lee")
        wide.sign_in(live_server.url, "lee", "secret-password")
        wide.page.goto(f"{live_server.url}/settings/me/")
        wide.page.locator(".fold--me > summary").click()
        with wide.page.expect_response("**/settings/theme/") as kept:
            wide.page.get_by_role("button", name="Dark").click()
        assert kept.value.status == 204
        expect(wide.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        wide.page.reload()
        expect(wide.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        assert wide.complaints == []
