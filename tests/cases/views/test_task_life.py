"""What people press on a task's page: it works, says so, and is nothing for strangers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from cases.models import InformationRequest, Task, TaskComment, TaskDraft
from cases.operations import complete_task
from cases.operations.talking import comment_case, comment_task
from tests.support.cases import NOW, Office, ask_approval, ask_work, events_of, make_case, task_of

pytestmark = pytest.mark.django_db
PRESSES: dict[str, dict[str, str]] = {
    "undo": {},
    "hand-on": {"to": "sam", "do": "delegate"},
    "give-back": {},
    "comments": {"text": "Hello"},
    "draft": {"comment": "Half"},
    "mark": {"priority": "high"},
    "questions": {"question": "Which?", "who": "sam"},
    "reopen": {"reason": "Wrong."},
    "guests": {"email": "kim@example.com"},
}


def browser(office: Office, name: str) -> Client:
    client = Client()
    client.force_login(office.people[name])
    return client


def press(client: Client, task: Task, what: str, **data: str) -> HttpResponse:
    return client.post(f"/inbox/{task.pk}/{what}/", {**PRESSES.get(what, {}), **data})


def said(answer: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


class TestEveryPress:
    @pytest.mark.parametrize("what", PRESSES)
    def test_is_nothing_for_strangers_and_leads_others_to_sign_in(self, office: Office, what: str) -> None:
        task = ask_work(office, "lee")
        assert press(browser(office, "bo"), task, what).status_code == 404
        assert press(Client(), task, what).headers["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("what", PRESSES)
    def test_says_why_it_is_refused(self, office: Office, what: str) -> None:
        task = ask_work(office, ["lee", "aud"])
        complete_task(task_id=task.pk, person=office.lee, outcome="done", now=NOW)
        answer = press(browser(office, "aud"), task, what)
        assert (answer.status_code, bool(said(answer))) == (302, True)

    def test_needs_a_post(self, office: Office) -> None:
        task = ask_work(office, "lee")
        for what in PRESSES:
            assert browser(office, "lee").get(f"/inbox/{task.pk}/{what}/").status_code == 405


class TestUndo:
    @pytest.fixture(autouse=True)
    def _undo_for_15_s(self, settings: Any) -> None:
        settings.UNDO_S = 15

    def answer(self, client: Client, task: Task, **data: str) -> HttpResponse:
        return client.post(f"/inbox/{task.pk}/", {"outcome": "approved", "key": "k1", **data}, follow=True)

    def test_is_offered_in_the_inbox_and_on_the_page_without_scripts(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        lee = browser(office, "lee")
        for page in (self.answer(lee, task, comment="Fine."), lee.get(f"/inbox/{task.pk}/")):
            text = page.content.decode()
            assert "You approved</b>" in text
            assert f'action="/inbox/{task.pk}/undo/"' in text
        seen = browser(office, "lia").get(f"/inbox/{task.pk}/").content.decode()
        assert "Lee approved." in seen
        assert f'action="/inbox/{task.pk}/undo/"' not in seen

    def test_is_offered_wherever_one_goes_in_the_inbox(self, office: Office) -> None:
        first, last = ask_work(office, "lee", title="First"), ask_work(office, "lee", title="Last")
        lee = browser(office, "lee")
        for task in (first, last):
            self.answer(lee, task, outcome="done")
        inbox = lee.get("/inbox/?show=mine").content.decode()
        assert "to “Last”" in inbox
        assert "1 more of your answers can still be undone" in inbox
        done = lee.get("/inbox/?show=done").content.decode()
        assert [done.count(f'action="/inbox/{task.pk}/undo/"') for task in (first, last)] == [1, 1]
        press(lee, first, "undo")
        done = lee.get("/inbox/?show=done").content.decode()
        assert [done.count(f'action="/inbox/{task.pk}/undo/"') for task in (first, last)] == [0, 1]

    def test_is_offered_after_several_were_answered_together(self, office: Office) -> None:
        tasks = [ask_work(office, "lee", title=title) for title in ("One", "Two")]
        body = {"action": "complete", "outcome": "done", "task": [str(task.pk) for task in tasks]}
        answered = browser(office, "lee").post("/inbox/bulk/", body).content.decode()
        assert "You can still undo 2 of these answers" in answered

    def test_brings_the_task_back_with_what_was_typed(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["lee"]), 0)
        lee = browser(office, "lee")
        assert "You can undo for 15 seconds." in lee.get(f"/inbox/{task.pk}/").content.decode()
        self.answer(lee, task, comment="Fine as it is.")
        assert "undone" in said(press(lee, task, "undo"))
        page = lee.get(f"/inbox/{task.pk}/").content.decode()
        assert "Fine as it is.</textarea>" in page
        assert [len(events_of(name)) for name in ("task.answered", "task.undone", "task.decided")] == [1, 1, 0]

    def test_is_not_offered_for_what_counts(self, office: Office, settings: Any) -> None:
        settings.UNDO_S = 0
        task = task_of(ask_approval(office, ["lee"]), 0)
        page = self.answer(browser(office, "lee"), task)
        assert "undo/" not in page.content.decode()
        assert "You approved" in page.content.decode()


class TestDraft:
    def test_is_kept_and_found_again(self, office: Office) -> None:
        task = ask_work(office, "lee")
        lee = browser(office, "lee")
        answer = lee.post(
            f"/inbox/{task.pk}/draft/", {"comment": "Half", "key": "k"}, headers={"accept": "application/json"}
        )
        assert answer.json()["text"].startswith("Saved ")
        assert TaskDraft.objects.get().typed == {"comment": "Half"}
        assert "Half</textarea>" in lee.get(f"/inbox/{task.pk}/").content.decode()
        assert press(lee, task, "draft", comment="Half more").status_code == 302

    def test_says_when_it_cannot_be_kept(self, office: Office) -> None:
        task = ask_work(office, "lee")
        complete_task(task_id=task.pk, person=office.lee, outcome="done", now=NOW)
        answer = browser(office, "lee").post(
            f"/inbox/{task.pk}/draft/", {"comment": "Late"}, headers={"accept": "application/json"}
        )
        assert (answer.status_code, answer.json()["saved"]) == (409, False)


class TestQuestions:
    def test_stand_in_place_with_their_answer(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["lee"], requested_by=office.mo), 0)
        lee = browser(office, "lee")
        assert "Mo is asked" in said(
            press(lee, task, "questions", question="Which cost centre?", who="", comment="So far")
        )
        page = lee.get(f"/inbox/{task.pk}/").content.decode()
        for words in (
            "Waiting for information from Mo",
            "Which cost centre?",
            "Withdraw the question",
            "So far</textarea>",
        ):
            assert words in page
        asking = InformationRequest.objects.get().asking
        mo = browser(office, "mo")
        assert (
            "Lee</b> needs this" in (text := mo.get(f"/inbox/{asking.pk}/").content.decode())
            or "Lee needs this" in text
        )
        assert "Send the answer" in text
        mo.post(f"/inbox/{asking.pk}/", {"outcome": "answered", "comment": "4711", "key": "k"})
        page = lee.get(f"/inbox/{task.pk}/").content.decode()
        assert "4711" in page
        assert "Waiting for information" not in page

    def test_show_who_is_asked_nothing_of_the_case(self, office: Office) -> None:
        case = make_case(office, title="The merger with Example")
        task = ask_work(office, "lee", case_number=case.number, correlation=case.number)
        comment_task(task_id=task.pk, person=office.lee, text="Nobody else knows.", now=NOW)
        press(browser(office, "lee"), task, "questions", question="Which?", who="sam")
        asking = InformationRequest.objects.get().asking
        page = browser(office, "sam").get(f"/inbox/{asking.pk}/").content.decode()
        assert "Which?" in page
        for words in (case.number, case.title, "Nobody else knows."):
            assert words not in page
        assert case.number in browser(office, "lee").get(f"/inbox/{task.pk}/").content.decode()

    def test_are_withdrawn(self, office: Office) -> None:
        task = ask_work(office, "lee")
        lee = browser(office, "lee")
        press(lee, task, "questions")
        row = InformationRequest.objects.get()
        assert "withdrawn" in said(lee.post(f"/inbox/{task.pk}/questions/{row.pk}/withdraw/"))


class TestHandingOn:
    def test_delegates_proposes_and_confirms(self, office: Office) -> None:
        task = ask_work(office, "lee")
        lee, sam = browser(office, "lee"), browser(office, "sam")
        assert "prepares the answer" in said(press(lee, task, "hand-on"))
        assert "Lee delegated this to you" in sam.get(f"/inbox/{task.pk}/").content.decode()
        answer = sam.post(f"/inbox/{task.pk}/", {"outcome": "done", "comment": "So it is.", "key": "k"})
        assert "went to Lee" in said(answer)
        page = lee.get(f"/inbox/{task.pk}/").content.decode()
        assert "Sam proposes" in page
        assert "So it is.</textarea>" in page

    def test_gives_back(self, office: Office) -> None:
        task = ask_work(office, "lee")
        press(browser(office, "lee"), task, "hand-on")
        assert press(browser(office, "sam"), task, "give-back").headers["Location"] in ("/inbox/", f"/inbox/{task.pk}/")
        task.refresh_from_db()
        assert task.assignee == office.lee

    def test_hands_over_for_good_for_leads_only(self, office: Office) -> None:
        task = ask_work(office, ["lee", "mo"])
        assert "Only a lead" in said(press(browser(office, "lee"), task, "hand-on", do="for_good"))
        assert "Sam’s now" in said(press(browser(office, "mo"), task, "hand-on", do="for_good"))


class TestComments:
    def test_stand_on_the_page_as_text(self, office: Office) -> None:
        task = ask_work(office, "lee")
        lee = browser(office, "lee")
        answer = press(lee, task, "comments", text="<b hx-get='/x'>@sam</b>")
        assert "Sam cannot see this" in said(answer)
        page = lee.get(f"/inbox/{task.pk}/").content.decode()
        assert "Let Sam follow it" not in page
        assert "&lt;b hx-get=&#x27;/x&#x27;&gt;@sam&lt;/b&gt;" in page
        assert TaskComment.objects.count() == 1

    def test_let_whoever_was_called_on_and_cannot_see_it_follow_by_one_press(self, office: Office) -> None:
        task = ask_work(office, "lee")
        lee, here = browser(office, "lee"), f"/inbox/{task.pk}/"
        answer = lee.post(f"{here}comments/", {"text": "@sam, @lee, look"})
        assert answer.url == f"{here}?unseen=sam#comments"
        page = lee.get(answer.url).content.decode()
        assert page.count("Let Sam follow it") == 1
        assert "Let Lee follow it" not in lee.get(f"{here}?unseen=lee+nobody+%00").content.decode()
        lee.post(f"{here}watch/", {"watching": "1", "who": "sam"})
        assert "Let Sam follow it" not in lee.get(answer.url).content.decode()
        assert browser(office, "sam").get(here).status_code == 200

    def test_are_all_of_the_case_that_a_follower_of_the_task_reads(self, office: Office) -> None:
        case = make_case(office, title="The merger with Example")
        task = ask_work(office, "lee", case_number=case.number, correlation=case.number)
        comment_task(task_id=task.pk, person=office.lee, text="Look at this.", now=NOW)
        comment_case(number=case.number, person=office.people["mo"], text="Not for everybody.", now=NOW)
        browser(office, "lee").post(f"/inbox/{task.pk}/watch/", {"watching": "1", "who": "sam"})
        page = browser(office, "sam").get(f"/inbox/{task.pk}/").content.decode()
        assert "Look at this." in page
        for words in (case.title, "Not for everybody.", f'href="/cases/{case.number}/"'):
            assert words not in page


class TestMarks:
    def test_show_on_the_page(self, office: Office) -> None:
        task = ask_work(office, "lee")
        lee = browser(office, "lee")
        assert "urgent now" in said(press(lee, task, "mark", priority="urgent"))
        lee.post(f"/inbox/{task.pk}/mark/", {"at": "2027-01-04T09:30"})
        assert "look again Mon 4 Jan" in lee.get(f"/inbox/{task.pk}/").content.decode()
        assert "no date and time" in said(lee.post(f"/inbox/{task.pk}/mark/", {"at": "soon"}))


class TestReopening:
    def test_is_asked_and_answered_on_pages(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["lee", "bo"]), 0)
        complete_task(task_id=task.pk, person=office.lee, outcome="approved", now=NOW)
        lee, lia = browser(office, "lee"), browser(office, "lia")
        assert "Ask to reopen" in lee.get(f"/inbox/{task.pk}/").content.decode()
        assert "The lead is asked" in said(press(lee, task, "reopen"))
        asking = Task.objects.get(kind="reopen")
        assert "Yes, open it again" in lia.get(f"/inbox/{asking.pk}/").content.decode()
        lia.post(f"/inbox/{asking.pk}/", {"outcome": "reopen", "key": "k"})
        task.refresh_from_db()
        assert task.status == "open"
