"""A call that comes while a run opens the case of its business key: it joins that case, and starts no second run."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from flows.engine import runner
from flows.models import Run
from flows.operations.intake import routing
from integrator.database.clock import is_postgresql
from tests.flows.operations.intake.test_routing import REPORT, call
from tests.support.hooks import listen_to

pytestmark = pytest.mark.django_db(transaction=True)


def _advance_elsewhere() -> None:
    def advance() -> None:
        try:
            runner.advance_runs()
        finally:
            connection.close()

    thread = threading.Thread(target=advance)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


@pytest.mark.skipif(not is_postgresql(), reason="SQLite has one writer at a time")
class TestCaseThatOpensMeanwhile:
    def test_is_joined_whenever_the_landing_commits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        listen_to(REPORT.replace("MORE", "on_existing: ignore"))
        first = call("failed", tx="T-1")
        find = routing.find_open_case
        looks: list[str] = []

        def find_then_land(*args: Any, **named: Any) -> str:
            found = find(*args, **named)
            looks.append(found)
            if len(looks) == 1:
                _advance_elsewhere()
            return found

        monkeypatch.setattr(routing, "find_open_case", find_then_land)
        assert call("failed", tx="T-1")["case"] == first["case"]
        assert looks[0] == ""
        assert Run.objects.count() == 1
