"""The cache while Redis is away."""

from __future__ import annotations

from integrator.cache import EnduringRedisCache
from tests.support.processes import find_free_port


class TestEnduringRedisCache:
    def test_answers_from_memory_while_redis_is_away(self) -> None:
        cache = EnduringRedisCache(f"redis://127.0.0.1:{find_free_port()}/0", {})
        cache.set("tries", 1)
        assert cache.incr("tries") == 2
        assert cache.get("tries") == 2
        assert cache.add("tries", 9) is False
        cache.delete("tries")
        assert cache.get("tries") is None
