"""The Celery worker of a process: one consumer of all queues with a pool of threads, run beside its own loops.

Celery's command line is not used: it owns the process's signals, and a process here has more to end than its consumer.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import Any

import structlog
from celery.worker import WorkController, state
from django.db import connections

from integrator.celery import QUEUES, app

log = structlog.get_logger(__name__)

RESTART_AFTER_S = 1.0


class ConsumerThread:
    """Takes jobs until told to stop. A consumer that dies is started again a second later."""

    def __init__(self, *, concurrency: int) -> None:
        self.concurrency = concurrency
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_consuming, name="integrator-consumer", daemon=True)

    def start(self) -> None:
        """Start consuming; returns at once, also while the broker is away."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Take no more jobs; those in hand are finished. Noticed within four seconds, within one on Redis."""
        self._is_stopping.set()
        state.should_stop = 0

    def join(self, *, within_s: float) -> bool:
        """Whether the consumer and every job in hand ended in time."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _keep_consuming(self) -> None:
        try:
            while not self._is_stopping.is_set():
                self._consume()
                if not self._is_stopping.is_set():
                    log.error("consumer ended unasked", restart_after_s=RESTART_AFTER_S)
                    self._is_stopping.wait(RESTART_AFTER_S)
        finally:
            connections.close_all()

    def _consume(self) -> None:
        options: dict[str, Any] = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
        try:
            worker = WorkController(
                app=app,
                hostname=f"integrator-{os.getpid()}@{socket.gethostname()}",
                queues=list(QUEUES),
                concurrency=self.concurrency,
                pool_cls="threads",
                **options,
            )
            worker.start()
        except Exception:
            log.exception("consumer failed")


def count_taken() -> int:
    """How many jobs this process's consumer has started since the process began."""
    return int(state.all_total_count[0])


def count_in_hand() -> int:
    """How many jobs it holds now, running or about to."""
    return len(state.reserved_requests)
