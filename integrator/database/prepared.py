"""Statements of PostgreSQL that are planned once a connection, for the few that are sent very often and plan slowly.

Knows no table. Everything else is sent by Django's own cursors, which put the parameters into the text.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from django.db import connection

TRUSTED_FOR_S = 1.0


class _Asked(threading.local):
    """When this thread's connection was last asked whether it is alive, by ``time.monotonic()``."""

    at_s = float("-inf")


_asked = _Asked()


def fetch_prepared(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """This will run the statement, which stays prepared in this thread's connection, and give its rows.

    Raises what any cursor of Django does. Under a pooler that gives out connections by transaction it must itself know
    prepared statements (PgBouncer 1.21, ``max_prepared_statements``).
    """
    from django.db.backends.postgresql.base import ServerBindingCursor  # lazy: SQLite needs no psycopg

    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]  # psycopg's, unknown to the stubs
    with connection._prepare_cursor(raw) as cursor:  # type: ignore[attr-defined]  # as Django wraps its own
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def drop_dead_connection() -> None:
    """What Django does before each request, for who is called very often: a connection that was asked within the last
    second, and has shown no error since, is not asked again. Does nothing inside a transaction.
    """
    if connection.in_atomic_block:
        return
    now_s = time.monotonic()
    if connection.connection is None or connection.errors_occurred or now_s - _asked.at_s > TRUSTED_FOR_S:
        connection.close_if_unusable_or_obsolete()  # its next use asks whether it is alive
        _asked.at_s = now_s
