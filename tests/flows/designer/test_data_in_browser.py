"""Fields that hold data, the picker, the mapper and samples in a browser: by keyboard, by mouse, sound for readers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Locator, Page, expect

from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.browser import NARROW_PX, open_visitor
from tests.support.drafts import make_live
from tests.support.flows import make_run, make_team, run_to_rest
from tests.support.holding import Held
from tests.support.personas import make_person
from tests.support.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("DATA_SHOTS", "")  # a folder: keep a picture of each page there
FIELD = {"id": "f", "name": "with.title", "step": "ask", "setting": "with.title", "flow_key": "chain"}
MAPPER = {"id": "m", "name": "with.output", "step": "tell", "setting": "with.output", "flow_key": "chain"}
CALL = """\
format: 1
flow: chain
name: Chain
team: marketing
trigger: {kind: webhook, path: chain, auth: {kind: none}}
steps:
  tell: {kind: http.request, with: {method: POST, url: "https://partner.example/", json: {kept: 3}}}
"""
SAVED = """async (wanted) => {
    const answer = await fetch("/flows/chain/draft/state/");
    return (await answer.json()).document.steps.tell.with.json?.sum === wanted;
}"""
SELECT = "document.dispatchEvent(new CustomEvent('designer:select', {detail: {key: 'tell', inspect: true}}))"
PUT = """([id, html]) => {
    const box = document.getElementById(id) ?? document.getElementById("content");
    const part = document.createElement("div");
    part.className = "fields";
    part.innerHTML = html;
    box.replaceChildren(part);
}"""


def wait_for_saved(page: Page, wanted: str) -> None:
    """Until the draft has it: a promise would count as a yes to Playwright's own waiting."""
    wait_for(lambda: page.evaluate(SAVED, wanted), within_s=60, what=f"{wanted} to be saved")


@pytest.fixture
def analyst(transactional_db: None) -> Person:
    run_to_rest(
        make_live(),
        {"title": "Ridgeline jetty", "version": 3, "amount": "12", "asset": {"url": "https://hub.example/a"}},
        business_key="CH-20417",
    )
    return make_person("ana", (make_team("marketing"), Role.ANALYST))


def put(page: Page, part: str, context: dict[str, Any]) -> None:
    """The part by itself, in the middle of a page of the designer."""
    label = f'<label id="{context["id"]}-label" for="{context["id"]}">Title people see</label>'
    html = render_to_string(f"flows/designer/parts/{part}.html", {**context, "labelled_by": f"{context['id']}-label"})
    page.evaluate(PUT, ["content", label + html])


def keep_picture(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def value_of(page: Page, ident: str) -> Any:
    return page.locator(f"#{ident}").evaluate("element => element.value")


def reads(page: Page) -> Locator:
    return page.locator("#f-reads")


class TestExpressionField:
    def test_takes_data_as_chips_and_formulas_with_help(
        self, chromium: Browser, live_server: Any, analyst: Person
    ) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/flows/chain/draft/outline/")
            self._is_written_with_chips(page)
            keep_picture(page, "picker")
            assert visitor.find_barriers() == []
            self._takes_what_was_picked(page)
            self._is_written_as_a_formula(page)
            self._offers_a_mend(page)
            page.set_viewport_size({"width": NARROW_PX, "height": 800})
            page.emulate_media(color_scheme="dark")
            page.get_by_role("button", name="Put data in").click()
            expect(page.get_by_role("treeitem").first).to_be_visible()
            keep_picture(page, "narrow-dark")
            assert (visitor.is_too_wide(), visitor.find_barriers()) == (False, [])
            page.keyboard.press("Escape")
            expect(page.locator(".picker")).to_have_count(0)
            assert visitor.complaints == []

    def _is_written_with_chips(self, page: Page) -> None:
        put(page, "expression_field", {**FIELD, "value": "= trigger.body.title & ', version ' & trigger.body.version"})
        editor = page.get_by_role("textbox", name="Title people see")
        expect(editor.locator(".pill-data")).to_have_text(["title", "version"])
        expect(reads(page)).to_have_text("Reads Ridgeline jetty, version 3")
        editor.press("End")
        page.keyboard.type(" of ")
        page.keyboard.press("{")
        expect(page.get_by_role("treeitem").first).to_be_visible()
        expect(page.locator(".picker-sample")).to_have_text("sample: run CH-20417")
        expect(page.locator(".picker [data-path='trigger.body.version']")).to_contain_text("number")

    def _takes_what_was_picked(self, page: Page) -> None:
        page.keyboard.type("amount")
        expect(page.locator("[role=treeitem]:not([hidden])")).to_have_count(2)
        page.keyboard.press("Enter")
        expect(page.locator(".picker")).to_have_count(0)
        assert value_of(page, "f") == (
            "= trigger.body.title & ', version ' & trigger.body.version & ' of ' & trigger.body.amount"
        )
        expect(reads(page)).to_have_text("Reads Ridgeline jetty, version 3 of 12")
        page.keyboard.press("Tab")  # no trap
        expect(page.get_by_role("button", name="Put data in")).to_be_focused()

    def _is_written_as_a_formula(self, page: Page) -> None:
        put(page, "expression_field", {**FIELD, "value": ""})
        page.get_by_role("textbox", name="Title people see").press("=")
        source = page.get_by_role("combobox", name="Title people see")
        expect(source).to_be_focused()
        page.keyboard.type("$upper")
        expect(page.get_by_role("option").first).to_contain_text("The text in capital letters.")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("trigger.body.ti")
        expect(page.get_by_role("option").first).to_contain_text("Ridgeline jetty")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type(")")
        expect(reads(page)).to_have_text("Reads RIDGELINE JETTY")
        keep_picture(page, "formula")
        page.keyboard.press("Escape")
        assert value_of(page, "f") == "= $uppercase(trigger.body.title)"

    def _offers_a_mend(self, page: Page) -> None:
        put(page, "expression_field", {**FIELD, "value": "= $uppercase(trigger.body.titel)"})
        expect(reads(page)).to_contain_text("There is no “titel” in trigger.body. The nearest is “title”, text.")
        expect(page.locator(".expression-marks u")).to_have_text("trigger.body.titel")
        expect(page.locator("#f")).to_have_attribute("aria-invalid", "true")
        keep_picture(page, "mend")
        page.get_by_role("button", name="Use title").click()
        expect(reads(page)).to_have_text("Reads RIDGELINE JETTY")
        expect(page.locator("#f:not([aria-invalid])")).to_have_count(1)


class TestMapper:
    def test_writes_rows_as_the_flow_file_has_them(self, chromium: Browser, live_server: Any, analyst: Person) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/flows/chain/draft/outline/")
            put(page, "mapper", {**MAPPER, "value": {"name": "= trigger.body.title", "kept": 3}})
            rows = page.locator(".mapper-row")
            expect(rows).to_have_count(2)
            expect(page.locator(".mapper-note")).to_have_text("Reads name: Ridgeline jetty, kept: 3")
            page.get_by_role("button", name="Add a field", exact=True).click()
            page.keyboard.type("sum")
            page.keyboard.press("Tab")
            page.keyboard.type("=trigger.body.amount")
            page.keyboard.press("Escape")
            new = page.get_by_role("group", name="sum")
            new.get_by_role("button", name="How it is handed over, and when it is missing").click()
            new.get_by_label("How it is handed over", exact=True).select_option("number")
            new.get_by_label("When it is missing", exact=True).select_option("default")
            new.get_by_label("What to take instead").fill("0")
            new.get_by_label("What to take instead").press("Tab")
            expect(page.locator(".mapper-note")).to_have_text("Reads name: Ridgeline jetty, kept: 3, sum: 12")
            keep_picture(page, "mapper")
            assert visitor.find_barriers() == []
            page.get_by_role("button", name="As JSON").click()
            assert page.locator("#m").evaluate("element => JSON.parse(element.value)") == {
                "name": "= trigger.body.title",
                "kept": 3,
                "sum": "= $number($default(trigger.body.amount, 0))",
            }
            put(page, "mapper", {**MAPPER, "value": "= $merge(trigger.body.list)"})
            expect(page.get_by_role("button", name="Set the fields one by one instead")).to_be_visible()
            assert value_of(page, "m") == '"= $merge(trigger.body.list)"'
            assert visitor.complaints == []


class TestInspector:
    def test_saves_what_is_typed_and_lets_people_type_on(
        self, chromium: Browser, live_server: Any, transactional_db: None
    ) -> None:
        make_run(make_live(CALL), {"title": "Ridgeline jetty", "version": 3}, business_key="CH-20417")
        make_person("ana", (make_team("marketing"), Role.ANALYST))
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/flows/chain/draft/outline/?step=tell")
            page.evaluate(SELECT)
            mapper = page.locator("#inspector object-mapper").first
            mapper.get_by_role("button", name="Add a field", exact=True).click()
            page.keyboard.type("sum")
            page.keyboard.press("Tab")
            page.keyboard.type("=trigger.body.version")
            wait_for_saved(page, "= trigger.body.version")
            page.keyboard.type(" + 1")
            wait_for_saved(page, "= trigger.body.version + 1")
            expect(mapper.locator(".mapper-note")).to_have_text("Reads kept: 3, sum: 4")
            keep_picture(page, "inspector")
            with Held(page, "**/data/mapping/", method="POST") as held:
                page.keyboard.type(" + 1")
                held.wait()
                page.keyboard.type(" + 1")
                wait_for_saved(page, "= trigger.body.version + 1 + 1 + 1")
                held.answer()  # the older one comes last, and counts no more
            page.keyboard.type(" + 1")
            page.locator("[data-closes-inspector]").click()  # before it was handed over
            wait_for_saved(page, "= trigger.body.version + 1 + 1 + 1 + 1")
            page.wait_for_function("() => window.IntegratorEdits.pending() === 0")
            assert page.evaluate(SAVED, "= trigger.body.version + 1 + 1 + 1 + 1")
            assert visitor.complaints == []


class TestDrawer:
    def test_tells_the_sample_and_takes_another(self, chromium: Browser, live_server: Any, analyst: Person) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/flows/chain/draft/outline/?drawer=data")
            sample = page.get_by_role("region", name="Sample of what starts it")
            expect(sample).to_contain_text("Run CH-20417, the last one.")
            sample.get_by_text("Paste JSON").click()
            page.get_by_label("The body of a call, as JSON").fill('{"title": "Pasted"}')
            sample.get_by_role("button", name="Use this").click()
            expect(sample).to_contain_text("Pasted, kept for your draft.")
            keep_picture(page, "drawer")
            assert visitor.find_barriers() == []
            page.set_viewport_size({"width": NARROW_PX, "height": 800})
            assert not visitor.is_too_wide()
            assert visitor.complaints == []
