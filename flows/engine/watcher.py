"""The watcher: each second it fires due timers and takes runs and effects that nobody took. Needs only the database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings
from django.db import close_old_connections, connection

from flows.engine import effects, runner
from flows.engine.figures import count_fired
from integrator.database.clock import is_postgresql
from integrator.timers.firing import BATCH, fire_due_timers, write_is_due

logger = logging.getLogger(__name__)
EVERY_S = 1.0

_ANY_DUE = """
SELECT {timers},
       EXISTS (SELECT 1 FROM flows_signal WHERE consumed_at IS NULL),
       EXISTS (SELECT 1 FROM flows_effect WHERE (status = 'planned' AND due_at <= {now})
                                             OR (status = 'sending' AND lease_until < {now}))
"""
_NOW = {True: "now()", False: "strftime('%Y-%m-%d %H:%M:%f', 'now')"}  # by whether it is PostgreSQL


def run_watcher(stop: threading.Event, *, slots: int = 16) -> None:
    """Look once a second until ``stop`` is set. What is found is done in ``slots`` own threads, so looking goes on."""
    with ThreadPoolExecutor(max_workers=slots, thread_name_prefix="watcher") as pool:
        busy: dict[str, list[Future[None]]] = {"runs": [], "effects": [], "timers": []}
        while not stop.wait(EVERY_S):
            close_old_connections()
            try:
                timers, runs, planned = look()
            except Exception:  # the database may be away; the next look is in a second
                logger.warning("the watcher could not look", exc_info=True)
                connection.close()
                continue
            _submit(pool, busy["timers"], _fire_all, wanted=1 if timers else 0)
            _submit(pool, busy["runs"], runner.advance_runs, wanted=1 if runs else 0)
            _submit(pool, busy["effects"], effects.send_effects, wanted=min(4, effects.SLOTS.free) if planned else 0)


def look() -> tuple[bool, bool, bool]:
    """One query: are there due timers, unread signals, effects to send or to settle?"""
    now = _NOW[is_postgresql()]
    timers_due = " OR ".join(write_is_due(name, now=now) for name in settings.TIMER_HANDLERS)
    with connection.cursor() as cursor:
        cursor.execute(_ANY_DUE.format(now=now, timers=timers_due))
        timers, runs, planned = cursor.fetchone()
        return bool(timers), bool(runs), bool(planned)


def _fire_all() -> int:
    total = 0
    while fired := fire_due_timers():
        total += fired
        count_fired(fired)
        if fired < BATCH:
            break
    return total


def _submit(pool: ThreadPoolExecutor, running: list[Future[None]], work: Callable[[], object], *, wanted: int) -> None:
    running[:] = [future for future in running if not future.done()]
    for _ in range(max(0, wanted - len(running))):
        running.append(pool.submit(_guarded, work))


def _guarded(work: Callable[[], object]) -> None:
    close_old_connections()
    try:
        work()
    except Exception:
        logger.warning("the watcher's %s ended early; it is taken up again", work.__name__, exc_info=True)
    finally:
        connection.close()
