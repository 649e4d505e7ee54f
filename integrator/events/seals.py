"""Makes seals: every few seconds a signed Merkle root over the rows that can no longer change. One sealer at a time.

PostgreSQL: an advisory lock; a seal ends below ``pg_snapshot_xmin``, so that no row can still commit into it.
SQLite: writers are serial, so every row that can be read lies before every row to come.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import close_old_connections, connection, transaction
from django.db.models import Max, QuerySet

from integrator.database.clock import get_database_now, is_postgresql
from integrator.events.errors import SealKeyChanged
from integrator.events.horizon import Horizon, lock_out_writers, read_horizon, take_sealer_lock
from integrator.events.keys import SigningKey, build_ring, load_signing_key
from integrator.events.leaves import LEAF_COLUMNS, LeafRow, ManifestEntry, pack_manifest
from integrator.events.merkle import RootBuilder
from integrator.events.models import Event, Seal, SealKeyRotation, SealKind
from integrator.events.ranges import get_head, unsealed
from integrator.events.statements import hash_seal, seal_body

EVERY_S = 5.0
ROWS_A_SEAL = 10_000  # aimed at; one PostgreSQL transaction is never split
SQLITE_CLUSTER = "sqlite"
_READ_ROWS = 2_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Bounds:
    kind: SealKind
    tx_from: int = 0
    tx_to: int = 0
    id_from: int = 0
    id_mark: int = 0


def seal_loop(stop: threading.Event, every_s: float = EVERY_S) -> None:
    """This will seal every ``every_s`` seconds until ``stop`` is set, and once more then. For a thread of its own."""
    try:
        while not stop.wait(every_s):
            _seal_or_log()
        _seal_or_log()
    finally:
        connection.close()


def seal_now() -> Seal | None:
    """This will seal all rows that can be sealed, in as many seals as that takes, and give the last one.

    None when there was nothing to seal or another sealer is at it. Raises SealKeyChanged, SealKeyUnreadable.
    """
    last = None
    while made := _seal_postgresql() if is_postgresql() else _seal_sqlite():
        last = made
    return last


def _seal_or_log() -> None:
    close_old_connections()
    try:
        seal_now()
    except Exception:
        logger.exception("The event log could not be sealed; trying again")
    finally:
        close_old_connections()


def _seal_postgresql() -> Seal | None:
    with transaction.atomic():
        if not take_sealer_lock():
            return None
        head, horizon = get_head(), read_horizon()
        if _starts_epoch(head, horizon):
            return _adopt(head, horizon.cluster) if lock_out_writers() else None
        rows = Event.objects.filter(unsealed(head), tx__lt=horizon.tx_min).order_by("tx", "id")
        tx_to = _cap(rows) or horizon.tx_min
        bounds = _Bounds(
            kind=SealKind.TX,
            tx_from=head.tx_to if head else 0,
            tx_to=tx_to,
            id_from=_epoch_base(head),
        )
        seal = _measure(head, horizon.cluster, bounds, rows.filter(tx__lt=tx_to))
        return _store(head, seal) if seal.count else None


def _seal_sqlite() -> Seal | None:
    head = get_head()
    if head is not None and head.cluster != SQLITE_CLUSTER:
        with transaction.atomic():
            return _adopt(head, SQLITE_CLUSTER)
    rows = Event.objects.filter(unsealed(head)).order_by("id")[:ROWS_A_SEAL]
    bounds = _Bounds(kind=SealKind.IDS, id_from=head.id_to if head else 0)
    seal = _measure(head, SQLITE_CLUSTER, bounds, rows)  # outside of the transaction: writers need not wait for it
    if not seal.count:
        return None
    with transaction.atomic():
        return _store(head, seal) if get_head() == head else None


def _adopt(head: Seal | None, cluster: str) -> Seal:
    """The first seal of an epoch, with all rows that no seal has. No writer may be under way."""
    highest = Event.objects.aggregate(highest=Max("id"))["highest"] or 0
    bounds = _Bounds(
        kind=SealKind.ADOPTED,
        tx_from=head.tx_to if head else 0,
        tx_to=read_horizon().tx_min if is_postgresql() else 0,
        id_from=_epoch_base(head) if head and head.kind == SealKind.TX else _id_to(head),
        id_mark=_id_to(head),
    )
    logger.warning("The event log begins a new epoch in the database cluster %s", cluster)
    late = Event.objects.filter(id__gt=bounds.id_mark) | Event.objects.filter(
        id__gt=bounds.id_from, tx__gte=bounds.tx_from
    )
    seal = _measure(head, cluster, bounds, late.order_by("id"))
    seal.id_to = max(highest, seal.id_to)
    return _store(head, seal)


def _measure(head: Seal | None, cluster: str, bounds: _Bounds, rows: QuerySet[Event]) -> Seal:
    """An unsigned seal over ``rows``."""
    builder, entries = RootBuilder(), list[ManifestEntry]()
    for row in read_leaves(rows):
        leaf, mark = row.encode()
        builder.add(leaf)
        entries.append(ManifestEntry(row.id, mark))
    ids = [entry.id for entry in entries]
    is_new_epoch = bounds.kind == SealKind.ADOPTED or head is None
    return Seal(
        number=head.number + 1 if head else 1,
        epoch=(head.epoch if head else 0) + (1 if is_new_epoch else 0),
        cluster=cluster,
        kind=bounds.kind,
        tx_from=bounds.tx_from,
        tx_to=bounds.tx_to,
        id_from=bounds.id_from,
        id_to=max([_id_to(head), *ids]),
        id_mark=bounds.id_mark,
        count=builder.count,
        first_id=min(ids, default=0),
        last_id=max(ids, default=0),
        root=builder.root().hex(),
        manifest=pack_manifest(entries),
        previous=hash_seal(head) if head else "",
    )


def read_leaves(rows: QuerySet[Event]) -> Iterable[LeafRow]:
    """``rows`` with their payloads, streamed."""
    return (LeafRow(*row) for row in rows.values_list(*LEAF_COLUMNS).iterator(chunk_size=_READ_ROWS))


def _store(head: Seal | None, seal: Seal) -> Seal:
    key = load_signing_key()
    _refuse_unknown_key(head, key)
    seal.sealed_at = get_database_now()
    seal.key_id = key.public.id
    seal.signature = key.sign("seal", seal_body(seal))
    seal.save(force_insert=True)
    return seal


def _refuse_unknown_key(head: Seal | None, key: SigningKey) -> None:
    if head is None or head.key_id == key.public.id:
        return
    if head.key_id not in build_ring(key.public, SealKeyRotation.objects.all()):
        raise SealKeyChanged(
            "The seal key file is not the one that signed the last seal, and no rotation joins the two: "
            "restore the old key file, or change it with rotate_seal_key.",
            {"expected": head.key_id, "found": key.public.id},
        )


def _starts_epoch(head: Seal | None, horizon: Horizon) -> bool:
    if head is None:  # rows that came from elsewhere before anything was sealed here
        return Event.objects.filter(tx__gte=horizon.tx_next).exists()
    return head.cluster != horizon.cluster or horizon.tx_next < head.tx_to


def _cap(rows: QuerySet[Event]) -> int | None:
    """Where to end a seal that would grow too large: a transaction number, exclusive. None when all fits."""
    numbers = rows.values_list("tx", flat=True)
    beyond = list(numbers[ROWS_A_SEAL : ROWS_A_SEAL + 1])
    if not beyond:
        return None
    return beyond[0] if beyond[0] != numbers[0] else beyond[0] + 1


def _epoch_base(head: Seal | None) -> int:
    """Rows of the epochs before have ids up to this one."""
    if head is None:
        return 0
    return head.id_from if head.kind == SealKind.TX else head.id_to


def _id_to(head: Seal | None) -> int:
    return head.id_to if head else 0
