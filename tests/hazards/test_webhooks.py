"""Hazard rows about webhooks: the same one a hundred times at once, and 2xx only for what is committed."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from flows.models import Run, StoredRequest
from integrator.events.models import Event
from tests.support.hooks import SIGNED, listen, post, sign, store_secret

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = 100


def in_parallel(bodies: list[bytes], *, threads: int = 20) -> list[tuple[int, dict[str, Any]]]:
    """Post signed bodies from many threads that begin together; (status, answer) of each."""
    ready = threading.Barrier(threads)
    begun = threading.local()

    def call(body: bytes) -> tuple[int, dict[str, Any]]:
        if not getattr(begun, "yes", False):
            begun.yes = True
            ready.wait(timeout=30)
        try:
            response = post(body=body, headers=sign(body, message_id="msg_1"))
            return response.status_code, json.loads(response.content)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, bodies))


class TestTheSameWebhookManyTimes:
    def test_starts_one_run_and_gives_all_one_answer(self) -> None:
        store_secret()
        listen(SIGNED)
        answers = in_parallel([b'{"id": "A-1"}'] * CALLS)
        assert {status for status, _ in answers} == {202}
        assert len({answer["run"] for _, answer in answers}) == 1
        assert len({answer["case"] for _, answer in answers}) == 1
        assert Counter(answer.get("duplicate", False) for _, answer in answers) == {False: 1, True: CALLS - 1}
        assert Run.objects.count() == 1
        assert Counter(StoredRequest.objects.values_list("outcome", flat=True)) == {
            "accepted": 1,
            "duplicate": CALLS - 1,
        }
        assert Event.objects.filter(name="run.started").count() == 1

    def test_starts_one_run_a_key_where_keys_differ(self) -> None:
        store_secret()
        listen(SIGNED)
        bodies = [json.dumps({"id": number % 10}).encode() for number in range(CALLS)]
        answers = in_parallel(bodies)
        assert len({answer["run"] for _, answer in answers}) == Run.objects.count() == 10


class TestTwoHundredsMeanCommitted:
    @pytest.mark.parametrize("place", ["describe_run", "reserve_numbers_of_series_in", "store_accepted"])
    def test_the_database_gone_in_the_middle_is_503_and_leaves_nothing(
        self, place: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise OperationalError("server closed the connection unexpectedly")

        store_secret()
        listen(SIGNED)
        body = b'{"id": "A-1"}'
        monkeypatch.setattr(f"flows.operations.intake.accepting.{place}", fail)
        assert post(body=body, headers=sign(body)).status_code == 503
        assert not Run.objects.exists()
        assert not StoredRequest.objects.exists()
        monkeypatch.undo()
        assert post(body=body, headers=sign(body)).status_code == 202

    def test_a_commit_that_fails_is_no_2xx(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> None:
            raise OperationalError("disk full")

        store_secret()
        listen(SIGNED)
        body = b'{"id": "A-1"}'
        with monkeypatch.context() as patch:
            patch.setattr(connection, "_commit", fail)
            assert post(body=body, headers=sign(body)).status_code == 503
        assert not Run.objects.exists()
        assert post(body=body, headers=sign(body)).status_code == 202
