"""Ids as spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.events.erased_ids import ErasedIds, format_ids, parse_ids

IDS = st.sets(st.integers(1, 200), max_size=60)


class TestFormatIds:
    def test_writes_runs_as_spans(self) -> None:
        assert format_ids([9, 3, 5, 4, 7, 6]) == "3-7,9"

    @given(IDS)
    def test_reads_back_as_the_same_ids(self, ids: set[int]) -> None:
        assert {i for first, last in parse_ids(format_ids(ids)) for i in range(first, last + 1)} == ids

    def test_refuses_what_is_no_id(self) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            parse_ids("3-x")


class TestErasedIds:
    @given(IDS, IDS)
    def test_holds_every_named_id_and_no_other(self, first: set[int], second: set[int]) -> None:
        erased = ErasedIds([*parse_ids(format_ids(first)), *parse_ids(format_ids(second))])
        assert {i for i in range(202) if i in erased} == first | second
