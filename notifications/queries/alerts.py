"""Finds one's own alerts. A row is the delivery in the product, with its alert; whom else it reached stays untold."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from integrator.people.models import Person
from integrator.people.rights import is_active_person
from notifications.errors import AlertNotFound
from notifications.models import AlertType, Channel, Delivery, State

UNREAD = "unread"
STATES = {UNREAD: State.SENT, "read": State.READ, "acknowledged": State.ACKNOWLEDGED}
COUNT_CAP = 100


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """What to look for; empty members let all through. ``state`` is unread, read or acknowledged; ``q`` in the text."""

    state: str = ""
    severity: str = ""
    type: str = ""
    q: str = ""

    def apply(self, deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """``deliveries`` narrowed to what matches."""
        if self.state:
            deliveries = deliveries.filter(state=STATES[self.state])
        wanted = {"alert__severity": self.severity, "alert__type__key": self.type}
        deliveries = deliveries.filter(**{name: value for name, value in wanted.items() if value})
        text = self.q.strip()
        if text:
            deliveries = deliveries.filter(Q(alert__title__icontains=text) | Q(alert__body__icontains=text))
        return deliveries


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """Who takes an alert on, and since when."""

    person: Person
    at: datetime


def list_own(person: Person) -> QuerySet[Delivery]:
    """The person's alerts, without an order; none for somebody deactivated."""
    if not is_active_person(person):
        return Delivery.objects.none()
    return Delivery.objects.filter(person=person, channel=Channel.IN_APP).order_by()


def find_alerts(person: Person, wanted: AlertFilter = AlertFilter()) -> QuerySet[Delivery]:
    """The person's alerts that match, with what pages and API show of them, newest first. One query."""
    rows = wanted.apply(list_own(person)).select_related("alert__type", "alert__team")
    return rows.order_by("-created_at", "-id")


def list_newest(person: Person, limit: int = 8) -> list[Delivery]:
    """The newest alerts, read or not. One query."""
    return list(find_alerts(person)[:limit])


def get_alert_for(person: Person, alert_id: uuid.UUID) -> Delivery:
    """The person's own copy of an alert. Raises AlertNotFound for what was not sent to them. One query."""
    found = list_own(person).filter(alert_id=alert_id).select_related("alert__type", "alert__team").first()
    if found is None:
        raise AlertNotFound
    return found


def list_mails(delivery: Delivery) -> list[Delivery]:
    """The deliveries of the same alert to the same person on other channels. One query."""
    others = Delivery.objects.filter(alert_id=delivery.alert_id, person=delivery.person)
    return list(others.exclude(channel=Channel.IN_APP).order_by("channel"))


def list_acknowledgements(delivery: Delivery) -> list[Acknowledgement]:
    """Who of all that were told has acknowledged the alert, the first first. One query."""
    rows = Delivery.objects.filter(alert_id=delivery.alert_id, state=State.ACKNOWLEDGED).select_related("person")
    return [
        Acknowledgement(person=row.person, at=row.acknowledged_at)
        for row in rows.order_by("acknowledged_at", "id")[:COUNT_CAP]
        if row.acknowledged_at is not None and row.person is not None
    ]


def list_alert_types(person: Person) -> list[AlertType]:
    """The types of the alerts that this person got, by label. One query."""
    ids = list_own(person).values("alert__type_id")
    return list(AlertType.objects.filter(id__in=ids).order_by("label", "id")[:COUNT_CAP])


def count_unread(person: Person) -> int:
    """This will count the unread alerts up to 100, for the bell and the menu. One query."""
    return len(list_own(person).filter(state=State.SENT).values_list("id", flat=True)[:COUNT_CAP])


def count_alerts_since(person: Person, since_at: datetime, wanted: AlertFilter) -> int:
    """This will count the alerts that came after a time and match, up to 100. One query."""
    rows = wanted.apply(list_own(person)).filter(created_at__gt=since_at)
    return len(rows.values_list("id", flat=True)[:COUNT_CAP])
