"""What the triggers refuse, on both databases."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from integrator.events.guard import open_guard_door
from integrator.events.models import Event, EventPayload, Seal
from tests.support.event_log import record_and_seal, record_runs

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = [
    "UPDATE events_event SET name = 'x'",
    "DELETE FROM events_event",
    "UPDATE events_payload SET payload = 'x'",
    "UPDATE events_seal SET count = 0",
    "DELETE FROM events_seal",
]


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


class TestGuard:
    @pytest.mark.parametrize("sql", REFUSED)
    def test_refuses_changes(self, sql: str) -> None:
        record_and_seal(2)
        with pytest.raises(DatabaseError, match="append-only"):
            execute(sql)
        assert (Event.objects.count(), EventPayload.objects.count(), Seal.objects.count()) == (2, 2, 1)

    @pytest.mark.parametrize("table", ["events_event", "events_seal"])
    def test_refuses_to_truncate(self, table: str) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no TRUNCATE")
        with pytest.raises(DatabaseError, match="append-only"):
            execute(f"TRUNCATE {table}")

    def test_refuses_to_replace_a_row(self) -> None:
        if connection.vendor == "postgresql":
            pytest.skip("PostgreSQL has no INSERT OR REPLACE")
        record_runs(1)
        with pytest.raises(DatabaseError, match="append-only"):
            execute("INSERT OR REPLACE INTO events_event SELECT * FROM events_event")

    def test_refuses_an_upsert(self) -> None:
        record_runs(1)
        with pytest.raises(DatabaseError, match="append-only"):
            execute(
                "INSERT INTO events_payload (event_id, salt, payload)"
                " SELECT event_id, salt, payload FROM events_payload WHERE true"
                " ON CONFLICT (event_id) DO UPDATE SET payload = 'x'"
            )


class TestOpenGuardDoor:
    def test_lets_changes_pass_and_closes(self) -> None:
        record_runs(2)
        with transaction.atomic():
            with open_guard_door():
                Event.objects.filter(subject_id="0").delete()
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                Event.objects.filter(subject_id="1").delete()
        assert Event.objects.count() == 1

    def test_closes_when_the_block_fails_and_the_caller_goes_on(self) -> None:
        record_runs(1)
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), open_guard_door():
                raise ZeroDivisionError
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                Event.objects.all().delete()

    def test_needs_a_transaction(self) -> None:
        with pytest.raises(RuntimeError, match="transaction"), open_guard_door():
            pytest.fail("The door opened.")
