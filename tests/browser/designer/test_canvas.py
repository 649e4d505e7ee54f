"""The canvas in a browser: by pointer and by keys alone, read out, in both themes, on a phone, and laid over a run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from flows.models import Draft
from flows.operations.drafts import start_flow
from flows.operations.publishing import import_flow
from flows.operations.runs import answer_incident
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.browser.designer.conftest import PASSWORD
from tests.support.browser import NARROW_PX, Theme, Visitor, open_visitor
from tests.support.flows import make_team, settle
from tests.support.large_flows import write_large_flow
from tests.support.personas import make_person
from tests.support.run_pages import incident_of, make_sum_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GALLERY = Path(__file__).resolve().parents[3] / "flows" / "gallery" / "content-approval.yaml"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def ana(transactional_db: None) -> Person:
    team = make_team()
    for key in ("legal", "brand"):
        make_team(key)
    person = make_person("ana", (team, Role.PUBLISHER), (team, Role.OPERATOR))
    import_flow(text=GALLERY.read_text(encoding="utf-8"), person=person, now=datetime.now(UTC))
    return person


class Canvas:
    """The canvas of one page, as people use it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address)
        expect(page.locator("#canvas[data-ready]")).to_be_visible()

    def step(self, key: str) -> Locator:
        return self.page.locator(f'#canvas [data-step="{key}"]')

    def port(self, key: str, port: str) -> Locator:
        return self.page.locator(f'#canvas .react-flow__node[data-id="{key}"] [data-port="{port}"]')

    def link(self, source: str, port: str) -> Locator:
        return self.page.locator(f'#canvas .react-flow__edge[data-id="{source}>{port}"]')

    def hears(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.locator("#canvas-said")).to_have_text(words)

    def has_focus(self, key: str) -> None:
        expect(self.step(key)).to_be_focused()

    def is_called(self, key: str, name: str | re.Pattern[str]) -> None:
        expect(self.step(key)).to_have_attribute("aria-label", name)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def choose(self, question: str | re.Pattern[str], words: str) -> None:
        """Type into the list that asks this, and take what it found."""
        expect(self.page.locator("dialog[open] h2")).to_have_text(question)
        expect(self.page.locator("dialog[open] input")).to_be_focused()
        self.page.keyboard.type(words)
        self.press("Enter")

    def box(self, element: Locator) -> FloatRect:
        """Where the element stands once the canvas has come to rest: what is chosen is brought into sight."""
        self.page.evaluate(TWO_FRAMES)
        self.page.evaluate(TWO_FRAMES)
        found = element.bounding_box()
        assert found is not None
        return found

    def drag(
        self, source: Locator, target: Locator, *, at: tuple[float, float] = (0.5, 0.5), drops: bool = True
    ) -> None:
        start, end = self.box(source), self.box(target)
        mouse = self.page.mouse
        mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        mouse.down()
        mouse.move(end["x"] + end["width"] * at[0], end["y"] + end["height"] * at[1], steps=6)
        if drops:
            mouse.up()

    def point_at(self, element: Locator) -> None:
        box = self.box(element)
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def is_saved(self) -> None:
        expect(self.page.locator("#designer-saved")).not_to_have_class(re.compile("is-unsaved"))


def document_of(key: str) -> dict[str, Any]:
    return dict(Draft.objects.get(flow__key=key).document)


class TestKeys:
    def test_build_a_flow_that_is_read_out(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        start_flow(team="marketing", name="Leave", person=ana, now=datetime.now(UTC))
        canvas = Canvas(visitor.page, f"{live_server.url}/flows/leave/draft/")
        canvas.step("trigger").focus()
        canvas.press("a")
        canvas.choose("Add after Start", "approval")
        canvas.hears("Approval added after Start")
        canvas.has_focus("approval")
        canvas.press("F2")
        visitor.page.keyboard.type("Agree to it")
        canvas.press("Enter")
        canvas.hears("Renamed to Agree to it")
        canvas.has_focus("approval")
        canvas.press("b")
        canvas.choose("Which way on from Agree to it?", "rejected")
        canvas.choose("Where does Agree to it lead by rejected?", "a new step")
        canvas.choose("Add after Agree to it, by “rejected”", "stop")
        canvas.has_focus("stop")
        canvas.press("ArrowLeft")
        canvas.has_focus("approval")
        canvas.press("c")
        canvas.choose("Which way on from Agree to it?", "approved")
        canvas.choose("Where does Agree to it lead by approved?", "stop")
        canvas.hears(re.compile("Agree to it leads by approved to Stop"))
        canvas.is_called(
            "approval",
            re.compile(r"^Agree to it, Approval, 2 ways on: approved to Stop, rejected to Stop; \d problems?$"),
        )
        canvas.press("Alt+ArrowDown")
        canvas.hears("1 element moved")
        canvas.press("ArrowRight", "Delete")
        canvas.hears("Stop deleted. Ctrl and Z brings it back.")
        canvas.has_focus("approval")
        canvas.press("Control+z")
        expect(canvas.step("stop")).to_be_visible()
        canvas.is_saved()
        steps = document_of("leave")["steps"]
        assert steps["approval"]["on"] == {"approved": "stop", "rejected": "stop"}
        assert (steps["approval"]["name"], steps["stop"]["kind"]) == ("Agree to it", "stop")
        assert visitor.complaints == []

    def test_walk_along_links_and_find(self, visitor: Visitor, live_server: Any) -> None:
        canvas = Canvas(visitor.page, f"{live_server.url}/flows/content-approval/draft/")
        canvas.step("trigger").focus()
        canvas.press("ArrowRight", "ArrowRight")
        canvas.has_focus("review")
        canvas.press("ArrowRight", "ArrowLeft", "ArrowLeft")
        canvas.has_focus("open_case")
        canvas.press("End")
        canvas.has_focus("close")
        canvas.press("ArrowRight")
        canvas.hears("Nothing follows")
        canvas.press("f")
        canvas.choose("Find in the flow", "open")
        canvas.has_focus("open_case")
        told = visitor.page.locator("#canvas").aria_snapshot()
        ways = "2 ways on: approved to Reply, rejected to Reply"
        assert f'group "Review, Approval, {ways}; 1 problem"' in told  # nobody is there who may answer
        order = visitor.page.eval_on_selector_all("#canvas [data-step]", "all => all.map(each => each.dataset.step)")
        assert order == ["trigger", "open_case", "review", "reply", "close"]
        canvas.press("?")
        expect(visitor.page.locator("dialog[open] h2")).to_have_text("Keys of the canvas")
        canvas.press("Escape")
        expect(visitor.page.locator("dialog[open]")).to_have_count(0)

    def test_hear_every_step_of_a_large_flow(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        import_flow(text=write_large_flow(160), person=ana, now=datetime.now(UTC))
        canvas = Canvas(visitor.page, f"{live_server.url}/flows/large/draft/")
        steps = visitor.page.get_by_role("navigation", name="All 161 steps in order").get_by_role("button")
        expect(steps).to_have_count(161)
        expect(canvas.step("s159")).to_have_count(0)  # out of sight, so it is not drawn
        expect(steps.nth(3)).to_have_accessible_name(re.compile("^S2, Approval, 2 ways on: approved to S3"))
        steps.last.focus()
        canvas.press("Enter")  # as a screen reader presses it
        canvas.has_focus("s159")
        expect(canvas.step("s159")).to_be_in_viewport()
        assert visitor.complaints == []

    def test_align_what_is_chosen_and_lead_all_errors_somewhere(
        self, visitor: Visitor, ana: Person, live_server: Any
    ) -> None:
        page = visitor.page
        canvas = Canvas(page, f"{live_server.url}/flows/content-approval/draft/")
        canvas.step("review").focus()
        canvas.press("Alt+ArrowDown")
        canvas.hears("1 element moved")
        expect(page.get_by_role("button", name="Align or spread")).to_have_count(0)
        canvas.press(" ")
        canvas.step("open_case").focus()
        canvas.press(" ")
        page.get_by_role("button", name="Align or spread the 2 that are chosen").click()
        expect(page.locator("dialog[open] [aria-disabled=true]")).to_have_count(2)
        canvas.choose("Align 2 elements", "top edges")
        canvas.hears("1 element moved")
        canvas.has_focus("open_case")
        assert canvas.box(canvas.step("review"))["y"] == canvas.box(canvas.step("open_case"))["y"]
        canvas.press("Shift+A")
        canvas.choose("Align 2 elements", "top edges")
        canvas.hears("They stand so already")
        canvas.press("Control+Shift+ArrowLeft")
        canvas.hears("1 element moved")
        left, right = canvas.box(canvas.step("review")), canvas.box(canvas.step("open_case"))
        assert left["x"] == right["x"]
        assert abs(left["y"] - right["y"]) >= left["height"]
        op = {"op": "set", "target": "flow", "path": ["on_error"], "value": "close"}
        page.evaluate("op => window.IntegratorEdits.submit([op], 'test')", op)
        expect(canvas.link("trigger", "error")).to_have_class(re.compile("cv-link--all"))
        canvas.step("trigger").focus()
        canvas.press("c")
        canvas.choose(re.compile("^Which way on from"), "on any error")
        canvas.choose(re.compile("by on any error"), "reply")
        canvas.hears("Any error leads to Reply")
        canvas.is_saved()
        assert document_of("content-approval")["on_error"] == "reply"
        assert visitor.find_barriers() == []
        assert visitor.complaints == []

    def test_keeps_the_flow_in_sight_above_an_open_tab(self, visitor: Visitor, live_server: Any) -> None:
        canvas = Canvas(visitor.page, f"{live_server.url}/flows/content-approval/draft/")
        visitor.page.locator("#drawer-tab-try").click()
        expect(visitor.page.locator("#drawer-panel-try button").first).to_be_visible()
        for key in ("trigger", "close"):
            expect(canvas.step(key)).to_be_in_viewport(ratio=1)


class TestPointer:
    def test_draws_connects_inserts_and_moves(self, visitor: Visitor, live_server: Any) -> None:
        page = visitor.page
        canvas = Canvas(page, f"{live_server.url}/flows/content-approval/draft/")
        pane = page.locator("#canvas")
        page.locator('#palette [data-kind="stop"]').drag_to(pane, target_position={"x": 120, "y": 60})
        canvas.hears("Stop added")
        canvas.step("stop").press("Escape")
        canvas.drag(canvas.port("review", "rejected"), canvas.step("stop"))
        canvas.hears("Review leads by rejected to Stop")
        expect(canvas.link("review", "rejected")).to_have_count(1)
        canvas.drag(canvas.port("review", "approved"), canvas.step("trigger"), drops=False)
        expect(page.locator(".cv-why--no")).to_contain_text("Nothing leads to the")
        page.mouse.up()
        page.get_by_role("button", name="Show all").click()
        canvas.point_at(canvas.link("open_case", "next").locator(".react-flow__edge-interaction"))
        page.get_by_role("button", name="Add a step between Open case and Review").click()
        canvas.choose("Add after Open case", "set fields")
        canvas.hears("Set fields added after Open case")
        canvas.is_called("set_fields", re.compile("^Set fields, 1 way on: to Review"))
        end = canvas.box(canvas.step("review"))
        page.mouse.move(end["x"] - 3, end["y"] + end["height"] * 0.48)
        page.mouse.down()
        page.mouse.move(end["x"] - 3, end["y"] - 90, steps=6)
        page.mouse.up()
        canvas.hears("Link from Set fields removed")
        expect(canvas.link("set_fields", "next")).to_have_count(0)
        canvas.press("Control+z")
        expect(canvas.link("set_fields", "next")).to_have_count(1)
        canvas.step("set_fields").press("Escape")
        page.get_by_role("button", name="Show all").click()
        canvas.drag(canvas.step("open_case"), canvas.step("open_case"), at=(0.6, 1.5))
        canvas.hears("1 element moved")
        canvas.is_saved()
        steps, layout = document_of("content-approval")["steps"], document_of("content-approval")["layout"]
        assert (steps["open_case"]["next"], steps["set_fields"]["next"]) == ("set_fields", "review")
        assert steps["review"]["on"]["rejected"] == "stop"
        assert set(layout["steps"]) == set(steps)
        assert len(layout["trigger"]) == 2
        assert visitor.complaints == []

    def test_writes_notes_frames_steps_and_copies_between_flows(
        self, visitor: Visitor, ana: Person, live_server: Any
    ) -> None:
        page = visitor.page
        start_flow(team="marketing", name="Leave", person=ana, now=datetime.now(UTC))
        canvas = Canvas(page, f"{live_server.url}/flows/content-approval/draft/")
        canvas.step("review").click()
        canvas.press("n")
        expect(page.get_by_label("Text of the note")).to_be_focused()
        page.keyboard.type("Agreed with Legal")
        canvas.press("Control+Enter")
        canvas.hears("Note kept")
        canvas.step("reply").click()
        canvas.step("close").click(modifiers=["Shift"])
        canvas.press("Shift+G")
        expect(page.get_by_label("Title of the frame")).to_be_focused()
        page.keyboard.type("Answer")
        canvas.press("Enter")
        canvas.hears("Frame renamed")
        canvas.is_called("group:group", "Frame Answer, 2 steps")
        before = canvas.box(canvas.step("reply"))
        frame = canvas.box(canvas.step("group:group"))
        grip = (frame["x"] + 40, frame["y"] + frame["height"] - 8)
        page.mouse.move(*grip)
        page.mouse.down()
        page.mouse.move(grip[0], grip[1] + 80, steps=6)
        page.mouse.up()
        canvas.hears("1 element moved")
        after = canvas.box(canvas.step("reply"))
        assert after["y"] > before["y"] + 30
        canvas.step("reply").click()
        canvas.step("close").click(modifiers=["Shift"])
        canvas.press("Control+c")
        canvas.hears("2 steps copied")
        canvas.is_saved()
        document = document_of("content-approval")
        assert document["notes"]["note"]["text"] == "Agreed with Legal"
        assert document["layout"]["groups"]["group"] == {"title": "Answer", "steps": ["reply", "close"]}
        other = Canvas(page, f"{live_server.url}/flows/leave/draft/")
        other.step("trigger").focus()
        other.press("Control+v")
        other.hears("2 steps pasted")
        other.is_saved()
        assert document_of("leave")["steps"]["reply"]["next"] == "close"


class TestEverybody:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_can_use_each_state(self, chromium: Browser, ana: Person, live_server: Any, theme: Theme) -> None:
        address = f"{live_server.url}/flows/content-approval/draft/"
        with open_visitor(chromium, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            canvas = Canvas(visitor.page, address)
            assert visitor.find_barriers() == []
            canvas.step("review").focus()
            canvas.press("c")
            expect(visitor.page.locator("dialog[open]")).to_be_visible()
            assert visitor.find_barriers() == []
            canvas.press("Escape", "F2")
            expect(visitor.page.get_by_label("Name of Review")).to_be_focused()
            assert visitor.find_barriers() == []
            canvas.press("Escape", "?")
            expect(visitor.page.locator("dialog[open]")).to_be_visible()
            assert visitor.find_barriers() == []
            assert visitor.complaints == []

    @pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
    def test_can_use_it_on_a_phone(self, chromium: Browser, ana: Person, live_server: Any, theme: Theme) -> None:
        with open_visitor(chromium, width_px=NARROW_PX, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "ana", PASSWORD)
            canvas = Canvas(visitor.page, f"{live_server.url}/flows/content-approval/draft/")
            boxes = [canvas.step(key).bounding_box() for key in ("trigger", "open_case", "review", "reply")]
            tops = [box["y"] for box in boxes if box]
            assert tops == sorted(tops)
            assert len({round(box["x"] + box["width"] / 2) for box in boxes if box}) == 1
            canvas.step("review").click()
            expect(visitor.page).to_have_url(re.compile(r"step=review"))
            expect(visitor.page.locator("#inspector h2")).to_have_text("Review")
            assert visitor.find_barriers() == []
            assert not visitor.is_too_wide()


class TestReading:
    def test_draws_what_is_live_and_lays_a_run_over_it(self, visitor: Visitor, live_server: Any) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        canvas = Canvas(visitor.page, f"{live_server.url}/flows/sum/canvas/")
        canvas.is_called("add", re.compile("^Add, Set fields"))
        canvas.step("add").focus()
        canvas.press("a", "Delete")
        expect(visitor.page.locator("dialog[open]")).to_have_count(0)
        assert visitor.find_barriers() == []
        canvas = Canvas(visitor.page, f"{live_server.url}/runs/{run.id}/canvas/")
        canvas.is_called("add", re.compile("; Done, "))
        expect(canvas.link("add", "next")).to_have_class(re.compile("cv-link--taken"))
        assert visitor.find_barriers() == []
        assert visitor.complaints == []
        assert not visitor.is_too_wide()

    def test_follows_a_run_that_goes_on(self, visitor: Visitor, ana: Person, live_server: Any) -> None:
        run = make_sum_run()
        incident = incident_of(run)
        canvas = Canvas(visitor.page, f"{live_server.url}/runs/{run.id}/canvas/")
        canvas.is_called(incident.step_key, re.compile("; Needs a person, "))
        canvas.step(incident.step_key).focus()
        answer_incident(incident_id=incident.id, person=ana, answer="give_up", data={}, now=datetime.now(UTC))
        settle()
        told = re.compile("; Failed, ")
        expect(canvas.step(incident.step_key)).to_have_attribute("aria-label", told)
        canvas.has_focus(incident.step_key)
        assert visitor.complaints == []
