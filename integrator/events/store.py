"""How rows reach the tables: each database's quickest way, past the ORM on purpose. Called by ``log.py`` alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

_COLUMNS = "at, name, actor, subject_type, subject_id, correlation, team_id, digest, depth"

# The INSERT takes its table lock before the first nextval runs, so whoever holds a stronger lock (the first seal of an
# epoch) knows that every number given out so far is either committed or gone. One parameter, a JSON list: arrays of ten
# columns cost the process several times as much to write.
_POSTGRESQL_PARTS = f"""
event_input AS MATERIALIZED (
    SELECT nextval('events_event_id_seq') AS id, coalesce(at, clock_timestamp()) AS stamped_at, place,
        name, actor, subject_type, subject_id, correlation, team_id, decode(digest, 'hex') AS digest, depth,
        decode(salt, 'hex') AS salt, payload
    FROM (
        SELECT * FROM json_to_recordset(%s::json) AS row(
            place int, at timestamptz, name text, actor text, subject_type text, subject_id text, correlation text,
            team_id int, digest text, depth smallint, salt text, payload text
        ) {{condition}} ORDER BY place
    ) AS given
), events AS (
    INSERT INTO events_event (id, {_COLUMNS})
    SELECT id, stamped_at, name, actor, subject_type, subject_id, correlation, team_id, digest, depth FROM event_input
), payloads AS (
    INSERT INTO events_payload (event_id, salt, payload) SELECT id, salt, payload FROM event_input
)
"""  # noqa: S608 - constants only
_SQLITE_EVENT = f"INSERT INTO events_event (id, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
_SQLITE_PAYLOAD = "INSERT INTO events_payload (event_id, salt, payload) VALUES (%s, %s, %s)"
_SQLITE_LAST_ID = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events_event'"


class StoredRow(NamedTuple):
    """One event and its payload in the order of the columns. ``at`` None means the database's time."""

    at: datetime | None
    name: str
    actor: str
    subject_type: str
    subject_id: str
    correlation: str
    team_id: int | None
    digest: bytes
    depth: int
    salt: bytes
    payload: str


def insert_rows(rows: Sequence[StoredRow]) -> list[tuple[int, datetime]]:
    """This will store ``rows`` and give ``(id, at)`` of each, in their order. A transaction must be open."""
    return _insert_postgresql(rows) if connection.vendor == "postgresql" else _insert_sqlite(rows)


def write_parts(condition: str = "") -> str:
    """The parts of a WITH statement of PostgreSQL that store events, so that they may go with their change in one.

    They take ``encode_rows`` as their parameter and leave ``event_input`` (id, stamped_at, place, correlation …).
    ``condition`` is a WHERE over the columns of a row.
    """
    return _POSTGRESQL_PARTS.format(condition=condition)


def encode_rows(rows: Sequence[StoredRow]) -> str:
    """Rows as the one parameter of ``write_parts``; their place counts from 0."""
    return json.dumps(
        [
            {
                "place": place,
                "at": row.at.isoformat() if row.at else None,
                "name": row.name,
                "actor": row.actor,
                "subject_type": row.subject_type,
                "subject_id": row.subject_id,
                "correlation": row.correlation,
                "team_id": row.team_id,
                "digest": row.digest.hex(),
                "depth": row.depth,
                "salt": row.salt.hex(),
                "payload": row.payload,
            }
            for place, row in enumerate(rows)
        ],
        ensure_ascii=False,
        check_circular=False,
    )


def _insert_postgresql(rows: Sequence[StoredRow]) -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL, [encode_rows(rows)])
        return [(event_id, at) for event_id, at in cursor.fetchall()]


def _insert_sqlite(rows: Sequence[StoredRow]) -> list[tuple[int, datetime]]:
    now = datetime.now(UTC)  # the database lives in this process and shares its clock
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE_LAST_ID)  # BEGIN IMMEDIATE made us the only writer
        first_id = cursor.fetchone()[0] + 1
        stored = [(first_id + place, row.at or now) for place, row in enumerate(rows)]
        cursor.executemany(
            _SQLITE_EVENT,
            [
                (event_id, connection.ops.adapt_datetimefield_value(at), *row[1:9])
                for (event_id, at), row in zip(stored, rows, strict=True)
            ],
        )
        cursor.executemany(
            _SQLITE_PAYLOAD,
            [(event_id, row.salt, row.payload) for (event_id, _), row in zip(stored, rows, strict=True)],
        )
    return stored


_POSTGRESQL = f"WITH {write_parts()} SELECT id, stamped_at FROM event_input ORDER BY place"  # noqa: S608
