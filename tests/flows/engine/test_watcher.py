"""The watcher's one query: it sees what is due and nothing else, on both databases."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from flows.engine.watcher import look
from flows.models import Effect
from integrator.database.clock import get_database_now
from integrator.timers.models import Timer

pytestmark = pytest.mark.django_db

MOMENT = timedelta(seconds=5)


def make_effect(*, status: str, due_in: timedelta = MOMENT, lease_in: timedelta | None = None) -> None:
    now = get_database_now()
    Effect.objects.create(
        run_id=uuid.uuid4(),
        visit_id=uuid.uuid4(),
        step_key="call",
        team_id=1,
        connector="http",
        request="{}",
        repeat="safe",
        timeout_s=1,
        idempotency_key=uuid.uuid4().hex,
        status=status,
        due_at=now + due_in,
        lease_until=None if lease_in is None else now + lease_in,
        planned_at=now,
    )


class TestLook:
    def test_sees_nothing_where_nothing_is(self) -> None:
        assert look() == (False, False, False)

    @pytest.mark.parametrize(("due_in", "seen"), [(-MOMENT, True), (MOMENT, False)])
    def test_sees_a_timer_once_it_is_due(self, due_in: timedelta, seen: bool) -> None:
        Timer.objects.create(due_at=get_database_now() + due_in, handler="flows.wait", subject=uuid.uuid4())
        assert look() == (seen, False, False)

    @pytest.mark.parametrize(("handler", "seen"), [("sla.mark", True), ("of.a.newer.release", False)])
    def test_sees_the_timers_that_somebody_here_takes(self, handler: str, seen: bool) -> None:
        Timer.objects.create(due_at=get_database_now() - MOMENT, handler=handler, subject=uuid.uuid4())
        assert look() == (seen, False, False)

    @pytest.mark.parametrize(("due_in", "seen"), [(-MOMENT, True), (MOMENT, False)])
    def test_sees_a_planned_effect_once_it_is_due(self, due_in: timedelta, seen: bool) -> None:
        make_effect(status="planned", due_in=due_in)
        assert look() == (False, False, seen)

    @pytest.mark.parametrize(("lease_in", "seen"), [(-MOMENT, True), (MOMENT, False)])
    def test_sees_a_sender_that_was_not_heard_of_again(self, lease_in: timedelta, seen: bool) -> None:
        make_effect(status="sending", lease_in=lease_in)
        assert look() == (False, False, seen)
