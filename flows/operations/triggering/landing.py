"""Starting the runs of one occasion: each like a call that came in, held against schema and key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from cases.operations import reserve_case_number_in
from flows.definition.trigger import Start
from flows.errors import CallRefused
from flows.models import FlowVersion, Run, StoredRequest, Trigger
from flows.operations.intake.calls import REFUSED_BODY_BYTES, InboundCall
from flows.operations.intake.listeners import compile_version
from flows.operations.intake.reading import CallFacts, read_call, veil_call
from flows.operations.runs import NewRun, create_run_in
from flows.operations.runs.starting import make_status_token
from flows.registry import get_trigger
from integrator.events.actors import SYSTEM, Actor
from integrator.events.log import EventDraft, record_many
from integrator.lib.ids import new_uuid
from integrator.lib.veil import get_veil, veiled
from integrator.people.models import Person

ACCEPTED, REFUSED = 202, 400


@dataclass(frozen=True, kw_only=True)
class Landing:
    """For what runs are started. ``version`` has its flow; ``depth`` counts the event triggers that led here.

    ``person`` is who starts it by hand, None for a clock, an event or a partner's list.
    """

    trigger: Trigger
    version: FlowVersion
    now: datetime
    depth: int = 0
    person: Person | None = None
    base_url: str = ""

    def call_of(self, start: Start) -> InboundCall:
        """The start as if somebody had sent it."""
        body = json.dumps(start.body, ensure_ascii=False, allow_nan=False).encode(errors="replace")
        return InboundCall(
            path=self.version.flow.key,
            method=self.trigger.kind.upper(),
            received_at=self.now,
            base_url=self.base_url or settings.BASE_URL.rstrip("/"),
            remote_address=get_trigger(self.trigger.kind).spec.label[:64],
            headers=start.headers,
            query={name: value if isinstance(value, list) else str(value) for name, value in start.query.items()},
            body=body,
            body_bytes=len(body),
        )

    @property
    def actor(self) -> Actor:
        """Who the log names."""
        return Actor.person(self.person) if self.person else SYSTEM


def land_items_in(landing: Landing, starts: Sequence[Start]) -> int:
    """This will start a run for each new item, in the caller's transaction; how many were started.

    An item whose key is known already is passed over; one that does not fit is kept once as a refused request.
    """
    reading = compile_version(landing.version.pk)
    read: list[tuple[Start, InboundCall, CallFacts]] = []
    refused: list[tuple[InboundCall, CallRefused]] = []
    for start in starts:
        call = landing.call_of(start)
        with veiled(veil_call(reading, call)):
            try:
                read.append((start, call, read_call(reading, call, message_id=None)))
            except CallRefused as error:
                refused.append((call, veil_refusal(error)))
    known = _find_known(landing, [facts.dedupe_key for _, _, facts in read if facts.dedupe_key is not None])
    started = 0
    for start, call, facts in read:
        if facts.dedupe_key is not None:
            if facts.dedupe_key in known:
                continue
            known.add(facts.dedupe_key)
        with veiled(veil_call(reading, call)):
            start_run_in(landing, call, facts, files=start.files, is_kept=True)
        started += 1
    keep_refused_in(landing, refused)
    return started


def veil_refusal(error: CallRefused) -> CallRefused:
    """The same refusal without what lies under the veil."""
    veil = get_veil()
    return CallRefused(error.code, error.message, reason=veil.mask_text(error.reason), errors=veil.mask(error.errors))


def start_run_in(
    landing: Landing,
    call: InboundCall,
    facts: CallFacts,
    *,
    is_kept: bool,
    files: Sequence[object] = (),
) -> tuple[Run, StoredRequest | None]:
    """This will start one run, in the caller's transaction. ``is_kept``: its call is stored as an accepted request."""
    run_id, token = call.run_id or new_uuid(), make_status_token()
    reading = compile_version(landing.version.pk)
    reserved = reserve_case_number_in(landing.now, reading.case_type) if reading.opens_case else ""
    row = _make_row(landing, call, facts) if is_kept else None
    events: tuple[EventDraft, ...] = ()
    if row is not None:
        row.run_id = run_id
        row.answer = {
            "run": str(run_id),
            "case": reserved or None,
            "status_url": f"{call.base_url}/status/{token}",
        }
        events = (
            EventDraft(
                name="request.accepted",
                actor=landing.actor,
                subject=("request", row.id),
                data={"path": row.path, "run": str(run_id), "digest": row.body_sha256},
                correlation=str(run_id),
                team_id=landing.version.flow.team_id,
            ),
        )
    new = NewRun(
        version=landing.version,
        trigger={
            "body": facts.body,
            "headers": call.trigger_headers(),
            "query": call.trigger_query(),
            "files": list(files),
        },
        business_key=facts.business_key,
        requested_by=facts.requested_by,
        reserved_case_number=reserved,
        started_by=landing.person,
        run_id=run_id,
        status_token=token,
        depth=landing.depth,
    )
    rows = (row,) if row is not None else ()
    run = create_run_in(new, actor=landing.actor, now=landing.now, more_events=events, more_rows=rows)
    return run, row


def _make_row(landing: Landing, call: InboundCall, facts: CallFacts) -> StoredRequest:
    fields = call.to_fields(
        trigger_id=landing.trigger.pk,
        team_id=landing.version.flow.team_id,
        outcome=StoredRequest.Outcome.ACCEPTED,
        status=ACCEPTED,
        dedupe_key=facts.dedupe_key,
    )
    return StoredRequest(**fields)


def _find_known(landing: Landing, keys: Sequence[str]) -> set[str]:
    if not keys:
        return set()
    rows = StoredRequest.objects.filter(
        trigger_id=landing.trigger.pk, dedupe_key__in=keys, outcome=StoredRequest.Outcome.ACCEPTED
    )
    return {key for key in rows.order_by().values_list("dedupe_key", flat=True) if key is not None}


def keep_refused_in(landing: Landing, refused: Sequence[tuple[InboundCall, CallRefused]]) -> None:
    """Those that were not kept before: the same faulty item comes with every asking."""
    if not refused:
        return
    digests = {call.body_sha256 for call, _ in refused}
    rows = StoredRequest.objects.filter(
        trigger_id=landing.trigger.pk, outcome=StoredRequest.Outcome.REFUSED, body_sha256__in=digests
    )
    known = set(rows.order_by().values_list("body_sha256", flat=True))
    new: list[StoredRequest] = []
    for call, error in refused:
        if call.body_sha256 in known:
            continue
        known.add(call.body_sha256)
        fields = call.to_fields(
            body_limit_bytes=REFUSED_BODY_BYTES,
            trigger_id=landing.trigger.pk,
            team_id=landing.version.flow.team_id,
            outcome=StoredRequest.Outcome.REFUSED,
            status=REFUSED,
            code=error.code,
            reason=error.reason,
            errors=error.errors,
        )
        new.append(StoredRequest(**fields))
    StoredRequest.objects.bulk_create(new)
    record_many([_refusal_of(row, landing) for row in new])


def _refusal_of(row: StoredRequest, landing: Landing) -> EventDraft:
    return EventDraft(
        name="request.refused",
        actor=landing.actor,
        subject=("request", row.id),
        data={"path": row.path, "reason": row.reason, "status": row.status},
        team_id=landing.version.flow.team_id,
    )
