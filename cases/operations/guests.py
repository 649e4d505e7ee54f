"""Invites people without an account to one task, and takes their answer once. Looking at a task changes nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from cases.errors import AskInvalid, TaskError, TaskNotFound, TaskRefused, TaskTaken
from cases.models import GuestPass, Task
from cases.operations.asking import draft_of
from cases.operations.claiming import lock_for_hand_over
from cases.operations.deciding import Answerer, Given, TaskDecision, answer_in, ready_given, refuse_taken
from cases.operations.invitations import Invitation, make_pass_in, read_token
from cases.people_refs import refuse_without_mail
from cases.visibility.acting import SECOND_ENTRY
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.people.models import Person
from integrator.people.refs import find_person


@dataclass(frozen=True, kw_only=True)
class GuestView:
    """What a link opens: the pass with its task, and why it cannot be used for an answer (None: it can)."""

    guest_pass: GuestPass
    task: Task
    bar: TaskError | None


def invite_guest(
    *, task_id: uuid.UUID, person: Person, email: str, now: datetime, expires_at: datetime | None = None
) -> GuestPass:
    """This will let somebody without an account answer the task, by a link that is mailed to them.

    For those who may hand the task over. Raises TaskNotFound, TaskRefused, AskInvalid (no address; somebody here; an
    end that is over), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task, leads = lock_for_hand_over(task_id, person)
        if not leads:
            raise TaskRefused("task.not_lead", "Only a lead of the team can invite somebody to answer this task.")
        address = _check_address(email)
        if expires_at is not None and expires_at <= now:
            raise AskInvalid("guest.end_over", "The link would be over already. Choose a later end.")
        refuse_taken(task, None)
        invitation = Invitation(email=address, expires_at=expires_at)
        return make_pass_in(task, invitation, actor=Actor.person(person), now=now, person_id=person.pk)


def revoke_guest(*, task_id: uuid.UUID, pass_id: uuid.UUID, person: Person, now: datetime) -> GuestPass:
    """This will make a guest's link useless. For those who may hand the task over, and for who asked the guest.

    Raises TaskNotFound, TaskRefused, TaskTaken (used or revoked already).
    """
    with transaction.atomic(durable=True):
        row = GuestPass.objects.filter(pk=pass_id, task=task_id).select_related("task").first()
        if row is None:
            raise TaskNotFound
        is_lead = Task.objects.reassignable_by(person).filter(pk=row.task_id).exists()
        if not is_lead and not Task.objects.visible_to(person).filter(pk=row.task_id).exists():
            raise TaskNotFound
        if not is_lead and row.invited_by_id != person.pk:
            raise TaskRefused("task.not_lead", "Only a lead of the team can revoke this invitation.")
        if not GuestPass.objects.filter(pk=pass_id, used_at=None, revoked_at=None).update(revoked_at=now):
            raise TaskTaken("guest.over", "This link was used or revoked already.")
        row.revoked_at = now
        data = {"title": row.task.title, "email": row.email, "pass": str(row.pk)}
        record_many([draft_of(row.task, "task.guest_revoked", actor=Actor.person(person), data=data)])
        return row


def open_guest_task(*, token: str, now: datetime) -> GuestView:
    """This will find what a link opens, and change nothing. Raises TaskNotFound for a link that we did not make."""
    row = read_token(token)
    if row is None:
        raise TaskNotFound
    task = _read_task(row.task_id)
    try:
        _refuse_pass(row, task, now=now)
        refuse_taken(task, None)
    except TaskError as error:
        return GuestView(guest_pass=row, task=task, bar=error)
    return GuestView(guest_pass=row, task=task, bar=None)


def answer_as_guest(*, token: str, outcome: Any, data: Any, comment: Any, now: datetime) -> TaskDecision:
    """This will take the guest's answer; it counts at once, and the link is used up.

    Raises TaskNotFound, TaskRefused (revoked, over, answered another entry), AnswerInvalid, TaskTaken.
    """
    row = read_token(token)
    if row is None:
        raise TaskNotFound
    by = Answerer(person=None, guest=row.email, actor=Actor.guest(row.pk), find=lambda: _find(row, now=now))
    given = ready_given(row.task_id, by, Given(outcome=outcome, data=data, comment=comment), now=now)
    with transaction.atomic(durable=True):
        decision = answer_in(row.task_id, by, given, now=now)
        if not GuestPass.objects.filter(pk=row.pk, used_at=None, revoked_at=None).update(used_at=now):
            raise TaskTaken("guest.over", "This link was used or revoked at the same moment.")
        return decision


def _find(row: GuestPass, *, now: datetime) -> Task:
    task = _read_task(row.task_id)
    row.refresh_from_db(fields=["used_at", "revoked_at"])
    _refuse_pass(row, task, now=now)
    return task


def _read_task(task_id: uuid.UUID) -> Task:
    rows = Task.objects.select_related("decided_by", "assignee", "covered", "delegated_by", "approval", "team")
    return rows.get(pk=task_id)


def _refuse_pass(row: GuestPass, task: Task, *, now: datetime) -> None:
    if row.used_at is not None:
        raise TaskTaken("guest.used", "You answered this already. Thank you: there is nothing more to do.")
    if row.revoked_at is not None:
        raise TaskRefused("guest.revoked", "This link was taken back. Ask whoever sent it to you.")
    if row.expires_at <= now:
        raise TaskRefused("guest.expired", "This link is over. Ask whoever sent it to you for a new one.")
    refuse_taken(task, None)
    if task.revision != row.revision:
        message = "What you were asked has changed since. Ask whoever sent the link to you for a new one."
        raise TaskTaken("guest.stale", message)
    others = Task.objects.filter(approval=task.approval, decided_by_guest=row.email).exclude(pk=task.pk)
    if task.approval_id is not None and others.exists():
        raise TaskRefused(SECOND_ENTRY, "You answered another part of this already. Somebody else has to answer here.")


def _check_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        message = f"{address!r:.300} is no e-mail address. Correct it."
        raise AskInvalid("task.unknown_person", message, {"who": address}) from error
    person = find_person(address)
    if person is not None:
        message = f"{person} has an account here. Hand the task over to them instead."
        raise AskInvalid("guest.has_account", message, {"who": person.username})
    refuse_without_mail()
    return address
