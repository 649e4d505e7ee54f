"""Forms in a browser: built by keyboard alone, and filled in on a phone; sound for axe in both."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cases.forms import expand_form
from cases.models import Form, Task
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.browser import NARROW_PX, open_visitor
from tests.support.cases import ask_work, make_office
from tests.support.flows import make_team
from tests.support.forms import EXPENSES, make_form
from tests.support.holding import Held
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(transactional_db: None) -> Person:
    team = make_team()
    return make_person("ana", (team, Role.ANALYST), (team, Role.PUBLISHER))


def press(page: Page, selector: str) -> None:
    """Press a button as somebody without a mouse does."""
    page.focus(selector)
    page.keyboard.press("Enter")


def drag(page: Page, handle: Locator, target: Locator) -> None:
    """Take something by its handle to the upper edge of another row, step by step as a hand does."""
    start, end = handle.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 6, steps=8)
    page.mouse.up()


def list_rows(page: Page) -> Any:
    """The fields in the order of the builder."""
    return page.locator("[data-field-row]").evaluate_all("rows => rows.map((row) => row.dataset.fieldRow)")


class TestBuilder:
    def test_loses_nothing_that_is_typed_while_the_server_takes_its_time(
        self, chromium: Browser, live_server: Any, ana: Person
    ) -> None:
        titles = {"reason": {"type": "string", "title": "Reason"}, "place": {"type": "string", "title": "Place"}}
        make_form({"type": "object", "properties": titles}, publish=False)
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/forms/expenses/?field=reason")
            label, hint = page.locator("#part-reason-label"), page.locator("#part-reason-name")
            with Held(page, "**/forms/expenses/edit/", method="POST") as held:
                page.locator("#down--reason").click()
                held.wait()
                label.fill("Why")
                hint.press("End")
                hint.press_sequentially("_x")  # by going on, the label is changed; this is being typed
                held.answer()
                expect(page.locator("[data-field-row]").first).to_have_attribute("data-field-row", "place")
            expect(page.locator("#builder-preview")).to_contain_text("Why")
            expect(hint).to_be_focused()
            expect(hint).to_have_value("reason_x")
            expect(label).to_have_value("Why")
            expect(page.get_by_text("changed this form meanwhile")).to_have_count(0)
            assert visitor.complaints == []

    def test_builds_a_form_by_keyboard_and_publishes_it(self, chromium: Browser, live_server: Any, ana: Person) -> None:
        make_form({"type": "object", "properties": {"reason": {"type": "string", "title": "Reason"}}}, publish=False)
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/forms/expenses/")
            press(page, "#add-number")
            page.locator("#part-number-label").fill("Amount")
            page.keyboard.press("Tab")
            expect(page.locator("[data-field-row=amount].is-open")).to_be_visible()
            expect(page.locator("#builder-preview")).to_contain_text("Amount")
            press(page, "#up--amount")
            expect(page.locator("[data-field-row]").first).to_have_attribute("data-field-row", "amount")
            press(page, "#open--reason")
            page.locator("#part-reason-show").fill("amount > 100")
            page.keyboard.press("Tab")
            expect(page.locator("#builder-preview [data-field=reason]")).to_be_hidden()
            page.locator("#builder-preview [name=field-0]").fill("101")
            expect(page.locator("#builder-preview [data-field=reason]")).to_be_visible()
            press(page, "#add-date")
            expect(page.locator("[data-field-row=date].is-open")).to_be_visible()
            press(page, "#builder-undo")
            expect(page.locator("[data-field-row=date]")).to_have_count(0)
            assert list_rows(page) == ["amount", "reason"]
            assert visitor.find_barriers() == []
            page.locator("#add-text").drag_to(page.locator("[data-field-row=reason]"))
            expect(page.locator("[data-field-row=text].is-open")).to_be_visible()
            page.locator("summary", has_text="Publish…").click()
            page.get_by_role("button", name="Publish", exact=True).click()
            expect(page.get_by_text("Version 1 is live.")).to_be_visible()
            press(page, "#add-table")
            columns = page.locator("[data-drop-columns=table] > [data-field-row]")
            for sort in ("number", "date"):
                press(page, f"#add-column-table-{sort}")
                expect(columns.last).to_have_attribute("data-field-row", sort)
            names = columns.evaluate_all("rows => rows.map(row => row.dataset.fieldRow)")
            columns.first.scroll_into_view_if_needed()
            drag(page, columns.last.locator(".builder-handle"), columns.first)
            expect(columns.first).to_have_attribute("data-field-row", "date")
            assert visitor.find_barriers() == []
            assert visitor.complaints == []
        moved = Form.objects.get().draft.schema["properties"]["table"]["items"]["properties"]
        assert list(moved) == ["date", *names[:-1]]
        live = Form.objects.get().live_version
        assert live is not None
        assert live.schema["properties"]["reason"]["x-show-if"] == "amount > 100"


class TestFilling:
    def test_a_form_on_a_phone(self, chromium: Browser, live_server: Any, transactional_db: None) -> None:
        office = make_office()
        office.sam.set_password("secret-password")
        office.sam.save()
        task = ask_work(office, form=expand_form(EXPENSES))
        with open_visitor(chromium, width_px=NARROW_PX, theme="dark") as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "sam", "secret-password")
            page.goto(f"{live_server.url}/inbox/{task.pk}/")
            expect(page.locator("[data-field=boss]")).to_be_hidden()
            page.locator("[name=field-1-0-1-amount]").fill("400,5")
            page.get_by_role("button", name="Add a row").click()
            expect(page.locator("[name=field-1-1-0]")).to_be_focused()
            page.locator("[name=field-1-1-1-amount]").fill("100")
            expect(page.locator("[data-output=field-2]")).to_have_text("500.50 EUR")
            expect(page.locator("[data-field=boss]")).to_be_visible()
            page.locator(".answers button[value=done]").click()
            expect(page.locator("[data-error=field-0]")).to_have_text("This is needed.")
            expect(page.locator("#field-0")).to_be_focused()
            assert visitor.find_barriers() == []
            assert not visitor.is_too_wide()
            page.locator("#field-0").fill("Rome")
            page.get_by_role("button", name="Remove row 2").click()
            expect(page.locator("[data-field=boss]")).to_be_hidden()
            page.locator(".answers button[value=done]").click()
            expect(page.get_by_text("You answered “done”")).to_be_visible()
            assert visitor.complaints == []
        data = Task.objects.get(pk=task.pk).data
        assert data == {
            "reason": "Rome",
            "lines": [{"net": {"amount": "400.5", "currency": "EUR"}}],
            "total": {"amount": "400.50", "currency": "EUR"},
        }
