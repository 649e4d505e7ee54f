"""Makes and ends passes of guests, and the signed links that open them. No link is kept anywhere: it is made again.

A link names a pass and carries an HMAC-SHA256 (RFC 2104) over the pass, its task, its revision and its nonce.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from cases.models import GuestPass, Task
from cases.operations.inside import assert_in_transaction
from cases.shapes import as_time
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.ids import new_token, new_uuid

LIVES = timedelta(days=14)
_TOKEN = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})\Z")


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """An address to invite to a task, until when (None: 14 days, or a day after the task is due, if that is later)."""

    email: str
    expires_at: datetime | None = None


def make_pass_in(
    task: Task, invitation: Invitation, *, actor: Actor, now: datetime, person_id: int | None = None
) -> GuestPass:
    """This will invite the address and tell of it: the mail goes out from the event. A pass of before is revoked."""
    assert_in_transaction()
    GuestPass.objects.filter(task=task, email=invitation.email, used_at=None, revoked_at=None).update(revoked_at=now)
    made = GuestPass.objects.create(
        id=new_uuid(),
        task=task,
        email=invitation.email,
        nonce=new_token(256),
        revision=task.revision,
        invited_by_id=person_id,
        created_at=now,
        expires_at=invitation.expires_at or _end_of(task, now),
    )
    data = {
        "origin": task.origin,
        "title": task.title,
        "email": made.email,
        "pass": str(made.pk),
        "until": as_time(made.expires_at),
    }
    record(
        "task.guest_invited",
        actor=actor,
        subject=("task", task.pk),
        data=data,
        correlation=task.correlation,
        team_id=task.team_id,
    )
    return made


def make_passes_in(asked: Sequence[tuple[Task, str]], *, actor: Actor) -> None:
    """This will invite the guests that a flow or a question asks."""
    for task, email in asked:
        make_pass_in(task, Invitation(email=email), actor=actor, now=task.created_at)


def make_token(row: GuestPass) -> str:
    """The part of a link that opens the pass."""
    return f"{row.pk.hex}.{_sign(row)}"


def make_guest_link(pass_id: uuid.UUID) -> str:
    """The whole link of a pass, for its mail; "" when the pass is gone or opens nothing any more, or without an address
    of this installation."""
    row = GuestPass.objects.filter(pk=pass_id, used_at=None, revoked_at=None).first()
    if row is None or not settings.BASE_URL:
        return ""
    return settings.BASE_URL.rstrip("/") + reverse("guest_task", kwargs={"token": make_token(row)})


def read_token(token: str) -> GuestPass | None:
    """The pass that a token opens, with its task; None for a token that we did not make. One query."""
    match = _TOKEN.match(token)
    if match is None:
        return None
    row = GuestPass.objects.filter(pk=uuid.UUID(match[1])).select_related("task", "invited_by").first()
    return row if row is not None and constant_time_compare(match[2], _sign(row)) else None


def _sign(row: GuestPass) -> str:
    text = f"{row.pk.hex}.{row.task_id}.{row.revision}.{row.nonce}"
    return salted_hmac("cases.guest", text, algorithm="sha256").hexdigest()


def _end_of(task: Task, now: datetime) -> datetime:
    due = task.due_at + timedelta(days=1) if task.due_at is not None else now
    return max(now + LIVES, due)
