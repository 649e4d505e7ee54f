"""The loop of a worker that counts clocks anew, batch by batch, when somebody asked for it. Needs only the database."""

from __future__ import annotations

import threading

from cases.models import SlaRecount
from cases.sla.operations.recounting import recount_some
from integrator.database.clock import get_database_now
from integrator.database.looking import look_until

EVERY_S = 1.0


def run_recount_loop(stop: threading.Event) -> None:
    """Look once a second until ``stop`` is set; what a killed worker left is gone on with where it was."""
    look_until(stop, recount_all, every_s=EVERY_S, what="counting clocks anew")


def recount_all(stop: threading.Event | None = None) -> None:
    """This will do every batch of every job that waits, and leave off between two batches when ``stop`` is set."""
    if not SlaRecount.objects.filter(ended_at__isnull=True).exists():
        return
    while recount_some(now=get_database_now()):
        if stop is not None and stop.is_set():
            return
