"""Whoever ends several waits locks them in the order of those who deliver to them, so that none waits for the other."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from flows.engine.messages import _close
from flows.models import MessageWait
from integrator.database.clock import is_postgresql
from tests.support.messages import make_waiting_run
from tests.support.processes import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not is_postgresql(), reason="SQLite has one writer at a time"),
]


def _is_somebody_blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


class TestLockOrder:
    def test_who_waits_for_the_oldest_holds_no_younger_one(self) -> None:
        later, older = [
            MessageWait.objects.get(run=make_waiting_run()),
            MessageWait.objects.get(run=make_waiting_run()),
        ]
        MessageWait.objects.filter(id=older.id).update(opened_at=later.opened_at - timedelta(hours=1))

        def close_both() -> None:
            try:
                with transaction.atomic():
                    _close([later.id, older.id])
            finally:
                connection.close()

        landing = threading.Thread(target=close_both)
        with transaction.atomic():
            MessageWait.objects.select_for_update(no_key=True).get(id=older.id)
            landing.start()
            wait_for(_is_somebody_blocked, within_s=60, what="the landing to wait for the older one")
            try:
                MessageWait.objects.select_for_update(no_key=True, nowait=True).get(id=later.id)
            except OperationalError:
                pytest.fail("the landing holds the younger wait while it waits for the older one")
        landing.join(60)
        assert not MessageWait.objects.filter(closed_at__isnull=True).exists()
