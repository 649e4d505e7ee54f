"""What is done with stored requests afterwards: replaying an accepted one, deleting refused ones that are old."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from cases.operations import reserve_case_number_in
from flows.engine.run_files import carry_trigger_files_in
from flows.errors import FlowRefused, Forbidden, NotFound, ReplayRefused
from flows.models import Flow, Run, RunInput, StoredRequest
from flows.operations.intake.listeners import compile_version
from flows.operations.runs import NewRun, create_run_in
from flows.operations.runs.starting import make_status_token
from flows.veils import get_sensitive_paths, has_unveiled
from integrator.events.actors import Actor
from integrator.events.log import EventDraft
from integrator.lib.ids import new_uuid
from integrator.people.models import Person
from integrator.people.rights import Action, can

PURGED_AT_ONCE = 1_000


def replay_request(*, request_id: uuid.UUID, person: Person, now: datetime) -> StoredRequest:
    """This will start a new run of the live version with what an accepted call handed over; repeats are not looked for.

    The new stored request links to the original. Raises NotFound, Forbidden, ReplayRefused for a call that was not
    accepted, and FlowRefused where the flow is paused or not published.
    """
    with transaction.atomic(durable=True):
        original, old = _get_request_to_replay(person, request_id)
        flow = _get_flow(old)
        run_id, token, actor = new_uuid(), make_status_token(), Actor.person(person)
        version = flow.live_version
        if version is None:
            raise FlowRefused("flow.not_published", f"{flow} is not published, so nothing can be started.")
        version.flow = flow
        trigger = json.loads(RunInput.objects.get(run_id=old.id).trigger)
        _refuse_to_show_more(trigger, old, version.pk)
        reading = compile_version(version.pk)
        reserved = reserve_case_number_in(now, reading.case_type) if reading.opens_case else ""
        row = _copy(original, person, now, run_id)
        row.answer = {"run": str(run_id), "case": reserved or None, "status_url": _status_url(original, token)}
        replayed = EventDraft(
            name="request.replayed",
            actor=actor,
            subject=("request", row.id),
            data={"original": str(original.id), "path": row.path, "run": str(run_id)},
            correlation=str(run_id),
            team_id=flow.team_id,
        )
        new = NewRun(
            version=version,
            trigger=trigger,
            business_key=old.business_key,
            requested_by=old.requested_by,
            reserved_case_number=reserved,
            started_by=person,
            run_id=run_id,
            status_token=token,
        )
        create_run_in(new, actor=actor, now=now, more_events=(replayed,), more_rows=(row,))
        carry_trigger_files_in(new.trigger, from_run=old.id, to_run=run_id, now=now)
    return row


def purge_refused_requests(now: datetime) -> int:
    """This will delete refused calls older than ``REFUSED_REQUESTS_KEPT_DAYS``, in batches; how many there were."""
    before = now - timedelta(days=settings.REFUSED_REQUESTS_KEPT_DAYS)
    old = StoredRequest.objects.filter(outcome=StoredRequest.Outcome.REFUSED, received_at__lt=before)
    purged = 0
    while ids := list(old.order_by("received_at", "id").values_list("id", flat=True)[:PURGED_AT_ONCE]):
        purged += StoredRequest.objects.filter(id__in=ids).delete()[0]
    return purged


def _get_request_to_replay(person: Person, request_id: uuid.UUID) -> tuple[StoredRequest, Run]:
    """The request and the run that it started."""
    request = StoredRequest.objects.filter(id=request_id).first()
    if request is None or not can(person, Action.REQUEST_READ, request.team_id):
        raise NotFound("request")
    if not can(person, Action.REQUEST_REPLAY, request.team_id):
        raise Forbidden("request", "Operators of the flow's team may replay its requests. Ask one of them.")
    is_start = request.outcome == StoredRequest.Outcome.ACCEPTED and not request.code
    accepted = request.run_id if is_start else None
    old = Run.objects.filter(id=accepted).first() if accepted is not None else None
    if old is None:
        raise ReplayRefused(
            "request.not_accepted",
            "Only an accepted request can be replayed. This one started nothing: once the sender or the flow is "
            "mended, it comes in anew.",
        )
    return request, old


def _get_flow(old: Run) -> Flow:
    flow = Flow.objects.select_related("live_version").get(pk=old.flow_id)
    if flow.paused_at is not None:
        raise FlowRefused("flow.paused", f"{flow} is paused. Let it go on first.")
    return flow


def _refuse_to_show_more(trigger: Any, old: Run, version_id: int) -> None:
    """Else whoever may publish would see what was masked: by a version that declares less, and a replay."""
    if has_unveiled(trigger, was=get_sensitive_paths(old.version_id), now=get_sensitive_paths(version_id)):
        raise ReplayRefused(
            "request.unveiled",
            "The request holds data that its flow declared sensitive when it came, and the live version would show "
            "it. Declare it there too, with 'x-sensitive: true' or under 'sensitive:', and publish it.",
        )


def _copy(original: StoredRequest, person: Person, now: datetime, run_id: uuid.UUID) -> StoredRequest:
    """The same call as a new accepted request without a key of repeats."""
    return StoredRequest(
        id=new_uuid(),
        trigger_id=original.trigger_id,
        team_id=original.team_id,
        path=original.path,
        method=original.method,
        received_at=now,
        headers=original.headers,
        query=original.query,
        body=original.body,
        body_sha256=original.body_sha256,
        body_bytes=original.body_bytes,
        outcome=StoredRequest.Outcome.ACCEPTED,
        status=original.status,
        run_id=run_id,
        original_id=original.id,
        replayed_by=person,
    )


def _status_url(original: StoredRequest, token: str) -> str:
    """Beside the original's, since nobody called us by an address now."""
    base = str((original.answer or {}).get("status_url", "")).rpartition("/status/")[0]
    return f"{base or settings.BASE_URL}/status/{token}"
