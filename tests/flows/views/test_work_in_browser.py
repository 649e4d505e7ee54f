"""The pages of people's work in a real browser: sound at every width and theme, and used by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from cases.models import Task
from integrator.files.facts import describe_file
from integrator.files.operations import Subject
from tests.support.browser import NARROW_PX, WIDE_PX, Theme, Visitor, open_visitor
from tests.support.cases import Office, ask_chain, ask_work, cover, events_of
from tests.support.files import PDF_BYTES, make_file
from tests.support.holding import Held

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FORM = {
    "type": "object",
    "required": ["amount"],
    "properties": {"amount": {"type": "number"}, "why": {"enum": ["a", "b"]}, "sure": {"type": "boolean"}},
}


def visit(visitor: Visitor, address: str, name: str, path: str) -> None:
    visitor.sign_in(address, name, "secret-password")
    visitor.page.goto(address + path)


@pytest.fixture
def due(office: Office) -> Task:
    """Work for Legal with a clock, and a form so long that its card is taller than a screen. Sam acts for Lia."""
    fields = {f"amount_{number}": {"type": "number"} for number in range(9)}
    work = ask_work(
        office,
        "team:legal",
        title="Count it",
        form={"type": "object", "properties": fields},
        due_at=timezone.now() + timedelta(hours=3),
        requested_by_id=office.ana.pk,
    )
    cover(office.lia, office.sam)
    return work


def check(visitor: Visitor, what: str) -> None:
    """Nothing complains, nothing bars anybody, and nothing makes the page scroll sideways."""
    assert visitor.complaints == [], what
    assert visitor.find_barriers() == [], what
    assert not visitor.is_too_wide(), what


@pytest.mark.parametrize(
    ("width_px", "theme"), [(WIDE_PX, "light"), (WIDE_PX, "dark"), (NARROW_PX, "light"), (NARROW_PX, "dark")]
)
class TestWorkPages:
    def test_are_sound(
        self, chromium: Browser, address: str, asked: Task, office: Office, width_px: int, theme: Theme
    ) -> None:
        work = ask_work(office, "team:legal", form=FORM, outcomes=("mended", "give_up"))
        paths = ["/", "/inbox/", f"/inbox/?task={asked.pk}", f"/inbox/{asked.pk}/", f"/inbox/{work.pk}/", "/cases/"]
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(address, "lee", "secret-password")
            for path in [*paths, f"/cases/{asked.case.number}/"]:
                visitor.page.goto(address + path)
                check(visitor, path)

    def test_are_sound_for_leads_with_what_opens(
        self, chromium: Browser, address: str, due: Task, office: Office, width_px: int, theme: Theme
    ) -> None:
        approval = ask_chain(office, [("0", ["team:legal"]), ("100", ["bo"])], amount=500, requested_by=office.ana)
        paths = ["/inbox/?show=done", "/inbox/?priority=high", f"/approvals/{approval.pk}/", "/settings/substitutes/"]
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(address, "lia", "secret-password")
            page = visitor.page
            for path in [*paths, "/settings/sla/", "/settings/sla/add/", "/reports/", "/reports/sla/"]:
                page.goto(address + path)
                check(visitor, path)
            page.goto(f"{address}/inbox/{due.pk}/")
            page.get_by_role("link", name="Why can I see this?").click()
            expect(page.get_by_text("lead of Legal since")).to_be_visible()
            page.locator("summary", has_text="Ask").locator("visible=true").click()
            page.get_by_role("button", name="Ask", exact=True).click(trial=True)
            check(visitor, "asking for information")
            page.keyboard.press("Escape")
            page.get_by_role("link", name="How it is counted").locator("visible=true").click()
            expect(page.get_by_role("heading", name="How the time is counted")).to_be_visible()
            expect(page).to_have_url(f"{address}/inbox/{due.pk}/?clock=open")
            check(visitor, "the clock")
            page.get_by_role("link", name="Close", exact=True).click()
            expect(page.get_by_role("link", name="How it is counted").locator("visible=true")).to_be_focused()

    def test_are_sound_for_auditors(
        self, chromium: Browser, address: str, asked: Task, width_px: int, theme: Theme
    ) -> None:
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(address, "aud", "secret-password")
            page = visitor.page
            page.goto(f"{address}/audit/rights/")
            check(visitor, "rights")
            page.goto(f"{address}/audit/?name=task.created")
            page.locator("td a", has_text="Task created").first.click()
            expect(page.get_by_role("button", name="Evidence pack")).to_be_visible()
            check(visitor, "an event")
            page.goto(f"{address}/audit/?name=task.created")
            page.locator("summary", has_text="Draw a sample").click()
            check(visitor, "drawing")
            page.get_by_role("button", name="Draw", exact=True).click()
            expect(page.get_by_text("How it was drawn")).to_be_visible()
            check(visitor, "a sample")


class TestAnswering:
    def test_rejects_from_a_sheet_on_a_phone(self, chromium: Browser, address: str, asked: Task) -> None:
        with open_visitor(chromium, width_px=NARROW_PX) as visitor:
            visit(visitor, address, "lee", f"/inbox/{asked.pk}/")
            page = visitor.page
            page.locator(".answers summary.btn-no").click()
            page.get_by_label("Why do you reject?").fill("Say how.")
            page.locator(".answers .fold-panel button[name=outcome]").click()
            page.wait_for_url("**/inbox/")
            expect(page.get_by_text("You rejected “Banner”.")).to_be_visible()
            assert visitor.complaints == []
        asked.refresh_from_db()
        assert (asked.outcome, asked.comment) == ("rejected", "Say how.")

    def test_puts_the_focus_on_the_first_field_of_what_opens(
        self, chromium: Browser, address: str, asked: Task
    ) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", f"/inbox/{asked.pk}/")
            visitor.page.get_by_label("More: priority").click()
            expect(visitor.page.get_by_label("Priority", exact=True)).to_be_focused()

    def test_goes_by_keyboard_alone(self, chromium: Browser, address: str, asked: Task) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", "/inbox/")
            page = visitor.page
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_url("**/inbox/*/")
            page.keyboard.press("a")
            expect(page.get_by_role("button", name="Approve")).to_be_focused()
            page.keyboard.press("Enter")
            page.wait_for_url("**/inbox/")
        asked.refresh_from_db()
        assert asked.outcome == "approved"

    def test_is_sent_behind_the_draft_that_is_on_its_way_and_once(
        self, chromium: Browser, address: str, asked: Task
    ) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", f"/inbox/{asked.pk}/")
            page = visitor.page
            sent: list[str] = []
            page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
            with Held(page, "**/draft/", method="POST") as held:
                page.clock.install()
                page.locator("#comment").fill("Fine.")
                page.clock.run_for(3_000)
                held.wait()
                for _ in range(2):
                    page.get_by_role("button", name="Approve").click()
                asked.refresh_from_db()
                assert (asked.outcome, len(sent)) == ("", 1)
                held.let_go()
                page.wait_for_url("**/inbox/")
            assert visitor.complaints == []
        asked.refresh_from_db()
        assert (asked.outcome, asked.comment, len(sent)) == ("approved", "Fine.", 2)

    def test_is_sent_once_though_news_come_meanwhile(self, chromium: Browser, address: str, asked: Task) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", f"/inbox/{asked.pk}/")
            page = visitor.page
            button = page.get_by_role("button", name="Approve")
            # behind the page's own listeners: it is sent as far as they know, and the answer never comes
            page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
            button.click()
            expect(button).to_be_disabled()
            with page.expect_response(lambda response: "/news/" in response.url) as news:
                page.evaluate("document.body.dispatchEvent(new CustomEvent('live:any'))")
            news.value.finished()
            page.evaluate("new Promise((go) => setTimeout(go))")
            expect(button).to_be_disabled()
            assert visitor.complaints == []


class TestDocuments:
    def test_are_shown_in_place_where_there_is_room(self, chromium: Browser, address: str, office: Office) -> None:
        task = ask_work(office, "team:legal")
        file = make_file(PDF_BYTES, on=[Subject("task", str(task.pk))])
        shown_rows = [{"label": "Contract", "value": describe_file(file), "as": "pdf"}]
        Task.objects.filter(pk=task.pk).update(show=shown_rows)
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", f"/inbox/{task.pk}/")
            page = visitor.page
            expect(page.locator("iframe")).to_have_count(0)
            assert events_of("file.read") == []
            with page.expect_response(f"**/files/{file.pk}/inline/") as shown:
                page.locator("summary", has_text="Show here").first.press("Enter")  # beside the other file of the task
            assert shown.value.status == 200
            frame = page.get_by_title("Preview of")
            expect(frame).to_be_visible()
            for _ in range(2):
                page.locator("summary", has_text="Show here").first.click()
            expect(frame).to_be_visible()
            check(visitor, "shown in place")
        with open_visitor(chromium, width_px=NARROW_PX) as visitor:
            visit(visitor, address, "lee", f"/inbox/{task.pk}/")
            expect(visitor.page.locator(f"a[href='/files/{file.pk}/preview/']").first).to_be_visible()
            expect(visitor.page.locator("summary", has_text="Show here").first).to_be_hidden()
        assert len(events_of("file.read")) == 1


class TestTalking:
    def test_lets_somebody_follow_who_was_called_on(
        self, chromium: Browser, address: str, due: Task, office: Office
    ) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lia", f"/inbox/{due.pk}/")
            page = visitor.page
            page.get_by_role("textbox", name="Write a comment").fill("@bo what did they promise?")
            page.get_by_role("button", name="Add the comment").click()
            page.get_by_role("button", name="Let Bo follow it").click()
            expect(page.get_by_text("bo can read it now.")).to_be_visible()
            assert visitor.complaints == []
        assert Task.objects.watched_by(office.bo).get() == due

    def test_suggests_people_while_one_types(self, chromium: Browser, address: str, due: Task) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lia", f"/inbox/{due.pk}/")
            page = visitor.page
            page.locator("summary", has_text="Hand on").click()
            page.get_by_label("To whom?").press_sequentially("be")
            expect(page.locator("#hand-on-to-people option")).to_have_text(["Bea · Brand"])
            page.get_by_label("To whom?").fill("bea")
            page.get_by_role("button", name="Hand over for good").click()
            expect(page.get_by_text("The task is Bea’s now.")).to_be_visible()
        due.refresh_from_db()
        assert due.assignee is not None
        assert due.assignee.username == "bea"


class TestManyAtOnce:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_are_ticked_and_done_on_a_phone(
        self, chromium: Browser, address: str, office: Office, theme: Theme
    ) -> None:
        tasks = [ask_work(office, "team:legal", title=f"Count {number}") for number in range(3)]
        with open_visitor(chromium, width_px=NARROW_PX, theme=theme) as visitor:
            visit(visitor, address, "lia", "/inbox/")
            page = visitor.page
            boxes, bar = page.get_by_label("Tick: Count"), page.get_by_role("form", name="Do with the ticked tasks")
            expect(boxes.first).to_be_hidden()
            select = page.get_by_role("button", name="Select tasks")
            select.press("Enter")
            expect(select).to_have_attribute("aria-pressed", "true")
            page.get_by_text("Count 1").click()  # ticks it instead of opening it
            page.get_by_label("Tick: Count 0").press("Space")
            expect(page.get_by_role("status").filter(has_text="2 rows ticked")).to_have_count(1)
            expect(bar.get_by_role("button", name="Answer…")).to_be_in_viewport(ratio=1)
            check(visitor, "ticked")
            bar.locator("summary", has_text="Hand over").click()
            expect(bar.get_by_label("To whom")).to_be_in_viewport(ratio=1)
            check(visitor, "handing over")
            page.keyboard.press("Escape")
            select.click()
            expect(bar).to_be_hidden()
            expect(boxes.first).to_be_hidden()
            select.click()
            for box in (0, 2):
                page.get_by_label(f"Tick: Count {box}").check()
            bar.get_by_role("button", name="Claim").click()
            expect(page.get_by_role("heading", name="2 claimed")).to_be_visible()
            check(visitor, "what came of it")
        assert [Task.objects.get(pk=task.pk).status for task in tasks] == ["claimed", "open", "claimed"]

    def test_are_ticked_and_claimed_by_keys(self, chromium: Browser, address: str, due: Task, office: Office) -> None:
        ask_work(office, "team:legal", title="Another")
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", "/inbox/")
            page = visitor.page
            page.keyboard.press("?")
            expect(page.get_by_role("heading", name="Keys of the inbox")).to_be_visible()
            check(visitor, "keys")
            page.keyboard.press("Escape")
            for key in ("j", "x", "j", "x"):
                page.keyboard.press(key)
            expect(page.get_by_text("2 ticked")).to_be_visible()
            check(visitor, "ticked")
            page.keyboard.press("c")
            expect(page.get_by_text("2 claimed")).to_be_visible()
            assert visitor.complaints == []
        assert Task.objects.filter(assignee=office.lee).count() == 2


class TestPreview:
    def test_opens_and_closes_beside_the_list(self, chromium: Browser, address: str, asked: Task) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", "/inbox/")
            page = visitor.page
            page.get_by_role("link", name="Preview: Banner").click()
            expect(page.get_by_role("link", name="Open and decide")).to_be_visible()
            expect(page).to_have_url(re.compile(f"task={asked.pk}"))
            page.get_by_role("link", name="Close the preview").click()
            expect(page.get_by_role("link", name="Open and decide")).to_have_count(0)
            assert visitor.complaints == []

    @pytest.mark.parametrize("is_later_first", [True, False])
    def test_shows_the_one_that_was_asked_for_last(
        self, chromium: Browser, address: str, asked: Task, due: Task, is_later_first: bool
    ) -> None:
        """Two that come the other way round, and two that come in turn: the first must not take the place away."""
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", "/inbox/")
            page = visitor.page
            with Held(page, f"**/inbox/?task={asked.pk}*") as first, Held(page, f"**/inbox/?task={due.pk}*") as last:
                for held, title in ((first, "Banner"), (last, "Count it")):
                    page.get_by_role("link", name=f"Preview: {title}").click()
                    held.wait()
                for held in (last, first) if is_later_first else (first, last):
                    held.answer()
            expect(page.locator("#drawer")).to_contain_text("Count it")
            expect(page.locator("#drawer")).not_to_contain_text("Banner")
            expect(page).to_have_url(re.compile(f"task={due.pk}"))
            assert visitor.complaints == []


class TestFreshLine:
    def test_says_what_came_and_moves_nothing(
        self, chromium: Browser, address: str, asked: Task, office: Office
    ) -> None:
        with open_visitor(chromium) as visitor:
            visit(visitor, address, "lee", "/inbox/")
            page = visitor.page
            task = ask_work(office, "team:legal", title="New one")
            Task.objects.filter(pk=task.pk).update(created_at=timezone.now())
            line = page.get_by_role("link", name="1 new task. Show it")
            expect(line).to_be_visible()
            expect(page.get_by_text("New one")).to_have_count(0)
            line.click()
            expect(page.get_by_text("New one")).to_be_visible()
            assert visitor.complaints == []
