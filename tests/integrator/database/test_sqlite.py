"""The writer's lock on SQLite: served in order, and given back on every way out of a transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.sqlite3 import base as django_base

from integrator.database.sqlite import base
from integrator.people.models import Team

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone has this lock"),
]


def is_free() -> bool:
    """Whether a thread of its own gets the lock at once."""
    done = threading.Event()

    def write() -> None:
        base.WRITER.acquire()
        base.WRITER.release()
        done.set()

    threading.Thread(target=write, daemon=True).start()
    return done.wait(5)


def fail(error: BaseException) -> Callable[..., Any]:
    def raise_it(*args: object) -> None:
        raise error

    return raise_it


class TestFairLock:
    def test_serves_in_the_order_of_coming(self) -> None:
        lock, served = base.FairLock(), []
        lock.acquire()

        def wait(number: int) -> None:
            lock.acquire()
            served.append(number)
            lock.release()

        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            while len(lock._waiting) <= number:
                pass
        lock.release()
        for thread in threads:
            thread.join(5)
        assert served == [0, 1, 2, 3, 4]

    def test_an_interrupted_waiter_leaves_the_queue(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lock = base.FairLock()
        lock.acquire()
        self.interrupt_acquire(lock, monkeypatch, before=lambda: None)
        lock.release()
        assert not lock._held

    def test_one_interrupted_at_its_turn_hands_it_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lock = base.FairLock()
        lock.acquire()
        self.interrupt_acquire(lock, monkeypatch, before=lock.release)
        assert not lock._held

    def interrupt_acquire(
        self, lock: base.FairLock, monkeypatch: pytest.MonkeyPatch, *, before: Callable[[], None]
    ) -> None:
        class Turn:
            """A lock whose second acquire, the wait for one's turn, is broken off like by Ctrl-C."""

            def __init__(self) -> None:
                self.asked = 0

            def acquire(self) -> None:
                self.asked += 1
                if self.asked == 2:
                    before()
                    raise KeyboardInterrupt

            def release(self) -> None:
                pass

        monkeypatch.setattr(base.threading, "Lock", Turn)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
        monkeypatch.undo()


class TestTransaction:
    @pytest.mark.parametrize("error", [OperationalError("disk I/O error"), KeyboardInterrupt()])
    def test_gives_the_lock_back_when_the_commit_fails(
        self, error: BaseException, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(django_base.DatabaseWrapper, "_commit", fail(error))
        with pytest.raises(type(error)), transaction.atomic():
            Team.objects.create(slug="x", name="X")
        monkeypatch.undo()
        assert is_free()

    def test_gives_the_lock_back_when_it_cannot_begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begin = "_start_transaction_under_autocommit"
        monkeypatch.setattr(django_base.DatabaseWrapper, begin, fail(OperationalError("database is locked")))
        with pytest.raises(OperationalError), transaction.atomic():
            pytest.fail("it began")
        monkeypatch.undo()
        assert is_free()

    def test_gives_the_lock_back_when_the_rollback_fails_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(django_base.DatabaseWrapper, "_rollback", fail(OperationalError("gone")))
        with pytest.raises(ValueError, match="ours"), transaction.atomic():
            raise ValueError("ours")
        monkeypatch.undo()
        assert is_free()
        Team.objects.create(slug="x", name="X")

    def test_gives_the_lock_back_when_the_connection_is_closed_in_it(self) -> None:
        with transaction.atomic():
            Team.objects.create(slug="x", name="X")
            connection.close()
        assert is_free()
        assert not Team.objects.exists()

    def test_takes_it_once_however_deep(self) -> None:
        with transaction.atomic():
            with pytest.raises(ValueError, match="inner"), transaction.atomic():
                raise ValueError("inner")
            with transaction.atomic():
                Team.objects.create(slug="x", name="X")
            assert base.WRITER._held
        assert is_free()

    def test_gives_it_back_before_what_follows_the_commit(self) -> None:
        seen: list[bool] = []
        with transaction.atomic():
            transaction.on_commit(lambda: seen.append(is_free()))
        assert seen == [True]
