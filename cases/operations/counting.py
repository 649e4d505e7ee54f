"""Makes answers count: tells the log, and with it who asked. Until when an answer can be undone is said here too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from cases.models import Task
from cases.operations.asking import draft_of
from cases.operations.files import hang_counted_in
from cases.operations.inside import assert_in_transaction
from cases.seen import tell_seen
from cases.shapes import as_time, name_decider
from cases.veils import veil_task
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.veil import veiled
from integrator.timers.models import Timer

SETTLE_TIMER = "cases.settle"
UNDOABLE = ("assign", "approve")


def get_undo_s(task: Task) -> int:
    """For how many seconds an answer given on a page can be undone; 0: it counts at once.

    A setting of 0 turns it off everywhere. A regulated type of case has none, whatever the step says.
    """
    if task.kind not in UNDOABLE or not settings.UNDO_S:
        return 0
    if task.case is not None and task.case.type.regulated:
        return 0
    return settings.UNDO_S if task.undo_s is None else task.undo_s


def find_settling(task: Task, *, now: datetime) -> datetime | None:
    """When an answer given on a page now will count; None: at once."""
    undo_s = get_undo_s(task)
    return now + timedelta(seconds=undo_s) if undo_s else None


def wait_to_settle_in(task: Task, *, actor: Actor) -> None:
    """This will tell of an answer that can still be undone, and set the timer that makes it count."""
    assert_in_transaction()
    if task.settles_at is None:
        raise RuntimeError("Only an answer that can be undone waits.")
    Timer.objects.create(due_at=task.settles_at, handler=SETTLE_TIMER, subject=task.pk)
    data = {**tell_decision(task), "until": as_time(task.settles_at)}
    with veiled(veil_task(task)):
        record_many([draft_of(task, "task.answered", actor=actor, data=data)])


def count_in(tasks: Sequence[Task], *, now: datetime) -> None:
    """This will make these answers count. The caller holds the lock of their approval, or their own."""
    assert_in_transaction()
    waiting = [task for task in tasks if task.settles_at is not None]
    if waiting:
        forget_timers_in(waiting)
        Task.objects.filter(pk__in=[task.pk for task in waiting]).update(settles_at=None)
    for task in tasks:
        task.settles_at = None
        hang_counted_in(task, now=now)
        with veiled(veil_task(task)):
            record_many([draft_of(task, "task.decided", actor=get_actor(task), data=tell_decision(task))])


def forget_timers_in(tasks: Sequence[Task]) -> None:
    """This will take away the timers that would make these answers count, but one that fires just now.

    That one waits for the caller's locks, and finds nothing to do afterwards: waiting for it would stop both for ever.
    """
    timers = Timer.objects.filter(handler=SETTLE_TIMER, subject__in=[task.pk for task in tasks]).order_by()
    free = timers.select_for_update(skip_locked=True).values_list("id", flat=True)
    Timer.objects.filter(id__in=list(free)).delete()


def get_actor(task: Task) -> Actor:
    """Who answered, for the log: a person, or a guest by the task."""
    return Actor.person(task.decided_by) if task.decided_by is not None else Actor.guest(task.pk)


def tell_decision(task: Task) -> dict[str, Any]:
    """What the log keeps: the answer, and exactly what was shown. ``for`` is a name for people."""
    by = task.decided_by
    asked_by_name = by is not None and task.entry_ref == by.username
    return {
        "origin": task.origin,
        "kind": task.kind,
        "title": task.title,
        "outcome": task.outcome,
        "data": task.data,
        "comment": task.comment,
        "by": name_decider(task),
        "for": str(task.covered) if task.covered else None if asked_by_name else task.entry or None,
        "stands_for": task.decided_for or None,
        "approver": task.entry_ref or None,
        "at": as_time(task.decided_at),
        "show": task.show,
        "show_sha256": task.show_sha256,
        **tell_seen(task),
    }
