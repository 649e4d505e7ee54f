"""How many callers of one process may wait for an answer at the same time, so that threads are left for the others."""

from __future__ import annotations

import os

VARIABLE = "INTEGRATOR_WEB_THREADS"
EMBEDDED_PLACES = 32  # there each request has a thread of its own; this bounds their number


def mark_threads(threads: int) -> None:
    """Leave word for the web server's own processes how many requests each of them serves at once."""
    os.environ[VARIABLE] = str(threads)


def count_places() -> int:
    """Half of the process's threads; 32 where each request has its own. 0 with a single thread: nobody may wait."""
    threads = os.environ.get(VARIABLE)
    return int(threads) // 2 if threads else EMBEDDED_PLACES
