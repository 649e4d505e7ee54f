"""Sends an alert: the row, and a delivery for each person and channel, in the transaction of what is told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.ids import new_uuid
from integrator.lib.veil import get_veil
from integrator.people.models import Person
from notifications.bells import ring_deliveries
from notifications.channels.email.sending import find_hindrance
from notifications.models import Alert, AlertType, Channel, Delivery, Severity, State


@dataclass(frozen=True, kw_only=True)
class NewAlert:
    """An alert to send: its id was given out before; the type exists; ``people`` are ids of ``resolve_audience``."""

    alert_id: uuid.UUID
    type_key: str
    title: str
    people: tuple[int, ...]
    team_id: int
    body: str = ""
    link: str = ""
    severity: str = Severity.INFO
    correlation: str = ""


def send_alert_in(new: NewAlert, *, actor: Actor, now: datetime) -> Alert:
    """This will store the alert with its deliveries, tell of it, and wake the deliverers after the commit.

    In the product it is there with the commit; e-mail goes out from its row. What lies under a veil is masked for good:
    an alert leaves the product. People who were deactivated meanwhile get none.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("This operation is part of a transaction: open one first.")
    veil = get_veil()
    alert = Alert.objects.create(
        id=new.alert_id,
        type=AlertType.objects.get(key=new.type_key),
        team_id=new.team_id,
        title=veil.mask_text(new.title)[:500],
        body=veil.mask_text(new.body),
        link="" if veil.mask_text(new.link) != new.link else new.link,
        severity=new.severity,
        correlation=new.correlation,
        created_at=now,
    )
    people = list(Person.objects.filter(id__in=new.people, is_active=True).order_by("username", "id"))
    deliveries = Delivery.objects.bulk_create(_make_deliveries(alert, people, now))
    record(
        "alert.sent",
        actor=actor,
        subject=("alert", alert.pk),
        data={
            "title": alert.title,
            "type": new.type_key,
            "severity": alert.severity,
            "count": len(people),
            "people": [person.username for person in people],
        },
        correlation=alert.correlation,
        team_id=alert.team_id,
    )
    if any(delivery.state == State.QUEUED for delivery in deliveries):
        ring_deliveries()
    return alert


def _make_deliveries(alert: Alert, people: list[Person], now: datetime) -> Iterator[Delivery]:
    for person in people:
        yield Delivery(
            id=new_uuid(),
            alert=alert,
            person=person,
            channel=Channel.IN_APP,
            state=State.SENT,
            attempts=1,
            created_at=now,
            sent_at=now,
        )
        yield _make_mail(alert, person, now)


def _make_mail(alert: Alert, person: Person, now: datetime) -> Delivery:
    mail = Delivery(
        id=new_uuid(),
        alert=alert,
        person=person,
        channel=Channel.EMAIL,
        state=State.QUEUED,
        due_at=now,
        created_at=now,
    )
    hindrance = find_hindrance(person.email)
    if hindrance is not None:
        mail.state, mail.due_at = State.SKIPPED, None
        mail.error_code, mail.error = hindrance
    return mail
