"""Tasks as one person may see them."""

from __future__ import annotations

import uuid

from django.db.models import F

from cases.errors import TaskNotFound
from cases.models import Task, TaskStatus
from cases.queries.parts import with_parts
from cases.queries.queue import count_queue
from cases.querysets import TaskQuerySet
from integrator.people.models import Person
from integrator.people.rights import get_memory

TASK_STATUSES = tuple(TaskStatus.values)
COUNT_CAP = 100


def get_task_for(person: Person, task_id: uuid.UUID) -> Task:
    """This will give the task with what ``describe_task`` needs: three queries. Raises TaskNotFound."""
    timed = with_parts(Task.objects.visible_to(person)).select_related("clock__team__calendar")
    task = timed.filter(pk=task_id).first()
    if task is None:
        raise TaskNotFound
    return task


def list_tasks(person: Person, *, status: str | None = None, mine: bool = False) -> TaskQuerySet:
    """This will give the tasks of the person by due date, those without one last, then by age.

    ``status`` ``open`` and ``claimed``: only those the person may decide now; ``done`` and ``withdrawn``: all they may
    see; None: all they may decide now. ``mine``: only those the person holds. Evaluates to three queries a page.
    """
    if status in (None, "open", "claimed"):
        tasks = Task.objects.decidable_by(person)
    else:
        tasks = Task.objects.visible_to(person)
    if status is not None:
        tasks = tasks.filter(status=status)
    if mine:
        tasks = tasks.filter(assignee=person)
    return with_parts(tasks).order_by(F("due_at").asc(nulls_last=True), "created_at", "id")


def count_tasks(person: Person) -> int:
    """This will count the tasks the person may decide now, up to 100, for the badge in the menu."""
    kept = get_memory(person)
    if kept is None:
        return count_queue(person, cap=COUNT_CAP)
    if "task_count" not in kept:  # the menu and the inbox ask for the same
        kept["task_count"] = count_queue(person, cap=COUNT_CAP)
    return int(kept["task_count"])
