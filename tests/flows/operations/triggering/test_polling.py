"""Polls over the loopback: each item once, the cursor with the runs, failures shown and nothing skipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from flows.errors import FlowRefused
from flows.models import Flow, Run, StoredRequest, TriggerFiring
from flows.operations.publishing import pause_flow
from flows.operations.triggering import ask_now
from integrator.people.roles import Role
from tests.support.cases import events_of
from tests.support.loopback import LoopbackServer, answer, serve
from tests.support.personas import make_person
from tests.support.triggers import NOW, bodies_of, let_pass, planned_of, publish, state_of, work

pytestmark = pytest.mark.django_db(transaction=True)
JSON = {"Content-Type": "application/json"}


class Partner:
    """What the partner's address answers next; the last answer stays."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def say(self, body: Any, *, status: int = 200) -> None:
        self.answers.append(answer(json.dumps(body).encode(), status=status, headers=JSON))

    def handle(self, connection: Any, _: bytes) -> None:
        connection.sendall(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def server(partner: Partner, settings: Any) -> Iterator[LoopbackServer]:
    settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
    with serve(partner.handle) as running:
        yield running


def poll(server: LoopbackServer, more: str = "dedupe: = body.id") -> Flow:
    comma = f", {more}" if more else ""
    return publish(f"{{kind: poll, every: PT5M, url: '{server.url}/orders'{comma}}}")


def pass_times(count: int = 1, *, first: int = 0) -> None:
    """Let due times pass, acting on each."""
    for number in range(first, first + count):
        let_pass(NOW + timedelta(minutes=5 * number, seconds=1))
        work()


class TestAskNow:
    def test_asks_without_waiting_and_leaves_the_next_time(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([{"id": 1}])
        flow = poll(server)
        olga, due_at = make_person("olga", (flow.team, Role.OPERATOR)), state_of(flow).next_at
        ask_now(key=flow.key, person=olga, now=NOW)
        work()
        assert bodies_of(flow) == [{"id": 1}]
        assert state_of(flow).next_at == due_at
        assert [event["_actor"] for event in events_of("trigger.asked")] == [f"person:{olga.pk}"]

    def test_is_refused_while_it_is_being_asked(self, server: LoopbackServer) -> None:
        flow = poll(server)
        olga = make_person("olga", (flow.team, Role.OPERATOR))
        ask_now(key=flow.key, person=olga, now=NOW)
        with pytest.raises(FlowRefused, match="being asked already"):
            ask_now(key=flow.key, person=olga, now=NOW + timedelta(seconds=1))
        assert TriggerFiring.objects.count() == 1

    @pytest.mark.parametrize(
        ("trigger", "code"),
        [("{kind: manual}", "flow.not_asked"), ("{kind: schedule, cron: 0 8 * * *}", "flow.not_asked")],
    )
    def test_is_for_what_looks_into_another_system(self, trigger: str, code: str) -> None:
        flow = publish(trigger)
        with pytest.raises(FlowRefused) as refused:
            ask_now(key=flow.key, person=make_person("olga", (flow.team, Role.OPERATOR)), now=NOW)
        assert refused.value.code == code

    def test_is_refused_for_a_paused_flow(self, server: LoopbackServer) -> None:
        flow = poll(server)
        olga = make_person("olga", (flow.team, Role.OPERATOR))
        pause_flow(key=flow.key, person=olga, now=NOW)
        with pytest.raises(FlowRefused, match="paused"):
            ask_now(key=flow.key, person=olga, now=NOW)


class TestPoll:
    def test_starts_a_run_for_each_item(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([{"id": 1}, {"id": 2}])
        flow = poll(server)
        pass_times()
        assert bodies_of(flow) == [{"id": 1}, {"id": 2}]
        assert state_of(flow).next_at == NOW + timedelta(minutes=5, seconds=1)

    def test_starts_the_same_item_once(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([{"id": 1}, {"id": 1}])
        partner.say([{"id": 1}, {"id": 2}])
        flow = poll(server)
        pass_times(3)
        assert bodies_of(flow) == [{"id": 1}, {"id": 2}]

    def test_takes_an_empty_list_for_nothing_new(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say({"orders": []})
        flow = poll(server, "items: = body.orders")
        pass_times()
        assert (bodies_of(flow), state_of(flow).error) == ([], None)

    def test_sends_the_cursor_of_the_last_answer(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say({"rows": [{"id": 1}], "next": "a b"})
        partner.say({"rows": [{"id": 2}], "next": None})
        flow = poll(server, "items: = body.rows, cursor: = body.next, cursor_parameter: since, first_cursor: '0'")
        pass_times(3)
        asked = [request.split(b" ")[1] for request in server.requests]
        assert asked == [b"/orders?since=0", b"/orders?since=a+b", b"/orders?since=a+b"]
        assert bodies_of(flow)[:2] == [{"id": 1}, {"id": 2}]

    def test_reads_page_after_page(self, server: LoopbackServer, partner: Partner) -> None:
        for rows in ([{"id": 1}, {"id": 2}], [{"id": 3}], []):
            partner.say({"rows": rows})
        flow = poll(server, "dedupe: = body.id, paginate: {style: page, items: = body.rows, param: page}")
        pass_times()
        assert state_of(flow).error is None
        assert bodies_of(flow) == [{"id": 1}, {"id": 2}, {"id": 3}]

    def test_forgets_the_cursor_with_another_address(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say({"rows": [], "next": "old"})
        more = "items: = body.rows, cursor: = body.next, cursor_parameter: since"
        poll(server, more)
        pass_times()
        publish(f"{{kind: poll, every: PT5M, url: '{server.url}/other', {more}}}")
        pass_times(first=1)
        assert server.requests[-1].split(b" ")[1] == b"/other"

    def test_shows_a_failure_and_asks_again(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say({"detail": "in maintenance"}, status=503)
        partner.say([{"id": 1}])
        flow = poll(server)
        pass_times()
        state = state_of(flow)
        assert (state.error["code"], state.failures) == ("http.status", 1)
        assert "in maintenance" in state.error["message"]
        assert state.next_at is not None
        pass_times(first=1)
        assert (bodies_of(flow), state_of(flow).error) == ([{"id": 1}], None)
        assert len(events_of("trigger.failed")) == len(events_of("trigger.recovered")) == 1

    @pytest.mark.parametrize(
        ("body", "more", "words"),
        [
            ({"orders": []}, "", "A list was expected, but the answer holds a mapping."),
            ({"orders": []}, "items: = body.rows", "'items' cannot be worked out from the answer"),
            ([], "cursor: = headers.x_next", "'cursor' cannot be worked out from the answer"),
            ([{"id": number} for number in range(1_001)], "", "The answer holds 1,001 items; 1,000 is the most."),
        ],
    )
    def test_says_what_to_do_about_an_unfit_answer(
        self, body: Any, more: str, words: str, server: LoopbackServer, partner: Partner
    ) -> None:
        partner.say(body)
        flow = poll(server, more)
        pass_times()
        assert words in state_of(flow).error["message"]
        assert not Run.objects.exists()

    def test_keeps_an_unfit_item_once_and_starts_the_others(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([{"id": 1}, {"name": "no id"}, {"id": 2}])
        flow = poll(server, "dedupe: = body.id, schema: {type: object, required: [id]}")
        pass_times(2)
        assert bodies_of(flow) == [{"id": 1}, {"id": 2}]
        (refused,) = StoredRequest.objects.filter(outcome="refused")
        assert (refused.method, refused.path, refused.errors[0]["pointer"]) == ("POLL", "timed", "/id")
        assert state_of(flow).error is None

    def test_takes_many_items_in_several_transactions(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([{"id": number} for number in range(230)])
        flow = poll(server)
        pass_times()
        assert [body["id"] for body in bodies_of(flow)] == list(range(230))

    def test_cannot_reach_what_may_not_be_reached(self, server: LoopbackServer, settings: Any) -> None:
        settings.OUTBOUND_ALLOW = ()
        flow = poll(server)
        pass_times()
        assert state_of(flow).error["code"] == "outbound.refused"

    def test_tells_an_unknown_connection(self) -> None:
        flow = publish("{kind: poll, every: PT5M, connection: erp, url: /orders, dedupe: = body.id}")
        pass_times()
        assert "There is no connection 'erp' in the team marketing." in state_of(flow).error["message"]

    def test_leaves_out_a_time_while_it_still_asks(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([])
        flow = poll(server)
        let_pass(NOW + timedelta(seconds=1))
        let_pass(NOW + timedelta(minutes=5, seconds=1))
        assert planned_of(flow) == [NOW + timedelta(seconds=1)]

    def test_gives_up_on_what_ends_its_workers(self, server: LoopbackServer, partner: Partner) -> None:
        partner.say([])
        flow = poll(server)
        let_pass(NOW + timedelta(seconds=1))
        TriggerFiring.objects.update(tries=3)
        work()
        assert state_of(flow).error["code"] == "trigger.worker_lost"
