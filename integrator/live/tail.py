"""Reading what was added to the event log since a position, with none left out. Reads only.

Ids are no position on PostgreSQL: a lower one may commit later. There a position is the oldest transaction that was
under way at the last look: whatever had a lower number is decided and was seen. Rows may come twice, never not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from integrator.database.clock import is_postgresql

ROWS_MAX = 1_000  # of one look

_POSTGRESQL = """
SELECT look.horizon, e.tx, e.id, e.name, e.subject_type, e.subject_id, e.correlation, e.team_id
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) AS look
LEFT JOIN LATERAL (
    SELECT tx, id, name, subject_type, subject_id, correlation, team_id FROM events_event
    WHERE tx >= %s AND id > %s AND id <> ALL(%s) ORDER BY tx, id LIMIT %s
) AS e ON true
"""
_SQLITE = """
SELECT id, id, id, name, subject_type, subject_id, correlation, team_id FROM events_event
WHERE id > %s ORDER BY id LIMIT %s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """One event, without what it says. ``at_position`` is the position it lies at; others may lie there too."""

    id: int
    at_position: int
    name: str
    subject_type: str
    subject_id: str
    correlation: str
    team_id: int | None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look found. ``position`` is where to look from next; ``is_cut``: there is more from there on."""

    news: Sequence[News]
    position: int
    is_cut: bool = False


def find_end() -> int:
    """This will give the position from which nothing that commits from now on is missed. One query."""
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        else:
            cursor.execute("SELECT coalesce(max(id), 0) FROM events_event")
        return int(cursor.fetchone()[0])


def look_from(position: int, *, limit: int = ROWS_MAX, beyond_id: int = 0, seen: Collection[int] = ()) -> Look:
    """This will read up to ``limit`` events recorded from ``position`` on, but for the ``seen`` ids. One query.

    With ``beyond_id`` only those of higher ids, which may leave out some that committed late.
    """
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(_POSTGRESQL, [position, beyond_id, list(seen), limit + 1])
        else:
            cursor.execute(_SQLITE, [position, limit + 1])
        rows = cursor.fetchall()
    news = [
        News(
            id=row[2],
            at_position=row[1],
            name=row[3],
            subject_type=row[4],
            subject_id=row[5],
            correlation=row[6],
            team_id=row[7],
        )
        for row in rows
        if row[2] is not None
    ]
    if len(news) > limit:
        return Look(news=news[:limit], position=news[limit - 1].at_position, is_cut=True)
    return Look(news=news, position=max((row[0] for row in rows), default=position))
