"""Hears of alerts that other parts ask for by an event, and sends them in the same transaction."""

from __future__ import annotations

from typing import Any, cast

from integrator.events.actors import SYSTEM
from integrator.events.subscribers import RecordedEvent
from integrator.lib.ids import new_uuid
from notifications.operations.sending import NewAlert, send_alert_in
from notifications.operations.types import ensure_alert_types_in


def on_alert_asked(event: RecordedEvent) -> None:
    """This will send the alert to the people the event names by id; a type that is not known yet is made."""
    asked = cast("dict[str, Any]", event.data)
    ensure_alert_types_in([asked["type"]], actor=SYSTEM, now=event.at)
    if event.team_id is None:
        raise ValueError("An alert belongs to a team: the event alert.asked named none.")
    new = NewAlert(
        alert_id=new_uuid(),
        type_key=asked["type"],
        title=asked["title"],
        people=tuple(asked["people"]),
        team_id=event.team_id,
        body=asked.get("body") or "",
        link=asked.get("link") or "",
        severity=asked.get("severity") or "info",
        correlation=event.correlation,
    )
    send_alert_in(new, actor=SYSTEM, now=event.at)
