"""What SQLite's planner has learnt of tables: it outlives the rows, so that tests end with what they began with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def learnt(*tables: str) -> Iterator[None]:
    """On SQLite the planner knows how these tables look now, and nothing of any other; afterwards nothing at all."""
    forget()
    try:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {table}")
        yield
    finally:
        forget()


def forget() -> None:
    """The planner guesses again, as on the first day. Elsewhere than on SQLite nothing happens."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone()[0]:
            cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("PRAGMA writable_schema=RESET")  # emptying the table leaves what was read of it in memory
