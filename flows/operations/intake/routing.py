"""Where a call goes that starts no run: to runs that wait for it as a message, or to the open case with its key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from flows.definition.words import count_of
from flows.engine.messages import Meeting, digest_address, find_open_waits, lock_addresses_in
from flows.engine.run_files import hand_over_files_in
from flows.models import MessageWait, Run, StoredRequest
from flows.operations.intake.arrivals import Arrival
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.listeners import Listener
from flows.operations.intake.reading import CallFacts
from flows.operations.intake.storing import find_open_case
from flows.operations.messages import NewMessage, publish_in
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many
from integrator.lib.veil import get_veil

DELIVERED, JOINED, IGNORED = "intake.delivered", "intake.joined", "intake.ignored"  # codes of the stored request


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """An open case, or one that a run is sure to open under this number."""

    number: str
    run: Run | None


def route_call_in(arrival: Arrival) -> dict[str, Any] | None:
    """This will take the call to what exists already and give the answer; None: nothing does, so a run is to start.

    Calls about one business key or one message come here one after the other, until the caller's transaction ends.
    """
    listener, facts = arrival.listener, arrival.facts
    joins = listener.reading.on_existing in ("ignore", "feed") and bool(facts.business_key)
    meetings = [*([_make_meeting(arrival)] if joins else []), *([_correlated(arrival)] if facts.message else [])]
    key = [digest_address("open case", listener.team_id, facts.business_key)] if joins else []
    lock_addresses_in([*key, *(meeting.address for meeting in meetings)])
    if facts.message and list(find_open_waits(_correlated(arrival)).select_for_update(no_key=True)):
        return _deliver(arrival)
    found = _find_case(listener, facts) if joins else None
    if found is None:
        return None
    return _ignore(arrival, found) if listener.reading.on_existing == "ignore" else _feed(arrival, found)


def _find_case(listener: Listener, facts: CallFacts) -> OpenCase | None:
    """The open case, else a promised one; looked for again after it, since a landing may keep the promise between."""
    return _find_open(listener, facts) or _find_promised(listener, facts) or _find_open(listener, facts)


def _find_open(listener: Listener, facts: CallFacts) -> OpenCase | None:
    number = find_open_case(listener.team_id, facts.business_key, by_number=listener.reading.is_mail)
    if not number:
        return None
    return OpenCase(number=number, run=Run.objects.filter(case_number=number).order_by("-started_at", "-id").first())


def _find_promised(listener: Listener, facts: CallFacts) -> OpenCase | None:
    going_on = Run.objects.filter(
        business_key=facts.business_key,
        team_id=listener.team_id,
        status__in=[Run.Status.RUNNING, Run.Status.WAITING],
        case_number="",
    )
    run = going_on.exclude(reserved_case_number="").order_by("started_at", "id").first()
    return OpenCase(number=run.reserved_case_number, run=run) if run else None


def _correlated(arrival: Arrival) -> Meeting:
    name, key = arrival.facts.message or ("", "")
    return Meeting(team_id=arrival.listener.team_id, name=name, key=key)


def _make_meeting(arrival: Arrival) -> Meeting:
    """What a call feeds: the message of ``correlate``, else one with the flow's key and the business key."""
    if arrival.facts.message:
        return _correlated(arrival)
    flow = arrival.listener.version.flow
    return Meeting(team_id=arrival.listener.team_id, name=flow.key, key=arrival.facts.business_key)


def _deliver(arrival: Arrival) -> dict[str, Any]:
    row = _make_row_in(arrival, DELIVERED)
    waits = _publish(arrival, row, _correlated(arrival))
    run = Run.objects.get(id=waits[0].run_id)
    name, key = arrival.facts.message or ("", "")
    waited = "A run waited" if len(waits) == 1 else f"{len(waits)} runs waited"
    row.reason = f"{waited} for the message “{name}” for {key}. It was delivered there and started nothing."
    correlations = dict.fromkeys(str(wait.run_id) for wait in waits)
    return _keep(arrival, row, "request.delivered", [*correlations], run=run, heard_by=run)


def _feed(arrival: Arrival, case: OpenCase) -> dict[str, Any]:
    row, meeting = _make_row_in(arrival, JOINED), _make_meeting(arrival)
    waits = _publish(arrival, row, meeting, case_number=case.number)
    heard_by = Run.objects.get(id=waits[0].run_id) if waits else None
    row.reason = f"It joined the open case {case.number}: " + (
        f"{count_of(len(waits), 'run')} waited for the message “{meeting.name}” and got it."
        if waits
        else f"no run of it waits for the message “{meeting.name}” yet, so it is kept until one does, at most "
        f"{count_of(settings.MESSAGE_PARKED_DAYS, 'day')}."
    )
    return _keep(arrival, row, "request.joined", [case.number], run=case.run, heard_by=heard_by, case=case.number)


def _ignore(arrival: Arrival, case: OpenCase) -> dict[str, Any]:
    row = _make_row_in(arrival, IGNORED)
    row.reason = f"The case {case.number} with this business key is open already, so nothing was started."
    return _keep(arrival, row, "request.ignored", [case.number], run=case.run, case=case.number)


def _publish(
    arrival: Arrival, row: StoredRequest, meeting: Meeting, *, case_number: str = ""
) -> tuple[MessageWait, ...]:
    new = NewMessage(
        team_id=meeting.team_id,
        name=meeting.name,
        key=meeting.key,
        data=arrival.facts.body,
        case_number=case_number,
        request_id=row.id,
    )
    return publish_in(new, actor=Actor.caller(arrival.listener.path), now=arrival.call.received_at).waits


def _make_row_in(arrival: Arrival, code: str) -> StoredRequest:
    """The call as it will be stored. Its files hang on it from here on, since no run of its own comes."""
    outcome = StoredRequest.Outcome.ACCEPTED
    fields = {"outcome": outcome, "code": code, "dedupe_key": arrival.facts.dedupe_key, "run_id": None}
    row = StoredRequest(**{**arrival.fields, **fields})
    hand_over_files_in(
        [file.id for file in arrival.facts.files],
        from_run=arrival.run_id,
        to_request=row.id,
        now=arrival.call.received_at,
    )
    return row


def _keep(  # noqa: PLR0913 - what the three ways differ in
    arrival: Arrival,
    row: StoredRequest,
    event: str,
    correlations: list[str],
    *,
    run: Run | None,
    heard_by: Run | None = None,
    case: str = "",
) -> dict[str, Any]:
    """Store the call with its answer, and tell the timelines. ``run`` is where the sender may look how it stands."""
    shown = heard_by or run
    number = case or (shown.case_number or shown.reserved_case_number if shown else "")
    row.run_id = heard_by.id if heard_by else None
    row.reason = get_veil().mask_text(row.reason)
    row.answer = _make_answer(arrival.call, row.run_id, number, shown)
    row.save(force_insert=True)
    data = {"path": arrival.listener.path, "reason": row.reason, "digest": row.body_sha256, "case": number}
    record_many(
        [
            EventDraft(
                name=event,
                actor=Actor.caller(arrival.listener.path),
                subject=("request", row.id),
                data=data,
                correlation=correlation,
                team_id=arrival.listener.team_id,
            )
            for correlation in correlations
        ]
    )
    return row.answer


def _make_answer(call: InboundCall, run_id: uuid.UUID | None, case: str, shown: Run | None) -> dict[str, Any]:
    return {
        "run": str(run_id) if run_id else None,
        "case": case or None,
        "status_url": f"{call.base_url}/status/{shown.status_token}" if shown else None,
    }
