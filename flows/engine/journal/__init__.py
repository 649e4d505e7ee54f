"""The sole writer of runs. One interface, two writers: set-based SQL with COPY on PostgreSQL, the ORM elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Protocol

from flows.engine.rows import ClaimedRun, Landing
from integrator.database.clock import is_postgresql


class Journal(Protocol):
    """Claims runs and lands what was computed."""

    def claim(
        self, *, limit: int, lease_s: float, struck: bool, avoid: Sequence[int] = (), only: Sequence[int] = ()
    ) -> list[ClaimedRun]:
        """Take up to ``limit`` ready runs for ``lease_s`` seconds; with ``struck`` only one that has strikes.

        ``avoid`` and ``only`` (empty: any) are ids of versions, and do not count for ``struck``.
        """
        ...

    def land(self, landings: Sequence[Landing]) -> set[uuid.UUID]:
        """Write all landings in one transaction; returns the runs still held. Raises what the database says."""
        ...

    def let_go(self, run_id: uuid.UUID, fence: int) -> None:
        """Give a claimed run back unchanged and without a strike, after an error of the database that may pass."""
        ...


def get_journal() -> Journal:
    """The writer for the database in use."""
    if is_postgresql():
        from flows.engine.journal.postgresql import PostgresJournal  # lazy: psycopg is not needed elsewhere

        return PostgresJournal()
    from flows.engine.journal.portable import PortableJournal  # lazy: see above

    return PortableJournal()
