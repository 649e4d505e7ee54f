"""Samples of the log as their drawer sees them: nobody else's. Changes nothing."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from cases.models import AuditSample
from integrator.events.queries import EventRow, describe_events, events_visible_to
from integrator.people.models import Person


def list_samples(person: Person) -> QuerySet[AuditSample]:
    """The person's own samples, newest first."""
    return AuditSample.objects.filter(drawn_by=person).order_by("-drawn_at", "-id")


def find_sample(person: Person, sample_id: uuid.UUID) -> AuditSample | None:
    """One of the person's own; None for another one's and for what there is not."""
    return list_samples(person).filter(pk=sample_id).first()


def list_drawn(person: Person, sample: AuditSample) -> list[EventRow]:
    """The drawn events, oldest first, as far as the person may read them still."""
    rows = events_visible_to(person).filter(id__in=sample.event_ids)
    return describe_events(rows.select_related("payload").order_by("id"))
