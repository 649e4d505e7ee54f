"""The period of a report: whole days in the reader's zone, never in the future, never without an end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.reports.periods import MAX_DAYS, make_scope, read_day

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
SOON = NOW + timedelta(seconds=1)


def midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=NOW.tzinfo)


class TestMakeScope:
    @pytest.mark.parametrize(
        ("since", "until", "begin", "end"),
        [
            ("2026-11-01", "2026-11-02", midnight("2026-11-01"), midnight("2026-11-03")),
            ("2026-11-20", None, midnight("2026-11-20"), SOON),
            (None, "2026-10-30", midnight("2026-10-01"), midnight("2026-10-31")),  # the thirty days before
            ("2026-11-01", "2027-01-01", midnight("2026-11-01"), SOON),
            ("2027-01-01", "2027-02-01", NOW, SOON),  # one second, not less
            ("2026-11-10", "2026-11-01", midnight("2026-11-02") - timedelta(seconds=1), midnight("2026-11-02")),
            ("1970-01-01", None, SOON - timedelta(days=MAX_DAYS), SOON),
            (None, None, NOW - timedelta(days=7), SOON),
        ],
    )
    def test_ends_with_the_last_day_and_not_after_now(
        self, since: str | None, until: str | None, begin: datetime, end: datetime
    ) -> None:
        first, last = (None if day is None else date.fromisoformat(day) for day in (since, until))
        scope = make_scope(now=NOW, since=first, until=last, days=7, team="legal", case_type="dispute")
        assert (scope.since_at, scope.until_at) == (begin, end)
        assert (scope.team, scope.case_type) == ("legal", "dispute")


class TestReadDay:
    @pytest.mark.parametrize("text", ["", "x", "2026-02-30", "1969-12-31", "9001-01-01", "2026-11"])
    def test_gives_nothing_for_what_is_no_day(self, text: str) -> None:
        assert read_day(text) is None

    def test_reads_a_day(self) -> None:
        assert read_day("2026-11-20") == date(2026, 11, 20)
