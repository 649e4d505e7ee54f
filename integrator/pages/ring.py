"""The clock of a task or case as a ring that empties. Pure; the page draws it with SVG attributes, never with style."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrator.pages.words import say_time_left

SOON_SHARE = 30  # per cent of the time left below which the ring warns


@dataclass(frozen=True, kw_only=True)
class Ring:
    """``share`` is per cent of the time left, 0 to 100; ``look`` is "" or soon, late, paused, done."""

    share: int
    look: str
    label: str

    @property
    def dashes(self) -> str:
        """The ``stroke-dasharray`` on a path whose length counts as 100."""
        return f"{self.share} 100"


def measure_ring(
    *, start_at: datetime | None, due_at: datetime | None, now: datetime, is_paused: bool = False, is_done: bool = False
) -> Ring | None:
    """The ring at ``now``; None without a due time. Without a start the ring is full until it is late."""
    if is_done:
        return Ring(share=100, look="done", label="done")
    if due_at is None:
        return None
    whole_s = (due_at - start_at).total_seconds() if start_at else 0.0
    left_s = (due_at - now).total_seconds()
    share = max(0, min(100, round(100 * left_s / whole_s))) if whole_s > 0 else 100
    if is_paused:
        return Ring(share=share, look="paused", label="the clock is paused")
    if left_s < 0:
        return Ring(share=100, look="late", label=say_time_left(due_at, now=now))
    label = f"{say_time_left(due_at, now=now)}, {share} % of the time"
    return Ring(share=share, look="soon" if share < SOON_SHARE else "", label=label)
