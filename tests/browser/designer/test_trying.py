"""A draft tried out in the browser: asked in place of people, seen on the steps, kept as a test case; no barriers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from cases.models import Task
from flows.models import Draft, Run
from flows.operations.publishing import import_flow
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.browser.designer.conftest import PASSWORD
from tests.support.browser import NARROW_PX, Visitor, open_visitor
from tests.support.flows import make_team, settle
from tests.support.holding import Held
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PANEL = "**/draft/try/"
GALLERY = Path(__file__).resolve().parents[3] / "flows" / "gallery" / "content-approval.yaml"


@pytest.fixture
def ana(transactional_db: None) -> Person:
    for key in ("legal", "brand"):
        make_person(f"{key}-approver", (make_team(key), Role.APPROVER))
    ana = make_person("ana", (make_team(), Role.ANALYST))
    import_flow(text=GALLERY.read_text(), person=None, publish=True, now=datetime.now(UTC))
    return ana


REAL = """
format: 1
flow: signs
name: Signs
team: marketing
trigger: {kind: manual}
steps:
  open: {kind: case.open, with: {type: sign, title: A sign}, next: ok}
  ok:
    kind: task.assign
    with: {title: Is it straight?, to: [lia], outcomes: [straight, crooked]}
    on: {straight: tell, crooked: tell}
  tell: {kind: set, with: {words: "= steps.ok.outcome"}, next: close}
  close: {kind: case.close, with: {status: done}}
"""


class TestForReal:
    def test_is_followed_past_its_peoples_task_until_it_is_over(
        self, chromium: Browser, visitor: Visitor, live_server: Any
    ) -> None:
        make_person("lia", (make_team("legal"), Role.VIEWER))
        import_flow(text=REAL, person=None, publish=True, now=datetime.now(UTC))
        page, panel = visitor.page, visitor.page.locator("#drawer-panel-try")
        step = page.locator('.react-flow__node[data-id="ok"]')
        page.goto(f"{live_server.url}/flows/signs/draft/?drawer=try")
        panel.get_by_role("button", name="For real…").click()
        expect(panel.locator("#try-real")).to_contain_text("asks lia")
        panel.get_by_role("button", name="Start it for real").click()
        expect(panel.get_by_role("link", name="The run of your draft")).to_be_visible()
        settle()
        expect(panel.locator(".try-line", has_text="Waiting for")).to_contain_text("Ok")
        expect(step).to_contain_text("Waiting")
        assert visitor.find_barriers() == []
        page.get_by_role("button", name="Close the drawer").click()
        task = Task.objects.get()
        with open_visitor(chromium) as lia:
            lia.sign_in(live_server.url, "lia", PASSWORD)
            lia.page.goto(f"{live_server.url}/inbox/{task.id}/")
            lia.page.get_by_role("button", name="Straight").click()
            expect(lia.page.locator("main")).to_contain_text("You answered")
        settle()
        expect(step).to_contain_text("Done")  # also while the drawer is closed
        page.get_by_role("tab", name="Try-out").click()
        expect(panel.locator(".try-end")).to_contain_text("Completed")
        expect(panel.locator(".try-line")).to_have_count(4)
        expect(panel.locator(".try-line", has_text="Ok")).to_contain_text("Straight")
        panel.get_by_role("button", name="For real again…").click()
        panel.get_by_role("button", name="Start it for real").click()
        expect(panel.get_by_role("button", name="Cancel the run")).to_be_visible()
        settle()
        page.reload()
        expect(panel.locator(".try-line", has_text="Waiting for")).to_be_visible()
        expect(step).to_contain_text("Waiting")
        panel.get_by_role("button", name="Cancel the run").click()
        expect(panel).to_contain_text("is being cancelled")
        settle()
        expect(panel.locator(".try-end")).to_contain_text("Cancelled")
        expect(panel.get_by_role("button", name="Cancel the run")).to_have_count(0)
        expect(step).to_contain_text("Cancelled")
        page.set_viewport_size({"width": NARROW_PX, "height": 812})
        assert not visitor.is_too_wide()
        panel.get_by_role("button", name="Back to the try").click()
        expect(panel.get_by_role("button", name="Run all", exact=True)).to_be_visible()
        assert visitor.complaints == []


WAYS = """
format: 1
flow: ways
name: Ways
team: marketing
trigger: {kind: manual}
steps:
  pick:
    kind: choose
    with: {cases: [{when: "= 1 > 2", port: big}]}
    on: {big: rest, default: done}
  rest: {kind: wait, with: {for: P1D}, next: done}
  done: {kind: stop}
"""


class TestTrying:
    def test_the_way_of_a_step_stands_below_its_settings(self, visitor: Visitor, live_server: Any) -> None:
        import_flow(text=WAYS, person=None, publish=True, now=datetime.now(UTC))
        page = visitor.page
        page.goto(f"{live_server.url}/flows/ways/draft/?drawer=try&step=pick")
        page.get_by_role("button", name="Run all", exact=True).click()
        told = page.locator("#inspector [data-inspector] > #try-step h3")
        expect(told).to_have_text("In the last try: went on by “otherwise” to “Done”")
        page.get_by_label("Port of case").fill("huge")
        page.get_by_label("Port of case").blur()
        expect(page.locator("#inspector").get_by_label("Huge")).to_be_visible()  # drawn again, with another way to go
        expect(told).to_be_visible()
        assert visitor.find_barriers() == []

    def test_a_try_is_answered_seen_and_kept(self, visitor: Visitor, live_server: Any) -> None:
        page, panel = visitor.page, visitor.page.locator("#drawer-panel-try")
        page.goto(f"{live_server.url}/flows/content-approval/draft/outline/?drawer=try")
        panel.get_by_role("button", name="Run all", exact=True).click()
        expect(panel.locator(".try-end")).to_contain_text("Needs an answer")
        assert visitor.complaints == []
        assert visitor.find_barriers() == []
        visitor.complaints.clear()
        panel.get_by_label("Comment").fill("Too loud.")
        panel.get_by_role("button", name="Rejected").click()
        expect(panel.locator(".try-visits > li")).to_have_count(4)
        expect(page.locator('[data-row="reply"]')).to_contain_text("made up")
        panel.locator(".try-visits summary", has_text="Reply").first.click()
        expect(panel.locator(".try-call")).to_contain_text("POST https://")
        assert visitor.find_barriers() == []
        visitor.complaints.clear()
        panel.get_by_label("Keep this try as a test case").fill("Rejected")
        panel.get_by_role("button", name="Save as a test case").click()
        expect(panel.locator(".try-end")).to_contain_text("1 passed")
        assert [test["name"] for test in Draft.objects.get(author__username="ana").document["tests"]] == ["Rejected"]
        page.set_viewport_size({"width": NARROW_PX, "height": 812})
        assert not visitor.is_too_wide()
        panel.get_by_role("button", name="Back to the try").click()
        panel.get_by_role("button", name="For real…").click()
        expect(panel.locator("#try-real")).to_contain_text("asks any one of Legal and of Brand")
        assert not visitor.is_too_wide()
        assert visitor.complaints == []
        assert not Run.objects.exists()

    def test_a_slow_panel_neither_hides_a_try_nor_loses_a_click(self, visitor: Visitor, live_server: Any) -> None:
        page, drawer = visitor.page, visitor.page.locator("#drawer")
        tab, end = drawer.get_by_role("tab", name="Try-out"), drawer.locator(".try-end")
        run = drawer.get_by_role("button", name="Run all", exact=True)
        page.goto(f"{live_server.url}/flows/content-approval/draft/outline/?drawer=try")
        expect(run).to_be_visible()
        drawer.get_by_role("tab", name="Data").click()
        with Held(page, PANEL) as held:
            tab.click()
            held.wait()
            with page.expect_event("requestfailed", lambda request: request.url.endswith("/draft/try/")):
                run.click()  # while the panel is being fetched: what it was before the try never comes
        expect(end).to_contain_text("Needs an answer")
        drawer.get_by_role("button", name="Clear", exact=True).click()
        expect(end).to_have_count(0)
        drawer.get_by_role("tab", name="Data").click()
        with Held(page, PANEL) as held:
            tab.click()
            held.wait()
            run.hover()
            page.mouse.down()
            held.let_go()
        page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
        page.mouse.up()  # what was pressed is still there
        expect(end).to_contain_text("Needs an answer")
