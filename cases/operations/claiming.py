"""Claims, releases and hands over tasks. A claim keeps others from answering; answering needs none."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cases.errors import TaskNotFound, TaskRefused, TaskTaken
from cases.models import Task, TaskCandidate
from cases.operations.asking import draft_of
from cases.operations.deciding import refuse_taken
from cases.people_refs import get_person_to_ask, parse_ref
from cases.querysets import TaskQuerySet
from cases.visibility.acting import Acting, choose_acting, refuse_barred
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.people.models import Person
from integrator.people.substitutes import running


def claim_task(*, task_id: uuid.UUID, person: Person, now: datetime) -> Task:
    """This will make the task the person's own. Claiming what one holds already changes nothing.

    Raises TaskNotFound, TaskRefused, TaskTaken.
    """
    with transaction.atomic(durable=True):
        person = _hold_rights_in(person)
        task = lock_task(Task.objects.visible_to(person).filter(pk=task_id))
        acting = choose_acting(task, person) if task.decided_by_id != person.pk else Acting()
        refuse_taken(task, person)
        if task.status == "claimed":
            return task
        write_task(task, status="claimed", assignee=person, claimed_at=now)
        data = {**tell_task(task), "for": str(acting.covered) if acting.covered else None}
        record_many([draft_of(task, "task.claimed", actor=Actor.person(person), data=data)])
        return task


def _hold_rights_in(person: Person) -> Person:
    """The person as they are now. Until the end nobody takes a role from them, or from those for whom they act.

    Whoever takes one locks its person too. So they see this claim and give it back, or the claim sees their change,
    for which nothing may be asked of what the person's request remembers.
    """
    acts_for = running(timezone.now()).filter(substitute=person).values("person_id")
    rows = Person.objects.filter(Q(pk=person.pk) | Q(pk__in=acts_for)).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}
    if person.pk not in locked:
        raise TaskNotFound
    return locked[person.pk]


def release_task(*, task_id: uuid.UUID, person: Person, now: datetime) -> Task:
    """This will give a claimed task back to all who were asked: by its holder, or by somebody who may hand it over.

    A task that nobody holds stays as it is. ``now`` is when the person asked for it. Raises TaskNotFound, TaskRefused,
    TaskTaken.
    """
    with transaction.atomic(durable=True):
        task, leads = lock_for_hand_over(task_id, person)
        if not leads and task.assignee_id not in (None, person.pk):
            raise TaskRefused("task.not_lead", f"Only {task.assignee} or a lead of the team can release this task.")
        refuse_taken(task, task.assignee or person)
        if task.status == "open":
            return task
        if task.delegated_by_id is not None and not leads:
            raise TaskRefused("task.delegated", "This was delegated to you. Give it back instead of releasing it.")
        write_task(task, status="open", assignee=None, claimed_at=None, released_at=now, delegated_by=None)
        record_many([draft_of(task, "task.released", actor=Actor.person(person), data=tell_task(task))])
        return task


def reassign_task(*, task_id: uuid.UUID, person: Person, to: str, now: datetime) -> Task:
    """This will hand the task to one person (user name or e-mail), who then holds it, asked before or not.

    For those who may reassign in the flow's team or an asked one. Raises TaskNotFound, TaskRefused (not a lead; the new
    holder asked for it or answered another entry), AskInvalid (nobody of that name), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task, leads = lock_for_hand_over(task_id, person)
        if not leads:
            raise TaskRefused("task.not_lead", "Only a lead of the team can give this task to somebody else.")
        holder = get_person_to_ask(parse_ref(to).name)
        refuse_taken(task, task.assignee or person)
        refuse_holder(task, holder)
        TaskCandidate.objects.get_or_create(
            task=task, person=holder, defaults={"stands_for": task.entry_ref if task.kind == "approve" else ""}
        )
        task.candidates.filter(is_delegate=True).exclude(person=holder).delete()
        write_task(task, status="claimed", assignee=holder, claimed_at=now, delegated_by=None)
        data = {**tell_task(task), "to": holder.username}
        record_many([draft_of(task, "task.reassigned", actor=Actor.person(person), data=data)])
        return task


def find_for_hand_over(task_id: uuid.UUID, person: Person) -> Task:
    """The task for somebody who sees it or may hand it over. Raises TaskNotFound."""
    rows = Task.objects.reassignable_by(person).filter(pk=task_id)
    task = rows.first() or Task.objects.visible_to(person).filter(pk=task_id).first()
    if task is None:
        raise TaskNotFound
    return task


def lock_for_hand_over(task_id: uuid.UUID, person: Person) -> tuple[Task, bool]:
    """The task, and whether the person may hand it over. Raises TaskNotFound for those who see it neither way."""
    is_lead = Task.objects.reassignable_by(person).filter(pk=task_id).exists()
    rows = Task.objects.all() if is_lead else Task.objects.visible_to(person)
    return lock_task(rows.filter(pk=task_id)), is_lead


def lock_task(rows: TaskQuerySet) -> Task:
    """The row as it is once it is ours. No join: after a wait PostgreSQL would show the joined row of before."""
    task = rows.select_for_update(no_key=True).first()
    if task is None:
        raise TaskNotFound
    return task


def refuse_holder(task: Task, holder: Person) -> None:
    """Raises TaskRefused for who requested, edited or answered another entry of it, in words for who hands it over."""
    try:
        refuse_barred(task, holder)
    except TaskRefused as refusal:
        message = f"{holder} asked for this, changed it or answered another part of it already. Choose somebody else."
        raise TaskRefused(refusal.code, message, {"who": holder.username}) from refusal


def write_task(task: Task, **values: Any) -> None:
    """Compare and set beside the row lock, which SQLite has not: its writers are serial anyway."""
    rows = Task.objects.active().filter(pk=task.pk, revision=task.revision)
    if not rows.update(**values, revision=F("revision") + 1):
        raise TaskTaken("task.changed", "The task changed at the same moment. Load it again.")
    for name, value in values.items():
        setattr(task, name, value)
    task.revision += 1


def tell_task(task: Task) -> dict[str, Any]:
    """What every event about who holds a task says of it."""
    return {"origin": task.origin, "title": task.title, "entry": task.entry or None}
