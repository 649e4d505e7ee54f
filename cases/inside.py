"""The guard of every ``…_in`` operation."""

from __future__ import annotations

from django.db import connection


def assert_in_transaction() -> None:
    """Fail loudly when the caller forgot to open the transaction that this change belongs to (RuntimeError)."""
    if not connection.in_atomic_block:
        raise RuntimeError("This operation is part of a transaction: open one first.")
