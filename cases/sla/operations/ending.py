"""Ends clocks with their task or case, and opens them again where an answer is undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.inside import assert_in_transaction
from cases.models import ClockState, SlaClock, SlaEntry
from cases.sla.arithmetic import percent_of
from cases.sla.book import Book
from cases.sla.marks import END
from cases.sla.operations.keeping import keep_clocks_in, make_entry, open_state, set_moments, stop_running
from cases.sla.operations.locking import lock_clocks_in
from cases.sla.operations.telling import tell_in
from integrator.events.actors import Actor


def end_clock_in(*, at: datetime, actor: Actor, is_done: bool, why: str = "", **which: Any) -> SlaClock | None:
    """This will end the open clock of ``task_id`` or ``case_id``: met, late, or not needed any more; None without one.

    What was done after its time was up, before anybody noticed, is told to be late now.
    """
    assert_in_transaction()
    clock = next(iter(lock_clocks_in(**which)), None)
    if clock is None:
        return None
    book, entries = Book(), list[SlaEntry]()
    is_late = is_done and clock.breached_at is None and clock.due_at is not None and clock.due_at < at
    if is_late:
        clock.breached_at, clock.marks = at, [*clock.marks, END]
        entries.append(make_entry(clock, "breached", book, at=at, actor=actor))
    stop_running(clock, at)
    clock.ended_at, clock.holds, clock.paused_at = at, {}, None
    clock.end_percent = min(percent_of(book.dial_of(clock), at), 1_000_000)
    clock.state = _end_state(clock, is_done)
    set_moments(clock, book)
    what = {"met": "met", "breached": "late"}.get(clock.state, "stopped")
    entries.append(make_entry(clock, what, book, at=at, actor=actor, why=why))
    keep_clocks_in([clock], entries)
    if is_late:
        tell_breach_in(clock, book, at=clock.due_at or at, actor=actor)
    return clock


def reopen_clock_in(*, now: datetime, actor: Actor, why: str, **which: Any) -> SlaClock | None:
    """This will let the clock of ``task_id`` or ``case_id`` go on as if it had not been ended; None without one.

    A clock that was not ended is wound up again: it may have missed a mark meanwhile.
    """
    assert_in_transaction()
    clock = SlaClock.objects.filter(**which).select_for_update(of=("self",), no_key=True).first()
    if clock is None:
        return None
    book, entries = Book(), list[SlaEntry]()
    if clock.ended_at is not None:
        since = now
        if clock.spans and datetime.fromisoformat(clock.spans[-1][1]) == clock.ended_at:
            since = datetime.fromisoformat(clock.spans[-1][0])
            clock.spans = clock.spans[:-1]
        clock.ended_at, clock.end_percent, clock.running_since = None, None, since
        clock.state = open_state(clock)
        set_moments(clock, book)
        entries.append(make_entry(clock, "reopened", book, at=now, actor=actor, why=why))
    set_moments(clock, book)
    keep_clocks_in([clock], entries)
    return clock


def tell_breach_in(clock: SlaClock, book: Book, *, at: datetime, actor: Actor) -> None:
    """This will record that the clock's time was up, once."""
    policy = book.policy_of(clock)
    data = {"percent": 100, "policy": policy.key if policy else None, "at": at.isoformat()}
    tell_in([clock], "sla.breached", actor=actor, data=data)


def _end_state(clock: SlaClock, is_done: bool) -> str:
    if clock.breached_at is not None:
        return ClockState.BREACHED.value
    return ClockState.MET.value if is_done else ClockState.STOPPED.value
