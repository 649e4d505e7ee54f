"""Occasions when the database fails while one is acted on, and when those that call outside have all their places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from flows.models import Run, TriggerFiring
from flows.operations.triggering import firing, returning
from flows.triggers.schedule.trigger import SCHEDULE
from tests.support.cases import events_of
from tests.support.triggers import NOW, bodies_of, let_pass, planned_of, publish, work

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = "{kind: schedule, every: PT10M}"
GONE = "server closed the connection unexpectedly"


def fail(*args: Any, **kwargs: Any) -> Any:
    raise OperationalError(GONE)


def let_rest_pass() -> None:
    """The database's time moves on by as long as an occasion rests after an error, which is less than a lease."""
    for row in TriggerFiring.objects.all():
        assert row.lease_until is not None
        row.lease_until -= timedelta(seconds=returning.REST_S)
        row.save()


class TestDatabaseThatFails:
    @pytest.mark.parametrize("where", ["asking", "landing"])
    def test_however_often_drops_no_occasion(self, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
        flow = publish(EVERY)
        let_pass(NOW + timedelta(minutes=10))
        with monkeypatch.context() as broken:
            if where == "asking":
                broken.setattr(type(SCHEDULE), "fire", fail)
            else:
                broken.setattr(firing, "start_run_in", fail)
            for _ in range(firing.TRIES + 2):
                with pytest.raises(OperationalError):
                    firing.fire_next()
                assert firing.fire_next() is False
                let_rest_pass()
        assert TriggerFiring.objects.get().tries == 0
        assert work() == 1
        assert (len(bodies_of(flow)), events_of("trigger.failed")) == (1, [])

    def test_that_cannot_take_it_back_gets_it_back_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        publish(EVERY)
        let_pass(NOW + timedelta(minutes=10))
        with monkeypatch.context() as broken:
            broken.setattr(firing, "start_run_in", fail)
            broken.setattr(returning.TriggerFiring.objects, "filter", fail)
            with pytest.raises(OperationalError):
                firing.fire_next()
        assert TriggerFiring.objects.get().tries == 1
        assert firing.fire_next() is False
        let_rest_pass()
        assert work() == 1
        assert Run.objects.count() == 1


class TestPlaces:
    def test_that_callers_take_up_keep_no_clock_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        publish("{kind: poll, every: PT5M, url: 'http://127.0.0.1:1/orders', dedupe: = body.id}", key="asks")
        flow = publish(EVERY)
        let_pass(NOW + timedelta(minutes=10))
        taken = 0
        while firing._CALLS.acquire(blocking=False):
            taken += 1
        try:
            assert taken == firing.CALLS_AT_ONCE
            assert work() == 1
            assert len(bodies_of(flow)) == 1
            assert TriggerFiring.objects.filter(trigger__kind="poll").count() == 1
        finally:
            for _ in range(taken):
                firing._CALLS.release()
        assert work() == 1
        assert not TriggerFiring.objects.exists()
        assert planned_of(flow) == []
