"""The arithmetic of clocks, against counting minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.sla.arithmetic import (
    Budget,
    Dial,
    count_time,
    due_of,
    end_of,
    left_at,
    moment_of,
    percent_of,
    read_budget,
    size_of,
    used_at,
)
from integrator.lib.clock import ClockError
from integrator.lib.working_time import Hours, WorkingCalendar, is_working, make_office_hours

MINUTE = timedelta(minutes=1)
OFFICE = make_office_hours("Europe/Berlin")
SPLIT = WorkingCalendar(
    zone=ZoneInfo("America/New_York"),
    week={day: (Hours(opens=8 * 60, closes=12 * 60), Hours(opens=13 * 60 + 30, closes=18 * 60)) for day in range(6)},
    days={date(2026, 3, 9): (), date(2026, 11, 2): (Hours(opens=600, closes=720),)},
)
NIGHT = WorkingCalendar(zone=ZoneInfo("Europe/Berlin"), week={day: (Hours(opens=0, closes=360),) for day in range(7)})
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 16:00 in Berlin


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# weeks round both changes of the clock, a leap day and a plain one
starts = st.sampled_from(
    [at("2026-03-06T12:00"), at("2026-03-27T20:00"), at("2026-10-23T09:30"), at("2028-02-27T00:00")]
)
minutes = st.integers(min_value=0, max_value=60 * 30)


@st.composite
def dials(draw: st.DrawFn) -> tuple[Dial, datetime]:
    """A clock that ran and stood a few times, and a moment after all of it."""
    calendar = draw(st.sampled_from([OFFICE, SPLIT, NIGHT, None]))
    moment = draw(starts) + draw(minutes) * MINUTE
    spans = []
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        end = moment + draw(minutes) * MINUTE
        spans.append((moment, end))
        moment = end + draw(minutes) * MINUTE
    budget = timedelta(minutes=draw(st.integers(min_value=1, max_value=60 * 24)))
    running = draw(st.booleans())
    dial = Dial(calendar=calendar, budget=budget, spans=tuple(spans), running_since=moment if running else None)
    return dial, moment + draw(minutes) * MINUTE


def runs_in(dial: Dial, minute: datetime, until: datetime) -> bool:
    """Whether this minute is counted."""
    ran = any(start <= minute < end for start, end in dial.spans)
    ran = ran or (dial.running_since is not None and dial.running_since <= minute < until)
    return ran and (dial.calendar is None or is_working(dial.calendar, minute))


def count_minutes(dial: Dial, now: datetime) -> int:
    first = dial.spans[0][0] if dial.spans else dial.running_since or now
    return sum(runs_in(dial, first + number * MINUTE, now) for number in range(int((now - first) / MINUTE)))


class TestUsed:
    @settings(max_examples=60, deadline=None)
    @given(dials())
    def test_is_what_counting_each_minute_gives(self, given_dial: tuple[Dial, datetime]) -> None:
        dial, now = given_dial
        assert used_at(dial, now) == count_minutes(dial, now) * MINUTE
        assert left_at(dial, now) + used_at(dial, now) == dial.budget

    @settings(max_examples=60, deadline=None)
    @given(dials())
    def test_stands_still_while_paused(self, given_dial: tuple[Dial, datetime]) -> None:
        dial, now = given_dial
        stopped = Dial(calendar=dial.calendar, budget=dial.budget, spans=dial.spans)
        assert used_at(stopped, now) == used_at(stopped, now + timedelta(days=30))


class TestMoment:
    @settings(max_examples=80, deadline=None)
    @given(dials(), st.sampled_from([1, 50, 75, 90, 100, 150]))
    def test_is_the_first_at_which_that_much_was_used(self, given_dial: tuple[Dial, datetime], percent: int) -> None:
        dial, _ = given_dial
        moment = moment_of(dial, percent)
        wanted = dial.budget * percent / 100
        if moment is None:
            assert dial.running_since is None
            assert used_at(dial, dial.spans[-1][1] if dial.spans else FRIDAY) < wanted
            return
        until = Dial(
            calendar=dial.calendar,
            budget=dial.budget,
            spans=tuple((start, min(end, moment)) for start, end in dial.spans if start <= moment),
            running_since=dial.running_since if dial.running_since and dial.running_since <= moment else None,
        )
        assert used_at(until, moment) == wanted
        assert percent_of(until, moment) == percent

    def test_of_a_promise_is_the_promise(self) -> None:
        sunday = at("2026-11-22T12:00")
        dial = Dial(calendar=OFFICE, budget=timedelta(hours=1), running_since=FRIDAY, promised_at=sunday)
        assert due_of(dial) == sunday
        assert moment_of(dial, 200) == at("2026-11-23T09:00")

    def test_of_a_standing_clock_is_unknown(self) -> None:
        dial = Dial(calendar=OFFICE, budget=timedelta(hours=2), spans=((FRIDAY, FRIDAY + timedelta(minutes=30)),))
        assert due_of(dial) is None
        assert moment_of(dial, 25) == FRIDAY + timedelta(minutes=30)


class TestPausedOverAChangeOfTheClock:
    """Paused on Friday 27 March 2026, an hour before the end; summer time begins on Sunday."""

    def test_goes_on_with_what_was_left(self) -> None:
        started = at("2026-03-27T13:00")  # 14:00 in Berlin, winter time
        dial = Dial(calendar=OFFICE, budget=timedelta(hours=3), spans=((started, at("2026-03-27T15:00")),))
        resumed = at("2026-03-30T07:30")  # Monday 9:30 in Berlin, summer time
        going_on = Dial(calendar=OFFICE, budget=dial.budget, spans=dial.spans, running_since=resumed)
        assert due_of(going_on) == at("2026-03-30T08:30")
        assert moment_of(going_on, 75) == at("2026-03-30T07:45")

    def test_an_hour_that_comes_twice_counts_twice(self) -> None:
        assert count_time(NIGHT, at("2026-10-24T22:00"), at("2026-10-25T05:00")) == timedelta(hours=7)
        assert count_time(NIGHT, at("2026-03-28T23:00"), at("2026-03-29T04:00")) == timedelta(hours=5)


class TestBudget:
    @pytest.mark.parametrize(
        ("text", "start", "end"),
        [
            ("P1D", FRIDAY, "2026-11-23T15:00"),
            ("P2D", FRIDAY, "2026-11-24T15:00"),
            ("PT2H", FRIDAY, "2026-11-23T09:00"),
            ("P1DT2H", FRIDAY, "2026-11-24T09:00"),
        ],
    )
    def test_of_working_time_ends_by_the_calendar(self, text: str, start: datetime, end: str) -> None:
        budget = read_budget(text, is_working=True)
        assert end_of(budget, OFFICE, start) == at(end)
        dial = Dial(calendar=OFFICE, budget=size_of(budget, OFFICE, start), running_since=start)
        assert due_of(dial) == at(end)

    def test_of_elapsed_time_ends_whatever_the_calendar_says(self) -> None:
        budget = read_budget("P1W", is_working=False)
        assert end_of(budget, OFFICE, FRIDAY) == FRIDAY + timedelta(days=7)
        assert size_of(budget, OFFICE, FRIDAY) == timedelta(days=7)

    @pytest.mark.parametrize("text", ["", "P0D", "PT0S", "P1W", "P1M", "two days"])
    def test_refuses_what_is_no_working_time(self, text: str) -> None:
        with pytest.raises(ClockError):
            read_budget(text, is_working=True)

    def test_of_days_counts_what_these_days_hold(self) -> None:
        one_day = Budget(days=1, rest=timedelta(), is_working=True)
        assert size_of(one_day, SPLIT, at("2026-10-31T17:00")) == timedelta(hours=6, minutes=30)
