"""Recording, and who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from integrator.events.actors import SYSTEM, Actor
from integrator.events.log import EventDraft, record, record_many
from integrator.events.models import Event, EventPayload
from integrator.events.payloads import decode_payload, digest_payload
from integrator.events.subscribers import RecordedEvent
from tests.support.event_log import record_runs

HEARD: list[RecordedEvent] = []


def hear(event: RecordedEvent) -> None:
    HEARD.append(event)


def refuse(event: RecordedEvent) -> None:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _hear_nothing_yet() -> None:
    HEARD.clear()


@pytest.mark.django_db
class TestRecord:
    def test_stores_columns_payload_and_digest(self) -> None:
        record(
            "case.changed",
            actor=Actor("person", "12"),
            subject=("case", 7),
            data={"note": "é\x00"},
            changes={"priority": ("low", "high")},
            correlation="C-2026-000001",
            team_id=3,
        )
        event = Event.objects.select_related("payload").get()
        assert (event.name, event.actor, event.subject_type, event.subject_id) == (
            "case.changed",
            "person:12",
            "case",
            "7",
        )
        assert (event.correlation, event.team_id, event.depth) == ("C-2026-000001", 3, 0)
        assert abs(event.at - datetime.now(UTC)) < timedelta(minutes=1)
        assert decode_payload(event.payload.payload) == ({"note": "é\x00"}, {"priority": ("low", "high")})
        assert digest_payload(bytes(event.payload.salt), event.payload.payload) == bytes(event.digest)

    def test_knows_the_transaction_on_postgresql(self) -> None:
        record("run.completed", actor=SYSTEM, subject=("run", 1))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text" if connection.vendor == "postgresql" else "SELECT '0'")
            assert Event.objects.get().tx == int(cursor.fetchone()[0])

    def test_refuses_a_name_that_the_catalogue_has_not(self) -> None:
        with pytest.raises(ValueError, match=r"run\.strated"):
            record("run.strated", actor=SYSTEM, subject=("run", 1))

    def test_refuses_data_that_does_not_fit_the_schema(self) -> None:
        with pytest.raises(ValueError, match=r"task\.decided"):
            record("task.decided", actor=SYSTEM, subject=("task", 1), data={})


@pytest.mark.django_db(transaction=True)
class TestRecordMany:
    def test_needs_a_transaction(self) -> None:
        with pytest.raises(RuntimeError, match="transaction"):
            record("run.completed", actor=SYSTEM, subject=("run", 1))
        assert not Event.objects.exists()

    def test_keeps_the_order_and_pairs_payloads(self) -> None:
        ids = record_runs(250)
        assert ids == sorted(ids)
        rows = Event.objects.select_related("payload").order_by("id")
        assert [int(row.subject_id) for row in rows] == list(range(250))
        assert all(decode_payload(row.payload.payload)[0] == {"flow": f"flow {row.subject_id}"} for row in rows)

    def test_goes_with_the_change_it_tells_of(self) -> None:
        with transaction.atomic():
            record("run.completed", actor=SYSTEM, subject=("run", 1))
            transaction.set_rollback(True)
        assert not Event.objects.exists()
        assert not EventPayload.objects.exists()

    def test_takes_a_time_and_a_depth(self) -> None:
        at = datetime(2020, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        record_runs(1, at=at, depth=4)
        assert Event.objects.values_list("at", "depth").get() == (at, 4)

    def test_of_nothing_does_nothing(self) -> None:
        with transaction.atomic():
            record_many([])
        assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestSubscribers:
    def test_hear_in_the_transaction(self, settings: Any) -> None:
        settings.EVENT_SUBSCRIBERS = [("run.completed", f"{__name__}:hear", "in_transaction")]
        with transaction.atomic():
            record("run.failed", actor=SYSTEM, subject=("run", 1))
            record("run.completed", actor=SYSTEM, subject=("run", 2), correlation="2", team_id=5, data={"a": 1})
            (event,) = HEARD
        assert (event.name, event.subject_type, event.subject_id) == ("run.completed", "run", "2")
        assert (event.correlation, event.team_id, event.data, event.actor) == ("2", 5, {"a": 1}, SYSTEM)
        assert event.id == Event.objects.get(name="run.completed").id

    def test_hear_after_the_commit_only(self, settings: Any) -> None:
        settings.EVENT_SUBSCRIBERS = [("*", f"{__name__}:hear", "after_commit")]
        with transaction.atomic():
            record("run.completed", actor=SYSTEM, subject=("run", 1))
            assert not HEARD
        assert [event.name for event in HEARD] == ["run.completed"]
        with transaction.atomic():
            record("run.failed", actor=SYSTEM, subject=("run", 1))
            transaction.set_rollback(True)
        assert len(HEARD) == 1

    def test_undo_the_change_when_they_refuse_in_the_transaction(self, settings: Any) -> None:
        settings.EVENT_SUBSCRIBERS = [("run.started", f"{__name__}:refuse", "in_transaction")]
        with pytest.raises(ZeroDivisionError):
            record_runs(1)
        assert not Event.objects.exists()

    def test_do_not_keep_others_from_hearing_when_they_fail_after_the_commit(self, settings: Any) -> None:
        settings.EVENT_SUBSCRIBERS = [
            ("run.started", f"{__name__}:refuse", "after_commit"),
            ("run.started", f"{__name__}:hear", "after_commit"),
        ]
        record_runs(1)
        assert len(HEARD) == 1

    @pytest.mark.parametrize(
        "entry", [("run.started", "nowhere.at_all:f", "in_transaction"), ("run.started", f"{__name__}:hear", "later")]
    )
    def test_that_cannot_be_called_are_named(self, settings: Any, entry: tuple[str, str, str]) -> None:
        settings.EVENT_SUBSCRIBERS = [entry]
        with pytest.raises(ImproperlyConfigured, match="EVENT_SUBSCRIBERS"):
            record_runs(1)

    def test_are_drafts_with_every_default_filled(self) -> None:
        draft = EventDraft(name="run.completed", actor=SYSTEM, subject=("run", 1))
        assert (draft.data, draft.changes, draft.correlation, draft.team_id, draft.at, draft.depth) == (
            {},
            {},
            "",
            None,
            None,
            0,
        )
