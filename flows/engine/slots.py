"""Effect slots: how many calls of this process wait on which host. No host has more than half of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from integrator.lib.concurrency import CONCURRENCY


class HostSlots:
    """Counts calls by host. As each process keeps to half of its own slots, so do all of them together."""

    def __init__(self, slots: int | None = None) -> None:
        self._slots = slots
        self.claiming = threading.Lock()  # held from looking for a free slot to taking it
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()

    @property
    def slots(self) -> int:
        """How many calls may go on at a time: as many as the process does jobs, unless said otherwise."""
        return CONCURRENCY.jobs if self._slots is None else self._slots

    @property
    def free(self) -> int:
        """Slots that no call uses now."""
        with self._lock:
            return self.slots - self._busy.total()

    def full_hosts(self) -> list[str]:
        """Hosts that have their half of the slots."""
        with self._lock:
            return [host for host, busy in self._busy.items() if busy >= max(1, self.slots // 2)]

    def take(self, host: str) -> None:
        """Count one call to ``host`` from now on."""
        with self._lock:
            self._busy[host] += 1

    def give_back(self, host: str) -> None:
        """The call is over."""
        with self._lock:
            self._busy[host] -= 1
            if self._busy[host] <= 0:
                del self._busy[host]

    @contextmanager
    def occupy(self, host: str) -> Iterator[None]:
        """Count one call to ``host`` while it lasts."""
        self.take(host)
        try:
            yield
        finally:
            self.give_back(host)
