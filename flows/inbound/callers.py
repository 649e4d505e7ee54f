"""Callers who wait for a run's answer: a bounded number of them, told by one thread that looks while anybody waits.

The database is the truth: an answer is a row, and a process that ends or loses track costs the caller a 202, no more.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Mapping

from django.db import close_old_connections, connection

from flows.queries.answers import RunReply, list_replies
from integrator.lib.ending import ENDING

logger = logging.getLogger(__name__)
PACE_S = 0.025
AFTER_FAILURE_S = 0.5
IDLE_S = 30.0  # how long the thread stays, with its connection, when nobody waits

Look = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, RunReply]]


class _Caller:
    """One who waits. ``reply`` is set before ``told``; None when there was nothing to tell in time."""

    def __init__(self, run_id: uuid.UUID) -> None:
        self.run_id = run_id
        self.told = threading.Event()
        self.reply: RunReply | None = None


class WaitingRoom:
    """Where callers wait. Its thread begins with the first one and asks the database nothing while it is empty."""

    def __init__(self, look: Look = list_replies) -> None:
        self._look = look
        self._callers: set[_Caller] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wait(self, run_id: uuid.UUID, *, within_s: float, places: int) -> RunReply | None:
        """Block until the run has an answer or has ended.

        None at once when all ``places`` are taken or the process ends, and after ``within_s`` seconds.
        """
        caller = _Caller(run_id)
        with self._changed:
            if len(self._callers) >= places or ENDING.is_set():
                return None
            self._callers.add(caller)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waiting-callers", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        caller.told.wait(within_s)
        with self._changed:
            self._callers.discard(caller)
        return caller.reply

    def _run(self) -> None:
        while callers := self._await_callers():
            self._tell(callers)

    def _await_callers(self) -> list[_Caller]:
        """Those who wait; none when nobody came for a while, and this thread is to end."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._callers, IDLE_S):
                connection.close()
                self._thread = None
            return list(self._callers)

    def _tell(self, callers: list[_Caller]) -> None:
        """One look for all; whoever is told leaves by itself."""
        pace_s = PACE_S
        try:
            close_old_connections()
            replies = self._look({caller.run_id for caller in callers})
        except Exception:  # the database may be away; they wait on, and get a 202 when their time is up
            logger.warning("callers who wait could not be told", exc_info=True)
            connection.close()
            replies, pace_s = {}, AFTER_FAILURE_S
        told = [caller for caller in callers if caller.run_id in replies or ENDING.is_set()]
        with self._changed:
            self._callers.difference_update(told)
        for caller in told:
            caller.reply = replies.get(caller.run_id)
            caller.told.set()
        ENDING.wait(pace_s)  # no look more often than that; whoever waits is let go at once when the process ends


ROOM = WaitingRoom()
