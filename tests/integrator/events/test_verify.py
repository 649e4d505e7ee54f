"""Every way to tamper with the log, and the fault that names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection

from integrator.events.actors import SYSTEM
from integrator.events.erase import erase_payloads
from integrator.events.errors import NothingToErase
from integrator.events.keys import find_public_key, rotate_seal_key
from integrator.events.log import record_many
from integrator.events.models import Event, EventPayload, Seal
from integrator.events.payloads import decode_payload
from tests.support.event_log import fault_code, record_and_seal, record_runs, seal_all, tamper, verify, without_guard

pytestmark = pytest.mark.django_db(transaction=True)

IS_POSTGRESQL = "connection.vendor == 'postgresql'"
COLUMNS = "at, name, actor, subject_type, subject_id, correlation, team_id, tx, digest, depth"


@pytest.fixture
def ids() -> list[int]:
    """Two seals of four events each."""
    return [*record_and_seal(4), *record_and_seal(4)]


class TestAnIntactLog:
    def test_is_intact_when_empty(self) -> None:
        report = verify()
        assert (report.fault, report.checked_count, report.unsealed_count, report.seal_count) == (None, 0, 0, 0)

    def test_counts_what_is_checked_and_what_is_not_yet_sealed(self, ids: list[int]) -> None:
        record_runs(3)
        report = verify()
        assert (report.fault, report.checked_count, report.unsealed_count, report.seal_count) == (None, 8, 3, 2)

    def test_may_have_gaps_between_ids(self, ids: list[int]) -> None:
        from django.db import transaction

        with transaction.atomic():
            record_many([])
            record_runs_and_roll_back()
        record_and_seal(2)
        assert fault_code() is None


def record_runs_and_roll_back() -> None:
    from django.db import transaction

    record_runs(3)
    transaction.set_rollback(True)


class TestTamperingWithRows:
    @pytest.mark.parametrize(
        "change",
        [
            "actor = 'person:1'",
            "name = 'run.failed'",
            "subject_id = '99'",
            "correlation = 'other'",
            "team_id = 3",
            "depth = 1",
            "at = '2020-01-01 00:00:00'",
            "subject_type = 'case'",
        ],
    )
    def test_names_an_edit(self, ids: list[int], change: str) -> None:
        tamper(f"UPDATE events_event SET {change} WHERE id = %s", ids[5])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id, fault.seal) == ("edited", ids[5], 2)
        assert str(ids[5]) in fault.message

    def test_names_a_deletion(self, ids: list[int]) -> None:
        tamper("DELETE FROM events_event WHERE id = %s", ids[2])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id, fault.seal) == ("deleted", ids[2], 1)

    @pytest.mark.parametrize("place", [0, -1])
    def test_names_a_deletion_at_the_ends_of_a_seal(self, ids: list[int], place: int) -> None:
        tamper("DELETE FROM events_event WHERE id = %s", ids[place])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id) == ("deleted", ids[place])

    def test_names_an_insertion(self, ids: list[int]) -> None:
        tamper("DELETE FROM events_event WHERE id = %s", ids[2])
        seals = Seal.objects.count()
        forged = ids[2] if connection.vendor == "sqlite" else ids[-1] + 1000
        tamper(
            f"INSERT INTO events_event (id, {COLUMNS}) SELECT %s, {COLUMNS} FROM events_event WHERE id = %s",
            forged,
            ids[1],
        )
        fault = verify().fault
        assert fault is not None
        assert fault.code in {"edited", "deleted", "inserted"}
        assert fault.seal == 1
        assert Seal.objects.count() == seals

    @pytest.mark.skipif(f"not ({IS_POSTGRESQL})", reason="ranges go by transaction on PostgreSQL only")
    def test_names_a_row_that_was_added_to_a_sealed_transaction(self, ids: list[int]) -> None:
        forged = ids[-1] + 1000
        tamper(
            f"INSERT INTO events_event (id, {COLUMNS}) SELECT %s, {COLUMNS} FROM events_event WHERE id = %s",
            forged,
            ids[1],
        )
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id, fault.seal) == ("inserted", forged, 1)

    def test_names_a_row_below_every_seal(self, ids: list[int]) -> None:
        tamper(
            f"INSERT INTO events_event (id, {COLUMNS}) SELECT %s, {COLUMNS} FROM events_event WHERE id = %s", -5, ids[1]
        )
        assert fault_code() == "inserted"

    def test_names_a_forged_row_after_the_last_seal_by_its_missing_payload(self, ids: list[int]) -> None:
        tx = "tx" if connection.vendor == "sqlite" else "tx + 1000000"
        tamper(
            f"INSERT INTO events_event (id, {COLUMNS}) SELECT %s, {COLUMNS.replace(' tx', ' ' + tx)}"
            " FROM events_event WHERE id = %s",
            ids[-1] + 1,
            ids[1],
        )
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id) == ("payload_missing", ids[-1] + 1)

    def test_names_a_swap(self, ids: list[int]) -> None:
        with without_guard() as cursor:
            for old, new in ((ids[1], -1), (ids[2], ids[1]), (-1, ids[2])):
                cursor.execute("UPDATE events_event SET id = %s WHERE id = %s", [new, old])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id) == ("reordered", ids[1])

    @pytest.mark.skipif(f"not ({IS_POSTGRESQL})", reason="the order goes by transaction on PostgreSQL only")
    def test_names_a_moved_transaction(self, ids: list[int]) -> None:
        tamper("UPDATE events_event SET tx = tx + 1000000 WHERE id = %s", ids[1])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id) == ("deleted", ids[1])

    def test_names_the_seal_of_a_row_that_cannot_be_read(self, ids: list[int]) -> None:
        if connection.vendor == "postgresql":
            pytest.skip("PostgreSQL keeps types")
        tamper("UPDATE events_event SET at = 'never' WHERE id = %s", ids[5])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.seal) == ("edited", 2)


class TestTamperingWithPayloads:
    def test_names_an_edit(self, ids: list[int]) -> None:
        tamper("UPDATE events_payload SET payload = '{}' WHERE event_id = %s", ids[3])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id) == ("payload_mismatch", ids[3])

    def test_names_an_edit_before_the_first_seal(self) -> None:
        (only,) = record_runs()
        tamper("UPDATE events_payload SET payload = '{}' WHERE event_id = %s", only)
        assert fault_code() == "payload_mismatch"

    def test_names_a_payload_that_nobody_erased(self, ids: list[int]) -> None:
        EventPayload.objects.filter(event_id=ids[3]).delete()
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id) == ("payload_missing", ids[3])


class TestTamperingWithSeals:
    @pytest.mark.parametrize("change", ["count = 9", "root = 'x'", "epoch = 4", "previous = ''", "id_to = id_to + 1"])
    def test_names_an_edit(self, ids: list[int], change: str) -> None:
        tamper(f"UPDATE events_seal SET {change} WHERE number = 2")
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.seal) == ("seal_edited", 2)

    def test_names_one_that_is_missing(self, ids: list[int]) -> None:
        tamper("DELETE FROM events_seal WHERE number = 1")
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.seal) == ("seal_missing", 1)

    def test_does_not_trust_another_key(self, ids: list[int], seal_key_path: Path) -> None:
        genuine = find_public_key()
        with without_guard() as cursor:
            cursor.execute("UPDATE events_event SET actor = 'person:1'")
            cursor.execute("DELETE FROM events_seal")
        seal_key_path.unlink()
        seal_all()
        assert fault_code() is None  # whoever holds the key file can rewrite: hence keys kept elsewhere
        assert fault_code(trusted=genuine) == "key_untrusted"

    def test_does_not_trust_a_forged_rotation(self, ids: list[int], seal_key_path: Path) -> None:
        genuine = find_public_key()
        rotate_seal_key(actor=SYSTEM)
        seal_all()
        assert fault_code(trusted=genuine) is None
        tamper("UPDATE events_sealkeyrotation SET old_signature = new_signature")
        assert fault_code(trusted=genuine) == "key_untrusted"


class TestErasePayloads:
    def test_leaves_a_log_that_verifies(self, ids: list[int]) -> None:
        assert erase_payloads(subject=("run", 1), reason="asked for", actor=SYSTEM) == 2
        assert fault_code() == "payload_missing"  # until the erasure is sealed
        seal_all()
        report = verify()
        assert (report.fault, report.erased_count, report.checked_count) == (None, 2, 9)
        assert set(Event.objects.filter(payload__isnull=True).values_list("id", flat=True)) == {ids[1], ids[5]}
        data, _ = decode_payload(EventPayload.objects.get(event__name="event.erased").payload)
        assert data == {"ids": f"{ids[1]},{ids[5]}", "count": 2, "reason": "asked for"}

    def test_still_names_other_gaps(self, ids: list[int]) -> None:
        erase_payloads(subject=("run", 1), reason="asked for", actor=SYSTEM)
        EventPayload.objects.filter(event_id=ids[0]).delete()
        seal_all()
        assert fault_code() == "payload_missing"

    def test_never_erases_an_erasure(self, ids: list[int]) -> None:
        erase_payloads(subject=("run", 1), reason="asked for", actor=SYSTEM)
        with pytest.raises(NothingToErase):
            erase_payloads(subject=("run", 1), reason="again", actor=SYSTEM)
        assert EventPayload.objects.filter(event__name="event.erased").count() == 1

    def test_cannot_be_widened_afterwards(self, ids: list[int]) -> None:
        erase_payloads(subject=("run", 1), reason="asked for", actor=SYSTEM)
        seal_all()
        payload = EventPayload.objects.get(event__name="event.erased")
        wider = json.dumps({**json.loads(payload.payload), "data": {"ids": f"{ids[0]}-{ids[-1]}", "count": 8}})
        tamper("UPDATE events_payload SET payload = %s WHERE event_id = %s", wider, payload.pk)
        EventPayload.objects.filter(event_id=ids[0]).delete()
        assert fault_code() == "payload_mismatch"
