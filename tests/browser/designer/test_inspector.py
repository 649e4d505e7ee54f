"""The inspector in a browser: fields that save themselves, keep what cannot be read, and stand in nobody's way."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.models import Draft, FlowVersion
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.browser.designer.conftest import PASSWORD
from tests.support.browser import NARROW_PX, Theme, open_visitor
from tests.support.drafts import make_live
from tests.support.flows import make_team
from tests.support.holding import Held
from tests.support.personas import make_person
from tests.support.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IS_SAVED = """revision => Number(document.getElementById("designer").dataset.revision) > revision
  && window.IntegratorEdits.pending() === 0 && !document.querySelector("form.is-unsaved")"""


@pytest.fixture
def live(transactional_db: None) -> FlowVersion:
    make_team("legal")
    make_team("brand")
    return make_live()


@pytest.fixture
def ana(live: FlowVersion) -> Person:
    return make_person("ana", (live.flow.team, Role.PUBLISHER))


class Inspector:
    """The settings of one thing in somebody's browser."""

    def __init__(self, page: Page, base_url: str, thing: str) -> None:
        self.page = page
        page.goto(f"{base_url}/flows/chain/draft/outline/?step={thing}")
        page.wait_for_function("() => window.IntegratorEdits !== undefined")
        page.evaluate(
            "key => document.dispatchEvent(new CustomEvent('designer:select', {detail: {key, inspect: true}}))", thing
        )
        expect(page.locator(f"[data-inspector={thing}]")).to_be_visible()

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#inspector form[data-field='{name}']")

    @property
    def revision(self) -> int:
        return int(self.page.locator("#designer").get_attribute("data-revision") or 0)

    def wait_saved(self, before: int) -> None:
        self.page.wait_for_function(IS_SAVED, arg=before)


def draft_of(person: Person) -> FlowDefinition:
    return definition_from_data(Draft.objects.get(author=person).document)


def fill_rows_and_ways(at: Inspector, ana: Person) -> None:
    """A row that is added takes the focus; a port leads where its list says."""
    at.field("with.show").get_by_role("button", name="Add a value").click()
    expect(at.field("with.show").locator("[name='v.0.label']")).to_be_focused()
    before = at.revision
    at.page.keyboard.type("Asset")
    at.wait_saved(before)
    expect(at.field("with.show").locator("[name='v.0.label']")).to_be_focused()

    before = at.revision
    at.field("port.rejected").locator("select").select_option("done")
    at.wait_saved(before)
    assert draft_of(ana).steps["ask"].links["rejected"] == "done"


def type_formulas(at: Inspector, ana: Person) -> None:
    """However fast they come, the letters behind the "=" arrive where the formula stands now."""
    at.field("with.title").locator(".expr").click()
    for formula in ("= trigger.body.title & '!'", "= 'a' & trigger.body.title"):
        before = at.revision
        at.page.keyboard.press("Control+a")
        at.page.keyboard.press("Delete")
        at.page.keyboard.type(formula)
        expect(at.field("with.title").locator("textarea")).to_have_value(formula)
        at.page.keyboard.press("Control+Home")  # closes what completes
        at.wait_saved(before)
        assert draft_of(ana).steps["ask"].settings["title"] == formula


def ask_by_half_a_name(at: Inspector, ana: Person) -> None:
    """Some letters of one team are that team, those of nobody are refused, and are looked up on the server."""
    people = at.field("with.approvers").locator("[data-adds]")
    people.fill("bran")
    offered = at.field("with.approvers").locator("datalist option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "team:brand")
    before = at.revision
    people.press("Enter")
    at.wait_saved(before)
    assert draft_of(ana).steps["ask"].settings["approvers"] == ["team:legal", "ana", "team:brand"]
    people.fill("nobodyhere")
    people.press("Enter")
    expect(at.field("with.approvers").locator("[data-errors]")).to_contain_text("Nobody here is called")
    expect(people).to_have_value("nobodyhere")
    people.fill("")
    people.press("Tab")
    assert draft_of(ana).steps["ask"].settings["approvers"] == ["team:legal", "ana", "team:brand"]


class TestSaving:
    def test_saves_each_field_by_itself(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            at = Inspector(visitor.page, live_server.url, "ask")

            before = at.revision
            at.field("name").locator("input[name='v.text']").fill("Approve it")
            at.wait_saved(before)  # by itself, after a moment, while the field still has the focus
            assert draft_of(ana).steps["ask"].name == "Approve it"

            before = at.revision
            people = at.field("with.approvers").locator("[data-adds]")
            people.fill("ana")
            people.press("Enter")
            at.wait_saved(before)
            expect(at.field("with.approvers").locator("[data-adds]")).to_be_focused()
            expect(at.field("with.approvers").locator("[data-adds]")).to_have_value("")
            assert draft_of(ana).steps["ask"].settings["approvers"] == ["team:legal", "ana"]

            ask_by_half_a_name(at, ana)
            type_formulas(at, ana)

            before = at.revision
            at.field("with.rule").get_by_role("radio", name="At least n").check()
            at.wait_saved(before)
            expect(at.field("with.rule").get_by_label("How many must agree")).to_have_value("2")
            assert draft_of(ana).steps["ask"].settings["rule"] == {"quorum": 2}

            wrong = at.field("with.due_in").locator("[name='v.number']")
            wrong.fill("soon")
            wrong.press("Tab")
            expect(at.field("with.due_in").locator("[data-errors]")).to_contain_text("“soon” is no number.")
            expect(wrong).to_have_value("soon")
            expect(wrong).to_have_attribute("aria-invalid", "true")
            expect(at.page.locator("[data-inspector-saved]")).to_contain_text("Not saved yet")
            before = at.revision
            wrong.fill("3")
            at.wait_saved(before)
            assert draft_of(ana).steps["ask"].settings["due_in"] == "P3D"
            expect(at.field("with.due_in").locator("[data-errors]")).to_be_empty()

            fill_rows_and_ways(at, ana)
            assert [text for text in visitor.complaints if "400" not in text] == []

    def test_makes_a_secret_where_it_is_needed(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            at = Inspector(visitor.page, live_server.url, "trigger")
            before = at.revision
            at.field("with.auth").locator("[name='v.kind.choice']").select_option("bearer")
            at.wait_saved(before)
            at.field("with.auth").get_by_role("link", name="New secret").click()
            dialog = visitor.page.locator("dialog.inspector-dialog")
            dialog.get_by_label("Name").fill("partner")
            dialog.get_by_label("Value", exact=True).fill("s3cr3t-value")
            before = at.revision
            dialog.get_by_role("button", name="Add").click()
            at.wait_saved(before)
            expect(dialog).to_have_count(0)
            trigger = draft_of(ana).trigger
            assert trigger is not None
            assert trigger.settings["auth"] == {"kind": "bearer", "secret": "partner"}

    def test_keeps_what_the_server_reads_first_through_an_outage_and_a_reload(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            at = Inspector(page, live_server.url, "ask")
            page.route(
                "**/draft/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
            )
            days = at.field("with.due_in").locator("[name='v.number']")
            days.fill("2")
            errors = at.field("with.due_in").locator("[data-errors]")
            expect(errors).to_contain_text("What you typed is kept")
            days.fill("3")
            days.press("Tab")
            expect(page.locator("#designer-saved")).to_contain_text("Not saved yet")  # one change, the newest
            kept = "async () => (await window.IntegratorEdits.waiting())[0]?.typed.body.flat().includes('3')"
            wait_for(lambda: page.evaluate(kept), within_s=60, what="what was typed last to be kept")
            page.reload()
            expect(page.locator("#designer-saved")).to_contain_text("Not saved yet")
            assert not Draft.objects.exists()
            page.unroute("**/draft/**")
            page.evaluate("void window.IntegratorEdits.retry()")
            page.wait_for_function(IS_SAVED, arg=0)
            assert draft_of(ana).steps["ask"].settings["due_in"] == "P3D"


class TestSlowServer:
    """What is typed is read by the server first; meanwhile nobody waits, and what builds upon it comes behind it."""

    READING = "**/draft/steps/ask/"

    def test_takes_back_what_was_typed_last_and_publishes_all_of_it(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            at = Inspector(visitor.page, live_server.url, "ask")
            page, due = at.page, at.field("with.due_in").locator("[name='v.number']")
            before = at.revision
            at.field("name").locator("input[name='v.text']").fill("Approve it")
            at.wait_saved(before)
            with Held(page, self.READING, method="POST") as held:
                due.fill("3")
                page.locator("#designer-undo").click()
                held.wait()
                held.let_go()
                expect(due).to_have_value("")
            page.wait_for_function("() => window.IntegratorEdits.pending() === 0")
            asked = draft_of(ana).steps["ask"]
            assert (asked.name, "due_in" in asked.settings) == ("Approve it", False)
            with Held(page, self.READING, method="POST") as held:
                due.fill("4")
                page.get_by_role("link", name="Publish…").click()
                held.wait()
                held.let_go()
                page.wait_for_url("**/publish/**")
            assert draft_of(ana).steps["ask"].settings["due_in"] == "P4D"
            assert visitor.complaints == []

    def test_saves_what_stands_in_line_though_other_settings_are_shown(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            at = Inspector(visitor.page, live_server.url, "ask")
            due, before = at.field("with.due_in").locator("[name='v.number']"), at.revision
            with Held(at.page, self.READING, method="POST") as held:
                due.fill("3")
                due.dispatch_event("change")
                held.wait()
                due.fill("4")
                at.page.locator("#step-tell .says").click()
                expect(at.page.locator("[data-inspector=tell]")).to_be_visible()
                held.let_go()
                at.page.wait_for_function(IS_SAVED, arg=before + 1)
            assert draft_of(ana).steps["ask"].settings["due_in"] == "P4D"
            assert visitor.complaints == []

    def test_draws_no_row_anew_under_the_pointer(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            at = Inspector(visitor.page, live_server.url, "ask")
            with Held(at.page, "**/draft/outline/") as held:
                at.field("name").locator("input[name='v.text']").fill("Approve it")
                held.wait()
                at.page.locator("#step-tell .row-name").hover()
                at.page.mouse.down()
                held.answer()
                at.page.mouse.up()
                expect(at.page.locator("#step-tell .chooser input")).to_be_focused()
            expect(at.page.locator("#step-ask .row-name")).to_contain_text("Approve it")
            expect(at.page.locator("#step-tell .chooser input")).to_be_focused()
            assert visitor.complaints == []


class TestBarriers:
    @pytest.mark.parametrize(("width_px", "theme"), [(1440, "light"), (NARROW_PX, "dark")])
    def test_has_none(
        self, chromium: Browser, live_server: Any, live: FlowVersion, ana: Person, width_px: int, theme: Theme
    ) -> None:
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            found = {}
            for thing in ("ask", "trigger", "flow"):
                at = Inspector(visitor.page, live_server.url, thing)
                for fold in at.page.locator("#inspector .inspector-fold > summary").all():
                    fold.click()
                found[thing] = visitor.find_barriers()
            assert found == {thing: [] for thing in found}
