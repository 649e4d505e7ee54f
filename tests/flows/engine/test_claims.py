"""Claims at scale: what they read does not grow with the runs that have ended, and the oldest news comes first."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flows.engine.journal import get_journal
from flows.models import Signal
from integrator.database.clock import is_postgresql
from tests.support.flows import make_run, make_version
from tests.support.statistics import learnt

pytestmark = pytest.mark.django_db(transaction=True)

ONE = """
format: 1
flow: one
name: One
team: marketing
steps:
  only: {kind: set, with: {x: 1}}
"""


def claim(limit: int = 50, *, struck: bool = False) -> list[uuid.UUID]:
    return [run.id for run in get_journal().claim(limit=limit, lease_s=30, struck=struck)]


class TestClaim:
    def test_takes_the_run_whose_news_is_oldest(self) -> None:
        version = make_version(ONE)
        first, second, third = (make_run(version) for _ in range(3))
        Signal.objects.filter(run=first).delete()
        Signal.objects.create(run=first, kind="start", created_at=datetime.now(UTC))
        if connection.vendor == "sqlite":
            assert claim(2) == [second.id, third.id]
        assert first.id in {*claim(2), *claim(2)}

    def test_a_run_with_much_news_is_taken_once(self) -> None:
        run = make_run(make_version(ONE))
        for _ in range(20):
            Signal.objects.create(run=run, kind="continue", created_at=datetime.now(UTC))
        assert claim(2) == [run.id]

    def test_of_nothing_takes_no_lock(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            assert claim() == []
        assert not [query for query in queries.captured_queries if query["sql"].startswith("BEGIN")]

    @pytest.mark.skipif(is_postgresql(), reason="it is about the plan of SQLite; PostgreSQL makes its own")
    @pytest.mark.parametrize("struck", [False, True])
    @pytest.mark.parametrize("learnt_of", [(), ("flows_run",)], ids=["knows nothing", "knows of few runs"])
    def test_on_sqlite_starts_from_unread_signals(self, learnt_of: tuple[str, ...], struck: bool) -> None:
        make_run(make_version(ONE))
        with learnt(*learnt_of), connection.cursor() as cursor:
            with CaptureQueriesContext(connection) as queries:
                claim(struck=struck)
            first = next(query["sql"] for query in queries.captured_queries if "flows_signal" in query["sql"])
            cursor.execute(f"EXPLAIN QUERY PLAN {first}")
            plan = [row[-1] for row in cursor.fetchall()]
        assert "flows_signal USING INDEX signal_unread" in plan[0]
        assert all("sqlite_autoindex_flows_run" in line for line in plan if "SUBQUERY" not in line and line != plan[0])
        assert len(plan) == 3
