"""Erases what events say about a subject. The rows stay, so the log still verifies; ``event.erased`` names them."""

from __future__ import annotations

from django.db import transaction

from integrator.events.actors import Actor
from integrator.events.erased_ids import format_ids
from integrator.events.errors import NothingToErase
from integrator.events.log import record
from integrator.events.models import Event, EventPayload

_ROWS_A_BATCH = 1_000


def erase_payloads(*, subject: tuple[str, object], reason: str, actor: Actor) -> int:
    """This will delete payload and salt of every event about ``subject`` and give their count.

    Records ``event.erased`` with the ids, in the same transaction. An erasure itself is never erased. Until the next
    seal ``verify_events`` reports the gap. Raises NothingToErase.
    """
    erased_count = 0
    while batch_count := _erase_batch(subject, reason, actor):
        erased_count += batch_count
    if not erased_count:
        raise NothingToErase("No event about this subject has contents to erase: check the subject's type and id.")
    return erased_count


def _erase_batch(subject: tuple[str, object], reason: str, actor: Actor) -> int:
    subject_type, subject_id = subject
    with transaction.atomic():
        rows = Event.objects.filter(subject_type=subject_type, subject_id=str(subject_id), payload__isnull=False)
        ids = list(rows.exclude(name="event.erased").order_by("id").values_list("id", flat=True)[:_ROWS_A_BATCH])
        if not ids:
            return 0
        EventPayload.objects.filter(event_id__in=ids).delete()
        record(
            "event.erased",
            actor=actor,
            subject=subject,
            data={"ids": format_ids(ids), "count": len(ids), "reason": reason},
        )
    return len(ids)
