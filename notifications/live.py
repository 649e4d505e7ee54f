"""Who hears live of alerts: those they were sent to. Names only ids. Reads only."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from integrator.live.tail import News
from integrator.live.topics import Notice
from notifications.models import Channel, Delivery


def tell_alerts(news: Sequence[News]) -> Mapping[int, Sequence[Notice]]:
    """This will tell the people of an alert that it came, or that somebody acknowledged it. One query."""
    ids = {alert_id for event in news if (alert_id := _read_id(event.subject_id)) is not None}
    people: defaultdict[str, set[int]] = defaultdict(set)
    rows = Delivery.objects.filter(alert_id__in=ids, channel=Channel.IN_APP).order_by()
    for alert_id, person_id in rows.values_list("alert_id", "person_id"):
        people[str(alert_id)].add(person_id)
    return {
        event.id: (Notice(about=(("alert", event.subject_id),), people=frozenset(people[event.subject_id])),)
        for event in news
        if event.subject_id in people
    }


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
