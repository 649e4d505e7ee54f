"""Lets answers count when their time to be undone is over, and undoes them before. One of the two wins, never both."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cases.errors import TaskNotFound, TaskRefused, TaskTaken
from cases.models import Approval, Task
from cases.operations.after_answers import follow_answer_in
from cases.operations.approvals import carry_on_in
from cases.operations.asking import draft_of
from cases.operations.calling_leads import call_leads_after_in
from cases.operations.counting import count_in, get_actor
from cases.operations.inside import assert_in_transaction
from cases.operations.putting_back import lock_approval_of, put_back_in
from cases.shapes import as_time, name_decider
from cases.veils import veil_task
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.veil import veiled
from integrator.people.models import Person
from integrator.timers.firing import FiredTimer, TimerHandler


def undo_decision(*, task_id: uuid.UUID, person: Person, now: datetime) -> Task:
    """This will take back the person's own answer while it does not count yet; the task is as it was before.

    Raises TaskNotFound, TaskRefused (somebody else's answer), TaskTaken (it counts by now; ``details`` say since when).
    """
    with transaction.atomic(durable=True):
        lock_approval_of(task_id)
        task = Task.objects.visible_to(person).filter(pk=task_id).select_for_update(no_key=True).first()
        if task is None:
            raise TaskNotFound
        _refuse_to_undo(task, person, now=now)
        said = {"origin": task.origin, "title": task.title, "entry": task.entry or None, "outcome": task.outcome}
        put_back_in(task)
        record_many([draft_of(task, "task.undone", actor=Actor.person(person), data=said)])
        return task


def _refuse_to_undo(task: Task, person: Person, *, now: datetime) -> None:
    if task.status == "done" and task.decided_by_id != person.pk:
        raise TaskRefused("task.not_your_answer", f"Only {name_decider(task)} can undo this answer. Ask them.")
    if task.status != "done":
        raise TaskTaken("task.changed", "There is no answer to undo any more. Load the page again.")
    if task.settles_at is None or task.settles_at <= now:
        message = "Your answer counts by now and cannot be undone. Ask to reopen it instead."
        raise TaskTaken(
            "task.settled", message, {"decided_by": person.username, "decided_at": as_time(task.decided_at)}
        )


def _settle_in(timers: Sequence[FiredTimer], now: datetime) -> None:
    """Locks in the order of ids, approvals before tasks, as everybody does who answers."""
    ids = sorted(timer.subject for timer in timers)
    approval_ids = Task.objects.filter(pk__in=ids, approval__isnull=False).values_list("approval_id", flat=True)
    rows = Approval.objects.filter(pk__in=list(approval_ids)).order_by("id").select_for_update(no_key=True)
    approvals = {approval.pk: approval for approval in rows}
    due = Task.objects.filter(pk__in=ids, status="done", settles_at__lte=now).order_by("id")
    for task_id in due.select_for_update(no_key=True).values_list("pk", flat=True):
        task = Task.objects.select_related("decided_by", "covered").get(pk=task_id)
        if task.settles_at is not None:  # another one of its approval may have made it count just now
            approval = approvals.get(task.approval_id) if task.approval_id is not None else None
            settle_one_in(task, approval, now=now)


def settle_one_in(task: Task, approval: Approval | None, *, now: datetime) -> str:
    """This will make an answer count and act on it; gives the approval's outcome or ``""``. Under its locks."""
    assert_in_transaction()
    actor = get_actor(task)
    outcome = ""
    with veiled(veil_task(task)):
        count_in([task], now=now)
        if approval is not None and approval.state == "open":
            outcome = carry_on_in(approval, task, actor=actor, now=now)
            if not outcome:
                call_leads_after_in(approval, task, now=now)
        follow_answer_in(task, actor=actor, now=now)
    return outcome


def _ring_nobody() -> None:
    """Whoever is told of the decision is woken by that."""


settle = TimerHandler(take=_settle_in, then=_ring_nobody)
