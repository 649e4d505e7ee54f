"""Counting calls in one process: never more than the limit in any span, and the wait that is told is enough."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone

from integrator.rates import OwnCounter, Rate, SharedCounter

RATE = Rate(requests=3, per_s=10)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class TestOwnCounter:
    def test_lets_in_so_many_and_tells_when_the_next_may_come(self) -> None:
        clock = Clock()
        counter = OwnCounter(clock)
        waits = []
        for _ in range(5):
            waits.append(counter.enter("1", RATE))
            clock.now += 1
        assert waits == [0, 0, 0, 7, 6]
        clock.now = 110
        assert [counter.enter("1", RATE), counter.enter("1", RATE)] == [0, 1]

    def test_counts_each_trigger_for_itself(self) -> None:
        counter = OwnCounter(Clock())
        assert [counter.enter(key, Rate(requests=1, per_s=1)) for key in ("1", "2", "1")] == [0, 0, 1]

    def test_takes_a_limit_that_was_lowered(self) -> None:
        counter = OwnCounter(Clock())
        for _ in range(3):
            counter.enter("1", RATE)
        assert counter.enter("1", Rate(requests=1, per_s=10)) == 10

    @given(
        gaps=st.lists(st.integers(0, 40).map(lambda tenths: tenths / 8), max_size=60),
        requests=st.integers(1, 5),
        per_s=st.integers(1, 10),
    )
    def test_never_lets_in_more_in_any_span(self, gaps: list[float], requests: int, per_s: int) -> None:
        clock = Clock()
        counter = OwnCounter(clock)
        rate = Rate(requests=requests, per_s=per_s)
        let_in: list[float] = []
        for gap in gaps:
            clock.now += gap
            wait_s = counter.enter("1", rate)
            recent = [at for at in let_in if at + per_s > clock.now]
            assert (wait_s == 0) == (len(recent) < requests)
            if wait_s == 0:
                let_in.append(clock.now)
            else:
                assert clock.now + wait_s == recent[0] + per_s


class TestSharedCounter:
    def test_counts_for_itself_while_redis_is_away_and_does_not_ask_each_time(self) -> None:
        asked: list[int] = []

        class Away:
            def register_script(self, _: str) -> object:
                def enter(**__: object) -> float:
                    asked.append(1)
                    raise RedisGone("refused")

                return enter

        clock = Clock()
        counter = SharedCounter(Away(), OwnCounter(clock), clock)  # type: ignore[arg-type]
        assert [counter.enter("1", RATE) for _ in range(4)] == [0, 0, 0, 10]
        assert len(asked) == 1
        clock.now += 1
        counter.enter("1", RATE)
        assert len(asked) == 2

    def test_survives_a_server_that_is_not_there(self) -> None:
        client = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.5)
        assert SharedCounter(client, OwnCounter()).enter("1", RATE) == 0
