"""Database time: leases and due dates are compared with one clock, whatever the machines say."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection


def is_postgresql() -> bool:
    """Whether the default database is PostgreSQL (else SQLite)."""
    return connection.vendor == "postgresql"


def get_database_now() -> datetime:
    """The database's clock, in UTC. One query on PostgreSQL; SQLite lives in this process and shares its clock."""
    if not is_postgresql():
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
