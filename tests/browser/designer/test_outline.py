"""The outline in a browser: a whole flow built with the keyboard alone, mended, undone and copied; without barriers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows.definition.flow_file import definition_from_data, parse_flow_file, semantic_digest
from flows.models import Draft
from flows.operations.drafts import start_flow
from flows.operations.publishing import import_flow
from integrator.people.models import Person
from tests.browser.designer.conftest import PASSWORD
from tests.browser.designer.hands import Outline
from tests.support.browser import NARROW_PX, Theme, Visitor, open_visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GALLERY = Path(__file__).resolve().parents[3] / "flows" / "gallery" / "content-approval.yaml"
AUTH = '{"kind": "standard_webhooks", "secret": "demo-content"}'
SCHEMA = '{"type": "object", "required": ["request_id", "title", "callback_url"]}'
SHOW = (
    '[{"label": "Asset", "value": "= trigger.body.asset_url", "as": "link"},'
    ' {"label": "Version", "value": "= trigger.body.version", "as": "text"}]'
)
REPLY = '{"decision": "= steps.review.outcome", "comments": "= steps.review.comments"}'


def build_content_approval(outline: Outline) -> None:
    """The gallery's flow from nothing."""
    with outline.edits():
        outline.press("Enter")
        outline.type("webhook")
        outline.press("Enter")
    outline.fill_json("trigger", "auth", AUTH)
    outline.fill_json("trigger", "schema", SCHEMA)
    outline.fill("trigger", "dedupe", "= body.request_id")
    outline.fill("trigger", "business_key", "= body.request_id")

    key = outline.add("open a case", "Open case")
    outline.fill(key, "type", "content-approval")
    outline.fill(key, "title", "= 'Approve: ' & trigger.body.title")
    outline.choose(key, "priority", "h")

    key = outline.add("approval", "Review")
    outline.fill(key, "title", "= trigger.body.title")
    outline.fill_json(key, "show", SHOW)
    outline.fill_json(key, "approvers", '["team:legal", "team:brand"]')
    outline.choose(key, "rule", "b")
    outline.fill(key, "due_in", "2")

    key = outline.add("http", "Reply")
    outline.choose(key, "method", "p")
    outline.fill(key, "url", "= trigger.body.callback_url")
    outline.choose(key, "repeat", "s")
    outline.fill_json(key, "json", REPLY)
    outline.choose(key, "-retry", "5")
    key = outline.add("close the case", "Close")
    outline.fill(key, "status", "= steps.review.outcome")

    outline.press("Escape", "ArrowUp", "ArrowUp")
    with outline.edits():
        outline.press("b")
        outline.type("rejected")
        outline.press("Enter")
        outline.type("reply")
        outline.press("Enter")
    for field, text in (("name", "Content approval round trip"), ("requested-by", "= body.requested_by")):
        with outline.edits():
            outline.press("Escape", "s")
            expect(outline.page.locator("#inspector :focus")).to_have_count(1)
            outline.reach(f'at.id.startsWith("f-flow-{field}-in")')
            outline.put(text)
            outline.press("Escape")


class TestKeyboard:
    def test_builds_a_whole_flow(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        start_flow(team="marketing", name="Content approval", person=ana, now=datetime.now(UTC))
        outline = Outline(visitor.page, f"{live_server.url}/flows/content-approval/draft/outline/")
        build_content_approval(outline)
        built = definition_from_data(Draft.objects.get().document)
        wanted = parse_flow_file(GALLERY.read_bytes())
        assert dict(built.steps) == dict(wanted.steps)
        assert semantic_digest(built) == semantic_digest(wanted)
        assert visitor.complaints == []


class TestNewcomer:
    def test_goes_from_nothing_to_live_in_120_keys(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        page = visitor.page
        flow = start_flow(team="marketing", name="Ask", person=ana, now=datetime.now(UTC))
        outline = Outline(page, f"{live_server.url}/flows/ask/draft/outline/")
        with outline.edits():
            outline.press("Enter")
            outline.type("web")
            outline.press("Enter")
        outline.insert("choo")
        expect(page.locator("#choice-choose-cases")).to_be_focused()
        with outline.edits():
            outline.press("Enter")
            expect(page.locator("#f-choose-with-cases-add")).to_be_focused()
            outline.press("Enter")
            expect(page.locator("#f-choose-with-cases-0-left")).to_be_focused()
            outline.type("trigger.body.n")
            outline.press("Tab", "Tab", "Tab")
            outline.type("1")
            outline.press("Tab")
            outline.type("big")
            outline.press("Control+Enter")
        outline.insert("appr")
        expect(page.locator("#choice-approve-approvers")).to_be_focused()
        with outline.edits():
            outline.press("Enter")
            expect(page.locator("#f-approve-with-approvers-in")).to_be_focused()
            outline.type("legal")
            outline.press("Control+Enter")
        outline.say("approve", "title", "Agree")
        outline.insert("http")
        outline.choose("request", "method", "p")
        outline.say("request", "url", "https://a.example/r")
        outline.press("t")
        expect(page.locator("#drawer-panel-try .try-end")).to_be_visible()
        expect(page.locator("#drawer-panel-try :focus")).to_have_count(1)
        outline.press("Shift+P")
        page.wait_for_url("**/publish/")
        outline.press("Tab", "Enter")
        outline.reach('at.matches("main aside form .btn-primary")')
        outline.press("Enter")
        page.wait_for_url(re.compile("/flows/ask/(?!draft)"))
        flow.refresh_from_db()
        assert flow.live_version is not None
        steps = flow.live_version.document["steps"]
        assert [step["kind"] for step in steps.values()] == ["choose", "task.approve", "http.request"]
        assert steps["choose"]["on"] == {"big": "approve"}
        assert outline.keys <= 120
        assert visitor.complaints == []


@pytest.fixture
def outline(visitor: Visitor, ana: Person, live_server: Any) -> Outline:
    """The gallery's flow, as a draft of ana's."""
    import_flow(text=GALLERY.read_text(encoding="utf-8"), person=ana, now=datetime.now(UTC))
    return Outline(visitor.page, f"{live_server.url}/flows/content-approval/draft/outline/")


def document() -> dict[str, Any]:
    data: dict[str, Any] = Draft.objects.get().document
    return data


class TestEditing:
    def test_moves_deletes_and_takes_back(self, outline: Outline) -> None:
        first = document()
        rows = outline.page.locator("#outline > li")
        outline.press("End", "ArrowUp")
        assert outline.picked == "reply"
        with outline.edits():
            outline.press("Alt+ArrowDown")
        expect(rows.last).to_have_attribute("data-row", "reply")
        assert outline.picked == "reply"
        with outline.edits():
            outline.press("Delete")
        expect(rows).to_have_count(4)
        expect(outline.page.locator("#toasts")).to_contain_text("Deleted Reply.")
        for count in (5, 5):
            with outline.edits():
                outline.press("Control+z")
            expect(rows).to_have_count(count)
        assert document() == first
        with outline.edits():
            outline.press("Control+y")
        expect(rows.last).to_have_attribute("data-row", "reply")

    def test_copies_steps_with_their_links(self, outline: Outline) -> None:
        outline.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        outline.press("End", "ArrowUp", "Shift+ArrowDown")
        outline.press("Control+c")
        expect(outline.page.locator("#designer-spoken")).to_have_text("Copied 2 steps")
        with outline.edits():
            outline.press("Control+v")
        steps = document()["steps"]
        assert len(steps) == 6
        added = [key for key in steps if key not in ("open_case", "review", "reply", "close")]
        assert [steps[key]["kind"] for key in added] == ["http.request", "case.close"]
        assert steps[added[0]]["next"] == added[1]

    def test_says_where_a_path_goes_and_that_it_ends(self, outline: Outline) -> None:
        outline.press("ArrowDown", "ArrowDown")
        with outline.edits():
            outline.reach('at.id === "choice-review--rejected"')
            outline.press("Enter")
            outline.type("ends")
            outline.press("Enter")
        assert document()["steps"]["review"]["on"] == {"approved": "reply"}
        expect(outline.page.locator('#step-review .branch[data-ports="rejected"]')).to_have_text("rejected: ends here")

    def test_offers_the_mend_beside_its_step(self, outline: Outline, ana: Person) -> None:
        page = outline.page
        with outline.edits():
            page.evaluate(
                """() => window.IntegratorEdits.submit([{op: "set", target: "steps/close", path: ["with", "status"],
                   value: "= steps.revew.outcome"}], "test")"""
            )
        outline.press("End")
        outline.reach('at.matches("[data-mends]")')
        assert "Use review" in str(page.evaluate("document.activeElement.textContent"))
        with outline.edits():
            outline.press("Enter")
        assert document()["steps"]["close"]["with"] == {"status": "= steps.review.outcome"}
        outline.press("Escape", "p")
        expect(page.locator("#drawer-panel-problems")).to_contain_text("has no secret 'demo-content' yet")

    def test_writes_notes_and_groups_and_another_kind(self, outline: Outline) -> None:
        page = outline.page
        outline.press("End")
        with outline.edits():
            outline.press("n")
            outline.type("Agreed with Legal")
            outline.press("Enter")
        expect(page.locator(".outline-note")).to_contain_text("Agreed with Legal")
        with outline.edits():
            outline.press("Shift+G")
            outline.type("The end")
            outline.press("Enter")
        expect(page.locator("#step-close .outline-group")).to_have_text("The end")
        with outline.edits():
            outline.press("k")
            outline.type("set fields")
            outline.press("Enter")
        assert document()["steps"]["close"]["kind"] == "set"


class TestBarriers:
    @pytest.mark.parametrize(("width_px", "theme"), [(1440, "light"), (NARROW_PX, "dark")])
    def test_has_none_in_any_state(
        self, chromium: Browser, ana: Person, live_server: Any, width_px: int, theme: Theme
    ) -> None:
        import_flow(text=GALLERY.read_text(encoding="utf-8"), person=ana, now=datetime.now(UTC))
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            outline = Outline(visitor.page, f"{live_server.url}/flows/content-approval/draft/outline/")
            found = {"at rest": visitor.find_barriers()}
            outline.press("ArrowDown", "ArrowDown")
            outline.open("review", "rule")
            found["options"] = visitor.find_barriers()
            outline.press("Escape", "a")
            expect(visitor.page.locator(".chooser input")).to_be_focused()
            found["kinds"] = visitor.find_barriers()
            outline.press("Escape", "p")
            expect(visitor.page.locator("#drawer-panel-problems li")).to_have_count(2)  # no secret, nobody to answer
            found["problems"] = visitor.find_barriers()
            outline.press("Escape", "Shift+?")
            expect(visitor.page.locator("#keys-help")).to_be_visible()
            found["keys"] = visitor.find_barriers()
            visitor.page.goto(f"{live_server.url}/flows/content-approval/draft/text/")
            expect(visitor.page.locator("#text-findings li")).to_have_count(2)  # the same in the text
            found["text"] = visitor.find_barriers()
            assert {state: barriers for state, barriers in found.items() if barriers} == {}
            assert visitor.complaints == []
            assert not visitor.is_too_wide()
