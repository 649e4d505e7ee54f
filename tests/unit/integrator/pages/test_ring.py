"""The ring that empties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.pages.ring import measure_ring

NOW = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestMeasureRing:
    @pytest.mark.parametrize(
        ("start", "due", "share", "look"),
        [
            (NOW, NOW + 10 * HOUR, 100, ""),
            (NOW - 5 * HOUR, NOW + 5 * HOUR, 50, ""),
            (NOW - 7 * HOUR, NOW + 3 * HOUR, 30, ""),
            (NOW - 8 * HOUR, NOW + 2 * HOUR, 20, "soon"),
            (NOW - 10 * HOUR, NOW - HOUR, 100, "late"),
            (None, NOW + HOUR, 100, ""),
            (NOW, NOW, 100, ""),
        ],
    )
    def test_shows_the_share_of_the_time_left(
        self, start: datetime | None, due: datetime, share: int, look: str
    ) -> None:
        ring = measure_ring(start_at=start, due_at=due, now=NOW)
        assert ring is not None
        assert (ring.share, ring.look) == (share, look)

    def test_is_not_there_without_a_due_time(self) -> None:
        assert measure_ring(start_at=NOW, due_at=None, now=NOW) is None

    def test_says_that_the_clock_is_paused(self) -> None:
        ring = measure_ring(start_at=NOW - HOUR, due_at=NOW + HOUR, now=NOW, is_paused=True)
        assert ring is not None
        assert (ring.look, ring.label) == ("paused", "the clock is paused")

    def test_speaks_to_a_screen_reader(self) -> None:
        ring = measure_ring(start_at=NOW - HOUR, due_at=NOW + HOUR, now=NOW)
        assert ring is not None
        assert ring.label == "1 h left, 50 % of the time"

    @given(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000))
    def test_keeps_the_share_between_none_and_all(self, start_min: int, due_min: int) -> None:
        ring = measure_ring(
            start_at=NOW + timedelta(minutes=start_min), due_at=NOW + timedelta(minutes=due_min), now=NOW
        )
        assert ring is not None
        assert 0 <= ring.share <= 100
