"""The parts of the time to come, in the reader's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.models import Task
from flows.queries.pages.flow_lines import HOURS, draw_bars
from flows.queries.pages.home import Home
from flows.queries.pages.inbox import LOOK_AGAIN, InboxRow, group_rows, is_to_look_again, read_uuid, say_part

NOW = datetime(2026, 11, 19, 22, 30, tzinfo=UTC)


class TestSayPart:
    @pytest.mark.parametrize(
        ("zone", "after", "part"),
        [
            ("UTC", timedelta(seconds=-1), "Late"),
            ("UTC", timedelta(0), "Due today"),
            ("UTC", timedelta(minutes=89), "Due today"),
            ("UTC", timedelta(minutes=90), "This week"),
            ("Europe/Berlin", timedelta(minutes=29), "Due today"),
            ("Europe/Berlin", timedelta(minutes=30), "This week"),
            ("UTC", timedelta(days=6), "This week"),
            ("UTC", timedelta(days=7), "Later"),
        ],
    )
    def test_goes_by_the_readers_midnight(self, zone: str, after: timedelta, part: str) -> None:
        assert say_part(NOW + after, now=NOW, zone=ZoneInfo(zone)) == part

    def test_knows_tasks_without_a_date(self) -> None:
        assert say_part(None, now=NOW, zone=UTC) == "No date"


class TestGroupRows:
    def test_puts_what_is_to_be_looked_at_again_first(self) -> None:
        plain, later, again = (
            Task(title=title, status="open", due_at=NOW + timedelta(days=days), follow_up_at=follow_up_at)
            for title, days, follow_up_at in (
                ("plain", -1, None),
                ("later", 0, NOW + timedelta(seconds=1)),
                ("again", 9, NOW),
            )
        )
        rows = [
            InboxRow(task=task, flow_name="", state="open", asked="", is_to_look_again=is_to_look_again(task, NOW))
            for task in (plain, later, again)
        ]
        groups = [
            (group.label, [row.task.title for row in group.rows]) for group in group_rows(rows, now=NOW, zone=UTC)
        ]
        assert groups == [(LOOK_AGAIN, ["again"]), ("Late", ["plain"]), ("Due today", ["later"])]

    def test_lets_answered_tasks_rest(self) -> None:
        assert not is_to_look_again(Task(status="done", follow_up_at=NOW), NOW)


class TestDrawBars:
    def test_fills_the_height_with_the_busiest_hour(self) -> None:
        bars = draw_bars([(0, False), (0, True), (HOURS - 1, False)])
        assert len(bars) == HOURS
        assert (bars[-1].height, bars[-1].y, bars[-1].is_bad) == (19, 1, True)
        assert (bars[0].x, bars[0].is_bad) == (0, False)
        assert 1 < bars[0].height < 19
        assert {bar.height for bar in bars[1:-1]} == {1}

    def test_draws_a_line_when_nothing_ran(self) -> None:
        assert {bar.height for bar in draw_bars([])} == {1}


class TestSentence:
    @pytest.mark.parametrize(
        ("count", "words"),
        [
            (0, "Nothing needs you"),
            (1, "One thing needs you"),
            (3, "Three things need you"),
            (13, "13 things need you"),
            (1000, "1,000 things need you"),
        ],
    )
    def test_counts(self, count: int, words: str) -> None:
        home = Home(
            needs=(), tasks=(), tasks_count=count, flows=None, has_more_flows=False, run_count=0, log=None
        )  # fmt: skip
        assert home.sentence == words


class TestReadUuid:
    def test_gives_none_for_what_is_no_id(self) -> None:
        assert read_uuid("C-2026-000001") is None
        assert read_uuid("") is None
