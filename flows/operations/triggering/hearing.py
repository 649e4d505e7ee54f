"""Events of the log as occasions of triggers. It reads behind the writers, so it neither slows nor fails a change.

On PostgreSQL rows become visible in another order than that of their ids: only rows of transactions below the oldest
one under way are read, by (tx, id), and none can still commit among them. On SQLite writers are serial.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from flows.models import HeardEvents, Run, TriggerFiring, TriggerState
from integrator.database.clock import get_database_now, is_postgresql
from integrator.events.actors import SYSTEM
from integrator.events.log import record
from integrator.events.models import Event

BATCH = 500
SQLITE_BATCH = 50  # so that the one writer is free again soon
MAX_DEPTH = 5
GROUP = ".*"
PARENTS_MAX = 20
OWN = "trigger."  # events about triggers start nothing: else a refused loop would be one


def hear_events() -> int:
    """This will make an occasion of each new event that a live trigger listens to; how many events there were.

    One caller at a time; another goes away at once.
    """
    with transaction.atomic():
        heard = HeardEvents.objects.select_for_update(skip_locked=True).order_by("id").first()
        if heard is None:
            heard, is_new = HeardEvents.objects.get_or_create(pk=1)
            if not is_new:
                return 0
        end = _find_end()
        listening = list(
            TriggerState.objects.filter(live_since__isnull=False, trigger__is_live=True)
            .exclude(hears="")
            .select_related("trigger__flow")
            .order_by("trigger_id")
        )
        batch = BATCH if is_postgresql() else SQLITE_BATCH
        found = list(_unheard(heard, end, listening)[:batch]) if listening else []
        now = get_database_now()
        for event in found:
            _offer(event, listening, now)
        heard.tx, heard.event_id = (found[-1].tx, found[-1].pk) if len(found) == batch else end
        heard.save()
        return len(found)


def count_depth(event: Event) -> int:
    """How many event triggers led to this event: as many as led to the run that it belongs to, or to its parents."""
    run_id = _as_run_id(event.correlation)
    if run_id is None:
        return event.depth
    for _ in range(PARENTS_MAX):
        parent_id = Run.objects.filter(pk=run_id).values_list("parent_id", flat=True).first()
        if parent_id is None:
            break
        run_id = parent_id
    started = Event.objects.filter(subject_type="run", subject_id=str(run_id), name="run.started").order_by("id")
    return max(event.depth, started.values_list("depth", flat=True).first() or 0)


def _as_run_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None  # a case number, or nothing


def _find_end() -> tuple[int, int]:
    """Up to where everything is decided: ``(tx, id)``, the transaction excluded on PostgreSQL, the id included else."""
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            return cursor.fetchone()[0], 0
        cursor.execute("SELECT coalesce(max(id), 0) FROM events_event")
        return 0, cursor.fetchone()[0]


def _unheard(heard: HeardEvents, end: tuple[int, int], listening: Sequence[TriggerState]) -> QuerySet[Event]:
    wanted = Q()
    for name in {state.hears for state in listening}:
        wanted |= Q(name__startswith=name[:-1]) if name.endswith(GROUP) else Q(name=name)
    since = min(state.live_since for state in listening if state.live_since is not None)
    teams = {state.trigger.flow.team_id for state in listening}
    rows = Event.objects.filter(wanted, team_id__in=teams, at__gte=since).exclude(name__startswith=OWN)
    if not is_postgresql():
        return rows.filter(id__gt=heard.event_id, id__lte=end[1]).order_by("id")
    if heard.tx > end[0]:  # restored into another cluster, whose transactions are counted anew: begin where it is
        return rows.none()
    after = Q(tx__gt=heard.tx) | Q(tx=heard.tx, id__gt=heard.event_id)
    return rows.filter(after, tx__gte=heard.tx, tx__lt=end[0]).order_by("tx", "id")


def _offer(event: Event, listening: Sequence[TriggerState], now: datetime) -> None:
    takers = [state for state in listening if _takes(state, event)]
    if not takers:
        return
    depth = count_depth(event) + 1
    if depth > MAX_DEPTH:
        for state in takers:
            _record_loop(state, event)
        return
    TriggerFiring.objects.bulk_create(
        [TriggerFiring(trigger_id=state.pk, event_id=event.pk, depth=depth, created_at=now) for state in takers],
        ignore_conflicts=True,
    )


def _takes(state: TriggerState, event: Event) -> bool:
    is_named = event.name.startswith(state.hears[:-1]) if state.hears.endswith(GROUP) else event.name == state.hears
    is_new = state.live_since is not None and event.at >= state.live_since
    return is_named and is_new and event.team_id == state.trigger.flow.team_id


def _record_loop(state: TriggerState, event: Event) -> None:
    flow = state.trigger.flow
    record(
        "trigger.loop_stopped",
        actor=SYSTEM,
        subject=("flow", flow.pk),
        data={"flow": flow.key, "event": event.name, "event_id": event.pk, "depth": MAX_DEPTH},
        correlation=event.correlation,
        team_id=flow.team_id,
    )
