"""Cancelling a run by order of a person."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.db import transaction

from flows.engine.bells import ring_runs
from flows.errors import RunRefused
from flows.models import Run, Signal
from flows.operations.runs.rights import get_run_to_cancel
from integrator.events.actors import Actor
from integrator.people.models import Person


def cancel_run(*, run_id: uuid.UUID, person: Person, reason: str, now: datetime) -> Run:
    """This will order the run's end: tasks are withdrawn, planned effects dropped. The engine does it at once.

    Raises NotFound, Forbidden, and RunRefused for a run that has ended.
    """
    with transaction.atomic(durable=True):
        run = get_run_to_cancel(person, run_id)
        if run.status in Run.FINAL:
            raise RunRefused(
                "run.final", f"The run is {run.get_status_display().lower()} already; nothing was changed."
            )
        words = reason.strip() or f"{person} cancelled the run."
        Signal.objects.create(
            run_id=run.id,
            kind=Signal.Kind.CANCEL,
            data=json.dumps({"reason": words, "by": str(Actor.person(person))}),
            created_at=now,
        )
        ring_runs()
    return run
