"""Marks fire exactly once with two that fire at the same time, one of whom is killed in the middle of a batch."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from cases.models import SlaClock, SlaEntry
from cases.sla.operations import marking
from integrator.events.models import Event
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tests.support.cases import ask_work, make_office
from tests.support.processes import wait_for
from tests.support.sla import make_policy

CLOCKS = 40
BATCH = 6
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def fire_all(failures: list[BaseException], barrier: threading.Barrier) -> None:
    """Fire until nothing is due; what a killed connection leaves is another's."""
    barrier.wait()
    try:
        while True:
            try:
                if not fire_due_timers(batch=BATCH):
                    return
            except OperationalError:
                connection.close()
    except BaseException as error:
        failures.append(error)
    finally:
        connections.close_all()


def die_once(real: Callable[..., None]) -> Callable[..., None]:
    """The first batch that is about to be kept loses its connection, as by a killed process."""
    died = threading.Event()

    def keep(*args: Any, **kwargs: Any) -> None:
        if not died.is_set():
            died.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        real(*args, **kwargs)

    return keep


def test_each_mark_of_each_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=20)
    monkeypatch.setattr("tests.support.cases.NOW", long_ago)
    office = make_office()
    make_policy(budget="PT4H", ladder=[{"percent": 100, "do": "tell", "to": "lead"}])
    for number in range(CLOCKS):
        ask_work(office, "sam", title=f"Work {number}")
    monkeypatch.setattr(marking, "keep_clocks_in", die_once(marking.keep_clocks_in))
    failures: list[BaseException] = []
    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=fire_all, args=(failures, barrier)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []

    def have_all_fired() -> bool:
        fire_due_timers(batch=BATCH)  # the server may have kept the killed one's rows until the others had ended
        return not Timer.objects.filter(handler="sla.mark").exists()

    wait_for(have_all_fired, within_s=60, what="the last marks to fire")
    told = Counter(Event.objects.filter(name__startswith="sla.").values_list("name", "subject_id"))
    ids = [str(task_id) for task_id in SlaClock.objects.values_list("task_id", flat=True)]
    names = ("sla.warned", "sla.breached", "sla.escalated")
    assert told == Counter({(name, task_id): 1 for name in names for task_id in ids})
    lines = Counter(SlaEntry.objects.values_list("what", flat=True))
    assert lines == Counter({what: CLOCKS for what in ("started", "reminded", "warned", "breached", "escalated")})
