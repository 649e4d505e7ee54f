"""The arithmetic of a clock that can stand still: budget, used, left, due. Pure; reads no clock and no database.

A calendar of None counts elapsed time. A clock runs in stretches; what lies between them is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrator.lib.clock import ClockError, parse_duration
from integrator.lib.working_budget import parse_working
from integrator.lib.working_time import NoWorkingTime, Span, WorkingCalendar, add_working, add_working_days
from integrator.lib.working_time import working_between as count_working

NO_TIME = timedelta()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A budget as it was written: whole days, and time beyond them. Days of elapsed time have 24 hours."""

    days: int
    rest: timedelta
    is_working: bool


@dataclass(frozen=True, kw_only=True)
class Dial:
    """What a clock shows is counted from this. ``spans`` are finished stretches, in order; None: it stands still.

    ``promised_at`` is a due date that counts as it is for as long as the clock is not stopped.
    """

    calendar: WorkingCalendar | None
    budget: timedelta
    spans: tuple[Span, ...] = ()
    running_since: datetime | None = None
    promised_at: datetime | None = None


def read_budget(text: str, *, is_working: bool) -> Budget:
    """``P2D``, ``PT6H``, ``P1DT4H`` as a budget of more than no time. Raises ClockError."""
    days, rest = parse_working(text) if is_working else (0, parse_duration(text))
    if not days and not rest:
        raise ClockError("A budget of no time cannot be kept. Write one such as P2D or PT4H.")
    return Budget(days=days, rest=rest, is_working=is_working)


def end_of(budget: Budget, calendar: WorkingCalendar, start: datetime) -> datetime:
    """When the budget is used up by a clock that starts now and never stands. Raises NoWorkingTime."""
    if not budget.is_working:
        return start + timedelta(days=budget.days) + budget.rest
    begun = add_working_days(calendar, start, budget.days) if budget.days else start
    return add_working(calendar, begun, budget.rest)


def size_of(budget: Budget, calendar: WorkingCalendar, start: datetime) -> timedelta:
    """The budget as counted time, by what its days hold from ``start`` on. Raises NoWorkingTime."""
    return count_time(calendar if budget.is_working else None, start, end_of(budget, calendar, start))


def count_time(calendar: WorkingCalendar | None, start: datetime, end: datetime) -> timedelta:
    """The counted time from ``start`` until before ``end``; none when they are in the other order."""
    return count_working(calendar, start, end) if calendar else max(end - start, NO_TIME)


def add_time(calendar: WorkingCalendar | None, start: datetime, amount: timedelta) -> datetime:
    """The first moment at which ``amount`` was counted since ``start``. Raises NoWorkingTime."""
    return add_working(calendar, start, amount) if calendar else (start + amount).astimezone(UTC)


def used_at(dial: Dial, now: datetime) -> timedelta:
    """What was counted until ``now``, in all stretches."""
    return count_spans(dial) + (count_time(dial.calendar, dial.running_since, now) if dial.running_since else NO_TIME)


def count_spans(dial: Dial) -> timedelta:
    """What the finished stretches hold."""
    return sum((count_time(dial.calendar, start, end) for start, end in dial.spans), NO_TIME)


def left_at(dial: Dial, now: datetime) -> timedelta:
    """The budget that is left; negative when more was used."""
    return dial.budget - used_at(dial, now)


def moment_of(dial: Dial, percent: int) -> datetime | None:
    """When this share of the budget was, or will be, used; None while the clock stands before it."""
    if dial.promised_at is not None and dial.running_since is not None and percent >= 100:
        return _after(dial.calendar, dial.promised_at, dial.budget * (percent - 100) / 100)
    wanted = dial.budget * percent / 100
    for start, end in dial.spans:
        counted = count_time(dial.calendar, start, end)
        if counted >= wanted:
            return _after(dial.calendar, start, wanted)
        wanted -= counted
    return None if dial.running_since is None else _after(dial.calendar, dial.running_since, wanted)


def due_of(dial: Dial) -> datetime | None:
    """When the budget is used up; None while the clock stands before that."""
    return moment_of(dial, 100)


def percent_of(dial: Dial, now: datetime) -> int:
    """The used share of the budget in whole per cent, rounded down."""
    return int(used_at(dial, now) * 100 // dial.budget) if dial.budget else 100


def _after(calendar: WorkingCalendar | None, start: datetime, amount: timedelta) -> datetime | None:
    try:
        return add_time(calendar, start, amount)
    except (NoWorkingTime, OverflowError):
        return None
