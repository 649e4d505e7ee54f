"""The trigger row of a flow: its address is taken with the first draft, and it listens from the first publish on."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from flows.definition.model import FlowDefinition
from flows.definition.own_forms import with_own_forms
from flows.models import Flow, Trigger
from flows.operations.publishing.findings import refuse
from flows.operations.triggering.arming import follow_in
from flows.queries.findings import path_taken


def reserve_trigger_in(flow: Flow, definition: FlowDefinition) -> None:
    """This will take the address for a flow that was never published. A live trigger stays as it was published."""
    if flow.live_version_id is None:
        _write(flow, definition, is_live=False)


def put_trigger_live_in(flow: Flow, definition: FlowDefinition, *, now: datetime) -> None:
    """This will make the trigger as the new version has it; without one the flow listens nowhere any more."""
    _write(flow, definition, is_live=True)
    follow_flow_in(flow, now=now)


def follow_flow_in(flow: Flow, *, now: datetime) -> None:
    """This will make timers and hearing fit whether the flow is live or paused, in the caller's transaction."""
    trigger = Trigger.objects.filter(flow=flow).first()
    if trigger is not None:
        follow_in(trigger, is_listening=trigger.is_live and flow.paused_at is None, now=now)


def _write(flow: Flow, definition: FlowDefinition, *, is_live: bool) -> None:
    trigger = with_own_forms(definition).trigger
    if trigger is None:
        Trigger.objects.filter(flow=flow).update(is_live=False, path=None)
        return
    path = trigger.settings.get("path")
    values = {"kind": trigger.kind, "path": path, "settings": dict(trigger.settings), "is_live": is_live}
    try:
        with transaction.atomic():  # a savepoint: two flows may reach for one address at the same moment
            Trigger.objects.update_or_create(flow=flow, defaults=values)
    except IntegrityError as error:
        raise refuse([path_taken(str(path))]) from error
