"""Due timers of triggers: each becomes an occasion and the timer of its next time, in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from flows.definition.trigger import DuePlan
from flows.models import Trigger, TriggerFiring, TriggerState
from flows.operations.triggering.arming import make_timer
from flows.registry import get_trigger
from integrator.events.actors import SYSTEM
from integrator.events.log import record
from integrator.lib.clock import to_rfc3339
from integrator.timers.firing import FiredTimer, TimerHandler

WAKE = threading.Event()  # set when this process made an occasion; the loop waits for it


def _plan(timers: Sequence[FiredTimer], now: datetime) -> None:
    for timer in sorted(timers, key=lambda each: each.subject):
        state = TriggerState.objects.select_for_update(no_key=True).filter(pk=timer.subject.int).first()
        if state is None or state.armed_id != timer.context or state.live_since is None:
            continue  # stale: the trigger was armed anew, paused or taken away meanwhile
        _plan_one(state, timer.due_at, now)


def _plan_one(state: TriggerState, planned_at: datetime, now: datetime) -> None:
    trigger = Trigger.objects.select_related("flow").get(pk=state.pk)
    kind = get_trigger(trigger.kind)
    plan = kind.plan(trigger.settings, planned_at=planned_at, now=now, zone=settings.SCHEDULE_ZONE)
    is_busy = kind.spec.one_at_a_time and TriggerFiring.objects.filter(trigger=trigger).exists()
    if not is_busy:
        TriggerFiring.objects.bulk_create(
            [TriggerFiring(trigger=trigger, planned_at=time, created_at=now) for time in plan.times],
            ignore_conflicts=True,
        )
    state.next_at = plan.next_at
    if plan.next_at is not None:
        make_timer(state, plan.next_at).save(force_insert=True)
    state.save(update_fields=["next_at"])
    if plan.missed:
        _record_missed(trigger, planned_at, plan)


def _record_missed(trigger: Trigger, planned_at: datetime, plan: DuePlan) -> None:
    record(
        "trigger.missed",
        actor=SYSTEM,
        subject=("flow", trigger.flow_id),
        data={
            "flow": trigger.flow.key,
            "planned_at": to_rfc3339(planned_at),
            "started": len(plan.times),
            "reason": plan.missed,
        },
        team_id=trigger.flow.team_id,
    )


def _wake() -> None:
    transaction.on_commit(WAKE.set, robust=True)


plan_due = TimerHandler(take=_plan, then=_wake)
