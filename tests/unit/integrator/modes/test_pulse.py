"""When a consumer counts as deaf."""

from __future__ import annotations

import pytest

from integrator.modes.pulse import Look, Pulse

WAITING = {"waiting": 3, "taken": 7, "in_hand": 0}


def look(at_s: float, **changes: int) -> Look:
    return Look(at_s=at_s, **{**WAITING, **changes})


class TestPulse:
    def test_is_deaf_when_messages_wait_and_nothing_is_taken_for_ten_seconds(self) -> None:
        pulse = Pulse(concurrency=4)
        assert [pulse.is_deaf(look(at_s)) for at_s in (0, 4, 9.9, 10)] == [False, False, False, True]

    @pytest.mark.parametrize(
        "between",
        [
            pytest.param(look(5, waiting=0), id="the queue was empty once"),
            pytest.param(look(5, taken=8), id="a job was taken"),
            pytest.param(look(5, in_hand=4), id="every hand was full"),
            pytest.param(None, id="Redis did not answer"),
        ],
    )
    def test_counts_anew_when(self, between: Look | None) -> None:
        pulse = Pulse(concurrency=4)
        assert not pulse.is_deaf(look(0))
        assert not pulse.is_deaf(between)
        taken = 8 if between and between.taken == 8 else 7
        assert not pulse.is_deaf(look(11, taken=taken))
