"""What does the work: the loops named in ``WORKER_LOOPS`` and the consumer, started and ended together."""

from __future__ import annotations

import gc
import sys
import time

from django.conf import settings

from integrator.lib.concurrency import CONCURRENCY
from integrator.lib.ending import ENDING
from integrator.modes.consumer import ConsumerThread
from integrator.modes.crew import Crew, load_loops

SWITCH_EVERY_S = 0.001  # Python's 5 ms make each answer of the database wait that long behind a busy expression


class Workforce:
    """The watcher and the consumer of one process."""

    def __init__(self, *, concurrency: int) -> None:
        CONCURRENCY.jobs = concurrency
        self._crew = Crew(load_loops(settings.WORKER_LOOPS))
        self._consumer = ConsumerThread(concurrency=concurrency)

    def start(self) -> None:
        """Start taking work; the database is enough, the broker may come later."""
        sys.setswitchinterval(SWITCH_EVERY_S)
        gc.freeze()  # what is loaded by now stays: walking it took 50 ms of a thread's time, half of an expression's
        self._crew.start()
        self._consumer.start()

    def ask_to_stop(self) -> None:
        """Take no more work; returns at once."""
        ENDING.set()
        self._consumer.ask_to_stop()

    def stop(self, *, within_s: float) -> list[str]:
        """Take no more work and finish what is in hand; the names of the threads that did not make it."""
        until = time.monotonic() + within_s
        self.ask_to_stop()
        unfinished = self._crew.stop(within_s=within_s)
        if not self._consumer.join(within_s=max(0.0, until - time.monotonic())):
            unfinished.append("integrator-consumer")
        return unfinished
