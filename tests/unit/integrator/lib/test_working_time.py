"""Working time against a count of minutes by the wall clock, and the rules that people expect."""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrator.lib.working_time import (
    Hours,
    NoWorkingTime,
    WorkingCalendar,
    add_working,
    add_working_days,
    is_working,
    next_working,
    working_between,
)

MINUTE = timedelta(minutes=1)
OFFICE = (Hours(opens=540, closes=720), Hours(opens=780, closes=1020))  # 9 to 12, 13 to 17
NIGHT = (Hours(opens=0, closes=200), Hours(opens=1320, closes=1440))
WEEK = dict.fromkeys(range(5), OFFICE)
WINDOW_DAYS = 45
PLACES = (  # zone, first day of the window: with a change of the clock, a leap day, a day that never was
    ("Europe/Berlin", date(2024, 2, 20)),
    ("Europe/Berlin", date(2025, 10, 1)),
    ("America/New_York", date(2026, 2, 25)),
    ("Australia/Lord_Howe", date(2026, 3, 20)),
    ("Pacific/Apia", date(2011, 12, 10)),
    ("Asia/Kolkata", date(2024, 2, 10)),
    ("UTC", date(2026, 12, 20)),
)


@dataclass(frozen=True)
class Counted:
    """Every minute of a window, judged one by one: ``before[n]`` minutes of work lie before minute n."""

    calendar: WorkingCalendar
    start: datetime
    before: tuple[int, ...]


def calendar(zone: str = "Europe/Berlin", week=None, days=None) -> WorkingCalendar:
    return WorkingCalendar(zone=ZoneInfo(zone), week=WEEK if week is None else week, days=days or {})


@cache
def count_minutes(place: int) -> Counted:
    zone, first = PLACES[place]
    chance = random.Random(place)
    week = {day: chance.choice([OFFICE, NIGHT, (Hours(opens=90, closes=150),), ()]) for day in range(7)}
    days = {first + timedelta(days=chance.randrange(WINDOW_DAYS)): chance.choice([(), NIGHT, OFFICE]) for _ in range(8)}
    made = calendar(zone, week, days)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    works = [stands_in_hours(made, start + number * MINUTE) for number in range(WINDOW_DAYS * 1440)]
    return Counted(made, start, (0, *accumulate(works)))


def stands_in_hours(made: WorkingCalendar, at: datetime) -> bool:
    local = at.astimezone(made.zone)
    hours = made.days[local.date()] if local.date() in made.days else made.week.get(local.weekday(), ())
    return any(each.opens <= local.hour * 60 + local.minute < each.closes for each in hours)


class TestAgainstMinutes:
    @pytest.mark.parametrize("place", range(len(PLACES)), ids=[f"{zone} {day}" for zone, day in PLACES])
    def test_counts_and_adds_as_the_wall_clock_does(self, place: int) -> None:
        counted, chance = count_minutes(place), random.Random(1000 + place)
        last = WINDOW_DAYS * 1440
        for _ in range(1500):  # 10,500 cases in all
            begin, end = sorted(chance.randrange(last) for _ in range(2))
            start = counted.start + begin * MINUTE
            worked = counted.before[end] - counted.before[begin]
            assert working_between(counted.calendar, start, counted.start + end * MINUTE) == worked * MINUTE
            if not worked:
                continue
            amount = chance.randint(1, worked)
            reached = bisect_left(counted.before, counted.before[begin] + amount)
            assert add_working(counted.calendar, start, amount * MINUTE) == counted.start + reached * MINUTE

    @settings(deadline=None)  # the first use of a window counts all its minutes
    @given(
        begin=st.integers(0, WINDOW_DAYS * 1440), seconds=st.integers(0, 400_000), place=st.integers(0, len(PLACES) - 1)
    )
    def test_what_was_added_is_what_lies_between(self, begin: int, seconds: int, place: int) -> None:
        counted = count_minutes(place)
        start, amount = counted.start + begin * MINUTE, timedelta(seconds=seconds)
        end = add_working(counted.calendar, start, amount)
        assert end >= start
        assert working_between(counted.calendar, start, end) == amount


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


class TestAddWorkingDays:
    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            ("2026-11-20T15:00", 1, "2026-11-23T15:00"),  # a Friday
            ("2026-11-20T18:30", 1, "2026-11-24T09:00"),  # after hours: Monday's opening, and a day
            ("2026-11-21T11:00", 2, "2026-11-25T09:00"),  # a Saturday
            ("2026-12-23T10:00", 1, "2026-12-24T10:00"),
            ("2026-12-23T16:00", 1, "2026-12-24T13:00"),  # a short day ends before
            ("2026-12-24T10:00", 1, "2026-12-28T10:00"),  # over a holiday and a weekend
            ("2026-11-20T15:00", 0, "2026-11-20T15:00"),
            ("2026-03-27T09:30", 1, "2026-03-30T09:30"),  # the clock changed on Sunday
        ],
    )
    def test_keeps_the_time_of_day(self, start: str, days: int, due: str) -> None:
        made = calendar(days={date(2026, 12, 25): (), date(2026, 12, 24): (Hours(opens=540, closes=780),)})
        assert add_working_days(made, berlin(start), days) == berlin(due)


class TestNoWorkingTime:
    @pytest.mark.parametrize("week", [{}, {0: ()}])
    def test_is_said_and_not_sought_for_ever(self, week: dict[int, tuple[Hours, ...]]) -> None:
        made = calendar(week=week)
        for act in (
            lambda: add_working(made, berlin("2026-11-20T15:00"), MINUTE),
            lambda: add_working_days(made, berlin("2026-11-20T15:00"), 1),
            lambda: next_working(made, berlin("2026-11-20T15:00")),
        ):
            with pytest.raises(NoWorkingTime, match="hours on some weekday"):
                act()

    def test_hours_within_a_day_open_before_they_close(self) -> None:
        for opens, closes in ((600, 600), (700, 600), (-1, 5), (0, 1441)):
            with pytest.raises(ValueError, match="open before they close"):
                Hours(opens=opens, closes=closes)


class TestIsWorking:
    def test_ends_before_the_closing_minute(self) -> None:
        made = calendar()
        assert is_working(made, berlin("2026-11-20T16:59"))
        assert not is_working(made, berlin("2026-11-20T17:00"))
        assert not is_working(made, berlin("2026-11-20T12:30"))
        assert next_working(made, berlin("2026-11-20T12:30")) == berlin("2026-11-20T13:00")
