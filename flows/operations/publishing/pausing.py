"""Pauses a flow, so that its triggers start nothing, and lets it go on. Runs that began are not touched."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from flows.errors import FlowRefused
from flows.models import Flow
from flows.operations.publishing.rights import actor_of, get_flow_to
from flows.operations.publishing.triggers import follow_flow_in
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action


def pause_flow(*, key: str, person: Person | None, now: datetime) -> Flow:
    """This will make the flow take no calls. Raises NotFound, Forbidden, FlowRefused for one not live or paused."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PAUSE, lock=True)
        if flow.live_version_id is None:
            raise FlowRefused("flow.not_published", f"{flow} was never published, so there is nothing to pause.")
        if flow.paused_at is not None:
            raise FlowRefused("flow.paused", f"{flow} is paused already; nothing was changed.")
        flow.paused_at = now
        return _change_in(flow, "flow.paused", person, now)


def resume_flow(*, key: str, person: Person | None, now: datetime) -> Flow:
    """This will make the flow take calls again. Raises NotFound, Forbidden, FlowRefused for one that is not paused."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PAUSE, lock=True)
        if flow.paused_at is None:
            raise FlowRefused("flow.not_paused", f"{flow} is not paused; nothing was changed.")
        flow.paused_at = None
        return _change_in(flow, "flow.resumed", person, now)


def _change_in(flow: Flow, event: str, person: Person | None, now: datetime) -> Flow:
    flow.save(update_fields=["paused_at"])
    follow_flow_in(flow, now=now)
    record(event, actor=actor_of(person), subject=("flow", flow.pk), data={"flow": flow.key}, team_id=flow.team_id)
    return flow
