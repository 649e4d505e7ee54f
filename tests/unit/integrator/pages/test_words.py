"""Times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.pages import words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 19, 13, 20, tzinfo=UTC)  # Thursday, 14:20 in Berlin


class TestSayWhen:
    @pytest.mark.parametrize(
        ("offset", "said"),
        [
            (timedelta(seconds=-20), "just now"),
            (timedelta(seconds=20), "in a moment"),
            (timedelta(minutes=-29), "29 min ago"),
            (timedelta(minutes=5), "in 5 min"),
            (timedelta(hours=-1), "today 13:20"),
            (timedelta(hours=-15), "yesterday 23:20"),
            (timedelta(hours=22), "tomorrow 12:20"),
            (timedelta(days=-2), "Tue 14:20"),
            (timedelta(days=4), "Mon 14:20"),
            (timedelta(days=-30), "20 Oct 15:20"),
            (timedelta(days=-365), "19 Nov 2025"),
        ],
    )
    def test_says_it_as_a_colleague_would(self, offset: timedelta, said: str) -> None:
        assert words.say_when(NOW + offset, now=NOW, zone=BERLIN) == said

    def test_counts_days_in_the_readers_zone(self) -> None:
        late_evening = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
        assert words.say_when(late_evening, now=NOW, zone=BERLIN) == "today 00:30"
        assert words.say_when(late_evening, now=NOW, zone=UTC) == "yesterday 23:30"

    @given(st.timedeltas(min_value=timedelta(days=-30_000), max_value=timedelta(days=30_000)))
    def test_always_says_something(self, offset: timedelta) -> None:
        assert words.say_when(NOW + offset, now=NOW, zone=BERLIN)


class TestSayExactly:
    def test_names_day_date_and_second(self) -> None:
        assert words.say_exactly(NOW, BERLIN) == "Thu 19 Nov 2026, 14:20:00"


class TestSayDay:
    @pytest.mark.parametrize(
        ("at", "said"),
        [
            (NOW, "Today, Thursday 19 November"),
            (NOW - timedelta(days=1), "Yesterday, Wednesday 18 November"),
            (NOW - timedelta(days=3), "Monday 16 November"),
            (NOW - timedelta(days=365), "Wednesday 19 November 2025"),
        ],
    )
    def test_heads_a_day(self, at: datetime, said: str) -> None:
        assert words.say_day(at, now=NOW, zone=BERLIN) == said


class TestSayDuration:
    @pytest.mark.parametrize(
        ("length", "said"),
        [
            (0, "0 ms"),
            (0.008, "8 ms"),
            (0.4, "0.4 s"),
            (3, "3 s"),
            (17.4, "17 s"),
            (185, "3 min 5 s"),
            (3_600, "1 h"),
            (7_800, "2 h 10 min"),
            (timedelta(days=1, hours=4, minutes=49), "1 d 4 h"),
        ],
    )
    def test_uses_two_units_at_most(self, length: float | timedelta, said: str) -> None:
        assert words.say_duration(length) == said


class TestSayTimeLeft:
    @pytest.mark.parametrize(
        ("left", "said"),
        [
            (timedelta(hours=2, minutes=10, seconds=30), "2 h 10 min left"),
            (timedelta(seconds=10), "1 min left"),
            (timedelta(minutes=-5), "late by 5 min"),
            (timedelta(days=-1, hours=-2), "late by 1 day"),
            (timedelta(days=-3), "late by 3 days"),
        ],
    )
    def test_says_what_is_left_or_how_late_it_is(self, left: timedelta, said: str) -> None:
        assert words.say_time_left(NOW + left, now=NOW) == said
