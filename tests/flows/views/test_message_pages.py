"""The page of messages, and what the pages of requests, runs and cases say of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from flows.models import Message, MessageWait, StoredRequest
from flows.operations.messages import expire_parked_messages
from integrator.events.models import EventPayload
from integrator.people.roles import Role
from tests.support.flows import settle
from tests.support.hooks import listen_to, post
from tests.support.messages import make_waiting_run, send
from tests.support.run_pages import HTMX, person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = """
format: 1
flow: failed-payment
name: Failed payment
team: marketing
trigger: {kind: webhook, path: failed, auth: {kind: none}, business_key: "= body.tx", on_existing: EXISTING}
steps:
  open_case: {kind: case.open, with: {type: exception, title: "= 'Payment ' & trigger.body.tx"}, next: closed}
  closed: {kind: wait_for, with: {message: failed-payment, key: "= trigger.body.tx"}}
"""


@pytest.fixture
def ops() -> Client:
    return person_with(Role.OPERATOR)[1]


class TestMessages:
    def test_say_what_became_of_each(self, ops: Client) -> None:
        run = make_waiting_run()
        send(message_id="m-1")
        settle()
        send("A-2")
        send("A-3", now=datetime.now(UTC) - timedelta(days=8))
        expire_parked_messages(datetime.now(UTC))
        page = text_of(ops.get("/messages/"))
        assert "1 is kept for runs that do not wait for it yet." in page
        assert f'went to <a href="/runs/{run.id}/">a run</a> of Waits for the payment' in page
        assert "No run waits for it yet; kept until" in page
        assert "No run waited for it in time" in page
        assert "m-1" in page

    @pytest.mark.parametrize(
        ("query", "shown"), [("status=parked", "A-2"), ("status=delivered", "A-1"), ("q=A-2", "A-2"), ("q=no", "")]
    )
    def test_are_found_by_status_and_key(self, ops: Client, query: str, shown: str) -> None:
        make_waiting_run()
        send()
        send("A-2")
        page = text_of(ops.get(f"/messages/?{query}", headers=HTMX))
        assert [key for key in ("A-1", "A-2") if f">{key}<" in page] == ([shown] if shown else [])
        assert shown or "No message is like this" in page

    def test_are_explained_where_there_are_none(self, ops: Client) -> None:
        assert "No message has come yet" in text_of(ops.get("/messages/"))

    def test_are_found_from_the_requests(self, ops: Client) -> None:
        assert 'href="/messages/"' in text_of(ops.get("/requests/"))

    def test_are_hidden_from_viewers(self) -> None:
        assert person_with(Role.VIEWER)[1].get("/messages/").status_code == 404

    def test_stay_within_their_budget(self, ops: Client, django_assert_max_num_queries: Any) -> None:
        for number in range(5):
            make_waiting_run(f"A-{number}")
            send(f"A-{number}")
        with django_assert_max_num_queries(16):
            ops.get("/messages/")


class TestRun:
    def test_says_what_it_waits_for(self, ops: Client) -> None:
        page = text_of(ops.get(f"/runs/{make_waiting_run().id}/"))
        assert "Waiting for the message “paid” for A-1" in page

    def test_tells_of_messages_among_its_events(self, ops: Client) -> None:
        run = make_waiting_run()
        send(message_id="m-1")
        settle()
        send(message_id="m-1")
        page = text_of(ops.get(f"/runs/{run.id}/events/"))
        assert "The message “paid” came again and changed nothing" in page
        assert MessageWait.objects.get().message is not None


class TestRequest:
    @pytest.mark.parametrize(
        ("existing", "words"),
        [
            ("feed", "It started nothing new: it went to"),
            ("ignore", "is open already. The sender got its number."),
        ],
    )
    def test_says_which_case_it_went_to(self, ops: Client, existing: str, words: str) -> None:
        listen_to(REPORT.replace("EXISTING", existing))
        post("failed", {"tx": "T-1"})
        settle()
        post("failed", {"tx": "T-1"})
        request = StoredRequest.objects.exclude(code="").get()
        page = text_of(ops.get(f"/requests/{request.id}/"))
        assert words in page
        assert request.reason in page
        assert "Replay…" not in page
        assert request.answer is not None
        case = text_of(ops.get(f"/cases/{request.answer['case']}/"))
        assert "A further request came for the case" in case


SENSITIVE = """
format: 1
flow: pays
name: Pays
team: marketing
trigger:
  kind: webhook
  path: pays
  auth: {kind: none}
  correlate: {message: paid, key: "= body.iban"}
sensitive: [trigger.body.iban]
steps:
  paid: {kind: wait_for, with: {message: paid, key: "= trigger.body.iban"}}
"""
IBAN = "DE02120300000000202051"


class TestSensitiveKeys:
    def test_are_shown_nowhere(self, ops: Client) -> None:
        listen_to(SENSITIVE)
        send(IBAN)
        post("pays", {"iban": IBAN})
        settle()
        run = MessageWait.objects.get().run
        post("pays", {"iban": IBAN})
        settle()
        waiting = MessageWait.objects.get(closed_at=None).run
        post("pays", {"iban": IBAN})
        requests = [f"/requests/{request.id}/" for request in StoredRequest.objects.all()]
        runs = [f"/runs/{each.id}/{part}" for each in (run, waiting) for part in ("", "events/")]
        for address in ["/messages/", *requests, *runs]:
            page = text_of(ops.get(address))
            assert IBAN not in page, address
        assert "••••" in text_of(ops.get("/messages/"))
        assert "No message is like this" in text_of(ops.get(f"/messages/?q={IBAN}", headers=HTMX))
        told = Message.objects.all()
        assert [message.is_masked for message in told] == [True, True]
        payloads = EventPayload.objects.all()
        assert not [row for row in payloads if IBAN in str(row.__dict__)]
