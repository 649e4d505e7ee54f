"""Notices a consumer that lives but takes nothing (celery#8030: after Redis came and went).

Judges by what lies in the queues, not by who rang: any process may ring, and a bell nobody takes is the fault to see.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from redis import Redis, RedisError

log = structlog.get_logger(__name__)

DEAF_AFTER_S = 10.0
LOOK_EVERY_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look: how many messages wait, how many jobs were ever taken and are in hand, at what monotonic second."""

    at_s: float
    waiting: int
    taken: int
    in_hand: int


class Pulse:
    """Decides from one look after the other whether the consumer has gone deaf. Pure: time comes with the look."""

    def __init__(self, *, concurrency: int, deaf_after_s: float = DEAF_AFTER_S) -> None:
        self._concurrency = concurrency
        self._deaf_after_s = deaf_after_s
        self._suspect: Look | None = None

    def is_deaf(self, look: Look | None) -> bool:
        """Whether messages waited, hands were free and nothing was taken, all that time. None: nobody could look."""
        if look is None or look.waiting == 0 or look.in_hand >= self._concurrency:
            self._suspect = None
            return False
        if self._suspect is None or self._suspect.taken != look.taken:
            self._suspect = look
            return False
        return look.at_s - self._suspect.at_s >= self._deaf_after_s


def watch_pulse(stop: threading.Event, *, pulse: Pulse, look: Callable[[], Look | None]) -> bool:
    """Look every two seconds until stopped (False) or the consumer is deaf (True)."""
    while not stop.wait(LOOK_EVERY_S):
        if pulse.is_deaf(look()):
            return True
    return False


def make_redis_look(
    url: str, queues: Sequence[str], *, count_taken: Callable[[], int], count_in_hand: Callable[[], int]
) -> Callable[[], Look | None]:
    """A look at the lists that Celery keeps in Redis; None while Redis does not answer, no fault of the consumer."""
    client = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)

    def look() -> Look | None:
        try:
            waiting = sum(int(client.llen(queue)) for queue in queues)
        except (RedisError, OSError):
            return None
        return Look(at_s=time.monotonic(), waiting=waiting, taken=count_taken(), in_hand=count_in_hand())

    return look
