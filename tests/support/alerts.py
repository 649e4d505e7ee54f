"""Alerts for tests: sent to people of the office as a landing would."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from integrator.events.actors import SYSTEM
from integrator.lib.ids import new_uuid
from integrator.people.models import Person
from notifications.audience import resolve_audience
from notifications.models import Alert
from notifications.operations import NewAlert, ensure_alert_types_in, send_alert_in
from tests.support.cases import NOW, Office


def send_alert(office: Office, to: Any = "lee", **more: Any) -> Alert:
    """An alert from marketing to these people."""
    return _send(resolve_audience(to), office.team("marketing").pk, **more)


def send_alert_to(person: Person, *, team_id: int, **more: Any) -> Alert:
    """An alert from a team to one person."""
    return _send((person.pk,), team_id, **more)


def _send(people: tuple[int, ...], team_id: int, **more: Any) -> Alert:
    fields: dict[str, Any] = {"type_key": "erp-down", "title": "The ERP is down", **more}
    with transaction.atomic():
        ensure_alert_types_in([fields["type_key"]], actor=SYSTEM, now=NOW)
        new = NewAlert(alert_id=new_uuid(), people=people, team_id=team_id, **fields)
        return send_alert_in(new, actor=SYSTEM, now=NOW)
