"""What is edited is kept until the server has it: through an outage and a reload, and beside another window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.designer.windows import (
    SUBMIT,
    SUBMIT_ALL,
    cut_off,
    names_of,
    open_two_windows,
    read_state,
    reconnect,
    wait_until_saved,
)
from tests.support.installation import Installation

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(chromium: Browser, product: Installation) -> Iterator[tuple[Page, Page]]:
    with open_two_windows(chromium, product) as pages:
        yield pages


class TestEdits:
    def test_survive_an_outage_and_a_reload_in_order(self, pages: tuple[Page, Page]) -> None:
        page, _ = pages
        saved = page.locator("#designer-saved")
        before = names_of(page)
        cut_off(page)
        page.evaluate(SUBMIT, ["tell", "First"])
        page.evaluate(SUBMIT, ["tell", "Second"])
        expect(saved).to_contain_text("2 changes not saved yet")
        assert names_of(page) == before
        page.reload()
        expect(saved).to_contain_text("2 changes not saved yet")
        reconnect(page)
        wait_until_saved(page)
        assert names_of(page) == {**before, "tell": "Second"}

    def test_of_two_windows_are_all_taken(self, pages: tuple[Page, Page]) -> None:
        one, other = pages
        revision = read_state(one)["revision"]
        for page, step in ((one, "note"), (other, "end")):
            page.evaluate(
                f"(given) => {{ window.taken = ({SUBMIT_ALL})(given) }}", [step, [f"{step} {n}" for n in range(10)]]
            )
        for page in pages:
            page.evaluate("window.taken")
        assert read_state(one)["revision"] == revision + 20
        found = names_of(other)
        assert (found["note"], found["end"]) == ("note 9", "end 9")
        for page in pages:  # both are told
            expect(page.locator("#designer")).to_have_attribute("data-revision", str(revision + 20))

    @pytest.mark.parametrize(("choice", "name"), [("Keep mine", "Mine"), ("Take what is there", "Theirs")])
    def test_of_one_setting_ask_whose_is_kept(self, pages: tuple[Page, Page], choice: str, name: str) -> None:
        one, other = pages
        assert names_of(one)["tell"] == ""  # so that either name is a change
        cut_off(other)
        other.evaluate(SUBMIT, ["tell", "Mine"])
        expect(other.locator("#designer-saved")).to_contain_text("Not saved yet")
        one.evaluate(SUBMIT_ALL, ["tell", ["Theirs"]])
        reconnect(other)
        dialog = other.get_by_role("dialog", name="The same was changed elsewhere")
        expect(dialog).to_contain_text("Mine")
        expect(dialog).to_contain_text("Theirs")
        dialog.get_by_role("button", name=choice).click()
        wait_until_saved(other)
        assert names_of(one)["tell"] == name
