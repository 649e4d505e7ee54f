"""Makes alert types that a published flow names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from integrator.events.actors import Actor
from integrator.events.log import record
from notifications.models import AlertType


def ensure_alert_types_in(keys: Iterable[str], *, actor: Actor, now: datetime) -> list[str]:
    """This will make the types that do not exist yet and give their keys, inside the caller's transaction.

    Two publishers at once both succeed; each new type has one event. Keys are 1 to 100 characters.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("This operation is part of a transaction: open one first.")
    wanted = sorted(set(keys))
    known = set(AlertType.objects.filter(key__in=wanted).values_list("key", flat=True))
    made: list[str] = []
    for key in wanted:
        if key in known:
            continue
        label = key.replace("-", " ").replace("_", " ").strip().capitalize() or key
        alert_type, is_new = AlertType.objects.get_or_create(key=key, defaults={"label": label, "created_at": now})
        if is_new:
            data = {"key": key, "name": label}
            record("alert_type.added", actor=actor, subject=("alert_type", alert_type.pk), data=data)
            made.append(key)
    return made
