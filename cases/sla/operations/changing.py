"""What changes the time of one clock: its due date, or the priority, team and type it is chosen by."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from cases.errors import AskInvalid, TaskNotFound, TaskRefused
from cases.inside import assert_in_transaction
from cases.models import SlaClock, Task
from cases.operations.asking import draft_of
from cases.operations.deciding import refuse_taken
from cases.shapes import as_time
from cases.sla.operations.keeping import keep_clocks_in
from cases.sla.operations.locking import lock_clocks_in
from cases.sla.operations.recounting import recount_clock_in
from cases.sla.operations.starting import start_task_clock_in
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person

MAX_REASON = 500


def change_due_date(*, task_id: uuid.UUID, due_at: datetime, reason: str, person: Person, now: datetime) -> Task:
    """This will give an unanswered task another due date, which its clock then goes by, and say why.

    For those who may give the task to somebody else. Raises TaskNotFound, TaskRefused ``task.not_lead``, AskInvalid
    ``task.due_invalid`` (in the past, or without a reason), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = _lock(task_id, person)
        words = reason.strip()
        if due_at <= now:
            raise AskInvalid("task.due_invalid", "The due date has passed already. Choose one that is to come.")
        if not 1 <= len(words) <= MAX_REASON:
            raise AskInvalid("task.due_invalid", f"Say why it is due at another time, in 1 to {MAX_REASON} characters.")
        refuse_taken(task, task.assignee or person)
        old, task.due_at = task.due_at, due_at
        Task.objects.filter(pk=task.pk).update(due_at=due_at, revision=F("revision") + 1)
        task.revision += 1
        actor = Actor.person(person)
        _promise_in(task, words, actor, now)
        draft = draft_of(task, "task.due_changed", actor=actor, data={"title": task.title, "reason": words})
        record(
            draft.name,
            actor=actor,
            subject=draft.subject,
            data={**draft.data, "what": "task", "due_at": as_time(due_at)},
            changes={"due_at": (as_time(old), as_time(due_at))},
            correlation=draft.correlation,
            team_id=draft.team_id,
        )
    return task


def reconsider_clock_in(clock: SlaClock, *, why: str, actor: Actor, now: datetime) -> bool:
    """This will choose the policy of a clock anew from its task or case as it is now; whether anything changed."""
    assert_in_transaction()
    if clock.task is not None:
        clock.priority = clock.task.priority
    elif clock.case is not None:
        clock.priority, clock.team = clock.case.priority, clock.case.team
    return recount_clock_in(clock, why=why, actor=actor, now=now)


def _promise_in(task: Task, why: str, actor: Actor, now: datetime) -> None:
    """The date counts from now on, also for a clock that stands: it then goes on with what is left until that date."""
    clock = next(iter(lock_clocks_in(task_id=task.pk)), None)
    if clock is None:
        if not SlaClock.objects.filter(task=task).exists():
            start_task_clock_in(task.pk)
        return
    clock.promised_at, clock.is_promised = task.due_at, True
    if clock.running_since is not None:
        recount_clock_in(clock, why=why, actor=actor, now=now, repick=False)
        return
    keep_clocks_in([clock], [], due_changed=False)


def _lock(task_id: uuid.UUID, person: Person) -> Task:
    is_lead = Task.objects.reassignable_by(person).filter(pk=task_id).exists()
    rows = Task.objects.all() if is_lead else Task.objects.visible_to(person)
    task = rows.filter(pk=task_id).select_for_update(no_key=True, of=("self",)).first()
    if task is None:
        raise TaskNotFound
    if not is_lead:
        raise TaskRefused("task.not_lead", "Only a lead of the team can change when this task is due.")
    return task
