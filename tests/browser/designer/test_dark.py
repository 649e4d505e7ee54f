"""The designer and its pages of publishing at 1440 px in the dark: no state of them bars anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.operations.drafts import apply_edit
from flows.operations.publishing import import_flow
from integrator.people.models import Person
from tests.browser.designer.conftest import PASSWORD
from tests.support.browser import Visitor, open_visitor
from tests.support.drafts import make_edit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
GALLERY = Path(__file__).resolve().parents[3] / "flows" / "gallery" / "content-approval.yaml"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BARRIERS = dict[str, list[Any]]


def begin_a_draft_that_is_behind(ana: Person) -> None:
    text = GALLERY.read_text(encoding="utf-8")
    import_flow(text=text, person=None, publish=True, now=NOW)
    op = {"op": "set", "target": "steps/review", "path": ["name"], "value": "Mine"}
    apply_edit(key="content-approval", person=ana, edit=make_edit(op), now=NOW)
    theirs = text.replace("name: Content approval round trip", "name: Round trip")
    import_flow(text=theirs.replace("due_in: P2D", "due_in: P3D"), person=None, publish=True, now=NOW)


def look_at_publishing(visitor: Visitor, base: str) -> BARRIERS:
    found: BARRIERS = {}
    for path in ("draft/merge/", "draft/publish/", "versions/1/restore/", "versions/"):
        visitor.page.goto(f"{base}{path}")
        found[path] = visitor.find_barriers()
    visitor.page.locator("summary", has_text="Go back").click()
    expect(visitor.page.get_by_role("button", name="Go back to version 1")).to_be_visible()
    found["going back"] = visitor.find_barriers()
    return found


def look_at_settings(visitor: Visitor) -> BARRIERS:
    found: BARRIERS = {}
    for key in ("trigger", "review", "reply"):
        visitor.page.locator(f'#canvas [data-step="{key}"]').focus()
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator(f"#inspector [data-inspector='{key}'] :focus")).to_have_count(1)
        found[f"settings of {key}"] = visitor.find_barriers()
    return found


def look_at_tabs(visitor: Visitor, page: Page) -> BARRIERS:
    found: BARRIERS = {}
    for tab in ("problems", "data", "try"):
        page.locator(f"#drawer-tab-{tab}").click()
        expect(page.locator(f"#drawer-panel-{tab} button").first).to_be_visible()
        found[tab] = visitor.find_barriers()
    page.get_by_role("button", name="Run all").click()
    expect(page.locator('#canvas [data-step="open_case"].is-completed')).to_be_visible()
    found["tried"] = visitor.find_barriers()
    page.locator("#drawer-panel-try").get_by_text("For real").click()
    expect(page.get_by_role("button", name="Start it for real")).to_be_visible()
    found["before it is real"] = visitor.find_barriers()
    return found


class TestDark:
    def test_bars_nobody(self, chromium: Browser, ana: Person, live_server: Any) -> None:
        begin_a_draft_that_is_behind(ana)
        base = f"{live_server.url}/flows/content-approval/"
        with open_visitor(chromium, theme="dark") as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            found = look_at_publishing(visitor, base)
            visitor.page.goto(f"{base}draft/")
            expect(visitor.page.locator("#canvas[data-ready]")).to_be_visible()
            found |= look_at_settings(visitor) | look_at_tabs(visitor, visitor.page)
            visitor.page.goto(f"{base}draft/outline/?step=review&drawer=problems")
            expect(visitor.page.locator("#inspector [data-inspector='review']")).to_be_visible()
            expect(visitor.page.locator("#step-review")).to_be_in_viewport()
            found["outline"] = visitor.find_barriers()
            assert {state: barriers for state, barriers in found.items() if barriers} == {}
            assert visitor.complaints == []
