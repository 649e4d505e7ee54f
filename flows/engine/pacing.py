"""The rate of a connection, shared by all flows and processes: never more requests than allowed in any such time.

The database keeps when the last ones left. Effects that have to wait stay planned: they hold no slot, and the others
go on. Told apart by environment, since each is another system.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from flows.engine.bells import EFFECTS
from flows.models import ConnectionPace
from integrator.database.clock import get_database_now

MARGIN_S = 0.05  # between leaving here and arriving there, so that the other side counts no more than we do
WAKE_WITHIN_S = 1.0  # later than that the watcher looks anyway
LOOK_S = 0.05

_waking = threading.Lock()


def find_closed(now: datetime) -> QuerySet[ConnectionPace, int]:
    """Ids of the environments that let nothing out now."""
    return ConnectionPace.objects.filter(opens_at__gt=now).order_by().values_list("environment_id", flat=True)


def take_turn_in(environment_id: int | None, now: datetime) -> bool:
    """Whether one more request may leave now, which is then counted. In the transaction that claims it."""
    if environment_id is None:
        return True
    pace = ConnectionPace.objects.select_for_update(no_key=True).filter(environment_id=environment_id).first()
    if pace is None:
        return True
    seconds = now.timestamp()
    left_at = [at for at in pace.left_at if at > seconds - pace.per_s - MARGIN_S]
    may_leave = len(left_at) < pace.requests
    if may_leave:
        left_at.append(seconds)
    pace.left_at = left_at
    is_full = len(left_at) >= pace.requests
    opens_s = left_at[-pace.requests] + pace.per_s + MARGIN_S if is_full else None
    pace.opens_at = datetime.fromtimestamp(opens_s, UTC) if opens_s is not None else None
    pace.save(update_fields=["left_at", "opens_at"])
    if opens_s is not None and opens_s - seconds <= WAKE_WITHIN_S:
        delay_s = opens_s - seconds
        transaction.on_commit(lambda: wake_in(delay_s), robust=True)
    return may_leave


def wait_for_turn(environment_id: int | None, within_s: float) -> bool:
    """Wait until one more request of a call under way may leave; False when the time is over before that."""
    ends_at = time.monotonic() + within_s
    while True:
        with transaction.atomic():
            if take_turn_in(environment_id, get_database_now()):
                return True
        opens_at = ConnectionPace.objects.filter(environment_id=environment_id).values_list("opens_at", flat=True)
        wait_s = ((opens_at[0] or get_database_now()) - get_database_now()) / timedelta(seconds=1) if opens_at else 0
        if time.monotonic() + wait_s > ends_at:
            return False
        time.sleep(max(LOOK_S, wait_s))


def wake_in(delay_s: float) -> None:
    """Ring for effects when the gate opens, once for all who ask meanwhile. The watcher looks anyway."""
    if not _waking.acquire(blocking=False):
        return

    def ring() -> None:
        _waking.release()
        EFFECTS.ring()

    timer = threading.Timer(max(0.0, delay_s), ring)
    timer.daemon = True
    timer.start()
