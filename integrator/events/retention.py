"""Removes the oldest events, whole seals at a time, and leaves a signed tombstone that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from integrator.database.clock import get_database_now, is_postgresql
from integrator.events.actors import Actor
from integrator.events.guard import open_guard_door
from integrator.events.horizon import take_sealer_lock
from integrator.events.keys import load_signing_key
from integrator.events.log import record
from integrator.events.models import EventPayload, Seal, Tombstone
from integrator.events.ranges import get_head, list_epoch_ends, rows_of
from integrator.events.statements import hash_seal, tombstone_body

_ROWS_A_BATCH = 5_000  # a transaction stays short: other writers wait for it on SQLite
_SEALS_A_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class PurgeResult:
    """How many events went, and the last seal that went with them (0 when none did)."""

    removed_count: int
    through_seal: int


def purge_events(*, before: datetime, actor: Actor) -> PurgeResult:
    """This will remove the seals made before ``before`` with their events, oldest first, in short transactions.

    The newest seal always stays. Each transaction leaves a tombstone and records ``log.purged``. Stops early when
    another sealer or purge is at it. Raises SealKeyUnreadable.
    """
    removed_count = through_seal = 0
    while batch := _purge_batch(before, actor):
        removed_count += batch.removed_count
        through_seal = batch.through_seal
    return PurgeResult(removed_count=removed_count, through_seal=through_seal)


def _purge_batch(before: datetime, actor: Actor) -> PurgeResult | None:
    with transaction.atomic():
        if is_postgresql() and not take_sealer_lock():
            return None
        seals = _choose_seals(before)
        if not seals:
            return None
        last = seals[-1]
        through_hash = hash_seal(last)
        epoch_ends = list_epoch_ends()
        with open_guard_door():
            for seal in seals:
                rows = rows_of(seal, epoch_ends).order_by()
                EventPayload.objects.filter(event_id__in=rows.values("id")).delete()
                rows.delete()
            Seal.objects.filter(number__lte=last.number).delete()
            earlier = Tombstone.objects.order_by("-through_seal").first()
            Tombstone.objects.all().delete()
        removed_count = sum(seal.count for seal in seals)
        _leave_tombstone(last.number, through_hash, removed_count + (earlier.removed_count if earlier else 0))
        record(
            "log.purged",
            actor=actor,
            subject=("log", "events"),
            data={"count": removed_count, "through_seal": last.number, "before": before},
        )
    return PurgeResult(removed_count=removed_count, through_seal=last.number)


def _choose_seals(before: datetime) -> list[Seal]:
    head = get_head()
    if head is None:
        return []
    chosen: list[Seal] = []
    old = Seal.objects.filter(sealed_at__lt=before, number__lt=head.number).order_by("number")
    for seal in old[:_SEALS_A_BATCH]:
        chosen.append(seal)
        if sum(each.count for each in chosen) >= _ROWS_A_BATCH:
            break
    return chosen


def _leave_tombstone(through_seal: int, through_hash: str, removed_count: int) -> None:
    key = load_signing_key()
    tombstone = Tombstone(
        through_seal=through_seal,
        through_hash=through_hash,
        removed_count=removed_count,
        purged_at=get_database_now(),
        key_id=key.public.id,
    )
    tombstone.signature = key.sign("tombstone", tombstone_body(tombstone))
    tombstone.save(force_insert=True)
