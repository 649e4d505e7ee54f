"""Landing items one by one: each with its files, perhaps to what exists already, and with the trigger's new position.

Run or message, stored request and position are one transaction an item, so a process that dies in between neither
loses nor doubles one. Files are stored before it, hung on the run to come, as calls with files are.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from flows.definition.kind import StepError
from flows.definition.trigger import Start
from flows.engine.faults import reach
from flows.errors import CallRefused
from flows.operations.intake.accepting import accept_in, make_arrival
from flows.operations.intake.arrivals import Arrival
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.content import Content
from flows.operations.intake.listeners import Listener, compile_version, find_series_of
from flows.operations.intake.reading import CallFacts, read_call, veil_call
from flows.operations.intake.storing import find_firsts
from flows.operations.triggering.landing import Landing, keep_refused_in, veil_refusal
from integrator.files.errors import StorageFailed
from integrator.files.operations import Bringer, NewFile, Subject, confirm_uses, keep_uploads, take_back
from integrator.lib.ids import new_uuid
from integrator.lib.veil import veiled

Keep = Callable[[], None]
logger = logging.getLogger(__name__)
FAULT = "It could not be taken in because of a fault in the product. The details are in the server's log."


def land_each(
    landing: Landing, items: Sequence[Start], *, holds: Callable[[], bool], keep_in: Callable[[Any], None]
) -> int | None:
    """This will land the items in order; how many were accepted, None once ``holds`` says that another worker is at
    it. An item whose key is known is passed over, one that does not fit is kept as a refused request.
    """
    accepted = 0
    try:
        for item in items:
            landed = _land(landing, item, holds=holds, keep=partial(keep_in, item.position))
            if landed is None:
                return None
            accepted += landed
            reach("trigger_item_landed")
    finally:
        for item in items:
            for file in item.brought:
                file.upload.discard()
    return accepted


def _land(landing: Landing, item: Start, *, holds: Callable[[], bool], keep: Keep) -> int | None:
    """1 for an accepted item, 0 for another; None when another worker is at it."""
    reading = compile_version(landing.version.pk)
    files: Any = item.brought
    content = Content(body=item.body, files=files, is_form=True)
    call = replace(landing.call_of(item), form_digest=content.digest(), run_id=new_uuid())
    with veiled(veil_call(reading, call)):
        try:
            _raise_refusal(item)
            facts = read_call(reading, call, message_id=item.key, form=content)
        except CallRefused as error:
            return _keep_refused(landing, call, veil_refusal(error), holds=holds, keep=keep)
        try:
            return _accept(landing, call, facts, holds=holds, keep=keep)
        except (StepError, OperationalError, InterfaceError):
            raise  # nothing is wrong with the item
        except Exception:  # an item that we cannot store must not hold up the others
            logger.exception("an item for %s could not be landed", landing.version.flow.key)
            bare = replace(call, body=json.dumps({"key": item.key}).encode())
            refusal = CallRefused("trigger.broken", FAULT, reason=FAULT)
            return _keep_refused(landing, bare, refusal, holds=holds, keep=keep)


def _raise_refusal(item: Start) -> None:
    if item.refusal is not None:
        code, reason = item.refusal
        raise CallRefused(code, reason, reason=reason)


def _keep_refused(
    landing: Landing, call: InboundCall, error: CallRefused, *, holds: Callable[[], bool], keep: Keep
) -> int | None:
    with transaction.atomic(durable=True):
        if not holds():
            return None
        keep_refused_in(landing, [(call, error)])
        keep()
    return 0


def _accept(
    landing: Landing, call: InboundCall, facts: CallFacts, *, holds: Callable[[], bool], keep: Keep
) -> int | None:
    arrival = _make_arrival(landing, call, facts)
    is_known = arrival.key is not None and arrival.key in find_firsts([arrival.key])
    ids = [] if is_known else _keep_files(landing, arrival)
    answer: dict[str, Any] | None = None
    has_started = False
    try:
        with transaction.atomic(durable=True):
            if not holds():
                return None
            if not is_known:
                answer, _ = accept_in(arrival)
                has_started = (answer or {}).get("run") == str(arrival.run_id)
            if has_started:
                confirm_uses(ids)
            keep()
    finally:
        if ids and not has_started:  # where it went to what exists, its files hang there by now
            take_back(ids)
    return 0 if answer is None else 1


def _make_arrival(landing: Landing, call: InboundCall, facts: CallFacts) -> Arrival:
    version, reading = landing.version, compile_version(landing.version.pk)
    listener = Listener(
        trigger_id=landing.trigger.pk,
        path=version.flow.key,
        team_id=version.flow.team_id,
        version=version,
        reading=reading,
        series=find_series_of(reading),
    )
    return make_arrival(listener, call, facts)


def _keep_files(landing: Landing, arrival: Arrival) -> list[UUID]:
    run = str(arrival.run_id)
    by = Bringer(actor=landing.actor, team_id=landing.version.flow.team_id, correlation=run)
    new = [NewFile(upload=file.upload, id=file.id) for file in arrival.facts.files]
    try:
        kept = keep_uploads(new, by=by, now=landing.now, on=[Subject("run", run)], is_sure=False)
    except StorageFailed as error:
        raise StepError(error.code, error.message, retryable=True) from error
    return [file.pk for file in kept]
