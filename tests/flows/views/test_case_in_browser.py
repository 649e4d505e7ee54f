"""A case in a real browser: opened, edited, contributed to, talked about, found and exported, wide and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.case_types import CaseTypeData
from cases.models import Case
from cases.operations.types import add_case_type
from tests.support.browser import NARROW_PX, WIDE_PX, Theme, Visitor, open_visitor
from tests.support.cases import NOW, Office, make_case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DISPUTE = CaseTypeData(
    name="Customer dispute",
    team="marketing",
    statuses=["received", "decided"],
    final_statuses=["decided"],
    milestones=["Received", "Decided"],
    fields={"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "title": "Amount"}}},
    number_prefix="DSP",
    contributions={"legal": "team:legal", "service": "http:marketing"},
    party_roles=["carrier"],
    is_offered=True,
)


@pytest.fixture
def other(office: Office) -> Case:
    """A case to link to; the type of the journey is there too."""
    add_case_type(key="dispute", data=DISPUTE, person=office.mo, now=NOW)
    return make_case(office, title="An older dispute")


def judge(visitor: Visitor, where: str) -> None:
    """The page that is open has no barrier, fits its screen, and nothing of it complained."""
    assert visitor.find_barriers() == [], where
    assert not visitor.is_too_wide(), where
    assert visitor.complaints == [], where


def fold_out(page: Page, words: str) -> None:
    """Open the fold that its button names."""
    page.locator("summary").filter(has_text=words).first.click()


class TestCaseInBrowser:
    def test_is_opened_worked_on_found_and_exported(
        self, chromium: Browser, address: str, office: Office, other: Case
    ) -> None:
        with open_visitor(chromium, width_px=WIDE_PX) as visitor:
            visitor.sign_in(address, "mo", "secret-password")
            page = visitor.page
            page.goto(f"{address}/cases/")
            page.get_by_role("link", name="New case").click()
            page.get_by_role("link", name="Customer dispute").click()
            page.get_by_label("Title").fill("14 damaged pallets")
            page.get_by_label("Amount").fill("12480")
            judge(visitor, "new case")
            page.locator("main form.form button.btn-primary").click()
            page.wait_for_url("**/cases/DSP-*/")
            case = Case.objects.get(type__key="dispute")
            here = f"{address}/cases/{case.number}/"
            expect(page.get_by_role("heading", name="14 damaged pallets")).to_be_visible()
            expect(page.get_by_role("list", name="Milestones")).to_contain_text("Received")

            page.get_by_role("link", name="Edit", exact=True).click()
            page.wait_for_url("**/edit/")
            page.get_by_label("Title").fill("15 damaged pallets")
            page.get_by_label("Priority").select_option("high")
            page.get_by_role("button", name="Keep", exact=True).click()
            page.wait_for_url(here)
            expect(page.get_by_role("heading", name="15 damaged pallets")).to_be_visible()

            page.locator(".checks a[href$='/contributions/service/']").click()
            page.get_by_label("In your words").fill("The photos match.")
            page.get_by_role("button", name="Contribute").click()
            expect(page.locator(".checks").first).to_contain_text("The photos match.")

            self._put_beside(page, other)
            fold_out(page, "Add a task")
            page.locator("#ask-title").fill("Find the delivery note")
            page.locator("#ask-to").fill("lee")
            page.get_by_role("button", name="Ask", exact=True).click()
            expect(page.locator(".checks").last).to_contain_text("Find the delivery note")
            page.locator("#comment-text").fill("They called again.")
            page.get_by_role("button", name="Add the comment").click()
            expect(page.locator("#comments .talk")).to_contain_text("They called again.")
            judge(visitor, "case")
            self._find(visitor, address, case)

    def _put_beside(self, page: Page, other: Case) -> None:
        """A party, a link and a note."""
        fold_out(page, "Add a party")
        page.locator("#party-who").fill("Nordline GmbH")
        page.locator("#party-role").fill("carrier")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#parties .docs")).to_contain_text("Nordline")
        fold_out(page, "Link a case")
        page.locator("#link-case").fill(other.number)
        page.get_by_role("button", name="Link", exact=True).click()
        expect(page.locator("#linked .docs")).to_contain_text(other.number)
        fold_out(page, "Write a note")
        page.locator("#note-text").fill("Call them on Monday.")
        page.locator("#notes").get_by_role("button", name="Keep").click()
        expect(page.locator("#notes .docs")).to_contain_text("Call them on Monday.")

    def _find(self, visitor: Visitor, address: str, case: Case) -> None:
        """By a word's beginning, kept under a name, and as a file."""
        page = visitor.page
        page.goto(f"{address}/cases/")
        page.get_by_label("Find in this list").fill("pall")
        page.get_by_label("Find in this list").press("Enter")
        page.wait_for_url("**q=pall**")
        expect(page.locator("#case-list .row-item")).to_have_count(1)
        fold_out(page, "Keep this view")
        page.get_by_label("Name").fill("Pallets")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.locator(".saved-views")).to_contain_text("Pallets")
        fold_out(page, "Export")
        with page.expect_download() as download:
            page.get_by_role("link", name="As a table (CSV)").click()
        text = Path(download.value.path()).read_text()
        assert case.number in text
        assert "An older dispute" not in text
        judge(visitor, "list")

    @pytest.mark.parametrize(("width_px", "theme"), [(WIDE_PX, "dark"), (NARROW_PX, "light")])
    def test_and_its_reports_are_sound(
        self, chromium: Browser, address: str, office: Office, other: Case, width_px: int, theme: Theme
    ) -> None:
        paths = [f"/cases/{other.number}/", f"/cases/{other.number}/edit/", "/cases/?q=older", "/cases/new/dispute/",
                 "/settings/case-types/of/dispute/", "/reports/", "/workload/"]  # fmt: skip
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(address, "mo", "secret-password")
            for path in paths:
                visitor.page.goto(address + path)
                judge(visitor, path)
