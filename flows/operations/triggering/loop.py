"""The loop of a worker that hears events and acts on occasions, each second or when this process made one."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import close_old_connections, connection

from flows.operations.triggering.firing import fire_next
from flows.operations.triggering.hearing import hear_events
from flows.operations.triggering.planning import WAKE
from integrator.database.clock import is_postgresql

logger = logging.getLogger(__name__)
EVERY_S = 1.0
SLOTS = 6  # more than may call outside at once

_ANY = """
SELECT EXISTS (SELECT 1 FROM flows_triggerstate WHERE live_since IS NOT NULL AND NOT hears = ''),
       EXISTS (SELECT 1 FROM flows_triggerfiring WHERE lease_until IS NULL OR lease_until < {now})
"""
_SQL = {True: _ANY.format(now="now()"), False: _ANY.format(now="strftime('%Y-%m-%d %H:%M:%f', 'now')")}


def run_trigger_loop(stop: threading.Event) -> None:
    """Look until ``stop`` is set. Occasions are worked on in own threads: one that calls out holds up no other."""
    with ThreadPoolExecutor(max_workers=SLOTS, thread_name_prefix="triggers") as pool:
        busy: list[Future[None]] = []
        while not stop.is_set():
            WAKE.wait(EVERY_S)
            WAKE.clear()
            close_old_connections()
            try:
                has_work = _look_and_hear()
            except Exception:  # the database may be away; the next look is in a second
                logger.warning("the trigger loop could not look", exc_info=True)
                connection.close()
                stop.wait(EVERY_S)
                continue
            busy = [future for future in busy if not future.done()]
            if has_work and len(busy) < SLOTS:
                busy.append(pool.submit(_work, stop))


def _look_and_hear() -> bool:
    """Whether an occasion waits, after the log was read for those who listen."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL[is_postgresql()])
        hears, waits = cursor.fetchone()
    heard = hear_events() if hears else 0
    if heard:
        WAKE.set()  # there may be more than were read at once
    return bool(waits or heard)


def _work(stop: threading.Event) -> None:
    close_old_connections()
    try:
        while not stop.is_set() and fire_next():
            WAKE.set()  # where one waits there may be more: another thread looks while this one calls
    except Exception:
        logger.warning("acting on an occasion ended early; it is taken up again", exc_info=True)
    finally:
        connection.close()
