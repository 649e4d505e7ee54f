"""Pairs of a run that waits and the message that it waits for, sent by many clients in random order; then the books."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.installation import Installation
from tests.support.processes import wait_for

CLIENTS = 16
FLOW = """\
format: 1
flow: pairs
name: Waits for its message
team: operations
trigger:
  kind: webhook
  path: pairs
  auth: {kind: none}
  dedupe: "= body.order"
  business_key: "= body.order"
steps:
  paid: {kind: wait_for, with: {message: paid, key: "= trigger.body.order", timeout: PT1H}, on: {next: done}}
  done: {kind: stop, with: {output: "= steps.paid.data"}}
"""


@dataclass
class Pairs:
    """``size`` orders. Each is reported to the flow once, and its message is sent twice under one id."""

    installation: Installation
    size: int
    seed: int
    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(list))
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def orders(self) -> list[str]:
        """The keys."""
        return [f"S{self.seed}-{number}" for number in range(self.size)]

    def send(self) -> None:
        """All calls in random order, from 16 clients."""
        calls = [(call, order) for order in self.orders for call in (self._report, self._tell, self._tell)]
        random.Random(self.seed).shuffle(calls)
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda call: self._send_one(*call), calls))

    def _send_one(self, call: Callable[[str], requests.Response], order: str) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                answer = call(order)
            except requests.RequestException:
                status = 0
            else:
                status = answer.status_code
            with self._lock:
                if 200 <= status < 300:
                    self.sent += 1
                    if call == self._tell:
                        self.answers[order].append((status, answer.json()))
                    return
            assert status in {0, 503}, f"{status}: {answer.text[:300]}"
            assert time.monotonic() < until, f"{order} was not taken within 60 s"
            time.sleep(0.1)  # a sender's pause between tries

    def _report(self, order: str) -> requests.Response:
        return requests.post(f"{self.installation.url}/hooks/pairs", json={"order": order}, timeout=20)

    def _tell(self, order: str) -> requests.Response:
        message = {"name": "paid", "key": order, "id": order, "data": {"of": order}}
        return self.installation.call("ops", "POST", "/api/v1/messages", json=message)

    def wait_for_end(self, *, within_s: float) -> None:
        """Every run has ended."""
        wait_for(lambda: self._count_completed() == self.size, within_s=within_s, what="every run to hear its message")

    def _count_completed(self) -> int:
        return sum(status == "completed" for _, status in self._rows("SELECT business_key, status FROM flows_run"))

    def check_books(self) -> None:
        """Each run got its own message, once; each repeat the first answer; nothing is kept, nothing ignored."""
        for order in self.orders:
            answers = self.answers[order]
            assert Counter(status for status, _ in answers) == {202: 1, 200: 1}, (order, answers)
            assert answers[0][1] == answers[1][1]
            assert answers[0][1] in ({"delivered": 1, "parked": False}, {"delivered": 0, "parked": True})
        heard = self._rows("SELECT business_key, output FROM flows_run")
        assert {order: json.loads(text) for order, text in heard} == {order: {"of": order} for order in self.orders}
        assert len(heard) == self.size
        told = self._rows("SELECT m.key, m.status FROM flows_messagewait w JOIN flows_message m ON m.id = w.message_id")
        assert sorted(told) == sorted((order, "delivered") for order in self.orders)
        assert self._rows("SELECT key, status FROM flows_message WHERE status = 'parked'") == []
        assert self._rows("SELECT key, step_key FROM flows_messagewait WHERE closed_at IS NULL") == []

    def _rows(self, sql: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self.installation.query(sql) if row[0].startswith(f"S{self.seed}-")]
