"""Firing timers: claim due rows, delete them and tell their handlers, all in one transaction.

A handler that fails keeps neither other handlers waiting nor, beyond its own timer, the other timers it serves.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from integrator.database.clock import get_database_now, is_postgresql
from integrator.database.errors import is_passing
from integrator.timers.models import Timer

logger = logging.getLogger(__name__)
BATCH = 1_000
POSTGRESQL_BATCH = 5_000  # one bell and one commit for more; they cost as much as the rows
ALONE = 50  # timers fired one by one after their batch failed
POSTPONED_S = 60.0  # how long this process leaves a timer alone that failed by itself

# By the ids as an array: joined instead, the planner reads the whole table for each batch.
_CLAIM = """
WITH fired AS (
    DELETE FROM timers_timer WHERE id = ANY(ARRAY(
        SELECT id FROM timers_timer WHERE handler = %s AND due_at <= now() AND id <> ALL(%s)
        ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
    )) RETURNING subject, context, due_at
)
"""
_READ = f"{_CLAIM} SELECT subject, context, due_at FROM fired ORDER BY due_at"  # noqa: S608 - made of literals alone


@dataclass(frozen=True, kw_only=True, slots=True)
class FiredTimer:
    """A timer that is gone from the table; its handler acts in the same transaction."""

    subject: uuid.UUID
    context: uuid.UUID | None
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class TimerHandler:
    """What is done about fired timers, in the transaction that deletes them.

    ``take`` gets them as rows. ``statement``, where there is one, is what PostgreSQL does instead, so that no row
    travels: one ``INSERT … SELECT … FROM fired`` over the columns ``subject``, ``context`` and ``due_at``, a row each.
    ``then`` is called after either, still in the transaction. ``at_once`` bounds what one transaction takes where a
    timer means more work than a signal; 0: as many as the caller takes.
    """

    take: Callable[[Sequence[FiredTimer], datetime], None]
    statement: str = ""
    then: Callable[[], None]
    at_once: int = 0


@cache
def _get_handler(path: str) -> TimerHandler:
    handler: TimerHandler = import_string(path)
    return handler


class _Postponed:
    """Timers that failed by themselves, until when they are left alone. Thread-safe, of this process only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[int, float] = {}  # by id, in seconds of time.monotonic()

    def add(self, timer_id: int) -> None:
        with self._lock:
            self._until[timer_id] = monotonic() + POSTPONED_S

    def list(self) -> list[int]:
        if not self._until:
            return []
        with self._lock:
            self._until = {timer_id: until for timer_id, until in self._until.items() if until > monotonic()}
            return list(self._until)

    def clear(self) -> None:
        with self._lock:
            self._until.clear()


POSTPONED = _Postponed()


def fire_due_timers(*, batch: int | None = None) -> int:
    """Fire up to ``batch`` due timers of each handler; returns how many. Two callers never fire the same one.

    What a failing handler leaves is logged and tried again: its timers one by one, a timer that fails alone after
    ``POSTPONED_S``. Raises only errors of the database that pass by themselves.
    """
    batch = batch or (POSTGRESQL_BATCH if is_postgresql() else BATCH)
    handlers: dict[str, str] = settings.TIMER_HANDLERS
    return sum(_fire_guarded(name, handlers[name], batch) for name in _list_due(list(handlers)))


def write_is_due(handler: str, *, now: str) -> str:
    """SQL of either database for whether the handler has a timer due at ``now``, an expression. One look at the index.

    Both are put in as they stand: names of ``settings.TIMER_HANDLERS`` and functions of the database, never input.
    """
    return f"EXISTS (SELECT 1 FROM timers_timer WHERE handler = '{handler}' AND due_at <= {now})"  # noqa: S608


def _list_due(names: list[str]) -> list[str]:
    """Which handlers may have due timers. One query on PostgreSQL, where a claim in vain takes a transaction."""
    if not is_postgresql():
        return names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(write_is_due(name, now='now()') for name in names)}")
        return [name for name, is_due in zip(names, cursor.fetchone(), strict=True) if is_due]


def _fire_guarded(name: str, path: str, batch: int) -> int:
    try:
        return _fire(name, _get_handler(path), batch)
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("timers %s: the handler failed; they are fired one by one", name)
    return _fire_alone(name, path)


def _fire_alone(name: str, path: str) -> int:
    """Fire the oldest timers each in its own transaction, and postpone those that fail."""
    due = Timer.objects.filter(handler=name, due_at__lte=get_database_now()).exclude(id__in=POSTPONED.list())
    fired = 0
    for timer_id in due.order_by("due_at", "id").values_list("id", flat=True)[:ALONE]:
        try:
            fired += _fire(name, _get_handler(path), 1, only=timer_id)
        except Exception as error:
            if is_passing(error):
                raise
            logger.exception("timer %s of %s failed; it is tried again in %.0f s", timer_id, name, POSTPONED_S)
            POSTPONED.add(timer_id)
    return fired


def _fire(name: str, handler: TimerHandler, batch: int, *, only: int | None = None) -> int:
    batch = min(batch, handler.at_once or batch)
    with transaction.atomic():
        if handler.statement and is_postgresql() and only is None:
            fired = _fire_by_statement(name, handler.statement, batch)
        else:
            timers = _claim(name, batch, only)
            fired = len(timers)
            if timers:
                handler.take(timers, get_database_now())
        if fired:
            handler.then()
    return fired


def _fire_by_statement(name: str, statement: str, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM + statement, [name, POSTPONED.list(), batch])
        return int(cursor.rowcount)


def _claim(name: str, batch: int, only: int | None) -> list[FiredTimer]:
    if is_postgresql() and only is None:
        return _claim_postgresql(name, batch)
    due = Timer.objects.filter(handler=name, due_at__lte=get_database_now()).exclude(id__in=POSTPONED.list())
    if only is not None:
        due = due.filter(id=only)
    if is_postgresql():
        due = due.select_for_update(skip_locked=True)
    rows = list(due.order_by("due_at", "id")[:batch])
    Timer.objects.filter(id__in=[row.pk for row in rows]).delete()
    return [FiredTimer(subject=row.subject, context=row.context, due_at=row.due_at) for row in rows]


def _claim_postgresql(name: str, batch: int) -> list[FiredTimer]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [name, POSTPONED.list(), batch])
        return [
            FiredTimer(subject=subject, context=context, due_at=due_at)
            for subject, context, due_at in cursor.fetchall()
        ]
