"""Finds PostgreSQL, Redis and Chromium on this machine, so that a test run can use them or say what it leaves out."""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

DEFAULT_DATABASE_URL = "postgres://integrator:integrator@127.0.0.1:5432/integrator"
DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"


@dataclass(frozen=True, kw_only=True)
class Services:
    """What was found; an empty text means: not there."""

    database_url: str
    redis_url: str
    chromium: str

    @property
    def are_scaled_out(self) -> bool:
        """Whether the scaled-out mode can be tested."""
        return bool(self.database_url and self.redis_url)

    def describe(self) -> list[str]:
        """One line a service, for the head of a test report."""
        return [
            f"PostgreSQL: {_hide_password(self.database_url) or 'not found, tests on it are skipped'}",
            f"Redis: {self.redis_url or 'not found, tests on it are skipped'}",
            f"Chromium: {self.chromium or 'not found, browser tests are skipped'}",
        ]


@cache
def find_services() -> Services:
    """Look once a process. ``TEST_DATABASE_URL`` and ``TEST_REDIS_URL`` say where else; ``none`` says: do not."""
    database_url = os.environ.get("TEST_DATABASE_URL", DEFAULT_DATABASE_URL)
    redis_url = os.environ.get("TEST_REDIS_URL", DEFAULT_REDIS_URL)
    return Services(
        database_url=database_url if can_reach_database(database_url) else "",
        redis_url=redis_url if can_reach_redis(redis_url) else "",
        chromium=shutil.which("chromium") or shutil.which("chromium-browser") or "",
    )


def can_reach_database(url: str) -> bool:
    """Whether a PostgreSQL answers there and lets this role make databases."""
    import psycopg  # lazy: a run without PostgreSQL need not load its driver

    if not url.startswith(("postgres://", "postgresql://")):
        return False
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.OperationalError:
        return False


def can_reach_redis(url: str) -> bool:
    """Whether something at this address answers PING as Redis does."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"}:
        return False
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 6379), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def _hide_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url
