"""Rows of the tables of rights: an operation of the API or an address of a page, and what each persona is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

WHO = ("publisher", "operator", "analyst", "viewer", "lead", "auditor", "lee", "stranger")
"""The people of ``tests.support.company``: roles in marketing, the auditor, who was asked, and one of another team."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One verb of one address. ``statuses`` are in the order of ``WHO``; ``body`` None sends nothing.

    ``does`` are those for whom something comes of it; for everybody else nothing may be written in the event log.
    """

    verb: str
    path: str
    body: Any
    statuses: tuple[int, ...]
    does: frozenset[str]

    def answer_to(self, who: str) -> int:
        """The status that this persona is given."""
        return self.statuses[WHO.index(who)]

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


def row(operation: str, rest: int, body: Any = None, *, does: str = "", **others: Any) -> Row:
    """An operation (``get tasks/{task}``, ``post case_close``) that answers ``rest`` to all but those named."""
    verb, path = operation.split()
    statuses = tuple(others.get(who, rest) for who in WHO)
    return Row(verb=verb, path=path, body=body, statuses=statuses, does=frozenset(does.split()))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back, as if the next call were the first."""
    block = transaction.atomic()
    block._from_testcase = True  # operations insist on being outermost, but for a test's own transaction
    with block:
        yield
        transaction.set_rollback(True)
