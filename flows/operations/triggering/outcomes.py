"""What is remembered of an occasion: when it was, what the trigger keeps, and the failure that a person should see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flows.definition.kind import StepError
from flows.models import Trigger, TriggerState
from integrator.events.actors import SYSTEM
from integrator.events.log import record


def note_success_in(trigger: Trigger, *, kept: Any, has_started: bool, now: datetime) -> None:
    """This will keep the trigger's state and end a failure, telling so once, in the caller's transaction."""
    state = _lock(trigger)
    if state is None:
        return
    had_failed = state.error is not None
    state.fired_at, state.kept = now, kept
    state.started_at = now if has_started else state.started_at
    state.error, state.failed_since, state.failures = None, None, 0
    state.save()
    if had_failed:
        _record(trigger, "trigger.recovered", {})


def note_failure_in(trigger: Trigger, error: StepError, *, now: datetime) -> None:
    """This will keep the reason; only the first failure of a row with that reason is told, in the transaction."""
    state = _lock(trigger)
    if state is None:
        return
    is_new = state.error is None or state.error.get("code") != error.code
    state.fired_at = now
    state.error = {"code": error.code, "message": error.message}
    state.failed_since = state.failed_since or now
    state.failures += 1
    state.save()
    if is_new:
        _record(trigger, "trigger.failed", {"reason": error.message, "code": error.code})


def _lock(trigger: Trigger) -> TriggerState | None:
    return TriggerState.objects.select_for_update(no_key=True).filter(pk=trigger.pk).order_by().first()


def _record(trigger: Trigger, name: str, data: dict[str, object]) -> None:
    flow = trigger.flow
    record(name, actor=SYSTEM, subject=("flow", flow.pk), data={"flow": flow.key, **data}, team_id=flow.team_id)
