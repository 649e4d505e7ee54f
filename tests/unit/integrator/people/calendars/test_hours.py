"""Hours as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.people.calendars.hours import HoursRefused, keep_hours, read_hours, restore_hours, write_hours


class TestReadHours:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("", []),
            ("9-17", [[540, 1020]]),
            ("9:00–12:00, 13:00–17:00", [[540, 720], [780, 1020]]),
            ("13.30 to 17.45 , 8:00 — 12:00", [[480, 720], [810, 1065]]),
            ("0:00-24:00", [[0, 1440]]),
            ("9:00-12:00, 12:00-13:00", [[540, 720], [720, 780]]),
        ],
    )
    def test_reads_what_people_write(self, text: str, kept: list[list[int]]) -> None:
        assert keep_hours(read_hours(text)) == kept

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("nine to five", "is not a stretch of hours. Write it like 9:00–17:00"),
            ("17:00-9:00", "ends before it begins"),
            ("9:00-9:00", "ends before it begins"),
            ("9:00-25:00", "names a time that no day has"),
            ("9:00-9:75", "names a time that no day has"),
            ("9:00-12:00, 11:00-13:00", "09:00–12:00 and 11:00–13:00 overlap"),
            (",".join(f"{hour}:00-{hour}:30" for hour in range(13)), "at most 12 stretches"),
        ],
    )
    def test_says_what_to_write_instead(self, text: str, said: str) -> None:
        with pytest.raises(HoursRefused) as refused:
            read_hours(text)
        assert said in refused.value.message

    @given(st.lists(st.integers(0, 1440), max_size=16, unique=True).map(sorted))
    def test_gives_back_what_was_written(self, bounds: list[int]) -> None:
        hours = restore_hours(zip(bounds[::2], bounds[1::2], strict=False))
        assert read_hours(write_hours(hours)) == hours
