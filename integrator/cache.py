"""The cache of the scaled-out mode: Redis, and this process's memory while Redis is away. Nothing here must survive."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class EnduringRedisCache(RedisCache):
    """Redis cache whose failures cost sharing, not the request: people can sign in while Redis is down."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._local = LocMemCache("enduring", params)

    def _either(self, name: str, call: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return call()
        except (RedisError, OSError) as error:
            logger.warning("the cache answers from this process's memory, Redis does not: %s", error)
            return getattr(self._local, name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._either("add", lambda: super(EnduringRedisCache, self).add(*args, **kwargs), *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._either("get", lambda: super(EnduringRedisCache, self).get(*args, **kwargs), *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._either("set", lambda: super(EnduringRedisCache, self).set(*args, **kwargs), *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._either("touch", lambda: super(EnduringRedisCache, self).touch(*args, **kwargs), *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._either("delete", lambda: super(EnduringRedisCache, self).delete(*args, **kwargs), *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._either("incr", lambda: super(EnduringRedisCache, self).incr(*args, **kwargs), *args, **kwargs)
