"""Empties the tables after transactional tests, the guarded ones too. Loaded by ``tests/conftest.py``.

Django would truncate every table, filled or not, and write the rows of its own apps again, for each such test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # what Django's apps write of the models
GUARDED = {"cases_formversion"}  # beside those of flows, whose tables are all looked at
MANY = 300  # rows from which on TRUNCATE is quicker than DELETE


@pytest.fixture(autouse=True, scope="session")
def _clean_up_what_was_written() -> Iterator[None]:
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.test import TransactionTestCase

    def tear_down(case: TransactionTestCase) -> None:
        assert set(case.databases or {"default"}) <= {"default"}, "Clean up the other databases too."
        empty_tables()

    def drop(creation: DatabaseCreation, name: str, verbosity: int) -> None:
        creation.connection.close_pool()
        with creation._nodb_cursor() as cursor:  # whoever still uses it: a thread may not have ended with its test
            cursor.execute(f"DROP DATABASE {creation.connection.ops.quote_name(name)} WITH (FORCE)")

    patch: Any = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", tear_down)
    patch.setattr(DatabaseCreation, "_destroy_test_db", drop)
    yield
    patch.undo()


def empty_tables() -> None:
    """Every table of the models is empty, through the guards of the event log and of published versions."""
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from integrator.events.guard import open_guard_door

    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = sorted(set(tables) - KEPT)
    with transaction.atomic(), open_guard_door(), connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            with _without_version_guards(cursor):
                for statement in connection.ops.sql_flush(no_style(), tables):
                    cursor.execute(statement)
            return
        filled = _count_rows(cursor, tables)
        if any(count >= MANY for count in filled.values()):
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
        elif filled:
            _delete_rows(cursor, sorted(filled))


def _count_rows(cursor: CursorWrapper, tables: Sequence[str]) -> dict[str, int]:
    """Rows of the tables that have any, counted up to ``MANY``."""
    counts = (f"SELECT '{name}', (SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT {MANY}) AS head)" for name in tables)
    cursor.execute(" UNION ALL ".join(counts))
    return {name: count for name, count in cursor.fetchall() if count}


def _delete_rows(cursor: CursorWrapper, tables: Sequence[str]) -> None:
    """Foreign keys are looked at when all rows are gone; guards of published versions are off meanwhile."""
    cursor.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text"
        " = ANY(%s)",
        [[name for name in tables if name.startswith("flows_") or name in GUARDED]],
    )
    guarded = [name for (name,) in cursor.fetchall()]
    off = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in guarded]
    rows = [f"DELETE FROM {name}" for name in tables]
    on = [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in guarded]
    for statement in (*off, "SET CONSTRAINTS ALL DEFERRED", *rows, "SET CONSTRAINTS ALL IMMEDIATE", *on):
        cursor.execute(statement)


@contextmanager
def _without_version_guards(cursor: CursorWrapper) -> Iterator[None]:
    """On SQLite emptying a table is DELETE, which published versions refuse."""
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND (tbl_name LIKE 'flows\\_%' ESCAPE '\\'"
        " OR tbl_name = 'cases_formversion')"
    )
    guards = cursor.fetchall()
    for name, _ in guards:
        cursor.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in guards:
        cursor.execute(sql)
