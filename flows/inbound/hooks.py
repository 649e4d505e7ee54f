"""Intake: ``POST /hooks/{path}``. Authenticates, then reads, then accepts; each step may refuse and is then kept."""

from __future__ import annotations

import json
import logging

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from flows.errors import CallRefused
from flows.inbound.authenticating import read_credentials
from flows.inbound.errors import STATUS_BY_CODE, answer_refusal
from flows.inbound.reading import find_length, read_base_url, read_headers, read_query, read_sender
from flows.inbound.responding import wait_for_answer
from flows.inbound.taking import Taking
from flows.operations.intake import (
    CallFacts,
    InboundCall,
    Listener,
    accept_with_files,
    find_listener,
    find_sampling_listener,
    keep_refused_call,
    keep_sampled_call,
    veil_call,
)
from flows.operations.intake.listeners import NotListening
from integrator.api.problems import build_problem, make_problem
from integrator.lib.veil import veiled

logger = logging.getLogger(__name__)


@csrf_exempt
def receive_call(request: HttpRequest, path: str = "") -> HttpResponse:
    """202 ``{run, case, status_url}`` once everything is stored; else problem+json with ``errors``.

    A flow with ``respond: true`` answers itself, if it does so in time.

    Whatever goes wrong on our side is 5xx, never 2xx: the sender will try again.
    """
    if request.method != "POST":
        return make_problem(
            status=405, code="intake.method", detail="Only POST is taken here.", headers={"Allow": "POST"}
        )
    try:
        return _receive(request, path)
    except SuspiciousOperation:
        return make_problem(status=400, code="intake.invalid", detail="The query has too many parts. Send fewer.")
    except Exception as error:
        answer = build_problem(error)
        if answer is None or answer.status_code >= 500:
            logger.exception("a call to /hooks/%s could not be taken in", path[:100])
        return answer or make_problem(status=500, detail="Something went wrong on our side. Send it again in a moment.")


def _receive(request: HttpRequest, path: str) -> HttpResponse:
    call = InboundCall(
        path=path,
        method="POST",
        received_at=timezone.now(),
        base_url=read_base_url(request),
        remote_address=read_sender(request),
        headers=read_headers(request),
        query=read_query(request),
        body_bytes=find_length(request) or 0,
    )
    try:
        listener = find_listener(path)
    except NotListening as error:
        sampling = find_sampling_listener(error, now=call.received_at)
        if sampling is not None:
            return _take_sample(request, sampling, call)
        keep_refused_call(call, error, status=404, trigger_id=error.trigger_id, team_id=error.team_id)
        return answer_refusal(error)
    return _take(request, listener, call)


def _take(request: HttpRequest, listener: Listener, call: InboundCall) -> HttpResponse:
    taken = _read(request, listener, call)
    if isinstance(taken, HttpResponse):
        return taken
    call, facts = taken
    with veiled(veil_call(listener.reading, call)):
        acceptance = accept_with_files(listener, call, facts)
    waits = listener.reading.responds and acceptance.may_wait  # else it went to what was there already
    if waits and (said := wait_for_answer(acceptance.answer)) is not None:
        return said
    text = json.dumps(acceptance.answer, ensure_ascii=False)
    return HttpResponse(text, status=202, content_type="application/json")


def _take_sample(request: HttpRequest, listener: Listener, call: InboundCall) -> HttpResponse:
    """A call that somebody designs with: read as any, and kept."""
    taken = _read(request, listener, call)
    if isinstance(taken, HttpResponse):
        return taken
    answer = keep_sampled_call(listener, *taken)
    return HttpResponse(json.dumps(answer), status=202, content_type="application/json")


def _read(request: HttpRequest, listener: Listener, call: InboundCall) -> tuple[InboundCall, CallFacts] | HttpResponse:
    """What was called, or the answer to a call that was refused and is kept as such."""
    credentials = read_credentials(listener)
    taking = Taking(listener, credentials, call)
    try:
        facts = taking.read(request)
    except CallRefused as error:
        status = STATUS_BY_CODE[error.code]
        with veiled(veil_call(listener.reading, taking.call)):
            keep_refused_call(
                taking.call, error, status=status, trigger_id=listener.trigger_id, team_id=listener.team_id
            )
        return answer_refusal(error, auth_kind=str(credentials.auth.get("kind")))
    return taking.call, facts
