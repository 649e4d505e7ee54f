"""The duties of each minute."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from pytest_django import Settings

from integrator import housekeeping
from integrator.housekeeping import clear_expired_sessions, do_housekeeping

done: list[datetime] = []


def note(now: datetime) -> None:
    done.append(now)


def fail(now: datetime) -> None:
    raise RuntimeError("this duty fails")


@pytest.mark.django_db
class TestDoHousekeeping:
    def test_does_the_other_duties_when_one_fails(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        paths = ["integrator.housekeeping:fail", "integrator.housekeeping:note"]
        monkeypatch.setattr(housekeeping, "fail", fail, raising=False)
        monkeypatch.setattr(housekeeping, "note", note, raising=False)
        settings.HOUSEKEEPING = paths
        done.clear()
        assert do_housekeeping() == [paths[1]]
        assert len(done) == 1
        assert done[0].tzinfo is not None

    def test_clears_expired_sessions_only(self) -> None:
        now = datetime.now(UTC)
        Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(minutes=1))
        Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(minutes=1))
        clear_expired_sessions(now)
        assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]

    def test_every_duty_of_the_settings_can_be_done(self) -> None:
        assert do_housekeeping() == django_settings.HOUSEKEEPING

    @pytest.mark.services
    def test_leaves_the_duties_to_the_beat_that_is_at_it(self) -> None:
        parameters = connection.get_connection_params()
        wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters}
        with psycopg.connect(**wanted) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [housekeeping._LOCK_KEY])
            assert do_housekeeping() == []
            # The server ends a closed session in its own time, so the lock is given back in words.
            other.execute("SELECT pg_advisory_unlock(%s)", [housekeeping._LOCK_KEY])
        assert do_housekeeping() == django_settings.HOUSEKEEPING


@pytest.mark.django_db
class TestHousekeepingLoop:
    def test_works_at_once_and_ends_when_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop = threading.Event()
        rounds: list[int] = []

        def work() -> list[str]:
            rounds.append(1)
            stop.set()
            return []

        monkeypatch.setattr(housekeeping, "do_housekeeping", work)
        housekeeping.housekeeping_loop(stop)
        assert rounds == [1]
