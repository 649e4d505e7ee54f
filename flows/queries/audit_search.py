"""Turns what somebody typed or sent into the one filter of the event log, for page and API alike. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from flows.models import Flow
from flows.queries.audit import AuditFilter
from integrator.people.models import Person

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 12, 31)  # no event is outside, and no clock overflows inside


def make_filter(typed: Mapping[str, Any]) -> AuditFilter:
    """The filter that checked fields mean; a missing or empty one lets all through.

    ``since`` and ``until`` are dates (both included) in the time zone in force, ``subject`` is a kind and an id behind
    a space, ``actor`` a user name or an actor text, ``flow`` a key. Two queries at most.
    """
    kind, _, ident = _read(typed, "subject").partition(" ")
    until, flow = typed.get("until"), _read(typed, "flow")
    return AuditFilter(
        flow=flow,
        flow_id=Flow.objects.filter(key=flow).values_list("id", flat=True).first() if flow else None,
        outcome=_read(typed, "outcome"),
        amount_from=typed.get("amount_from"),
        amount_to=typed.get("amount_to"),
        name=_read(typed, "name"),
        actor=read_actor(_read(typed, "actor")),
        subject_type=kind,
        subject_id=ident.strip(),
        correlation=_read(typed, "correlation"),
        since_at=_day_begins(typed.get("since")),
        until_at=_day_begins(min(until, LAST_DAY) + timedelta(days=1)) if until else None,
    )


def read_actor(text: str) -> str:
    """``lee`` → ``person:12``; what looks like an actor already stays, so does a name nobody has (it finds nothing)."""
    text = text.strip()
    if not text or ":" in text:
        return text
    found = Person.objects.filter(username=text.lower()).values_list("pk", flat=True).first()
    return f"person:{found}" if found else text


def _read(typed: Mapping[str, Any], name: str) -> str:
    return str(typed.get(name) or "").strip()


def _day_begins(day: date | None) -> datetime | None:
    """Midnight of a date in the zone in force."""
    if day is None:
        return None
    within = min(max(day, FIRST_DAY), LAST_DAY + timedelta(days=1))
    return timezone.make_aware(datetime.combine(within, time.min))
