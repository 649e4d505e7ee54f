"""A person has a poll or a mailbox asked now, without waiting for its next time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from flows.errors import FlowRefused
from flows.models import Flow, Trigger, TriggerFiring
from flows.operations.publishing.rights import actor_of, get_flow_to
from flows.operations.triggering.planning import WAKE
from flows.registry import get_trigger
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action


def ask_now(*, key: str, person: Person, now: datetime) -> Flow:
    """This will make an occasion of this moment; the next due time stays what it is.

    Raises NotFound, Forbidden, FlowRefused (``flow.not_asked``, ``flow.not_published``, ``flow.paused``,
    ``flow.being_asked`` while an earlier occasion is not over).
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.RUN_START, lock=True)
        trigger = Trigger.objects.filter(flow=flow, is_live=True).first()
        if trigger is None or flow.live_version_id is None:
            raise FlowRefused("flow.not_published", f"{flow} is not published, so there is nothing to ask.")
        if not get_trigger(trigger.kind).spec.one_at_a_time:
            raise FlowRefused("flow.not_asked", f"{flow} does not ask anything by itself: others start it.")
        if flow.paused_at is not None:
            raise FlowRefused("flow.paused", f"{flow} is paused. Let it go on first.")
        if TriggerFiring.objects.filter(trigger=trigger).exists():
            raise FlowRefused("flow.being_asked", "It is being asked already. Load this page again in a moment.")
        TriggerFiring.objects.create(trigger=trigger, planned_at=now, created_at=now)
        record(
            "trigger.asked",
            actor=actor_of(person),
            subject=("flow", flow.pk),
            data={"flow": flow.key},
            team_id=flow.team_id,
        )
        transaction.on_commit(WAKE.set, robust=True)
    return flow
