"""What a person does with their alerts: reads them, and acknowledges them, each once."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person
from notifications.models import Delivery, State
from notifications.queries.alerts import get_alert_for, list_own


def mark_read(*, alert_id: uuid.UUID, person: Person, now: datetime) -> Delivery:
    """This will note that the person has seen it; again changes nothing. Raises AlertNotFound."""
    delivery = get_alert_for(person, alert_id)
    Delivery.objects.filter(pk=delivery.pk, state=State.SENT).update(state=State.READ, read_at=now)
    return get_alert_for(person, alert_id)


def mark_all_read(*, person: Person, now: datetime) -> int:
    """This will note that the person has seen all there is; gives how many were new."""
    return list_own(person).filter(state=State.SENT).update(state=State.READ, read_at=now)


def acknowledge_alert(*, alert_id: uuid.UUID, person: Person, now: datetime) -> Delivery:
    """This will note that the person takes it on, for all who were told to see; again changes nothing.

    Raises AlertNotFound.
    """
    with transaction.atomic():
        delivery = get_alert_for(person, alert_id)
        is_first = (
            Delivery.objects.filter(pk=delivery.pk, state__in=(State.SENT, State.READ)).update(
                state=State.ACKNOWLEDGED, acknowledged_at=now, read_at=Coalesce("read_at", now)
            )
            == 1
        )
        if is_first:
            alert = delivery.alert
            record(
                "alert.acknowledged",
                actor=Actor.person(person),
                subject=("alert", alert.pk),
                data={"title": alert.title, "type": alert.type.key, "severity": alert.severity},
                correlation=alert.correlation,
                team_id=alert.team_id,
            )
    return get_alert_for(person, alert_id)
