"""Removing the oldest seals, and the tombstone that stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from integrator.database.clock import get_database_now
from integrator.events.actors import SYSTEM
from integrator.events.models import Event, EventPayload, Seal, Tombstone
from integrator.events.retention import purge_events
from tests.support.event_log import fault_code, record_and_seal, record_runs, seal_all, tamper, verify

pytestmark = pytest.mark.django_db(transaction=True)


def purge_before(number: int) -> int:
    """Purge what was sealed before seal ``number``."""
    return purge_events(before=Seal.objects.get(number=number).sealed_at, actor=SYSTEM).removed_count


class TestPurgeEvents:
    def test_removes_whole_seals_and_leaves_a_log_that_verifies(self) -> None:
        for count in (3, 2, 4):
            record_and_seal(count)
        assert purge_before(3) == 5
        assert list(Seal.objects.values_list("number", flat=True)) == [3]
        assert Event.objects.count() == EventPayload.objects.count() == 4 + 1
        assert Tombstone.objects.values_list("through_seal", "removed_count").get() == (2, 5)
        seal_all()
        report = verify()
        assert (report.fault, report.checked_count) == (None, 5)

    def test_keeps_the_newest_seal(self) -> None:
        record_and_seal(3)
        assert purge_events(before=get_database_now() + timedelta(days=1), actor=SYSTEM).removed_count == 0
        assert Event.objects.count() == 3

    def test_adds_up_over_time(self) -> None:
        for _ in range(4):
            record_and_seal(2)
        purge_before(2)
        purge_before(4)
        assert Tombstone.objects.values_list("through_seal", "removed_count").get() == (3, 6)
        seal_all()
        assert fault_code() is None

    def test_cannot_be_faked(self) -> None:
        for _ in range(3):
            record_and_seal(2)
        purge_before(2)
        tamper("UPDATE events_tombstone SET through_seal = 2")
        assert fault_code() == "tombstone_forged"

    def test_leaves_the_guard_shut(self) -> None:
        for _ in range(2):
            record_and_seal(2)
        purge_before(2)
        with pytest.raises(DatabaseError, match="append-only"):
            Event.objects.all().delete()

    def test_names_a_row_that_comes_back(self) -> None:
        first = record_and_seal(2)[0]
        kept = Event.objects.filter(id=first).values().get()
        record_and_seal(2)
        purge_before(2)
        Event.objects.bulk_create([Event(**kept)])
        record_runs()
        assert fault_code() == "inserted"
