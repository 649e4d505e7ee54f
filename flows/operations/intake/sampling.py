"""Calls to a flow that was never published, while somebody listens for one: kept with 202, and nothing is started.

Only then: to a paused flow a sender must go on sending, so there it is refused as ever.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from flows.models import FlowVersion, Listening, StoredRequest, Trigger
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.content import read_shape
from flows.operations.intake.listeners import LISTENING, Listener, NotListening, Reading
from flows.operations.intake.reading import CallFacts
from integrator.events.actors import Actor
from integrator.events.log import record

KEPT = 202
SAMPLED = "intake.sampled"  # code of the stored request
REASON = (
    "It was kept as the sample of a draft. Nothing was started, because the flow has not been published yet and "
    "somebody listened for a call."
)


def find_sampling_listener(refusal: NotListening, *, now: datetime) -> Listener | None:
    """This will give how to read a call that is refused as ``intake.not_live``, if somebody listens for it.

    Credentials are asked for as the draft says; a body need not meet a schema that may still be in the making.
    """
    if refusal.code != "intake.not_live" or refusal.trigger_id is None:
        return None
    waits = Listening.objects.filter(flow__trigger__pk=refusal.trigger_id, until_at__gt=now)
    if not waits.exists():
        return None
    trigger = Trigger.objects.select_related("flow").get(pk=refusal.trigger_id)
    if trigger.flow.live_version_id is not None or trigger.kind not in LISTENING:
        return None
    auth = trigger.settings.get("auth")
    reading = Reading(
        auth=auth if isinstance(auth, dict) else {"kind": "none"},
        schema=None,
        dedupe=None,
        business_key=None,
        requested_by=None,
        opens_case=False,
        shape=read_shape(trigger.settings.get("schema")),
        is_mail=trigger.kind == "email",
    )
    return Listener(
        trigger_id=trigger.pk,
        path=trigger.path or "",
        team_id=trigger.flow.team_id,
        version=FlowVersion(flow=trigger.flow),  # not stored: nothing is started
        reading=reading,
    )


def keep_sampled_call(listener: Listener, call: InboundCall, facts: CallFacts) -> dict[str, Any]:
    """This will keep the call with its answer, and drop its files. Nothing else comes of it."""
    for file in facts.files:
        file.upload.discard()
    answer = {"run": None, "case": None, "status_url": None, "sample": True}
    fields = call.to_fields(
        trigger_id=listener.trigger_id,
        team_id=listener.team_id,
        outcome=StoredRequest.Outcome.ACCEPTED,
        status=KEPT,
        code=SAMPLED,
        reason=REASON,
        answer=answer,
    )
    with transaction.atomic(durable=True):
        row = StoredRequest(**fields)
        row.save(force_insert=True)
        record(
            "request.sampled",
            actor=Actor.caller(listener.path),
            subject=("request", row.id),
            data={"path": row.path, "digest": row.body_sha256},
            team_id=listener.team_id,
        )
    return answer
