"""Makes an answered task unanswered again. Who may, and what is told, is for the callers; locks come from here."""

from __future__ import annotations

import uuid

from django.db.models import F

from cases.models import Approval, Task
from cases.operations.counting import forget_timers_in
from cases.operations.inside import assert_in_transaction

UNANSWERED = {
    "outcome": "",
    "data": None,
    "comment": None,
    "decided_by": None,
    "decided_by_guest": "",
    "decided_for": "",
    "covered": None,
    "decided_at": None,
    "settles_at": None,
    "decision_key": "",
    "show_sha256": "",
}


def put_back_in(task: Task) -> None:
    """This will make an answered task unanswered, held by whoever held it. The caller has its lock and tells of it."""
    assert_in_transaction()
    forget_timers_in([task])
    is_held = task.assignee_id is not None and task.claimed_at is not None
    back = {**UNANSWERED, "status": "claimed" if is_held else "open"}
    if not is_held:
        back |= {"assignee": None, "claimed_at": None}
    Task.objects.filter(pk=task.pk).update(**back, revision=F("revision") + 1)
    for name, value in back.items():
        setattr(task, name, value)
    task.revision += 1


def lock_approval_of(task_id: uuid.UUID) -> Approval | None:
    """The answers of one approval are taken one after the other, so that each is counted."""
    return Approval.objects.select_for_update(no_key=True, of=("self",)).filter(tasks__id=task_id).first()
