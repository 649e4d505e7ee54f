"""When a duration is over: elapsed time, working days and working hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.definition.due import due_after, working_after
from flows.definition.phrases import duration_text
from integrator.lib.clock import ClockError
from integrator.lib.working_budget import parse_working
from integrator.lib.working_time import Hours, WorkingCalendar

FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def office() -> WorkingCalendar:
    return WorkingCalendar(zone=ZoneInfo("UTC"), week=dict.fromkeys(range(5), (Hours(opens=540, closes=1020),)))


def nothing() -> WorkingCalendar:
    return WorkingCalendar(zone=ZoneInfo("UTC"), week={})


class TestDueAfter:
    @pytest.mark.parametrize(
        ("value", "due"),
        [
            ("P2D", datetime(2026, 11, 22, 15, 0, tzinfo=UTC)),
            ({"working": "P2D"}, datetime(2026, 11, 24, 15, 0, tzinfo=UTC)),
            ({"working": "PT4H"}, datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
            ({"working": "P1DT3H"}, datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
            ({"working": "PT0S"}, FRIDAY),
        ],
    )
    def test_counts_by_the_clock_or_by_the_calendar(self, value: Any, due: datetime) -> None:
        assert due_after(value, FRIDAY, office) == due

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (5, "A duration is a text such as P2D"),
            ({"days": 2}, "A duration is a text such as P2D"),
            ({"working": 2}, "Working time is a text such as P2D"),
            ({"working": "P1W"}, "Write days, such as P5D"),
            ({"working": "P400D"}, "366 days at most"),
            ({"working": "soon"}, "This is no ISO 8601 duration"),
        ],
    )
    def test_says_what_to_write(self, value: Any, said: str) -> None:
        with pytest.raises(ClockError, match=said):
            due_after(value, FRIDAY, office)

    def test_says_that_a_calendar_has_no_hours(self) -> None:
        with pytest.raises(ClockError, match="hours on some weekday"):
            working_after("P1D", FRIDAY, nothing)
        with pytest.raises(ClockError, match="no calendar"):
            working_after("P1D", FRIDAY, None)


class TestParseWorking:
    def test_keeps_days_apart_from_hours(self) -> None:
        assert parse_working("P2D") == (2, timedelta())
        assert parse_working("P1DT4H30M") == (1, timedelta(hours=4, minutes=30))


class TestDurationText:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ({"working": "P2D"}, "2 working days"),
            ({"working": "P1D"}, "1 working day"),
            ({"working": "PT6H"}, "6 hours of working time"),
            ({"working": "P1DT2H"}, "1 working day and 2 hours of working time"),
            ({"working": "= vars.days"}, "days of working time"),
        ],
    )
    def test_says_working_time(self, value: Any, words: str) -> None:
        assert duration_text(value) == words
