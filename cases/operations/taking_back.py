"""Takes an approval back that nobody needs any more, and finds the one that somebody may act on."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.errors import ApprovalEnded, ApprovalNotFound, ApprovalRefused, ReasonMissing
from cases.models import Approval, Task
from cases.operations.counting import count_in
from cases.operations.inside import assert_in_transaction
from cases.operations.withdrawing import MAX_REASON, withdraw_tasks_in
from cases.queries.approvals import approvals_visible_to
from cases.shapes import as_time
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action, can


def withdraw_approval(*, approval_id: uuid.UUID, person: Person, reason: Any, now: datetime) -> Approval:
    """This will take an open approval back: its tasks are withdrawn with the reason, and who asked hears of it.

    A run that waits goes on by the step's ``error`` port with ``approval.withdrawn``. For who asked for it and for
    leads. Raises ApprovalNotFound, ApprovalRefused, ReasonMissing, ApprovalEnded.
    """
    with transaction.atomic(durable=True):
        approval, is_lead = lock_approval_for(person, approval_id)
        if not is_lead and approval.requested_by_id != person.pk:
            raise ApprovalRefused(
                "approval.forbidden", "Only who asked for this or a lead of the team can withdraw it."
            )
        words = read_reason(reason, "Say why you withdraw it, so that those who were asked know.")
        refuse_ended(approval)
        end_in(approval, reason=words, actor=Actor.person(person), now=now, by=person)
    return approval


def end_in(approval: Approval, *, reason: str, actor: Actor, now: datetime, by: Person | None = None) -> None:
    """This will withdraw an open approval whose lock the caller holds, and tell who asked."""
    assert_in_transaction()
    approval.state = "withdrawn"
    approval.save(update_fields=["state"])
    who = str(by) if by else "Integrator"
    given = Task.objects.filter(approval=approval, settles_at__isnull=False).select_related("decided_by", "covered")
    count_in(list(given.order_by("position")), now=now)  # they were given: they stay on record
    tasks = list(Task.objects.active().filter(approval=approval).order_by("position"))
    withdraw_tasks_in(tasks, reason=f"{who} withdrew the approval: {reason}", actor=actor, now=now)
    record(
        "approval.withdrawn",
        actor=actor,
        subject=("approval", approval.pk),
        data={
            "origin": approval.origin,
            "title": approval.template["title"],
            "withdrawn": {"by": by.username if by else None, "reason": reason, "at": as_time(now)},
            "reason": reason,
        },
        correlation=approval.correlation,
        team_id=approval.team_id,
    )


def lock_approval_for(person: Person, approval_id: uuid.UUID) -> tuple[Approval, bool]:
    """The approval, locked, and whether the person leads those who are asked or the flow's team.

    Raises ApprovalNotFound for those who do not see it.
    """
    if not approvals_visible_to(person).filter(pk=approval_id).exists():
        raise ApprovalNotFound
    approval = Approval.objects.select_for_update(no_key=True).filter(pk=approval_id).first()
    if approval is None:
        raise ApprovalNotFound
    led = Task.objects.reassignable_by(person).filter(approval_id=approval_id).exists()
    return approval, led or can(person, Action.TASK_REASSIGN, approval.team_id)


def lock_open_approvals(**wanted: Any) -> list[Approval]:
    """The open approvals of these, locked in one order."""
    rows = Approval.objects.select_for_update(no_key=True, of=("self",)).filter(state="open", **wanted)
    return list(rows.order_by("id"))


def refuse_ended(approval: Approval) -> None:
    """Raises ApprovalEnded for one that is decided or withdrawn."""
    if approval.state == "open":
        return
    words = approval.outcome or "withdrawn"
    raise ApprovalEnded(
        f"This approval is {words} already, so it stays as it is.", {"at": as_time(approval.decided_at)}
    )


def read_reason(value: Any, missing: str) -> str:
    """A reason of 1 to 1,000 characters. Raises ReasonMissing."""
    if not isinstance(value, str) or not value.strip():
        raise ReasonMissing(missing)
    return value.strip().replace("\x00", "")[:MAX_REASON]
