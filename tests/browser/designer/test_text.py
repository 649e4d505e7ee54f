"""The text of a flow in a browser: judged while it is written, kept while it is unfinished, saved as one edit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from flows.models import Draft
from flows.operations.publishing import import_flow
from integrator.people.models import Person
from tests.support.browser import Visitor
from tests.support.holding import Held

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GALLERY = Path(__file__).resolve().parents[3] / "flows" / "gallery" / "content-approval.yaml"


def document() -> dict[str, Any]:
    data: dict[str, Any] = Draft.objects.get().document
    return data


class TestText:
    def test_keeps_judges_and_saves_what_is_written(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        import_flow(text=GALLERY.read_text(encoding="utf-8"), person=ana, now=datetime.now(UTC))
        page, address = visitor.page, f"{live_server.url}/flows/content-approval/draft/text/"
        page.goto(address)
        area, says = page.get_by_label("Flow file of"), page.locator("#text-says")
        text = area.input_value()
        area.fill(text.replace("next: review", "next: revew"))
        finding = page.locator("#text-findings li", has_text="revew")
        expect(finding).to_contain_text("Line ")
        finding.get_by_role("button").click()
        assert page.evaluate("document.getSelection().toString()").strip() == "next: revew"
        area.fill(text + "oh: [")
        expect(says).to_have_text("Kept, but not saved: this is no flow yet. See the lines marked below.")
        page.goto(address)
        expect(area).to_have_value(text + "oh: [")
        area.fill(text.replace("P2D", "P3D"))
        page.keyboard.press("Control+s")
        expect(says).to_have_text("Saved in the draft.")
        assert document()["steps"]["review"]["with"]["due_in"] == "P3D"
        with Held(page, "**/draft/edits/", method="POST") as held:
            area.fill(text.replace("P2D", "P4D"))
            page.keyboard.press("Control+s")
            held.wait()
            area.fill(text.replace("P2D", "P5D"))  # written on while the first is being saved
            held.answer()
            expect(says).to_have_text("Not saved yet. Ctrl S saves it.")
            expect(page.locator("#text-save")).to_be_enabled()
        page.goto(address.replace("text/", "outline/"))
        expect(page.locator("#choice-review-due_in")).to_have_text("4 days")
        assert visitor.complaints == []
