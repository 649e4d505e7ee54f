"""The room where callers wait: told when there is an answer, bounded, and quiet while it is empty."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.inbound import callers
from flows.inbound.callers import WaitingRoom
from flows.queries.answers import RunReply
from integrator.lib.ending import ENDING

ANSWER = RunReply(run_status="running", status=200, body='"hello"')


class Replies:
    """What the database says, and how often it was asked."""

    def __init__(self) -> None:
        self.known: dict[uuid.UUID, RunReply] = {}
        self.asked = threading.Semaphore(0)
        self.count = 0
        self.failures = 0

    def look(self, run_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, RunReply]:
        self.count += 1
        self.asked.release()
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        return {run_id: self.known[run_id] for run_id in run_ids if run_id in self.known}


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "close_old_connections", lambda: None)
    monkeypatch.setattr(callers.connection, "close", lambda: None)
    monkeypatch.setattr(callers, "AFTER_FAILURE_S", 0.01)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


class TestWaitingRoom:
    def test_gives_an_answer_that_comes_later_to_all_who_wait_for_it(self, pool: ThreadPoolExecutor) -> None:
        replies, run_id = Replies(), uuid.uuid4()
        room = WaitingRoom(replies.look)
        waiting = [pool.submit(room.wait, run_id, within_s=10, places=4) for _ in range(3)]
        other = pool.submit(room.wait, uuid.uuid4(), within_s=0.3, places=4)
        assert replies.asked.acquire(timeout=60)
        replies.known[run_id] = ANSWER
        assert [each.result(60) for each in waiting] == [ANSWER] * 3
        assert other.result(60) is None

    def test_has_only_so_many_places(self, pool: ThreadPoolExecutor) -> None:
        replies, run_id = Replies(), uuid.uuid4()
        room = WaitingRoom(replies.look)
        first = pool.submit(room.wait, run_id, within_s=10, places=1)
        assert replies.asked.acquire(timeout=60)
        began_s = time.monotonic()
        assert room.wait(uuid.uuid4(), within_s=10, places=1) is None
        assert time.monotonic() - began_s < 5
        replies.known[run_id] = ANSWER
        assert first.result(60) == ANSWER
        assert room.wait(run_id, within_s=5, places=1) == ANSWER, "the place is free again"

    def test_lets_everybody_go_when_the_process_ends(self, pool: ThreadPoolExecutor) -> None:
        replies = Replies()
        room = WaitingRoom(replies.look)
        waiting = pool.submit(room.wait, uuid.uuid4(), within_s=60, places=4)
        assert replies.asked.acquire(timeout=60)
        ENDING.set()
        try:
            assert waiting.result(60) is None
            assert room.wait(uuid.uuid4(), within_s=60, places=4) is None
        finally:
            ENDING.clear()

    def test_goes_on_looking_after_a_failure(self) -> None:
        replies, run_id = Replies(), uuid.uuid4()
        replies.known[run_id], replies.failures = ANSWER, 2
        assert WaitingRoom(replies.look).wait(run_id, within_s=10, places=4) == ANSWER
        assert replies.count == 3

    def test_asks_nothing_while_nobody_waits(self) -> None:
        replies, run_id = Replies(), uuid.uuid4()
        replies.known[run_id] = ANSWER
        room = WaitingRoom(replies.look)
        assert room.wait(run_id, within_s=5, places=4) == ANSWER
        assert not replies.asked.acquire(timeout=0.01) or replies.count == 1
        time.sleep(callers.PACE_S * 6)
        assert replies.count == 1

    def test_ends_its_thread_when_nobody_comes_and_begins_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(callers, "IDLE_S", 0.01)
        replies, run_id = Replies(), uuid.uuid4()
        replies.known[run_id] = ANSWER
        room = WaitingRoom(replies.look)
        for _ in range(2):
            assert room.wait(run_id, within_s=5, places=4) == ANSWER
            if room._thread is not None:
                room._thread.join(60)
            assert room._thread is None
