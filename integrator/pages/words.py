"""Times and durations in words, as a colleague would say them. Pure: the clock and the zone come in as arguments."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


def say_exactly(at: datetime, zone: tzinfo) -> str:
    """``Wed 18 Nov 2026, 10:05:09`` in the reader's zone, for a title."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S}"


def say_when(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """``5 min ago``, ``today 11:42``, ``yesterday 10:05``, ``Tue 15:20``, ``18 Nov 09:02``, ``18 Nov 2025``."""
    near = say_minutes(at, now=now)
    return near or say_clock(at, now=now, zone=zone)


def say_minutes(at: datetime, *, now: datetime) -> str:
    """``just now``, ``29 min ago`` or ``in 5 min`` within the hour; empty beyond it."""
    seconds = (now - at).total_seconds()
    minutes = int(abs(seconds) // MINUTE_S)
    if abs(seconds) >= HOUR_S:
        return ""
    if minutes == 0:
        return "just now" if seconds >= 0 else "in a moment"
    return f"{minutes} min ago" if seconds > 0 else f"in {minutes} min"


def say_clock(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The day as near as it is, and the time: ``today 11:42`` … ``18 Nov 09:02``; other years without the time."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    near = {0: "today", -1: "yesterday", 1: "tomorrow"}.get(days)
    if near:
        return f"{near} {local:%H:%M}"
    if abs(days) < 7:
        return f"{local:%a %H:%M}"
    if local.year == today.year:
        return f"{local.day} {local:%b %H:%M}"
    return f"{local.day} {local:%b %Y}"


def say_day(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """A heading for a day: ``Today, Thursday 19 November``; other years with the year."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    near = {0: "Today, ", -1: "Yesterday, ", 1: "Tomorrow, "}.get((local.date() - today).days, "")
    year = "" if local.year == today.year else f" {local.year}"
    return f"{near}{local:%A} {local.day} {local:%B}{year}"


def say_duration(length: timedelta | float) -> str:
    """Two units at most: ``0.4 s``, ``17 s``, ``3 min 5 s``, ``2 h 10 min``, ``1 d 4 h``; a number is seconds."""
    seconds = abs(length.total_seconds() if isinstance(length, timedelta) else float(length))
    if seconds < 0.1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    return _say_two_units(round(seconds))


def _say_two_units(seconds: int) -> str:
    for unit_s, unit, smaller_s, smaller in (
        (DAY_S, "d", HOUR_S, "h"),
        (HOUR_S, "h", MINUTE_S, "min"),
        (MINUTE_S, "min", 1, "s"),
    ):
        if seconds >= unit_s:
            rest = seconds % unit_s // smaller_s
            return f"{seconds // unit_s} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds} s"


def say_time_left(due_at: datetime, *, now: datetime) -> str:
    """``2 h 10 min left`` or ``late by 1 day``."""
    left_s = (due_at - now).total_seconds()
    if left_s >= 0:
        return f"{say_duration(max(MINUTE_S, left_s // MINUTE_S * MINUTE_S))} left"
    late_s = -left_s
    if late_s >= DAY_S:
        days = int(late_s // DAY_S)
        return f"late by {days} day{'' if days == 1 else 's'}"
    return f"late by {say_duration(max(MINUTE_S, late_s // MINUTE_S * MINUTE_S))}"
