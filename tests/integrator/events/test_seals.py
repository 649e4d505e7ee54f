"""Sealing: what a seal covers, who seals, and what happens when the database moves."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from integrator.events import seals
from integrator.events.actors import SYSTEM
from integrator.events.errors import SealKeyChanged
from integrator.events.keys import find_public_key, rotate_seal_key
from integrator.events.log import record
from integrator.events.models import Event, Seal
from integrator.events.ranges import get_head, unsealed
from integrator.events.seals import seal_loop, seal_now
from tests.support.event_log import fault_code, record_and_seal, record_runs, seal_all, tamper, verify

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work: Any) -> threading.Thread:
    """Run ``work`` on a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


class TestSealNow:
    def test_seals_nothing_when_there_is_nothing(self) -> None:
        assert seal_now() is None
        record_and_seal()
        assert seal_now() is None
        assert Seal.objects.count() == 1

    def test_chains_seals(self) -> None:
        first_ids, second_ids = record_and_seal(3), record_and_seal(2)
        first, second = Seal.objects.order_by("number")
        assert (first.number, first.count, first.first_id, first.last_id) == (1, 3, first_ids[0], first_ids[-1])
        assert (second.number, second.count, second.first_id, second.last_id) == (2, 2, second_ids[0], second_ids[-1])
        assert first.previous == ""
        assert len(second.previous) == 64
        assert verify().checked_count == 5

    def test_splits_what_would_grow_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(seals, "ROWS_A_SEAL", 10)
        for _ in range(7):
            record_runs(5)
        seal_all()
        assert Seal.objects.count() >= 3
        assert sum(Seal.objects.values_list("count", flat=True)) == 35
        assert fault_code() is None

    def test_makes_the_key_file_for_its_owner_only(self, seal_key_path: Path) -> None:
        record_and_seal()
        assert seal_key_path.stat().st_mode & 0o777 == 0o600

    def test_refuses_a_key_that_nothing_joins_to_the_old_one(self, seal_key_path: Path) -> None:
        record_and_seal()
        seal_key_path.unlink()
        record_runs()
        with pytest.raises(SealKeyChanged, match="restore the old key file"):
            seal_all()
        assert Seal.objects.count() == 1

    def test_goes_on_with_a_rotated_key(self, seal_key_path: Path) -> None:
        record_and_seal()
        old = find_public_key()
        new = rotate_seal_key(actor=SYSTEM)
        seal_all()
        assert find_public_key() == new != old
        assert seal_key_path.stat().st_mode & 0o777 == 0o600
        assert set(Seal.objects.values_list("key_id", flat=True)) == {old.id, new.id}
        assert fault_code() is None
        assert fault_code(trusted=old) is None
        assert Event.objects.filter(name="secret_key.rotated").count() == 1


class TestSealLoop:
    def test_seals_what_is_left_when_it_is_stopped(self) -> None:
        record_runs(3)
        stop = threading.Event()
        thread = in_thread(lambda: seal_loop(stop, every_s=3600))
        stop.set()
        thread.join(60)
        seal_all()  # another database of the cluster may have held it back
        assert verify().checked_count == 3

    def test_goes_on_after_an_error(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        failed, sealed = threading.Event(), threading.Event()

        def fail_once() -> None:
            if failed.is_set():
                sealed.set()
                return
            failed.set()
            raise OSError("no disk")

        monkeypatch.setattr(seals, "seal_now", fail_once)
        stop = threading.Event()
        thread = in_thread(lambda: seal_loop(stop, every_s=0.01))
        assert sealed.wait(60)
        stop.set()
        thread.join(60)
        assert "no disk" in caplog.text


class TestConcurrency:
    def test_seals_every_row_once_whatever_the_order_of_commits(self) -> None:
        stop = threading.Event()
        sealer = in_thread(lambda: seal_loop(stop, every_s=0.01))
        writers = [in_thread(partial(record_runs_slowly, number, times=5)) for number in range(4)]
        for writer in writers:
            writer.join(60)
        stop.set()
        sealer.join(60)
        seal_all()
        report = verify()
        assert (report.fault, report.checked_count) == (None, 4 * 5 * 2)

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
    def test_does_not_seal_over_a_long_open_transaction(self) -> None:
        record_and_seal()
        recorded, go_on = threading.Event(), threading.Event()

        def hold_open() -> None:
            with transaction.atomic():
                record("run.started", actor=SYSTEM, subject=("run", "slow"))
                recorded.set()
                go_on.wait(60)

        slow = in_thread(hold_open)
        assert recorded.wait(60)
        quick_ids = record_runs(2)
        assert seal_now() is None
        assert Event.objects.filter(unsealed(get_head())).count() == 2
        before = get_head()
        assert before is not None
        go_on.set()
        slow.join(30)
        seal_all()
        # Transactions of other databases in the cluster may spread the rows over several seals, never skip one.
        later = Seal.objects.filter(number__gt=before.number).order_by("number")
        assert sum(seal.count for seal in later) == 3
        assert later[0].first_id == quick_ids[0] - 1
        assert verify().checked_count == 6
        assert fault_code() is None

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite needs no lock of its own")
    def test_leaves_it_to_the_sealer_who_is_at_it(self) -> None:
        record_runs()
        locked, go_on = threading.Event(), threading.Event()

        def hold_lock() -> None:
            with transaction.atomic():
                assert seals.take_sealer_lock()
                locked.set()
                go_on.wait(60)

        other = in_thread(hold_lock)
        assert locked.wait(60)
        assert seal_now() is None
        go_on.set()
        other.join(30)
        seal_all()


def record_runs_slowly(number: int, *, times: int) -> None:
    """Two events a transaction with room between them, so that commits come out of the order of ids."""
    for _ in range(times):
        with transaction.atomic():
            for _ in range(2):
                record("run.started", actor=SYSTEM, subject=("run", number))
                threading.Event().wait(0.002 * number)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="transaction numbers are PostgreSQL's")
class TestNewCluster:
    @pytest.fixture
    def move(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """``move()``: from now on the database says that it is another cluster."""
        real = seals.read_horizon
        return lambda name: monkeypatch.setattr(seals, "read_horizon", lambda: replace(real(), cluster=name))

    def test_adopts_what_the_old_one_left_unsealed(self, move: Any) -> None:
        record_and_seal(3)
        left = record_runs(2)
        tamper("UPDATE events_event SET tx = tx + 1000000000000 WHERE id >= %s", left[0])  # as another cluster counted
        move("other")
        new = record_runs(2)
        seal_all()
        head = get_head()
        assert head is not None
        assert (head.epoch, head.kind, head.cluster, head.count, head.last_id) == (2, "adopted", "other", 4, new[-1])
        record_and_seal(2)
        head = get_head()
        assert head is not None
        assert (head.epoch, head.kind, head.count) == (2, "tx", 2)
        report = verify()
        assert (report.fault, report.checked_count, report.unsealed_count) == (None, 9, 0)

    def test_notices_transactions_that_count_from_lower(self) -> None:
        record_runs(2)
        tamper("UPDATE events_event SET tx = tx + 1000000000000")
        seal_all()
        head = get_head()
        assert head is not None
        assert (head.kind, head.count) == ("adopted", 2)
        record_and_seal(1)
        assert verify().checked_count == 3

    def test_waits_while_a_writer_is_under_way(self, move: Any) -> None:
        record_and_seal()
        move("other")
        recorded, go_on = threading.Event(), threading.Event()

        def hold_open() -> None:
            with transaction.atomic():
                record("run.started", actor=SYSTEM, subject=("run", "slow"))
                recorded.set()
                go_on.wait(60)

        slow = in_thread(hold_open)
        assert recorded.wait(60)
        assert seal_now() is None
        go_on.set()
        slow.join(30)
        seal_all()
        assert verify().checked_count == 4

    def test_keeps_tampering_visible_in_the_old_epoch(self, move: Any) -> None:
        old = record_and_seal(3)
        move("other")
        record_and_seal(3)
        tamper("UPDATE events_event SET actor = 'person:1' WHERE id = %s", old[1])
        fault = verify().fault
        assert fault is not None
        assert (fault.code, fault.event_id, fault.seal) == ("edited", old[1], 1)
