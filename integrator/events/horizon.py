"""PostgreSQL's part in sealing: how far its transactions are, and the two locks. Not called on SQLite."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

_SEALER_LOCK = 0x1E7E_5EA1
_LOCK_TIMEOUT_MS = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """What PostgreSQL says of itself: which cluster, the oldest transaction under way, the first not begun."""

    cluster: str
    tx_min: int
    tx_next: int


def read_horizon() -> Horizon:
    """One query on PostgreSQL. Sees the statement's own snapshot: rows below ``tx_min`` are all decided."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text, pg_snapshot_xmin(snapshot)::text::bigint,"
            " pg_snapshot_xmax(snapshot)::text::bigint"
            " FROM pg_control_system(), (SELECT pg_current_snapshot() AS snapshot) AS now"
        )
        cluster, tx_min, tx_next = cursor.fetchone()
    return Horizon(cluster=cluster, tx_min=tx_min, tx_next=tx_next)


def take_sealer_lock() -> bool:
    """Whether this transaction is now the one sealer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
        return bool(cursor.fetchone()[0])


def lock_out_writers() -> bool:
    """Wait shortly until no writer is under way. False when one stays: adopting later beats holding up the others."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{_LOCK_TIMEOUT_MS}ms"])
            cursor.execute("LOCK TABLE events_event IN SHARE ROW EXCLUSIVE MODE")
    except OperationalError:
        logger.warning("A new epoch of the event log waits for a long transaction to end")
        return False
    return True
