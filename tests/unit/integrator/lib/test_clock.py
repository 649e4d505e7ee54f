"""Texts for time, both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.lib.clock import MAX_DURATION, ClockError, format_duration, parse_duration, parse_instant, to_rfc3339


class TestParseDuration:
    @pytest.mark.parametrize(
        ("text", "duration"),
        [
            ("P2D", timedelta(days=2)),
            ("PT1H30M", timedelta(hours=1, minutes=30)),
            ("P1W", timedelta(weeks=1)),
            ("P1DT12H", timedelta(days=1, hours=12)),
            ("PT0.5S", timedelta(milliseconds=500)),
            ("PT0,25S", timedelta(milliseconds=250)),
            ("PT0S", timedelta()),
            ("PT90M", timedelta(minutes=90)),
        ],
    )
    def test_takes(self, text: str, duration: timedelta) -> None:
        assert parse_duration(text) == duration

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("P1Y", "no fixed length"),
            ("P2M", "no fixed length"),
            ("P1Y2D", "no fixed length"),
            ("-P1D", "sign"),
            ("+P1D", "sign"),
            ("P", "ISO 8601"),
            ("PT", "ISO 8601"),
            ("P1DT", "ISO 8601"),
            ("", "ISO 8601"),
            ("2 days", "ISO 8601"),
            ("P1H", "ISO 8601"),
            ("PT1D", "ISO 8601"),
            ("PT0.5H", "ISO 8601"),
            ("p2d", "ISO 8601"),
            ("P2D\n", "ISO 8601"),
            ("P٢D", "ISO 8601"),
            ("P999999999W", "hundred years"),
            ("P36525DT1S", "hundred years"),
        ],
    )
    def test_refuses(self, text: str, words: str) -> None:
        with pytest.raises(ClockError, match=words):
            parse_duration(text)


class TestFormatDuration:
    @pytest.mark.parametrize("text", ["PT0S", "P2D", "PT1H30M", "P1DT1S", "PT0.5S", "P7D", "PT1H0.000001S"])
    def test_writes_the_shortest_form(self, text: str) -> None:
        assert format_duration(parse_duration(text)) == text

    def test_refuses_a_negative_one(self) -> None:
        with pytest.raises(ClockError):
            format_duration(timedelta(seconds=-1))

    @given(st.timedeltas(min_value=timedelta(), max_value=MAX_DURATION))
    def test_is_read_back_the_same(self, duration: timedelta) -> None:
        assert parse_duration(format_duration(duration)) == duration


class TestParseInstant:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2026-05-01T09:30:00Z", datetime(2026, 5, 1, 9, 30, tzinfo=UTC)),
            ("2026-05-01t09:30:00z", datetime(2026, 5, 1, 9, 30, tzinfo=UTC)),
            ("2026-05-01T09:30:00+02:00", datetime(2026, 5, 1, 7, 30, tzinfo=UTC)),
            ("2026-05-01T09:30:00.5-00:00", datetime(2026, 5, 1, 9, 30, 0, 500_000, tzinfo=UTC)),
            ("2026-05-01T09:30:00.123456789Z", datetime(2026, 5, 1, 9, 30, 0, 123_456, tzinfo=UTC)),
        ],
    )
    def test_takes(self, text: str, moment: datetime) -> None:
        assert parse_instant(text) == moment
        assert parse_instant(text).tzinfo is UTC

    @pytest.mark.parametrize(
        "text",
        [
            "2026-05-01T09:30:00",
            "2026-05-01",
            "2026-05-01 09:30:00Z",
            "2026-02-30T00:00:00Z",
            "2026-05-01T24:00:01Z",
            "2026-05-01T09:30:60Z",
            "0001-01-01T00:00:00+01:00",
            "2026-05-01T09:30Z",
            "20260501T093000Z",
            "",
        ],
    )
    def test_refuses(self, text: str) -> None:
        with pytest.raises(ClockError):
            parse_instant(text)


class TestToRFC3339:
    @pytest.mark.parametrize(
        ("moment", "text"),
        [
            (datetime(2026, 5, 1, 9, 30, tzinfo=UTC), "2026-05-01T09:30:00Z"),
            (datetime(2026, 5, 1, 9, 30, 0, 999, tzinfo=UTC), "2026-05-01T09:30:00Z"),
            (datetime(2026, 5, 1, 9, 30, 0, 120_999, tzinfo=UTC), "2026-05-01T09:30:00.120Z"),
            (datetime(2026, 5, 1, 9, 30, tzinfo=timezone(timedelta(hours=2))), "2026-05-01T07:30:00Z"),
        ],
    )
    def test_writes_utc(self, moment: datetime, text: str) -> None:
        assert to_rfc3339(moment) == text

    def test_refuses_a_time_without_a_zone(self) -> None:
        with pytest.raises(ClockError):
            to_rfc3339(datetime(2026, 5, 1))  # noqa: DTZ001 - what is refused
