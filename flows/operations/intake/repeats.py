"""Repeats: each is kept beside the first call with its key, and gets the answer that the first one got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from flows.models import StoredRequest
from flows.operations.intake.arrivals import Arrival
from flows.operations.intake.storing import First, find_firsts
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many

DIFFERS = "The same key came with another body; nothing was changed."


def keep_repeats(repeats: Sequence[Arrival]) -> dict[UUID, dict[str, Any]]:
    """This will keep calls whose key was taken, with an event each; their answers, by the run that they did not start.

    Another body under the same key is told with both digests. Raises IntegrityError where there is no first.
    """
    firsts = find_firsts([arrival.key for arrival in repeats if arrival.key is not None])
    kept = [(arrival, _find(arrival, firsts)) for arrival in repeats]
    rows = {arrival.run_id: _make_row(arrival, first) for arrival, first in kept}
    with transaction.atomic(durable=True):
        StoredRequest.objects.bulk_create(rows.values())
        record_many([_draft(arrival, first, rows[arrival.run_id]) for arrival, first in kept])
    return {run_id: row.answer or {} for run_id, row in rows.items()}


def _find(arrival: Arrival, firsts: dict[tuple[int, str], First]) -> First:
    first = firsts.get(arrival.key) if arrival.key is not None else None
    if first is None:
        raise IntegrityError("A call was taken for a repeat, and its first is not there.")
    return first


def _differs(arrival: Arrival, first: First) -> bool:
    return bool(first.body_sha256 != arrival.fields["body_sha256"])


def _make_row(arrival: Arrival, first: First) -> StoredRequest:
    fields = {
        **arrival.fields,
        "outcome": StoredRequest.Outcome.DUPLICATE,
        "reason": DIFFERS if _differs(arrival, first) else "",
        "answer": {**first.answer, "duplicate": True},
        "run_id": first.run_id,
        "original_id": first.id,
    }
    return StoredRequest(**fields)


def _draft(arrival: Arrival, first: First, row: StoredRequest) -> EventDraft:
    differs = _differs(arrival, first)
    data: dict[str, object] = {"path": arrival.listener.path, "run": str(first.run_id or "")}
    if differs:
        data |= {"first_digest": first.body_sha256, "digest": row.body_sha256}
    return EventDraft(
        name="request.duplicate_differs" if differs else "request.duplicate",
        actor=Actor.caller(arrival.listener.path),
        subject=("request", row.id),
        data=data,
        correlation=str(first.run_id or first.answer.get("case") or ""),
        team_id=arrival.listener.team_id,
    )
