"""The finished product in a browser, walked by its demo people: every page, and the journeys that matter most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.urls import get_resolver
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW_PX, WIDE_PX, Theme, Visitor, open_visitor
from tests.support.crawling import Crawl, crawl
from tests.support.routes import walk
from tools.screenshots.shots import list_shots
from tools.screenshots.work import fill_work
from tools.screenshots.world import PASSWORD, PEOPLE, World, built_world

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ANSWERED = re.compile(r"/inbox/$")  # where one is led after an answer; it may still be undone there
NOT_OURS = ("admin:", "api_docs")  # the framework's own pages: they must work, their looks are not ours
TAKES_NO_GET = {
    "set-theme", "task_claim", "task_release", "case_priority", "incidents_retry", "request_replay",
    "run_cancel", "run_again", "flow_ask",
    "calendar_remove", "team_calendar", "flow_export", "flow_version_export", "flow_pause", "audit_export",
    "connection_remove", "connection_secret", "webhook_secret", "person_give_role", "person_take_role",
    "person_state", "person_password", "team_give_role", "team_take_role", "team_lead", "token_revoke",
    "request_reveal", "run_reveal", "connection_approve", "connection_test", "connection_environments",
    "connection_environment_remove", "connection_environment_rename", "flow_archive", "team_above", "substitute_end",
    "rights_report_export", "audit_sample_draw", "audit_sample_packs", "audit_sample_zip", "audit_event_evidence",
    "inbox_bulk", "inbox_view_save", "inbox_view_remove", "task_attach", "task_reveal", "task_watch",
    "task_undo", "task_hand_on", "task_give_back", "task_comment", "task_draft", "task_mark", "task_ask",
    "task_question_withdraw", "task_reopen", "task_invite", "task_revoke_guest", "task_evidence",
    "approval_amount", "approval_approvers", "approval_withdraw", "approval_evidence",
    "case_comment", "case_reveal", "case_attach",
    "case_watch", "case_confidential", "case_close", "case_ask", "case_hold",
    "case_link", "case_unlink", "case_note", "case_note_remove", "case_party", "case_party_remove", "case_evidence",
    "case_view_save", "case_view_remove", "case_type_remove",
    "table_check", "table_draft", "table_publish", "table_read_csv", "table_try",
    "form_edit", "form_publish", "sla_policy_remove", "sla_clock_due",
}  # fmt: skip
PARTS = ("integrator.pages", "integrator.people", "flows.views", "cases.views")
LED_TO_OTHERWISE = {
    "run_news", "task_news", "case_news", "counts", "people_search", "audit_sample_progress",  # asked for by open pages
    "connection_approved", "flow_names", "guest_task", "guest_file",  # led to by another system, a wish, a mail
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with built_world(tmp_path_factory.mktemp("world")) as built:
        fill_work(built)
        yield built


@pytest.fixture(scope="module")
def crawls(world: World) -> dict[str, Crawl]:
    """What each person can reach, from the start page and from what is photographed for them."""
    starts = {name: ["/", *(shot.path for shot in list_shots(world.places) if shot.person == name)] for name in PEOPLE}
    files: set[str] = set()
    return {
        name: crawl(world.sign_in(name).session, world.url, start=start, files=files) for name, start in starts.items()
    }


@contextmanager
def visiting(chromium: Browser, world: World, name: str, *, width_px: int = WIDE_PX, theme: Theme = "light"):
    with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
        visitor.page.context.add_cookies(world.sign_in(name).cookies)
        yield visitor


def choose_pages(crawls: dict[str, Crawl]) -> dict[str, list[str]]:
    """Who looks at what: each sort of page once, by the first who finds it; the start page and inbox by everybody."""
    chosen: dict[str, list[str]] = {}
    seen: set[str] = set()
    for name, found in crawls.items():
        pages = [page for page in found.pages if page.is_html and not page.view.startswith(NOT_OURS)]
        fresh = [page for page in pages if page.view in {"home", "inbox"} and "?" not in page.path]
        for page in pages:
            if page.view not in seen:
                seen.add(page.view)
                fresh.append(page)
        chosen[name] = list(dict.fromkeys(page.path for page in fresh))
    return chosen


def judge(visitor: Visitor, address: str) -> list[str]:
    """What is wrong with the page at this address, in sentences."""
    visitor.complaints.clear()
    answer = visitor.page.goto(address)
    faults = [f"{address} says {said}" for said in visitor.complaints]
    if answer is None or answer.status >= 400:
        faults.append(f"{address} answers {answer.status if answer else 'nothing'}")
    faults += [f"{address} keeps people out: {found}" for found in visitor.find_barriers()]
    return [*faults, f"{address} scrolls sideways"] if visitor.is_too_wide() else faults


@pytest.mark.slow  # follows every link as everybody, which takes minutes
@pytest.mark.timeout(900)  # only so that nothing hangs: beside a busy machine's other work they are more
class TestEveryPage:
    def test_links_lead_somewhere_for_everybody(self, crawls: dict[str, Crawl]) -> None:
        assert {name: found.faults for name, found in crawls.items() if found.faults} == {}
        assert len({page.view for found in crawls.values() for page in found.pages}) > 40

    def test_is_found_by_following_links(self, crawls: dict[str, Crawl]) -> None:
        ours = [part for part in walk(get_resolver().url_patterns) if part.callback.__module__.startswith(PARTS)]
        names = {str(part.name) for part in ours}
        found = {page.view for each in crawls.values() for page in each.pages}
        assert len(names) > 100
        assert names - found - TAKES_NO_GET - LED_TO_OTHERWISE == set()

    @pytest.mark.parametrize(("width_px", "theme"), [(WIDE_PX, "light"), (NARROW_PX, "dark")])
    def test_is_sound_and_open_to_everybody(
        self, chromium: Browser, world: World, crawls: dict[str, Crawl], width_px: int, theme: Theme
    ) -> None:
        faults: list[str] = []
        for name, paths in choose_pages(crawls).items():
            with visiting(chromium, world, name, width_px=width_px, theme=theme) as visitor:
                faults += [fault for path in paths for fault in judge(visitor, world.url + path)]
        assert faults == []

    def test_is_sound_before_signing_in(self, chromium: Browser, world: World) -> None:
        with open_visitor(chromium) as visitor:
            paths = ("/accounts/login/", world.places["status page"])
            assert [fault for path in paths for fault in judge(visitor, world.url + path)] == []


class TestApproverOnPhone:
    def test_is_asked_why_and_then_approves(self, chromium: Browser, world: World) -> None:
        asked = world.ask(2)
        world.decide("bo", asked.run, "approved", comment="The green is ours.")
        task = world.wait_for_task("lee", asked.run)
        with open_visitor(chromium, width_px=NARROW_PX) as visitor:
            page = visitor.page
            visitor.sign_in(world.url, "lee", PASSWORD)
            page.goto(f"{world.url}/inbox/{task['id']}/")
            expect(page.get_by_role("heading", level=1)).to_have_text(asked.title)
            expect(page.locator("main a[href*='/assets/']")).to_be_visible()
            expect(page.locator("main")).to_contain_text(asked.version)
            expect(page.locator("main")).to_contain_text("The green is ours.")
            reject_without_a_word(page)
            visitor.complaints.clear()  # the browser's own line about the refusal
            page.locator(".answers > button[value=approved]").click()
            page.wait_for_url(ANSWERED)
            expect(page.get_by_text(f"You approved “{asked.title}”.")).to_be_visible()
            page.goto(f"{world.url}/cases/{asked.case}/")
            history = page.locator("main").get_by_text(re.compile("Lee approved for Legal"))
            expect(history.first).to_be_visible()
            assert visitor.complaints == []
        assert world.sign_in("lee").get(f"/api/v1/tasks/{task['id']}")["outcome"] == "approved"


def reject_without_a_word(page: Page) -> None:
    """Press Reject in the sheet without a comment: it is not taken, and says why."""
    page.locator(".answers summary.btn-no").click()
    expect(page.get_by_label("Why do you reject?")).to_be_focused()
    page.locator(".answers .fold-panel button[name=outcome]").click()
    expect(page.get_by_role("alert")).to_contain_text("Your answer was not sent.")


class TestOperator:
    def test_tries_again_from_the_run_page(self, chromium: Browser, world: World) -> None:
        path = world.places["stuck run"]
        world.partner.books.set_failing(False)
        with visiting(chromium, world, "ana") as visitor:
            page = visitor.page
            page.goto(world.url + path)
            expect(page.locator(".page-head")).to_contain_text("Needs a person")
            page.get_by_role("button", name="Try again").click()
            expect(page.locator(".page-head")).to_contain_text("Completed")
            assert visitor.complaints == []
        run = path.split("/")[2]
        told = next(request for request in world.partner.books.list_requests() if request.run == run)
        assert (told.decision, told.accepted) == ("approved", 1)


class TestKeyboardAlone:
    def test_signs_in_opens_the_first_task_and_approves(self, chromium: Browser, world: World) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            page.goto(f"{world.url}/accounts/login/?next=/inbox/")
            page.keyboard.type("lia")
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{world.url}/inbox/")
            page.keyboard.press("j")
            title = page.evaluate("document.activeElement.textContent.trim()")
            page.keyboard.press("Enter")
            page.wait_for_url(f"{world.url}/inbox/*/")
            page.keyboard.press("a")
            expect(page.locator("button[value=approved]")).to_be_focused()
            page.keyboard.press("Enter")
            page.wait_for_url(ANSWERED)
            expect(page.get_by_text(f"You approved “{title}”.")).to_be_visible()
            assert visitor.complaints == []
