"""The database's part of the log: guard triggers, the transaction's id as a default, and the index on time."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from integrator.events.guard import install_guard, remove_guard


def set_up(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE events_event ALTER COLUMN tx SET DEFAULT (pg_current_xact_id()::text::bigint)"
        )
        schema_editor.execute("CREATE INDEX event_at ON events_event USING brin (at)")
    else:
        schema_editor.execute("CREATE INDEX event_at ON events_event (at)")
    install_guard(schema_editor.connection)


def take_down(apps: Any, schema_editor: Any) -> None:
    remove_guard(schema_editor.connection)
    schema_editor.execute("DROP INDEX event_at")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS events_refuse()")
        schema_editor.execute("ALTER TABLE events_event ALTER COLUMN tx SET DEFAULT 0")


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunPython(set_up, take_down, atomic=True)]
