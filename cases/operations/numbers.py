"""Gives out case numbers: unique, rising in their series, not gap-free.

The common series (``C-2026-000123``) is a sequence on PostgreSQL; a type with a prefix of its own has its own count.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction

from cases.case_types import COMMON_PREFIX
from cases.models import CaseType
from cases.operations.inside import assert_in_transaction
from integrator.database.clock import is_postgresql

NEXT_POSTGRESQL = "SELECT nextval('cases_case_number')"
NEXT_SQLITE = (
    "INSERT INTO cases_casenumbercounter (id, last) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET last = last + 1 RETURNING last"
)
NEXT_OF_SERIES = (
    "INSERT INTO cases_casenumberseries (prefix, last) VALUES (%s, %s) "
    "ON CONFLICT (prefix) DO UPDATE SET last = cases_casenumberseries.last + excluded.last RETURNING last"
)
COMMON_DIGITS = 6


class Series(NamedTuple):
    """A type's own count: what its numbers begin with, and how many digits they have at least."""

    prefix: str
    digits: int


def reserve_case_number(now: datetime, type_key: str = "") -> str:
    """Take the next number, ``C-2026-000123``, in a statement of its own: it stays taken whatever comes after.

    The year is that of ``now`` in UTC; the count goes on over the years. ``type_key`` empty: of the common series.
    """
    if is_postgresql():
        return _take_next(now, type_key)
    with transaction.atomic(durable=True):
        return _take_next(now, type_key)


def reserve_case_number_in(now: datetime, type_key: str = "") -> str:
    """The same inside the caller's transaction. On SQLite, and in a type's own series, a rollback gives it back."""
    assert_in_transaction()
    return _take_next(now, type_key)


def reserve_case_numbers_in(now: datetime, *, count: int) -> list[str]:
    """Take ``count`` numbers of the common series at once: rising, not always in a row. In the caller's transaction."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(f"{NEXT_POSTGRESQL} FROM generate_series(1, %s)", [count])
            taken = [row[0] for row in cursor.fetchall()]
        else:
            cursor.execute(NEXT_SQLITE)
            first: int = cursor.fetchone()[0]
            cursor.execute("UPDATE cases_casenumbercounter SET last = last + %s", [count - 1])
            taken = list(range(first, first + count))
    return [_write_number(now, number) for number in taken]


def reserve_numbers_of_series_in(now: datetime, wanted: Sequence[Series | None]) -> list[str]:
    """Take a number of each series in the order given, None for the common one, in the caller's transaction."""
    assert_in_transaction()
    taken: dict[Series | None, list[str]] = {}
    for series in sorted({series for series in wanted if series is not None}):
        taken[series] = _take_of_series(now, series, count=wanted.count(series))
    common = wanted.count(None)
    taken[None] = reserve_case_numbers_in(now, count=common) if common else []
    lines = {series: iter(numbers) for series, numbers in taken.items()}
    return [next(lines[series]) for series in wanted]


def find_series(type_keys: Collection[str]) -> dict[str, Series]:
    """The series of those types that have one of their own: one query, none without keys."""
    if not type_keys:
        return {}
    rows = CaseType.objects.filter(key__in=type_keys).exclude(number_prefix="")
    return {
        key: Series(prefix, digits) for key, prefix, digits in rows.values_list("key", "number_prefix", "number_digits")
    }


def _take_next(now: datetime, type_key: str) -> str:
    series = find_series([type_key] if type_key else []).get(type_key)
    if series is not None:
        return _take_of_series(now, series, count=1)[0]
    with connection.cursor() as cursor:
        cursor.execute(NEXT_POSTGRESQL if is_postgresql() else NEXT_SQLITE)
        count: int = cursor.fetchone()[0]
    return _write_number(now, count)


def _take_of_series(now: datetime, series: Series, *, count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_OF_SERIES, [series.prefix, count])
        last: int = cursor.fetchone()[0]
    return [_write_number(now, number, *series) for number in range(last - count + 1, last + 1)]


def _write_number(now: datetime, count: int, prefix: str = COMMON_PREFIX, digits: int = COMMON_DIGITS) -> str:
    return f"{prefix}-{now.astimezone(UTC):%Y}-{count:0{digits}d}"
