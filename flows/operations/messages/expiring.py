"""Letting go of messages that nobody waited for in time. Each is told as an event; the row stays, marked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from flows.models import Message
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many

EXPIRED_AT_ONCE = 500


def expire_parked_messages(now: datetime) -> int:
    """This will mark kept messages whose time is over, in batches; how many there were."""
    expired = 0
    while found := _expire_some(now):
        expired += found
    return expired


def _expire_some(now: datetime) -> int:
    with transaction.atomic(durable=True):
        due = Message.objects.filter(status=Message.Status.PARKED, parked_until__lte=now)
        rows = due.select_for_update(no_key=True, skip_locked=True) if _can_skip() else due
        messages = list(rows.defer("data").order_by("parked_until", "id")[:EXPIRED_AT_ONCE])
        Message.objects.filter(id__in=[message.pk for message in messages]).update(status=Message.Status.EXPIRED)
        record_many(
            [
                EventDraft(
                    name="message.expired",
                    actor=SYSTEM,
                    subject=("message", message.pk),
                    data={"name": message.name},
                    correlation=message.case_number,
                    team_id=message.team_id,
                )
                for message in messages
            ]
        )
    return len(messages)


def _can_skip() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)
