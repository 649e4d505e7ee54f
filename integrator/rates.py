"""How many calls of one sort are let in: at most so many in any span of so many seconds, by all processes together.

In the scaled-out mode Redis keeps the times of the calls that were let in. Without Redis, and while it is away, each
process counts for itself: a limit that is a little too wide for a while, and never a call refused for our own trouble.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)
ASKED_AGAIN_AFTER_S = 1.0  # so long Redis is left alone when it did not answer
TIMEOUT_S = 0.5
MAX_COUNTED = 10_000  # keys in this process's memory

# A list of the times let in, newest first and never longer than the limit. One step, by the clock of Redis.
_ENTER = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local limit, span = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
if oldest and tonumber(oldest) + span > at then
  return tonumber(oldest) + span - at
end
redis.call('LPUSH', KEYS[1], at)
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], span)
return 0
"""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """At most ``requests`` calls in any span of ``per_s`` seconds."""

    requests: int
    per_s: int


class Counter(Protocol):
    """Lets calls in under a key."""

    def enter(self, key: str, rate: Rate) -> float:
        """0.0 when the call may come in, and it is counted; else the seconds until the next one may."""


class OwnCounter:
    """Counts in this process's memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._let_in: dict[str, deque[float]] = {}

    def enter(self, key: str, rate: Rate) -> float:
        """As ``Counter`` says."""
        with self._lock:
            now = self._clock()
            if key not in self._let_in and len(self._let_in) >= MAX_COUNTED:
                self._let_in.pop(next(iter(self._let_in)))
            times = self._let_in.setdefault(key, deque())
            while times and times[0] + rate.per_s <= now:
                times.popleft()
            if len(times) >= rate.requests:
                return times[-rate.requests] + rate.per_s - now
            times.append(now)
            return 0.0


class SharedCounter:
    """Counts in Redis; by ``own`` while Redis does not answer."""

    def __init__(self, client: Redis, own: Counter, clock: Callable[[], float] = time.monotonic) -> None:
        self._enter = client.register_script(_ENTER)
        self._own, self._clock = own, clock
        self._away_until = float("-inf")

    def enter(self, key: str, rate: Rate) -> float:
        """As ``Counter`` says."""
        if self._clock() < self._away_until:
            return self._own.enter(key, rate)
        try:
            wait_ms = self._enter(keys=[f"intake:rate:{key}"], args=[rate.requests, rate.per_s * 1000])
            return float(wait_ms) / 1000
        except (RedisError, OSError) as error:
            logger.warning("each process counts calls for itself, Redis does not answer: %s", error)
            self._away_until = self._clock() + ASKED_AGAIN_AFTER_S
            return self._own.enter(key, rate)


@lru_cache(maxsize=1)
def get_counter() -> Counter:
    """The counter of this process."""
    own = OwnCounter()
    if settings.IS_EMBEDDED:
        return own
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    return SharedCounter(client, own)
