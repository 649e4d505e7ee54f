"""The page of one task: what is shown, and every way an answer can go."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.models import Task
from cases.operations import complete_task
from flows.models import Run
from tests.flows.views.conftest import ASK
from tests.support.cases import Office, cover, events_of
from tests.support.flows import make_version, run_to_rest, settle

SignIn = Callable[[str], Client]
QUERIES = 28  # with two entries, a case, history, comments, questions, draft, a clock by its calendar; sign-in, menu


def at(task: Task) -> str:
    return f"/inbox/{task.pk}/"


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def said(answer: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


class TestTaskPage:
    def test_shows_what_is_decided_on_and_what_it_means(self, asked: Task, browser_of: SignIn) -> None:
        page = text_of(browser_of("lee").get(at(asked)))
        for words in (
            "Waiting for Legal",
            "A picture at assets.example.org",
            "Both must agree; one rejection ends it.",
            "any one of Lee (you) and Lia",
            "your answer is kept, Brand has still to answer.",
            "it is rejected, Brand needs not answer any more. The case closes as rejected.",
            "asks any one of Legal. You have been a member since",
            "Exactly what you see here is kept with your decision.",
            "CH-1",
        ):
            assert words in page

    def test_says_what_the_last_answer_leads_to(self, asked: Task, office: Office, browser_of: SignIn) -> None:
        brand = Task.objects.get(approval=asked.approval, entry_ref="team:brand")
        complete_task(task_id=brand.pk, person=office.bo, outcome="approved", comment="Fine.", now=timezone.now())
        page = text_of(browser_of("lee").get(at(asked)))
        assert "all have answered, it is approved. The case closes as approved." in page
        assert "answered by Bo" in page
        assert "Fine." in page

    def test_says_for_whom_a_substitute_is_asked(self, asked: Task, office: Office, browser_of: SignIn) -> None:
        cover(office.lee, office.sam)
        assert "asks any one of Legal. You act for Lee." in text_of(browser_of("sam").get(at(asked)))

    @pytest.mark.parametrize("name", ["bo", "ana", "sam", "aud"])
    def test_is_nothing_to_those_it_was_not_asked_of(self, asked: Task, browser_of: SignIn, name: str) -> None:
        client = browser_of(name)
        missing = text_of(client.get(f"/inbox/{uuid.uuid4()}/"))
        for answer in (client.get(at(asked)), client.post(at(asked), {"outcome": "approved"})):
            assert answer.status_code == 404
            assert text_of(answer) == missing
        for verb in ("claim", "release"):
            assert client.post(f"{at(asked)}{verb}/").status_code == 404
        asked.refresh_from_db()
        assert asked.status == "open"

    def test_asks_strangers_to_sign_in(self, asked: Task) -> None:
        assert Client().get(at(asked)).status_code == 302
        assert Client().get(at(asked), headers={"HX-Request": "true"}).status_code == 401

    def test_makes_user_text_inert(self, office: Office, browser_of: SignIn) -> None:
        bad = "<img src=x hx-get='/x' hx-trigger='load' hx-on:click='alert(1)'>"
        show = [{"label": bad, "value": bad, "as": "text"}, {"label": "T", "value": [{bad: bad}], "as": "table"}]
        run = run_to_rest(make_version(ASK), {"title": bad, "show": show})
        task = Task.objects.get(correlation=str(run.id), entry_ref="team:legal")
        for path in (at(task), "/inbox/", f"/inbox/?task={task.pk}", "/", "/cases/", f"/cases/{task.case.number}/"):
            page = text_of(browser_of("lee").get(path))
            assert "&lt;img" in page
            assert "<img" not in page
            assert not re.search(r"<[^>]*hx-(get|on:click)=['\"]?(/x|alert)", page)

    def test_stays_within_its_queries(self, asked: Task, browser_of: SignIn, django_assert_max_num_queries) -> None:
        client = browser_of("lee")
        with django_assert_max_num_queries(QUERIES):
            client.get(at(asked))


class TestDecision:
    def test_is_kept_and_carries_the_run_on(self, asked: Task, office: Office, browser_of: SignIn) -> None:
        answer = browser_of("lee").post(at(asked), {"outcome": "rejected", "comment": "Say how.", "key": "k1"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/inbox/")
        assert said(answer) == "You rejected “Banner”. The answer is final."
        settle()
        asked.refresh_from_db()
        assert (asked.status, asked.outcome, asked.comment, asked.decided_by) == (
            "done", "rejected", "Say how.", office.lee,
        )  # fmt: skip
        assert Run.objects.get(id=asked.correlation).status == "completed"
        assert events_of("task.decided")[0]["show"] == asked.show

    def test_pressed_twice_counts_once(self, asked: Task, browser_of: SignIn) -> None:
        client = browser_of("lee")
        typed = {"outcome": "approved", "comment": "Fine.", "key": "the-same-view"}
        for _ in range(2):
            answer = client.post(at(asked), typed)
            assert said(answer).startswith("You approved “Banner”.")
        assert len(events_of("task.decided")) == 1

    def test_says_who_was_first_and_keeps_what_was_typed(self, asked: Task, office: Office, browser_of: SignIn) -> None:
        complete_task(task_id=asked.pk, person=office.lia, outcome="approved", comment="Mine.", now=timezone.now())
        answer = browser_of("lee").post(at(asked), {"outcome": "rejected", "comment": "My words", "key": "k"})
        page = text_of(answer)
        assert answer.status_code == 409
        assert "Lia decided this already: approved." in page
        assert "just now" in page
        assert "My words" in page
        assert 'name="outcome"' not in page

    def test_needs_a_comment_to_reject(self, asked: Task, browser_of: SignIn) -> None:
        answer = browser_of("lee").post(at(asked), {"outcome": "rejected", "comment": " ", "key": "k"})
        assert answer.status_code == 400
        assert "A rejection needs a comment" in text_of(answer)
        assert 'aria-invalid="true"' in text_of(answer)

    def test_takes_the_comment_of_the_sheet_before_the_one_of_the_page(self, asked: Task, browser_of: SignIn) -> None:
        typed = {"outcome": "rejected", "comment": "page", "comment_rejected": "sheet", "key": "k"}
        assert browser_of("lee").post(at(asked), typed).status_code == 302
        asked.refresh_from_db()
        assert asked.comment == "sheet"

    def test_keeps_fields_that_were_typed_wrongly(self, work: Task, browser_of: SignIn) -> None:
        answer = browser_of("lee").post(
            at(work), {"outcome": "mended", "field-0": "twelve", "field-1": "other", "comment": "Hm.", "key": "k"}
        )
        page = text_of(answer)
        assert answer.status_code == 400
        assert "A number was expected." in page
        assert 'value="twelve"' in page
        assert '<option value="other" selected>' in page
        assert ">Hm.</textarea>" in page

    def test_keeps_the_fields_with_their_types(self, work: Task, browser_of: SignIn) -> None:
        browser_of("lee").post(at(work), {"outcome": "mended", "field-0": "12.5", "key": "k"})
        work.refresh_from_db()
        assert (work.outcome, work.data) == ("mended", {"amount": 12.5})
        page = text_of(browser_of("lee").get(at(work)))
        assert "You answered this:" in page
        assert "12.5" in page

    @pytest.mark.parametrize("outcome", ["", "bought"])
    def test_refuses_an_answer_that_was_not_offered(self, work: Task, browser_of: SignIn, outcome: str) -> None:
        answer = browser_of("lee").post(at(work), {"outcome": outcome, "field-0": "1"})
        assert answer.status_code == 400
        assert "The outcome must be one of these: mended, give_up." in text_of(answer)

    def test_is_refused_without_a_token_even_by_htmx(self, asked: Task, office: Office) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(office.lee)
        answer = client.post(at(asked), {"outcome": "approved"}, headers={"HX-Request": "true"})
        assert answer.status_code == 403
        asked.refresh_from_db()
        assert asked.status == "open"

    def test_is_refused_to_somebody_who_answered_another_entry(
        self, asked: Task, office: Office, browser_of: SignIn
    ) -> None:
        from tests.support.cases import add_role

        add_role(office, "lee", "brand", "approver")
        brand = Task.objects.get(approval=asked.approval, entry_ref="team:brand")
        client = browser_of("lee")
        client.post(at(brand), {"outcome": "approved", "key": "k"})
        answer = client.post(at(asked), {"outcome": "approved", "key": "l"})
        assert answer.status_code == 403
        assert "You answered for Brand already." in text_of(answer)
        assert 'name="outcome"' not in text_of(client.get(at(asked)))


class TestClaim:
    def test_keeps_others_from_answering_until_released(self, asked: Task, browser_of: SignIn) -> None:
        lee, lia = browser_of("lee"), browser_of("lia")
        assert "The task is yours" in said(lee.post(f"{at(asked)}claim/"))
        assert "Claimed by you" in text_of(lee.get(at(asked)))
        theirs = text_of(lia.get(at(asked)))
        assert "Lee has claimed this task." in theirs
        assert 'name="outcome"' not in theirs
        assert lia.post(at(asked), {"outcome": "approved"}).status_code == 409
        assert "Lee has claimed this task." in said(lia.post(f"{at(asked)}claim/"))
        assert "The task is released" in said(lee.post(f"{at(asked)}release/"))
        assert lia.post(at(asked), {"outcome": "approved"}).status_code == 302
