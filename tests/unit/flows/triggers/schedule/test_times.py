"""When schedules are due: where clocks change, in several zones, and intervals that do not drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.triggers.schedule.cron import parse_cron
from flows.triggers.schedule.times import CronTimes, Interval

VIENNA, NEW_YORK, LORD_HOWE = "Europe/Vienna", "America/New_York", "Australia/Lord_Howe"
LINES = ("30 2 * * *", "*/20 2 * * *", "*/30 * * * *", "0 0 * * *", "15 1-3 * * *", "0 12 1 * *")
ZONES = (VIENNA, NEW_YORK, LORD_HOWE, "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca", "UTC")


def following(line: str, zone: str, after: str, count: int) -> list[str]:
    """The next times in the zone, as ``day hour:minute offset``."""
    times, moment = CronTimes(cron=parse_cron(line), zone=ZoneInfo(zone)), datetime.fromisoformat(after)
    found = []
    for _ in range(count):
        following_at = times.next_after(moment)
        assert following_at is not None
        moment = following_at
        found.append(moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M%z"))
    return found


class TestCronTimes:
    @pytest.mark.parametrize(
        ("line", "zone", "after", "expected"),
        [
            # a time that does not exist falls just behind the gap, once
            ("30 2 * * *", VIENNA, "2026-03-28T02:00Z", ["03-29 03:00+0200", "03-30 02:30+0200"]),
            ("*/20 2 * * *", VIENNA, "2026-03-28T20:00Z", ["03-29 03:00+0200", "03-30 02:00+0200"]),
            ("30 2 * * *", NEW_YORK, "2026-03-07T12:00Z", ["03-08 03:00-0400", "03-09 02:30-0400"]),
            ("15 2 * * *", LORD_HOWE, "2026-10-03T00:00Z", ["10-04 02:30+1100", "10-05 02:15+1100"]),
            ("0 0 * * *", "America/Sao_Paulo", "2018-11-03T04:00Z", ["11-04 01:00-0200", "11-05 00:00-0200"]),
            ("0 12 30 12 *", "Pacific/Apia", "2011-12-29T00:00Z", ["12-31 00:00+1400"]),
            # a time that comes twice counts the first time
            ("30 2 * * *", VIENNA, "2026-10-24T12:00Z", ["10-25 02:30+0200", "10-26 02:30+0100"]),
            ("30 1 * * *", NEW_YORK, "2026-10-31T12:00Z", ["11-01 01:30-0400", "11-02 01:30-0500"]),
            ("45 1 * * *", LORD_HOWE, "2026-04-04T00:00Z", ["04-05 01:45+1100", "04-06 01:45+1030"]),
            # a line of every hour goes by elapsed time
            ("30 * * * *", VIENNA, "2026-03-29T00:00Z", ["03-29 01:30+0100", "03-29 03:30+0200"]),
            ("30 * * * *", VIENNA, "2026-10-25T00:00Z", ["10-25 02:30+0200", "10-25 02:30+0100", "10-25 03:30+0100"]),
            ("0 0 29 2 *", "UTC", "2026-03-01T00:00Z", ["02-29 00:00+0000"]),
            ("0 9 * * mon-fri", VIENNA, "2026-11-20T12:00Z", ["11-23 09:00+0100", "11-24 09:00+0100"]),
            ("0 9 * * 7", VIENNA, "2026-11-20T12:00Z", ["11-22 09:00+0100"]),
        ],
    )
    def test_names_the_next(self, line: str, zone: str, after: str, expected: list[str]) -> None:
        assert following(line, zone, after, len(expected)) == expected

    @given(
        line=st.sampled_from(LINES),
        zone=st.sampled_from(ZONES),
        minutes=st.integers(0, 20 * 365 * 1440),
        hours=st.integers(0, 30),
    )
    def test_gives_one_order_wherever_it_begins(self, line: str, zone: str, minutes: int, hours: int) -> None:
        moment = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        times = CronTimes(cron=parse_cron(line), zone=ZoneInfo(zone))
        first = times.next_after(moment)
        assert first is not None
        assert first > moment
        later = moment + timedelta(hours=hours)
        second = times.next_after(later)
        assert second is not None
        assert second == first if later < first else second > first


class TestInterval:
    @pytest.mark.parametrize(("passed_s", "expected_s"), [(0, 600), (599, 600), (600, 1200), (1801, 2400), (-1, 0)])
    def test_does_not_drift(self, passed_s: int, expected_s: int) -> None:
        anchor = datetime(2026, 3, 29, tzinfo=UTC)
        times = Interval(every=timedelta(minutes=10), anchor_at=anchor)
        assert times.next_after(anchor + timedelta(seconds=passed_s)) == anchor + timedelta(seconds=expected_s)
