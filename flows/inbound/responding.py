"""Answering a caller with what the flow says (``trigger.respond``): the answer, 502 for a run that failed, else 202."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from flows.inbound.callers import ROOM
from flows.models import Run
from flows.queries.answers import RunReply
from integrator.api.problems import make_problem
from integrator.modes.places import count_places

WITHOUT_BODY = frozenset({204, 205, 304})  # RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5


def wait_for_answer(accepted: Mapping[str, Any]) -> HttpResponse | None:
    """This will block until the run of ``accepted`` (``{run, case, status_url}``) has answered, and give that answer.

    502 with these members when it failed or was cancelled first. None where the caller gets the usual 202: after
    ``RESPOND_WITHIN_S``, when too many wait already, when the process ends, and for a run that ended without a word.
    """
    reply = ROOM.wait(uuid.UUID(str(accepted["run"])), within_s=float(settings.RESPOND_WITHIN_S), places=count_places())
    if reply is None:
        return None
    if reply.status is not None:
        return _make_answer(reply.status, reply.body)
    return None if reply.run_status == Run.Status.COMPLETED else _make_failure(reply, accepted)


def _make_answer(status: int, body: str) -> HttpResponse:
    if status in WITHOUT_BODY:
        response = HttpResponse(status=status)
        del response["Content-Type"]
        return response
    return HttpResponse(body, status=status, content_type="application/json")


def _make_failure(reply: RunReply, accepted: Mapping[str, Any]) -> HttpResponse:
    ended = "was cancelled" if reply.run_status == Run.Status.CANCELLED else "failed"
    return make_problem(
        status=502,
        code="intake.run_failed",
        detail=f"The request was accepted, but its run {ended} before it answered. Ask the team, and name the run.",
        members=accepted,
    )
