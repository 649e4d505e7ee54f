"""Ends what a delegate got for the time of a delegation."""

from __future__ import annotations

from datetime import datetime

from cases.models import Task, TaskWatcher
from cases.operations.inside import assert_in_transaction
from integrator.people.models import Person


def end_delegation_in(task: Task, delegate: Person | None, *, now: datetime) -> None:
    """This will take from the delegate what they got for it; they may go on reading the task as its watcher."""
    assert_in_transaction()
    gone, _ = task.candidates.filter(is_delegate=True).delete()
    if gone and delegate is not None:
        TaskWatcher.objects.get_or_create(
            task=task, person=delegate, defaults={"added_by": task.assignee, "since_at": now}
        )
