"""Puts a flow away: hidden, read-only, started by nothing. It can be brought back; then it is paused."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from flows.definition.flow_file import definition_from_data
from flows.errors import FlowRefused
from flows.models import Flow, Step, Trigger
from flows.operations.publishing.rights import actor_of, get_flow_to
from flows.operations.publishing.triggers import follow_flow_in, put_trigger_live_in
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action


def archive_flow(*, key: str, person: Person | None, now: datetime) -> Flow:
    """This will archive the flow; runs that began go on. Its address stays its own, so that it can come back.

    Raises NotFound, Forbidden, FlowRefused (``flow.archived``; ``flow.in_use`` while live flows start it as a step).
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PUBLISH, lock=True)
        _refuse_used(flow)
        flow.archived_at = now
        if flow.live_version_id is not None:
            flow.paused_at = flow.paused_at or now
        flow.save(update_fields=["archived_at", "paused_at"])
        Trigger.objects.filter(flow=flow).update(is_live=False)
        follow_flow_in(flow, now=now)
        _record("flow.archived", flow, person)
        return flow


def bring_back_flow(*, key: str, person: Person | None, now: datetime) -> Flow:
    """This will bring an archived flow back, paused where it was live. Raises NotFound, Forbidden, FlowRefused."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PUBLISH, lock=True, even_archived=True)
        if flow.archived_at is None:
            raise FlowRefused("flow.not_archived", f"{flow} is not archived; nothing was changed.")
        flow.archived_at = None
        flow.save(update_fields=["archived_at"])
        if flow.live_version is not None:
            put_trigger_live_in(flow, definition_from_data(flow.live_version.document), now=now)
        _record("flow.brought_back", flow, person)
        return flow


def _refuse_used(flow: Flow) -> None:
    """Steps of live versions keep the key of the flow that they start in their settings."""
    live = Flow.objects.filter(team=flow.team, archived_at__isnull=True).exclude(pk=flow.pk).values("live_version_id")
    steps = Step.objects.filter(version_id__in=live, kind="subflow").select_related("version__flow")
    users = sorted({step.version.flow.name for step in steps if step.settings.get("flow") == flow.key})
    if users:
        names = ", ".join(f"“{name}”" for name in users[:3]) + (f" and {len(users) - 3} more" if len(users) > 3 else "")
        raise FlowRefused(
            "flow.in_use", f"{flow} is started by a step of {names}. Change or archive that first.", {"flows": users}
        )


def _record(event: str, flow: Flow, person: Person | None) -> None:
    record(event, actor=actor_of(person), subject=("flow", flow.pk), data={"flow": flow.key}, team_id=flow.team_id)
