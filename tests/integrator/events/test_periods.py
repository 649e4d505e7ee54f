"""Bounds of ids for a period: nothing of it lies outside, and what is days away is not read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.events.models import Event
from integrator.events.periods import SLACK, find_id_range
from integrator.events.queries import EventFilter

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write(*days: float) -> list[int]:
    """An event so many days after the start each, in this order; their ids."""
    drafts = [
        EventDraft(
            name="audit.read", actor=SYSTEM, subject=("log", "events"), data={"filters": {}}, at=START + day * DAY
        )
        for day in days
    ]
    with transaction.atomic():
        record_many(drafts)
    return list(Event.objects.order_by("id").values_list("id", flat=True))


class TestFindIdRange:
    def test_leaves_out_what_is_days_away(self) -> None:
        ids = write(*range(40))
        first, before = find_id_range(START + 10 * DAY, START + 20 * DAY)
        assert first == ids[9]  # a day of slack
        assert before == ids[21]

    def test_has_no_bound_where_nothing_is_before_and_in_an_empty_log(self) -> None:
        assert find_id_range(START, START) == (None, None)
        write(0, 5, 9)
        assert find_id_range(START - 9 * DAY, START - 5 * DAY) == (None, None)
        assert find_id_range(None, None) == (None, None)

    def test_says_that_nothing_is_as_late(self) -> None:
        ids = write(0, 5, 9)
        assert find_id_range(START + 30 * DAY, None) == (ids[-1] + 1, None)


class TestEventFilter:
    def test_finds_the_same_as_the_times_alone_whatever_the_order_within_the_slack(self) -> None:
        late = SLACK / DAY * 0.9
        write(*(day - late * (day % 3 == 0) for day in range(30)))
        rows = Event.objects.order_by("id")
        for since in range(-2, 33, 3):
            for until in range(since, 33, 4):
                start, end = START + since * DAY, START + until * DAY
                found = EventFilter(since_at=start, until_at=end).apply(rows)
                assert list(found) == list(rows.filter(at__gte=start, at__lt=end)), (since, until)

    def test_finds_what_is_older_and_was_written_later(self) -> None:
        """History that is brought in afterwards: the log begins later than it."""
        ids = write(100, 101, *range(90))
        rows = Event.objects.order_by("id")
        assert list(EventFilter(since_at=START + 99 * DAY).apply(rows).values_list("id", flat=True)) == ids[:2]
        until = EventFilter(until_at=START + 3 * DAY).apply(rows)
        assert list(until.values_list("id", flat=True)) == ids[2:5]
