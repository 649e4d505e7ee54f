"""The inbox: whose tasks, in which order, what is new, and the preview beside the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.models import Task
from cases.operations import claim_task, complete_task, release_task
from tests.support.cases import Office, ask_approval, ask_work

SignIn = Callable[[str], Client]
HTMX = {"HX-Request": "true"}
QUERIES = 16


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def titles(answer: HttpResponse) -> list[str]:
    return re.findall(r'class="title" href="/inbox/[^"]+">([^<]+)<', text_of(answer))


def poll_of(page: str) -> str:
    found = re.search(r'hx-get="(\?[^"]*fresh_after[^"]*)"', page)
    assert found is not None
    return "/inbox/" + found[1].replace("&amp;", "&")


class TestInbox:
    def test_groups_by_when_it_is_due(self, office: Office, browser_of: SignIn) -> None:
        now = timezone.now()
        for title, days in (("Later", 30), ("Late", -1), ("Week", 3), ("Never", None)):
            ask_work(office, "team:legal", title=title, due_at=None if days is None else now + timedelta(days=days))
        page = browser_of("lee").get("/inbox/")
        assert titles(page) == ["Late", "Week", "Later", "Never"]
        assert re.findall(r'class="rows-head">([^<]+) <span>1<', text_of(page)) == [
            "Late", "This week", "Later", "No date",
        ]  # fmt: skip

    def test_sorts_by_priority_too(self, office: Office, browser_of: SignIn) -> None:
        now = timezone.now()
        for title, priority, days in (
            ("Calm", "low", 1), ("Plain", "normal", 1), ("Burning", "urgent", 9), ("Burning late", "urgent", -1),
        ):  # fmt: skip
            ask_work(office, "team:legal", title=title, priority=priority, due_at=now + timedelta(days=days))
        assert "Order <b>due first</b>" in text_of(browser_of("lee").get("/inbox/"))
        page = browser_of("lee").get("/inbox/?sort=priority")
        assert "Order <b>most urgent first</b>" in text_of(page)
        assert titles(page) == ["Burning late", "Burning", "Plain", "Calm"]
        assert re.findall(r'class="rows-head">([^<]+) <span>(.)<', text_of(page)) == [
            ("Urgent", "2"), ("Normal", "1"), ("Low", "1"),
        ]  # fmt: skip
        assert titles(browser_of("lee").get("/inbox/?sort=priority&priority=urgent")) == ["Burning late", "Burning"]

    def test_shows_only_what_the_person_may_answer(self, office: Office, browser_of: SignIn) -> None:
        ask_approval(office, ["team:legal"], requested_by=office.lee, title="Own request")
        ask_work(office, "team:hr", title="Of HR")
        ask_work(office, "team:legal", title="Of Legal")
        ask_work(office, "lee", title="By name")
        assert titles(browser_of("lee").get("/inbox/")) == ["Of Legal", "By name"]
        assert titles(browser_of("vi").get("/inbox/")) == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=second", ["The second"]),
            ("q=nothing", []),
            ("asked=me", ["By name"]),
            ("asked=legal", ["The first", "The second", "Banner"]),
            ("kind=approve", ["Banner"]),
            ("priority=urgent", ["The second"]),
            ("kind=nonsense&priority=%00&cursor=nonsense", ["The first", "The second", "By name", "Banner"]),
        ],
    )
    def test_narrows_by_the_address(self, office: Office, browser_of: SignIn, query: str, found: list[str]) -> None:
        ask_work(office, "team:legal", title="The first")
        ask_work(office, "team:legal", title="The second", priority="urgent")
        ask_work(office, "lee", title="By name")
        ask_approval(office, ["team:legal"])
        assert titles(browser_of("lee").get(f"/inbox/?{query}")) == found

    def test_keeps_claimed_and_done_ones_under_tabs(self, office: Office, browser_of: SignIn) -> None:
        held, done = ask_work(office, "team:legal", title="Held"), ask_work(office, "team:legal", title="Done by me")
        claim_task(task_id=held.pk, person=office.lee, now=timezone.now())
        complete_task(task_id=done.pk, person=office.lee, outcome="done", now=timezone.now())
        client = browser_of("lee")
        assert titles(client.get("/inbox/?show=mine")) == ["Held"]
        assert titles(client.get("/inbox/?show=done")) == ["Done by me"]
        assert "claimed by Lee" in text_of(browser_of("lia").get("/inbox/"))

    @pytest.mark.parametrize("query", ["", "?sort=priority"])
    def test_goes_by_pages_without_losing_one(self, office: Office, browser_of: SignIn, query: str) -> None:
        due = timezone.now() + timedelta(days=1)
        for number in range(60):
            priority = ("normal", "high", "urgent")[number % 3]
            ask_work(office, "team:legal", title=f"T{number}", due_at=due if number % 2 else None, priority=priority)
        client = browser_of("lee")
        first = client.get(f"/inbox/{query}")
        following = re.search(r'rel="next" href="([^"]+)"', text_of(first))
        assert following is not None
        second = client.get("/inbox/" + following[1].replace("&amp;", "&"))
        assert sorted(titles(first) + titles(second)) == sorted(f"T{number}" for number in range(60))

    def test_says_what_it_is_when_empty(self, office: Office, browser_of: SignIn) -> None:
        assert "Nothing waits for you" in text_of(browser_of("lee").get("/inbox/"))
        assert "Nothing found" in text_of(browser_of("lee").get("/inbox/?q=x"))

    def test_asks_the_same_number_of_queries_however_long_it_is(
        self, office: Office, browser_of: SignIn, django_assert_max_num_queries
    ) -> None:
        for _ in range(10):
            ask_approval(office, ["team:legal", "team:brand"])
        client = browser_of("lee")
        with django_assert_max_num_queries(QUERIES):
            client.get("/inbox/")


class TestFreshLine:
    def test_tells_what_came_in_once(self, office: Office, browser_of: SignIn) -> None:
        client = browser_of("lee")
        Task.objects.filter(pk=ask_work(office, "team:legal").pk).update(created_at=timezone.now())
        poll = poll_of(text_of(client.get("/inbox/")))
        assert client.get(poll, headers=HTMX).status_code == 204
        for _ in range(2):
            Task.objects.filter(pk=ask_work(office, "team:legal", title="New").pk).update(created_at=timezone.now())
        line = text_of(client.get(poll, headers=HTMX))
        assert "2 new tasks. Show them" in line
        assert "<html" not in line
        assert client.get(poll_of(line), headers=HTMX).status_code == 204

    def test_tells_what_somebody_released(self, office: Office, browser_of: SignIn) -> None:
        task, of_others = ask_work(office, "team:legal"), ask_work(office, "team:hr")
        for each, holder in ((task, office.lia), (of_others, office.sam)):
            claim_task(task_id=each.pk, person=holder, now=timezone.now())
        client = browser_of("lee")
        poll = poll_of(text_of(client.get("/inbox/")))
        assert client.get(poll, headers=HTMX).status_code == 204
        for each, holder in ((task, office.lia), (of_others, office.sam)):
            release_task(task_id=each.pk, person=holder, now=timezone.now())
        line = text_of(client.get(poll, headers=HTMX))
        assert "1 new task" in line
        assert client.get(poll_of(line), headers=HTMX).status_code == 204

    def test_counts_only_what_fits_the_filter(self, office: Office, browser_of: SignIn) -> None:
        client = browser_of("lee")
        poll = poll_of(text_of(client.get("/inbox/?kind=approve")))
        Task.objects.filter(pk=ask_work(office, "team:legal").pk).update(created_at=timezone.now())
        assert client.get(poll, headers=HTMX).status_code == 204

    def test_needs_what_the_page_needs(self, office: Office, browser_of: SignIn) -> None:
        poll = poll_of(text_of(browser_of("lee").get("/inbox/")))
        assert Client().get(poll, headers=HTMX).status_code == 401
        Task.objects.filter(pk=ask_work(office, "team:legal").pk).update(created_at=timezone.now())
        assert browser_of("bo").get(poll, headers=HTMX).status_code == 204

    @pytest.mark.parametrize("query", ["fresh_after=", "fresh_after=x&seen=-1", "fresh_after=2026-01-01T00:00:00Z"])
    def test_stays_quiet_when_asked_for_nonsense(self, office: Office, browser_of: SignIn, query: str) -> None:
        assert browser_of("lee").get(f"/inbox/?{query}", headers=HTMX).status_code == 204


class TestPreview:
    def test_shows_the_task_beside_the_list(self, asked: Task, browser_of: SignIn) -> None:
        page = text_of(browser_of("lee").get(f"/inbox/?task={asked.pk}"))
        assert "Open and decide" in page
        assert "is-open" in page

    def test_comes_alone_when_htmx_asks_for_the_drawer(self, asked: Task, browser_of: SignIn) -> None:
        headers = {**HTMX, "HX-Target": "drawer"}
        part = text_of(browser_of("lee").get(f"/inbox/?task={asked.pk}", headers=headers))
        assert part.strip().startswith('<aside class="drawer')
        assert "<html" not in part

    @pytest.mark.parametrize("name", ["bo", "ana"])
    def test_is_empty_for_those_it_was_not_asked_of(self, asked: Task, browser_of: SignIn, name: str) -> None:
        headers = {**HTMX, "HX-Target": "drawer"}
        part = text_of(browser_of(name).get(f"/inbox/?task={asked.pk}", headers=headers))
        assert "Banner" not in part
        assert "Open and decide" not in part
        assert browser_of(name).get("/inbox/?task=nonsense").status_code == 200


class TestAnsweringSeveral:
    def test_offers_the_answers_in_words(self, office: Office, browser_of: SignIn) -> None:
        tasks = [ask_work(office, "team:legal", outcomes=("mended", "give_up")) for _ in range(2)]
        sent = {"action": "complete", "task": [str(task.pk) for task in tasks]}
        page = browser_of("lee").post("/inbox/bulk/", sent).content.decode()
        assert "Answer 2 tasks alike" in page
        assert "Give up all" in page
        assert "Needed to reject." not in page
