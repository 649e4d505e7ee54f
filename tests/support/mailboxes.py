"""Flows that look into mailboxes, for tests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flows.models import Flow, StoredRequest
from tests.support.dovecot import Box
from tests.support.triggers import NOW, let_pass, publish, work


def watch(box: Box, *, key: str = "timed", more: dict[str, Any] | None = None, **mailbox: Any) -> Flow:
    """A live flow that looks into the mailbox each minute."""
    return publish(json.dumps({"kind": "email", "mailbox": box.settings(**mailbox), **(more or {})}), key=key)


def pass_times(count: int = 1, *, first: int = 0) -> None:
    """Let due times pass, looking at each."""
    for number in range(first, first + count):
        let_pass(NOW + timedelta(minutes=number, seconds=1))
        work()


def refusals() -> list[str]:
    """Why messages were refused."""
    rows = StoredRequest.objects.filter(outcome=StoredRequest.Outcome.REFUSED)
    return [row.reason for row in rows.order_by("received_at", "id")]
