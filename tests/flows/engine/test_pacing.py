"""The rate of a connection: never more in any such time, over all senders; who has to wait neither fails nor blocks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from flows.engine import effects, runner
from flows.engine.pacing import MARGIN_S, take_turn_in, wait_for_turn
from flows.models import ConnectionPace, Effect, EffectAttempt
from tests.support.connections import make_place
from tests.support.flows import make_run, make_version
from tests.support.loopback import answer, serve

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
CALLING = """
format: 1
flow: calling-KEY
name: Calling
team: marketing
steps:
  call: {kind: http.request, with: {method: POST, url: /orders, connection: KEY}}
"""


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


@pytest.fixture
def arrived() -> list[float]:
    """When requests came, in monotonic seconds."""
    return []


@pytest.fixture
def target(arrived: list[float]) -> Iterator[str]:
    def note(connected: Any, request: bytes) -> None:
        arrived.append(time.monotonic())
        connected.sendall(answer(b"{}", headers={"Content-Type": "application/json"}))

    with serve(note) as server:
        yield server.url


def take(place: Any, after_s: float) -> bool:
    with transaction.atomic():
        return take_turn_in(place.pk, AT + timedelta(seconds=after_s))


def plan_calls(count: int, key: str = "erp") -> None:
    version = make_version(CALLING.replace("KEY", key))
    for _ in range(count):
        make_run(version)
    while runner.advance_runs():
        pass


class TestTakeTurn:
    def test_lets_so_many_out_in_any_such_time(self) -> None:
        place = make_place(rate={"requests": 2, "per_s": 10})
        took = [(at, take(place, at)) for at in (0, 4, 5, 9.9, 10.1, 10.2, 14.1, 20.2)]
        assert took == [
            (0, True), (4, True), (5, False), (9.9, False), (10.1, True), (10.2, False), (14.1, True), (20.2, True),
        ]  # fmt: skip

    def test_says_when_it_opens(self) -> None:
        place = make_place(rate={"requests": 1, "per_s": 10})
        assert ConnectionPace.objects.get().opens_at is None
        take(place, 0)
        opens_at = ConnectionPace.objects.get().opens_at
        assert opens_at is not None
        assert timedelta(seconds=10) <= opens_at - AT < timedelta(seconds=10.2)

    def test_is_free_without_a_rate(self) -> None:
        place = make_place()
        assert [take(place, 0) for _ in range(100)] == [True] * 100
        assert take_turn_in(None, AT)

    def test_ends_a_wait_in_time(self) -> None:
        place = make_place(rate={"requests": 1, "per_s": 60})
        assert wait_for_turn(place.pk, 0)
        assert not wait_for_turn(place.pk, 0.2)
        quick = make_place(key="quick", rate={"requests": 1, "per_s": 0.2})
        began = time.monotonic()
        assert wait_for_turn(quick.pk, 5)
        assert wait_for_turn(quick.pk, 5)
        assert time.monotonic() - began >= 0.2


class TestEffects:
    def test_wait_planned_while_others_go(self, target: str, arrived: list[float]) -> None:
        make_place(base_url=target, rate={"requests": 2, "per_s": 3600})
        make_place(base_url=target, key="free")
        plan_calls(5)
        plan_calls(3, key="free")
        assert effects.send_effects() == 5
        assert len(arrived) == 5
        waiting = Effect.objects.filter(status="planned")
        assert (waiting.count(), set(waiting.values_list("attempt", flat=True))) == (3, {0})
        assert effects.SLOTS.free == effects.SLOTS.slots
        assert effects.send_effects() == 0

    def test_keep_their_order(self, target: str) -> None:
        make_place(base_url=target, rate={"requests": 1, "per_s": 3600})
        plan_calls(3)
        order = list(Effect.objects.order_by("due_at", "id").values_list("id", flat=True))
        for number in range(3):
            assert effects.send_effects() == 1
            sent = set(Effect.objects.exclude(status="planned").values_list("id", flat=True))
            assert sent == set(order[: number + 1])
            ConnectionPace.objects.update(left_at=[], opens_at=None)

    def test_share_the_rate_over_many_senders(self, target: str, arrived: list[float]) -> None:
        make_place(base_url=target, rate={"requests": 5, "per_s": 0.5})
        plan_calls(20)

        def work() -> None:
            try:
                while Effect.objects.filter(status="planned").exists():
                    effects.send_effects()
                    threading.Event().wait(0.02)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(work) for _ in range(6)]:
                done.result(60)
        # When they left, with the margin: on a busy machine one of them may take longer to the target than another.
        left = sorted(EffectAttempt.objects.values_list("started_at", flat=True))
        apart = timedelta(seconds=0.5 + MARGIN_S) - timedelta(milliseconds=1)  # their times are rounded
        assert len(left) == len(arrived) == 20
        assert all(later - earlier >= apart for earlier, later in zip(left, left[5:], strict=False))

    def test_go_by_their_environment(self, target: str) -> None:
        live = make_place(base_url=target)
        test = make_place(base_url=target, name="test")
        version = make_version(CALLING.replace("KEY", "erp"))
        make_run(version)
        make_run(version, is_test=True)
        while runner.advance_runs():
            pass
        assert sorted(Effect.objects.values_list("environment_id", flat=True)) == [live.pk, test.pk]
        assert effects.send_effects() == 2

    def test_never_reach_the_live_address_in_a_test_run(self, target: str, arrived: list[float]) -> None:
        make_place(base_url=target)
        run = make_run(make_version(CALLING.replace("KEY", "erp")), is_test=True)
        while runner.advance_runs() + effects.send_effects():
            pass
        run.refresh_from_db()
        assert run.open_incidents == 1
        assert run.incidents.get().code == "connection.environment_missing"
        assert arrived == []
