"""Stops clocks while somebody else has to say something, and lets them go on. Several things may hold one clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from cases.inside import assert_in_transaction
from cases.models import Case, SlaClock, SlaEntry, Task
from cases.sla.book import Book
from cases.sla.operations.keeping import keep_clocks_in, make_entry, open_state, set_moments, stop_running
from cases.sla.operations.locking import lock_clocks_in
from cases.sla.operations.sizing import size_budget
from cases.sla.operations.telling import tell_in
from integrator.events.actors import Actor

INFORMATION = "information"


def pause_clocks_in(
    *,
    task: Task | None = None,
    case: Case | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
    hold: str = INFORMATION,
) -> int:
    """This will stop the clock of the task and of its case, or of the case, and say why; gives how many stopped.

    ``reason`` is read by people ("waiting for the requester"); ``hold`` is what a policy lists among its pause reasons.
    A clock whose policy does not list it goes on; nothing changes where there is no clock.
    """
    assert_in_transaction()
    book = Book()
    clocks = [clock for clock in _list_clocks(task, case) if hold in book.terms_of(clock).pause_reasons]
    return hold_clocks_in(clocks, name_hold(hold, task), reason=reason, actor=actor, now=now)


def resume_clocks_in(
    *,
    task: Task | None = None,
    case: Case | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
    hold: str = INFORMATION,
) -> int:
    """This will let the clocks go on that ``pause_clocks_in`` stopped for the same, unless something else holds them.

    ``reason`` is read by people ("Lia answered"). Gives how many go on; none is fine.
    """
    assert_in_transaction()
    names = {name_hold(hold, task)}
    return release_clocks_in(_list_clocks(task, case), names, reason=reason, actor=actor, now=now)


def hold_clocks_in(clocks: Sequence[SlaClock], name: str, *, reason: str, actor: Actor, now: datetime) -> int:
    """This will stop these open clocks, whose locks the caller holds, for what ``name`` says; gives how many ran."""
    book, entries = Book(), list[SlaEntry]()
    for clock in clocks:
        clock.holds = {**clock.holds, name: reason[:300]}
        if clock.running_since is not None:
            stop_running(clock, now)
            clock.is_promised = clock.is_promised or clock.promised_at is not None
            clock.paused_at, clock.promised_at, clock.state = now, None, open_state(clock)
            set_moments(clock, book)
            entries.append(make_entry(clock, "paused", book, at=now, actor=actor, why=reason))
    _keep_in(clocks, entries, "sla.paused", reason, actor)
    return len(entries)


def release_clocks_in(
    clocks: Iterable[SlaClock], names: Collection[str], *, reason: str, actor: Actor, now: datetime
) -> int:
    """This will take these holds off the clocks; those with no other one go on. Gives how many do."""
    book, changed, entries = Book(), list[SlaClock](), list[SlaEntry]()
    for clock in clocks:
        if not names & clock.holds.keys():
            continue
        clock.holds = {name: why for name, why in clock.holds.items() if name not in names}
        changed.append(clock)
        if not clock.holds and clock.running_since is None:
            _go_on(clock, now)
            if clock.promised_at is not None:
                size_budget(clock, book)
            set_moments(clock, book)
            entries.append(make_entry(clock, "resumed", book, at=now, actor=actor, why=reason))
    _keep_in(changed, entries, "sla.resumed", reason, actor)
    return len(entries)


def name_hold(hold: str, task: Task | None) -> str:
    """Two tasks of a case may each hold its clock."""
    return f"{hold}:{task.pk}" if task is not None else hold


def _go_on(clock: SlaClock, now: datetime) -> None:
    """A date that was promised while the clock stood counts; else what was left of the budget does, from now on."""
    clock.running_since, clock.paused_at = now, None
    clock.state = open_state(clock)


def _list_clocks(task: Task | None, case: Case | None) -> list[SlaClock]:
    clocks = lock_clocks_in(task=task) if task is not None else []
    case_id = case.pk if case is not None else task.case_id if task is not None else None
    return [*clocks, *(lock_clocks_in(case_id=case_id) if case_id is not None else [])]


def _keep_in(changed: Sequence[SlaClock], entries: Sequence[SlaEntry], name: str, reason: str, actor: Actor) -> None:
    if changed:
        keep_clocks_in(changed, entries)
        tell_in([entry.clock for entry in entries], name, actor=actor, data={"reason": reason})
