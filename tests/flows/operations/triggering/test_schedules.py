"""Schedules in the tables: armed with the flow, each time once, moved by a new version, dropped by a pause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from flows.models import Run, TriggerFiring
from flows.operations.publishing import pause_flow, resume_flow
from flows.operations.triggering.planning import plan_due
from integrator.timers.firing import FiredTimer, fire_due_timers
from integrator.timers.models import Timer
from tests.support.cases import events_of
from tests.support.triggers import NOW, bodies_of, let_pass, planned_of, publish, state_of, timers_of, work

pytestmark = pytest.mark.django_db(transaction=True)
DAILY = "{kind: schedule, cron: '30 11 * * *', input: {report: sales}}"
AT = datetime(2026, 11, 19, 11, 30, tzinfo=UTC)


class TestSchedule:
    def test_starts_a_run_with_its_input_and_the_planned_time(self) -> None:
        flow = publish(DAILY)
        assert state_of(flow).next_at == AT
        let_pass(AT + timedelta(seconds=1))
        assert work() == 1
        assert bodies_of(flow) == [{"report": "sales", "planned_at": "2026-11-19T11:30:00Z"}]
        assert state_of(flow).next_at == AT + timedelta(days=1)
        assert [timer.due_at for timer in timers_of(flow)] == [AT + timedelta(days=1)]

    def test_does_nothing_before_its_time(self) -> None:
        flow = publish(DAILY)
        let_pass(AT - timedelta(seconds=1))
        assert (work(), bodies_of(flow)) == (0, [])

    def test_counts_from_the_planned_time_when_it_is_late(self) -> None:
        flow = publish("{kind: schedule, every: PT10M}")
        let_pass(NOW + timedelta(minutes=10, seconds=40))
        assert state_of(flow).next_at == NOW + timedelta(minutes=20)

    @pytest.mark.parametrize(
        ("missed", "times", "left_out"),
        [
            ("once", [AT], True),
            ("skip", [], True),
            ("catch_up", [AT + timedelta(days=day) for day in range(4)], True),
        ],
    )
    def test_does_as_it_says_about_missed_times(self, missed: str, times: list[datetime], left_out: bool) -> None:
        flow = publish(f"{{kind: schedule, cron: '30 11 * * *', missed: {missed}}}")
        let_pass(AT + timedelta(days=3, hours=2))
        assert planned_of(flow) == times
        assert state_of(flow).next_at == AT + timedelta(days=4)
        assert bool(events_of("trigger.missed")) is left_out

    def test_fires_a_stale_timer_for_nothing(self) -> None:
        flow = publish(DAILY)
        (old,) = timers_of(flow)
        publish("{kind: schedule, cron: '0 12 * * *'}")
        with transaction.atomic():
            plan_due.take([FiredTimer(subject=old.subject, context=old.context, due_at=old.due_at)], AT)
        assert planned_of(flow) == []
        assert [timer.due_at for timer in timers_of(flow)] == [datetime(2026, 11, 19, 12, 0, tzinfo=UTC)]

    def test_keeps_its_time_when_a_new_version_times_it_alike(self) -> None:
        flow = publish("{kind: schedule, every: PT10M}")
        before = timers_of(flow)
        publish("{kind: schedule, every: PT10M, input: {a: 1}}", now=NOW + timedelta(minutes=3))
        assert timers_of(flow) == before
        assert state_of(flow).next_at == NOW + timedelta(minutes=10)

    def test_rests_while_the_flow_is_paused(self) -> None:
        flow = publish(DAILY)
        let_pass(AT)
        pause_flow(key="timed", person=None, now=AT)
        assert (work(), timers_of(flow), planned_of(flow), state_of(flow).next_at) == (0, [], [], None)
        resume_flow(key="timed", person=None, now=AT + timedelta(hours=1))
        assert [timer.due_at for timer in timers_of(flow)] == [AT + timedelta(days=1)]
        assert not Run.objects.exists()

    def test_ends_with_the_trigger(self) -> None:
        flow = publish(DAILY)
        publish("{kind: manual}")
        assert (timers_of(flow), state_of(flow).next_at) == ([], None)

    def test_is_fired_by_the_watcher(self) -> None:
        flow = publish(DAILY)
        Timer.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=5))
        assert fire_due_timers() == 1
        assert fire_due_timers() == 0
        assert work() == 1
        assert len(bodies_of(flow)) == 1

    def test_leaves_nothing_behind(self) -> None:
        publish(DAILY)
        let_pass(AT)
        work()
        assert not TriggerFiring.objects.exists()
