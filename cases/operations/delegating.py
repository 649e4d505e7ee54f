"""Delegates a task and gets it back: its owner stays responsible, the delegate only proposes."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from cases.errors import AskInvalid, TaskNotFound, TaskRefused
from cases.models import Task, TaskCandidate
from cases.operations.asking import draft_of
from cases.operations.claiming import lock_task, refuse_holder, tell_task, write_task
from cases.operations.deciding import refuse_taken, refuse_those_who_may_not
from cases.operations.delegates import end_delegation_in
from cases.people_refs import get_person_to_ask, parse_ref
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.people.models import Person


def delegate_task(*, task_id: uuid.UUID, person: Person, to: str, now: datetime) -> Task:
    """This will let somebody (user name or e-mail) prepare the answer; it comes back to ``person`` to confirm.

    For those who may answer the task now. Raises TaskNotFound, TaskRefused (not asked; the delegate requested it or
    answered another entry), AskInvalid (nobody of that name; oneself; delegated already), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = lock_task(Task.objects.visible_to(person).filter(pk=task_id))
        refuse_those_who_may_not(task, person)
        delegate = get_person_to_ask(parse_ref(to).name)
        if delegate.pk == person.pk:
            raise AskInvalid("task.nobody", "You cannot delegate a task to yourself. Name somebody else.")
        refuse_taken(task, person)
        if task.delegated_by_id is not None:
            message = "This was delegated to you. Propose an answer, or give it back."
            raise AskInvalid("task.delegated_already", message)
        refuse_holder(task, delegate)
        TaskCandidate.objects.get_or_create(task=task, person=delegate, defaults={"is_delegate": True})
        write_task(task, status="claimed", assignee=delegate, delegated_by=person, claimed_at=now, proposal=None)
        data = {**tell_task(task), "to": delegate.username}
        record_many([draft_of(task, "task.delegated", actor=Actor.person(person), data=data)])
        return task


def give_back_task(*, task_id: uuid.UUID, person: Person, now: datetime) -> Task:
    """This will end a delegation without an answer: the delegate gives back, or the owner takes back.

    Raises TaskNotFound, TaskRefused (neither of the two), AskInvalid (not delegated), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = lock_task(Task.objects.visible_to(person).filter(pk=task_id))
        if task.delegated_by_id is None:
            raise AskInvalid("task.not_delegated", "This task is not delegated. Load the page again.")
        if person.pk not in (task.delegated_by_id, task.assignee_id):
            message = "Only the two it is between can end this delegation. Ask one of them, or a lead to hand it over."
            raise TaskRefused("task.not_delegate", message)
        refuse_taken(task, task.assignee)
        owner, delegate = task.delegated_by, task.assignee
        if owner is None:
            raise TaskNotFound
        write_task(task, assignee=owner, delegated_by=None, claimed_at=now)
        end_delegation_in(task, delegate, now=now)
        data = {**tell_task(task), "to": owner.username}
        record_many([draft_of(task, "task.given_back", actor=Actor.person(person), data=data)])
        return task
