"""The tail of the event log: nothing is missed, whatever order transactions commit in."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.live.tail import find_end, look_from


def record_runs(*numbers: int) -> None:
    drafts = [EventDraft(name="run.started", actor=SYSTEM, subject=("run", number), data={}) for number in numbers]
    with transaction.atomic():
        record_many(drafts)


@pytest.mark.django_db(transaction=True)
class TestTail:
    def test_gives_what_came_since_and_only_names(self) -> None:
        record_runs(1)
        position = find_end()
        record_runs(2, 3)
        look = look_from(position)
        assert [news.subject_id for news in look.news if news.subject_id != "1"] == ["2", "3"]
        assert not look.is_cut

    def test_gives_nothing_new_twice_to_who_says_what_it_has_seen(self) -> None:
        position = find_end()
        record_runs(1)
        first = look_from(position)
        seen = [news.id for news in first.news]
        assert look_from(first.position, seen=seen).news == []

    def test_goes_on_where_a_cut_look_ended(self) -> None:
        position, found = find_end(), []
        record_runs(*range(5))
        for _ in range(10):
            look = look_from(position, limit=2, seen=[news.id for news in found])
            found += look.news
            position = look.position
            if not look.is_cut:
                break
        assert [news.subject_id for news in found] == ["0", "1", "2", "3", "4"]

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
    def test_finds_a_lower_id_that_commits_later(self) -> None:
        position = find_end()
        has_recorded, may_commit = threading.Event(), threading.Event()

        def write_slowly() -> None:
            with transaction.atomic():
                record_many([EventDraft(name="run.started", actor=SYSTEM, subject=("run", "slow"), data={})])
                has_recorded.set()
                may_commit.wait(60)
            connections.close_all()

        slow = threading.Thread(target=write_slowly)
        slow.start()
        assert has_recorded.wait(60)
        record_runs(7)
        first = look_from(position)
        assert [news.subject_id for news in first.news] == ["7"]
        may_commit.set()
        slow.join()
        second = look_from(first.position, seen=[news.id for news in first.news])
        assert [news.subject_id for news in second.news] == ["slow"]
        assert second.news[0].id < first.news[0].id
