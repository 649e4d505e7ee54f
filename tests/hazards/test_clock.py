"""Hazard row "clock": a process whose clock is an hour off neither fires too soon nor waits too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.utils import timezone

from flows.engine.journal import get_journal
from flows.models import Run, Signal
from integrator.database.clock import get_database_now
from integrator.timers.models import Timer
from tests.support.flows import settle
from tests.support.hooks import listen_to, post

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
FLOW = """\
format: 1
flow: patient
name: Patient
team: marketing
trigger: {kind: webhook, path: patient, auth: {kind: none}}
steps:
  pause: {kind: wait, with: {for: PT30M}, next: end}
  end: {kind: stop, with: {output: done}}
"""


@pytest.fixture(params=[HOUR, -HOUR], ids=["forward", "back"])
def moved(request: pytest.FixtureRequest) -> Iterator[timedelta]:
    """Every process's own clock is off by this; the database's is not."""
    right = timezone.now

    def tell_wrongly() -> datetime:
        return right() + request.param

    listen_to(FLOW)
    with mock.patch("django.utils.timezone.now", tell_wrongly):
        yield request.param


def accept() -> Run:
    assert post("patient", {"a": 1}).status_code == 202
    return Run.objects.get()


class TestClockAnHourOff:
    def test_timers_are_due_and_fired_by_the_databases_time(self, moved: timedelta) -> None:
        run = accept()
        settle()
        timer = Timer.objects.get()
        due_in = timer.due_at - get_database_now()
        assert timedelta(minutes=29) < due_in <= timedelta(minutes=30)
        run.refresh_from_db()
        assert run.status == "waiting"
        Timer.objects.update(due_at=get_database_now() - timedelta(seconds=1))
        settle()
        run.refresh_from_db()
        assert (run.status, run.output) == ("completed", '"done"')

    def test_leases_run_by_the_databases_time(self, moved: timedelta) -> None:
        """A worker with another clock takes nobody's run away, and one that died is replaced in time."""
        run, journal = accept(), get_journal()
        assert [claimed.id for claimed in journal.claim(limit=10, lease_s=30.0, struck=False)] == [run.id]
        run.refresh_from_db()
        assert run.lease_until is not None
        assert timedelta(seconds=20) < run.lease_until - get_database_now() <= timedelta(seconds=30)
        for struck in (False, True):
            assert journal.claim(limit=10, lease_s=30.0, struck=struck) == []
        Run.objects.update(lease_until=get_database_now() - timedelta(seconds=1))
        assert [claimed.id for claimed in journal.claim(limit=10, lease_s=30.0, struck=True)] == [run.id]

    def test_a_signal_is_not_left_lying_for_its_date(self, moved: timedelta) -> None:
        run = accept()
        assert abs(Signal.objects.get().created_at - get_database_now() - moved) < timedelta(minutes=1)
        settle()
        run.refresh_from_db()
        assert run.status == "waiting"
        assert not Signal.objects.filter(consumed_at__isnull=True).exists()
