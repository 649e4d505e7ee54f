"""Calls that start no run: messages to runs that wait, and further calls about an open case."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from cases.models import Case
from flows.errors import ReplayRefused
from flows.models import Message, MessageWait, Run, StoredRequest
from flows.operations.requests import replay_request
from flows.queries.requests import get_request_of_run
from integrator.database.clock import get_database_now, is_postgresql
from integrator.events.queries import timeline
from integrator.people.roles import Role
from tests.support.flows import make_team, settle
from tests.support.hooks import listen_to, post
from tests.support.messages import make_waiting, make_waiting_run
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
CONFIRM = """
format: 1
flow: confirm
name: Payments
team: marketing
trigger:
  kind: webhook
  path: confirm
  auth: {kind: none}
  correlate: {message: paid, key: "= body.order"}
steps:
  unasked: {kind: set, with: {amount: "= trigger.body.amount"}}
"""
REPORT = """
format: 1
flow: failed-payment
name: Failed payment
team: marketing
trigger:
  kind: webhook
  path: failed
  auth: {kind: none}
  business_key: "= body.tx"
  MORE
steps:
  open_case: {kind: case.open, with: {type: exception, title: "= 'Payment ' & trigger.body.tx"}, next: closed}
  closed: {kind: wait_for, with: {message: tx-closed, key: "= trigger.body.tx"}, next: close}
  close: {kind: case.close, with: {status: "= steps.closed.data.how"}}
"""
FEEDING = REPORT.replace("{message: tx-closed", "{message: failed-payment").replace("MORE", "on_existing: feed")


def call(path: str, **body: Any) -> dict[str, Any]:
    response = post(path, body)
    assert response.status_code == 202, response.content
    told: dict[str, Any] = json.loads(response.content)
    assert {"run", "case", "status_url"} <= told.keys()
    return told


def newest() -> StoredRequest:
    return StoredRequest.objects.order_by("-received_at", "-id")[0]


def told_on(case: str) -> list[str]:
    linked = [str(run_id) for run_id in Run.objects.filter(case_number=case).values_list("id", flat=True)]
    return [row.name for row in timeline([case, *linked])]


class TestCorrelate:
    def test_delivers_the_body_to_the_run_that_waits(self) -> None:
        run = make_waiting_run()
        listen_to(CONFIRM)
        told = call("confirm", order="A-1", amount=7)
        settle()
        run.refresh_from_db()
        assert (told["run"], Run.objects.count(), run.status) == (str(run.id), 1, "completed")
        assert json.loads(run.output) == {"order": "A-1", "amount": 7}
        assert told["status_url"].endswith(run.status_token)
        kept = StoredRequest.objects.get()
        assert (kept.outcome, kept.code, kept.run_id) == ("accepted", "intake.delivered", run.id)
        assert kept.reason == (
            "A run waited for the message “paid” for A-1. It was delivered there and started nothing."
        )
        assert {"request.delivered", "message.delivered"} <= {row.name for row in timeline([str(run.id)])}

    def test_starts_a_run_where_nobody_waits(self) -> None:
        listen_to(CONFIRM)
        told = call("confirm", order="A-1", amount=7)
        assert (Run.objects.get().id.hex, Message.objects.count()) == (told["run"].replace("-", ""), 0)
        assert newest().code == ""

    def test_starts_a_run_for_a_key_that_is_null(self) -> None:
        make_waiting_run()
        listen_to(CONFIRM)
        call("confirm", order=None, amount=7)
        assert Run.objects.count() == 2

    @pytest.mark.parametrize("body", [{}, {"order": ""}, {"order": "x" * 301}, {"order": [1]}])
    def test_refuses_a_call_whose_key_cannot_be_read(self, body: dict[str, Any]) -> None:
        listen_to(CONFIRM)
        response = post("confirm", body)
        assert response.status_code == 400
        assert [fault["pointer"] for fault in json.loads(response.content)["errors"]] == ["/order"]

    def test_gives_a_repeat_the_first_answer(self) -> None:
        run = make_waiting_run()
        listen_to(CONFIRM.replace("  correlate:", '  dedupe: "= body.id"\n  correlate:'))
        first = call("confirm", order="A-1", amount=7, id="c-1")
        settle()
        other = make_waiting_run()
        assert call("confirm", order="A-1", amount=7, id="c-1") == {**first, "duplicate": True}
        other.refresh_from_db()
        assert (other.status, Message.objects.count()) == ("waiting", 1)
        assert "request.duplicate" in {row.name for row in timeline([str(run.id)])}

    def test_is_no_request_to_replay_and_no_start_of_the_run(self) -> None:
        run = make_waiting_run()
        listen_to(CONFIRM)
        call("confirm", order="A-1", amount=7)
        operator = make_person("", (make_team(), Role.OPERATOR))
        with pytest.raises(ReplayRefused):
            replay_request(request_id=newest().id, person=operator, now=get_database_now())
        assert get_request_of_run(run.id) is None

    def test_delivers_to_one_of_many_at_once(self) -> None:
        make_waiting()
        run = make_waiting_run()
        listen_to(CONFIRM)

        def send(number: int) -> str:
            try:
                return str(call("confirm", order="A-1", amount=number)["run"])
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(send, range(8)))
        assert runs.count(str(run.id)) == 1
        assert Run.objects.count() == 8


class TestIgnore:
    def test_gives_the_case_and_starts_nothing(self) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: ignore"))
        first = call("failed", tx="T-1")
        settle()
        again = call("failed", tx="T-1", note="again")
        assert (again["run"], again["case"], again["status_url"]) == (None, first["case"], first["status_url"])
        assert Run.objects.count() == 1
        kept = newest()
        assert (kept.outcome, kept.code, kept.run_id) == ("accepted", "intake.ignored", None)
        assert kept.reason == (
            f"The case {first['case']} with this business key is open already, so nothing was started."
        )
        assert told_on(first["case"]).count("request.ignored") == 1

    def test_knows_a_case_that_is_only_promised_yet(self) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: ignore"))
        first, again = call("failed", tx="T-1"), call("failed", tx="T-1")
        assert (again["run"], again["case"]) == (None, first["case"])
        settle()
        assert Case.objects.count() == 1
        assert "request.ignored" in told_on(first["case"])

    def test_starts_anew_once_the_case_is_closed(self) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: ignore"))
        first = call("failed", tx="T-1")
        settle()
        Case.objects.update(closed_at=get_database_now())
        Run.objects.update(status="completed")
        second = call("failed", tx="T-1")
        assert second["run"] is not None
        assert second["case"] != first["case"]

    def test_lets_one_of_many_at_once_start(self) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: ignore"))

        def send(number: int) -> dict[str, Any]:
            try:
                return call("failed", tx="T-1", number=number)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(send, range(8)))
        settle()
        assert (Run.objects.count(), Case.objects.count()) == (1, 1)
        assert {each["case"] for each in told} == {Case.objects.get().number}

    def test_minds_its_own_team_and_key(self) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: ignore"))
        listen_to(
            REPORT.replace("MORE", "on_existing: ignore")
            .replace("team: marketing", "team: legal")
            .replace("flow: failed-payment", "flow: theirs")
            .replace("path: failed", "path: theirs")
        )
        numbers = {call(path, tx=tx)["case"] for path, tx in [("failed", "T-1"), ("failed", "T-2"), ("theirs", "T-1")]}
        assert len(numbers) == 3


class TestFeed:
    def test_delivers_to_the_run_of_the_case_that_waits(self) -> None:
        listen_to(FEEDING)
        first = call("failed", tx="T-1")
        settle()
        again = call("failed", tx="T-1", how="settled")
        settle()
        assert again == first
        case = Case.objects.get()
        assert (Run.objects.get().status, case.status) == ("completed", "settled")
        assert newest().reason == (
            f"It joined the open case {case.number}: 1 run waited for the message “failed-payment” and got it."
        )
        assert {"request.joined", "message.delivered"} <= set(told_on(case.number))

    def test_keeps_what_comes_before_the_case_is_open(self) -> None:
        listen_to(FEEDING)
        first = call("failed", tx="T-1")
        again = call("failed", tx="T-1", how="settled")
        assert (again["run"], again["case"], again["status_url"]) == (None, first["case"], first["status_url"])
        settle()
        assert (Run.objects.get().status, Case.objects.get().status) == ("completed", "settled")

    def test_is_heard_by_no_run_of_another_case(self) -> None:
        listen_to(FEEDING.replace("{message: failed-payment", "{message: other"))
        call("failed", tx="T-1")
        settle()
        call("failed", tx="T-1", how="settled")
        assert Message.objects.get().status == "parked"
        Case.objects.update(closed_at=get_database_now())
        listen_to(FEEDING)
        call("failed", tx="T-1")
        settle()
        assert Message.objects.get().status == "parked"

    def test_goes_under_the_name_of_correlate_where_it_has_one(self) -> None:
        listen_to(REPORT.replace("MORE", 'on_existing: feed\n  correlate: {message: tx-closed, key: "= body.tx"}'))
        first = call("failed", tx="T-1")
        again = call("failed", tx="T-1", how="written off")  # before the run waits: kept for it
        assert (again["run"], again["case"]) == (None, first["case"])
        settle()
        assert Case.objects.get().status == "written off"


class TestNew:
    def test_starts_a_run_on_the_open_case(self) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: new"))
        first = call("failed", tx="T-1")
        settle()
        second = call("failed", tx="T-1")
        settle()
        assert second["case"] == first["case"]
        assert second["run"] not in {first["run"], None}
        assert Case.objects.count() == 1
        assert list(Run.objects.values_list("case_number", flat=True)) == [first["case"]] * 2
        linked = Case.objects.get().correlations.values_list("correlation", flat=True)
        assert sorted(linked) == sorted([first["run"], second["run"]])

    def test_is_not_meant_where_nothing_is_said(self) -> None:
        listen_to(REPORT.replace("  MORE\n", ""))
        assert call("failed", tx="T-1")["case"] != call("failed", tx="T-1")["case"]


@pytest.mark.skipif(not is_postgresql(), reason="SQLite's writers are serial")
class TestLocks:
    def test_are_held_in_one_order(self) -> None:
        listen_to(REPORT.replace("MORE", 'on_existing: feed\n  correlate: {message: tx-closed, key: "= body.tx"}'))
        listen_to(CONFIRM.replace("message: paid", "message: tx-closed"))
        call("failed", tx="T-1")
        settle()

        def send(number: int) -> dict[str, Any]:
            try:
                if number % 2:
                    return call("confirm", order="T-1", amount=number)
                return call("failed", tx="T-1", how="x")
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(32)))
        assert StoredRequest.objects.count() == 33
        assert Message.objects.filter(name="tx-closed").count() + Run.objects.count() == 33  # fed, delivered or started
        assert MessageWait.objects.exclude(message=None).count() == 1
        assert Case.objects.count() == 1
