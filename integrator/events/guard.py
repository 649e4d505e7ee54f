"""The guard of the log: triggers that refuse UPDATE, DELETE and TRUNCATE, and the one door through them.

Only retention, erasure and test clean-up open the door. Both databases raise an error whose text holds ``append-only``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_TABLES = ("events_event", "events_seal", "events_sealkeyrotation", "events_tombstone")
NEVER_CHANGED_TABLES = ("events_payload",)  # rows may be deleted (erasure), never updated
PRIMARY_KEYS = {
    "events_event": "id",
    "events_seal": "number",
    "events_sealkeyrotation": "id",
    "events_tombstone": "through_seal",
    "events_payload": "event_id",
}

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('integrator.event_door', true), '') <> 'open' THEN
    RAISE EXCEPTION 'The event log is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$
"""


def install_guard(target: BaseDatabaseWrapper) -> None:
    """This will create the triggers on ``target``, in whatever transaction is open."""
    with target.cursor() as cursor:
        for statement in _guard_statements(target.vendor):
            cursor.execute(statement)


def remove_guard(target: BaseDatabaseWrapper) -> None:
    """This will drop the triggers: for the door on SQLite, and for migrating back."""
    with target.cursor() as cursor:
        for name, table in _trigger_names(target.vendor):
            on_table = f" ON {table}" if target.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


@contextmanager
def open_guard_door() -> Iterator[None]:
    """Inside the block, and in this transaction only, the triggers let changes pass.

    Raises RuntimeError without an open transaction: the door must close with it even when the process dies.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Open a transaction before opening the event log's guard door.")
    with transaction.atomic():  # a savepoint: an error that the caller catches leaves the door shut
        if connection.vendor == "postgresql":
            _set_door("open")
            yield
            _set_door("closed")
        else:
            remove_guard(connection)
            yield
            install_guard(connection)


def _set_door(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('integrator.event_door', %s, true)", [state])


def _trigger_names(vendor: str) -> list[tuple[str, str]]:
    events = ("change", "truncate") if vendor == "postgresql" else ("update", "delete", "replace")
    names = [(f"{table}_no_{event}", table) for table in APPEND_ONLY_TABLES for event in events]
    kept = ("change",) if vendor == "postgresql" else ("update", "replace")
    return names + [(f"{table}_no_{event}", table) for table in NEVER_CHANGED_TABLES for event in kept]


def _guard_statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [_POSTGRESQL_FUNCTION, *(_postgresql_trigger(name, table) for name, table in _trigger_names(vendor))]
    return [_sqlite_trigger(name, table) for name, table in _trigger_names(vendor)]


def _postgresql_trigger(name: str, table: str) -> str:
    if name.endswith("_truncate"):
        event = "TRUNCATE"
    else:
        event = "UPDATE OR DELETE" if table in APPEND_ONLY_TABLES else "UPDATE"
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()"


def _sqlite_trigger(name: str, table: str) -> str:
    event = name.rsplit("_", 1)[1]
    refusal = f"SELECT RAISE(ABORT, 'The event log is append-only: {event} of {table} is refused.')"
    if event == "replace":  # INSERT OR REPLACE removes the old row without firing its DELETE trigger
        key = PRIMARY_KEYS[table]
        refusal += f" WHERE EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - constants only
        event = "insert"
    return f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} BEGIN {refusal}; END"
