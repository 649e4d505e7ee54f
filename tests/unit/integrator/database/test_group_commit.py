"""Writes that come together go together, and one that cannot be written fails its own caller only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError

from integrator.database.group_commit import GroupCommit


class Ledger:
    """Writes numbers doubled; the first write waits for ``go``, so that others queue meanwhile."""

    def __init__(self, *, bad: int | None = None, gone: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.bad, self.gone = bad, gone

    def write(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        if len(self.batches) == 1:
            self.begun.set()
            assert self.go.wait(30)
            return [2 * item for item in items]
        if self.gone:
            raise OperationalError("the database is gone")
        if self.bad in items:
            raise ValueError(f"{self.bad} cannot be written")
        return [2 * item for item in items]


def submit_all(ledger: Ledger, group: GroupCommit[int, int], count: int) -> list[int | Exception]:
    """Submit 0, and while it is written 1 to ``count`` from a thread each; what each caller got."""

    def submit(item: int) -> int | Exception:
        try:
            return group.submit(item)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count + 1) as pool:
        first = pool.submit(submit, 0)
        assert ledger.begun.wait(30)
        rest = []
        for item in range(1, count + 1):
            rest.append(pool.submit(submit, item))
            while len(group._queue) < item:
                threading.Event().wait(0.001)
        ledger.go.set()
        return [first.result(30), *(each.result(30) for each in rest)]


class TestGroupCommit:
    def test_writes_together_what_came_while_it_wrote(self) -> None:
        ledger = Ledger()
        assert submit_all(ledger, GroupCommit(ledger.write), 7) == [0, 2, 4, 6, 8, 10, 12, 14]
        assert ledger.batches == [[0], [1, 2, 3, 4, 5, 6, 7]]

    def test_writes_alone_what_comes_alone(self) -> None:
        ledger = Ledger()
        ledger.go.set()
        group = GroupCommit(ledger.write)
        assert [group.submit(item) for item in range(3)] == [0, 2, 4]
        assert ledger.batches == [[0], [1], [2]]

    def test_keeps_to_the_number_and_the_weight_of_a_batch(self) -> None:
        ledger = Ledger()
        group = GroupCommit(ledger.write, most=3)
        submit_all(ledger, group, 7)
        assert ledger.batches == [[0], [1, 2, 3], [4, 5, 6], [7]]
        ledger = Ledger()
        group = GroupCommit(ledger.write, weigh=lambda item: item, weight=6)
        submit_all(ledger, group, 7)
        assert ledger.batches == [[0], [1, 2, 3], [4], [5], [6], [7]]

    def test_one_that_cannot_be_written_fails_its_own_caller_only(self) -> None:
        ledger = Ledger(bad=2)
        got = submit_all(ledger, GroupCommit(ledger.write), 4)
        assert [str(each) for each in got] == ["0", "2", "2 cannot be written", "6", "8"]
        assert ledger.batches == [[0], [1, 2, 3, 4], [1], [2], [3], [4]]

    def test_a_database_that_is_gone_is_asked_twice_and_fails_all(self) -> None:
        ledger = Ledger(gone=True)
        first, *rest = submit_all(ledger, GroupCommit(ledger.write), 5)
        assert first == 0
        assert [type(each) for each in rest] == [OperationalError] * 5
        assert len({id(each) for each in rest}) == 5
        assert ledger.batches == [[0], [1, 2, 3, 4, 5], [1]]

    def test_a_result_that_is_an_error_is_raised_for_its_item_and_nothing_is_written_again(self) -> None:
        batches: list[list[int]] = []

        def write(items: Sequence[int]) -> list[int | Exception]:
            batches.append(list(items))
            return [ValueError("odd") if item % 2 else item for item in items]

        group: GroupCommit[int, int] = GroupCommit(write)
        assert group.submit(2) == 2
        with pytest.raises(ValueError, match="odd"):
            group.submit(1)
        assert batches == [[2], [1]]

    def test_goes_on_after_a_failure(self) -> None:
        ledger = Ledger(bad=1)
        ledger.go.set()
        group = GroupCommit(ledger.write)
        assert group.submit(0) == 0
        with pytest.raises(ValueError, match="1 cannot"):
            group.submit(1)
        assert group.submit(2) == 4

    def test_serves_everybody_once_under_load(self) -> None:
        written: list[int] = []

        def write(items: Sequence[int]) -> list[int]:
            written.extend(items)
            return list(items)

        group = GroupCommit(write, most=5)
        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(group.submit, range(2_000))) == list(range(2_000))
        assert sorted(written) == list(range(2_000))
        assert group._leading == 0
