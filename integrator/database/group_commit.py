"""Group commit: writes that threads of one process ask for at the same moment go into one transaction.

Knows no table. There is no thread of its own and no waiting for company: whoever comes while few enough write, writes;
what comes meanwhile is written together by the first of those who waited.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item, Result]):
    """One item and what became of it. ``turn`` is held until it is written, or its thread must write ``batch``."""

    __slots__ = ("batch", "error", "is_done", "item", "result", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.error: Exception | None = None
        self.is_done = False
        self.batch: list[_Waiting[Item, Result]] = []
        self.turn = threading.Lock()
        self.turn.acquire()

    def settle(self, result: Result | Exception) -> None:
        """It was written, or failed."""
        if isinstance(result, Exception):
            self.error = result
        else:
            self.result = result
        self.is_done = True


class GroupCommit(Generic[Item, Result]):
    """``submit`` gives back what ``write`` made of the item, once the transaction it was written in is committed.

    ``write`` takes items and gives a result for each, in their order, opening and committing a transaction of its own;
    it is called by ``at_once`` threads at a time. A result that is an error is raised for that item alone. When it
    fails for several items, each is written alone, so that one that cannot be written fails nobody but its own caller.
    At most ``most`` items, and ``weight`` by ``weigh``, go together.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Sequence[Result | Exception]],
        *,
        weigh: Callable[[Item], int] = lambda _: 0,
        most: int = 64,
        weight: int = 4_194_304,
        at_once: int = 1,
    ) -> None:
        self._write, self._weigh = write, weigh
        self._most, self._weight = most, weight
        self._guard = threading.Lock()
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._at_once, self._leading = at_once, 0

    def submit(self, item: Item) -> Result:
        """Wait until the item is committed. Raises what ``write`` raised for it."""
        own: _Waiting[Item, Result] = _Waiting(item)
        with self._guard:
            if self._leading < self._at_once:  # then nobody waits: who stops leading leaves no queue behind
                self._leading += 1
                own.batch = [own]
            else:
                self._queue.append(own)
        if not own.batch:
            own.turn.acquire()  # released by the one who wrote it, or who leaves a batch to us
        if own.batch:
            self._lead(own.batch)
        if own.error is not None:
            raise own.error
        return own.result  # type: ignore[return-value]  # done without an error: `write` gave it

    def _lead(self, batch: list[_Waiting[Item, Result]]) -> None:
        """Write the batch, which the own item is the first of; then leave what has queued to the first of it."""
        try:
            self._write_batch(batch)
        finally:
            following = self._take_batch()
            if following:
                following[0].batch = following
                following[0].turn.release()
            for waiting in batch:
                if not waiting.is_done:  # a signal's handler broke the writing off: whether it was committed is unknown
                    waiting.error, waiting.is_done = OperationalError("the writing was broken off"), True
            for waiting in batch[1:]:
                waiting.turn.release()

    def _take_batch(self) -> list[_Waiting[Item, Result]]:
        """What is to be written next; when nothing is, one thread less leads."""
        batch: list[_Waiting[Item, Result]] = []
        weight = 0
        with self._guard:
            while self._queue and len(batch) < self._most:
                weight += self._weigh(self._queue[0].item)
                if batch and weight > self._weight:
                    break
                batch.append(self._queue.popleft())
            self._leading -= not batch
        return batch

    def _write_batch(self, batch: list[_Waiting[Item, Result]]) -> None:
        try:
            results = self._write([waiting.item for waiting in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].error, batch[0].is_done = error, True
            else:
                self._write_each(batch)
            return
        for waiting, result in zip(batch, results, strict=True):
            waiting.settle(result)

    def _write_each(self, batch: list[_Waiting[Item, Result]]) -> None:
        """Each in a transaction of its own; once the database itself fails, the rest is not tried."""
        gone: Exception | None = None
        for waiting in batch:
            if gone is None:
                try:
                    (result,) = self._write([waiting.item])
                except Exception as error:  # it is told to its own caller
                    result = error
                    gone = error if isinstance(error, OperationalError | InterfaceError) else None
            else:
                result = OperationalError(*gone.args)
            waiting.settle(result)
