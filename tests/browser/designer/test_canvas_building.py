"""A whole flow built on the canvas and in its inspector with the keyboard alone: the same as the gallery's file."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flows.definition.flow_file import definition_from_data, parse_flow_file, semantic_digest
from flows.models import Draft
from flows.operations.drafts import start_flow
from integrator.people.models import Person
from tests.browser.designer.test_canvas import GALLERY, Canvas
from tests.browser.designer.test_outline import AUTH, REPLY, SCHEMA, SHOW
from tests.support.browser import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
APPROVERS = '["team:legal", "team:brand"]'
TRIES = '{"max_attempts": 5, "first_delay_s": 1, "factor": 2, "max_delay_s": 300}'
TYPED = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea, [contenteditable=true]"
IS_SAVED = """() => window.IntegratorEdits.pending() === 0
  && !document.querySelector("form.is-unsaved, #inspector[hidden] form")
  && !document.getElementById("designer-saved").classList.contains("is-unsaved")"""


class Keys:
    """Hands on the canvas and its inspector, which never leave the keyboard."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.canvas = Canvas(page, address)
        self.reach('at.dataset.step === "trigger"')

    def press(self, *keys: str) -> None:
        self.canvas.press(*keys)

    def is_saved(self) -> None:
        self.page.wait_for_function(IS_SAVED)

    def reach(self, condition: str) -> None:
        """Tab to the element of which this holds; what is folded is opened on the way."""
        closed = 'at.matches("details:not([open]) > summary") && at.closest("#inspector form") === null'
        for _ in range(120):
            if self.page.evaluate(f"(at => {condition})(document.activeElement)"):
                return
            if self.page.evaluate(f'(at => {closed} && at.closest("#inspector") !== null)(document.activeElement)'):
                self.press("Enter")
            self.press("Tab")
        raise AssertionError(f"no Tab leads to where {condition}")

    def open(self, thing: str, key: str) -> None:
        self.press(key)
        expect(self.page.locator(f"#inspector [data-inspector='{thing}'] :focus")).to_have_count(1)

    def close(self, step: str) -> None:
        """Escape leads from the settings back to the step."""
        self.press("Escape")
        self.is_saved()
        self.canvas.has_focus(step)

    def reach_in(self, field: str, selector: str) -> None:
        self.reach(f"at.closest(`#inspector form[data-field='{field}']`) !== null && at.matches(`{selector}`)")

    def put(self, text: str) -> None:
        self.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.press("Tab")
        self.is_saved()

    def fill(self, field: str, text: str) -> None:
        self.reach_in(field, TYPED)
        self.put(text)

    def fill_json(self, field: str, text: str) -> None:
        form = self.page.locator(f"#inspector form[data-field='{field}']")
        self.reach(f"at.closest(`#inspector form[data-field='{field}']`) && at.textContent.trim() === 'As JSON'")
        self.press("Enter")
        expect(form.get_by_role("button", name="As JSON")).to_have_count(0)
        expect(form.locator(":focus")).to_have_count(1)
        self.reach_in(field, "textarea")
        self.put(text)

    def tick(self, field: str, *keys: str) -> None:
        """One of few options, by arrows or Space."""
        self.reach_in(field, "[type=radio], select")
        for key in keys:
            self.press(key)
            self.is_saved()

    def add(self, after: str, words: str, key: str) -> None:
        """A step behind another, called by this key from then on, whose settings are open."""
        self.press("a")
        self.canvas.choose(re.compile(f"^Add after {after}"), words)
        expect(self.page.locator("dialog[open]")).to_have_count(0)
        expect(self.page.locator('#canvas [data-step]:focus:not([data-step="trigger"])')).to_have_count(1)
        self.is_saved()
        made = str(self.page.evaluate("document.activeElement.dataset.step"))
        self.open(made, "Enter")
        if made != key:
            self.fill("key", key)
            expect(self.page.locator(f"#inspector [data-inspector='{key}'] :focus")).to_have_count(1)


def build_content_approval(hands: Keys) -> None:
    """The gallery's flow from nothing."""
    hands.open("trigger", "Enter")
    hands.tick("kind", "w")
    hands.fill("with.path", "content-approval")
    hands.fill_json("with.auth", AUTH)
    hands.fill_json("with.schema", SCHEMA)
    hands.fill("with.dedupe", "= body.request_id")
    hands.fill("with.business_key", "= body.request_id")
    hands.close("trigger")

    hands.add("Start", "open a case", "open_case")
    hands.fill("with.type", "content-approval")
    hands.fill("with.title", "= 'Approve: ' & trigger.body.title")
    hands.tick("with.priority", "ArrowRight", "ArrowRight")
    hands.close("open_case")

    hands.add("Open case", "approval", "review")
    hands.fill("with.title", "= trigger.body.title")
    hands.fill_json("with.approvers", APPROVERS)
    hands.fill_json("with.show", SHOW)
    hands.tick("with.rule", " ")
    hands.fill("with.due_in", "2")
    hands.close("review")

    hands.add("Review", "http", "reply")
    hands.tick("with.method", "p")
    hands.fill("with.url", "= trigger.body.callback_url")
    hands.fill_json("with.json", REPLY)
    hands.tick("with.repeat", " ")
    hands.fill_json("retry", TRIES)
    hands.close("reply")

    hands.add("Reply", "close the case", "close")
    hands.fill("with.status", "= steps.review.outcome")
    hands.close("close")

    hands.press("ArrowLeft", "ArrowLeft")
    hands.canvas.has_focus("review")
    hands.press("b")
    hands.canvas.choose("Which way on from Review?", "rejected")
    hands.canvas.choose("Where does Review lead by rejected?", "reply")
    hands.canvas.hears("Review leads by rejected to Reply")
    hands.open("flow", "s")
    hands.fill("name", "Content approval round trip")
    hands.fill("requested_by", "= body.requested_by")
    hands.press("Escape")
    hands.is_saved()


class TestKeyboard:
    def test_builds_a_whole_flow(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        start_flow(team="marketing", name="Content approval", person=ana, now=datetime.now(UTC))
        build_content_approval(Keys(visitor.page, f"{live_server.url}/flows/content-approval/draft/"))
        built = definition_from_data(Draft.objects.get().document)
        wanted = parse_flow_file(GALLERY.read_bytes())
        assert dict(built.steps) == dict(wanted.steps)
        assert semantic_digest(built) == semantic_digest(wanted)
        assert visitor.complaints == []
