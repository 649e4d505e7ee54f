"""Calls that are accepted together: each is told what became of it, whatever becomes of the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from flows.models import Run, StoredRequest
from flows.operations.intake import InboundCall, accepting, find_listener, read_call
from flows.operations.intake.arrivals import Acceptance, Arrival
from tests.support.hooks import listen, post

pytestmark = pytest.mark.django_db(transaction=True)
AUTH = '  auth: {kind: none}\n  dedupe: "= body.id"'


def arrive(key: str) -> Arrival:
    listener = find_listener("orders")
    body = json.dumps({"id": key}).encode()
    call = InboundCall(
        path="orders", method="POST", received_at=datetime.now(UTC), base_url="", body=body, body_bytes=len(body)
    )
    return accepting.make_arrival(listener, call, read_call(listener.reading, call, message_id=None))


def run_of(told: Acceptance | Exception) -> Any:
    assert isinstance(told, Acceptance), told
    return told.answer["run"]


class TestRepeatsThatCannotBeKept:
    @pytest.mark.parametrize("error", [OperationalError("gone"), ValueError("odd")])
    def test_leave_the_others_their_answers(self, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
        listen(AUTH)
        assert post("orders", {"id": "A"}).status_code == 202
        keep = accepting.keep_repeats

        def refuse(repeats: Sequence[Arrival]) -> Any:
            if any(arrival.facts.dedupe_key == "A" for arrival in repeats):
                raise error
            return keep(repeats)

        monkeypatch.setattr(accepting, "keep_repeats", refuse)
        again, fresh, same = accepting.accept_together([arrive("A"), arrive("B"), arrive("B")])
        assert again is error
        assert run_of(fresh) == str(Run.objects.latest("started_at").pk)
        if not isinstance(error, OperationalError):
            assert run_of(same) == run_of(fresh)
        assert StoredRequest.objects.filter(outcome="accepted").count() == Run.objects.count() == 2
