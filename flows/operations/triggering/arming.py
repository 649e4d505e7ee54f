"""Arms the timer of a live trigger and disarms it. A timer of another name than the state's is stale."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.conf import settings

from flows.definition.trigger import TriggerKind
from flows.models import Trigger, TriggerFiring, TriggerState
from flows.registry import get_trigger
from integrator.lib.ids import new_uuid
from integrator.timers.models import Timer

HANDLER = "flows.trigger"


def follow_in(trigger: Trigger, *, is_listening: bool, now: datetime) -> None:
    """This will make timer and hearing fit the trigger as it is now, in the caller's transaction.

    As long as what times it stays the same, its next time stays too. Not listening, it has no time and hears nothing,
    and occasions that wait are dropped.
    """
    TriggerState.objects.get_or_create(trigger=trigger)
    state = TriggerState.objects.select_for_update(no_key=True).get(pk=trigger.pk)
    if not is_listening:
        _disarm(state)
        TriggerFiring.objects.filter(trigger=trigger).delete()
        return
    kind = get_trigger(trigger.kind)
    armed_for = tell_timing(trigger, kind)
    if state.live_since is None or state.armed_for != armed_for:
        state.error, state.failed_since, state.failures = None, None, 0
        _arm(state, kind.first_due(trigger.settings, after=now, zone=settings.SCHEDULE_ZONE))
    state.armed_for, state.hears = armed_for, kind.hears(trigger.settings)
    state.live_since = state.live_since or now
    state.save()


def tell_timing(trigger: Trigger, kind: TriggerKind) -> str:
    """The text of everything that says when the trigger is due."""
    timing = {name: trigger.settings[name] for name in kind.spec.timing if name in trigger.settings}
    return json.dumps([trigger.kind, settings.SCHEDULE_ZONE, timing], sort_keys=True, ensure_ascii=False)


def make_timer(state: TriggerState, due_at: datetime) -> Timer:
    """The timer, not yet stored."""
    return Timer(due_at=due_at, handler=HANDLER, subject=uuid.UUID(int=state.pk), context=state.armed_id)


def _arm(state: TriggerState, due_at: datetime | None) -> None:
    _delete_timers(state)
    state.next_at = due_at
    state.armed_id = new_uuid() if due_at is not None else None
    if due_at is not None:
        make_timer(state, due_at).save(force_insert=True)


def _disarm(state: TriggerState) -> None:
    _delete_timers(state)
    state.armed_id = state.next_at = state.live_since = None
    state.armed_for = state.hears = ""
    state.save()


def _delete_timers(state: TriggerState) -> None:
    """Those that nobody fires just now: whoever does will find them stale."""
    timers = Timer.objects.filter(handler=HANDLER, subject=uuid.UUID(int=state.pk)).order_by()
    free = timers.select_for_update(skip_locked=True).values_list("id", flat=True)
    Timer.objects.filter(id__in=list(free)).delete()
