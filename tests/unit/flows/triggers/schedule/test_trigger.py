"""What a schedule does about a due time, by how late it is, and how it is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.triggers.schedule.trigger import SCHEDULE
from flows.triggers.schedule.words import say_schedule

AT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
EVERY_MINUTE = {"cron": "* * * * *"}


class TestPlan:
    @pytest.mark.parametrize(
        ("missed", "late_s", "times_s", "next_s"),
        [
            ("once", 0, [0], 60),
            ("once", 59, [0], 60),
            ("once", 330, [0], 360),
            ("skip", 30, [0], 60),
            ("skip", 330, [300], 360),
            ("catch_up", 330, [0, 60, 120, 180, 240, 300], 360),
            ("catch_up", 5, [0], 60),
            ("catch_up", 86_400, [60 * number for number in range(100)], 86_460),
        ],
    )
    def test_goes_by_what_was_missed(self, missed: str, late_s: int, times_s: list[int], next_s: int) -> None:
        settings = {**EVERY_MINUTE, "missed": missed}
        plan = SCHEDULE.plan(settings, planned_at=AT, now=AT + timedelta(seconds=late_s), zone="UTC")
        assert list(plan.times) == [AT + timedelta(seconds=second) for second in times_s]
        assert plan.next_at == AT + timedelta(seconds=next_s)
        assert bool(plan.missed) == (late_s > 60)

    def test_uses_the_installations_zone_where_none_is_set(self) -> None:
        daily = {"cron": "0 9 * * *"}
        assert SCHEDULE.first_due(daily, after=AT, zone="Europe/Vienna") == AT + timedelta(days=1)
        assert SCHEDULE.first_due(daily, after=AT, zone="UTC") == AT + timedelta(hours=1)


class TestSaySchedule:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"cron": "30 8 * * 1-5", "zone": "Europe/Vienna"}, "Every weekday at 08:30 (Europe/Vienna)"),
            ({"cron": "0 6 * * *"}, "Every day at 06:00"),
            ({"cron": "0 6 * * 1"}, "Every Monday at 06:00"),
            ({"cron": "0 6 1 * *"}, "On day 1 of every month at 06:00"),
            ({"cron": "*/15 * * * *"}, "Every 15 minutes"),
            ({"cron": "5 * * * *"}, "Every hour at minute 5"),
            ({"cron": "0 6 1 1 *"}, "At the times of “0 6 1 1 *”"),
            ({"every": "PT1H"}, "Every hour"),
            ({"every": "PT90M"}, "Every 1 hour and 30 minutes"),
        ],
    )
    def test_speaks_plainly(self, settings: dict[str, Any], words: str) -> None:
        assert say_schedule(settings) == f"{words} a new run starts"
