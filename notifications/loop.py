"""The loop of a worker that sends deliveries nobody took: each second, without broker. Needs only the database."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import close_old_connections, connection

from integrator.database.clock import is_postgresql
from notifications.operations.delivering import deliver_all

logger = logging.getLogger(__name__)
EVERY_S = 1.0
SLOTS = 4

_ANY = """
SELECT EXISTS (SELECT 1 FROM notifications_delivery
               WHERE (state = 'queued' AND due_at <= {now}) OR (state = 'sending' AND lease_until < {now}))
"""
_SQL = {True: _ANY.format(now="now()"), False: _ANY.format(now="strftime('%Y-%m-%d %H:%M:%f', 'now')")}


def run_delivery_loop(stop: threading.Event) -> None:
    """Look once a second until ``stop`` is set. A mail server that is slow holds up one of four threads."""
    with ThreadPoolExecutor(max_workers=SLOTS, thread_name_prefix="deliveries") as pool:
        busy: list[Future[None]] = []
        while not stop.wait(EVERY_S):
            close_old_connections()
            try:
                has_work = look()
            except Exception:  # the database may be away; the next look is in a second
                logger.warning("the delivery loop could not look", exc_info=True)
                connection.close()
                continue
            busy = [future for future in busy if not future.done()]
            if has_work and len(busy) < SLOTS:
                busy.append(pool.submit(_work))


def look() -> bool:
    """One query: is there anything to send, or to take over from a worker that is gone?"""
    with connection.cursor() as cursor:
        cursor.execute(_SQL[is_postgresql()])
        return bool(cursor.fetchone()[0])


def _work() -> None:
    close_old_connections()
    try:
        deliver_all()
    except Exception:
        logger.warning("sending deliveries ended early; it is taken up again", exc_info=True)
    finally:
        connection.close()
