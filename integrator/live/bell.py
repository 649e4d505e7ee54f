"""The bell: after each commit that recorded events it wakes the hub, here or in the ``live`` process by way of Redis.

Never the caller's error. Rung too often it is heard once; lost, the hub looks within a second by itself.
"""

from __future__ import annotations

import logging
import threading
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from integrator.bells import Bell
from integrator.live.hub import HUB

logger = logging.getLogger(__name__)
CHANNEL = "integrator.live"
LISTEN_S = 1.0


def ring() -> None:
    """This will wake whoever feeds the streams. Returns at once and never fails."""
    HUB.wake()
    if settings.REDIS_URL:
        _BELL.ring()


@cache
def _connect_to_ring() -> Redis:
    return _connect()


def _publish() -> None:
    _connect_to_ring().publish(CHANNEL, "")


def listen(stop: threading.Event) -> None:
    """This will wake the hub whenever somebody rings, until ``stop`` is set. Redis may come and go."""
    while not stop.is_set():
        try:
            with _connect().pubsub(ignore_subscribe_messages=True) as ear:  # type: ignore[no-untyped-call]
                ear.subscribe(CHANNEL)
                while not stop.is_set():
                    if ear.get_message(timeout=LISTEN_S) is not None:
                        HUB.wake()
        except RedisError:
            logger.warning("live pages: Redis is away; they look once a second", exc_info=True)
            stop.wait(LISTEN_S)


def _connect() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


_BELL = Bell(_publish, "live")
