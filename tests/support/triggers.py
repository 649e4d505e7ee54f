"""Flows that a clock, an event, a list or a person starts, for tests; and doing what a worker's loop would."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from flows.models import Flow, Run, Trigger, TriggerFiring, TriggerState
from flows.operations.publishing import import_flow
from flows.operations.triggering import fire_next, hear_events
from flows.operations.triggering.arming import HANDLER
from flows.operations.triggering.planning import plan_due
from integrator.database.clock import is_postgresql
from integrator.timers.firing import FiredTimer
from integrator.timers.models import Timer
from tests.support.flows import make_team
from tests.support.processes import OTHERS_END_WITHIN_S, wait_for

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
FLOW = """\
format: 1
flow: {key}
name: {key}
team: marketing
trigger: {trigger}
{more}
steps:
  keep: {{kind: set, with: {{got: "= trigger.body"}}}}
"""


def publish(trigger: str, *, key: str = "timed", more: str = "", now: datetime = NOW) -> Flow:
    """A live flow of one step with this trigger, ``{kind: …}``."""
    make_team()
    text = FLOW.format(key=key, trigger=trigger, more=more)
    return import_flow(text=text, person=None, publish=True, now=now).flow


def state_of(flow: Flow) -> TriggerState:
    """Where its trigger stands."""
    return TriggerState.objects.get(trigger__flow=flow)


def timers_of(flow: Flow) -> list[Timer]:
    """Its timers."""
    return list(Timer.objects.filter(handler=HANDLER, subject=uuid.UUID(int=Trigger.objects.get(flow=flow).pk)))


def let_pass(now: datetime) -> None:
    """Fire the triggers' timers that are due at ``now`` as the watcher does, each once."""
    with transaction.atomic():
        due = list(Timer.objects.filter(handler=HANDLER, due_at__lte=now).order_by("due_at", "id"))
        Timer.objects.filter(pk__in=[timer.pk for timer in due]).delete()
        plan_due.take([FiredTimer(subject=row.subject, context=row.context, due_at=row.due_at) for row in due], now)


def let_others_end() -> None:
    """Wait until every transaction has ended that is under way on PostgreSQL, whose other databases count too."""
    if not is_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        bound = cursor.fetchone()[0]

        def is_behind() -> bool:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            return bool(cursor.fetchone()[0] >= bound)

        wait_for(is_behind, within_s=OTHERS_END_WITHIN_S, what="other transactions to end")


def work() -> int:
    """Hear what happened and act on every occasion; how many there were."""
    let_others_end()
    hear_events()
    made = 0
    while fire_next():
        made += 1
    return made


def bodies_of(flow: Flow) -> list[Any]:
    """What its runs got, oldest first."""
    runs: Sequence[Run] = Run.objects.filter(flow=flow).select_related("input").order_by("started_at", "id")
    return [json.loads(run.input.trigger)["body"] for run in runs]


def planned_of(flow: Flow) -> list[datetime | None]:
    """The due times that wait to be acted on."""
    return list(TriggerFiring.objects.filter(trigger__flow=flow).order_by("id").values_list("planned_at", flat=True))
