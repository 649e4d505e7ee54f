"""Keeps clocks after a change: what they show, their next timer, their task's due date, and lines of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from cases.models import ClockState, SlaClock, SlaEntry, Task
from cases.sla.arithmetic import count_spans, due_of, moment_of, used_at
from cases.sla.book import Book, subject_of
from cases.sla.marks import find_next
from cases.sla.operations.storing import columns_of, store_in
from integrator.database.clock import is_postgresql
from integrator.events.actors import Actor
from integrator.timers.models import Timer

HANDLER = "sla.mark"
KEPT = (
    "team",
    "case_type",
    "task_kind",
    "priority",
    "policy",
    "is_working_time",
    "promised_at",
    "is_promised",
    "budget_s",
    "used_s",
    "spans",
    "state",
    "running_since",
    "holds",
    "paused_at",
    "due_at",
    "warn_at",
    "next_at",
    "marks",
    "warned_at",
    "breached_at",
    "ended_at",
    "end_percent",
    "revision",
)


def set_moments(clock: SlaClock, book: Book) -> None:
    """This will have the row show what its dial says: used, due, warning, the next mark. One that ended stays as is."""
    dial, terms = book.dial_of(clock), book.terms_of(clock)
    clock.used_s = to_seconds(count_spans(dial))
    if clock.ended_at is not None:
        clock.next_at = None
        return
    due = due_of(dial)
    clock.due_at = due if due is not None or clock.breached_at is None else clock.due_at
    clock.warn_at = None if terms.warn_percent is None else moment_of(dial, terms.warn_percent)
    clock.next_at = find_next(terms, dial, clock.marks, subject=subject_of(clock))


def insert_clocks_in(clocks: Sequence[SlaClock], entries: Iterable[SlaEntry]) -> None:
    """This will store new clocks with their first lines and timers."""
    SlaClock.objects.bulk_create(clocks)
    SlaEntry.objects.bulk_create(entries)
    _wind_in(clocks)


def keep_clocks_in(clocks: Sequence[SlaClock], entries: Iterable[SlaEntry], *, due_changed: bool = True) -> None:
    """This will store changed clocks, whose locks the caller holds, with their lines; timers follow the next marks.

    Their tasks show the clock's due date, unless the caller says that it is as before.
    """
    for clock in clocks:
        clock.revision += 1
    if is_postgresql():
        store_in(clocks, list(entries), columns_of(KEPT), handler=HANDLER, show_due=due_changed)
        return
    SlaClock.objects.bulk_create(clocks, update_conflicts=True, unique_fields=["id"], update_fields=KEPT)
    SlaEntry.objects.bulk_create(entries)
    Timer.objects.filter(handler=HANDLER, subject__in=[clock.pk for clock in clocks]).delete()
    _wind_in(clocks)
    if due_changed:
        show_due_in([clock for clock in clocks if clock.task_id and clock.due_at and not clock.ended_at])


def show_due_in(clocks: Sequence[SlaClock]) -> None:
    """This will give the tasks of these clocks the clocks' due dates."""
    if clocks:
        due = SlaClock.objects.filter(task_id=OuterRef("pk")).order_by().values("due_at")[:1]
        tasks = Task.objects.filter(pk__in=[clock.task_id for clock in clocks]).order_by()
        tasks.update(due_at=Subquery(due))


def make_entry(clock: SlaClock, what: str, book: Book, *, at: datetime, actor: Actor, why: str = "") -> SlaEntry:
    """A line of the ledger: what stood on the clock at ``at``."""
    return SlaEntry(
        clock=clock,
        at=at,
        what=what,
        why=why[:500],
        budget_s=clock.budget_s,
        used_s=to_seconds(used_at(book.dial_of(clock), at)),
        due_at=clock.due_at,
        actor=str(actor),
    )


def stop_running(clock: SlaClock, at: datetime) -> None:
    """This will end the stretch that the clock is in, if it runs."""
    if clock.running_since is not None:
        clock.spans = [*clock.spans, [clock.running_since.isoformat(), max(at, clock.running_since).isoformat()]]
        clock.running_since = None


def open_state(clock: SlaClock) -> str:
    """The state of a clock that is not ended, by what it holds."""
    if clock.running_since is None:
        return ClockState.PAUSED.value
    return ClockState.BREACHED.value if clock.breached_at else ClockState.RUNNING.value


def to_seconds(length: timedelta) -> int:
    """Whole seconds, as rows keep them."""
    return max(0, round(length.total_seconds()))


def _wind_in(clocks: Iterable[SlaClock]) -> None:
    Timer.objects.bulk_create(
        Timer(handler=HANDLER, subject=clock.pk, due_at=clock.next_at) for clock in clocks if clock.next_at is not None
    )
