"""Bounds of ids for a period, so that a page of old days is found without reading all that came after. Reads only.

Ids are given out in the order of time, but for transactions that take long and clocks that were set back. So the bounds
leave ``SLACK`` on both sides, and whoever takes them still asks for the times themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

SLACK = timedelta(days=1)
# By halving, some twenty looks at the primary key. SQLite allows the name of the recursion only once, and not below.
_AT = "(SELECT at FROM events_event WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) < %s"
_FIND = f"""
WITH RECURSIVE halves (low, high) AS (
    SELECT min(id), max(id) + 1 FROM events_event
    UNION ALL
    SELECT CASE WHEN {_AT} THEN (low + high) / 2 + 1 ELSE low END, CASE WHEN {_AT} THEN high ELSE (low + high) / 2 END
    FROM halves WHERE low < high
)
SELECT low FROM halves WHERE low = high AND (SELECT at FROM events_event ORDER BY id LIMIT 1) < %s
"""  # noqa: S608 - constants only


def find_id_range(since_at: datetime | None, until_at: datetime | None) -> tuple[int | None, int | None]:
    """This will give (from, before): no event of [since, until) has an id outside. None: no bound. A query each."""
    return (
        _find_first(since_at - SLACK) if since_at is not None else None,
        _find_first(until_at + SLACK) if until_at is not None else None,
    )


def _find_first(at: datetime) -> int | None:
    """The lowest id from which on events are not before ``at``; None in a log that is empty or begins later."""
    value = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [value, value, value])
        row = cursor.fetchone()
    return int(row[0]) if row is not None else None
