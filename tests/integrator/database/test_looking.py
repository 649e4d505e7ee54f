"""Loops that look into the database now and then."""

from __future__ import annotations

import logging
import threading

import pytest
from django.db import OperationalError

from integrator.database.looking import look_until

pytestmark = pytest.mark.django_db(transaction=True)


class TestLookUntil:
    def test_looks_again_after_a_look_that_failed_and_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        stop, looks = threading.Event(), []

        def look(told: threading.Event) -> None:
            looks.append(told)
            if len(looks) == 1:
                raise OperationalError("away")
            stop.set()

        with caplog.at_level(logging.WARNING):
            look_until(stop, look, every_s=0.0, what="counting clocks anew")
        assert looks == [stop, stop]
        assert [record.getMessage() for record in caplog.records] == [
            "counting clocks anew ended early; it is taken up again"
        ]

    def test_looks_no_more_when_it_was_told_to_end(self) -> None:
        stop = threading.Event()
        stop.set()
        look_until(stop, lambda _: pytest.fail("looked"), every_s=60.0, what="anything")
