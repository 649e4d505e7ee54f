"""Helpers of tests about the event log: record, seal, and do to the tables what an intruder with all rights could."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from integrator.events.actors import SYSTEM, Actor
from integrator.events.guard import install_guard, remove_guard
from integrator.events.keys import PublicKey, find_public_key
from integrator.events.log import EventDraft, record_many
from integrator.events.models import Event
from integrator.events.ranges import get_head, unsealed
from integrator.events.seals import seal_now
from integrator.events.verify import VerifyReport, verify_log
from tests.support.processes import OTHERS_END_WITHIN_S


def record_runs(count: int = 1, *, actor: Actor = SYSTEM, correlation: str = "run-1", **more: Any) -> list[int]:
    """Record ``count`` events in a transaction of their own and give their ids."""
    before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        record_many(
            [
                EventDraft(
                    name="run.started",
                    actor=actor,
                    subject=("run", number),
                    data={"flow": f"flow {number}"},
                    correlation=correlation,
                    **more,
                )
                for number in range(count)
            ]
        )
    return list(Event.objects.filter(id__gt=before).order_by("id").values_list("id", flat=True))


def seal_all() -> None:
    """Seal until nothing waits. Polls, since a transaction elsewhere in the cluster may hold the seal back."""
    give_up_at = time.monotonic() + OTHERS_END_WITHIN_S
    while time.monotonic() < give_up_at:
        seal_now()
        if not Event.objects.filter(unsealed(get_head())).exists():
            return
        time.sleep(0.05)
    raise AssertionError("The log was not sealed in time: is a transaction open?")


def record_and_seal(count: int = 3) -> list[int]:
    """Record, seal, and give the ids."""
    ids = record_runs(count)
    seal_all()
    return ids


def verify(trusted: PublicKey | None = None, **more: Any) -> VerifyReport:
    """Verify with the local key, or ``trusted``."""
    return verify_log(trusted=trusted or find_public_key(), **more)


def fault_code(**more: Any) -> str | None:
    """The code of the first fault; None when the log is intact."""
    fault = verify(**more).fault
    return fault.code if fault else None


@contextmanager
def without_guard() -> Iterator[Any]:
    """A cursor of somebody who dropped the triggers first and puts them back afterwards."""
    with transaction.atomic():
        remove_guard(connection)
        with connection.cursor() as cursor:
            yield cursor
        install_guard(connection)


def tamper(sql: str, *values: object) -> None:
    """Run one statement past the guard."""
    with without_guard() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount != 0, "The statement changed nothing."
