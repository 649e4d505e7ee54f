"""Identifiers and tokens."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest

from integrator.lib.ids import new_token, new_uuid


class TestNewUUID:
    def test_is_version_7_with_the_present_time(self) -> None:
        before = time.time_ns() // 1_000_000
        made = new_uuid()
        assert (made.version, made.variant) == (7, "specified in RFC 4122")
        assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1

    def test_rises_strictly(self) -> None:
        made = [new_uuid() for _ in range(5000)]
        assert made == sorted(set(made))

    def test_rises_when_the_clock_steps_back(self) -> None:
        first = new_uuid()
        with mock.patch("integrator.lib.ids.time.time_ns", return_value=1):
            assert new_uuid() > first

    def test_is_unique_between_threads(self) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: new_uuid(), range(4000)))
        assert len(set(made)) == 4000


class TestNewToken:
    @pytest.mark.parametrize(("bits", "chars"), [(128, 22), (256, 43), (129, 23)])
    def test_holds_at_least_the_bits(self, bits: int, chars: int) -> None:
        assert len(new_token(bits)) == chars

    def test_differs_each_time_and_suits_a_url(self) -> None:
        made = {new_token() for _ in range(100)}
        assert len(made) == 100
        assert all(text.replace("-", "").replace("_", "").isalnum() or set(text) <= set("-_") for text in made)

    def test_refuses_what_can_be_guessed(self) -> None:
        with pytest.raises(ValueError, match="64 bits"):
            new_token(32)
