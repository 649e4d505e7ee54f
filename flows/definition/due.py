"""When a duration of a step is over: elapsed time, or working time of the team's calendar. Pure; reads no clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flows.definition.model import JSON
from integrator.lib.clock import ClockError, parse_duration
from integrator.lib.working_budget import parse_working
from integrator.lib.working_time import NoWorkingTime, WorkingCalendar, add_working, add_working_days

CalendarFinder = Callable[[], WorkingCalendar]


def due_after(value: JSON, now: datetime, calendar_of: CalendarFinder | None) -> datetime:
    """The end of a duration that begins now: ISO 8601 text, or ``{working: P2D}`` by the calendar.

    Raises ClockError.
    """
    if isinstance(value, dict):
        if set(value) != {"working"}:
            raise ClockError("A duration is a text such as P2D, or {working: P2D} for working days.")
        return working_after(value["working"], now, calendar_of)
    if not isinstance(value, str):
        raise ClockError("A duration is a text such as P2D, or {working: P2D} for working days.")
    return now + parse_duration(value)


def working_after(text: JSON, now: datetime, calendar_of: CalendarFinder | None) -> datetime:
    """The end of working time that begins now: days at the same time of day, then hours. Raises ClockError."""
    days, rest = parse_working(text)
    if calendar_of is None:
        raise ClockError("There is no calendar to count working time by.")
    calendar = calendar_of()
    try:
        start = add_working_days(calendar, now, days) if days else now
        return add_working(calendar, start, rest)
    except NoWorkingTime as error:
        raise ClockError(str(error)) from error
