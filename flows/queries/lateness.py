"""What should have happened by now and has not: timers and effects that no worker took. Reads only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.models import Effect, Run, Wait
from flows.queries.runs import runs_visible_to
from integrator.people.models import Person
from integrator.people.rights import Action
from integrator.timers.models import Timer

LATE_AFTER_S = 10  # a watcher takes what is due every second
MAX_LATE = 100


@dataclass(frozen=True, kw_only=True)
class LateThing:
    """Something of a run that was due at ``due_at``: a ``timer`` or an ``effect``."""

    what: str
    due_at: datetime
    run: Run


def list_late(person: Person, *, now: datetime, limit: int = MAX_LATE) -> list[LateThing]:
    """This will give what is late in the runs the person may operate, the longest first. Three queries."""
    late_at = now - timedelta(seconds=LATE_AFTER_S)
    waits = Timer.objects.filter(handler=Wait.TIMER_HANDLER, due_at__lt=late_at).order_by("due_at", "id")
    effects = Effect.objects.filter(status=Effect.Status.PLANNED, due_at__lt=late_at).order_by("due_at", "id")
    found: list[tuple[datetime, str, uuid.UUID]] = [
        *((due_at, "timer", run_id) for due_at, run_id in waits.values_list("due_at", "context")[:limit] if run_id),
        *((due_at, "effect", run_id) for due_at, run_id in effects.values_list("due_at", "run_id")[:limit]),
    ]
    if not found:
        return []
    visible = runs_visible_to(person, Action.RUN_OPERATE).filter(id__in={run_id for _, _, run_id in found})
    runs = {run.id: run for run in visible.select_related("flow").defer("state", "output")}
    found.sort(key=lambda each: each[0])
    return [LateThing(what=what, due_at=due_at, run=runs[run_id]) for due_at, what, run_id in found if run_id in runs][
        :limit
    ]
