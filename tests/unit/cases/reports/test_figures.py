"""Ages, times and slices of reports, held against figures counted by hand."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.reports.figures import DAY, Times, count_by_age, cut, spread, sum_up

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestCountByAge:
    def test_counts_a_bound_with_the_older_ones(self) -> None:
        ages = [HOUR, DAY - HOUR, DAY, 3 * DAY, 6 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 84 * DAY, 900 * DAY]
        bands = count_by_age([NOW - age for age in ages], NOW)
        assert [(band.label, band.count) for band in bands] == [
            ("under a day", 2),
            ("1 to 3 days", 1),
            ("3 to 7 days", 2),
            ("1 to 2 weeks", 1),
            ("2 to 4 weeks", 1),
            ("4 to 12 weeks", 1),
            ("over 12 weeks", 2),
        ]

    @settings(deadline=None)  # a busy machine is no fault
    @given(st.lists(st.integers(min_value=0, max_value=2_000)))
    def test_counts_each_once(self, days: list[int]) -> None:
        assert sum(band.count for band in count_by_age([NOW - each * DAY for each in days], NOW)) == len(days)


class TestSumUp:
    @pytest.mark.parametrize(
        ("hours", "median", "ninth"),
        [([5], 5, 5), ([1, 2], 1, 2), ([3, 1, 2], 2, 3), (list(range(1, 11)), 5, 9), (list(range(1, 21)), 10, 18)],
    )
    def test_names_lengths_that_occurred(self, hours: list[int], median: int, ninth: int) -> None:
        assert sum_up(each * HOUR for each in hours) == Times(
            count=len(hours), median=median * HOUR, ninth=ninth * HOUR
        )

    def test_knows_none_without_any(self) -> None:
        assert sum_up([]) == Times(count=0, median=None, ninth=None)


class TestCut:
    @pytest.mark.parametrize(
        ("days", "count", "length"), [(1, 1, 1), (14, 14, 1), (15, 3, 7), (90, 13, 7), (182, 26, 7), (365, 14, 28)]
    )
    def test_cuts_by_length(self, days: int, count: int, length: int) -> None:
        slices = cut(NOW - days * DAY, NOW)
        assert len(slices) == count
        assert slices[0].until_at - slices[0].since_at == min(length, days) * DAY

    @settings(deadline=None)  # a busy machine is no fault
    @given(st.integers(min_value=1, max_value=4_000 * 86_400))
    def test_leaves_no_gap(self, seconds: int) -> None:
        since = NOW - timedelta(seconds=seconds)
        slices = cut(since, NOW)
        assert (slices[0].since_at, slices[-1].until_at) == (since, NOW)
        assert all(one.until_at == two.since_at for one, two in itertools.pairwise(slices))


class TestSpread:
    def test_puts_each_into_the_slice_that_begins_with_it(self) -> None:
        slices = cut(NOW - 2 * DAY, NOW)
        at = [NOW - 2 * DAY, NOW - DAY - HOUR, NOW - DAY, NOW]
        assert [rows for _, rows in spread(at, slices, lambda each: each)] == [at[:2], at[2:3]]
