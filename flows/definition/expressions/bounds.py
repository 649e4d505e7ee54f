"""How much one evaluation may take. Elapsed time and memory are counted here; no signals, no threads."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter, thread_time

from .errors import LimitExceeded

MAX_SOURCE_BYTES = 4096
MAX_ELAPSED_S = 0.1
MAX_STARVED_S = 1.0
MAX_DEPTH = 100
MAX_RESULT_BYTES = 1_048_576
MAX_RESULT_DEPTH = 64
MAX_RANGE_ITEMS = 100_000
MAX_NUMBER_BITS = 3_322  # 1,000 decimal digits, as strict JSON allows at every door
MAX_BUILT_BYTES = 64 * 1_048_576
MAX_PICTURE_CHARS = 256
ITEM_BYTES = 16


class _Collecting(threading.local):
    """Seconds of processor time that this thread has spent in full garbage collections.

    One may take 100 ms in a large process and begins anywhere; the expression it falls upon must not fail for it.
    """

    spent_s = 0.0
    began_s = 0.0

    def note(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self.began_s = thread_time()
        else:
            self.spent_s += thread_time() - self.began_s


_ENDS_AT_S: ContextVar[float | None] = ContextVar("ends_at_s", default=None)


@contextmanager
def bound_together(seconds: float) -> Iterator[None]:
    """Every evaluation inside that begins after so many seconds of this thread's processor time ends at once.

    For pages that work out whole trees or flows of expressions, of which each for itself is in its bounds.
    """
    outer, ends_at_s = _ENDS_AT_S.get(), thread_time() + seconds
    token = _ENDS_AT_S.set(ends_at_s if outer is None else min(outer, ends_at_s))
    try:
        yield
    finally:
        _ENDS_AT_S.reset(token)


_COLLECTING = _Collecting()
gc.callbacks.append(_COLLECTING.note)


class Bounds:
    """The fuel of one evaluation; made when it starts, thrown away when it ends."""

    __slots__ = ("_built_bytes", "_cpu_at_start_s", "_deadline", "_depth", "_last_deadline")

    def __init__(self) -> None:
        ends_at_s = _ENDS_AT_S.get()
        if ends_at_s is not None and thread_time() > ends_at_s:
            raise LimitExceeded("All expressions here together take too long to work out; make them do less")
        started = perf_counter()
        self._deadline = started + MAX_ELAPSED_S
        self._last_deadline = started + MAX_STARVED_S
        self._cpu_at_start_s = thread_time() - _COLLECTING.spent_s
        self._depth = 0
        self._built_bytes = 0

    def tick(self) -> None:
        """Raises LimitExceeded once more than MAX_ELAPSED_S have passed since the start.

        A thread that other threads kept from running for most of that time is not blamed for it: an honest
        expression must not fail because the machine is busy, nor because the process collected its garbage. After
        MAX_STARVED_S it ends in any case.
        """
        now = perf_counter()
        if now <= self._deadline:
            return
        ran_s = thread_time() - _COLLECTING.spent_s - self._cpu_at_start_s
        if ran_s >= MAX_ELAPSED_S / 2 or now > self._last_deadline:
            raise LimitExceeded(f"The expression ran longer than {MAX_ELAPSED_S * 1000:.0f} ms; make it do less")
        self._deadline = now + MAX_ELAPSED_S / 10

    def enter(self) -> None:
        """Goes one level down; pair it with leave()."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise LimitExceeded(f"The expression nests or calls itself more than {MAX_DEPTH} levels deep")
        if perf_counter() > self._deadline:
            self.tick()

    def leave(self) -> None:
        """Comes one level up again."""
        self._depth -= 1

    def spend(self, built_bytes: int) -> None:
        """Pays for text or lists *before* they are built; sizes are estimates in bytes."""
        self._built_bytes += built_bytes
        if self._built_bytes > MAX_BUILT_BYTES:
            raise LimitExceeded("The expression builds too much text or too long lists; make it do less")
        self.tick()
