"""The journal on PostgreSQL: whole batches in a few statements, visits by COPY. Nothing here goes through the ORM."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from flows.engine.journal.portable import PortableJournal
from flows.engine.journal.reading import MAX_SIGNALS, read_inputs
from flows.engine.rows import ClaimedRun, Landing, SignalRow

_COLUMNS = """
    r.id, r.flow_id, f.key, f.name, r.version_id, r.team_id, t.slug, r.state, r.fence, r.status, r.started_at,
    r.business_key, r.requested_by, r.case_number, r.reserved_case_number, r.strikes, r.is_held, r.open_incidents,
    r.is_test, r.environment, r.parent_id, r.depth, clock_timestamp()
"""
_FIELDS = (
    "id", "flow_id", "flow_key", "flow_name", "version_id", "team_id", "team", "state", "fence", "status", "started_at",
    "business_key", "requested_by", "case_number", "reserved_case_number", "strikes", "is_held", "open_incidents",
    "is_test", "environment", "parent_id", "depth", "now",
)  # fmt: skip
_TAKE = f"""
UPDATE flows_run r SET fence = r.fence + 1, strikes = r.strikes + 1,
    lease_until = clock_timestamp() + make_interval(secs => %s)
FROM ready, flows_flow f, people_team t
WHERE r.id = ready.id AND f.id = r.flow_id AND t.id = r.team_id
RETURNING {_COLUMNS}
"""  # noqa: S608 - made of literals alone
# Unread signals are read in their order through a partial index; the window ends as soon as enough runs are found.
_CLAIM = f"""
WITH unread AS (
    SELECT s.run_id FROM flows_signal s JOIN flows_run r ON r.id = s.run_id
    WHERE s.consumed_at IS NULL AND r.strikes = 0 AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
      AND r.version_id <> ALL(%s::bigint[]) AND (%s::bigint[] IS NULL OR r.version_id = ANY(%s::bigint[]))
      AND (NOT r.is_held OR s.kind IN ('release', 'cancel'))
    ORDER BY s.id LIMIT %s
), ready AS (
    SELECT r.id FROM flows_run r
    WHERE r.id IN (SELECT run_id FROM unread)
      AND r.strikes = 0 AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
    LIMIT %s FOR NO KEY UPDATE OF r SKIP LOCKED
)
{_TAKE}
"""  # noqa: S608 - made of literals alone
_CLAIM_STRUCK = f"""
WITH ready AS (
    SELECT r.id FROM flows_run r
    WHERE r.strikes > 0 AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
      AND EXISTS (SELECT 1 FROM flows_signal s WHERE s.run_id = r.id AND s.consumed_at IS NULL
                  AND (NOT r.is_held OR s.kind IN ('release', 'cancel')))
    ORDER BY r.lease_until NULLS FIRST LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED
)
{_TAKE}
"""  # noqa: S608 - made of literals alone
_SIGNALS = """
SELECT run_id, id, kind, subject, data FROM flows_signal
WHERE run_id = ANY(%s) AND consumed_at IS NULL ORDER BY id
"""
_UPDATE_RUNS = """
UPDATE flows_run r
SET status = v.status, state = v.state, waiting_for = v.waiting_for::jsonb, open_incidents = v.open_incidents,
    case_number = v.case_number, error = v.error::jsonb, output = v.output, ended_at = v.ended_at, is_held = v.is_held,
    lease_until = NULL, strikes = 0
FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::int[], %b::text[], %b::text[], %b::text[],
            %b::timestamptz[], %b::bool[])
     AS v(id, fence, status, state, waiting_for, open_incidents, case_number, error, output, ended_at, is_held)
WHERE r.id = v.id AND r.fence = v.fence AND r.lease_until IS NOT NULL
RETURNING r.id
"""
_COPY_VISITS = """
COPY flows_stepvisit (id, run_id, sequence, key, visit, "index", kind, status, attempt, started_at, ended_at,
                      input, output, error, port) FROM STDIN
"""
_UPDATE_VISITS = """
UPDATE flows_stepvisit s
SET status = v.status, ended_at = COALESCE(v.ended_at, s.ended_at), output = COALESCE(v.output, s.output),
    error = COALESCE(v.error, s.error), port = COALESCE(v.port, s.port), attempt = s.attempt + v.more
FROM unnest(%b::uuid[], %b::text[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::int[])
     AS v(id, status, ended_at, output, error, port, more)
WHERE s.id = v.id
"""
_CONSUME = """
UPDATE flows_signal s SET consumed_at = clock_timestamp(), ignored = v.ignored
FROM unnest(%b::bigint[], %b::text[]) AS v(id, ignored) WHERE s.id = v.id
"""
_COPY_SIGNALS = "COPY flows_signal (run_id, kind, data, created_at, ignored) FROM STDIN"


class PostgresJournal(PortableJournal):
    """Set-based writer; waits, effects and incidents are the portable ones, in bulk."""

    def claim(
        self, *, limit: int, lease_s: float, struck: bool, avoid: Sequence[int] = (), only: Sequence[int] = ()
    ) -> list[ClaimedRun]:
        """One statement takes the leases, two more read signals and inputs."""
        with connection.cursor() as cursor:
            if struck:
                cursor.execute(_CLAIM_STRUCK, [lease_s])
            else:
                wanted = list(only) or None
                cursor.execute(_CLAIM, [list(avoid), wanted, wanted, limit * 6, limit, lease_s])
            rows = cursor.fetchall()
            if not rows:
                return []
            ids = [row[0] for row in rows]
            cursor.execute(_SIGNALS, [ids])
            signals: dict[uuid.UUID, list[SignalRow]] = {run_id: [] for run_id in ids}
            for run_id, pk, kind, subject, data in cursor.fetchall():
                if len(signals[run_id]) < MAX_SIGNALS:
                    signals[run_id].append(SignalRow(id=pk, kind=kind, subject=subject, data=data))
        inputs = read_inputs(ids)
        return [
            ClaimedRun(
                **dict(zip(_FIELDS, row, strict=True)), trigger=inputs.get(row[0], ""), signals=tuple(signals[row[0]])
            )
            for row in rows
        ]

    def update_runs(self, landings: Sequence[Landing]) -> list[Landing]:
        """One compare-and-set for the batch."""
        if not landings:
            return []
        rows = [
            (
                each.run_id, each.fence, each.status, each.state, json.dumps(each.waiting_for), each.open_incidents,
                each.case_number, json.dumps(each.error) if each.error else None, each.output, each.ended_at,
                each.is_held,
            )
            for each in landings
        ]  # fmt: skip
        with _binary_cursor() as cursor:
            cursor.execute(_UPDATE_RUNS, _columns(rows))
            held = {row[0] for row in cursor.fetchall()}
        return [landing for landing in landings if landing.run_id in held]

    def write_visits(self, held: Sequence[Landing]) -> None:
        """New visits by COPY, changes in one UPDATE."""
        new = [row for landing in held for row in landing.visits.values()]
        changed = [change for landing in held for change in landing.changes.values()]
        with connection.cursor() as cursor:
            if new:
                with connection.wrap_database_errors, cursor.copy(_COPY_VISITS) as copy:
                    for row in new:
                        copy.write_row(
                            (
                                row.id, row.run_id, row.sequence, row.key, row.visit, row.index, row.kind, row.status,
                                row.attempt,
                                row.started_at, row.ended_at, row.input, row.output, row.error, row.port,
                            )
                        )  # fmt: skip
            if changed:
                rows = [
                    (each.id, each.status, each.ended_at, each.output, each.error, each.port, each.more_attempts)
                    for each in changed
                ]
                with _binary_cursor() as binary:
                    binary.execute(_UPDATE_VISITS, _columns(rows))

    def write_signals(self, held: Sequence[Landing]) -> None:
        """Consume in one UPDATE by exact id."""
        consumed = [(pk, reason[:200]) for landing in held for pk, reason in landing.consumed.items()]
        going_on = [landing for landing in held if landing.goes_on]
        with connection.cursor() as cursor:
            if consumed:
                with _binary_cursor() as binary:
                    binary.execute(_CONSUME, _columns(consumed))
            if going_on:
                with connection.wrap_database_errors, cursor.copy(_COPY_SIGNALS) as copy:
                    for landing in going_on:
                        copy.write_row((landing.run_id, "continue", "{}", landing.now, ""))


@contextmanager
def _binary_cursor() -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A cursor that binds on the server: long JSON texts in arrays travel as they are, not quoted sign by sign."""
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows turned into one list a column, for ``unnest``."""
    return [list(column) for column in zip(*rows, strict=True)]
