"""Event triggers: what happened in the team starts a run, once, and a loop of flows ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from flows.models import Run
from flows.operations.publishing import pause_flow, resume_flow
from flows.operations.triggering import hear_events, hearing
from integrator.events.actors import SYSTEM
from integrator.events.log import record
from integrator.people.models import Team
from tests.support.cases import events_of
from tests.support.flows import make_team, settle
from tests.support.triggers import bodies_of, let_others_end, publish, state_of, work

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = datetime.now(UTC) - timedelta(hours=1)


def happen(name: str = "case.closed", *, team: Team | None = None, **data: object) -> None:
    with transaction.atomic():
        team_id = (team or make_team()).pk
        record(name, actor=SYSTEM, subject=("case", "C-1"), data=data, correlation="C-1", team_id=team_id)


class TestEventTrigger:
    def test_starts_a_run_with_the_event(self) -> None:
        flow = publish("{kind: event, event: case.closed, business_key: = body.subject.id}", now=BEFORE)
        happen(status="approved")
        assert work() == 1
        (body,) = bodies_of(flow)
        assert (body["name"], body["data"], body["team"]) == ("case.closed", {"status": "approved"}, "marketing")
        assert body["subject"] == {"type": "case", "id": "C-1"}
        assert Run.objects.get().business_key == "C-1"

    def test_hears_each_event_once(self) -> None:
        flow = publish("{kind: event, event: case.closed}", now=BEFORE)
        happen()
        work()
        happen()
        work()
        work()
        assert len(bodies_of(flow)) == 2

    def test_hears_many_in_parts_with_none_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("BATCH", "SQLITE_BATCH"):
            monkeypatch.setattr(hearing, name, 3)
        flow = publish("{kind: event, event: case.closed}", now=BEFORE)
        for number in range(7):
            happen(number=number)
        let_others_end()
        assert [hear_events() for _ in range(4)] == [3, 3, 1, 0]
        work()
        assert [body["data"]["number"] for body in bodies_of(flow)] == [*range(7)]

    def test_hears_a_group(self) -> None:
        flow = publish("{kind: event, event: case.*}", now=BEFORE)
        for name in ("case.opened", "case.closed", "case_type.added"):
            happen(name)
        work()
        assert [body["name"] for body in bodies_of(flow)] == ["case.opened", "case.closed"]

    def test_hears_nothing_of_another_team(self) -> None:
        flow = publish("{kind: event, event: case.closed}", now=BEFORE)
        happen(team=make_team("legal"))
        assert (work(), bodies_of(flow)) == (0, [])

    def test_hears_nothing_from_before_it_went_live(self) -> None:
        happen()
        flow = publish("{kind: event, event: case.closed}", now=datetime.now(UTC))
        assert (work(), bodies_of(flow)) == (0, [])

    def test_hears_nothing_while_it_is_paused(self) -> None:
        flow = publish("{kind: event, event: case.closed}", now=BEFORE)
        pause_flow(key="timed", person=None, now=BEFORE)
        happen()
        assert work() == 0
        resume_flow(key="timed", person=None, now=datetime.now(UTC))
        assert (work(), bodies_of(flow)) == (0, [])

    @pytest.mark.parametrize(("status", "count"), [("approved", 1), ("rejected", 0)])
    def test_takes_what_its_filter_lets_through(self, status: str, count: int) -> None:
        flow = publish("""{kind: event, event: case.closed, filter: "= body.data.status = 'approved'"}""", now=BEFORE)
        happen(status=status)
        work()
        assert len(bodies_of(flow)) == count

    def test_shows_a_filter_that_fails_and_fails_nobody(self) -> None:
        flow = publish('{kind: event, event: case.closed, filter: "= body.data.amount > 5"}', now=BEFORE)
        happen(status="approved")
        happen(status="approved")
        assert (work(), bodies_of(flow)) == (2, [])
        state = state_of(flow)
        assert (state.error["code"], state.failures) == ("trigger.filter_failed", 2)
        assert "'filter' cannot be worked out" in state.error["message"]
        assert len(events_of("trigger.failed")) == 1
        happen(amount=6)
        work()
        assert (len(bodies_of(flow)), state_of(flow).error) == (1, None)
        assert len(events_of("trigger.recovered")) == 1

    def test_stops_flows_that_start_each_other(self) -> None:
        flow = publish("{kind: event, event: run.completed}", now=BEFORE)
        happen("run.completed")
        for _ in range(10):
            work()
            settle()
        assert len(bodies_of(flow)) == 5
        (event,) = events_of("trigger.loop_stopped")
        assert event["depth"] == 5

    def test_undoes_nothing_when_the_change_is_undone(self) -> None:
        flow = publish("{kind: event, event: case.closed}", now=BEFORE)
        hear_events()
        with transaction.atomic():
            happen_in()
            transaction.set_rollback(True)
        assert (work(), bodies_of(flow)) == (0, [])


def happen_in() -> None:
    record("case.closed", actor=SYSTEM, subject=("case", "C-1"), team_id=make_team().pk)
