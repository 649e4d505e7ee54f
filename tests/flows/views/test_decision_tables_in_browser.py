"""A decision table in a browser: edited by keyboard alone, tested, published; sound at each width and theme."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.models import DecisionTable, DecisionTableVersion
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.browser import NARROW_PX, WIDE_PX, Theme, open_visitor
from tests.support.flows import make_team
from tests.support.holding import Held
from tests.support.personas import make_person
from tests.support.tables import TRIAGE, make_live_table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TABLE_SHOTS", "")  # a folder: keep a picture of each page there


@pytest.fixture
def ana(transactional_db: None) -> Person:
    team = make_team()
    return make_person("ana", (team, Role.ANALYST), (team, Role.PUBLISHER))


def keep_picture(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


class TestDecisionTableJourney:
    def test_is_edited_by_keyboard_tested_and_published(self, chromium: Browser, live_server: Any, ana: Person) -> None:
        make_live_table()
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/tables/")
            page.get_by_role("link", name="Triage").click()
            expect(page.locator("[data-cell='0:0']")).to_have_text("> 1000")
            expect(page.get_by_text("No row matches amount")).to_have_count(1)

            self._edit_by_keyboard(page)
            self._try_and_keep(page)
            keep_picture(page, "edited")
            assert visitor.find_barriers() == []

            page.locator("summary", has_text="Publish…").click()
            page.get_by_label("What is new").fill("The desk takes what is left")
            page.get_by_role("button", name="Publish", exact=True).click()
            expect(page.get_by_text("Version 2 is live.")).to_be_visible()
            page.get_by_role("link", name="Versions").click()
            expect(page.get_by_text("Changed against version 1: rows: 1 added; tests.")).to_be_visible()
            keep_picture(page, "versions")
            assert visitor.complaints == []
        version = DecisionTableVersion.objects.get(number=2)
        assert version.document["tests"][1] == {
            "given": {"amount": 50, "region": "CH"},
            "expect": {"team": "desk", "days": 20},
        }

    @staticmethod
    def _edit_by_keyboard(page: Page) -> None:
        page.locator("[data-cell='0:0']").focus()
        press(page, "ArrowDown", "ArrowDown", "Insert")  # a row below the third
        expect(page.locator("[data-cell='3:0']")).to_be_focused()
        page.keyboard.type("ten")
        press(page, "Tab")
        fault = page.locator("[data-cell='3:0'] .grid-fault")
        expect(fault).to_contain_text("“ten” is not a number. Write it like 10, 12.5 or > 10.")
        press(page, "ArrowLeft", "Enter")
        page.keyboard.type("<= 100")
        press(page, "Tab")
        page.keyboard.type("not(EU, US)")
        press(page, "Tab")
        page.keyboard.type("desk")
        press(page, "Tab")
        page.keyboard.type("20")
        press(page, "Enter")
        expect(page.get_by_text("No faults, gaps or overlaps.")).to_be_visible()

        press(page, "Shift+Delete")
        expect(page.locator("[data-cell='3:0']")).to_have_count(0)
        press(page, "Control+z")
        expect(page.locator("[data-cell='3:2']")).to_have_text("desk")
        press(page, "ArrowDown", "Alt+ArrowUp")
        expect(page.locator("[data-cell='2:2']")).to_have_text("desk")
        press(page, "Alt+ArrowDown", "Control+s")
        expect(page.get_by_text("Kept.")).to_be_visible()
        assert DecisionTable.objects.get().document["rows"][3]["when"]["region"] == "not(EU, US)"

    @staticmethod
    def _try_and_keep(page: Page) -> None:
        page.locator("[data-part=try-fields] input[name=amount]").fill("50")
        page.locator("[data-part=try-fields] input[name=region]").fill("CH")
        page.get_by_role("button", name="Try").click()
        expect(page.get_by_text("team: desk, days: 20 (row 4)")).to_be_visible()
        page.get_by_role("button", name="Keep as a test").click()
        expect(page.locator(".table-test .state.is-completed")).to_have_count(2)

    def test_loses_nothing_when_somebody_else_saved_meanwhile(
        self, chromium: Browser, live_server: Any, ana: Person
    ) -> None:
        table = make_live_table()
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/tables/triage/")
            page.locator("[data-cell='0:3']").focus()
            page.keyboard.type("7")
            press(page, "Enter")
            make_live_table(TRIAGE, ("team: finance", "team: brand"))
            page.get_by_role("button", name="Save", exact=True).click()
            expect(page.get_by_role("alert")).to_contain_text("differs from it: rows: 2 changed")
            expect(page.locator("[data-cell='0:3']")).to_have_text("7")
            page.get_by_role("button", name="Load theirs").click()
            expect(page.locator("[data-cell='1:2']")).to_have_text("brand")
            page.get_by_role("button", name="Undo").click()
            expect(page.locator("[data-cell='0:3']")).to_have_text("7")
            page.get_by_role("button", name="Save", exact=True).click()
            expect(page.get_by_text("Kept.")).to_be_visible()
        table.refresh_from_db()
        assert table.document["rows"][0]["then"]["days"] == "7"

    def test_loses_no_press_and_no_letter_however_slow_the_server_is(
        self, chromium: Browser, live_server: Any, ana: Person
    ) -> None:
        table = make_live_table()
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/tables/triage/")
            cell = page.locator("[data-cell='0:3']")
            cell.focus()
            page.keyboard.type("7")
            page.locator("[data-cell='1:2']").click()
            expect(page.locator("[data-cell='1:2']")).to_be_focused()
            expect(cell).to_have_text("7")
            page.locator("summary", has_text="Columns").click()
            first = page.locator(".table-column").first
            first.get_by_label("Label").fill("Sum")
            first.get_by_role("button", name="right").click()
            expect(page.locator(".table-column").nth(1).get_by_label("Label")).to_have_value("Sum")
            page.get_by_role("button", name="Undo").click()
            with Held(page, "**/tables/triage/draft/", method="POST") as held:
                save = page.get_by_role("button", name="Save", exact=True)
                save.click()
                held.wait()
                save.click()
                cell.focus()
                page.keyboard.type("8")
                held.answer()
                expect(page.locator("[data-part=said]")).to_have_text("Kept.")
                expect(cell.locator("input")).to_have_value("8")
                press(page, "Enter", "Control+s")
                expect(save).to_be_disabled()
            expect(page.locator("[data-part=clash]")).to_be_hidden()
            assert visitor.complaints == []
        table.refresh_from_db()
        assert table.document["rows"][0]["then"]["days"] == "8"
        assert table.document["inputs"][0]["label"] == "Sum"

    @pytest.mark.parametrize(("width_px", "theme"), [(WIDE_PX, "light"), (NARROW_PX, "dark")])
    def test_is_sound_at_each_width_and_theme(
        self, chromium: Browser, live_server: Any, ana: Person, width_px: int, theme: Theme
    ) -> None:
        make_live_table(publish=width_px == NARROW_PX)
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "ana", "secret-password")
            for path in ("/tables/", "/tables/add/", "/tables/triage/", "/tables/triage/versions/"):
                visitor.page.goto(live_server.url + path)
                visitor.page.wait_for_load_state("networkidle")
                keep_picture(visitor.page, f"{path.strip('/').replace('/', '-')}-{width_px}-{theme}")
                assert visitor.complaints == [], path
                assert visitor.find_barriers() == [], path
                assert not visitor.is_too_wide(), path
