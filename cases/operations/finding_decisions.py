"""Keeps beside each decision in the log what audits search by: its outcome and amount."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.models import DecidedEvent
from integrator.events.subscribers import RecordedEvent


def mark_decided(event: RecordedEvent) -> None:
    """This will keep the outcome, the team and, of an approval by amount, the amount of a decision."""
    outcome = str(event.data.get("outcome") or "")
    if not outcome:
        return
    amount, currency = read_marked_amount(event.data)
    DecidedEvent.objects.get_or_create(
        event_id=event.id,
        defaults={"outcome": outcome[:100], "amount": amount, "currency": currency, "team_id": event.team_id},
    )


def read_marked_amount(data: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    """The amount of a decision: its own, or what was seen with it."""
    seen = data.get("seen")
    source = seen if isinstance(seen, Mapping) and "amount" in seen else data
    try:
        amount = Decimal(str(source["amount"]))
    except (KeyError, InvalidOperation):
        return None, ""
    return (amount, str(source.get("currency") or "")[:3]) if amount.is_finite() else (None, "")
