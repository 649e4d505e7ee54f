"""Bells: telling workers that there is work. One may be lost: the database is the truth, workers look anyway."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from prometheus_client import Counter

logger = logging.getLogger(__name__)
MIN_GAP_S = 0.005
GAP_PER_COST = 20  # a ring that took 1 ms is followed by 20 ms of silence: under load a bell takes 5 % of a core
MAX_GAP_S = 0.05
PAUSE_AFTER_FAILURE_S = 1.0

_FAILURES = Counter("integrator_bell_failures", "Bells that could not be rung; workers looked by themselves", ["queue"])


class Bell:
    """Rings one queue, at most once every 5 ms, and seldom enough to cost little.

    Ringing never waits, never fails and never loses the last ring.
    """

    def __init__(self, send: Callable[[], None], name: str) -> None:
        self._send, self._name = send, name
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.last_rung_at = 0.0  # monotonic seconds; 0: never

    def ring(self) -> None:
        """Ask for a ring; the own thread sends it."""
        if self._thread is None or not self._thread.is_alive():
            self._start()
        self._wanted.set()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=f"bell-{self._name}", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            began = time.monotonic()
            try:
                self._send()
                self.last_rung_at = time.monotonic()
                pause_s = min(max(MIN_GAP_S, GAP_PER_COST * (self.last_rung_at - began)), MAX_GAP_S)
            except Exception:  # whatever the broker says, the caller's work is done and a worker will find it
                logger.warning("bell %s could not be rung; workers will look by themselves", self._name, exc_info=True)
                _FAILURES.labels(self._name).inc()
                pause_s = PAUSE_AFTER_FAILURE_S
            time.sleep(pause_s)
