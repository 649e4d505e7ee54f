"""Keeps writers of ciphertext and the rotation of the key apart, so that no row is written under a key about to go."""

from __future__ import annotations

from django.db import connection, transaction

_LOCK_ID = 0x5EC2E75  # any fixed number that no other advisory lock of ours uses


def take_writer_lock_in() -> None:
    """This will hold off a rotation until this transaction ends. Take it before encrypting what will be stored.

    On SQLite writers are serial anyway: the transaction has the write lock already.
    """
    _take("pg_advisory_xact_lock_shared")


def wait_for_writers_in() -> None:
    """This will wait until no transaction that may have encrypted with an earlier key file is open."""
    _take("pg_advisory_xact_lock")


def _take(function: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("This lock lasts as long as a transaction; open one.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_LOCK_ID])  # a literal of this module
