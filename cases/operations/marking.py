"""Changes what a task shows of itself without answering it: its priority, and when to look again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.errors import TaskRefused
from cases.models import Task
from cases.operations.asking import draft_of
from cases.operations.claiming import lock_for_hand_over
from cases.operations.deciding import refuse_taken
from cases.shapes import as_time, check_priority
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many
from integrator.people.models import Person


def set_priority(*, task_id: uuid.UUID, person: Person, priority: Any, now: datetime) -> Task:
    """This will change how urgent the task is. For those who may answer it or hand it over.

    Raises TaskNotFound, TaskRefused, CaseInvalid (no such priority), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = _lock(task_id, person)
        wanted = check_priority(priority)
        refuse_taken(task, task.assignee or person)
        _change(task, "priority", wanted, Actor.person(person))
        return task


def set_follow_up(*, task_id: uuid.UUID, person: Person, at: datetime | None, now: datetime) -> Task:
    """This will note when to look at the task again; None: no more. For those who may answer it or hand it over.

    Raises TaskNotFound, TaskRefused, TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = _lock(task_id, person)
        refuse_taken(task, task.assignee or person)
        _change(task, "follow_up_at", at, Actor.person(person))
        return task


def _lock(task_id: uuid.UUID, person: Person) -> Task:
    task, leads = lock_for_hand_over(task_id, person)
    if not leads and not Task.objects.asked_of(person).filter(pk=task_id).exists():
        raise TaskRefused("task.not_asked", "You may read this task, but it is not asked of you. Ask its team's lead.")
    return task


def _change(task: Task, name: str, value: Any, actor: Actor) -> None:
    """The revision stays: nobody's answer becomes stale by this."""
    before = getattr(task, name)
    if before == value:
        return
    Task.objects.filter(pk=task.pk).update(**{name: value})
    setattr(task, name, value)
    told = draft_of(
        task,
        "task.changed",
        actor=actor,
        data={"title": task.title, "fields": [name.replace("_at", "").replace("_", "-")]},
    )
    changes = {name: (_plain(before), _plain(value))}
    record_many(
        [
            EventDraft(
                name=told.name,
                actor=told.actor,
                subject=told.subject,
                data=told.data,
                changes=changes,
                correlation=told.correlation,
                team_id=told.team_id,
            )
        ]
    )


def _plain(value: Any) -> Any:
    return as_time(value) if isinstance(value, datetime) else value
