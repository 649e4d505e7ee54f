"""Where messages and waits meet: whoever publishes one and whoever opens the other take the same lock, then look.

Everything here joins the caller's transaction. It inserts signals and never touches a run row.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from flows.engine.bells import ring_runs
from flows.engine.rows import Landing, WaitRow
from flows.engine.run_files import carry_request_files_in
from flows.models import Message, MessageWait, Signal
from integrator.database.clock import get_database_now, is_postgresql
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many

ENGINE = Actor("system", "engine")


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What a message and a wait have in common. ``case_number`` empty: runs of any case, or of none."""

    team_id: int
    name: str
    key: str
    case_number: str = ""

    @property
    def address(self) -> int:
        """The 64-bit digest of team, name and key; the case is looked at besides."""
        return digest_address("message", self.team_id, self.name, self.key)


def digest_address(*parts: object) -> int:
    """A signed 64-bit number for these parts, for locks and indexes; BLAKE2b (RFC 7693) of their JSON."""
    text = json.dumps([str(part) for part in parts])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def lock_addresses_in(addresses: Iterable[int]) -> None:
    """This will hold these addresses until the transaction ends, in one order for all. SQLite's writers are serial."""
    if not connection.in_atomic_block:
        raise RuntimeError("Locks last as long as their transaction, and none is open.")
    wanted = sorted(set(addresses))
    if wanted and is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(a) FROM unnest(%s::bigint[]) AS a", [wanted])


def find_open_waits(meeting: Meeting) -> QuerySet[MessageWait]:
    """Waits that would hear such a message, oldest first. The caller holds the address."""
    waits = MessageWait.objects.filter(
        address=meeting.address,
        closed_at__isnull=True,
        team_id=meeting.team_id,
        name=meeting.name,
        key=meeting.key,
    )
    if meeting.case_number:
        waits = waits.filter(case_number=meeting.case_number)
    return waits.order_by("opened_at", "id")


def meeting_of(message: Message) -> Meeting:
    """What this message looks for."""
    return Meeting(team_id=message.team_id, name=message.name, key=message.key, case_number=message.case_number)


def deliver_in(message: Message, *, now: datetime, actor: Actor = ENGINE) -> list[MessageWait]:
    """This will give a stored message to every open wait for it, each run told; none left: no wait, and no change.

    The caller holds the address, so that no wait opens meanwhile; one that closes meanwhile is not counted.
    """
    waits = list(find_open_waits(meeting_of(message)).select_for_update(no_key=True))
    if waits:
        _give(message, waits, now=now, actor=actor)
    return waits


def park_in(message: Message, *, now: datetime) -> None:
    """This will keep the message for the first wait that opens, for so many days (a setting) since it came."""
    message.status = Message.Status.PARKED
    message.parked_until = message.received_at + timedelta(days=settings.MESSAGE_PARKED_DAYS)
    message.save(update_fields=["status", "parked_until"])
    record_many([_event("message.parked", message, actor=ENGINE)])


def land_messages(held: Sequence[Landing], over: Sequence[Landing]) -> None:
    """This will open and close what landings wait for, and give back the messages that came too late for their run."""
    opened = [(landing, row) for landing in held for row in landing.waits.values() if _is_awaited(landing, row)]
    closed = [wait_id for landing in held for wait_id in landing.closed_waits]
    older = _find_of_no_case(held)
    returned = {wait_id: late for landing in (*held, *over) for wait_id, late in landing.returned.items()}
    if not (opened or returned or older):
        _close(closed)
        return
    messages = Message.objects.in_bulk({message_id for message_id, _ in returned.values()}) if returned else {}
    waits = [_make_wait(landing, row) for landing, row in opened]
    addresses = [wait.address for wait in (*waits, *older)]
    lock_addresses_in([*addresses, *(message.address for message in messages.values())])
    _close(closed)
    MessageWait.objects.bulk_create(waits)
    waits += _bind_to_case(older, held)
    masked = [wait.address for wait in waits if wait.is_masked]
    if masked:
        Message.objects.filter(address__in=masked, is_masked=False).update(is_masked=True)
    for wait_id, (message_id, reason) in returned.items():
        if message_id in messages:
            _give_back(messages[message_id], wait_id, reason)
    _hand_out_parked(waits)


def _find_of_no_case(held: Sequence[Landing]) -> list[MessageWait]:
    """What runs waited for before they had the case that they land with."""
    run_ids = [landing.run_id for landing in held if landing.has_new_case]
    if not run_ids:
        return []
    return list(MessageWait.objects.filter(run_id__in=run_ids, closed_at__isnull=True, case_number=""))


def _bind_to_case(older: Sequence[MessageWait], held: Sequence[Landing]) -> list[MessageWait]:
    """Let these waits hear messages to the case as well; those that are open still. Their addresses are held."""
    if not older:
        return []
    numbers = {landing.run_id: landing.case_number for landing in held}
    rows = MessageWait.objects.filter(id__in=[wait.id for wait in older], closed_at__isnull=True)
    waits = list(rows.select_for_update(no_key=True).order_by("opened_at", "id"))
    for wait in waits:
        wait.case_number = numbers[wait.run_id]
    MessageWait.objects.bulk_update(waits, ["case_number"])
    return waits


def _is_awaited(landing: Landing, row: WaitRow) -> bool:
    return row.message is not None and row.id not in landing.closed_waits


def _make_wait(landing: Landing, row: WaitRow) -> MessageWait:
    name, key = row.message or ("", "")
    return MessageWait(
        id=row.id,
        run_id=row.run_id,
        step_key=row.step_key,
        team_id=row.team_id,
        name=name,
        key=key,
        is_masked=landing.veil.mask_text(key) != key,
        address=Meeting(team_id=row.team_id, name=name, key=key).address,
        case_number=landing.case_number,
        opened_at=row.opened_at,
    )


def _close(wait_ids: Sequence[uuid.UUID]) -> None:
    """Waits that ended otherwise: by their time, a cancel, a join. One that heard its message is closed already."""
    if not wait_ids:
        return
    rows = MessageWait.objects.filter(id__in=wait_ids, closed_at__isnull=True).order_by("opened_at", "id")
    # Locked in the order of those who deliver: without it a message to several of them and this wait for each other.
    locked = list(rows.select_for_update(no_key=True).values_list("id", flat=True))
    if locked:
        MessageWait.objects.filter(id__in=locked).update(closed_at=get_database_now())


def _hand_out_parked(waits: Sequence[MessageWait]) -> None:
    """Each wait takes the oldest message kept for it; a message goes to one wait, once."""
    if not waits:
        return
    now = get_database_now()
    kept = Message.objects.filter(status=Message.Status.PARKED, parked_until__gt=now)
    addresses = set(kept.filter(address__in={wait.address for wait in waits}).values_list("address", flat=True))
    for wait in waits:
        if wait.address not in addresses or wait.closed_at is not None:
            continue
        found = kept.filter(
            address=wait.address,
            team_id=wait.team_id,
            name=wait.name,
            key=wait.key,
            case_number__in={"", wait.case_number},
        )
        message = found.select_for_update(no_key=True).order_by("received_at", "id").first()
        if message is not None:
            _give(message, [wait], now=now, actor=ENGINE)


def _give(message: Message, waits: Sequence[MessageWait], *, now: datetime, actor: Actor) -> None:
    message.status, message.parked_until = Message.Status.DELIVERED, None
    message.save(update_fields=["status", "parked_until"])
    for wait in waits:
        wait.closed_at, wait.message = now, message
    MessageWait.objects.filter(id__in=[wait.id for wait in waits]).update(closed_at=now, message=message)
    data = json.loads(message.data)
    if message.request_id is not None:
        runs = [wait.run_id for wait in waits]
        carry_request_files_in(data, request_id=message.request_id, to_runs=runs, now=now)
    news = _as_news(message, data)
    Signal.objects.bulk_create(
        Signal(run_id=wait.run_id, kind=Signal.Kind.WAIT, subject=wait.id, data=news, created_at=now) for wait in waits
    )
    record_many(
        [
            _event(
                "message.delivered", message, actor=actor, correlation=str(wait.run_id), data={"step": wait.step_key}
            )
            for wait in waits
        ]
    )
    ring_runs()


def _as_news(message: Message, data: object) -> str:
    told = {
        "ref": str(message.pk),
        "name": message.name,
        "key": message.key,
        "data": data,
        "id": message.message_id or str(message.request_id or message.pk),
    }
    return json.dumps({"message": told, "reason": f"The message “{message.name}” came."}, ensure_ascii=False)


def _give_back(message: Message, wait_id: uuid.UUID, reason: str) -> None:
    """Its run had moved on when it was read: it counts as not delivered there, and waits for another if it has none."""
    now = get_database_now()
    wait = MessageWait.objects.filter(id=wait_id).first()
    if wait is None or wait.message_id != message.pk:
        return
    MessageWait.objects.filter(id=wait_id).update(message=None)
    told: dict[str, object] = {"step": wait.step_key, "reason": reason}
    record_many([_event("message.late", message, actor=ENGINE, correlation=str(wait.run_id), data=told)])
    if not MessageWait.objects.filter(message=message).exists() and not deliver_in(message, now=now):
        park_in(message, now=now)


def _event(
    name: str, message: Message, *, actor: Actor, correlation: str = "", data: dict[str, object] | None = None
) -> EventDraft:
    told: dict[str, object] = {"name": message.name, **(data or {})}  # never the key, which may be sensitive
    return EventDraft(
        name=name,
        actor=actor,
        subject=("message", message.pk),
        data=told,
        correlation=correlation or message.case_number,
        team_id=message.team_id,
    )
