"""Statements that stay prepared, and how often a connection is asked whether it is alive."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from integrator.database import prepared
from integrator.database.clock import is_postgresql
from integrator.database.prepared import drop_dead_connection, fetch_prepared


@pytest.mark.django_db
class TestFetchPrepared:
    @pytest.fixture(autouse=True)
    def _only_on_postgresql(self) -> None:
        if not is_postgresql():
            pytest.skip("SQLite plans nothing on a server")

    def test_gives_the_rows(self) -> None:
        assert fetch_prepared("SELECT %s::int + 1, 'it''s 100%%'", ["41"]) == [(42, "it's 100%")]

    def test_leaves_the_statement_prepared(self) -> None:
        statement = "SELECT %s::int AS asked_of_a_prepared_statement"
        for number in (1, 2):
            fetch_prepared(statement, [number])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1%%asked_of_a_prepared%%'"
            )
            assert cursor.fetchone() == (1,)

    def test_raises_what_django_does(self) -> None:
        with pytest.raises(ProgrammingError), transaction.atomic():
            fetch_prepared("SELECT nothing_of_this_name", [])

    def test_is_seen_by_who_watches_statements(self) -> None:
        seen: list[str] = []

        def watch(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
            seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            fetch_prepared("SELECT 1", [])
        assert seen == ["SELECT 1"]


@pytest.mark.django_db
class TestDropDeadConnection:
    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """A line for each time that Django would look, by a clock that the test sets."""
        asked: list[float] = []
        self.now_s = 100.0
        connection.ensure_connection()
        own = connection._connections[connection._alias]
        monkeypatch.setattr(own, "in_atomic_block", False)
        monkeypatch.setattr(prepared._asked, "at_s", float("-inf"))
        monkeypatch.setattr(prepared.time, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(own, "close_if_unusable_or_obsolete", lambda: asked.append(self.now_s))
        return asked

    def test_asks_once_a_second(self, asked: list[float]) -> None:
        for self.now_s in (100.0, 100.5, 101.0, 101.1, 102.0):
            drop_dead_connection()
        assert asked == [100.0, 101.1]

    def test_asks_at_once_after_an_error(self, asked: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        drop_dead_connection()
        monkeypatch.setattr(connection._connections[connection._alias], "errors_occurred", True)
        drop_dead_connection()
        assert asked == [100.0, 100.0]

    def test_leaves_a_transaction_alone(self, asked: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection._connections[connection._alias], "in_atomic_block", True)
        drop_dead_connection()
        assert asked == []
