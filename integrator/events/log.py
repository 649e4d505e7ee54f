"""The one way into the event log: ``record`` and ``record_many``, in the transaction of the change they tell of.

Storing and telling subscribers happen here; what an event looks like is in ``catalogue.py``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from integrator.events.actors import Actor
from integrator.events.catalogue import get_event_type
from integrator.events.payloads import SALT_BYTES, Changes, digest_payload, encode_payload
from integrator.events.store import StoredRow, insert_rows
from integrator.events.subscribers import RecordedEvent, has_subscribers, load_subscriber, tell_subscribers
from integrator.lib.veil import Veil, get_veil


@dataclass(frozen=True, kw_only=True, slots=True)
class EventDraft:
    """An event before it is stored. ``at`` None means database time; ``depth`` counts the event triggers before it."""

    name: str
    actor: Actor
    subject: tuple[str, object]
    data: Mapping[str, object] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    correlation: str = ""
    team_id: int | None = None
    at: datetime | None = None
    depth: int = 0


def record(  # noqa: PLR0913 - one keyword for each column of the log
    name: str,
    *,
    actor: Actor,
    subject: tuple[str, object],
    data: Mapping[str, object] | None = None,
    changes: Changes | None = None,
    correlation: str = "",
    team_id: int | None = None,
) -> None:
    """This will store one event and tell its subscribers. ``changes`` maps a field to ``(old, new)``.

    Raises ValueError for a name that the catalogue has not, RuntimeError outside a transaction.
    """
    record_many(
        [
            EventDraft(
                name=name,
                actor=actor,
                subject=subject,
                data=data or {},
                changes=changes or {},
                correlation=correlation,
                team_id=team_id,
            )
        ]
    )


def record_many(drafts: Sequence[EventDraft]) -> None:
    """This will store ``drafts`` in their order, in one round trip on PostgreSQL, then tell the subscribers.

    What lies under a veil (``integrator.lib.veil``) is masked before it is stored.

    Raises ValueError for a name that the catalogue has not, RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Events are recorded in the transaction of the change: open one first.")
    if not drafts:
        return
    stored = insert_rows(make_rows(drafts))
    ring_after_commit()
    for draft, (event_id, at) in zip(drafts, stored, strict=True):
        tell_stored(draft, event_id, at)


def make_rows(drafts: Sequence[EventDraft]) -> list[StoredRow]:
    """The rows of ``drafts``, for ``record_many`` and for who stores events and their change in one statement.

    Who does so must ask first that nobody listens in the transaction, and call ``tell_stored`` for each and
    ``ring_after_commit`` afterwards.
    """
    if getattr(settings, "EVENT_SCHEMAS_CHECKED", settings.DEBUG):
        for draft in drafts:
            get_event_type(draft.name).check(draft.data)
    salts = os.urandom(SALT_BYTES * len(drafts))
    veil = get_veil()
    kept = [_veil(draft, veil) for draft in drafts] if veil else drafts
    return [_make_row(draft, salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]) for place, draft in enumerate(kept)]


def tell_stored(draft: EventDraft, event_id: int, at: datetime) -> None:
    """This will tell the subscribers of an event that was stored, as it was stored."""
    if has_subscribers(draft.name):
        veil = get_veil()
        tell_subscribers(_as_recorded(_veil(draft, veil) if veil else draft, event_id, at, carried=draft.data))


def ring_after_commit() -> None:
    """This will wake, after the commit, whoever feeds open pages; once for all events of one storing."""
    if settings.EVENT_BELL:
        transaction.on_commit(load_subscriber(settings.EVENT_BELL), robust=True)


def _make_row(draft: EventDraft, salt: bytes) -> StoredRow:
    get_event_type(draft.name)
    payload = encode_payload(draft.data, draft.changes)
    subject_type, subject_id = draft.subject
    return StoredRow(
        draft.at,
        draft.name,
        str(draft.actor),
        subject_type,
        str(subject_id),
        draft.correlation,
        draft.team_id,
        digest_payload(salt, payload),
        draft.depth,
        salt,
        payload,
    )


def _veil(draft: EventDraft, veil: Veil) -> EventDraft:
    """The event as it is kept and told: without the sensitive values of what it is about."""
    changes = {name: (veil.mask(old), veil.mask(new)) for name, (old, new) in draft.changes.items()}
    return replace(draft, data=veil.mask(draft.data), changes=changes)


def _as_recorded(draft: EventDraft, event_id: int, at: datetime, *, carried: Mapping[str, object]) -> RecordedEvent:
    return RecordedEvent(
        id=event_id,
        at=at,
        name=draft.name,
        actor=draft.actor,
        subject_type=draft.subject[0],
        subject_id=str(draft.subject[1]),
        correlation=draft.correlation,
        team_id=draft.team_id,
        depth=draft.depth,
        data=draft.data,
        changes=draft.changes,
        carried=carried,
    )
