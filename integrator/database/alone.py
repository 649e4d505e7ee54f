"""Work that one process of an installation does at a time. The lock goes with its connection: nobody is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from integrator.database.clock import is_postgresql


@contextmanager
def alone(key: int) -> Iterator[bool]:
    """Whether no other process is at the work of this ``key``, which no other work may use.

    Always so on SQLite, where one process works, inside ``up``.
    """
    if not is_postgresql():
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
