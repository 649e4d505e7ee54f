"""Processor time of a piece of work: what stays the same on a machine that has other things to do as well."""

from __future__ import annotations

import time

import psutil  # type: ignore[import-untyped]
from django.db import connection


class CpuTime:
    """Counts from its making on, for this thread and for the server process behind its database connection.

    The server's part is known only where it runs on this machine under Linux.
    """

    def __init__(self) -> None:
        self._server = _find_server()
        self._begun = self._read()

    def __str__(self) -> str:
        here, there = (now - begun for now, begun in zip(self._read(), self._begun, strict=True))
        server = f", {there:.1f} s in the database" if self._server is not None else ""
        return f"processor time {here:.1f} s here{server}"

    def _read(self) -> tuple[float, float]:
        times = self._server.cpu_times() if self._server is not None else None
        return time.thread_time(), times.user + times.system if times is not None else 0.0


def _find_server() -> psutil.Process | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    try:
        found = psutil.Process(pid)
        return found if "postgres" in found.name() else None
    except psutil.Error:  # the server runs elsewhere
        return None
