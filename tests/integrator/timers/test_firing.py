"""Firing: what is due goes once, in order, and its handler's work stands or falls with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InterfaceError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from integrator.timers.firing import POSTPONED, FiredTimer, TimerHandler, fire_due_timers
from integrator.timers.models import Timer

TOLD: list[FiredTimer] = []
RUNG: list[bool] = []
CHOKED: list[uuid.UUID] = []


def hear(timers: Sequence[FiredTimer], now: datetime) -> None:
    assert now.tzinfo is not None
    TOLD.extend(timers)


def refuse(timers: Sequence[FiredTimer], now: datetime) -> None:
    raise ZeroDivisionError


def choke(timers: Sequence[FiredTimer], now: datetime) -> None:
    if any(timer.subject in CHOKED for timer in timers):
        raise ZeroDivisionError
    hear(timers, now)


def lose_connection(timers: Sequence[FiredTimer], now: datetime) -> None:
    raise InterfaceError("the connection is closed")


def ring() -> None:
    RUNG.append(connection.in_atomic_block)


HEARS = TimerHandler(take=hear, then=ring)
REFUSES = TimerHandler(take=refuse, then=ring)
CHOKES = TimerHandler(take=choke, then=ring)
LOSES = TimerHandler(take=lose_connection, then=ring)
COPIES = TimerHandler(
    take=refuse,
    statement="INSERT INTO timers_timer (due_at, handler, subject, context) "
    "SELECT due_at + interval '1 year', 'copied', subject, context FROM fired ORDER BY due_at",
    then=ring,
)


@pytest.fixture(autouse=True)
def _handlers(settings: object) -> None:
    TOLD.clear()
    RUNG.clear()
    CHOKED.clear()
    settings.TIMER_HANDLERS = {"heard": f"{__name__}.HEARS"}


def set_timer(*, handler: str = "heard", due_in_s: float = -1) -> Timer:
    due_at = datetime.now(UTC) + timedelta(seconds=due_in_s)
    return Timer.objects.create(due_at=due_at, handler=handler, subject=uuid.uuid4(), context=uuid.uuid4())


@pytest.mark.django_db
class TestFireDueTimers:
    def test_gives_what_is_due_to_its_handler_in_order_and_once(self) -> None:
        second, first, later = set_timer(due_in_s=-5), set_timer(due_in_s=-9), set_timer(due_in_s=60)
        assert fire_due_timers() == 2
        assert [(each.subject, each.context) for each in TOLD] == [
            (first.subject, first.context),
            (second.subject, second.context),
        ]
        assert fire_due_timers() == 0
        assert list(Timer.objects.all()) == [later]

    def test_stops_at_the_batch(self) -> None:
        for _ in range(3):
            set_timer()
        assert fire_due_timers(batch=2) == 2
        assert fire_due_timers(batch=2) == 1

    def test_calls_then_once_a_batch_in_the_transaction_and_not_for_nothing(self) -> None:
        fire_due_timers()
        assert RUNG == []
        set_timer()
        set_timer()
        fire_due_timers()
        assert RUNG == [True]

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite answers without a journey")
    def test_asks_once_who_is_due_and_nobody_in_vain(
        self, settings: object, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        settings.TIMER_HANDLERS = {"heard": f"{__name__}.HEARS", "idle": f"{__name__}.REFUSES"}
        set_timer(handler="idle", due_in_s=60)
        with django_assert_num_queries(1):
            assert fire_due_timers() == 0
        set_timer()
        with CaptureQueriesContext(connection) as asked:
            assert fire_due_timers() == 1
        assert not any("'idle'" in query["sql"] for query in asked.captured_queries[1:])

    def test_a_timer_of_nobody_known_stays_and_holds_up_nobody(self) -> None:
        lost = set_timer(handler="of a newer release", due_in_s=-9)
        set_timer()
        assert fire_due_timers() == 1
        assert list(Timer.objects.all()) == [lost]


@pytest.mark.django_db(transaction=True)
class TestAHandlerThatFails:
    def test_leaves_its_timer_where_it_is_and_is_not_asked_again_at_once(self, settings: object) -> None:
        settings.TIMER_HANDLERS = {"heard": f"{__name__}.REFUSES"}
        timer = set_timer()
        assert fire_due_timers() == 0
        assert Timer.objects.get() == timer
        assert POSTPONED.list() == [timer.pk]
        settings.TIMER_HANDLERS = {"heard": f"{__name__}.HEARS"}
        assert fire_due_timers() == 0
        POSTPONED.clear()
        assert fire_due_timers() == 1

    def test_holds_up_no_other_handler(self, settings: object) -> None:
        settings.TIMER_HANDLERS = {"broken": f"{__name__}.REFUSES", "heard": f"{__name__}.HEARS"}
        set_timer(handler="broken")
        set_timer()
        assert fire_due_timers() == 1
        assert [each.handler for each in Timer.objects.all()] == ["broken"]

    def test_holds_up_no_other_timer_of_its_own(self, settings: object, caplog: pytest.LogCaptureFixture) -> None:
        settings.TIMER_HANDLERS = {"heard": f"{__name__}.CHOKES"}
        bad, *good = (set_timer(due_in_s=-9 + place) for place in range(3))
        CHOKED.append(bad.subject)
        assert fire_due_timers() == 2
        assert [each.subject for each in TOLD] == [each.subject for each in good]
        assert list(Timer.objects.all()) == [bad]
        assert f"timer {bad.pk} of heard failed" in caplog.text

    def test_does_not_hide_that_the_database_is_away(self, settings: object) -> None:
        settings.TIMER_HANDLERS = {"heard": f"{__name__}.LOSES"}
        set_timer()
        with pytest.raises(InterfaceError):
            fire_due_timers()
        assert POSTPONED.list() == []


class TestAHandlersStatement:
    @pytest.mark.django_db
    @pytest.mark.skipif(connection.vendor != "postgresql", reason="statements are for PostgreSQL")
    def test_is_done_by_the_database_in_place_of_the_rows(self, settings: object) -> None:
        settings.TIMER_HANDLERS = {"heard": f"{__name__}.COPIES"}
        timers = {set_timer().subject for _ in range(3)}
        with transaction.atomic():
            assert fire_due_timers() == 3
        copied = Timer.objects.all()
        assert {each.subject for each in copied} == timers
        assert {each.handler for each in copied} == {"copied"}
        assert RUNG == [True]
