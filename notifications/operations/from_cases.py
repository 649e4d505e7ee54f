"""Alerts about people's work: who was called on in a comment, and guests who get their link. Hears of both by event."""

from __future__ import annotations

import uuid
from typing import Any

from integrator.database.clock import get_database_now
from integrator.events.actors import SYSTEM
from integrator.events.log import record
from integrator.events.subscribers import RecordedEvent
from integrator.lib.ids import new_uuid
from integrator.people.models import Person
from notifications.bells import ring_deliveries
from notifications.channels.email.sending import find_hindrance
from notifications.models import Alert, AlertType, Channel, Delivery, State
from notifications.operations.sending import NewAlert, send_alert_in
from notifications.operations.types import ensure_alert_types_in

MENTION, INVITATION = "mention", "guest-invitation"


def tell_mentioned(event: RecordedEvent) -> None:
    """Who a comment calls on, and may see it, is told."""
    people = _read_ids(event.data.get("people"))
    if not people or event.team_id is None:
        return
    author = Person.objects.filter(pk=event.actor.person_id).first() if event.actor.person_id is not None else None
    path = "inbox" if event.subject_type == "task" else "cases"
    ensure_alert_types_in([MENTION], actor=SYSTEM, now=event.at)
    new = NewAlert(
        alert_id=new_uuid(),
        type_key=MENTION,
        title=f"{author or 'Somebody'} wrote to you about “{event.data.get('title') or 'a task'}”"[:500],
        body=str(event.data.get("text") or ""),
        people=people,
        team_id=event.team_id,
        link=f"/{path}/{event.subject_id}/",
        correlation=event.correlation,
    )
    send_alert_in(new, actor=event.actor, now=event.at)


def mail_guest(event: RecordedEvent) -> None:
    """A guest's link goes out by mail. It is made when the mail is sent, and kept nowhere."""
    if event.team_id is None:
        return
    address, now = str(event.data.get("email")), get_database_now()
    ensure_alert_types_in([INVITATION], actor=SYSTEM, now=now)
    alert = Alert.objects.create(
        id=new_uuid(),
        type=AlertType.objects.get(key=INVITATION),
        team_id=event.team_id,
        title=f"You are asked: {event.data.get('title')}"[:500],
        body="Please open the link and answer. It works once, and needs no account. Nothing happens by only looking.",
        correlation=event.correlation,
        created_at=now,
    )
    hindrance = find_hindrance(address)
    code, words = hindrance or ("", "")
    Delivery.objects.create(
        id=new_uuid(),
        alert=alert,
        person=None,
        address=address,
        link_of=uuid.UUID(str(event.data.get("pass"))),
        channel=Channel.EMAIL,
        state=State.SKIPPED if hindrance else State.QUEUED,
        due_at=None if hindrance else now,
        error_code=code,
        error=words,
        created_at=now,
    )
    data = {"title": alert.title, "type": INVITATION, "severity": alert.severity, "count": 1, "people": [address]}
    record(
        "alert.sent",
        actor=SYSTEM,
        subject=("alert", alert.pk),
        data=data,
        correlation=alert.correlation,
        team_id=alert.team_id,
    )
    if not hindrance:
        ring_deliveries()


def _read_ids(value: Any) -> tuple[int, ...]:
    return tuple(one for one in value if isinstance(one, int)) if isinstance(value, list | tuple) else ()
