"""News from below as signals to runs: fired timers, decided tasks. Runs in the sender's transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime

from flows.engine.bells import ring_runs
from flows.models import Signal, Wait
from integrator.database.clock import get_database_now
from integrator.events.subscribers import RecordedEvent
from integrator.timers.firing import FiredTimer, TimerHandler

_TIMER_NEWS = json.dumps({"fired": True, "reason": "It was due."})


def _signal_waits(timers: Sequence[FiredTimer], now: datetime) -> None:
    """One signal a timer. ``subject`` is the wait, ``context`` the run."""
    Signal.objects.bulk_create(
        Signal(run_id=timer.context, kind=Signal.Kind.WAIT, subject=timer.subject, data=_TIMER_NEWS, created_at=now)
        for timer in timers
        if timer.context is not None
    )


fire_waits = TimerHandler(
    take=_signal_waits,
    statement=f"""
    INSERT INTO flows_signal (run_id, kind, subject, data, created_at, ignored)
    SELECT context, 'wait', subject, '{_TIMER_NEWS}', clock_timestamp(), '' FROM fired ORDER BY due_at
    """,  # noqa: S608 - made of literals alone
    then=ring_runs,
)


def on_work_decided(event: RecordedEvent) -> None:
    """A task or an approval asked for by a wait has its answer, or will never have one."""
    origin = str(event.carried.get("origin") or "")
    if not origin or (event.name == "task.decided" and event.data.get("kind") == "approve"):
        return
    wait_id = uuid.UUID(origin)
    run_id = Wait.objects.filter(id=wait_id).values_list("run_id", flat=True).first()
    if run_id is None:
        return
    data = {
        **event.carried,
        "reason": "It was answered." if event.name != "approval.withdrawn" else "It was withdrawn.",
    }
    Signal.objects.create(
        run_id=run_id,
        kind=Signal.Kind.WAIT,
        subject=wait_id,
        data=json.dumps(data, ensure_ascii=False),
        created_at=get_database_now(),
    )
    ring_runs()
