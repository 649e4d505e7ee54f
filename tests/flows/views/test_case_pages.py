"""The list of cases and the page of one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.models import Case, Task
from cases.operations import comment_case, complete_task
from flows.queries.pages.case_history import build_history
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, cover, events_of, make_case
from tests.support.flows import settle

SignIn = Callable[[str], Client]
QUERIES = 22  # links, notes, parties and the clock are one each


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def titles(answer: HttpResponse) -> list[str]:
    return re.findall(r'class="title" href="/cases/[^"]+">([^<]+)<', text_of(answer))


def at(case: Case) -> str:
    return f"/cases/{case.number}/"


class TestCaseList:
    def test_shows_the_cases_of_ones_teams_and_tasks(self, office: Office, browser_of: SignIn) -> None:
        ours, other = make_case(office, title="Ours"), make_case(office, title="Of HR", team_id=office.team("hr").pk)
        ask_work(office, "lee", case_number=ours.number)
        assert titles(browser_of("ana").get("/cases/")) == ["Ours"]
        assert titles(browser_of("lee").get("/cases/")) == ["Ours"]
        assert titles(browser_of("bo").get("/cases/")) == []
        assert titles(browser_of("aud").get("/cases/")) == ["Of HR", "Ours"]
        assert titles(browser_of("sam").get("/cases/")) == [other.title]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=banner", ["Banner"]),
            ("q={number}", ["Banner"]),
            ("q=CH-7", ["Dispute"]),
            ("q=ch", ["Dispute"]),
            ("q=h-7", []),
            ("status=unclosed", ["Dispute", "Banner"]),
            ("status=approved", []),
            ("type=content-approval&team=marketing", ["Dispute", "Banner"]),
            ("team=hr", []),
            ("show=mine", ["Dispute"]),
        ],
    )
    def test_narrows_by_the_address(self, office: Office, browser_of: SignIn, query: str, found: list[str]) -> None:
        banner = make_case(office, title="Banner")
        dispute = make_case(office, title="Dispute", business_key="CH-7")
        Case.objects.filter(pk=dispute.pk).update(owner=office.ana)
        answer = browser_of("ana").get("/cases/?" + query.format(number=banner.number.lower()))
        assert titles(answer) == found

    def test_comes_alone_when_htmx_asks(self, office: Office, browser_of: SignIn) -> None:
        part = text_of(browser_of("ana").get("/cases/", headers={"HX-Request": "true"}))
        assert part.strip().startswith('<div id="case-list">')


class TestCasePage:
    def test_tells_the_whole_story(self, asked: Task, office: Office, browser_of: SignIn) -> None:
        complete_task(task_id=asked.pk, person=office.lee, outcome="rejected", comment="Say how.", now=timezone.now())
        settle()
        case = Case.objects.get(pk=asked.case_id)
        page = text_of(browser_of("ana").get(at(case)))
        for words in (
            "Lee rejected",
            "No longer needed. It is rejected already: Lee rejected for Legal.",
            "Say how.",
            "The answer is final: rejected",
            "The run completed",
            "CH-1",
            "Content approval v1",
        ):
            assert words in page

    def test_offers_the_answer_to_those_who_are_asked(self, asked: Task, browser_of: SignIn) -> None:
        case = Case.objects.get(pk=asked.case_id)
        assert f'href="/inbox/{asked.pk}/">Answer' in text_of(browser_of("lee").get(at(case)))
        seen = text_of(browser_of("ana").get(at(case)))
        assert ">Answer<" not in seen
        assert "Waiting for Legal" in seen

    def test_says_who_answered_for_whom(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        covered = ask_work(office, "lee", title="Count them", case_number=case.number)
        cover(office.lee, office.sam)
        complete_task(task_id=covered.pk, person=office.sam, outcome="done", now=timezone.now())
        outside = ask_work(office, "bo", title="Look at it", case_number=case.number)
        values = {"status": "done", "outcome": "done", "decided_by_guest": "kim@example.com", "decided_at": NOW}
        Task.objects.filter(pk=outside.pk).update(**values)
        page = text_of(browser_of("ana").get(at(case)))
        assert "Sam answered “done”, standing in for Lee" in page
        assert "Guest kim@example.com answered “done”" in page
        assert "Sam decided this for Lee already: done." in text_of(browser_of("lee").get(f"/inbox/{covered.pk}/"))

    def test_leads_to_an_approval(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        approval = ask_approval(office, ["lee"], requested_by=office.ana, case_number=case.number)
        href = f'href="/approvals/{approval.pk}/"'
        assert href in text_of(browser_of("ana").get(at(case)))
        assert browser_of("ana").get(f"/approvals/{approval.pk}/").status_code == 200

    def test_calls_the_data_what_their_form_calls_them(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office, data={"reason": "Twelve instead of ten", "goes_live": "soon"})
        case.type.fields = {"type": "object", "properties": {"reason": {"type": "string", "title": "What is wrong"}}}
        case.type.save()
        page = text_of(browser_of("ana").get(at(case)))
        for words in ("What is wrong", "Twelve instead of ten", "Goes live"):
            assert words in page
        assert ">Reason<" not in page

    def test_hides_runs_from_those_who_may_not_see_them(self, asked: Task, browser_of: SignIn) -> None:
        case = Case.objects.get(pk=asked.case_id)
        assert "<h2>Runs</h2>" in text_of(browser_of("ana").get(at(case)))
        assert "<h2>Runs</h2>" not in text_of(browser_of("lee").get(at(case)))

    @pytest.mark.parametrize("name", ["sam", "vi"])
    def test_is_nothing_to_strangers(self, office: Office, browser_of: SignIn, name: str) -> None:
        case, client = make_case(office), browser_of(name)
        missing = client.get("/cases/C-2026-999999/")
        for answer in (
            client.get(at(case)),
            client.get(at(case), {"history": "technical"}, headers={"HX-Request": "true"}),
        ):
            assert answer.status_code == missing.status_code == 404
        assert text_of(client.get(at(case))) == text_of(missing)
        assert client.post(f"{at(case)}priority/", {"priority": "high"}).status_code == 404
        assert Client().get(at(case)).status_code == 302

    def test_filters_its_history(self, asked: Task, browser_of: SignIn) -> None:
        case = Case.objects.get(pk=asked.case_id)
        headers = {"HX-Request": "true"}
        part = text_of(browser_of("ana").get(at(case), {"history": "technical"}, headers=headers))
        assert part.strip().startswith('<section class="section" id="history"')
        assert "The run started" in part
        assert "was asked" not in part
        assert "was asked" in text_of(browser_of("ana").get(at(case), {"history": "nonsense"}))

    def test_folds_all_but_the_newest_of_many_comments(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        for count in range(13):
            comment_case(number=case.number, person=office.mo, text=f"Word {count}.", now=NOW)
        page = text_of(browser_of("ana").get(at(case)))
        talk = page[page.index('id="comments"') : page.index('id="history"')]
        folded, shown = talk.split("</details>", 1)
        assert "Earlier comments (3)" in folded
        for count in range(13):
            assert (f"Word {count}." in folded) == (count < 3)
            assert (f"Word {count}." in shown) == (count >= 3)

    def test_pages_its_history_from_the_newest_on(self, office: Office) -> None:
        case = make_case(office)
        for count in range(5):
            comment_case(number=case.number, person=office.mo, text=f"Word {count}", now=NOW)
        first = build_history(case, limit=4)
        older = build_history(case, limit=4, before=first.older or 0)
        assert (len(first.entries), first.is_first, older.is_first, older.older) == (4, True, False, None)
        assert [count for key, _, count in first.topics if key == "work"] == [5]
        total = sum(count for _, _, count in first.topics)
        assert len(older.entries) == total - 4
        assert [len(build_history(case, topic=key).entries) for key, _, count in first.topics] == [
            count for _, _, count in first.topics
        ]

    def test_notes_that_an_auditor_read_it(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        browser_of("ana").get(at(case))
        assert events_of("audit.read") == []
        browser_of("aud").get(at(case))
        assert [event["filters"] for event in events_of("audit.read")] == [{"case": case.number}]

    def test_stays_within_its_queries(self, asked: Task, browser_of: SignIn, django_assert_max_num_queries) -> None:
        case, client = Case.objects.get(pk=asked.case_id), browser_of("ana")
        with django_assert_max_num_queries(QUERIES):
            client.get(at(case))


class TestPriority:
    def test_is_changed_by_those_who_may(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        answer = browser_of("mo").post(f"{at(case)}priority/", {"priority": "urgent"})
        assert [str(message) for message in get_messages(answer.wsgi_request)] == ["The priority is urgent now."]
        case.refresh_from_db()
        assert case.priority == "urgent"
        assert "priority: normal → urgent" in text_of(browser_of("mo").get(at(case)))

    def test_says_why_it_stays(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        answer = browser_of("mo").post(f"{at(case)}priority/", {"priority": "huge"})
        assert "Write low, normal, high or urgent." in str(next(iter(get_messages(answer.wsgi_request))))

    def test_is_not_offered_to_those_who_may_only_read(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        assert f"{at(case)}edit/" not in text_of(browser_of("ana").get(at(case)))
        assert browser_of("ana").post(f"{at(case)}priority/", {"priority": "high"}).status_code == 403
        add_role(office, "ana", "marketing", "operator")
        assert f"{at(case)}edit/" in text_of(browser_of("ana").get(at(case)))
