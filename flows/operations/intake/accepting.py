"""Accepting calls: stored request, run and events in one transaction, and the same answer for each repeat.

Calls that come at the same moment share a transaction (``integrator.database.group_commit``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from cases.operations.numbers import reserve_numbers_of_series_in
from flows.engine.bells import ring_runs
from flows.models import StoredRequest
from flows.operations.intake.arrivals import ACCEPTED, Acceptance, Arrival
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.listeners import Listener
from flows.operations.intake.reading import CallFacts
from flows.operations.intake.repeats import keep_repeats
from flows.operations.intake.routing import route_call_in
from flows.operations.intake.storing import (
    AcceptedRows,
    find_firsts,
    find_open_case,
    store_accepted,
    store_accepted_in,
)
from flows.operations.runs.starting import NewRun, describe_run, draft_started, make_status_token
from integrator.database.clock import is_postgresql
from integrator.database.errors import is_passing
from integrator.database.group_commit import GroupCommit
from integrator.events.actors import Actor
from integrator.events.log import EventDraft
from integrator.lib.ids import new_uuid
from integrator.lib.veil import get_veil


def accept_call(listener: Listener, call: InboundCall, facts: CallFacts) -> Acceptance:
    """This will start a run for the call, or give a repeat the answer of the first, and return once it is committed.

    Of calls with one key that come at the same moment the database lets one in; the others get its answer. Where the
    flow says so, the call may go to what exists already instead: see ``routing``.
    """
    arrival = make_arrival(listener, call, facts)
    if listener.reading.routes:
        return _accept_alone(arrival)
    if get_veil():  # it lies over what this thread records: nobody else may write this call, and it no others
        return _tell(accept_together([arrival])[0])
    return TOGETHER.submit(arrival)


def make_arrival(listener: Listener, call: InboundCall, facts: CallFacts) -> Arrival:
    """All that can be made of the call before it is known whether it is a repeat."""
    run_id = call.run_id or new_uuid()
    return Arrival(
        listener=listener,
        call=call,
        facts=facts,
        trigger={
            "body": facts.body,
            "headers": call.trigger_headers(),
            "query": call.trigger_query(),
            "files": [file.facts for file in facts.files],
        },
        fields=call.to_fields(trigger_id=listener.trigger_id, team_id=listener.team_id, status=ACCEPTED, run_id=run_id),
        run_id=run_id,
        status_token=make_status_token(),
    )


def accept_together(arrivals: Sequence[Arrival]) -> list[Acceptance | Exception]:
    """This will accept calls of any listeners in one transaction, repeats in a second; an answer for each, in order.

    A repeat that cannot be kept has the error in place of its answer: the others are committed by then. Raises what
    kept the first transaction from being committed.
    """
    prepared = _prepare(arrivals)
    stored = store_accepted(list(prepared.values())) if prepared else set()
    if stored:
        ring_runs()
    told = _answer_repeats([arrival for arrival in arrivals if arrival.run_id not in stored])
    return [
        told[arrival.run_id]
        if arrival.run_id in told
        else Acceptance(answer=prepared[arrival.run_id].request["answer"])
        for arrival in arrivals
    ]


def _answer_repeats(repeats: Sequence[Arrival]) -> dict[UUID, Acceptance | Exception]:
    """By the run that they did not start. Where they cannot be kept together, each alone."""
    if not repeats:
        return {}
    try:
        answers = keep_repeats(repeats)
    except Exception as error:
        if len(repeats) == 1 or is_passing(error):
            return dict.fromkeys((arrival.run_id for arrival in repeats), error)
        return {run_id: told for arrival in repeats for run_id, told in _answer_repeats([arrival]).items()}
    return {run_id: Acceptance(answer=answer, is_duplicate=True) for run_id, answer in answers.items()}


def _tell(told: Acceptance | Exception) -> Acceptance:
    if isinstance(told, Exception):
        raise told
    return told


def _accept_alone(arrival: Arrival) -> Acceptance:
    """One call in a transaction of its own, since it looks for what exists under locks."""
    if arrival.key is None or arrival.key not in find_firsts([arrival.key]):
        try:
            with transaction.atomic(durable=True):
                answer, routed = accept_in(arrival)
        except IntegrityError:  # its key was taken meanwhile; without a first the next line raises the same
            answer = None
        if answer is not None:
            return Acceptance(answer=answer, may_wait=not routed)
    return Acceptance(answer=keep_repeats([arrival])[arrival.run_id], is_duplicate=True, may_wait=False)


def accept_in(arrival: Arrival) -> tuple[dict[str, Any] | None, bool]:
    """This will take one call to what exists or start a run, in the caller's transaction: ``(answer, whether the
    former)``. The answer is None where its key was taken meanwhile; on SQLite that raises nothing either.
    """
    routed = route_call_in(arrival) if arrival.listener.reading.routes else None
    return (routed, True) if routed is not None else (_start_in(arrival), False)


def _start_in(arrival: Arrival) -> dict[str, Any] | None:
    """The answer of a call that starts a run; None where its key was taken meanwhile."""
    reading, facts = arrival.listener.reading, arrival.facts
    joins = reading.on_existing == "new" and bool(
        find_open_case(arrival.listener.team_id, facts.business_key, by_number=reading.is_mail)
    )
    opens = reading.opens_case and not joins
    numbers = reserve_numbers_of_series_in(arrival.call.received_at, [arrival.listener.series]) if opens else [""]
    rows = _prepare_one(arrival, numbers[0])
    if not store_accepted_in([rows]):
        return None
    ring_runs()
    answer: dict[str, Any] = rows.request["answer"]
    return answer


def _prepare(arrivals: Sequence[Arrival]) -> dict[UUID, AcceptedRows]:
    """What the calls become, by run id, unless they turn out to be repeats when they are stored.

    Where a case number would be used up those are left out that are known to be repeats.
    """
    numbered = [arrival for arrival in arrivals if arrival.listener.reading.opens_case]
    if not numbered:
        return {arrival.run_id: _prepare_one(arrival, "") for arrival in arrivals}
    taken = set(find_firsts([arrival.key for arrival in numbered if arrival.key is not None]))
    fresh: list[Arrival] = []
    for arrival in arrivals:
        if arrival.key is None or arrival.key not in taken:
            fresh.append(arrival)
            taken |= {arrival.key} if arrival.key is not None else set()
    wanted = [arrival for arrival in fresh if arrival.listener.reading.opens_case]
    numbers: dict[UUID, str] = {}
    if wanted:
        series = [arrival.listener.series for arrival in wanted]
        with transaction.atomic(durable=True):
            taken_numbers = reserve_numbers_of_series_in(fresh[0].call.received_at, series)
        numbers = {arrival.run_id: number for arrival, number in zip(wanted, taken_numbers, strict=True)}
    return {arrival.run_id: _prepare_one(arrival, numbers.get(arrival.run_id, "")) for arrival in fresh}


def _prepare_one(arrival: Arrival, reserved: str) -> AcceptedRows:
    """The rows and events of one call. ``reserved`` is the number of the case that its run will open at once."""
    listener, facts, call = arrival.listener, arrival.facts, arrival.call
    actor = Actor.caller(listener.path)
    case = reserved or find_open_case(listener.team_id, facts.business_key, by_number=listener.reading.is_mail)
    request = {
        **arrival.fields,
        "outcome": StoredRequest.Outcome.ACCEPTED,
        "dedupe_key": facts.dedupe_key,
        "answer": {
            "run": str(arrival.run_id),
            "case": case or None,
            "status_url": f"{call.base_url}/status/{arrival.status_token}",
        },
    }
    new = NewRun(
        version=listener.version,
        trigger=arrival.trigger,
        business_key=facts.business_key,
        requested_by=facts.requested_by,
        reserved_case_number=reserved,
        case_number="" if reserved else case,
        run_id=arrival.run_id,
        status_token=arrival.status_token,
    )
    run = describe_run(new, now=call.received_at)
    accepted = EventDraft(
        name="request.accepted",
        actor=actor,
        subject=("request", request["id"]),
        data={"path": listener.path, "run": str(arrival.run_id), "digest": request["body_sha256"]},
        correlation=str(arrival.run_id),
        team_id=listener.team_id,
    )
    return AcceptedRows(request=request, run=run, drafts=(accepted, draft_started(new, run, actor=actor)))


# Where writers do not exclude each other some write at once: while one waits for the database others make use of it.
TOGETHER: GroupCommit[Arrival, Acceptance] = GroupCommit(
    accept_together, weigh=lambda arrival: 3 * len(arrival.call.body), at_once=3 if is_postgresql() else 1
)
